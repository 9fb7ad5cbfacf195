package engine

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

// endEvents ends the events among an incident's alerts, which somebody resolves: no recovery will ever come of them. It
// returns how many there were. One that another open incident counts fires on there: its people have not said that it is over.
func (b *batch) endEvents(n int64) (ended int, err error) {
	members, err := b.tx.AlertsOf(n, noAlert, 0)
	if err != nil {
		return 0, b.fail(err)
	}
	for k := range members {
		row := &members[k]
		if !row.Event || !row.FiresIn(n) {
			continue
		}
		open, err := b.openOf(row.Incidents)
		if err != nil {
			return 0, err
		}
		row.UpdatedAt = b.now
		if slices.ContainsFunc(open, func(m int64) bool { return m != n && row.FiresIn(m) }) {
			row.Ended = append(row.Ended, n)
			b.after(func() { b.e.hot.orphan([]store.Alert{*row}) }) // when it comes again, it may be news here
		} else {
			row.State, row.EndsAt, row.Muted, row.Ended = alert.Resolved, b.now, nil, nil
			b.after(func() { b.e.hot.drop(row.ID()) })
		}
		if err := b.tx.PutAlert(*row); err != nil {
			return 0, b.fail(err)
		}
		ended++
	}
	return ended, nil
}

// retire lets alerts recover whose source the configuration has no more: nothing will ever send their recovery.
func (e *Engine) retire() error {
	s := e.live.Load().Settings
	gone, own := e.hot.split(s.feeds)
	err := e.store.View(context.Background(), func(tx store.Tx) error {
		for _, id := range own {
			holds, err := s.ownHolds(tx, id.Key)
			if err != nil {
				return err
			}
			if !holds {
				gone = append(gone, id)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(gone, func(a, b alert.ID) int { // they come out of a map, and one input is one output
		return cmp.Or(strings.Compare(a.Integration, b.Integration), strings.Compare(a.Key, b.Key))
	})
	for part := range slices.Chunk(gone, acceptChunk) {
		err := e.mustInTurn(func(b *batch) error {
			for _, id := range part {
				a := alert.Alert{Integration: id.Integration, Key: id.Key, State: alert.Resolved}
				b.inhibits(&a)
				if err := b.recovers(&a, "its source is no longer in the configuration"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// feeds reports whether an alert's source is still configured. Settings that do not name their integrations know them all.
func (s *Settings) feeds(id alert.ID) bool {
	if id.Integration == heartbeatIntegration {
		return slices.ContainsFunc(s.Heartbeats, func(h Heartbeat) bool { return h.Name == id.Key })
	}
	return s.Integrations == nil || slices.Contains(s.Integrations, id.Integration)
}
