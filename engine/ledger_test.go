package engine

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/storetest"
)

// A request that is refused halfway leaves nothing, and costs those nothing that shared its commit.
func TestRefusedLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, st := start(t, storetest.Rerun)
		if err := e.Accept(t.Context(), []alert.Alert{firing(1)}); err != nil {
			t.Fatal(err)
		}
		refused := errors.New("refused")
		me := incident.Actor{Kind: incident.ByUser, Name: "ana", Channel: "api"}
		var ops []*op
		for _, do := range []func(*batch) error{
			func(b *batch) error { return b.tx.PutNote("first", "kept") },
			func(b *batch) error {
				if err := b.tx.PutNote("half", "gone"); err != nil {
					return err
				}
				return refused
			},
			func(b *batch) error {
				if _, err := b.act(1, incident.Note{By: me, Text: "half a thought"}); err != nil {
					return err
				}
				return refused
			},
			func(b *batch) error { _, err := b.act(1, incident.Ack{By: me, User: "ana"}); return err },
			func(b *batch) error { _, err := b.act(1, incident.Ack{By: me, User: "ana"}); return err }, // refused, but wrote nothing
		} {
			ops = append(ops, &op{do: do, weight: 1, done: make(chan struct{})})
		}
		e.pending.Add(int64(len(ops)))
		for _, o := range ops { // they may share a commit or not: what comes of them is the same
			e.queue <- o
		}
		for _, o := range ops {
			<-o.done
		}
		var already *incident.AlreadyError
		if ops[0].err != nil || !errors.Is(ops[1].err, refused) || !errors.Is(ops[2].err, refused) || ops[3].err != nil || !errors.As(ops[4].err, &already) {
			t.Errorf("answers %v, %v, %v, %v, %v", ops[0].err, ops[1].err, ops[2].err, ops[3].err, ops[4].err)
		}
		err := st.View(t.Context(), func(tx store.Tx) error {
			first, _ := tx.Note("first")
			half, _ := tx.Note("half")
			i, err := tx.Incident(1)
			if first != "kept" || half != "" || i.State != incident.Acknowledged || i.Acts != 1 {
				t.Errorf("notes %q %q, %s with %d acts", first, half, i.State, i.Acts)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
