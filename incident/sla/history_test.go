package sla

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine that has none of its own

	"github.com/rouse/rouse/oncall"
)

var (
	histories = flag.Int("histories", 4000, "how many random histories to hold against the oracle")
	only      = flag.Int("history", -1, "the one history to read, by its number")
)

// Zones whose clocks are changed by half an hour, at midnight, on the other half of the world, around the moon, or never.
var zoneNames = []string{
	"Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "Africa/Casablanca", "UTC",
	"America/Nuuk", "America/Santiago", "Atlantic/Azores", "Asia/Beirut", "Pacific/Chatham", "Antarctica/Troll", "America/St_Johns",
}

// watchedDays is how much the oracle watches around a change; a history takes at most liveDays of them.
const (
	watchedDays = 40
	liveDays    = 12
)

// changesOf returns the changes of a zone's clocks in a few years, and an instant without one.
func changesOf(zone *time.Location) []time.Time {
	list := []time.Time{time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC)}
	for _, year := range []int{2010, 2011, 2024, 2026, 2027, 2039} {
		t := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		_, before := t.In(zone).Zone()
		for end := t.AddDate(1, 0, 0); t.Before(end); t = t.Add(time.Hour) {
			if _, offset := t.In(zone).Zone(); offset != before {
				list, before = append(list, t), offset
			}
		}
	}
	return list
}

// place is where and when histories happen.
type place struct {
	zone    *time.Location
	watched []*watched
}

func places(t testing.TB) []place {
	watchOnce.Do(func() { allPlaces = watchAll(t) })
	return allPlaces
}

// Watching takes a while and is the same for every test.
var (
	watchOnce sync.Once
	allPlaces []place
)

func watchAll(t testing.TB) []place {
	var list []place
	for _, name := range zoneNames {
		p := place{zone: mustZone(t, name)}
		for _, change := range changesOf(p.zone) {
			p.watched = append(p.watched, watch(t, p.zone, change.Truncate(time.Hour).AddDate(0, 0, -10), watchedDays))
		}
		list = append(list, p)
	}
	return list
}

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func randomMinute(r *rand.Rand) int {
	if r.IntN(2) == 0 {
		return pick(r, 0, 1, 30, 60, 90, 105, 120, 135, 150, 180, 210, 540, 1020, 1380, 1410, 1439, 1440)
	}
	return r.IntN(1441)
}

func randomCalendar(r *rand.Rand, w *watched) *Calendar {
	if r.IntN(8) == 0 {
		return nil
	}
	c := &Calendar{Zone: w.zone}
	for range pick(r, 0, 1, 1, 1, 2, 2, 3) {
		h := oncall.WeeklyHours{From: min(randomMinute(r), 1439), To: randomMinute(r)}
		if r.IntN(3) == 0 {
			h.From, h.To = 540, 1020
		}
		for day := range h.Days {
			h.Days[day] = r.IntN(4) > 0
		}
		c.Hours = append(c.Hours, h)
	}
	for range pick(r, 0, 0, 1, 3, 6) {
		day := w.instant(r.IntN(len(w.shown))).In(w.zone)
		c.Holidays = append(c.Holidays, oncall.DateOf(day))
	}
	return c
}

// randomDefinition promises whole minutes of which all percents that it warns at are whole minutes too.
func randomDefinition(r *rand.Rand, c *Calendar) *Definition {
	d := &Definition{Name: "s", CalendarName: "office", Calendar: c, Response: map[string]time.Duration{}, Resolution: map[string]time.Duration{}}
	for _, p := range []string{"P1", "P2", "P3"} {
		d.Response[p] = time.Duration(20*(1+r.IntN(pick(r, 3, 30, 150)))) * time.Minute
		d.Resolution[p] = time.Duration(20*(1+r.IntN(pick(r, 30, 150, 400)))) * time.Minute
	}
	d.PauseOnHold = [][]string{nil, {"vendor"}, {"vendor", "caller"}}[r.IntN(3)]
	d.WarnAt = [][]int{nil, {50}, {50, 75, 90}, {5, 75, 100, 150}, {120, 300}}[r.IntN(5)]
	return d
}

// randomHistory mostly follows what an incident can do, and sometimes does what it cannot.
func randomHistory(r *rand.Rand) history {
	var h history
	at := 4*24*60 + r.IntN(8*24*60)
	start := at
	add := func(k MarkKind, v string) {
		h.at = append(h.at, at)
		h.marks = append(h.marks, Mark{Kind: k, Value: v})
	}
	add(Opened, pick(r, "P1", "P2", "P3"))
	step := pick(r, 30, 300, 2000)
	for range r.IntN(12) {
		if r.IntN(8) > 0 {
			at += r.IntN(step)
		}
		if at > start+liveDays*24*60 {
			break
		}
		kind := pick(r, Acknowledged, Held, Held, Resumed, Held, Resumed, Resolved, Reopened, Priority, Opened)
		switch kind {
		case Held:
			add(kind, pick(r, "vendor", "vendor", "caller", "problem", ""))
		case Priority, Opened:
			add(kind, pick(r, "P1", "P2", "P3"))
		default:
			add(kind, "")
		}
	}
	h.now = max(0, at+r.IntN(step)-r.IntN(step)*r.IntN(2))
	return h
}

