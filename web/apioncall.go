package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/common/model"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/web/client"
)

const (
	shiftsAhead = 14 // days that shifts are given for unless the request says
	shiftsMost  = 400 * 24 * time.Hour
)

// onCall is GET /api/v1/oncall.
func (c *call) onCall() error {
	at, err := c.instant("at")
	if err != nil {
		return err
	}
	if at.IsZero() {
		at = c.now
	}
	book := c.s.Engine.Book()
	out := client.OnCall{At: at.UTC(), Schedules: []client.Duty{}, Services: []client.ServiceDuty{}}
	for _, d := range book.Roster.OnCallNow(at) {
		out.Schedules = append(out.Schedules, wireDuty(book.Roster, d))
	}
	for _, name := range slices.Sorted(maps.Keys(book.Services)) {
		out.Services = append(out.Services, serviceDuty(book, book.Services[name], at))
	}
	if out.Void, err = c.voidOverrides(book.Roster); err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

func wireDuty(r *oncall.Roster, d oncall.Duty) client.Duty {
	out := client.Duty{Schedule: string(d.Schedule), Team: string(d.Team), Now: wireShift(r, d.Now)}
	if s, ok := r.Schedule(d.Schedule); ok {
		out.Zone = s.Zone.String()
	}
	decided(r, d.Schedule, &out.Now)
	if !d.Next.From.IsZero() {
		next := wireShift(r, d.Next)
		decided(r, d.Schedule, &next)
		out.Next = &next
	}
	return out
}

// serviceDuty says whom a service's policy means at an instant, level by level.
func serviceDuty(book *incident.Rulebook, svc incident.Service, at time.Time) client.ServiceDuty {
	r := book.Roster
	p, ok := r.Policy(svc.Policy)
	if !ok {
		p, _ = r.Policy(r.Fallback())
	}
	out := client.ServiceDuty{Service: svc.Name, Team: string(svc.Team), Policy: string(p.ID), Levels: []client.Level{}}
	for k, l := range p.Levels {
		lv := client.Level{Level: k + 1, Wait: model.Duration(l.Wait).String(), RoundRobin: l.RoundRobin, People: people(r, resolve(r, l, at)), Targets: []string{}}
		for _, t := range l.Targets {
			lv.Targets = append(lv.Targets, t.String())
		}
		out.Levels = append(out.Levels, lv)
	}
	return out
}

// resolve says whom a level means, each once.
func resolve(r *oncall.Roster, l oncall.Level, at time.Time) []oncall.UserID {
	var ids []oncall.UserID
	for _, t := range l.Targets {
		for _, id := range r.Resolve(t, at) {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// schedules is GET /api/v1/schedules.
func (c *call) schedules() error {
	out := []client.Schedule{}
	for _, s := range c.s.Engine.Book().Roster.Schedules() {
		out = append(out, wireSchedule(s))
	}
	c.write(http.StatusOK, out)
	return nil
}

func wireSchedule(s *oncall.Schedule) client.Schedule {
	return client.Schedule{ID: string(s.ID), Team: string(s.Team), Zone: s.Zone.String()}
}

// shifts is GET /api/v1/schedules/{id}/shifts.
func (c *call) shifts() error {
	r := c.s.Engine.Book().Roster
	s, ok := r.Schedule(oncall.ScheduleID(c.r.PathValue("id")))
	if !ok {
		return errGone
	}
	from, to, err := c.span(s.Zone)
	if err != nil {
		return err
	}
	out := client.Shifts{Schedule: wireSchedule(s), From: from, To: to, Shifts: []client.Shift{}}
	for _, sh := range s.Shifts(from, to) {
		w := wireShift(r, sh)
		decided(r, s.ID, &w)
		out.Shifts = append(out.Shifts, w)
	}
	c.write(http.StatusOK, out)
	return nil
}

// span reads from and to of the query on the clock of a zone: unless said from now on, for 14 days.
func (c *call) span(zone *time.Location) (from, to time.Time, err error) {
	q := c.r.URL.Query()
	from = c.now.UTC()
	if s := q.Get("from"); s != "" {
		if from, err = when("from", s, zone); err != nil {
			return from, to, err
		}
	}
	to = from.AddDate(0, 0, shiftsAhead)
	if s := q.Get("to"); s != "" {
		if to, err = when("to", s, zone); err != nil {
			return from, to, err
		}
	}
	switch {
	case !to.After(from):
		return from, to, bad("to", "Name a time after from.", "it is not after the beginning")
	case to.Sub(from) > shiftsMost:
		return from, to, bad("to", "Ask for less at a time.", "more than 400 days were asked for")
	}
	return from, to, nil
}

// users is GET /api/v1/users.
func (c *call) users() error {
	r := c.s.Engine.Book().Roster
	teams := r.Teams()
	out := []client.User{}
	for _, u := range r.Users() {
		out = append(out, wireUser(r, u, teams))
	}
	c.write(http.StatusOK, out)
	return nil
}

func wireUser(r *oncall.Roster, u oncall.User, teams []oncall.Team) client.User {
	out := client.User{
		Person: person(r, u.ID), Zone: u.Zone.String(), Phone: mask(oncall.SMS, u.Phone), Email: mask(oncall.Email, u.Email),
		Teams: []string{}, Notify: map[string][]client.Rule{},
	}
	for _, t := range teams {
		if slices.Contains(t.Members, u.ID) {
			out.Teams = append(out.Teams, string(t.ID))
		}
	}
	for _, urgency := range []oncall.Urgency{oncall.High, oncall.Low} {
		for _, rule := range u.Rules(urgency) {
			out.Notify[string(urgency)] = append(out.Notify[string(urgency)], client.Rule{Via: string(rule.Via), After: model.Duration(rule.After).String()})
		}
	}
	if q := u.Quiet; q != nil {
		out.Quiet = &client.Quiet{From: clock(q.From), To: clock(q.To)}
	}
	return out
}

// clock writes a minute of the day as 22:00.
func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }
