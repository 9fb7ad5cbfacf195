package tools

import (
	"regexp"
	"strings"
)

// template is a text with words of a body in it. Alternatives stand with | between them; the first that has all its words counts.
//
//	{a.b}           the word at a path; the alternative falls out where there is none
//	{a.b?}          likewise, but it may be missing
//	{^a.b}          from the whole body, where the report is of one element of a list
//	{a.b:+text}     the text, where there is a word at the path
//	{a.b=x:+text}   the text, where it is this word
//	{a.b/re/}       the part of the word that the first group of the expression finds
type template struct{ alternatives [][]part }

type part struct {
	literal string
	path    string
	root    bool
	maybe   bool
	word    string // of {a.b=x:+text}
	then    string // of {a.b:+text}
	find    *regexp.Regexp
}

// scope is where the paths of a template lead: an element, and the whole body.
type scope struct{ here, top *node }

// text reads a template; it panics on one that is wrong, for they stand in the table.
func text(s string) template {
	var t template
	for _, alternative := range split(s) {
		t.alternatives = append(t.alternatives, parts(alternative))
	}
	return t
}

// split cuts at each | that is not inside braces.
func split(s string) (out []string) {
	depth, from := 0, 0
	for k, r := range s {
		switch r {
		case '{':
			depth++
		case '}':
			depth--
		case '|':
			if depth == 0 {
				out, from = append(out, s[from:k]), k+1
			}
		}
	}
	return append(out, s[from:])
}

func parts(s string) (out []part) {
	for {
		before, rest, found := strings.Cut(s, "{")
		if before != "" {
			out = append(out, part{literal: before})
		}
		if !found {
			return out
		}
		inside, after, closed := strings.Cut(rest, "}")
		if !closed {
			panic("tools: a brace is not closed in " + s)
		}
		out, s = append(out, reference(inside)), after
	}
}

func reference(s string) (p part) {
	p.path, p.then, _ = strings.Cut(s, ":+")
	if path, expr, has := strings.Cut(p.path, "/"); has {
		p.path, p.find = path, regexp.MustCompile(strings.TrimSuffix(expr, "/"))
	}
	if p.then != "" {
		if k := strings.LastIndex(p.path, "="); k >= 0 {
			p.path, p.word = p.path[:k], p.path[k+1:]
		}
	}
	p.path, p.maybe = strings.CutSuffix(p.path, "?")
	p.path, p.root = strings.CutPrefix(p.path, "^")
	return p
}

// in fills a template in; empty where no alternative has all its words.
func (t template) in(s scope) string {
	for _, alternative := range t.alternatives {
		if out, ok := fill(alternative, s); ok {
			return out
		}
	}
	return ""
}

func fill(alternative []part, s scope) (string, bool) {
	var b strings.Builder
	for _, p := range alternative {
		if p.path == "" && !p.root {
			b.WriteString(p.literal)
			continue
		}
		word := p.in(s)
		if word == "" && !p.maybe {
			return "", false
		}
		b.WriteString(word)
	}
	out := strings.TrimSpace(b.String())
	return out, out != ""
}

func (p *part) in(s scope) string {
	from := s.here
	if p.root {
		from = s.top
	}
	n := from.at(p.path)
	word := n.str()
	if p.find != nil {
		found := p.find.FindStringSubmatch(word)
		if found == nil {
			return ""
		}
		word = found[len(found)-1]
	}
	switch {
	case p.then == "":
		return word
	case p.word != "" && !strings.EqualFold(word, p.word), p.word == "" && word == "" && (n == nil || n.null || !n.object):
		return ""
	}
	return p.then
}
