package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/simulate/rehearsal"
)

// bodyOf reads a payload: a file, or standard input for -.
func bodyOf(e env, path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(io.LimitReader(e.stdin, 10<<20))
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the payload cannot be read: %w", err)
	}
	return body, nil
}

// tellNight prints a timeline as a story.
func tellNight(p printer, line *rehearsal.Timeline, zone *time.Location) {
	p.line("%s", p.paint(bold, line.Start.In(zone).Format("Monday 2 January 2006, 15:04 MST")))
	p.line("")
	day := line.Start.In(zone).YearDay()
	last := ""
	for _, m := range line.Story() {
		at := m.At.In(zone)
		if at.YearDay() != day {
			day, last = at.YearDay(), ""
			p.line("%s", p.paint(bold, at.Format("Monday 2 January")))
		}
		clock := at.Format("15:04:05") + fmt.Sprintf("  %-7s", "+"+lapse.Exact(m.At.Sub(line.Start).Truncate(time.Second)))
		shown := p.paint(dim, clock)
		if clock == last {
			shown = strings.Repeat(" ", len(clock))
		}
		last = clock
		what, more := m.Words()
		if more != "" {
			more = "  " + p.paint(dim, plain(more))
		}
		p.line("%s %s %s%s", shown, p.mark(&m), p.night(&m, plain(what)), more)
	}
	p.line("")
	p.line("%s", inShort(line, zone))
}

// mark is a sign for a reader who skims: who is disturbed, what goes wrong, what ends it.
func (p printer) mark(m *rehearsal.Moment) string {
	switch {
	case m.Wakes() && m.Via == oncall.Call:
		return p.paint(yellow, "☎")
	case m.Wakes():
		return p.paint(yellow, "✉")
	case m.Kind == rehearsal.Missed || m.Kind == rehearsal.Refused || m.Kind == rehearsal.Broke:
		return p.paint(red, "✗")
	case m.Kind == rehearsal.Kind(incident.DidAck) || m.Kind == rehearsal.Kind(incident.DidResolve):
		return p.paint(green, "✓")
	case m.Kind == rehearsal.Kind(incident.DidEscalate):
		return "↑"
	}
	return "·"
}

func (p printer) night(m *rehearsal.Moment, what string) string {
	switch {
	case m.Wakes():
		return p.paint(bold, what)
	case m.Kind == rehearsal.Missed:
		return p.paint(dim, what)
	case m.Kind == rehearsal.Kind(incident.DidAck) || m.Kind == rehearsal.Kind(incident.DidResolve):
		return p.paint(green, what)
	}
	return what
}

// inShort sums a night up: who was woken how often, and how it ended.
func inShort(line *rehearsal.Timeline, zone *time.Location) string {
	var people []string
	for _, u := range line.People() {
		texts, calls, mails := 0, 0, 0
		for _, m := range line.Woken() {
			switch {
			case m.User != u:
			case m.Via == oncall.Call:
				calls++
			case m.Via == oncall.Email:
				mails++
			default:
				texts++
			}
		}
		var parts []string
		for _, x := range []struct {
			n         int
			one, many string
		}{{texts, "text", "texts"}, {calls, "call", "calls"}, {mails, "mail", "mails"}} {
			if x.n > 0 {
				parts = append(parts, count(x.n, x.one, x.many))
			}
		}
		people = append(people, fmt.Sprintf("%s (%s)", u, strings.Join(parts, ", ")))
	}
	woken := "Nobody is woken"
	if len(people) > 0 {
		woken = "Woken: " + strings.Join(people, ", ")
	}
	return woken + ". " + strings.Join(ends(line, zone), "; ") + "."
}

// ends says how each incident stands in the end.
func ends(line *rehearsal.Timeline, zone *time.Location) (all []string) {
	numbers := line.Incidents()
	for _, n := range numbers[:min(len(numbers), 5)] {
		i, _ := line.Last(n)
		s := fmt.Sprintf("%s is %s", i.Ref(), strings.ReplaceAll(string(i.State), "_", " "))
		switch {
		case i.Suppressed != nil && i.State == incident.Triggered:
			s += fmt.Sprintf(", suppressed by %s %s", i.Suppressed.Kind, i.Suppressed.Rule)
		case i.State == incident.Triggered:
			s += " after " + lapse.Exact(line.End.Sub(line.Start).Truncate(time.Second))
		case i.State == incident.Acknowledged && !i.AcknowledgedAt.IsZero():
			s += fmt.Sprintf(" by %s after %s", i.AckedBy, lapse.Exact(i.AcknowledgedAt.Sub(line.Start).Truncate(time.Second)))
		}
		all = append(all, s)
	}
	if len(numbers) > 5 {
		all = append(all, fmt.Sprintf("and %d more incidents", len(numbers)-5))
	}
	if len(all) == 0 {
		all = []string{"No incident is opened"}
	}
	return slices.Clip(all)
}
