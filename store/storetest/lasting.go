package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/store"
)

var lastingTests = []test{
	{name: "reopen keeps everything", run: reopenKeeps, needs: canReopen},
	{name: "reopen keeps numbering", run: reopenNumbers, needs: canReopen},
	{name: "reopen keeps indexes", run: reopenIndexes, needs: canReopen},
	{name: "reopen after deletes", run: reopenDeletes, needs: canReopen},
	{name: "a backup is refused in words", run: backupRefused, needs: func(o Options) bool { return !canRestore(o) }},
	{name: "restore gives everything", run: restoreGives, needs: canRestore},
	{name: "restore of an empty store", run: restoreEmpty, needs: canRestore},
	{name: "a restored store goes on", run: restoreGoesOn, needs: canRestore},
	{name: "a backup under load is consistent", run: backupUnderLoad, needs: canRestore},
	{name: "a backup ends when its writer fails", run: backupWriterFails, needs: canRestore},
	{name: "a backup stops with its context", run: backupCancelled, needs: canRestore},
}

func (h *harness) reopen() { h.s = h.opts.Reopen(h.T, h.s) }

// restored is a harness on a store made from a backup of h's.
func (h *harness) restored() *harness {
	h.Helper()
	var b bytes.Buffer
	if err := h.s.Backup(context.Background(), &b); err != nil {
		h.Fatalf("Backup: %v", err)
	}
	r := &harness{T: h.T, s: h.opts.Restore(h.T, &b), opts: h.opts}
	h.Cleanup(r.close)
	return r
}

func full() everything {
	e := filled[everything](func(n int) time.Time { return at(n).Add(time.Duration(n) * time.Microsecond) })
	return e
}

func reopenKeeps(h *harness) {
	want := full()
	h.update(want.put)
	for range 3 {
		h.reopen()
		same(h, "records", read(h, want.fetch), want.kept())
	}
}

func numberAndAct(h *harness) []int64 {
	var n, seq, count int64
	h.update(func(tx store.Tx) (err error) {
		var err1, err2, err3 error
		n, err1 = tx.NextNumber()
		seq, err2 = tx.PutAct(act("x"))
		count, err3 = tx.AddCounter("c", 1)
		return all(err1, err2, err3)
	})
	return []int64{n, seq, count}
}

func reopenNumbers(h *harness) {
	for want := int64(1); want <= 4; want++ {
		same(h, "number, seq, counter", numberAndAct(h), []int64{want, want, want})
		h.reopen()
	}
}

// populate fills queues, groups, members and marks.
func populate(h *harness) {
	h.update(func(tx store.Tx) error {
		for n := int64(1); n <= 20; n++ {
			i := opened(n, "web", fmt.Sprint("g", n%2))
			i.WakeAt = at(int(100 - n))
			p := queued(fmt.Sprintf("p%02d", n), n, int(100-n))
			p.Provider, p.ProviderID = "twilio", fmt.Sprint("SM", n)
			if err := all(tx.PutIncident(i), tx.PutPage(p), tx.PutAlert(firing("am", fmt.Sprintf("%02d", n), 1)), tx.Append(n, entriesOf(1, 3))); err != nil {
				return err
			}
		}
		return all(tx.MarkSeen("k", at(5)), tx.PutNote("n", "x"))
	})
}

// populated demands all of it.
func populated(h *harness) {
	h.Helper()
	h.view(func(tx store.Tx) error {
		due, err1 := tx.Due(at(81), 0)
		pages, err2 := tx.DuePages(at(81), 0)
		members, err3 := tx.AlertsOf(1, alert.ID{Integration: "am", Key: "18"}, 0)
		open, err4 := tx.OpenNumbers()
		p, err5 := tx.PageByProvider("twilio", "SM7")
		seen, err6 := tx.Seen("k", at(4))
		line, err7 := tx.Timeline(20)
		same(h, "due", due, []int64{20, 19})
		same(h, "pages", ids(pages), []string{"p20", "p19"})
		same(h, "members", keys(members), []string{"am/19", "am/20"})
		same(h, "open", len(open), 20)
		same(h, "page", p.ID, "p07")
		same(h, "seen", seen, true)
		same(h, "timeline", line, entriesOf(1, 3))
		return all(err1, err2, err3, err4, err5, err6, err7)
	})
	same(h, "latest", []int64{latest(h, "web", "g0"), latest(h, "web", "g1")}, []int64{20, 19})
}

func reopenIndexes(h *harness) {
	populate(h)
	populated(h)
	h.reopen()
	populated(h)
}

