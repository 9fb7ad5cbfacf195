package web

import (
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
)

// clockView is one SLA clock in words, so that nobody needs its colour.
type clockView struct {
	Name   string // Response, Resolution
	SLA    string
	Tone   string // good | warn | bad | off: how it looks
	Word   string // On time, Soon over, Breached, Paused, Kept, Missed: how it reads
	Left   string // what is left, or by how much it is over
	Detail string // the target and its calendar
	Used   int    // percent, at most 100
	Over   string // "over 100" where more than the whole time is used
}

// readings are an incident's clocks as they stand now. Those of a closed one stand as they were last read.
func (t teller) readings(i *incident.Incident) []sla.Reading {
	var out []sla.Reading
	if i.State == incident.Closed {
		for k := range i.Clocks {
			out = append(out, i.Clocks[k].Reading)
		}
		return out
	}
	for _, def := range t.book.SLAs {
		out = append(out, def.Read(i.Subject(), i.Marks, t.now)...)
	}
	return out
}

func (t teller) clocks(i *incident.Incident) []clockView {
	var out []clockView
	for _, r := range t.readings(i) {
		out = append(out, t.clock(&r))
	}
	return out
}

// soon is from which percent on a clock is shown as one that is nearly over.
const soon = 75

func (t teller) clock(r *sla.Reading) clockView {
	v := clockView{Name: upper(string(r.Kind)), SLA: r.SLA, Used: min(max(r.Percent, 0), 100)}
	left := r.Target - r.Elapsed
	v.Detail = "of " + age(r.Target)
	if r.Calendar != "always" {
		v.Detail += " in the hours of " + r.Calendar
	}
	switch {
	case r.Stage == sla.Done && r.Breached:
		v.Tone, v.Word, v.Left = "bad", "Missed", "took "+age(r.Elapsed)
	case r.Stage == sla.Done:
		v.Tone, v.Word, v.Left = "good", "Kept", "took "+age(r.Elapsed)
	case r.Breached:
		v.Tone, v.Word, v.Left = "bad", "Breached", age(-left)+" over"
	case r.Stage == sla.Paused:
		v.Tone, v.Word, v.Left = "off", "Paused", age(left)+" left, waiting for "+orWord(r.PausedBy, "somebody")
	case r.Stage == sla.Closed:
		v.Tone, v.Word, v.Left = "off", "Outside its hours", age(left)+" left"+t.dueAt(r.BreachAt)
	case r.Percent >= soon:
		v.Tone, v.Word, v.Left = "warn", "Soon over", age(left)+" left"+t.dueAt(r.BreachAt)
	default:
		v.Tone, v.Word, v.Left = "good", "On time", age(left)+" left"+t.dueAt(r.BreachAt)
	}
	return v
}

func (t teller) dueAt(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return ", by " + t.short(at)
}

func orWord(s, other string) string {
	if strings.TrimSpace(s) == "" {
		return other
	}
	return s
}

// nearest is the clock that a list shows: a broken promise first, then the one that is over next. nil: there is none.
func (t teller) nearest(i *incident.Incident) *clockView {
	all := t.readings(i)
	if len(all) == 0 {
		return nil
	}
	r := slices.MinFunc(all, func(a, b sla.Reading) int {
		if x, y := clockRank(&a), clockRank(&b); x != y {
			return x - y
		}
		return a.BreachAt.Compare(b.BreachAt)
	})
	v := t.clock(&r)
	v.Word = v.Name + " " + strings.ToLower(v.Word)
	v.Left, _, _ = strings.Cut(v.Left, ", ")
	return &v
}

func clockRank(r *sla.Reading) int {
	switch {
	case r.Stage != sla.Done && r.Breached:
		return 0
	case r.Stage == sla.Running:
		return 1
	case r.Stage != sla.Done:
		return 2
	case r.Breached:
		return 3
	}
	return 4
}
