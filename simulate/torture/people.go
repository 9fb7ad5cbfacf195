package torture

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/simulate"
)

// ears hears what carriers say, and is the people at the phones.
type ears struct{ t *run }

func (e *ears) Status(s notify.Status) error {
	return e.t.use(func(n *engine.Stepped) error { return n.Status(context.Background(), s) })
}

func (e *ears) Speech(provider, page, sid string) (speech notify.Speech, err error) {
	err = e.t.use(func(n *engine.Stepped) error {
		speech, err = n.Speech(context.Background(), provider, page, sid)
		return err
	})
	return speech, err
}

func (e *ears) Key(provider, page, sid, key string) error {
	var said string
	err := e.t.use(func(n *engine.Stepped) (err error) {
		said, _, err = n.Key(context.Background(), provider, page, sid, key)
		return err
	})
	e.t.w.Note("key", "%s in the call %s for %s: %q %v", key, sid, page, said, err)
	return err
}

// Answered is a person whose phone rings: most sleep on.
func (e *ears) Answered(i *simulate.Item) (string, time.Duration) {
	w := e.t.w
	if e.t.quiet {
		return "-", 0
	}
	if !e.t.sleepy && w.Chance(0.4) {
		return "1", w.Between(3*time.Second, 40*time.Second)
	}
	return simulate.Pick(w, "-", "-", "-", "-", "", "", "1", "1", "2", "3", "7"), w.Between(3*time.Second, 40*time.Second)
}

var mentioned = regexp.MustCompile(`INC-(\d+)`)

// Received is a person who reads a text, and answers it or not.
func (e *ears) Received(i *simulate.Item) {
	t := e.t
	t.w.Note("phone", "%s has %s: %.60q", i.Message.To, i.Message.ID, i.Message.Text)
	m := mentioned.FindStringSubmatch(i.Message.Text)
	if !t.quiet && i.Message.Via == oncall.Email && m != nil && t.w.Chance(0.3) {
		n, err := strconv.ParseInt(m[1], 10, 64)
		if err == nil {
			t.w.After(t.w.Between(30*time.Second, 10*time.Minute), func() { t.link(n, i.Message.To) })
		}
		return
	}
	if t.quiet || i.Message.Via != oncall.SMS || m == nil || t.w.Chance(simulate.Pick(t.w, 0.3, 0.3, 0.6)) || t.sleepy && t.w.Chance(0.5) {
		return
	}
	n := m[1]
	if t.w.Chance(0.1) {
		n = fmt.Sprint(1 + t.w.Roll(30)) // some other, stale or not there at all
	}
	said := simulate.Pick(t.w, n, "ack", "ack all", n, "ack "+n+" 20m", n+"r", n+"e", "hold "+n+" 30m vendor", "give "+n+" bo", n+"?", "yes", "n "+n+" looking",
		"STOP", "b1", "who", "cover 2h bo", "cover tonight ana", "swap with bo", "decline")
	t.w.After(simulate.Pick(t.w, t.w.Between(10*time.Second, 2*time.Minute), t.w.Between(10*time.Second, 25*time.Minute)), func() {
		t.text(i.Message.To, said)
		if t.w.Chance(0.15) {
			t.w.After(t.w.Between(0, 5*time.Second), func() { t.text(i.Message.To, said) })
		}
		if said == "STOP" {
			t.phones[i.Message.To] = simulate.OptedOut
			t.w.After(t.w.Between(10*time.Minute, 2*time.Hour), func() {
				t.phones[i.Message.To] = simulate.Works
				t.text(i.Message.To, "START")
			})
		}
	})
}

// link is somebody who acknowledges by the link in a mail.
func (t *run) link(n int64, mail string) {
	name, _, _ := strings.Cut(mail, "@")
	by := incident.Actor{Kind: incident.ByUser, Name: name, Channel: "email link"}
	t.do(n, incident.Ack{By: by, User: oncall.UserID(name)})
}

// text is a text to rouse. The carrier tries again when the house does not take it, and now and then twice.
func (t *run) text(from, body string) {
	t.seq++
	t.carry(fmt.Sprintf("SM%d", t.seq), from, body, 0)
}

func (t *run) carry(sid, from, body string, try int) {
	err := t.use(func(e *engine.Stepped) error {
		return e.Text(context.Background(), "north", sid, from, "+34600000000", body)
	})
	t.w.Note("text", "%s from %s: %q %v", sid, from, body, err)
	if (err != nil && try < 10) || (try == 0 && t.w.Chance(0.05)) {
		t.w.After(t.w.Between(time.Second, time.Minute), func() { t.carry(sid, from, body, try+1) })
	}
}

// people puts what sources and operators do on the agenda.
func (t *run) people() {
	for _, k := range t.w.Some(9, 4+t.w.Roll(3)) {
		t.sources = append(t.sources, newSource(t, k))
	}
	for _, s := range t.sources {
		t.w.After(t.w.Between(0, 8*time.Hour), s.fire)
	}
	t.w.After(0, t.beat)
	for range 24 {
		t.w.After(t.w.Between(0, day), t.operate)
	}
}

