package web_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web"
	"github.com/rouse/rouse/web/client"
)

var filterOpen = client.Filter{States: []string{"open"}}

// viewPages finds the id of the first page of an incident.
func viewPages(n int64, id *string) func(store.Tx) error {
	return func(tx store.Tx) error {
		pages, err := tx.PagesOf(n)
		if err == nil && len(pages) == 0 {
			err = errors.New("there is no page")
		}
		if err == nil {
			*id = pages[0].ID
		}
		return err
	}
}

// TestAnIncidentsLife goes through every act by the client.
func TestAnIncidentsLife(t *testing.T) {
	w := newWorld(t)
	ctx, bo := t.Context(), w.api("responder")
	i, err := bo.Report(ctx, client.Report{Service: "checkout", Title: "  Nobody can\npay  ", Text: "Three customers called.", Category: "availability"})
	must(t, err)
	if i.Number != 1 || i.Ref != "INC-1" || i.State != "triggered" || i.Title != "Nobody can pay" || i.Priority != "P1" || i.Type != "technical" ||
		i.Reporter != "bo" || i.Team != "payments" || !slices.Equal(i.Paging, []string{"ana"}) || i.Level != 1 || i.NextAt != night.Add(5*time.Minute) || i.URL != "http://rouse.test/i/1" {
		t.Errorf("reported: got %+v", i)
	}
	i, err = bo.Escalate(ctx, 1)
	must(t, err)
	if i.Level != 2 || !slices.Equal(i.Paging, []string{"cy"}) {
		t.Errorf("escalated: got level %d, paging %v", i.Level, i.Paging)
	}
	i, err = bo.Ack(ctx, 1, client.Lease{For: "2h"})
	must(t, err)
	if i.State != "acknowledged" || i.AckedBy != "bo" || i.Assignee != "bo" || i.AckUntil != night.Add(2*time.Hour) || i.Paging != nil {
		t.Errorf("acknowledged: got %+v", i)
	}
	_, err = w.api("manager").Ack(ctx, 1, client.Lease{})
	var e *client.Error
	if !errors.As(err, &e) || e.Status != 409 || e.Code != "already" || e.Message != "already acknowledged by bo" {
		t.Errorf("the second to acknowledge: got %v", err)
	}
	i, err = bo.Hold(ctx, 1, client.Holding{Reason: "the bank", Lease: client.Lease{Until: "2026-11-23 09:30"}})
	must(t, err)
	if i.State != "on_hold" || i.HoldReason != "the bank" || i.HoldUntil != time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC) {
		t.Errorf("held: got %+v", i)
	}
	i, err = bo.Reassign(ctx, 1, "Ana")
	must(t, err)
	if i.State != "triggered" || i.Assignee != "ana" || i.Epoch != 2 {
		t.Errorf("reassigned: got %+v", i)
	}
	i, err = bo.Note(ctx, 1, "The bank answers again.")
	must(t, err)
	i, err = bo.Resolve(ctx, 1, client.Resolution{Code: "restored", Note: "The bank was down."})
	must(t, err)
	if i.State != "resolved" || i.Code != "restored" || i.Note != "The bank was down." || i.ResolvedAt.IsZero() {
		t.Errorf("resolved: got %+v", i)
	}
	i, err = bo.Close(ctx, 1, client.Closure{Note: "Told the shops."})
	must(t, err)
	if i.State != "closed" {
		t.Errorf("closed: got %s", i.State)
	}
	if _, err = bo.Ack(ctx, 1, client.Lease{}); codeOf(t, err) != "closed" {
		t.Errorf("after the end: got %v", err)
	}
	d, err := w.api("viewer").Incident(ctx, 1, 0)
	must(t, err)
	var kinds []string
	for _, entry := range d.Timeline {
		kinds = append(kinds, entry.Kind)
	}
	for _, want := range []string{"opened", "note", "escalated", "acknowledged", "held", "assigned", "resolved", "closed"} {
		if !slices.Contains(kinds, want) {
			t.Errorf("the timeline lacks %s: %v", want, kinds)
		}
	}
	if d.Entries != len(d.Timeline) || len(d.Pages) == 0 || d.Pages[0].To == "+34600000001" {
		t.Errorf("got %d entries of %d, pages %+v", len(d.Timeline), d.Entries, d.Pages)
	}
}

