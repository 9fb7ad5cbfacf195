package router

import (
	"cmp"
	"encoding"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/alertmanager/timeinterval"
	"github.com/prometheus/common/model"
)

// Words says in words what keeps people from being paged by the file: each rule of inhibition, window and time interval by its
// kind and name, such as "maintenance nightly"; what has no name is known by its words. Two that say the same have the same words.
func (g *Gate) Words() map[string]string {
	out := map[string]string{}
	put := func(kind, name, words string) {
		name = kind + " " + cmp.Or(name, words)
		for n := 2; out[name] != "" && out[name] != words; n++ {
			name = fmt.Sprintf("%s (%d)", strings.TrimSuffix(name, fmt.Sprintf(" (%d)", n-1)), n)
		}
		out[name] = words
	}
	for _, r := range g.rules {
		name := r.Name
		r.Name, r.Pos = "", ""
		r.Sources, r.Targets, r.Equal = ordered(r.Sources), ordered(r.Targets), slices.Sorted(slices.Values(r.Equal))
		put("inhibition", name, r.String())
	}
	for _, p := range g.windows {
		put("maintenance", p.Name, p.words())
	}
	for name, v := range g.intervals {
		put("time interval", name, v.words())
	}
	return out
}

// ordered is a sorted copy: the order in which matchers are written means nothing.
func ordered(ms labels.Matchers) labels.Matchers {
	ms = slices.Clone(ms)
	sort.Sort(ms)
	return ms
}

func (w Window) words() string {
	zone := w.Zone
	if zone == nil {
		zone = time.UTC
	}
	what := "{" + inWords(ordered(w.Matchers)) + "} "
	if !w.Recurring {
		const form = "Mon 2006-01-02 15:04"
		return what + "from " + w.From.In(zone).Format(form) + " to " + w.To.In(zone).Format(form+" MST")
	}
	days := "every day"
	if len(w.Weekdays) > 0 {
		names := make([]string, len(w.Weekdays))
		for k, d := range w.Weekdays {
			names[k] = d.String()[:3]
		}
		days = strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s%s at %02d:%02d for %s, %s", what, days, w.Minute/60, w.Minute%60, model.Duration(w.For), zone)
}

func (v *interval) words() string {
	var all []string
	for _, ti := range v.list {
		all = append(all, intervalWords(ti))
	}
	return strings.Join(all, "; or ")
}

// intervalWords is such as "22:00-24:00, saturday:sunday, Europe/Madrid".
func intervalWords(ti timeinterval.TimeInterval) string {
	var parts []string
	for _, r := range ti.Times {
		parts = append(parts, fmt.Sprintf("%02d:%02d-%02d:%02d", r.StartMinute/60, r.StartMinute%60, r.EndMinute/60, r.EndMinute%60))
	}
	parts = appendRanges(parts, "", ti.Weekdays)
	parts = appendRanges(parts, "day of the month ", ti.DaysOfMonth)
	parts = appendRanges(parts, "month ", ti.Months)
	parts = appendRanges(parts, "", ti.Years)
	if len(parts) == 0 {
		parts = append(parts, "always")
	}
	if ti.Location != nil && ti.Location.Location != nil {
		parts = append(parts, ti.Location.String())
	}
	return strings.Join(parts, ", ")
}

func appendRanges[R encoding.TextMarshaler](parts []string, unit string, all []R) []string {
	for _, r := range all {
		if text, err := r.MarshalText(); err == nil {
			parts = append(parts, unit+string(text))
		}
	}
	return parts
}
