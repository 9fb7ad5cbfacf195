package receivers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/nflog"
	amnotify "github.com/prometheus/alertmanager/notify"

	"github.com/rouse/rouse/notify"
)

// outcome is what became of one integration; a nil fault is success.
type outcome struct {
	member int
	fault  *notify.Error
}

// Send tells a room: all its integrations at once. A nil error means that each took the note or, having send_resolved off,
// does not want it. Otherwise it is a *notify.Error: while some integration can be tried again, of its class (and a retry with
// the same Note.ID tells only those); else of the first integration that failed for good.
func (r *Rooms) Send(ctx context.Context, n Note) error {
	to, ok := r.rooms[n.Receiver]
	if !ok {
		return &notify.Error{Class: notify.Dead, Err: fmt.Errorf("there is no receiver %q; rouse has %s", n.Receiver, listed(r.names))}
	}
	if n.GroupKey == "" {
		return &notify.Error{Class: notify.Content, Err: fmt.Errorf("receiver %q: the note has no group key", n.Receiver)}
	}
	known := r.ledger.settled(n.Receiver, n.ID)
	alerts := n.alerts()
	results := make(chan outcome, len(to.members))
	asked := 0
	for i, m := range to.members {
		if _, done := known[i]; done {
			continue
		}
		mine := m.wants(alerts)
		if len(mine) == 0 {
			continue
		}
		if !r.begin() {
			return &notify.Error{Class: notify.Transient, Err: fmt.Errorf("receiver %q: %w", n.Receiver, ErrClosed)}
		}
		asked++
		go func() {
			defer r.wg.Done()
			results <- outcome{i, r.tell(ctx, m, &n, mine)}
		}()
	}
	for range asked {
		o := <-results
		known[o.member] = o.fault
	}
	return r.conclude(to, &n, known)
}

// begin counts one more goroutine, unless the rooms are closed.
func (r *Rooms) begin() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.shut {
		return false
	}
	r.wg.Add(1)
	return true
}

// wants leaves out what an integration does not want to hear, as Alertmanager does for send_resolved: false.
func (m *member) wants(alerts []*amalert.Alert) []*amalert.Alert {
	if m.resolved {
		return alerts
	}
	var firing []*amalert.Alert
	for _, a := range alerts {
		if a.EndsAt.IsZero() {
			firing = append(firing, a)
		}
	}
	return firing
}

// tell runs one integration and comes back when ctx ends at the latest, whether or not the integration does.
func (r *Rooms) tell(ctx context.Context, m *member, n *Note, alerts []*amalert.Alert) *notify.Error {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	defer context.AfterFunc(r.life, cancel)()
	done := make(chan *notify.Error, 1)
	r.wg.Add(1) // tell itself is counted, so this is never the first after a Wait
	go func() {
		defer r.wg.Done()
		done <- m.notify(ctx, n, alerts)
	}()
	select {
	case fault := <-done:
		return fault
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case fault := <-done:
		return fault
	case <-late.C:
		return &notify.Error{Class: notify.Transient, Unknown: true, Err: fmt.Errorf("no answer: %w", context.Cause(ctx))}
	}
}

// notify runs the integration's own code, which may panic, and waits for its turn where that must not run twice at once.
func (m *member) notify(ctx context.Context, n *Note, alerts []*amalert.Alert) (fault *notify.Error) {
	if m.turn != nil {
		select {
		case m.turn <- struct{}{}:
			defer func() { <-m.turn }()
		case <-ctx.Done():
			return &notify.Error{Class: notify.Transient, Err: fmt.Errorf("waited for an earlier message: %w", context.Cause(ctx))}
		}
	}
	defer func() {
		if p := recover(); p != nil {
			fault = m.veil.fault(&notify.Error{Class: notify.Content, Err: fmt.Errorf("the integration failed badly: %v", p)})
		}
	}()
	ctx = n.context(ctx)
	if m.keepsNote {
		ctx = m.threads.context(ctx, n)
	}
	again, err := m.notifier.Notify(ctx, alerts...)
	return m.veil.fault(classify(again, err))
}

// conclude sums up, and remembers what is settled while something is not.
func (r *Rooms) conclude(to *room, n *Note, all map[int]*notify.Error) error {
	open := map[int]bool{}
	var first *notify.Error
	var texts []string
	for i, m := range to.members {
		fault := all[i]
		if fault == nil {
			continue
		}
		texts = append(texts, m.label+": "+fault.Err.Error())
		switch {
		case retryable(fault) && len(open) == 0:
			first = fault
		case first == nil:
			first = fault
		}
		if retryable(fault) {
			open[i] = true
		}
	}
	r.ledger.keep(n.Receiver, n.ID, all, open)
	if first == nil {
		return nil
	}
	e := *first
	e.Err = fmt.Errorf("receiver %q: %w", to.name, errors.New(strings.Join(texts, "; ")))
	return &e
}

func retryable(e *notify.Error) bool {
	return e.Class == notify.Transient || e.Class == notify.Throttle || e.Class == notify.Queue
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// ledger remembers, of notes that some integration has still to take, which others are settled. It is bounded: what falls
// out of it is told twice at worst.
type ledger struct {
	mu    sync.Mutex
	notes map[string]map[int]*notify.Error
	order []string
}

const ledgerSize = 1000

// settled returns a fresh map that the caller may change.
func (l *ledger) settled(receiver, id string) map[int]*notify.Error {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := map[int]*notify.Error{}
	if id == "" {
		return all
	}
	for i, fault := range l.notes[receiver+"\x00"+id] {
		all[i] = fault
	}
	return all
}

// keep remembers all but the open ones, or forgets the note when nothing is open.
func (l *ledger) keep(receiver, id string, all map[int]*notify.Error, open map[int]bool) {
	if id == "" {
		return
	}
	key := receiver + "\x00" + id
	l.mu.Lock()
	defer l.mu.Unlock()
	_, had := l.notes[key]
	if len(open) == 0 {
		delete(l.notes, key) // its place in order is found empty later
		return
	}
	closed := map[int]*notify.Error{}
	for i, fault := range all {
		if !open[i] {
			closed[i] = fault
		}
	}
	if l.notes == nil {
		l.notes = map[string]map[int]*notify.Error{}
	}
	l.notes[key] = closed
	if !had {
		l.order = append(l.order, key)
	}
	for len(l.order) > ledgerSize {
		delete(l.notes, l.order[0])
		l.order = l.order[1:]
	}
}

// threads keeps what Slack's update_message needs to find its message again, for the incidents of late. After a restart the
// next note is a message of its own. Guarded by the member's turn.
type threads struct {
	stores map[string]*nflog.Store
	order  []string
}

const threadsSize = 500

func (t *threads) context(ctx context.Context, n *Note) context.Context {
	if t.stores == nil {
		t.stores = map[string]*nflog.Store{}
	}
	store, ok := t.stores[n.GroupKey]
	if !ok || n.Reason == Opened { // an incident that is opened again is news, not an edit of old news
		store = nflog.NewStore(nil)
		t.stores[n.GroupKey] = store
	}
	if !ok {
		t.order = append(t.order, n.GroupKey)
	}
	for len(t.order) > threadsSize {
		delete(t.stores, t.order[0])
		t.order = t.order[1:]
	}
	return amnotify.WithNflogStore(ctx, store)
}
