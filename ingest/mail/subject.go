package mail

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/rouse/rouse/ingest/tools"
)

// reading is what a subject says.
type reading struct {
	state    tools.State
	topic    string // what it is about: the same for the beginning and the end
	severity string
	note     string // of Nothing
	calmed   bool   // it no longer flaps
	also     string // of an end: another topic under which it may have begun
}

var (
	reply = regexp.MustCompile(`(?i)^(?:re|aw|fw|fwd|wg|sv|vs|tr|rv|antw|odp|回复|转发|答复)(?:\[\d+\])?\s*[:：]\s*`)
	tag   = regexp.MustCompile(`^(?:\[([^\[\]]{1,80})\]|【([^】]{1,80})】|\(([^()]{1,40})\)|<([^<>]{1,40})>)\s*`)
	// lead is a word before a colon or a bar: "RESOLVED:", "DOWN alert:", "UP |", "Monitor is UP:", "Host Down -".
	lead = regexp.MustCompile(`^((?i:(?:\w+ )?(?:monitor|check|service|host|site|website|server|device|status|state|trigger|sensor|system|backup|job|test)(?: is| has| status)? )?)([\pL_-]+(?: [\pL_-]+){0,2}?)(?i: alert| alarm| notification| event| message)?\s*(?:[:：|]|[-–—]+\s|$)\s*`)
	// shout is a word of Nagios' that needs no colon.
	shout = regexp.MustCompile(`^(RECOVERY|PROBLEM|RESOLVED|RECOVERED|CLEARED|ACKNOWLEDGEMENT|FLAPPINGSTART|FLAPPINGSTOP|FLAPPINGEND|DOWNTIMESTART|DOWNTIMEEND|DOWNTIMECANCELLED|DOWNTIMEREMOVED|FIRING|ALARM)\s+`)
	count = regexp.MustCompile(`\s*[:#(]?\s*\d+\)?$`)
	on    = regexp.MustCompile(`^((?:Re-)?Triggered|Recovered|Warn|No data|Alert) (on .+)$`)
	// noise is a tag that mail servers put before a subject.
	noise = regexp.MustCompile(`(?i)^(?:ext|extern|external|external email|spam|suspected spam|possible spam|bulk|caution.*)$`)
	// news are sentences of security that end like good news and are none.
	news = regexp.MustCompile(`(?i)\b(?:log-?[io]ns?|logged in|sign-?ins?|authenticat\w+|sudo|password)\b.*\bsuccess|\bsuccess\w*\b.*\b(?:log-?[io]ns?|logged in|sign-?ins?|authenticat\w+|sudo|password)\b|\blogs?\b.*\bcleared`)
)

// readSubject reads a subject. Order: forms of single senders, what stands in front, what stands at the end.
func readSubject(subject string) reading {
	s := oneLine(subject)
	for short := reply.ReplaceAllString(s, ""); short != s; short = reply.ReplaceAllString(s, "") {
		s = short
	}
	if at := kuma.FindStringSubmatch(s); at != nil {
		states := map[string]tools.State{"Down": tools.Firing, "Up": tools.Resolved, "Pending": tools.Nothing}
		return reading{state: states[at[2]], topic: at[1], note: "a monitor that is pending"}
	}
	s = trimDecoration(withoutSymbols(s))
	if at := grouped.FindStringSubmatch(s); at != nil {
		return ofGroup(at[1], at[2], at[3])
	}
	for _, f := range forms {
		if at := f.is.FindStringSubmatchIndex(s); at != nil {
			topic := string(f.is.ExpandString(nil, f.topic, s, at))
			return reading{state: f.state, topic: clean(topic), note: f.note}
		}
	}
	return readWords(s)
}

// readWords reads what stands in front, and what stands at the end.
func readWords(s string) reading {
	f := readFront(s)
	r := reading{severity: f.severity}
	r.state, r.note = f.first.state()
	r.calmed = f.calmed
	rest := readBack(&r, f.rest)
	r.topic = clean(strings.Join(append(f.kept, rest), " "))
	if r.state == tools.Resolved && news.MatchString(s) {
		r.state = tools.Firing
	}
	return r
}

