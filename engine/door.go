package engine

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// acceptChunk is how many alerts of one request are decided in one go.
const acceptChunk = 100

// Accept stores a batch of alerts in their order and opens, feeds or resolves incidents. It returns after the commit; a repeat
// of what is known already costs none. An error means that the source should send the whole batch again, which is harmless.
func (e *Engine) Accept(ctx context.Context, batch []alert.Alert) error {
	e.metrics.received(batch)
	news := e.hot.news(batch, e.now().UTC())
	if len(news) == 0 {
		return nil
	}
	var asked []chunk
	var err error
	for part := range slices.Chunk(news, acceptChunk) {
		c := chunk{alerts: part}
		if err == nil {
			c.op, err = e.askChunk(part)
		} else {
			e.hot.settled(part)
		}
		asked = append(asked, c)
	}
	for _, c := range asked {
		if c.op == nil {
			continue
		}
		werr := e.wait(ctx, c.op)
		if errors.Is(werr, store.ErrTooBig) {
			werr = e.inHalves(ctx, c.alerts)
		}
		if err == nil {
			err = werr
		}
	}
	return err
}

// chunk is a part of a request that is decided in one go.
type chunk struct {
	alerts []alert.Alert
	op     *op
}

func (e *Engine) askChunk(part []alert.Alert) (*op, error) {
	from, n := part[0].Integration, len(part)
	err := e.shares.take(from, n)
	if err != nil {
		e.metrics.Overloads.Inc()
		e.hot.settled(part)
		return nil, err
	}
	o, err := e.ask(n, func(b *batch) error { return b.accept(part) }, func() { e.hot.settled(part); e.shares.give(from, n) })
	if err != nil {
		e.hot.settled(part)
		e.shares.give(from, n)
	}
	return o, err
}

// inHalves stores alerts that were too much for one commit in smaller ones.
func (e *Engine) inHalves(ctx context.Context, part []alert.Alert) error {
	if len(part) == 1 {
		return e.inTurn(ctx, 1, func(b *batch) error { return b.accept(part) })
	}
	for _, half := range [][]alert.Alert{part[:len(part)/2], part[len(part)/2:]} {
		err := e.inTurn(ctx, len(half), func(b *batch) error { return b.accept(half) })
		if errors.Is(err, store.ErrTooBig) && len(half) > 1 {
			err = e.inHalves(ctx, half)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Acknowledge acknowledges the open incidents of an alert on behalf of its source; by is who did it there, where the source says so.
func (e *Engine) Acknowledge(ctx context.Context, id alert.ID, by string) error {
	return e.inTurn(ctx, 1, func(b *batch) error {
		_, open, err := b.ofSource(id)
		if err != nil {
			return err
		}
		for _, n := range open {
			_, err := b.act(n, incident.Ack{By: abroad(id, by)})
			var already *incident.AlreadyError
			if err != nil && !errors.As(err, &already) {
				return err
			}
		}
		return nil
	})
}

// abroad is somebody at an alert's source, or the source itself.
func abroad(id alert.ID, by string) incident.Actor {
	a := incident.Actor{Kind: incident.ByIntegration, Name: id.Integration}
	if by != "" {
		a.Name, a.Channel = by, id.Integration
	}
	return a
}

// Remark adds a line to the timeline of the open incidents of an alert on behalf of its source.
func (e *Engine) Remark(ctx context.Context, id alert.ID, by, text string) error {
	return e.inTurn(ctx, 1, func(b *batch) error {
		_, open, err := b.ofSource(id)
		if err != nil {
			return err
		}
		for _, n := range open {
			if _, err := b.act(n, incident.Note{By: abroad(id, by), Text: text}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Amend changes the words of an alert that fires, and with them those of its open incidents. Of one that does
// not fire, or that nobody looks at any more, nothing is changed: it must open no incident.
func (e *Engine) Amend(ctx context.Context, id alert.ID, edit func(*alert.Alert)) error {
	return e.inTurn(ctx, 1, func(b *batch) error {
		row, open, err := b.ofSource(id)
		if err != nil || row.State != alert.Firing || len(open) == 0 {
			return err
		}
		a := row.Alert
		a.Labels, a.Annotations, a.Links = maps.Clone(a.Labels), maps.Clone(a.Annotations), slices.Clone(a.Links)
		edit(&a)
		a.Integration, a.Key, a.State = row.Integration, row.Key, row.State
		if reflect.DeepEqual(a, row.Alert) {
			return nil
		}
		b.inhibits(&a)
		return b.refacts(&a, &row, open)
	})
}

// ofSource is an alert's row with its open incidents; one that is not known has neither.
func (b *batch) ofSource(id alert.ID) (store.Alert, []int64, error) {
	row, err := b.tx.Alert(id)
	if errors.Is(err, store.ErrNotFound) {
		return store.Alert{}, nil, nil
	}
	if err != nil {
		return store.Alert{}, nil, b.fail(err)
	}
	open, err := b.openOf(row.Incidents)
	return row, open, err
}

// Record stores a change event.
func (e *Engine) Record(ctx context.Context, c alert.Change) error {
	return e.inTurn(ctx, 1, func(b *batch) error { return b.fail(b.tx.PutChange(c)) })
}
