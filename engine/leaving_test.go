package engine

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// leaving is a store in whose commits who asked for them goes away: their context ends when the commit begins, and it is over
// only once they are gone.
type leaving struct {
	store.Store
	leave context.CancelFunc
	gone  chan struct{}
}

func (l *leaving) Update(ctx context.Context, fn func(store.Tx) error) error {
	l.leave()
	err := l.Store.Update(ctx, fn)
	<-l.gone
	return err
}

// Who no longer waits for a commit is told so and gets nothing, for it may be under way still; what they asked for is remembered
// all the same. The race detector has the rest to say.
func TestWhoLeavesDuringACommitGetsNothing(t *testing.T) {
	doors := map[string]func(context.Context, *Engine) (got any, err error){
		"Do": func(ctx context.Context, e *Engine) (any, error) {
			return e.Do(ctx, 1, incident.Note{By: ana, Text: "x"})
		},
		"Open": func(ctx context.Context, e *Engine) (any, error) {
			return e.Open(ctx, incident.Open{By: ana, Title: "x", Service: "s"})
		},
		"PutOverride": func(ctx context.Context, e *Engine) (any, error) { return e.PutOverride(ctx, night(), ana) },
		"Swap": func(ctx context.Context, e *Engine) (any, error) {
			return e.Swap(ctx, oncall.SwapShifts{Schedule: "rota", User: "ana", With: "bo"}, ana)
		},
		"PutLeave": func(ctx context.Context, e *Engine) (any, error) { return e.PutLeave(ctx, "bo", away(), "", ana) },
		"SendTest": func(ctx context.Context, e *Engine) (any, error) { return e.SendTest(ctx, "ana", oncall.SMS, "x", ana) },
		"PutSilence": func(ctx context.Context, e *Engine) (any, error) {
			return e.PutSilence(ctx, router.Silence{Comment: "x"}, ana)
		},
		"StartDrill": func(ctx context.Context, e *Engine) (any, error) { return e.StartDrill(ctx, "fire", ana) },
		"Erase":      func(ctx context.Context, e *Engine) (any, error) { return e.Erase(ctx, Person{User: "dee"}, ana) },
		"Speech": func(ctx context.Context, e *Engine) (any, error) {
			return e.Speech(ctx, "line", "TEST-1/ana/call", "CA1")
		},
		"DraftReview": func(ctx context.Context, e *Engine) (any, error) { return e.DraftReview(ctx, 1, ana) },
		"DoReview": func(ctx context.Context, e *Engine) (any, error) {
			return e.DoReview(ctx, 2, review.AddItem{By: ana, Text: "x"}, ana)
		},
		"OpenProblem": func(ctx context.Context, e *Engine) (any, error) {
			return e.OpenProblem(ctx, problem.Open{By: ana, Title: "x"})
		},
		"DoProblem": func(ctx context.Context, e *Engine) (any, error) {
			return e.DoProblem(ctx, 1, problem.Note{By: ana, Text: "x"}, ana)
		},
		"Relate": func(ctx context.Context, e *Engine) (any, error) {
			return e.Relate(ctx, 1, incident.Relate{By: ana, Kind: incident.ToChild, To: 2})
		},
		"Subscribe": func(ctx context.Context, e *Engine) (any, error) {
			return e.Subscribe(ctx, store.Subscriber{Recipient: incident.Recipient{User: "bo"}}, ana)
		},
		"Key": func(ctx context.Context, e *Engine) (any, error) {
			say, _, err := e.Key(ctx, "line", "TEST-1/ana/call", "", "1")
			return say, err
		},
		"Merge": func(ctx context.Context, e *Engine) (any, error) {
			both, other, err := e.Merge(ctx, 1, 2, ana)
			return both.Number + other.Number, err
		},
	}
	for name, ask := range doors {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, nil)
			ctx, cancel := context.WithCancel(t.Context())
			s.fires("Down", "Up")
			if _, err := s.SendTest(ctx, "ana", oncall.Call, "x", ana); err != nil {
				t.Fatal(err)
			}
			if _, err := s.DraftReview(ctx, 2, ana); err != nil {
				t.Fatal(err)
			}
			if _, err := s.OpenProblem(ctx, problem.Open{By: ana, Title: "x"}); err != nil {
				t.Fatal(err)
			}
			before := s.dump()
			d, l := s.deps(), &leaving{Store: s.rows, leave: cancel, gone: make(chan struct{})}
			d.Store = l
			e, err := New(d)
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() { defer close(done); e.commitLoop() }()
			got, err := ask(ctx, e)
			close(l.gone)
			close(e.quit)
			<-done
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%v, want that the context has ended", err)
			}
			if !reflect.ValueOf(got).IsZero() {
				t.Errorf("it gave back %+v of a commit that was under way", got)
			}
			if s.dump() == before {
				t.Error("nothing was remembered")
			}
		})
	}
}

// night is an override of a night on which ana is on call.
func night() oncall.Override {
	return oncall.Override{Schedule: "rota", User: "bo", From: monday, To: monday.Add(8 * time.Hour), Reason: "dentist"}
}
