package sla

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/internal/lapse"
)

// Known is what the rest of the configuration says, for Flaws.
type Known struct {
	Reasons    []string  // hold reason classes that exist
	Priorities []string  // that the matrix can give, the most urgent first
	Now        time.Time // from which calendars are looked at; zero: they are looked at for missing hours alone
}

// Flaw is something that a definition cannot mean, or hardly. A fatal one is a promise that can never start, never pause as
// it says, or never be kept; it must be an error of the configuration, for a clock that quietly does nothing looks like one that
// is kept.
type Flaw struct {
	Rule  string // such as sla-never-pauses
	Key   string // where in the definition: calendar, match.priority, pause_on_hold, response.P1, resolution.P1, warn_at
	What  string // what is wrong, without a full stop
	Do    string // what to do about it, without a full stop
	Fatal bool
}

// The rules of Flaws.
const (
	NeverStarts  = "sla-never-starts" // fatal: a clock, or a target, that no incident can start
	NeverPauses  = "sla-never-pauses" // fatal: a pause that no hold can cause
	NeverKept    = "sla-never-kept"   // fatal: the resolution is due before the response
	NeverOpens   = "sla-never-opens"  // fatal: the calendar has no hours in the next 400 days
	UnknownName  = "sla-unknown-name" // a priority that the matrix never gives
	LateWarning  = "sla-late-warning" // no warning before the breach, or a percent that means nothing
	LongTarget   = "sla-long-target"  // over later than a year after the start
	OddOrder     = "sla-odd-order"    // a more urgent priority has the longer target
	SaidTwice    = "sla-said-twice"   // a name that is in a list twice
	sightForOpen = 400 * 24 * time.Hour
	year         = 366 * 24 * time.Hour
)

// Flaws looks for what the definition cannot mean. It returns them in the order of the definition's fields.
func (d *Definition) Flaws(known Known) []Flaw {
	f := finder{d: d, known: known}
	opens := f.calendar()
	f.match()
	f.targets("response", d.Response, opens)
	f.targets("resolution", d.Resolution, opens)
	f.both()
	f.pauses()
	f.warnings()
	return f.flaws
}

type finder struct {
	d     *Definition
	known Known
	flaws []Flaw
}

func (f *finder) fatal(rule, key, do, what string, args ...any) {
	f.flaws = append(f.flaws, Flaw{Rule: rule, Key: key, What: fmt.Sprintf(what, args...), Do: do, Fatal: true})
}

func (f *finder) doubt(rule, key, do, what string, args ...any) {
	f.flaws = append(f.flaws, Flaw{Rule: rule, Key: key, What: fmt.Sprintf(what, args...), Do: do})
}

// calendar reports whether time ever counts.
func (f *finder) calendar() bool {
	c := f.d.Calendar
	if c == nil {
		return true
	}
	if _, ok := HoursPerDay(c); !ok {
		f.fatal(NeverOpens, "calendar", "give the calendar hours on at least one day",
			"calendar %s has no hours, so no time ever counts and no target can breach", f.d.CalendarName)
		return false
	}
	if now := f.known.Now; !now.IsZero() && c.Between(now, now.Add(sightForOpen)) == 0 {
		f.fatal(NeverOpens, "calendar", "check its holidays",
			"calendar %s does not open in the next 400 days: all of its hours are on holidays", f.d.CalendarName)
		return false
	}
	return true
}

func (f *finder) match() {
	list := f.d.Match.Priority
	given := func(p string) bool { return slices.Contains(f.known.Priorities, p) }
	if len(list) > 0 && !slices.ContainsFunc(list, given) {
		f.fatal(NeverStarts, "match.priority", "name a priority that it gives: "+strings.Join(f.known.Priorities, ", "),
			"the matrix gives none of %s, so this clock can never start", strings.Join(list, ", "))
	} else {
		for _, p := range list {
			if !given(p) {
				f.doubt(UnknownName, "match.priority", "remove it, or give it in the matrix", "the matrix never gives %s", p)
			}
		}
	}
	f.twice("match.priority", list)
	f.twice("match.service", f.d.Match.Service)
	f.twice("match.team", f.d.Match.Team)
	f.twice("match.type", f.d.Match.Type)
	if len(f.d.Response) == 0 && len(f.d.Resolution) == 0 {
		f.fatal(NeverStarts, "response", "give a target for a priority, under response or resolution",
			"nothing is promised, so this clock can never start")
	}
}

