package storetest

import (
	"fmt"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

var signalTests = []test{
	{name: "heartbeats", run: beatsKept},
	{name: "marks", run: marksKept},
	{name: "marks are forgotten", run: marksForgotten},
	{name: "change events", run: changesKept},
	{name: "counters", run: countersKept},
	{name: "notes", run: notesKept},
}

func beatsKept(h *harness) {
	h.update(func(tx store.Tx) error {
		return all(tx.PutBeat(store.Beat{Name: "b", LastAt: at(1)}), tx.PutBeat(store.Beat{Name: "a", LastAt: at(2)}))
	})
	h.update(func(tx store.Tx) error { return tx.PutBeat(store.Beat{Name: "b", LastAt: at(3)}) })
	same(h, "beats", read(h, store.Tx.Beats), []store.Beat{{Name: "a", LastAt: at(2)}, {Name: "b", LastAt: at(3)}})
}

func seen(h *harness, key string, now time.Time) bool {
	h.Helper()
	return read(h, func(tx store.Tx) (bool, error) { return tx.Seen(key, now) })
}

func marksKept(h *harness) {
	same(h, "never marked", seen(h, "k", at(0)), false)
	h.update(func(tx store.Tx) error { return all(tx.MarkSeen("k", at(10)), tx.MarkSeen("kk", at(20))) })
	end := at(10)
	same(h, "before its end", []bool{seen(h, "k", at(0)), seen(h, "k", end.Add(-time.Microsecond))}, []bool{true, true})
	same(h, "from its end on", []bool{seen(h, "k", end), seen(h, "k", at(11))}, []bool{false, false})
	h.update(func(tx store.Tx) error { return tx.MarkSeen("k", at(30)) })
	same(h, "marked for longer", seen(h, "k", at(29)), true)
	h.update(func(tx store.Tx) error { return tx.MarkSeen("k", at(5)) })
	same(h, "marked for less", seen(h, "k", at(6)), false)
}

func marksForgotten(h *harness) {
	forget := func(t time.Time, limit int) int {
		var n int
		h.update(func(tx store.Tx) (err error) { n, err = tx.ForgetSeen(t, limit); return err })
		return n
	}
	h.update(func(tx store.Tx) error {
		for k := range 10 {
			if err := tx.MarkSeen(fmt.Sprint("k", k), at(k)); err != nil {
				return err
			}
		}
		return tx.MarkSeen("k0", at(20)) // marked again: its first end counts no longer
	})
	same(h, "none has ended", forget(at(1), 0), 0)
	same(h, "limit", forget(at(9), 3), 3)
	same(h, "the others that ended before", forget(at(9), 0), 5)
	same(h, "again", forget(at(9), 0), 0)
	same(h, "those left", []bool{seen(h, "k9", at(0)), seen(h, "k0", at(19)), seen(h, "k8", at(0))}, []bool{true, true, false})
}

func changesKept(h *harness) {
	deploy := func(summary string, minute int) alert.Change {
		return alert.Change{Integration: "ci", Summary: summary, At: at(minute), Details: map[string]string{"sha": "abc"}}
	}
	h.update(func(tx store.Tx) error {
		return all(tx.PutChange(deploy("b", 2)), tx.PutChange(deploy("a", 1)), tx.PutChange(deploy("c", 3)))
	})
	h.update(func(tx store.Tx) error { return all(tx.PutChange(deploy("b2", 2)), tx.PutChange(deploy("b2", 2))) })
	summaries := func(since time.Time, limit int) []string {
		var s []string
		for _, c := range read(h, func(tx store.Tx) ([]alert.Change, error) { return tx.Changes(since, limit) }) {
			s = append(s, c.Summary)
		}
		return s
	}
	same(h, "newest first, the later stored of one instant first", summaries(time.Time{}, 0), []string{"c", "b2", "b2", "b", "a"})
	same(h, "since, inclusive", summaries(at(2), 0), []string{"c", "b2", "b2", "b"})
	same(h, "limit", summaries(time.Time{}, 2), []string{"c", "b2"})
	same(h, "whole", read(h, func(tx store.Tx) ([]alert.Change, error) { return tx.Changes(at(3), 0) }), []alert.Change{deploy("c", 3)})
}

func countersKept(h *harness) {
	h.update(func(tx store.Tx) error {
		_, err1 := tx.AddCounter("a", 3)
		_, err2 := tx.AddCounter("ab", 1)
		n, err3 := tx.AddCounter("a", -5)
		same(h, "new value", n, int64(-2))
		return all(err1, err2, err3)
	})
	for name, want := range map[string]int64{"a": -2, "ab": 1, "b": 0} {
		same(h, name, read(h, func(tx store.Tx) (int64, error) { return tx.Counter(name) }), want)
	}
}

func notesKept(h *harness) {
	note := func() string { return read(h, func(tx store.Tx) (string, error) { return tx.Note("version") }) }
	same(h, "unset", note(), "")
	for _, text := range []string{"7f3a", "line\nline \x00 ü", ""} {
		h.update(func(tx store.Tx) error { return tx.PutNote("version", text) })
		same(h, "note", note(), text)
	}
}
