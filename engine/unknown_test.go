package engine

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
)

// mute is an account that never answers: whatever is asked of it ends with the caller's patience. It does not know of anything either.
type mute struct {
	name string
	mu   sync.Mutex
	sent []notify.Message
}

func (m *mute) Name() string               { return m.name }
func (m *mute) Carries(oncall.Method) bool { return true }

func (m *mute) Send(ctx context.Context, msg notify.Message) (notify.Receipt, error) {
	m.mu.Lock()
	m.sent = append(m.sent, msg)
	m.mu.Unlock()
	<-ctx.Done()
	return notify.Receipt{}, ctx.Err()
}

func (m *mute) Find(context.Context, notify.Message, string, time.Time) (notify.Status, bool, error) {
	return notify.Status{}, false, nil
}

func (m *mute) last() notify.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sent[len(m.sent)-1]
}

// copies counts how often each page was handed over.
func copies(all ...*mute) map[string]int {
	n := map[string]int{}
	for _, m := range all {
		m.mu.Lock()
		for _, s := range m.sent {
			n[s.ID]++
		}
		m.mu.Unlock()
	}
	return n
}

// world is a store on which engines start and die.
type world struct {
	t   *testing.T
	st  store.Store
	all []*mute
}

func inWorld(t *testing.T, names []string, f func(*world)) {
	synctest.Test(t, func(t *testing.T) {
		zero := 0
		st, err := badger.Open("", badger.Options{InMemory: true, Compactors: &zero})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, st: st}
		for _, n := range names {
			w.all = append(w.all, &mute{name: n})
		}
		f(w)
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
}

func (w *world) start() *Engine {
	s := settings(&carrier{})
	s.Providers = nil
	for _, m := range w.all {
		s.Providers = append(s.Providers, m)
	}
	e, err := New(Deps{Store: w.st, Settings: s, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		w.t.Fatal(err)
	}
	e.Start()
	return e
}

// crash leaves every page that was being sent as a process that died leaves it: leased.
func (w *world) crash(e *Engine, sending map[string]store.Page) {
	e.Stop()
	err := w.st.Update(context.Background(), func(tx store.Tx) error {
		for _, p := range sending {
			if err := tx.PutPage(p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// sending returns the pages that are leased now.
func (w *world) sending() map[string]store.Page {
	out := map[string]store.Page{}
	_ = w.st.View(context.Background(), func(tx store.Tx) error {
		pages, err := tx.PagesOf(1)
		for _, p := range pages {
			if p.State == store.Sending {
				out[p.ID] = p
			}
		}
		return err
	})
	return out
}

// Whatever a crash leaves of a text or call in flight is sent once more at most; a second crash does not make it three. A second
// account changes nothing about that.
func TestTwoCrashesMakeNoThirdCopy(t *testing.T) {
	for _, names := range [][]string{{"one"}, {"one", "two"}} {
		inWorld(t, names, func(w *world) {
			e := w.start()
			if err := e.Accept(context.Background(), []alert.Alert{firing(1)}); err != nil {
				t.Error(err)
			}
			crashes := 0
			for range 200 { // 200 s: each crash falls on whatever is being sent
				time.Sleep(time.Second)
				synctest.Wait()
				if s := w.sending(); len(s) > 0 && crashes < 4 {
					crashes++
					w.crash(e, s)
					e = w.start()
				}
			}
			e.Stop()
			if crashes != 4 {
				t.Errorf("%d crashes", crashes)
			}
			for id, n := range copies(w.all...) {
				if n > 2 {
					t.Errorf("with %d accounts, %s was handed over %d times, want at most twice", len(names), id, n)
				}
			}
		})
	}
}

// Without a crash, an account that never answers gets each page twice at most.
func TestNoAnswerMakesNoThirdCopy(t *testing.T) {
	for _, names := range [][]string{{"one"}, {"one", "two"}} {
		inWorld(t, names, func(w *world) {
			e := w.start()
			if err := e.Accept(context.Background(), []alert.Alert{firing(1)}); err != nil {
				t.Error(err)
			}
			time.Sleep(30 * time.Minute)
			synctest.Wait()
			e.Stop()
			got := copies(w.all...)
			if len(got) < 6 {
				t.Errorf("only %d pages in half an hour", len(got))
			}
			for id, n := range got {
				if n > 2 {
					t.Errorf("with %d accounts, %s was handed over %d times, want at most twice", len(names), id, n)
				}
			}
		})
	}
}

// A call that asks for its words is proof that it was placed: it is not placed again while it rings or talks, and a key counts even
// if it was.
func TestCallThatSpeaksIsNotPlacedAgain(t *testing.T) {
	inWorld(t, []string{"one"}, func(w *world) {
		e := w.start()
		if err := e.Accept(context.Background(), []alert.Alert{firing(1)}); err != nil {
			t.Fatal(err)
		}
		var call string
		for range 60 { // the text hangs, and the call goes ahead once that is known
			time.Sleep(time.Second)
			synctest.Wait()
			if last := w.all[0].last(); last.Via == oncall.Call {
				call = last.ID
				break
			}
		}
		if _, err := e.Speech(context.Background(), "one", call, "CA1"); err != nil {
			t.Errorf("no words for %q: %v", call, err)
		}
		time.Sleep(40 * time.Second)
		synctest.Wait()
		if n := copies(w.all...)[call]; n != 1 {
			t.Errorf("a call that speaks was placed %d times", n)
		}
		if _, done, err := e.Key(context.Background(), "one", call, "CA1", "1"); err != nil || !done {
			t.Errorf("a key in it: %v, %v", done, err)
		}
		e.Stop()
	})
}
