package oncall

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Span is a stretch of time. From is inclusive, To exclusive.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Gaps are the stretches of [from, to) in which nobody is on call, in order, in the schedule's zone. Whose turn it is makes no
// difference to them, so turns are not counted, however short they are.
func (s *Schedule) Gaps(from, to time.Time) []Span {
	still := *s
	still.Layers = slices.Clone(s.Layers)
	for i, l := range still.Layers {
		if len(l.Users) > 0 && !slices.Contains(l.Users, "") {
			still.Layers[i].Users = l.Users[:1]
		}
	}
	var gaps []Span
	for _, shift := range still.Shifts(from, to) {
		if len(shift.Users) == 0 {
			gaps = append(gaps, Span{shift.From, shift.To})
		}
	}
	return gaps
}

// Union joins spans that touch or overlap. The answer is in order.
func Union(spans ...Span) []Span {
	sorted := slices.SortedStableFunc(slices.Values(spans), func(a, b Span) int { return a.From.Compare(b.From) })
	var all []Span
	for _, s := range sorted {
		n := len(all)
		switch {
		case !s.From.Before(s.To):
		case n > 0 && !s.From.After(all[n-1].To):
			if s.To.After(all[n-1].To) {
				all[n-1].To = s.To
			}
		default:
			all = append(all, s)
		}
	}
	return all
}

// Common is the time that two lists share, each in order and without overlap, as the answer is.
func Common(a, b []Span) []Span {
	var all []Span
	for i, k := 0, 0; i < len(a) && k < len(b); {
		from, to := a[i].From, a[i].To
		if b[k].From.After(from) {
			from = b[k].From
		}
		if b[k].To.Before(to) {
			to = b[k].To
		}
		if from.Before(to) {
			all = append(all, Span{from, to})
		}
		if a[i].To.Before(b[k].To) {
			i++
		} else {
			k++
		}
	}
	return all
}

// Total adds up how long spans last.
func Total(spans []Span) (sum time.Duration) {
	for _, s := range spans {
		sum += s.To.Sub(s.From)
	}
	return sum
}

// recurring is how often a stretch comes back at the same time of day before it is said once for all.
const recurring = 3

// Describe says when spans are, on the clocks of zone, in at most most phrases and one that counts the rest. Those that recur at
// the same times of day are one phrase: "Mon-Fri 18:00 to 09:00 the next day (65 times from 2026-11-23)".
func Describe(spans []Span, zone *time.Location, most int) []string {
	type clock struct{ from, to, days int }
	groups := map[clock][]Span{}
	var order []clock
	for _, s := range spans {
		from, to := s.From.In(orUTC(zone)), s.To.In(orUTC(zone))
		key := clock{from.Hour()*60 + from.Minute(), to.Hour()*60 + to.Minute(), int(DateOf(to).number() - DateOf(from).number())}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], Span{from, to})
	}
	var words []string
	count := 0 // spans that are said
	for _, key := range order {
		g := groups[key]
		if len(g) >= recurring && len(words) < most {
			words = append(words, describeAll(g))
			count += len(g)
			continue
		}
		for _, s := range g {
			if len(words) == most {
				break
			}
			words = append(words, s.String())
			count++
		}
	}
	if rest := len(spans) - count; rest > 0 {
		words = append(words, fmt.Sprintf("and %d more", rest))
	}
	return words
}

// describeAll says when spans are that begin and end at the same times of day.
func describeAll(g []Span) string {
	first, on := g[0], weekdays(g)
	to := first.To.Format("15:04")
	switch days := DateOf(first.To).number() - DateOf(first.From).number(); {
	case days > 0 && len(on) == len("Mon"):
		to = first.To.Format("Mon 15:04")
	case days == 1:
		to += " the next day"
	case days > 1:
		to += fmt.Sprintf(" %d days later", days)
	}
	return fmt.Sprintf("%s %s to %s (%d times from %s)", on, first.From.Format("15:04"), to, len(g), DateOf(first.From))
}

// weekdays names the days on which spans begin: Mon-Fri, or Sat and Sun; every day.
func weekdays(g []Span) string {
	var on [7]bool // Monday first
	for _, s := range g {
		on[(int(s.From.Weekday())+6)%7] = true
	}
	var words []string
	for i := 0; i < 7; i++ {
		if !on[i] {
			continue
		}
		last := i
		for last+1 < 7 && on[last+1] {
			last++
		}
		short := func(n int) string { return time.Weekday((n + 1) % 7).String()[:3] }
		switch {
		case i == 0 && last == 6:
			return "every day"
		case last-i > 1:
			words = append(words, short(i)+"-"+short(last))
		case last > i:
			words = append(words, short(i), short(last))
		default:
			words = append(words, short(i))
		}
		i = last
	}
	return strings.Join(words, ", ")
}

// String is such as "Sat 2026-12-05 18:00 to Sun 2026-12-06 09:00", or "Sat 2026-12-05 18:00 to 21:00", in the zone of the span.
func (s Span) String() string {
	const form = "Mon 2006-01-02 15:04"
	to := s.To.Format(form)
	if DateOf(s.From) == DateOf(s.To) {
		to = s.To.Format("15:04")
	}
	from := s.From.Format(form)
	if s.From.Format("MST") != s.To.Format("MST") && DateOf(s.From) == DateOf(s.To) { // the clocks change in between
		from, to = s.From.Format(form+" MST"), s.To.Format("15:04 MST")
	}
	return from + " to " + to
}
