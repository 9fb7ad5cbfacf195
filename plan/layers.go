package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/oncall"
)

// changes says in words what is written differently in a schedule.
func changes(a, b *oncall.Schedule, o Options) []string {
	var all []string
	if a.Zone.String() != b.Zone.String() {
		all = append(all, fmt.Sprintf("time zone %s -> %s", a.Zone, b.Zone))
	}
	pairs, gone, fresh := pair(a.Layers, b.Layers)
	for _, p := range pairs {
		in := ""
		if len(a.Layers) > 1 || len(b.Layers) > 1 {
			in = " (" + p.b.Name + ")"
		}
		for _, w := range layer(p.a, p.b) {
			all = append(all, w+in)
		}
	}
	for _, l := range gone {
		all = append(all, fmt.Sprintf("layer %s gone (%s)", l.Name, names(l.Users)))
	}
	for _, l := range fresh {
		all = append(all, fmt.Sprintf("layer %s new (%s)", l.Name, names(l.Users)))
	}
	if len(gone)+len(fresh) == 0 && !slices.IsSortedFunc(pairs, func(x, y layers) int { return x.at - y.at }) {
		all = append(all, "layers in another order")
	}
	return append(all, overrides(a, b, o)...)
}

// layers are two that are the same one before and after.
type layers struct {
	a, b oncall.Layer
	at   int // place of b
}

// pair finds which layer is which, by name.
func pair(a, b []oncall.Layer) (pairs []layers, gone, fresh []oncall.Layer) {
	named := func(list []oncall.Layer, name string) int {
		return slices.IndexFunc(list, func(l oncall.Layer) bool { return l.Name == name })
	}
	for _, l := range a {
		if k := named(b, l.Name); k >= 0 {
			pairs = append(pairs, layers{l, b[k], k})
		} else {
			gone = append(gone, l)
		}
	}
	for _, l := range b {
		if named(a, l.Name) < 0 {
			fresh = append(fresh, l)
		}
	}
	if len(gone) == 1 && len(fresh) == 1 { // renamed
		pairs = append(pairs, layers{gone[0], fresh[0], named(b, fresh[0].Name)})
		gone, fresh = nil, nil
	}
	return pairs, gone, fresh
}

// layer says what is different in one layer.
func layer(a, b oncall.Layer) []string {
	all := users(a.Users, b.Users)
	if x, y := rotation(a.Rotation), rotation(b.Rotation); x != y {
		all = append(all, fmt.Sprintf("rotation %s -> %s", x, y))
	}
	if x, y := handoff(a), handoff(b); x != y && (a.Rotation.Unit == b.Rotation.Unit || a.Handoff.Minute != b.Handoff.Minute) {
		all = append(all, fmt.Sprintf("handoff moved %s -> %s", x, y))
	}
	if a.Start != b.Start {
		all = append(all, fmt.Sprintf("start %s -> %s", a.Start, b.Start))
	}
	if x, y := open(a.Hours), open(b.Hours); x != y {
		all = append(all, fmt.Sprintf("hours %s -> %s", x, y))
	}
	return all
}

// users says how those who take turns changed.
func users(a, b []oncall.UserID) []string {
	if slices.Equal(a, b) {
		return nil
	}
	var differ []int
	for i := 0; len(a) == len(b) && i < len(a); i++ {
		if a[i] != b[i] {
			differ = append(differ, i)
		}
	}
	switch {
	case len(differ) == 2 && a[differ[0]] == b[differ[1]] && a[differ[1]] == b[differ[0]]:
		return []string{fmt.Sprintf("%s and %s swapped", a[differ[0]], a[differ[1]])}
	case len(differ) == 1:
		return []string{fmt.Sprintf("%s takes the turns of %s", b[differ[0]], a[differ[0]])}
	case slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))):
		return []string{fmt.Sprintf("turns in another order: %s -> %s", names(a), names(b))}
	}
	return []string{fmt.Sprintf("turns %s -> %s", names(a), names(b))}
}

func names(ids []oncall.UserID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = string(id)
	}
	return strings.Join(words, ", ")
}

