package main

import (
	"context"
	"errors"
	"time"

	"github.com/rouse/rouse/store"
)

// probeMost is how long a store may take to prove that it can commit.
const probeMost = 10 * time.Second

// probe proves that a store can commit, by committing. A commit cannot be cut short, so one that hangs is waited for on a
// goroutine of its own, of which there is one at most.
//
// A proof is good for a second: anybody may ask, as often as they like, and each proof is a commit.
type probe struct {
	store store.Store
	busy  chan struct{} // held by who looks at, or makes, the proof
	at    time.Time
	err   error
}

// proofKept is how long a proof is good for.
const proofKept = time.Second

func newProbe(st store.Store) *probe { return &probe{store: st, busy: make(chan struct{}, 1)} }

// canCommit returns why the store cannot commit.
func (p *probe) canCommit(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeMost)
	defer cancel()
	hangs := errors.New("the store does not answer within " + probeMost.String())
	select {
	case p.busy <- struct{}{}:
	case <-ctx.Done():
		return hangs
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-p.busy }()
		if time.Since(p.at).Abs() >= proofKept {
			p.err = p.store.Update(context.Background(), func(tx store.Tx) error { return tx.PutNote("ready", time.Now().UTC().Format(time.RFC3339)) })
			p.at = time.Now()
		}
		done <- p.err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return hangs
	}
}

// canServe returns why alerts cannot be taken, kept and acted on.
func (d *daemon) canServe(ctx context.Context) error {
	if err := d.engine.Healthy(); err != nil {
		return err
	}
	return d.canTake(ctx)
}

// well returns why somebody outside should be alarmed.
func (d *daemon) well(ctx context.Context) error {
	if err := d.engine.Well(); err != nil {
		return err
	}
	return d.probe.canCommit(ctx)
}

// stalled ends the process, for a loop stands and nothing can be ended in good order any more: whoever started rouse starts it
// anew, and what was remembered goes on.
func (d *daemon) stalled(loop string) {
	d.log.Error("rouse ends itself, to be started anew", "loop", loop)
	d.exit(exitStalled)
}

// exitStalled is the exit status of a process that ended itself.
const exitStalled = 70