func TestListFilters(t *testing.T) {
	w := newWorld(t)
	ctx, v := t.Context(), w.api("viewer")
	a := w.fire("checkout", "A")
	w.clock.Add(time.Hour)
	b := w.fire("mail", "B")
	_, err := w.api("responder").Ack(ctx, b, client.Lease{})
	must(t, err)
	w.clock.Add(time.Hour)
	c := w.fire("mail", "C")
	_, err = w.api("responder").Resolve(ctx, c, client.Resolution{})
	must(t, err)
	tests := []struct {
		name string
		f    client.Filter
		want []int64
	}{
		{"all, newest first", client.Filter{}, []int64{c, b, a}},
		{"open", client.Filter{States: []string{"open"}}, []int64{b, a}},
		{"two states", client.Filter{States: []string{"acknowledged", "resolved"}}, []int64{c, b}},
		{"a service", client.Filter{Service: "mail"}, []int64{c, b}},
		{"a team", client.Filter{Team: "payments"}, []int64{c, b, a}},
		{"another team", client.Filter{Team: "other"}, nil},
		{"since", client.Filter{Since: night.Add(time.Hour)}, []int64{c, b}},
		{"until", client.Filter{Until: night.Add(time.Hour)}, []int64{a}},
		{"before", client.Filter{Before: c}, []int64{b, a}},
		{"a limit", client.Filter{Limit: 2}, []int64{c, b}},
	}
	for _, tt := range tests {
		got, err := v.Incidents(ctx, tt.f)
		must(t, err)
		var numbers []int64
		for _, i := range got.Incidents {
			numbers = append(numbers, i.Number)
		}
		if !slices.Equal(numbers, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, numbers, tt.want)
		}
		if wantNext := tt.name == "a limit"; (got.Next != 0) != wantNext {
			t.Errorf("%s: next is %d", tt.name, got.Next)
		}
	}
}

func TestAlertsOfAnIncident(t *testing.T) {
	w := newWorld(t)
	n := w.fire("checkout", "HighErrorRate")
	for k := range 5 {
		w.fireMore("checkout", "HighErrorRate", fmt.Sprintf("pod-%d", k))
	}
	d, err := w.api("viewer").Incident(t.Context(), n, 3)
	must(t, err)
	if len(d.Alerts) != 3 || !d.MoreAlerts || d.Total != 6 {
		t.Errorf("got %d alerts, more %t, total %d", len(d.Alerts), d.MoreAlerts, d.Total)
	}
	d, err = w.api("viewer").Incident(t.Context(), n, 0)
	must(t, err)
	if len(d.Alerts) != 6 || d.MoreAlerts || d.Alerts[0].Labels["service"] != "checkout" || d.Alerts[0].State != "firing" {
		t.Errorf("got %d alerts, more %t: %+v", len(d.Alerts), d.MoreAlerts, d.Alerts[0])
	}
}

func TestOnCall(t *testing.T) {
	w := newWorld(t)
	got, err := w.api("viewer").OnCall(t.Context(), time.Time{})
	must(t, err)
	if len(got.Schedules) != 3 || got.Schedules[0].Schedule != "office" || len(got.Schedules[0].Now.People) != 0 || got.Schedules[0].Next == nil {
		t.Errorf("got %+v", got.Schedules)
	}
	p := got.Schedules[1]
	if p.Schedule != "payments-primary" || p.Zone != "Europe/Madrid" || p.Team != "payments" || p.Now.People[0] != (client.Person{ID: "ana", Name: "Ana Ruiz"}) ||
		p.Now.To != time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) || p.Next.People[0].ID != "bo" {
		t.Errorf("got %+v", p)
	}
	if got.Services[0].Service != "checkout" || len(got.Services[0].Levels) != 3 || got.Services[0].Levels[0].Wait != "5m" || got.Services[0].Levels[0].Targets[0] != "schedule/payments-primary" {
		t.Errorf("got %+v", got.Services[0])
	}
	got, err = w.api("viewer").OnCall(t.Context(), night.Add(6*time.Hour))
	must(t, err)
	if got.Schedules[1].Now.People[0].ID != "bo" {
		t.Errorf("six hours later: got %+v", got.Schedules[1].Now)
	}
}

