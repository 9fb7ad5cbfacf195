package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/memory"
)

// shiftWorld is an engine whose schedule hands over every day at 09:00, in the hand of a test: its clock stands unless told.
type shiftWorld struct {
	t      *testing.T
	now    time.Time
	notice oncall.Notice
	users  []oncall.User
	st     store.Store
	c      *carrier
	e      *Stepped
}

// newShiftWorld begins on Sunday 1 March 2026, 12:00 UTC: ana is on call, bo follows on Monday, cy on Tuesday.
func newShiftWorld(t *testing.T, notice oncall.Notice) *shiftWorld {
	w := &shiftWorld{t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), notice: notice, st: memory.New(), c: &carrier{}}
	for k, id := range []oncall.UserID{"ana", "bo", "cy"} {
		w.users = append(w.users, oncall.User{ID: id, Zone: time.UTC, Phone: fmt.Sprint("+3460000000", k+1)})
	}
	w.restart()
	w.step()
	return w
}

func (w *shiftWorld) settings() Settings {
	s := settings(w.c)
	rota := &oncall.Schedule{ID: "primary", Zone: time.UTC, Notice: w.notice, Layers: []oncall.Layer{{
		Users: []oncall.UserID{"ana", "bo", "cy"}, Rotation: oncall.Rotation{Unit: oncall.Daily}, Start: oncall.Date{Year: 2026, Month: 3, Day: 1}, Handoff: oncall.Handoff{Minute: 9 * 60},
	}}}
	policy := oncall.Policy{ID: "p", Levels: []oncall.Level{{Targets: []oncall.Target{{Kind: oncall.ToSchedule, Name: "primary"}}, Wait: 5 * time.Minute}}}
	book := *s.Book
	book.Roster = oncall.NewRoster(w.users, nil, []*oncall.Schedule{rota}, []oncall.Policy{policy}, "p")
	s.Book = &book
	return s
}

// restart is a crash: the engine is dropped where it stands, and another begins on the same store.
func (w *shiftWorld) restart() {
	e, err := NewStepped(Deps{Store: w.st, Settings: w.settings(), Now: func() time.Time { return w.now }, Random: func() uint64 { return 1 << 63 }})
	if err != nil {
		w.t.Fatal(err)
	}
	w.e = e
}

func (w *shiftWorld) step() {
	calls, _ := w.e.Step()
	for _, c := range calls {
		c.Make()
		c.Settle()
	}
}

// at turns the clock to an instant and returns what is said then, a line each: whom, and the text.
func (w *shiftWorld) at(day, hour, minute int) string {
	w.t.Helper()
	w.now = time.Date(2026, 3, day, hour, minute, 0, 0, time.UTC)
	before := len(w.c.sent)
	w.step()
	w.step()
	return w.said(before)
}

