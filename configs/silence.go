package configs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Silenced is a warning that the file asks not to hear of.
type Silenced struct {
	Problem
	Reason string `json:"reason"`
}

// silence is one rule in a comment `# rouse:ignore RULE[,RULE] REASON`, on the line it is for or alone above it.
type silence struct {
	line, column int // of the comment
	at           int // the line it is for
	rule, reason string
	used         bool
}

var (
	ignoreForm = regexp.MustCompile(`(?:^|\s)#\s*rouse:ignore\b[ \t]*([^\s]*)[ \t]*(.*)$`)
	onlyRemark = regexp.MustCompile(`^\s*(#.*)?$`)
)

// silences reads the comments that silence rules. One that stands alone is for the next line that holds anything.
func silences(data []byte) []*silence {
	lines := strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
	var all []*silence
	for i, text := range lines {
		m := ignoreForm.FindStringSubmatchIndex(text)
		if m == nil {
			continue
		}
		at := i
		for onlyRemark.MatchString(lines[at]) && at+1 < len(lines) {
			at++
		}
		column := len([]rune(text[:strings.Index(text[m[0]:], "#")+m[0]])) + 1
		for rule := range strings.SplitSeq(text[m[2]:m[3]], ",") {
			all = append(all, &silence{line: i + 1, column: column, at: at + 1, rule: rule, reason: strings.TrimSpace(text[m[4]:m[5]])})
		}
	}
	return all
}

// hush takes warnings away that a comment silences, and keeps them as silenced.
func (c *Config) hush(all Problems) (kept Problems) {
	for _, p := range all {
		k := slices.IndexFunc(c.ignores, func(s *silence) bool {
			return p.Severity == Warning && s.rule == p.Rule && s.at == p.Line && s.reason != ""
		})
		if k < 0 {
			kept = append(kept, p)
			continue
		}
		c.ignores[k].used = true
		c.silenced = append(c.silenced, Silenced{p, c.ignores[k].reason})
	}
	return kept
}

// idle are the comments that say no reason, name no rule, or silence nothing though the rule was asked. needs is what could be asked.
func (c *Config) idle(needs ...Need) Problems {
	var all Problems
	for _, s := range c.ignores {
		p := Problem{File: c.File, Line: s.line, Column: s.column, Severity: Warning}
		rule, known := RuleNamed(s.rule)
		switch {
		case !slices.Contains(needs, rule.Needs) || strings.HasPrefix(s.rule, "silence-") && known:
			continue
		case s.rule == "":
			p.Rule, p.What, p.Do = silenceRule, "rouse:ignore names no rule", "write rouse:ignore RULE REASON"
		case !known:
			p.Rule, p.What, p.Do = silenceRule, fmt.Sprintf("rouse:ignore names %q, which is no rule", clip(s.rule)), suggest(s.rule, ruleNames(), "docs/lint.md has them all")
		case s.reason == "":
			p.Rule, p.What, p.Do = silenceReason, "rouse:ignore "+s.rule+" says no reason, and so silences nothing", "write why after the name of the rule"
		case !s.used:
			p.Rule, p.What, p.Do = silenceNothing, fmt.Sprintf("rouse:ignore %s silences nothing: the rule has nothing to say about line %d", s.rule, s.at), "remove it"
		default:
			continue
		}
		all = append(all, p)
	}
	return all
}

func ruleNames() []string {
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = r.Name
	}
	return names
}

// Doubt adds what others found by rules that need a daemon: what the file silences is taken away, and comments that silence
// none of it are found. It returns the warnings that are left.
func (c *Config) Doubt(found Problems) Problems {
	return append(c.hush(found), c.idle(NeedsDaemon)...).sorted()
}

// Silenced are the warnings that the file asks not to hear of, with the reasons that it gives.
func (c *Config) Silenced() []Silenced { return slices.Clone(c.silenced) }