// ofGroup reads Alertmanager's and Grafana's own subject. What stands in brackets at its end are the labels that the alerts of the group
// have in common, which change as alerts come and go. Subjects of other senders end just so, and begin otherwise.
func ofGroup(status, topic, common string) reading {
	word, _, _ := strings.Cut(status, ":")
	r := readWords("[" + word + "] " + topic)
	if r.state == tools.Resolved && common != "" {
		r.also = readWords("[" + word + "] " + topic + " " + common).topic
	}
	return r
}

// front is what stands before the matter itself.
type front struct {
	kept     []string // tags and words that say what it is about
	rest     string
	first    class // the first word that says something
	severity string
	calmed   bool // it no longer flaps: what stands at the end says what it is now
}

// readFront takes off tags and words of state, up to the first that is neither.
func readFront(s string) front {
	f := front{rest: s}
	for range 8 {
		n := f.tag()
		if n == 0 {
			n = f.word()
		}
		if n == 0 {
			n = len(reply.FindString(f.rest))
		}
		if n == 0 {
			break
		}
		f.rest = strings.TrimLeft(f.rest[n:], "*#!~=-–—:|· ")
	}
	return f
}

// tag reads "[RESOLVED] " and returns how much that is.
func (f *front) tag() int {
	at := tag.FindStringSubmatch(f.rest)
	if at == nil {
		return 0
	}
	inside := firstOf(at[1], at[2], at[3], at[4])
	word, left := ofTag(inside)
	c := classes[word]
	switch {
	case c != none:
		f.say(c, word, left)
	case noise.MatchString(inside):
	case strings.HasPrefix(f.rest, "(") || strings.HasPrefix(f.rest, "<"):
		return 0
	default:
		f.kept = append(f.kept, strings.TrimSpace(at[0]))
	}
	return len(at[0])
}

// word reads "RESOLVED: " and returns how much that is.
func (f *front) word() int {
	if at := shout.FindStringSubmatch(f.rest); at != nil {
		word := strings.ToLower(at[1])
		f.say(classes[word], word, "")
		return len(at[0])
	}
	at := lead.FindStringSubmatch(f.rest)
	if at == nil {
		return 0
	}
	word := strings.ToLower(at[2])
	c := classes[word]
	switch c {
	case none:
		return 0
	case rank: // "CRITICAL: the disk is full"
		c = begin
	}
	f.say(c, word, strings.TrimSpace(at[1]))
	return len(at[0])
}

// say notes a word; left is what belongs to the matter.
func (f *front) say(c class, word, left string) {
	if f.first == none && c != weak && c != rank {
		f.first = c
		f.calmed = c == other && strings.HasPrefix(word, "flapping")
	}
	if left != "" {
		f.kept = append(f.kept, left)
	}
	f.severity = firstOf(f.severity, severities[word])
}

// ofTag finds the word of state of a tag; left is what of the tag belongs to the matter.
func ofTag(s string) (word, left string) {
	whole := strings.ToLower(strings.TrimSpace(s))
	_, value, _ := strings.Cut(whole, ":")
	for _, word := range []string{whole, count.ReplaceAllString(whole, ""), strings.TrimSpace(value)} {
		if classes[word] != none {
			return word, ""
		}
	}
	if at := on.FindStringSubmatch(s); at != nil {
		return strings.ToLower(at[1]), at[2]
	}
	return "", ""
}

// state is what a word in front means; empty where it leaves that to the end of the subject.
func (c class) state() (s tools.State, note string) {
	switch c {
	case begin:
		return tools.Firing, ""
	case end:
		return tools.Resolved, ""
	case acked:
		return tools.Acknowledged, ""
	case other:
		return tools.Nothing, "a downtime, or the end of flapping"
	}
	return "", ""
}

// withoutSymbols drops signs like ✅ and 🔴.
func withoutSymbols(s string) string {
	return oneLine(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.So, r) || r == '\ufe0f' || r == '\u200d' {
			return ' '
		}
		return r
	}, s))
}

// trimDecoration drops the stars of "** PROBLEM … **" and the like.
func trimDecoration(s string) string {
	return strings.TrimRight(strings.TrimLeft(s, "*#!~=-–—·> "), "*#!~=-–—·.… ")
}