func reopenDeletes(h *harness) {
	populate(h)
	h.update(func(tx store.Tx) error {
		for n := int64(1); n <= 20; n++ {
			i := opened(n, "web", fmt.Sprint("g", n%2))
			i.State = "closed"
			p := queued(fmt.Sprintf("p%02d", n), n, 0)
			p.State, p.NextAt = store.Delivered, time.Time{}
			if err := all(tx.PutIncident(i), tx.PutPage(p), tx.DeleteAlert(alert.ID{Integration: "am", Key: fmt.Sprintf("%02d", n)})); err != nil {
				return err
			}
		}
		return nil
	})
	gone := func() {
		h.view(func(tx store.Tx) error {
			due, err1 := tx.Due(at(200), 0)
			pages, err2 := tx.DuePages(at(200), 0)
			members, err3 := tx.AlertsOf(1, alert.ID{}, 0)
			open, err4 := tx.OpenNumbers()
			same(h, "what is left", []int{len(due), len(pages), len(members), len(open)}, []int{0, 0, 0, 0})
			return all(err1, err2, err3, err4)
		})
	}
	gone()
	h.reopen()
	gone()
}

func restoreGives(h *harness) {
	populate(h)
	r := h.restored()
	populated(r)
	populated(h) // and the first is as it was
	if note := read(r, func(tx store.Tx) (string, error) { return tx.Note(store.NoteRestored) }); note == "" {
		h.Error("the restored store does not say so in store.NoteRestored")
	}
}

func restoreEmpty(h *harness) {
	r := h.restored()
	same(h, "open", read(r, store.Tx.OpenNumbers), []int64{})
	same(h, "number, seq, counter", numberAndAct(r), []int64{1, 1, 1})
}

func restoreGoesOn(h *harness) {
	same(h, "number, seq, counter", numberAndAct(h), []int64{1, 1, 1})
	r := h.restored()
	same(h, "restored", numberAndAct(r), []int64{2, 2, 2})
	again := r.restored()
	same(h, "restored again", numberAndAct(again), []int64{3, 3, 3})
	if h.opts.Reopen != nil {
		again.reopen()
		same(h, "and reopened", numberAndAct(again), []int64{4, 4, 4})
	}
}

// backupUnderLoad keeps two counters equal in every commit, so that a backup which tears a commit shows.
func backupUnderLoad(h *harness) {
	stop := make(chan struct{})
	bump := func(tx store.Tx) error {
		n, err1 := tx.AddCounter("a", 1)
		_, err2 := tx.AddCounter("z", 1)
		return all(err1, err2, tx.PutAlert(firing("am", fmt.Sprint(n), 1)), tx.PutPage(queued(fmt.Sprint("p", n), n, 0)))
	}
	h.update(bump)
	err := together(3, func(k int) error {
		if k == 0 {
			defer close(stop)
			for range 5 {
				h.torn()
			}
			return nil
		}
		for {
			select {
			case <-stop:
				return nil
			default:
			}
			if err := h.s.Update(context.Background(), bump); err != nil {
				return err
			}
		}
	})
	if err != nil {
		h.Fatal(err)
	}
}

func (h *harness) torn() {
	var b bytes.Buffer
	if err := h.s.Backup(context.Background(), &b); err != nil {
		h.Errorf("Backup: %v", err)
		return
	}
	r := &harness{T: h.T, s: h.opts.Restore(h.T, &b), opts: h.opts}
	defer r.close()
	err := r.s.View(context.Background(), func(tx store.Tx) error {
		a, err1 := tx.Counter("a")
		z, err2 := tx.Counter("z")
		members, err3 := tx.AlertsOf(1, alert.ID{}, 0)
		pages, err4 := tx.DuePages(at(0), 0)
		same(h, "counter z, members, pages", []int64{z, int64(len(members)), int64(len(pages))}, []int64{a, a, a})
		return all(err1, err2, err3, err4)
	})
	if err != nil {
		h.Errorf("View: %v", err)
	}
}

type brokenPipe struct{ left int }

func (w *brokenPipe) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

func backupWriterFails(h *harness) {
	populate(h)
	for _, left := range []int{0, 100} {
		if err := h.s.Backup(context.Background(), &brokenPipe{left}); !errors.Is(err, io.ErrClosedPipe) {
			h.Errorf("Backup: got error %v, want the writer's", err)
		}
	}
	populated(h)
}

// backupRefused is of a store that makes no backup.
func backupRefused(h *harness) {
	var b bytes.Buffer
	if err := h.s.Backup(h.Context(), &b); !errors.Is(err, store.ErrNoBackup) || b.Len() > 0 {
		h.Errorf("Backup: got error %v after %d bytes, want store.ErrNoBackup before any", err, b.Len())
	}
}

func backupCancelled(h *harness) {
	populate(h)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := h.s.Backup(ctx, io.Discard); !errors.Is(err, context.Canceled) {
		h.Errorf("Backup: got error %v, want context.Canceled", err)
	}
}
