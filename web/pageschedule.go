package web

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/oncall/rota"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// The weeks that a schedule's page draws, unless it is asked for others.
const (
	rotaWeeks = 4
	rotaMost  = 26
)

// rotaView is one schedule, drawn.
type rotaView struct {
	ID, Team, Zone string
	Picture        template.HTML
	Before, After  string // addresses of the weeks before and after
	Weeks          int
	Notes          []noteView
	Shifts         []shiftView
	Feed, Mine     string // addresses of the calendars of the schedule and of who looks; empty: none
	Revoke         bool   // who looks may end those of the schedule

	formState
	People []client.Person
	Me     string
	Made   []madeView // overrides made at run time that are not over
}

// madeView is an override that can be ended.
type madeView struct{ ID, Who, From, To, Why string }

// noteView is something about a rota that a picture says badly.
type noteView struct {
	Head, Text, Command string
	Bad                 bool
}

// schedulePage is GET /oncall/{id}.
func (c *call) schedulePage() error { return c.showSchedule(http.StatusOK, nil) }

func (c *call) showSchedule(status int, f *fault) error {
	t := c.teller()
	s, ok := t.book.Roster.Schedule(oncall.ScheduleID(c.r.PathValue("id")))
	if !ok {
		return &absentError{"schedule", c.r.PathValue("id")}
	}
	first, weeks, err := c.rotaSpan(s.Zone)
	if err != nil {
		return err
	}
	from, to := oncall.Wall(s.Zone, first, 0), oncall.Wall(s.Zone, first.AddDays(7*weeks), 0)
	drawn, _ := rota.Of(t.book.Roster, s.ID, from, to, c.now) // it is there
	address := func(days int) string {
		return "/oncall/" + url.PathEscape(string(s.ID)) + "?" + url.Values{"from": {first.AddDays(days).String()}, "weeks": {c.r.URL.Query().Get("weeks")}}.Encode()
	}
	own := t
	own.zone, own.me = s.Zone, ""
	v := rotaView{
		ID: string(s.ID), Team: string(s.Team), Zone: s.Zone.String(), Weeks: weeks, Before: address(-7 * weeks), After: address(7 * weeks),
		Picture: template.HTML(drawn.SVG(rota.Picture{Inline: true})), // it escapes what people wrote
		Notes:   own.rotaNotes(&drawn), Revoke: c.who.role.allows(Responder),
	}
	for _, sh := range s.Shifts(from, to) {
		v.Shifts = append(v.Shifts, shiftView{Who: own.names(userStrings(sh.Users)), From: own.day(sh.From), To: own.day(sh.To), Override: sh.Override, Gap: len(sh.Users) == 0})
	}
	if v.Feed, v.Mine, err = c.feedsOf(s); err != nil {
		return err
	}
	v.may, v.Fault = map[string]bool{"override": c.who.role.allows(Responder)}, f
	v.People, v.Me = t.people(), string(c.who.user)
	made, err := c.madeOverrides()
	if err != nil {
		return err
	}
	for _, o := range made {
		if o.Schedule == s.ID && o.To.After(c.now) {
			v.Made = append(v.Made, madeView{o.ID, own.names([]string{string(o.User)}), own.day(o.From), own.day(o.To), o.Reason})
		}
	}
	return c.show(status, "schedule", frame{Title: string(s.ID), Here: "oncall", Zone: s.Zone.String(), Body: v})
}

// overrideAct is POST /oncall/{id}/override: somebody takes hours of a schedule, or ends such an override.
func (c *call) overrideAct() error {
	form, err := c.form()
	if err != nil {
		return err
	}
	id := c.r.PathValue("id")
	if end := form.Get("end"); end != "" {
		err = c.s.Engine.DeleteOverride(c.r.Context(), end, c.who.actor())
	} else {
		var o oncall.Override
		if o, err = c.override(client.NewOverride{Schedule: id, User: form.Get("user"), From: form.Get("from"), To: form.Get("to"), Reason: form.Get("reason")}); err == nil {
			_, err = c.s.Engine.PutOverride(c.r.Context(), o, c.who.actor())
		}
	}
	return c.posted(err, "override", form, "/oncall/"+url.PathEscape(id), c.showSchedule)
}

