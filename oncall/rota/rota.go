// Package rota lays out a schedule for people to look at: its layers, what overrides them, who is on call in the end, where nobody
// is, who is on leave, and where the clocks change. It draws that as text for a terminal and as SVG.
//
// It is pure: time, names and colours are handed in, and the drawing is a value. It decides nothing: all that it shows it asks of
// package oncall. Its law: what is drawn is what At says, and a gap is never too short to be seen.
package rota

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/rouse/rouse/oncall"
)

// Palette is how many colours people get in turn.
const Palette = 8

// Rota is a schedule over some days, laid out. Times are in UTC.
type Rota struct {
	Schedule string    `json:"schedule"`
	Team     string    `json:"team,omitempty"`
	Zone     string    `json:"zone"` // IANA name
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Now      time.Time `json:"now,omitzero"` // zero: no moment is marked
	People   []Person  `json:"people"`       // all who are drawn, in the order in which they appear
	Lanes    []Lane    `json:"lanes"`        // layers from the bottom up, overrides of the file, those of run time, and last who is on call
	Gaps     []Stretch `json:"gaps"`         // when nobody is on call
	Changes  []Change  `json:"changes"`      // of the clocks
	Clashes  []Clash   `json:"clashes"`      // shifts of people who are on leave
}

// Person is somebody in the drawing.
type Person struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Colour int    `json:"colour"` // 0 to Palette-1
}

// Kind says what a lane shows.
type Kind string

// The kinds of lanes.
const (
	Layer   Kind = "layer"
	File    Kind = "file"    // overrides written in the configuration
	RunTime Kind = "runtime" // overrides made by people
	Final   Kind = "final"   // who is on call
)

// Lane is one line of the drawing. Where it has no bar it has nobody.
type Lane struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	Bars []Bar  `json:"bars"`
}

// Bar is a stretch with one person.
type Bar struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	User string    `json:"user"`
	Why  string    `json:"why,omitempty"` // the reason or id of the override that decides
	By   string    `json:"by,omitempty"`  // who made it
	Away bool      `json:"away,omitempty"`
}

// Stretch is from an instant to another, which is not in it.
type Stretch struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Change is a change of the clocks.
type Change struct {
	At      time.Time `json:"at"`
	Minutes int       `json:"minutes"` // by how many the clocks go forward; below 0 they go back
}

