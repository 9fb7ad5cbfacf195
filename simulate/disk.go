package simulate

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// Fault is how a commit goes wrong.
type Fault string

// The faults of a commit.
const (
	Fine        Fault = ""
	Refuse      Fault = "refused"            // nothing is written, and the store says so
	Full        Fault = "disk full"          // likewise
	Doubt       Fault = "written, but error" // its outcome is unknown to who asked
	Fail        Fault = "store failed"       // not written, and nothing works until it is opened again
	FailWritten Fault = "store failed, written"
	CrashBefore Fault = "crash before commit"
	CrashAfter  Fault = "crash after commit"
)

// Crash is the panic with which a process ends in the middle of something.
type Crash struct{}

var errDisk = errors.New("simulated: input/output error")

// Disk is a store that fails when it is told to, and that remembers on the side what was committed, so that checks need not
// read it. The inner store has to keep its promises.
type Disk struct {
	world *World
	store.Store
	broken  bool // until it is opened again
	Next    func() (Fault, time.Duration)
	Blind   bool // reads fail too
	Changed func(*Written)
	Commits int

	Incidents map[int64]incident.Incident
	Timelines map[int64][]incident.Entry
	Pages     map[string]store.Page
	Alerts    map[alert.ID]store.Alert
}

// Written is what one commit wrote, each in order.
type Written struct {
	Incidents []incident.Incident
	Entries   []Entries
	Pages     []store.Page
	Alerts    []store.Alert
}

// Entries are new lines of one timeline.
type Entries struct {
	Incident int64
	Lines    []incident.Entry
}

// NewDisk wraps a store that is empty.
func NewDisk(w *World, inner store.Store) *Disk {
	return &Disk{
		world: w, Store: inner, Incidents: map[int64]incident.Incident{}, Timelines: map[int64][]incident.Entry{},
		Pages: map[string]store.Page{}, Alerts: map[alert.ID]store.Alert{},
	}
}

// Open makes a disk that has failed usable again, as a new process does.
func (d *Disk) Open() { d.broken = false }

// Broken reports whether the store has to be opened again.
func (d *Disk) Broken() bool { return d.broken }

// View reads.
func (d *Disk) View(ctx context.Context, fn func(store.Tx) error) error {
	if d.broken {
		return store.ErrFailed
	}
	if d.Blind {
		return errDisk
	}
	return d.Store.View(ctx, fn)
}

// Update commits, unless something is to go wrong.
func (d *Disk) Update(ctx context.Context, fn func(store.Tx) error) error {
	if d.broken {
		return store.ErrFailed
	}
	fault, slow := Fine, time.Duration(0)
	if d.Next != nil {
		fault, slow = d.Next()
	}
	d.world.Pass(slow)
	var w *Written
	err := d.Store.Update(ctx, func(tx store.Tx) error {
		w = &Written{}
		if err := fn(&pen{tx, w}); err != nil {
			return err
		}
		return before[fault]
	})
	if err != nil && !errors.Is(err, before[fault]) {
		return err // its own: nothing was written
	}
	if fault != Fine {
		d.world.Note("fault", "commit: %s", fault)
	}
	if before[fault] == nil {
		d.keep(w)
	}
	switch fault {
	case CrashBefore, CrashAfter:
		panic(Crash{})
	case Doubt:
		return errDisk
	case Fail, FailWritten:
		d.broken = true
		return store.ErrFailed
	}
	return err
}

// before is the error with which a commit ends before anything is written.
var before = map[Fault]error{Refuse: errDisk, Full: store.ErrFull, Fail: errDisk, CrashBefore: errDisk}

func (d *Disk) keep(w *Written) {
	d.Commits++
	// a batch writes its incidents in no order
	slices.SortFunc(w.Incidents, func(a, b incident.Incident) int { return cmp.Compare(a.Number, b.Number) })
	slices.SortStableFunc(w.Entries, func(a, b Entries) int { return cmp.Compare(a.Incident, b.Incident) })
	if d.Changed != nil {
		d.Changed(w) // the maps still say what was before
	}
	for _, i := range w.Incidents {
		d.Incidents[i.Number] = i
	}
	for _, e := range w.Entries {
		d.Timelines[e.Incident] = append(d.Timelines[e.Incident], e.Lines...)
	}
	for _, p := range w.Pages {
		d.Pages[p.ID] = p
	}
	for _, a := range w.Alerts {
		d.Alerts[a.ID()] = a
	}
}

// pen is a transaction that notes what it writes.
type pen struct {
	store.Tx
	w *Written
}

func (p *pen) PutIncident(i incident.Incident) error {
	at := slices.IndexFunc(p.w.Incidents, func(x incident.Incident) bool { return x.Number == i.Number })
	if at < 0 {
		p.w.Incidents = append(p.w.Incidents, i)
	} else {
		p.w.Incidents[at] = i // the last word of a commit is what it wrote
	}
	return p.Tx.PutIncident(i)
}

func (p *pen) Append(n int64, lines []incident.Entry) error {
	p.w.Entries = append(p.w.Entries, Entries{n, lines})
	return p.Tx.Append(n, lines)
}

func (p *pen) PutPage(page store.Page) error {
	p.w.Pages = append(p.w.Pages, page)
	return p.Tx.PutPage(page)
}

func (p *pen) PutAlert(a store.Alert) error {
	p.w.Alerts = append(p.w.Alerts, a)
	return p.Tx.PutAlert(a)
}
