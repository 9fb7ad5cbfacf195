package main

import (
	"context"
	"github.com/rouse/rouse/store"
)

// roomy is a store that knows how much space it has left.
type roomy interface {
	// Room is the free bytes, -1 when they are not known, and why alerts are refused; nil: they are not.
	Room() (free int64, err error)
}

// canTake is why alerts cannot be taken and kept now. Acknowledgements may still be: see probe.
func (d *daemon) canTake(ctx context.Context) error {
	if r, ok := d.store.(roomy); ok {
		if _, err := r.Room(); err != nil {
			return err
		}
	}
	return d.probe.canCommit(ctx)
}

// breakable is a store that tells when it can do nothing more, though nobody may be asking.
type breakable interface{ Failed() <-chan struct{} }

func failed(st store.Store) <-chan struct{} {
	if f, ok := st.(breakable); ok {
		return f.Failed()
	}
	return nil
}