func TestShifts(t *testing.T) {
	w := newWorld(t)
	got, err := w.api("viewer").Shifts(t.Context(), "office", "2026-11-23", "2026-11-24 12:00")
	must(t, err)
	if got.Zone != "Europe/Madrid" || got.From != time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC) || got.To != time.Date(2026, 11, 24, 11, 0, 0, 0, time.UTC) || len(got.Shifts) != 4 {
		t.Errorf("got %+v", got)
	}
	for k := 1; k < len(got.Shifts); k++ {
		if got.Shifts[k].From != got.Shifts[k-1].To {
			t.Errorf("shift %d does not follow the one before", k)
		}
	}
	all, err := w.api("viewer").Shifts(t.Context(), "payments-primary", "", "")
	must(t, err)
	if all.From != night || all.To != night.AddDate(0, 0, 14) || !slices.ContainsFunc(all.Shifts, func(s client.Shift) bool { return s.Override == "holiday" }) {
		t.Errorf("got %s to %s", all.From, all.To)
	}
	list, err := w.api("viewer").Schedules(t.Context())
	must(t, err)
	if len(list) != 3 || list[1] != (client.Schedule{ID: "payments-primary", Team: "payments", Zone: "Europe/Madrid"}) {
		t.Errorf("got %+v", list)
	}
}

func TestSwapAndVoid(t *testing.T) {
	w := newWorld(t)
	ctx, bo := t.Context(), w.api("responder")
	made, err := bo.Swap(ctx, client.NewSwap{Schedule: "payments-secondary", User: "cy", With: "ana", WithAt: "2026-12-15 12:00", Reason: "wedding"})
	must(t, err)
	if len(made) != 2 || made[0].Group != made[0].ID || made[1].Group != made[0].ID {
		t.Fatalf("got %+v", made)
	}
	for k, want := range []struct {
		user     string
		from, to time.Time
	}{
		{"ana", night, time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}, // what is left of cy's
		{"cy", time.Date(2026, 12, 14, 8, 0, 0, 0, time.UTC), time.Date(2026, 12, 21, 8, 0, 0, 0, time.UTC)},
	} {
		if o := made[k]; o.User != want.user || !o.From.Equal(want.from) || !o.To.Equal(want.to) || o.Reason != "wedding" || o.By != "bo" {
			t.Errorf("override %d: %+v, want %+v", k, o, want)
		}
	}
	_, err = bo.Swap(ctx, client.NewSwap{Schedule: "payments-secondary", User: "ana", With: "ana"})
	if codeOf(t, err) != "invalid" {
		t.Errorf("with themselves: %v", err)
	}
	must(t, bo.RemoveOverride(ctx, made[1].ID))
	if list, err := bo.Overrides(ctx, false); err != nil || len(list) != 1 {
		t.Errorf("half a swap is left: %+v, %v", list, err)
	}

	o, err := bo.AddOverride(ctx, client.NewOverride{Schedule: "office", User: "cy", To: "2026-11-25 09:00"})
	must(t, err)
	set := settings(w.links) // cy leaves
	book := *set.Book
	r := book.Roster
	users := slices.DeleteFunc(r.Users(), func(u oncall.User) bool { return u.ID == "cy" })
	book.Roster = oncall.NewRoster(users, r.Teams(), r.Schedules(), r.Policies(), r.Fallback())
	set.Book = &book
	must(t, w.engine.Reload(ctx, set))
	now, err := bo.OnCall(ctx, time.Time{})
	must(t, err)
	if len(now.Void) != 1 || now.Void[0].ID != o.ID || now.Void[0].Void != "the configuration has no user cy" || len(now.Schedules[0].Now.People) != 0 {
		t.Errorf("got void %+v, office %+v", now.Void, now.Schedules[0].Now)
	}
	has(t, "the page", w.browse("responder").get("/oncall"), "The override "+o.ID, "decides nothing: the configuration has no user cy")
}