// Clash is a shift, or a part of one, of somebody who is on leave.
type Clash struct {
	User   string    `json:"user"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Reason string    `json:"reason,omitempty"` // of the leave
	Cover  string    `json:"cover,omitempty"`  // somebody of the schedule who is there
}

// Of lays out a schedule of a roster in [from, to), with its run-time overrides and leave as far as the roster has them. It is false
// when there is no such schedule.
func Of(r *oncall.Roster, id oncall.ScheduleID, from, to, now time.Time) (Rota, bool) {
	s, ok := r.Schedule(id)
	if !ok {
		return Rota{}, false
	}
	v := Rota{
		Schedule: string(s.ID), Team: string(s.Team), Zone: s.Zone.String(), From: from.UTC(), To: to.UTC(), Now: now.UTC(),
		People: []Person{}, Gaps: []Stretch{}, Changes: Changes(s.Zone, from, to), Clashes: []Clash{},
	}
	for _, l := range s.Layers {
		alone := &oncall.Schedule{Zone: s.Zone, Layers: []oncall.Layer{l}}
		v.Lanes = append(v.Lanes, Lane{Name: l.Name, Kind: Layer, Bars: v.bars(r, alone, nil)})
	}
	for _, kind := range []Kind{File, RunTime} {
		own := slices.DeleteFunc(slices.Clone(s.Overrides), func(o oncall.Override) bool { return (o.ID == "") != (kind == File) })
		alone := &oncall.Schedule{Zone: s.Zone, Overrides: own}
		if bars := v.bars(r, alone, own); len(bars) > 0 {
			v.Lanes = append(v.Lanes, Lane{Name: map[Kind]string{File: "overrides", RunTime: "by hand"}[kind], Kind: kind, Bars: bars})
		}
	}
	v.Lanes = append(v.Lanes, Lane{Name: "on call", Kind: Final, Bars: v.bars(r, s, s.Overrides)})
	for _, sh := range s.Shifts(from, to) {
		if len(sh.Users) == 0 {
			v.Gaps = append(v.Gaps, Stretch{sh.From.UTC(), sh.To.UTC()})
		}
	}
	for _, c := range r.Clashes(id, from, to) {
		v.Clashes = append(v.Clashes, Clash{User: string(c.User), From: c.From.UTC(), To: c.To.UTC(), Reason: c.Leave.Reason, Cover: string(c.Cover)})
	}
	v.people(r)
	return v, true
}

// bars are the stretches of a schedule that have somebody; overrides are those that may decide in it.
func (v *Rota) bars(r *oncall.Roster, s *oncall.Schedule, overrides []oncall.Override) []Bar {
	bars := []Bar{}
	for _, sh := range s.Shifts(v.From, v.To) {
		for _, u := range sh.Users {
			b := Bar{From: sh.From.UTC(), To: sh.To.UTC(), User: string(u), Why: sh.Override}
			for _, o := range overrides {
				if o.User == u && sh.Override != "" && !o.From.After(sh.From) && sh.From.Before(o.To) {
					b.By = o.By // the latest that fits: the list has the winner last
				}
			}
			_, b.Away = r.Away(u, sh.From, sh.To)
			bars = append(bars, b)
		}
	}
	return bars
}

// people collects who appears, the one who is on call first, and gives each the colour that they have everywhere.
func (v *Rota) people(r *oncall.Roster) {
	seen := map[string]bool{}
	users := r.Users()
	for k := len(v.Lanes) - 1; k >= 0; k-- {
		for _, b := range v.Lanes[k].Bars {
			if seen[b.User] {
				continue
			}
			seen[b.User] = true
			p := Person{ID: b.User, Name: b.User}
			for n, u := range users {
				if string(u.ID) == b.User {
					p.Name, p.Colour = u.Name, n%Palette
				}
			}
			v.People = append(v.People, p)
		}
	}
}

// Changes returns when the clocks of a zone are changed in [from, to). Times are in UTC.
func Changes(zone *time.Location, from, to time.Time) []Change {
	list := []Change{}
	for t := from; t.Before(to); {
		end, ok := oncall.SteadyUntil(zone, t)
		if !ok || !end.Before(to) {
			break
		}
		_, before := end.Add(-time.Second).In(zone).Zone()
		if _, after := end.In(zone).Zone(); after != before {
			list = append(list, Change{At: end.UTC(), Minutes: (after - before) / 60})
		}
		t = end
	}
	return list
}

// CoverCommand is what to type to have somebody stand in for who is on leave, in whole minutes around it; NAME stands for somebody
// where nobody is left.
func CoverCommand(schedule string, c Clash, zone *time.Location) string {
	named := zone.String() != "Local" // which is another on the next machine
	form := func(t time.Time) string {
		l := t.In(zone)
		if named && oncall.Wall(zone, oncall.DateOf(l), l.Hour()*60+l.Minute()).Equal(t.Truncate(time.Minute)) {
			return l.Format("2006-01-02 15:04")
		}
		return l.Truncate(time.Minute).Format(time.RFC3339) // the second of two
	}
	at := fmt.Sprintf("--from %q --to %q", form(c.From), form(c.To.Add(time.Minute-1)))
	if named {
		at += " --zone " + zone.String()
	}
	return fmt.Sprintf("rouse override add --schedule %s --user %s %s --reason %q", schedule, cmp.Or(c.Cover, "NAME"), at, c.User+" is on leave")
}

// person finds somebody who is drawn.
func (v *Rota) person(id string) Person {
	for _, p := range v.People {
		if p.ID == id {
			return p
		}
	}
	return Person{ID: id, Name: id}
}

// Location is the schedule's zone, or UTC where this machine does not know it.
func (v *Rota) Location() *time.Location {
	zone, err := time.LoadLocation(v.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// week is seven days of the calendar, or what of them is drawn.
type week struct {
	days []day
}

// day is one day of the calendar in the schedule's zone.
type day struct {
	date     oncall.Date
	from, to time.Time
	today    bool
	changes  []Change
}

// free reports whether it is a Saturday or Sunday.
func (d day) free() bool {
	w := d.date.Weekday()
	return w == time.Saturday || w == time.Sunday
}

// weeks cuts the time into weeks of seven days that begin with the first day drawn. The first and the last day are drawn whole.
func (v *Rota) weeks() []week {
	zone := v.Location()
	var all []week
	for d := oncall.DateOf(v.From.In(zone)); oncall.Wall(zone, d, 0).Before(v.To); d = d.AddDays(1) {
		if n := len(all); n == 0 || len(all[n-1].days) == 7 {
			all = append(all, week{})
		}
		x := day{date: d, from: oncall.Wall(zone, d, 0), to: oncall.Wall(zone, d.AddDays(1), 0)}
		x.today = !v.Now.IsZero() && !v.Now.Before(x.from) && v.Now.Before(x.to)
		for _, c := range v.Changes {
			if !c.At.Before(x.from) && c.At.Before(x.to) {
				x.changes = append(x.changes, c)
			}
		}
		w := &all[len(all)-1]
		w.days = append(w.days, x)
	}
	return all
}

// within are the lanes to draw in a week: layers and who is on call always, overrides where there are some.
func (v *Rota) within(w week) []*Lane {
	var lanes []*Lane
	for i := range v.Lanes {
		l := &v.Lanes[i]
		some := slices.ContainsFunc(l.Bars, func(b Bar) bool { return overlap(b.From, b.To, w.days[0].from, w.end()) > 0 })
		if some || l.Kind == Layer || l.Kind == Final {
			lanes = append(lanes, l)
		}
	}
	return lanes
}

func (w week) end() time.Time { return w.days[len(w.days)-1].to }

// overlap is how long two stretches have in common.
func overlap(aFrom, aTo, bFrom, bTo time.Time) time.Duration {
	if bFrom.After(aFrom) {
		aFrom = bFrom
	}
	if bTo.Before(aTo) {
		aTo = bTo
	}
	return max(0, aTo.Sub(aFrom))
}