// beat is a source that has to be heard from; it falls silent for hours.
func (t *run) beat() {
	err := t.use(func(e *engine.Stepped) error { return e.Beat(context.Background(), "cron") })
	pause := 5 * time.Minute
	if !t.quiet && t.w.Chance(0.01) {
		pause = t.w.Between(10*time.Minute, 2*time.Hour)
		t.w.Note("source", "cron falls silent for %s", pause.Round(time.Second))
	}
	if err != nil {
		pause = 10 * time.Second
	}
	t.w.After(pause, t.beat)
}

// operate is somebody at a desk.
func (t *run) operate() {
	if t.quiet {
		return
	}
	switch t.w.Roll(10) {
	case 0, 1:
		t.silence()
	case 2:
		t.unsilence()
	case 3:
		t.override()
	default:
		t.act()
	}
}

func (t *run) silence() {
	name, value := "alertname", simulate.Pick(t.w, names...)
	if t.w.Chance(0.3) {
		name, value = "service", simulate.Pick(t.w, services...)
	}
	s := router.Silence{
		Matchers: []router.Matcher{{Name: name, Value: value, IsEqual: true}}, StartsAt: t.w.Now(),
		EndsAt: t.w.Now().Add(t.w.Between(time.Minute, 2*time.Hour)), CreatedBy: "ana", Comment: "torture",
	}
	err := t.use(func(e *engine.Stepped) error {
		made, err := e.PutSilence(context.Background(), s, incident.Actor{Kind: incident.ByUser, Name: "ana"})
		if err == nil {
			t.silences = append(t.silences, made.ID)
		}
		return err
	})
	t.w.Note("operator", "silence %s=%s until %s: %v", name, value, s.EndsAt.Format(time.TimeOnly), err)
}

func (t *run) unsilence() {
	if len(t.silences) == 0 {
		return
	}
	id := simulate.Pick(t.w, t.silences...)
	err := t.use(func(e *engine.Stepped) error {
		return e.ExpireSilence(context.Background(), id, incident.Actor{Kind: incident.ByUser, Name: "ana"})
	})
	t.w.Note("operator", "silence %s ends: %v", id, err)
}

func (t *run) override() {
	o := oncall.Override{
		Schedule: simulate.Pick[oncall.ScheduleID](t.w, "primary", "night"), User: simulate.Pick[oncall.UserID](t.w, "ana", "bo", "cy", "dee"),
		From: t.w.Now().Add(-time.Minute), To: t.w.Now().Add(t.w.Between(10*time.Minute, 8*time.Hour)),
	}
	err := t.use(func(e *engine.Stepped) error {
		_, err := e.PutOverride(context.Background(), o, incident.Actor{Kind: incident.ByUser, Name: "ana"})
		return err
	})
	t.w.Note("operator", "%s covers %s: %v", o.User, o.Schedule, err)
}

// act is something that somebody does to an incident in the browser.
func (t *run) act() {
	n := int64(1 + t.w.Roll(len(t.disk.Incidents)+1))
	if t.w.Chance(0.7) { // rather one that is open
		n = t.someOpen(n)
	}
	by := incident.Actor{Kind: incident.ByUser, Name: simulate.Pick(t.w, "ana", "bo", "cy"), Channel: "web"}
	a := simulate.Pick[incident.Action](t.w,
		incident.Ack{By: by, User: oncall.UserID(by.Name)}, incident.Ack{By: by, User: oncall.UserID(by.Name), Until: t.w.Now().Add(20 * time.Minute)},
		incident.Resolve{By: by, Note: "done"}, incident.Escalate{By: by}, incident.Reassign{By: by, To: "bo"}, incident.Hold{By: by, Reason: "vendor", Until: t.w.Now().Add(30 * time.Minute)},
		incident.Resume{By: by}, incident.Reopen{By: by, Reason: "not over"}, incident.Note{By: by, Text: "hm"}, incident.Close{By: by})
	if t.wild && t.w.Chance(0.15) {
		t.merge(n, t.someOpen(n), by)
		return
	}
	if t.wild && t.w.Chance(0.25) {
		a = incident.Amend{By: by, Service: simulate.Pick(t.w, "checkout", "db", "twin"), Reason: "theirs"}
	}
	if err := t.do(n, a); errors.Is(err, errNoHouse) && t.w.Chance(0.5) {
		t.w.After(30*time.Second, t.act)
	}
}

func (t *run) merge(source, target int64, by incident.Actor) {
	err := t.use(func(e *engine.Stepped) error {
		_, _, err := e.Merge(context.Background(), source, target, by)
		return err
	})
	t.w.Note("operator", "%s merges %s into %s: %v", by.Name, incident.Ref(source), incident.Ref(target), err)
}

// do does it, and has it checked that what was answered as done is so.
func (t *run) do(n int64, a incident.Action) error {
	var after incident.Incident
	err := t.use(func(e *engine.Stepped) (err error) {
		after, err = e.Do(context.Background(), n, a)
		if err == nil {
			t.stay.done(n, a, after)
		}
		return err
	})
	by, _ := incident.Signed(a)
	t.w.Note("operator", "%s: %T of %s: %v", by, a, incident.Ref(n), err)
	return err
}

func (t *run) someOpen(otherwise int64) int64 {
	for n := int64(len(t.disk.Incidents)); n > 0; n-- {
		if t.disk.Incidents[n].State.Open() && t.w.Chance(0.4) {
			return n
		}
	}
	return otherwise
}