func TestOverrides(t *testing.T) {
	w := newWorld(t)
	ctx, bo := t.Context(), w.api("responder")
	got, err := bo.AddOverride(ctx, client.NewOverride{Schedule: "payments-primary", User: "Bo Lind", From: "2026-11-23 05:00", To: "2026-11-23T12:00:00+01:00", Reason: "Ana is ill"})
	must(t, err)
	want := client.Override{ID: got.ID, Schedule: "payments-primary", User: "bo", From: time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC), Reason: "Ana is ill", By: "bo", At: night, Source: "runtime"}
	if got != want || got.ID == "" {
		t.Errorf("got %+v, want %+v", got, want)
	}
	now, err := bo.OnCall(ctx, night.Add(time.Hour))
	must(t, err)
	if now.Schedules[1].Now.People[0].ID != "bo" || now.Schedules[1].Now.Override != "Ana is ill" {
		t.Errorf("it does not decide: %+v", now.Schedules[1].Now)
	}
	if sh := now.Schedules[1].Now; sh.Decides == nil || *sh.Decides != want || len(sh.File) != 1 || sh.File[0].ID != "ana" {
		t.Errorf("beside it the file's answer and who made it: %+v, %+v", sh.Decides, sh.File)
	}
	list, err := bo.Overrides(ctx, false)
	must(t, err)
	if len(list) != 2 || list[0].ID != got.ID || list[1].Source != "file" {
		t.Errorf("got %+v", list)
	}
	w.clock.Add(24 * time.Hour)
	list, err = bo.Overrides(ctx, false)
	must(t, err)
	all, err := bo.Overrides(ctx, true)
	must(t, err)
	if len(list) != 1 || len(all) != 2 {
		t.Errorf("a day later: got %d, and %d of all", len(list), len(all))
	}
	if err := bo.RemoveOverride(ctx, got.ID); codeOf(t, err) != "not_found" {
		t.Errorf("one that is over was removed, and who was on call is not true any more: %v", err)
	}
	// Where the clocks are put forward, a time that is skipped is the same time later: 02:30 is 03:30.
	o, err := bo.AddOverride(ctx, client.NewOverride{Schedule: "office", User: "bo", From: "2027-03-28 02:30", To: "2027-03-28 12:00"})
	must(t, err)
	if o.From != time.Date(2027, 3, 28, 1, 30, 0, 0, time.UTC) {
		t.Errorf("a skipped time: got %s", o.From)
	}
}

func TestSilences(t *testing.T) {
	w := newWorld(t)
	ctx, bo := t.Context(), w.api("responder")
	s, err := bo.AddSilence(ctx, client.NewSilence{Matchers: []string{`alertname="HighErrorRate"`, `cluster=~"eu-.*"`, `env!="test"`}, For: "2h", Comment: "migration"})
	must(t, err)
	if s.State != "active" || s.CreatedBy != "bo" || s.EndsAt != night.Add(2*time.Hour) || !slices.Equal(s.Matchers, []string{`alertname="HighErrorRate"`, `cluster=~"eu-.*"`, `env!="test"`}) {
		t.Errorf("got %+v", s)
	}
	n := w.fire("checkout", "HighErrorRate")
	d, err := bo.Incident(ctx, n, 0)
	must(t, err)
	if d.Suppressed == nil || d.Suppressed.Kind != "silence" || len(d.Paging) != 0 {
		t.Errorf("it does not silence: %+v", d.Incident)
	}
	later, err := bo.AddSilence(ctx, client.NewSilence{Matchers: []string{"a=b"}, Starts: night.Add(time.Hour), Ends: night.Add(2 * time.Hour)})
	must(t, err)
	if later.State != "pending" {
		t.Errorf("got %s", later.State)
	}
	must(t, bo.ExpireSilence(ctx, s.ID))
	list, err := bo.Silences(ctx, false)
	must(t, err)
	all, err := bo.Silences(ctx, true)
	must(t, err)
	if len(list) != 1 || len(all) != 2 {
		t.Errorf("got %d, and %d of all", len(list), len(all))
	}
	if err := bo.ExpireSilence(ctx, "none"); codeOf(t, err) != "not_found" {
		t.Errorf("got %v", err)
	}
}

func TestSendAndFollow(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	sent, err := w.api("responder").Send(ctx, client.TestPage{User: "bo", Text: "drill"})
	must(t, err)
	if sent.Page != "TEST-1/bo/sms" {
		t.Errorf("got %q", sent.Page)
	}
	var p client.Page
	for !p.Done { // until the carrier has it; the test's deadline bounds it
		p, err = w.api("viewer").Page(ctx, sent.Page)
		must(t, err)
	}
	if p.State != "delivered" || p.Kind != "test" || p.To != "+46…0002" || p.Via != "sms" {
		t.Errorf("got %+v", p)
	}
	acts, err := w.api("manager").Acts(ctx, 0, 0)
	must(t, err)
	if len(acts) != 1 || acts[0].Verb != "send" || acts[0].By != (client.Actor{Kind: "user", Name: "bo", Channel: "api"}) {
		t.Errorf("got %+v", acts)
	}
	acts, err = w.api("manager").Acts(ctx, acts[0].Seq, 5)
	must(t, err)
	if len(acts) != 0 {
		t.Errorf("after the last: got %+v", acts)
	}
}