func (w *shiftWorld) said(before int) string {
	var lines []string
	for _, m := range w.c.sent[before:] {
		for _, u := range w.users {
			if u.Phone == m.To {
				lines = append(lines, fmt.Sprintf("%s: %s\n", u.ID, m.Text))
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

func (w *shiftWorld) want(got string, want ...string) {
	w.t.Helper()
	slices.Sort(want)
	all := strings.Join(want, "\n")
	if all != "" {
		all += "\n"
	}
	if got != all {
		w.t.Errorf("at %s:\n%swant:\n%s", w.now.Format("Mon 15:04"), got, all)
	}
}

const boOn = "bo: You are on call: primary Mon 2 Mar 09:00-Tue 09:00 UTC. Nothing is open."
const anaOff = "ana: You came off call: primary, since Mon 2 Mar 09:00 UTC it is bo. Nothing is open."

func TestHandoffIsToldOnce(t *testing.T) {
	w := newShiftWorld(t, oncall.Notice{})
	w.want(w.at(1, 23, 0))
	w.want(w.at(2, 8, 59))
	w.want(w.at(2, 9, 0), boOn, anaOff)
	w.restart()
	w.want(w.at(2, 9, 1))
	w.restart()
	w.want(w.at(2, 12, 0))
}

func TestHandoffWhileDown(t *testing.T) {
	w := newShiftWorld(t, oncall.Notice{})
	w.restart() // down over the handoff, for a quarter of an hour
	w.want(w.at(2, 9, 15), boOn, anaOff)
	w.restart() // for days: only who is on call now, and nobody who came off long ago
	w.want(w.at(12, 13, 0), "cy: You are on call: primary Thu 12 Mar 09:00-Fri 09:00 UTC. Nothing is open.")
}

func TestHandoffNotice(t *testing.T) {
	w := newShiftWorld(t, oncall.Notice{Off: true})
	w.want(w.at(2, 9, 0))
	w = newShiftWorld(t, oncall.Notice{Before: 12 * time.Hour})
	w.want(w.at(1, 20, 59))
	w.want(w.at(1, 21, 0), "bo: You go on call: primary Mon 2 Mar 09:00-Tue 09:00 UTC. Nothing is open.")
	w.restart()
	w.want(w.at(1, 22, 0))
	w.want(w.at(2, 9, 0), boOn, anaOff)
	w.want(w.at(2, 21, 0), "cy: You go on call: primary Tue 3 Mar 09:00-Wed 09:00 UTC. Nothing is open.")
}

func TestHandoffAndClocks(t *testing.T) {
	w := newShiftWorld(t, oncall.Notice{})
	w.want(w.at(2, 9, 5), boOn, anaOff)
	w.want(w.at(2, 8, 50)) // the clock is set back over the handoff: nobody hears of it twice
	w.want(w.at(2, 9, 10))
	w.restart()
	w.want(w.at(2, 8, 40))
	w.want(w.at(2, 9, 20))
	w.want(w.at(30, 9, 5), "cy: You are on call: primary Mon 30 Mar 09:00-Tue 09:00 UTC. Nothing is open.", "bo: You came off call: primary, since Mon 30 Mar 09:00 UTC it is cy. Nothing is open.")
	w.want(w.at(2, 9, 30)) // it was weeks ahead: what it made known is not believed
	w.want(w.at(3, 9, 0), "cy: You are on call: primary Tue 3 Mar 09:00-Wed 09:00 UTC. Nothing is open.", "bo: You came off call: primary, since Tue 3 Mar 09:00 UTC it is cy. Nothing is open.")
}

func TestHandoffOfAnOverride(t *testing.T) {
	w := newShiftWorld(t, oncall.Notice{})
	by := incident.Actor{Kind: incident.ByUser, Name: "ana"}
	before := len(w.c.sent)
	o := oncall.Override{Schedule: "primary", User: "cy", From: w.now.Add(time.Hour), To: w.now.Add(3 * time.Hour), Reason: "dentist"}
	if _, err := w.e.PutOverride(context.Background(), o, by); err != nil {
		t.Fatal(err)
	}
	w.step()
	w.want(w.said(before), "cy: From ana: you are on call for primary Sun 1 Mar 13:00-15:00 UTC. Why: dentist. Cannot? Reply decline 1.")
	w.want(w.at(1, 13, 0), "cy: You are on call: primary Sun 1 Mar 13:00-15:00 UTC (override by ana: dentist). Nothing is open.", "ana: You came off call: primary, since Sun 1 Mar 13:00 UTC it is cy. Nothing is open.")
	w.restart()
	before = len(w.c.sent)
	w.now = w.now.Add(time.Hour)
	if err := w.e.DeleteOverride(context.Background(), "ov-1", incident.Actor{Kind: incident.ByToken, Name: "bot"}); err != nil {
		t.Fatal(err)
	}
	w.step()
	w.step()
	w.want(w.said(before), "ana: From bot: you are on call for primary Sun 1 Mar 14:00-15:00 UTC. Why: dentist. Nothing is open.",
		"cy: From bot: ana is on call for you, primary Sun 1 Mar 14:00-15:00 UTC. Why: dentist.")
	w.want(w.at(1, 16, 0)) // they know
}

func TestHandoffKeepsQuietHours(t *testing.T) {
	w := newShiftWorld(t, oncall.Notice{})
	w.users[1].Quiet = &oncall.QuietHours{From: 8 * 60, To: 10 * 60}   // of bo, who goes on at 09:00
	w.users[0].Quiet = &oncall.QuietHours{From: 9 * 60, To: 8*60 + 30} // of ana: all day
	w.restart()
	w.want(w.at(2, 9, 0))
	w.want(w.at(2, 9, 59))
	w.want(w.at(2, 10, 0), boOn)
	w.want(w.at(3, 8, 30), anaOff)
}

// TestOverrideOfSomebodyGone pages whom the rotation says: what names nobody decides nothing.
func TestOverrideOfSomebodyGone(t *testing.T) {
	w := newShiftWorld(t, oncall.Notice{})
	o := oncall.Override{Schedule: "primary", User: "cy", From: w.now, To: w.now.Add(48 * time.Hour)}
	if _, err := w.e.PutOverride(context.Background(), o, incident.Actor{Kind: incident.ByUser, Name: "ana"}); err != nil {
		t.Fatal(err)
	}
	w.users = w.users[:2]
	if err := w.e.Reload(context.Background(), w.settings()); err != nil {
		t.Fatal(err)
	}
	if got := w.e.Roster().Resolve(oncall.Target{Kind: oncall.ToSchedule, Name: "primary"}, w.now); len(got) != 1 || got[0] != "ana" {
		t.Errorf("on call: %v", got)
	}
}

// TestHandoffTextsAreShort holds what people are told to two plain segments, with every incident that there may be.
func TestHandoffTextsAreShort(t *testing.T) {
	w := newShiftWorld(t, oncall.Notice{})
	for k := range 9 {
		open := incident.Open{By: incident.Actor{Kind: incident.ByUser, Name: "ana"}, Service: "s", Title: fmt.Sprint("HighErrorRate in checkout of eu-west-", k)}
		if _, err := w.e.Open(context.Background(), open); err != nil {
			t.Fatal(err)
		}
	}
	w.now = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	w.step()
	got := w.at(2, 9, 0)
	if !strings.Contains(got, "bo: You are on call: primary Mon 2 Mar 09:00-Tue 09:00 UTC. Open (9): ") {
		t.Errorf("got %s", got)
	}
	for _, m := range w.c.sent {
		if enc, _, n := notify.Segments(m.Text); n > 2 || enc != notify.GSM7 {
			t.Errorf("%d %s segments: %s", n, enc, m.Text)
		}
	}
}
