package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web"
	"github.com/rouse/rouse/web/client"
)

// TestWhoWalksWaitsForATurn: a turn is waited for, for a time, and no longer than whoever asks waits.
func TestWhoWalksWaitsForATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := make(web.Walks, 1)
		leave, err := w.Enter(t.Context())
		must(t, err)
		begin := time.Now()
		if _, err := w.Enter(t.Context()); !errors.Is(err, web.ErrBusy) || time.Since(begin) != web.WalkPatience {
			t.Errorf("a full house: got %v after %s", err, time.Since(begin))
		}
		gone, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin = time.Now()
		if _, err := w.Enter(gone); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("who does not wait: got %v after %s", err, time.Since(begin))
		}
		go func() {
			time.Sleep(web.WalkPatience / 2)
			leave()
		}()
		begin = time.Now()
		leave, err = w.Enter(t.Context())
		if err != nil || time.Since(begin) != web.WalkPatience/2 {
			t.Errorf("the next: got %v after %s", err, time.Since(begin))
		}
		leave()
		leave, err = w.Enter(t.Context())
		must(t, err)
		leave()
	})
}

// crowd is a store in which whoever reads through all incidents stands until the gate opens.
type crowd struct {
	store.Store
	gate    chan struct{}
	entered chan struct{}
	mu      sync.Mutex
	in      int
}

func (s *crowd) View(ctx context.Context, fn func(store.Tx) error) error {
	return s.Store.View(ctx, func(tx store.Tx) error { return fn(&crowdTx{tx, s}) })
}

func (s *crowd) inside() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.in
}

type crowdTx struct {
	store.Tx
	s *crowd
}

func (tx *crowdTx) stand() {
	tx.s.mu.Lock()
	tx.s.in++
	tx.s.mu.Unlock()
	tx.s.entered <- struct{}{}
	<-tx.s.gate
}

func (tx *crowdTx) EachFacts(f store.Filter, fn func(*incident.Facts) error) error {
	tx.stand()
	return tx.Tx.EachFacts(f, fn)
}

func (tx *crowdTx) List(f store.Filter) ([]incident.Incident, error) {
	if f.Text != "" || f.Service != "" {
		tx.stand()
	}
	return tx.Tx.List(f)
}

func (tx *crowdTx) Reviews(states []review.State, limit int) ([]review.Review, error) {
	tx.stand()
	return tx.Tx.Reviews(states, limit)
}

// TestReportsLeaveRoomForPaging: however many ask for what takes a walk through all incidents, only so many walk at a time, and
// who has to act is not kept waiting by them.
func TestReportsLeaveRoomForPaging(t *testing.T) {
	s := &crowd{gate: make(chan struct{}), entered: make(chan struct{}, 1000)}
	w := newWorld(t, func(d *web.Deps) { s.Store, d.Store = d.Store, s })
	w.change(func(c *web.Config) { c.StatusPage = web.StatusPage{Services: []string{"checkout"}, Public: true} })
	n := w.fire("checkout", "HighErrorRate")
	browser := w.browse("responder")
	paths := []string{
		"/api/v1/report", "/api/v1/incidents?q=high", "/api/v1/incidents?format=csv", "/api/v1/reviews", "/api/v1/status", fmt.Sprintf("/api/v1/incidents/%d/similar", n),
		"/reports", "/reports/html", "/?q=high", "/?service=checkout", "/reviews", "/status",
	}
	many := web.WalksAtOnce() + len(paths)
	answers := make(chan string, many)
	for k := range many {
		go func() {
			path := paths[k%len(paths)]
			r := w.request(http.MethodGet, path, "")
			r.Header.Set("Authorization", "Bearer secret-responder")
			r.AddCookie(browser.cookie)
			answers <- fmt.Sprint(w.ask(r).status, " ", path)
		}()
	}
	for range web.WalksAtOnce() {
		<-s.entered
	}
	_, err := w.api("responder").Incidents(t.Context(), client.Filter{})
	must(t, err)
	_, err = w.api("responder").Ack(t.Context(), n, client.Lease{})
	must(t, err)
	has(t, "the list", browser.get("/"), "HighErrorRate")
	if got := s.inside(); got != web.WalksAtOnce() {
		t.Errorf("%d walk at a time, want %d", got, web.WalksAtOnce())
	}
	close(s.gate)
	for range many {
		if got := <-answers; got[:3] != "200" {
			t.Errorf("got %s", got)
		}
	}
}

// TestBusyIsSaidWithATimeToComeAgain: who has waited in vain is told to try again.
func TestBusyIsSaidWithATimeToComeAgain(t *testing.T) {
	status, code, _, hint := web.Judge(fmt.Errorf("x: %w", web.ErrBusy))
	if status != http.StatusServiceUnavailable || code != "busy" || hint == "" {
		t.Errorf("got %d %s %q", status, code, hint)
	}
}

// TestEveryFormIsAnswered: a form that was sent empty is taken or refused, and never a fault of rouse.
func TestEveryFormIsAnswered(t *testing.T) {
	g := newGallery(t)
	b := g.browse("responder")
	ofIncident, ofProblem, ofReview := web.Forms()
	for path, all := range map[string][]string{
		fmt.Sprintf("/i/%d/act", g.fresh): ofIncident, fmt.Sprintf("/problems/%d", g.problem): ofProblem, fmt.Sprintf("/i/%d/review", g.drafted): ofReview,
	} {
		for _, do := range all {
			for _, form := range []string{"do=" + do, "do=" + do + "&id=1&text=x&to=bo&who=bo&into=1&incident=1&other=1&kind=parent&due=2026-12-01"} {
				if got := b.post(path, form); got.status >= 500 || got.status == http.StatusOK {
					t.Errorf("%s %s: got %d", path, form, got.status)
				}
			}
		}
	}
}