// targets looks at those of one kind, one by one and then in their order.
func (f *finder) targets(key string, targets map[string]time.Duration, opens bool) {
	for _, p := range f.order(targets) {
		t, at := targets[p], key+"."+p
		switch m := f.d.Match.Priority; {
		case t <= 0:
			f.fatal(NeverStarts, at, "give a time above zero", "a target of %s is no promise", lapse.Exact(t))
		case len(m) > 0 && !slices.Contains(m, p):
			f.fatal(NeverStarts, at, "add "+p+" to match.priority, or remove this target",
				"match.priority leaves %s out, so this target can never start", p)
		case !slices.Contains(f.known.Priorities, p):
			f.fatal(NeverStarts, at, "remove this target, or give "+p+" in the matrix",
				"the matrix never gives %s, so this target can never start by itself", p)
		case opens:
			f.long(at, t)
		}
	}
	var before string
	for _, p := range f.known.Priorities {
		if targets[p] <= 0 {
			continue
		}
		if before != "" && targets[before] > targets[p] {
			f.doubt(OddOrder, key+"."+before, "check which of the two is meant",
				"%s has %s, which is longer than the %s of %s", before, lapse.Exact(targets[before]), lapse.Exact(targets[p]), p)
		}
		before = p
	}
}

// order returns the priorities that have a target, known ones first.
func (f *finder) order(targets map[string]time.Duration) []string {
	var list, others []string
	for _, p := range f.known.Priorities {
		if _, ok := targets[p]; ok && !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	for p := range targets {
		if !slices.Contains(list, p) {
			others = append(others, p)
		}
	}
	slices.Sort(others)
	return append(list, others...)
}

func (f *finder) long(key string, target time.Duration) {
	if f.known.Now.IsZero() || f.d.Calendar == nil {
		if target > year {
			f.doubt(LongTarget, key, "check the unit", "%s are more than a year", lapse.Exact(target))
		}
		return
	}
	at, ok := f.d.Calendar.Add(f.known.Now, target)
	if !ok || at.Sub(f.known.Now) > year {
		f.doubt(LongTarget, key, "check the unit: it is time of the calendar, not of the clock on the wall",
			"%s of the hours of %s take more than a year", lapse.Exact(target), f.d.CalendarName)
	}
}

// both compares the two promises of a priority.
func (f *finder) both() {
	for _, p := range f.order(f.d.Response) {
		response, resolution := f.d.Response[p], f.d.Resolution[p]
		if response > 0 && resolution > 0 && response > resolution {
			f.fatal(NeverKept, "response."+p, "give "+p+" a response that is not longer than its resolution",
				"the response to %s may take %s, longer than its resolution of %s", p, lapse.Exact(response), lapse.Exact(resolution))
		}
	}
}

func (f *finder) pauses() {
	reasons := f.d.PauseOnHold
	if len(reasons) > 0 && len(f.d.Resolution) == 0 {
		f.fatal(NeverPauses, "pause_on_hold", "give a target under resolution, or remove pause_on_hold",
			"holds pause the resolution alone, and there is no resolution target, so nothing can ever pause")
		return
	}
	do := "there are no hold reasons; name some first"
	if len(f.known.Reasons) > 0 {
		do = "name one of " + strings.Join(f.known.Reasons, ", ")
	}
	for _, r := range reasons {
		if !slices.Contains(f.known.Reasons, r) {
			f.fatal(NeverPauses, "pause_on_hold", do, "no hold can have the reason %q, so it can never pause this clock", r)
		}
	}
	f.twice("pause_on_hold", reasons)
}

func (f *finder) warnings() {
	early := false
	for i, p := range f.d.WarnAt {
		early = early || p > 0 && p < 100
		switch {
		case p <= 0:
			f.fatal(LateWarning, "warn_at", "give a percent of the target, such as 75", "a warning at %d %% is never told", p)
		case i > 0 && p == f.d.WarnAt[i-1]:
			f.doubt(SaidTwice, "warn_at", "write it once", "%d is there twice", p)
		}
	}
	if len(f.d.WarnAt) > 0 && !early {
		f.doubt(LateWarning, "warn_at", "add one below 100, such as 75", "no warning comes before the breach")
	}
}

func (f *finder) twice(key string, list []string) {
	for i, name := range list {
		if slices.Index(list, name) < i {
			f.doubt(SaidTwice, key, "write it once", "%s is there twice", name)
		}
	}
}