// backToSchedule is GET /oncall/{id}/override.
func (c *call) backToSchedule() error {
	http.Redirect(c.w, c.r, "/oncall/"+url.PathEscape(c.r.PathValue("id")), http.StatusSeeOther)
	return nil
}

// rotaSpan reads which days are asked for: unless said, four weeks from Monday on.
func (c *call) rotaSpan(zone *time.Location) (first oncall.Date, weeks int, err error) {
	if weeks, err = c.count("weeks", rotaWeeks, rotaMost); err != nil {
		return first, 0, err
	}
	first = oncall.DateOf(c.now.In(zone))
	first = first.AddDays(-(int(first.Weekday()) + 6) % 7)
	if s := c.r.URL.Query().Get("from"); s != "" {
		at, err := when("from", s, zone)
		if err != nil {
			return first, 0, err
		}
		first = oncall.DateOf(at.In(zone))
	}
	return first, weeks, nil
}

// rotaNotes are gaps, shifts of people on leave, overrides and changes of the clocks, to the minute.
func (t teller) rotaNotes(v *rota.Rota) []noteView {
	span := func(from, to time.Time) string { return t.day(from) + " to " + t.day(to) }
	var all []noteView
	for _, g := range v.Gaps {
		all = append(all, noteView{Head: "Nobody", Text: span(g.From, g.To), Bad: true})
	}
	for _, c := range v.Clashes {
		all = append(all, noteView{Head: "On leave", Text: t.names([]string{c.User}) + " is on call " + span(c.From, c.To) + onlyIf(c.Reason != "", ", although away: "+c.Reason), Bad: true,
			Command: rota.CoverCommand(v.Schedule, c, t.zone)})
	}
	for _, l := range v.Lanes {
		for _, b := range l.Bars {
			if l.Kind == rota.File || l.Kind == rota.RunTime {
				all = append(all, noteView{Head: "Override", Text: t.names([]string{b.User}) + " " + span(b.From, b.To) + onlyIf(b.Why != "", ": "+b.Why) + onlyIf(b.By != "", ", by "+t.names([]string{b.By}))})
			}
		}
	}
	for _, c := range v.Changes {
		all = append(all, noteView{Head: "Clocks", Text: rota.ClockWords(c, t.zone)})
	}
	return all
}

// feedsOf are the addresses of the calendars of a schedule and of who looks.
func (c *call) feedsOf(s *oncall.Schedule) (feed, mine string, err error) {
	if c.s.Config().Links == nil {
		return "", "", nil
	}
	if feed, err = c.feedAddress(scheduleFeed, string(s.ID)); err != nil || c.who.user == "" {
		return feed, "", err
	}
	mine, err = c.feedAddress(userFeed, string(c.who.user))
	return feed, mine, err
}

// feedAct is POST /oncall/{id}/ical: somebody ends the addresses of a schedule's calendar, or of their own.
func (c *call) feedAct() error {
	s, ok := c.s.Engine.Book().Roster.Schedule(oncall.ScheduleID(c.r.PathValue("id")))
	if !ok {
		return &absentError{"schedule", c.r.PathValue("id")}
	}
	form, err := c.form()
	if err != nil {
		return err
	}
	switch {
	case form.Get("do") == "revoke-mine" && c.who.user != "":
		err = c.revoke(userFeed, string(c.who.user))
	case form.Get("do") == "revoke" && c.who.role.allows(Responder):
		err = c.revoke(scheduleFeed, string(s.ID))
	case form.Get("do") == "revoke":
		err = errForbidden(Responder)
	default:
		err = bad("do", "Go back and use the buttons.", "there is no such action")
	}
	if err != nil {
		return err
	}
	http.Redirect(c.w, c.r, "/oncall/"+url.PathEscape(string(s.ID))+"#calendars", http.StatusSeeOther)
	return nil
}

// revoke ends every address of a feed so far, and says so in the audit log.
func (c *call) revoke(purpose, name string) error {
	err := c.s.Store.Update(c.r.Context(), func(tx store.Tx) error {
		_, err := tx.AddCounter(feedCounter(purpose, name), 1)
		return err
	})
	if err != nil {
		return err
	}
	return c.s.Engine.Note(c.r.Context(), c.who.actor(), "ical.revoke", strings.TrimPrefix(purpose, "ical-")+"/"+name)
}
