package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// silent gives no answer about texts to ana, and takes all others.
type silent struct {
	mu    sync.Mutex
	texts int
}

func (s *silent) Name() string               { return "silent" }
func (s *silent) Carries(oncall.Method) bool { return true }
func (s *silent) Send(_ context.Context, m notify.Message) (notify.Receipt, error) {
	if m.To == "+34600000001" {
		return notify.Receipt{}, &notify.Error{Class: notify.Transient, Unknown: true, Err: errors.New("no answer")}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts++
	return notify.Receipt{ProviderID: fmt.Sprint("id", s.texts), Delivered: true}, nil
}

// TestLateMemberHearsOfTheMiss has an incident join, by its page, a page that was reported as missed before. When that one is given
// up, both go on to the next level at once, and not when the timer ends.
func TestLateMemberHearsOfTheMiss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, st := start(t, nil)
		set := e.Settings()
		user := func(name string) []oncall.Target { return []oncall.Target{{Kind: oncall.ToUser, Name: name}} }
		users := []oncall.User{{ID: "ana", Zone: time.UTC, Phone: "+34600000001"}, {ID: "bo", Zone: time.UTC, Phone: "+46700000002"}}
		policy := oncall.Policy{ID: "p", Levels: []oncall.Level{{Targets: user("ana"), Wait: time.Hour}, {Targets: user("bo"), Wait: time.Hour}}}
		book := *set.Book
		book.Roster = oncall.NewRoster(users, nil, nil, []oncall.Policy{policy}, "p")
		set.Book, set.Providers = &book, []notify.Provider{&silent{}}
		if err := e.Reload(context.Background(), set); err != nil {
			t.Fatal(err)
		}
		if err := e.Accept(context.Background(), []alert.Alert{firing(1), firing(2)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second) // one text to ana, without an answer, speaks for both
		err := e.commit(context.Background(), func(b *batch) error {
			p, err := b.page("INC-1/e1/r0/l0/ana/0-sms")
			if err != nil || len(p.Members) != 1 {
				return fmt.Errorf("the page has members %v, error %w", p.Members, err)
			}
			p.Missed = true // of INC-1 alone, before the other came
			return b.put(p)
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		for n := int64(1); n <= 2; n++ {
			var i incident.Incident
			if err := st.View(context.Background(), func(tx store.Tx) (err error) { i, err = tx.Incident(n); return err }); err != nil {
				t.Fatal(err)
			}
			if i.Cursor.Level != 1 {
				t.Errorf("%s is at level %d, want 1", i.Ref(), i.Cursor.Level)
			}
		}
	})
}
