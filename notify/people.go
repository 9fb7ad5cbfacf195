package notify

import (
	"strconv"
	"strings"
	"time"
)

// give reads "give 42 to Bo Lind" from the word behind the number on.
func (p *parser) give(c Command, i int) (Command, error) {
	if i < len(p.words) && p.words[i].clean == "to" {
		i++
	}
	for n := len(p.words); n > i+1 && courtesies[p.words[n-1].clean]; n-- {
		p.body, p.words = p.body[:p.words[n-1].from], p.words[:n-1]
	}
	if p.asksFrom(i) {
		return refuse(hintQuestion)
	}
	if t, h := p.target(i); i == len(p.words)-1 && h == "" && t.number != 0 {
		return refuse(hintGive) // of "give 42 43" the second may be anything but a name
	}
	if c.User = name(p.text(i)); c.User == "" {
		return refuse(hintGive)
	}
	return c, nil
}

// giveReversed reads "give bo 42".
func (p *parser) giveReversed(i int) (Command, bool) {
	last := len(p.words) - 1
	first, h1 := p.target(i)
	t, h2 := p.target(last)
	if first.number != 0 || first.bundle != "" || h1 != "" || h2 != "" || t.number == 0 || t.verb != "" || p.asksFrom(i) {
		return Command{}, false
	}
	user := name(p.body[p.words[i].from:p.words[last].from])
	return Command{Verb: Give, Number: t.number, User: user}, user != "" && p.words[i].clean != "to"
}

// hold reads an optional time and a reason, in either order.
func (p *parser) hold(c Command, i int) (Command, error) {
	l, next, h := p.lease(i)
	if h != "" && h != hintTime {
		return refuse(h)
	}
	if h == hintTime && p.words[i].clean != "for" { // "for parts to arrive" is a reason
		return refuse(h)
	}
	if h == "" && next > i {
		c.For, c.Until, i = l.d, l.until, next
	} else {
		c.For, c.Until = p.lastLease(i)
	}
	if c.Text = p.text(i); c.Text == "" || p.courteous(i) {
		return refuse(hintHold)
	}
	if c.For == 0 && c.Until == "" && c.Text[0] >= '0' && c.Text[0] <= '9' { // "1.5h vendor": a time that was not understood, and no end
		return refuse(hintTime)
	}
	return c, nil
}

// lastLease takes a time off the end of the words from i on: "vendor 2h", "waiting for parts until morning".
func (p *parser) lastLease(i int) (time.Duration, string) {
	for j := max(i+1, len(p.words)-4); j < len(p.words); j++ {
		l, next, h := p.lease(j)
		if h != "" || next != len(p.words) || next == j {
			continue
		}
		p.body, p.words = p.body[:p.words[j].from], p.words[:j]
		return l.d, l.until
	}
	return 0, ""
}

// who reads "who", "who checkout", "who is on call for checkout?".
func (p *parser) who(i int) (Command, error) {
	for _, skip := range []string{"is", "on", "call", "oncall", "on-call", "now", "for"} {
		if i < len(p.words) && p.words[i].clean == skip {
			i++
		}
	}
	for n := len(p.words); n > i && courtesies[p.words[n-1].clean]; n-- {
		p.body, p.words = p.body[:p.words[n-1].from], p.words[:n-1]
	}
	return Command{Verb: Who, Service: name(p.text(i))}, nil
}

// report reads "report checkout: cannot pay by card". Which services there are is not known here.
func (p *parser) report(i int) (Command, error) {
	if len(p.words) < i+2 || p.words[i].clean == "" {
		return refuse(hintReport)
	}
	if t, h := p.target(i); h != "" || t.number != 0 || t.bundle != "" {
		return refuse(hintReport) // "report 42" asks for something else
	}
	c := Command{Verb: Report, Service: name(p.body[p.words[i].from:p.words[i+1].from]), Text: p.text(i)}
	if c.Service == "" || c.Text == "" {
		return refuse(hintReport)
	}
	return c, nil
}

// maxLease is the longest time that a text can ask for.
const maxLease = 30 * 24 * time.Hour

// unit returns the length of a unit of time by name, or 0.
func unit(s string) time.Duration {
	switch s {
	case "m", "min", "mins", "minute", "minutes":
		return time.Minute
	case "h", "hr", "hrs", "hour", "hours":
		return time.Hour
	case "d", "day", "days":
		return 24 * time.Hour
	case "w", "wk", "week", "weeks":
		return 7 * 24 * time.Hour
	}
	return 0
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// duration reads "2h", "1h30m", "2 hours", "1h 30m" and returns how many words it took. ok is false when ws begins with
// no duration; a duration beyond reading is returned as more than maxLease.
func duration(ws []word) (d time.Duration, n int, ok bool) {
	for n < len(ws) {
		s, took := ws[n].clean, 1
		if isNumber(s) && n+1 < len(ws) && unit(ws[n+1].clean) != 0 {
			s, took = s+ws[n+1].clean, 2
		}
		part, good := compact(s)
		if !good {
			break
		}
		d, n, ok = min(d+part, 2*maxLease), n+took, true
	}
	return d, n, ok
}

// compact reads 2h or 1h30m, and 0h as no time at all.
func compact(s string) (time.Duration, bool) {
	if s == "" {
		return 0, false
	}
	var sum time.Duration
	for s != "" {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		rest := s[digits:]
		letters := len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))
		u := unit(rest[:letters])
		if digits == 0 || u == 0 {
			return 0, false
		}
		k, err := strconv.ParseInt(s[:digits], 10, 32)
		if err != nil || k > int64(maxLease/u)+1 {
			return 2 * maxLease, true
		}
		sum += time.Duration(k) * u
		s = rest[letters:]
	}
	return min(sum, 2*maxLease), true
}