func TestPeople(t *testing.T) {
	w := newWorld(t)
	must(t, w.store.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(
			tx.PutContact(store.Contact{Address: "+34600000001", LastOK: night}),
			tx.PutContact(store.Contact{Address: "+46700000002", LastOK: night, LastFail: night, Fails: 2, LastClass: "handset", LastCode: 30003}),
			tx.PutContact(store.Contact{Address: "+12025550103", OptedOut: true}),
			tx.PutContact(store.Contact{Address: "bo@example.com", Dead: []oncall.Method{oncall.Email}}),
			tx.PutContact(store.Contact{Address: "+49000000000", Dead: []oncall.Method{oncall.SMS}})) // of nobody any more
	}))
	contacts, err := w.api("responder").Contacts(t.Context())
	must(t, err)
	var got []string
	for _, c := range contacts {
		got = append(got, c.User+" "+c.Address+" "+c.Health)
	}
	want := []string{"ana +34…0001 ok", "ana a…@example.com unknown", "bo +46…0002 failing", "bo b…@example.com broken", "cy +1…0103 opted-out", "dee d…@example.com unknown"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if c := contacts[4]; !slices.Equal(c.Dead, []string{"sms"}) || c.Undo != "Text START to rouse from that phone." {
		t.Errorf("opted out: got %+v", c)
	}
	if c := contacts[2]; c.LastWords != "the phone was off, out of reach, busy or not answered" || len(c.Use) != 2 {
		t.Errorf("failing: got %+v", c)
	}
	if c := contacts[3]; !strings.Contains(c.Undo, "rouse send bo --via email") {
		t.Errorf("broken: got %+v", c)
	}
	if page := w.browse("responder").get("/oncall").body; !strings.Contains(page, "Text START to rouse") || strings.Contains(page, "+46700000002") {
		t.Error("the page of who is on call lacks the numbers, or shows them whole")
	}
	if page := w.browse("viewer").get("/oncall").body; strings.Contains(page, "+46…0002") {
		t.Error("a viewer sees numbers")
	}
	users, err := w.api("viewer").Users(t.Context())
	must(t, err)
	u := users[0]
	if len(users) != 4 || u.ID != "ana" || u.Name != "Ana Ruiz" || u.Phone != "+34…0001" || u.Email != "a…@example.com" || *u.Quiet != (client.Quiet{From: "22:00", To: "07:00"}) ||
		!slices.Equal(u.Teams, []string{"payments"}) || u.Notify["high"][1] != (client.Rule{Via: "call", After: "1m"}) {
		t.Errorf("got %+v", u)
	}
}

func TestHeartbeats(t *testing.T) {
	w := newWorld(t)
	got, err := w.api("viewer").Heartbeats(t.Context())
	must(t, err)
	if len(got) != 1 || got[0] != (client.Heartbeat{Name: "watchdog", LastAt: night}) {
		t.Errorf("got %+v", got)
	}
}

func TestHealth(t *testing.T) {
	var ready, reload error
	w := newWorld(t, func(d *web.Deps) {
		d.Ready = func(context.Context) error { return ready }
		d.Reload = func(context.Context) error { return reload }
	})
	must(t, w.api("nobody").Ready(t.Context()))
	must(t, w.api("admin").Reload(t.Context()))
	ready, reload = errors.New("the store cannot commit"), errors.New("rouse.yaml:3:1: unknown key")
	var e *client.Error
	if err := w.api("nobody").Ready(t.Context()); !errors.As(err, &e) || e.Status != 503 || e.Message != "not ready: the store cannot commit" {
		t.Errorf("not ready: got %v", err)
	}
	if err := w.api("admin").Reload(t.Context()); !errors.As(err, &e) || e.Status != 422 || e.Message != "rouse.yaml:3:1: unknown key" {
		t.Errorf("a broken configuration: got %v", err)
	}
	if got := w.get("/-/healthy"); got.status != 200 {
		t.Errorf("healthy: got %d", got.status)
	}
	bare := newWorld(t, func(d *web.Deps) { d.Reload, d.Now, d.Log, d.SessionKey = nil, nil, nil, nil })
	if err := bare.api("admin").Reload(t.Context()); codeOf(t, err) != "cannot_reload" {
		t.Errorf("got %v", err)
	}
	if got := bare.browse("viewer").get("/"); got.status != 200 {
		t.Errorf("without a key of its own: got %d", got.status)
	}
}
