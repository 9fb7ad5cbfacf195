package notify

import (
	"strings"
	"time"
)

// verb reads what follows a verb that stood first; i is the next word.
func (p *parser) verb(v Verb, i int) (Command, error) {
	asked := p.words[0].asks && p.words[0].clean != ""
	switch v {
	case List, AskHelp:
		if p.courteous(i) {
			return Command{Verb: v}, nil
		}
		return refuse(hintUnknown)
	case Who:
		return p.who(i)
	case Report:
		return p.report(i)
	case Cover:
		return p.cover(i)
	case Swap:
		return p.swap(i)
	case Decline:
		return p.decline(i)
	case AskStatus:
		if p.courteous(i) {
			return Command{Verb: List}, nil
		}
	}
	if asked {
		return refuse(hintQuestion)
	}
	if v == Ack {
		if c, err, done := p.ackSome(i); done {
			return c, err
		}
	}
	if v == Give && len(p.words) > i+1 {
		if c, ok := p.giveReversed(i); ok {
			return c, nil
		}
	}
	t, h := p.target(i)
	switch {
	case h != "":
		return refuse(h)
	case t.number == 0 && t.bundle == "" && i >= len(p.words):
		return refuse(hintWhich.fill(blankVerb, p.words[0].clean))
	case t.number == 0 && t.bundle == "":
		return refuse(hintUnknown)
	case t.verb != "" && t.verb != v:
		return refuse(hintUnknown)
	}
	return p.act(v, t, i+1)
}

// ackSome reads what "ack" says without a number: nothing, "all", or a time. done is false when a number follows.
func (p *parser) ackSome(i int) (c Command, err error, done bool) {
	c = Command{Verb: Ack, Newest: true}
	if i < len(p.words) && p.words[i].clean == "all" {
		c.Newest, c.All = false, true
		i++
	} else if i < len(p.words) {
		if t, h := p.target(i); (t.number != 0 || t.bundle != "" || h != "") && !p.timeAt(i) {
			return Command{}, nil, false
		}
	}
	c, err = p.ackRest(c, i)
	return c, err, true
}

// timeAt reports whether word i is a duration with its unit in the same word: 2h, 30min.
func (p *parser) timeAt(i int) bool {
	d, n, ok := duration(p.words[i:])
	return ok && d > 0 && n >= 1 && !isNumber(p.words[i].clean)
}

// ackRest reads an optional time up to the end of the text.
func (p *parser) ackRest(c Command, i int) (Command, error) {
	if p.no {
		return refuse(hintNo)
	}
	lease, next, h := p.lease(i)
	switch {
	case h != "":
		return refuse(h)
	case p.asksFrom(0):
		return refuse(hintQuestion)
	case !p.courteous(next):
		return refuse(p.extra(c, next))
	}
	c.For, c.Until = lease.d, lease.until
	return c, nil
}

// act reads what follows a target; i is the next word.
func (p *parser) act(v Verb, t target, i int) (Command, error) {
	c := Command{Verb: v, Number: t.number, Bundle: t.bundle}
	if t.bundle != "" && v != Ack && v != AskStatus {
		return refuse(hintBundle.fill(blankFirst, t.bundle))
	}
	if i < len(p.words) && unit(p.words[i].clean) != 0 && v != Note && v != Update {
		return refuse(hintHours) // "resolved 42 minutes ago"
	}
	p.number = t.number
	if t.asks && v != AskStatus {
		return refuse(hintQuestion)
	}
	switch v {
	case Ack:
		return p.ackRest(c, i)
	case AskStatus:
		if p.courteous(i) {
			return c, nil
		}
	case Escalate:
		return p.escalate(c, i)
	case Resolve:
		return p.resolve(c, i)
	case Note:
		if c.Text = p.text(i); c.Text == "" {
			return refuse(hintNote)
		}
		return c, nil
	case Update:
		if c.Text = p.text(i); c.Text == "" {
			return refuse(hintUpdate)
		}
		return c, nil
	case Resume:
		return p.escalate(c, i) // nothing may follow it either
	case Give:
		return p.give(c, i)
	case Hold:
		return p.hold(c, i)
	}
	return refuse(hintUnknown)
}

