package engine

import (
	"errors"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// holiday is a day in which somebody is away.
func holiday() []oncall.Leave {
	o := night()
	return []oncall.Leave{{From: o.From, To: o.To.Add(24 * time.Hour), Reason: "family"}}
}

// A calendar replaces what was read of that person's before, and nothing else; what is over for long is forgotten; who is erased has
// no leave any more, and their name is gone from what they entered for others.
func TestLeaveIsReplacedAndForgotten(t *testing.T) {
	s := newStage(t, nil)
	dee := incident.Actor{Kind: incident.ByUser, Name: "dee"}
	put := func(user oncall.UserID, calendar string, by incident.Actor) {
		_, err := s.PutLeave(t.Context(), user, holiday(), calendar, by)
		s.ok(err)
	}
	put("ana", "", dee)
	put("ana", "ana.ics", ana)
	put("bo", "bo.ics", ana)
	put("ana", "new.ics", ana)
	gone := holiday()[0]
	gone.ID, gone.User = "lv-9", "dee"
	old := gone
	old.ID, old.From, old.To = "lv-8", old.From.AddDate(-1, 0, 0), old.To.AddDate(-1, 0, 0)
	s.ok(s.rows.Update(t.Context(), func(tx store.Tx) error { return errors.Join(tx.PutLeave(gone), tx.PutLeave(old)) }))
	put("bo", "bo.ics", ana)
	leaves := func() (got map[string]oncall.Leave) {
		s.ok(s.rows.View(t.Context(), func(tx store.Tx) error {
			all, err := tx.Leaves()
			got = map[string]oncall.Leave{}
			for _, l := range all {
				got[string(l.User)+" "+l.Calendar] = l
			}
			if len(got) != len(all) {
				t.Errorf("%d times stand twice: %+v", len(all)-len(got), all)
			}
			return err
		}))
		return got
	}
	if got := leaves(); len(got) != 4 || got["ana "].By != "dee" || got["ana new.ics"].ID == "" || got["bo bo.ics"].ID == "" || got["dee "].ID != "lv-9" {
		t.Errorf("got %+v", got)
	}
	if list := s.Book().Roster.Leave("ana"); len(list) != 2 {
		t.Errorf("the roster knows %+v", list)
	}
	_, err := s.Erase(t.Context(), Person{User: "dee"}, ana)
	s.ok(err)
	if got := leaves(); len(got) != 3 || got["ana "].By == "dee" {
		t.Errorf("after dee was erased: %+v", got)
	}
	for user, list := range map[oncall.UserID][]oncall.Leave{"zoe": holiday(), "ana": {{}}} {
		if _, err := s.PutLeave(t.Context(), user, list, "", ana); !errors.Is(err, ErrNoUser) && !errors.Is(err, ErrBackwards) {
			t.Errorf("%s %v: %v", user, list, err)
		}
	}
	if err := s.DeleteLeave(t.Context(), "lv-77", ana); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("leave that is not there: %v", err)
	}
}