func latestPriority(h history) string {
	p := ""
	for i, m := range h.marks {
		if h.at[i] <= h.now && (m.Kind == Priority || m.Kind == Opened && p == "") {
			p = m.Value
		}
	}
	return p
}

// TestReadAgreesWithTheOracle is the law of the package. Run it for longer with -histories=100000; a failure names the number
// that -history takes.
func TestReadAgreesWithTheOracle(t *testing.T) {
	where := places(t)
	from, to := 0, *histories
	if *only >= 0 {
		from, to = *only, *only+1
	}
	wrong, met := 0, map[string]int{}
	for n := from; n < to && wrong < 10; n++ {
		r := rand.New(rand.NewPCG(uint64(n/8), 1)) // eight histories share a calendar
		p := where[r.IntN(len(where))]
		w := p.watched[r.IntN(len(p.watched))]
		c := randomCalendar(r, w)
		open := w.opened(c)
		r = rand.New(rand.NewPCG(uint64(n), 2))
		if diff := compare(r, randomDefinition(r, c), w, open, met); diff != "" {
			t.Errorf("history %d in %s: %s", n, p.zone, diff)
			wrong++
		}
	}
	for _, what := range []string{"running", "paused", "closed", "done", "breached", "in time", "paused before", "beyond", "next", "never read"} {
		if met[what] == 0 && *only < 0 {
			t.Errorf("no history was %s", what)
		}
	}
	t.Logf("met %v", met)
}

// note counts what the histories were like, for a test that never meets a pause says nothing of pauses.
func note(met map[string]int, want truth) {
	count := func(what string, is bool) {
		if is {
			met[what]++
		}
	}
	met[string(want.stage)]++
	count("breached", want.breached)
	count("in time", want.stage == Done && !want.breached)
	count("paused before", want.pausedFor > 0 && want.stage != Paused)
	count("beyond", want.breachAt == unseen)
	count("next", want.next >= 0)
}

// compare reads one history both ways, and says how the answers differ.
func compare(r *rand.Rand, d *Definition, w *watched, open []bool, met map[string]int) string {
	h := randomHistory(r)
	for i := range h.marks {
		h.marks[i].At = w.instant(h.at[i])
	}
	s := Subject{Priority: latestPriority(h)}
	got := map[Kind]Reading{}
	for _, c := range d.Read(s, h.marks, w.instant(h.now)) {
		got[c.Kind] = c
	}
	for _, kind := range []Kind{Response, Resolution} {
		want := ask(d, kind, s, h, open)
		c, ok := got[kind]
		if ok != (want.start >= 0) {
			return fmt.Sprintf("%s: read %t, want %t", kind, ok, !ok)
		}
		if !ok {
			met["never read"]++
			continue
		}
		note(met, want)
		if diff := differ(w, c, want); len(diff) > 0 {
			return fmt.Sprintf("%s: %v\nmarks %v\nnow %v\ndefinition %+v\ncalendar %+v", kind, diff, h.marks, w.instant(h.now), *d, d.Calendar)
		}
	}
	return ""
}

// differ lists the fields of a reading that the oracle does not agree with.
func differ(w *watched, c Reading, want truth) []string {
	var diff []string
	is := func(name string, got, want any) {
		if got != want {
			diff = append(diff, fmt.Sprintf("%s = %v, want %v", name, got, want))
		}
	}
	when := func(name string, got time.Time, want int) {
		switch end := w.instant(len(w.shown)); {
		case want >= 0:
			is(name, got, w.instant(want))
		case want == unseen && got.After(end):
			// It comes after what was watched.
		default:
			is(name, got, time.Time{})
		}
	}
	minutes := func(name string, got time.Duration, want int) { is(name, got, time.Duration(want)*time.Minute) }
	is("Priority", c.Priority, want.priority)
	is("Stage", c.Stage, want.stage)
	is("PausedBy", c.PausedBy, want.pausedBy)
	is("Breached", c.Breached, want.breached)
	is("Over", c.Over, want.over)
	minutes("Elapsed", c.Elapsed, want.elapsed)
	minutes("Wall", c.Wall, want.wall)
	minutes("PausedFor", c.PausedFor, want.pausedFor)
	minutes("PausedWall", c.PausedWall, want.pausedWall)
	when("StartAt", c.StartAt, want.start)
	when("DoneAt", c.DoneAt, want.done)
	when("BreachAt", c.BreachAt, want.breachAt)
	when("NextAt", c.NextAt, want.next)
	when("OriginalBreachAt", c.OriginalBreachAt, want.original)
	is("Percent", c.Percent, want.percent)
	return diff
}
