package storetest

import (
	"math"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

var auditTests = []test{
	{name: "acts in order", run: actsInOrder},
	{name: "acts by pages", run: actsPaged},
	{name: "concurrent acts are numbered without gaps", run: actsTogether},
	{name: "the last act", run: lastAct},
	{name: "the chain holds", run: chainHolds},
	{name: "an act is erased", run: actErased},
	{name: "the chain goes on after a restore", run: chainRestored, needs: canRestore},
}

func act(verb string) store.Act {
	return store.Act{At: at(0), By: incident.Actor{Kind: incident.ByUser, Name: "ana", Channel: "web"}, Verb: verb, What: "primary", Data: map[string]string{"id": "o1"}}
}

func acts(h *harness, after int64, limit int) []store.Act {
	h.Helper()
	return read(h, func(tx store.Tx) ([]store.Act, error) { return tx.Acts(after, limit) })
}

// chained gives acts the Seq and the Hash that they get in an empty log.
func chained(list []store.Act) []store.Act {
	prev := ""
	for k := range list {
		list[k].Seq = int64(k + 1)
		list[k].Hash = store.Chain(prev, list[k])
		prev = list[k].Hash
	}
	return list
}

func actsInOrder(h *harness) {
	h.update(func(tx store.Tx) error {
		a := act("override.add")
		a.Seq, a.Hash, a.Erased = 99, "abc", true // not its own to say
		first, err1 := tx.PutAct(a)
		second, err2 := tx.PutAct(act("override.delete"))
		same(h, "seqs", []int64{first, second}, []int64{1, 2})
		return all(err1, err2)
	})
	_ = h.s.Update(h.Context(), func(tx store.Tx) error { _, err := tx.PutAct(act("discarded")); return all(err, errWanted) })
	h.update(func(tx store.Tx) error { _, err := tx.PutAct(act("silence.add")); return err })
	want := chained([]store.Act{act("override.add"), act("override.delete"), act("silence.add")})
	same(h, "acts", acts(h, 0, 0), want)
	same(h, "after the first", acts(h, 1, 0), want[1:])
	same(h, "after the last", acts(h, 3, 0), []store.Act{})
	same(h, "after anything", acts(h, math.MaxInt64, 0), []store.Act{})
}

func actsPaged(h *harness) {
	h.update(func(tx store.Tx) error {
		for range 25 {
			if _, err := tx.PutAct(act("x")); err != nil {
				return err
			}
		}
		return nil
	})
	var sizes []int
	after := int64(0)
	for range 4 {
		page := acts(h, after, 10)
		sizes = append(sizes, len(page))
		if len(page) > 0 {
			after = page[len(page)-1].Seq
		}
	}
	same(h, "pages", sizes, []int{10, 10, 5, 0})
}

func actsTogether(h *harness) {
	err := together(5, func(int) error {
		return h.s.Update(h.Context(), func(tx store.Tx) error { _, err := tx.PutAct(act("x")); return err })
	})
	if err != nil {
		h.Fatal(err)
	}
	for k, a := range acts(h, 0, 0) {
		same(h, "seq", a.Seq, int64(k+1))
	}
}

func lastAct(h *harness) {
	h.view(func(tx store.Tx) error {
		_, err := tx.LastAct()
		absent(h, "of an empty log", err)
		return nil
	})
	h.update(func(tx store.Tx) error {
		_, err1 := tx.PutAct(act("a"))
		_, err2 := tx.PutAct(act("b"))
		last, err3 := tx.LastAct()
		same(h, "in the update", last, chained([]store.Act{act("a"), act("b")})[1])
		return all(err1, err2, err3)
	})
	same(h, "afterwards", read(h, store.Tx.LastAct), chained([]store.Act{act("a"), act("b")})[1])
}

// verdict checks the audit log as it is read back.
func verdict(h *harness) store.Verdict {
	h.Helper()
	list := acts(h, 0, 0)
	v, err := store.VerifyActs(func() (a store.Act, ok bool, err error) {
		if len(list) == 0 {
			return a, false, nil
		}
		a, list = list[0], list[1:]
		return a, true, nil
	})
	if err != nil {
		h.Fatalf("VerifyActs: %v", err)
	}
	return v
}

// chainHolds writes acts that cannot be kept as they are: what counts is what is read back.
func chainHolds(h *harness) {
	odd := act("x")
	odd.At = odd.At.Add(999).In(time.FixedZone("east", 3600))
	odd.What, odd.Data = "caf\xe9 \x00 \u2028", map[string]string{"\xc3\x28": "1", "": "", "a\xff": "2", "a\xfe": "3"}
	empty := store.Act{Data: map[string]string{}}
	about := act("y")
	about.Incident = 42
	for _, a := range []store.Act{odd, empty, about, odd} {
		h.update(func(tx store.Tx) error { _, err := tx.PutAct(a); return err })
	}
	v := verdict(h)
	same(h, "verdict", v, store.Verdict{Acts: 4, LastSeq: 4, LastHash: read(h, store.Tx.LastAct).Hash})
}

func actErased(h *harness) {
	h.update(func(tx store.Tx) error {
		for _, verb := range []string{"a", "b", "c"} {
			if _, err := tx.PutAct(act(verb)); err != nil {
				return err
			}
		}
		return nil
	})
	words := store.Act{Verb: "not to be changed", What: "erased", By: incident.Actor{Name: "nobody", Channel: "cli"}, Incident: 7, Hash: "x"}
	h.update(func(tx store.Tx) error { return tx.EraseAct(2, words) })
	want := chained([]store.Act{act("a"), act("b"), act("c")})
	want[1].What, want[1].By.Name, want[1].Data, want[1].Erased = "erased", "nobody", nil, true
	same(h, "acts", acts(h, 0, 0), want)
	same(h, "erased without a word", verdict(h).Broken, int64(2))
	said := act(store.VerbErase)
	said.Data = map[string]string{store.DataSeqs: store.FormatSeqs([]int64{2})}
	h.update(func(tx store.Tx) error { _, err := tx.PutAct(said); return err })
	v := verdict(h)
	same(h, "broken, erased", []int64{v.Broken, v.Erased}, []int64{0, 1})
	absent(h, "erasing what is not there", h.s.Update(h.Context(), func(tx store.Tx) error { return tx.EraseAct(9, words) }))
}

func chainRestored(h *harness) {
	h.update(func(tx store.Tx) error { _, err := tx.PutAct(act("a")); return err })
	r := h.restored()
	r.update(func(tx store.Tx) error { _, err := tx.PutAct(act("b")); return err })
	same(h, "acts", acts(r, 0, 0), chained([]store.Act{act("a"), act("b")}))
}