func rotation(r oncall.Rotation) string {
	if r.Unit == oncall.Every {
		return "every " + short(r.Every)
	}
	return string(r.Unit)
}

// handoff is when turns change: Mon 09:00, 09:00, or day 1 09:00.
func handoff(l oncall.Layer) string {
	clock := fmt.Sprintf("%02d:%02d", l.Handoff.Minute/60, l.Handoff.Minute%60)
	switch l.Rotation.Unit {
	case oncall.Weekly:
		day := l.Start.Weekday()
		if l.Handoff.HasDay {
			day = l.Handoff.Weekday
		}
		return day.String()[:3] + " " + clock
	case oncall.Monthly:
		day := l.Handoff.Day
		if day == 0 {
			day = l.Start.Day
		}
		return fmt.Sprintf("day %d %s", day, clock)
	}
	return clock
}

// open writes the hours of a layer as the configuration does.
func open(hours []oncall.WeeklyHours) string {
	if len(hours) == 0 {
		return "always"
	}
	var all []string
	for _, h := range hours {
		all = append(all, fmt.Sprintf("%s %02d:%02d-%02d:%02d", days(h.Days), h.From/60, h.From%60, h.To/60, h.To%60))
	}
	return strings.Join(all, ", ")
}

// days writes weekdays as the configuration does: Mon-Fri, or Mon,Wed.
func days(on [7]bool) string {
	short := func(n int) string { return time.Weekday((n + 1) % 7).String()[:3] } // Monday first
	var words []string
	for i := 0; i < 7; i++ {
		if !on[(i+1)%7] {
			continue
		}
		first := i
		for i+1 < 7 && on[(i+2)%7] {
			i++
		}
		words = append(words, short(first))
		if i > first {
			words[len(words)-1] += "-" + short(i)
		}
	}
	return strings.Join(words, ",")
}

// overrides says which of those written in the file come and go, and which two swap turns.
func overrides(a, b *oncall.Schedule, o Options) []string {
	gone, fresh := without(a.Overrides, b.Overrides, o), without(b.Overrides, a.Overrides, o)
	var all []string
	for i, x := range fresh {
		for k, y := range fresh[:i] {
			if x.User != "" && y.User != "" && covers(a, x, y.User) && covers(a, y, x.User) {
				all = append(all, fmt.Sprintf("%s and %s swapped: %s has %s, %s has %s", y.User, x.User, y.User, span(b, y), x.User, span(b, x)))
				fresh[i].User, fresh[k].User = "", ""
			}
		}
	}
	for _, x := range gone {
		all = append(all, fmt.Sprintf("override gone: %s, %s%s", x.User, span(a, x), reason(x)))
	}
	for _, x := range fresh {
		if x.User != "" {
			all = append(all, fmt.Sprintf("override new: %s, %s%s", x.User, span(b, x), reason(x)))
		}
	}
	return all
}

// without are the overrides of a that b lacks, and that are not over.
func without(a, b []oncall.Override, o Options) []oncall.Override {
	var all []oncall.Override
	for _, x := range a {
		same := func(y oncall.Override) bool { return x.User == y.User && x.From.Equal(y.From) && x.To.Equal(y.To) }
		if x.To.After(o.From) && x.ID == "" && !slices.ContainsFunc(b, same) {
			all = append(all, x)
		}
	}
	return all
}

// covers reports whether an override replaces one person alone.
func covers(s *oncall.Schedule, o oncall.Override, u oncall.UserID) bool {
	shifts := s.Shifts(o.From, o.To)
	return !slices.ContainsFunc(shifts, func(h oncall.Shift) bool { return !slices.Equal(h.Users, []oncall.UserID{u}) })
}

func span(s *oncall.Schedule, o oncall.Override) string {
	return oncall.Span{From: o.From.In(s.Zone), To: o.To.In(s.Zone)}.String()
}

func reason(o oncall.Override) string {
	if o.Reason == "" {
		return ""
	}
	return " (" + o.Reason + ")"
}
