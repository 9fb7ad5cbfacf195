package migrate

import (
	"fmt"
	"time"
)

// minutes of a week in which a layer may have somebody.
type weekly [7 * dayMinutes]bool

// weeklyOf marks the spans of a week; no spans are all of it.
func weeklyOf(spans []span) *weekly {
	w := &weekly{}
	for _, s := range spans {
		for m := range min(s.minutes, len(w)) {
			w[(int(s.day)*dayMinutes+s.from+m)%len(w)] = true
		}
	}
	if len(spans) == 0 {
		for m := range w {
			w[m] = true
		}
	}
	return w
}

func (w *weekly) meets(o *weekly) bool {
	for m := range w {
		if w[m] && o[m] {
			return true
		}
	}
	return false
}

// shift is a layer of a pager that has everybody on call whose layers overlap, where rouse has the last layer win.
type shift struct {
	layer
	spans []span
	level int // a higher one hides those below it, as rouse's layers do
}

// together writes such shifts as one schedule, or as several where they overlap on one level: a target that named the schedule
// names them all, so that the same people are told. It returns their names.
func (p *pager) together(s schedule, all []shift) []string {
	var parts []schedule
	var taken [][]shift
	for _, x := range all {
		x.layer.hours = hours(x.spans)
		k := 0
		for ; k < len(taken); k++ {
			if !clash(taken[k], x) {
				break
			}
		}
		if k == len(taken) {
			taken = append(taken, nil)
			part := s
			if k > 0 {
				part = schedule{id: p.rotas.give("", fmt.Sprintf("%s-%d", s.id, k+1), "schedule"), team: s.team, zone: s.zone}
				part.notes.add("people who are on call beside those of %s. A policy names both.", s.id)
			}
			part.layers = nil
			parts = append(parts, part)
		}
		taken[k] = append(taken[k], x)
		parts[k].layers = append(parts[k].layers, x.layer)
		for j := range taken {
			if j == k || !below(taken[j], x) {
				continue
			}
			switch {
			case hidden(taken[j], x):
				continue
			case clash(taken[j], x):
				parts[k].layers[len(parts[k].layers)-1].notes.add("hides those of %s in part alone: others of its level are there.", parts[j].id)
				continue
			}
			over := x.layer // so that whom it hides there is not paged beside it
			over.notes = nil
			over.notes.add("the same as in %s, which a policy names too: it hides those above it here.", parts[k].id)
			taken[j] = append(taken[j], x)
			parts[j].layers = append(parts[j].layers, over)
		}
	}
	var names []string
	for k, part := range parts {
		if k == 0 && len(parts) > 1 && len(s.overrides) > 0 {
			part.notes.add("its overrides stand here alone: those of %s go on.", parts[1].id)
		}
		p.schedules = append(p.schedules, part)
		names = append(names, part.id)
	}
	if len(parts) == 0 {
		p.rota(s, "nobody on it")
	}
	return names
}

func clash(with []shift, x shift) bool {
	for _, o := range with {
		if o.level == x.level && weeklyOf(o.spans).meets(weeklyOf(x.spans)) {
			return true
		}
	}
	return false
}

// hidden reports whether others of a shift's level hide all that it would hide itself.
func hidden(by []shift, x shift) bool {
	times := weeklyOf(x.spans)
	for _, o := range by {
		if o.level == x.level {
			for m, on := range weeklyOf(o.spans) {
				times[m] = times[m] && !on
			}
		}
	}
	return *times == weekly{}
}

// below reports whether a shift hides some of these.
func below(these []shift, x shift) bool {
	for _, o := range these {
		if o.level < x.level && weeklyOf(o.spans).meets(weeklyOf(x.spans)) {
			return true
		}
	}
	return false
}

// monthly writes turns of some months, which change on the day of their start.
func (l *layer) monthly(zone *time.Location, start time.Time, months int) {
	local := clocks(start, zone)
	l.start, l.handoff = local.Format(time.DateOnly), local.Format("2 15:04")
	l.times("monthly", months)
}

// unitOf turns a kind of rotation and how many of it into the length of a turn; 0 for months.
func unitOf(kind string, n int) time.Duration {
	n = max(n, 1)
	switch kind {
	case "hourly":
		return time.Duration(min(n, 24*365)) * time.Hour
	case "daily":
		return time.Duration(min(n, 3650)) * day
	case "weekly":
		return time.Duration(min(n, 520)) * week
	}
	return 0
}