func (p *parser) escalate(c Command, i int) (Command, error) {
	switch {
	case p.no:
		return refuse(hintNo)
	case p.asksFrom(0):
		return refuse(hintQuestion)
	case !p.courteous(i):
		return refuse(p.extra(c, i))
	}
	return c, nil
}

func (p *parser) resolve(c Command, i int) (Command, error) {
	if p.no {
		return refuse(hintNo)
	}
	if i == len(p.words)-1 {
		switch t, h := p.target(i); {
		case h != "":
			return refuse(h)
		case t.number != 0 || t.bundle != "":
			return refuse(many(c, t))
		}
		if p.words[i].clean == "" {
			return refuse(hintQuestion)
		}
	}
	if n := len(p.words); p.words[n-1].asks { // "8r is it really fixed?"
		return refuse(hintQuestion)
	} else if i+1 < n && p.words[i].clean == "not" && p.words[i+1].clean == "yet" {
		return refuse(hintNo)
	}
	if !p.courteous(i) {
		c.Text = p.text(i)
	}
	return c, nil
}

// extra says why words at i were not expected behind c.
func (p *parser) extra(c Command, i int) Hint {
	if t, h := p.target(i); h == "" && (t.number != 0 || t.bundle != "") {
		return many(c, t)
	}
	return hintExtra
}

// many says how to write of another incident what c says of the first: one text for each, with the sender's own numbers.
func many(c Command, other target) Hint {
	first, second := c.Bundle, other.bundle
	if c.Number != 0 {
		first = digits(c.Number)
	}
	if other.number != 0 {
		second = digits(other.number)
	}
	h := hintMany
	switch {
	case first == "": // ack all 43
		return hintExtra
	case c.Verb == Ack:
		h = hintManyAcks
	case other.bundle != "":
		return hintBundle.fill(blankFirst, second)
	case letters[c.Verb] != "":
		first, second = first+letters[c.Verb], second+letters[c.Verb]
	default:
		first, second = string(c.Verb)+" "+first, string(c.Verb)+" "+second
	}
	return h.fill(blankFirst, first).fill(blankSecond, second)
}

// letters are the verbs that are written behind a number in a letter.
var letters = map[Verb]string{Resolve: "r", Escalate: "e"}

// courteous reports whether nothing but courtesies follows from word i on.
func (p *parser) courteous(i int) bool {
	for ; i < len(p.words); i++ {
		if !courtesies[p.words[i].clean] && p.words[i].clean != "" {
			return false
		}
	}
	return true
}

// asksFrom reports whether any word from i on carries a question mark.
func (p *parser) asksFrom(i int) bool {
	for ; i < len(p.words); i++ {
		if p.words[i].asks {
			return true
		}
	}
	return false
}

// lease is a time that a command asks for.
type lease struct {
	d     time.Duration
	until string
}

// lease reads an optional "2h", "for 2 hours", "until morning" at word i and returns the word behind it.
func (p *parser) lease(i int) (l lease, next int, h Hint) {
	if i >= len(p.words) {
		return l, i, ""
	}
	said := false
	if w := p.words[i].clean; w == "for" || w == "until" || w == "till" || w == "til" {
		said = true
		i++
	}
	if i < len(p.words) {
		if p.words[i].clean == "morning" {
			return lease{until: "morning"}, i + 1, ""
		}
		if secondsWord.MatchString(p.words[i].clean) {
			return l, i, hintTime
		}
		if d, n, ok := duration(p.words[i:]); ok {
			if d <= 0 || d > maxLease {
				return l, i, hintTime
			}
			return lease{d: d}, i + n, ""
		}
	}
	if said {
		return l, i, hintTime
	}
	return l, i, ""
}

// name cleans what was written as a person's or a service's name.
func name(s string) string {
	s = strings.TrimPrefix(strings.Trim(typography.Replace(oneLine(s)), around+"? "), "@")
	return cut(s, 64, "")
}
