package engine

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
)

// gated is a carrier whose answer to the first text comes when the test says so.
type gated struct {
	carrier
	answer chan struct{}
}

func (g *gated) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	g.mu.Lock()
	g.sent = append(g.sent, m)
	n := len(g.sent)
	g.mu.Unlock()
	if n == 1 {
		select {
		case <-g.answer:
		case <-ctx.Done():
			return notify.Receipt{}, ctx.Err()
		}
	}
	return notify.Receipt{ProviderID: fmt.Sprint("SM", n)}, nil
}

func (g *gated) via(m oncall.Method) (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range g.sent {
		if s.Via == m {
			n++
		}
	}
	return n
}

// words are what a carrier may say of the first text, by a letter each. A is its answer to the sending.
var words = map[rune]notify.Status{
	'Q': {Outcome: notify.Queued},
	'S': {Outcome: notify.Accepted},
	'D': {Outcome: notify.Delivered},
	'H': {Outcome: notify.Failed, Class: notify.Handset, Code: 30003},
	'T': {Outcome: notify.Failed, Class: notify.Transient, Code: 30008},
}

// end is what is left of one page after a story of words.
type end struct {
	state         store.PageState
	outcome       notify.Outcome
	id            string
	texts         int
	voice, failed bool // the next method went ahead; the number is known to have failed
}

// play has a carrier say words in an order, the first word about a page that is being sent, and tells how that ended.
func play(t *testing.T, order string) (e end) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		zero := 0
		st, err := badger.Open("", badger.Options{InMemory: true, Compactors: &zero})
		if err != nil {
			t.Fatal(err)
		}
		c := &gated{answer: make(chan struct{})}
		s := settings(&c.carrier)
		s.Providers = []notify.Provider{c}
		eng, err := New(Deps{Store: st, Settings: s, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		eng.Start()
		if err := eng.Accept(context.Background(), []alert.Alert{firing(1)}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		c.mu.Lock()
		id := c.sent[0].ID
		c.mu.Unlock()
		for _, w := range order {
			if w == 'A' {
				close(c.answer)
			} else {
				word := words[w]
				word.Provider, word.ProviderID, word.MessageID = "carrier", "SM1", id
				if err := eng.Status(context.Background(), word); err != nil {
					t.Error(err)
				}
			}
			synctest.Wait()
		}
		time.Sleep(7 * time.Second)
		synctest.Wait()
		_ = st.View(context.Background(), func(tx store.Tx) error {
			p, err := tx.Page(id)
			e.state, e.outcome, e.id = p.State, p.Outcome, p.ProviderID
			known, err2 := tx.Contact("+34600000001")
			e.failed = known.Fails > 0
			if err != nil || err2 != nil {
				t.Error(err, err2)
			}
			return nil
		})
		e.texts, e.voice = c.via(oncall.SMS), c.via(oncall.Call) > 0
		eng.Stop()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// permutations returns every order of the letters, each once.
func permutations(letters string) (all []string) {
	if letters == "" {
		return []string{""}
	}
	seen := map[rune]bool{}
	for k, r := range letters {
		if seen[r] {
			continue
		}
		seen[r] = true
		for _, rest := range permutations(letters[:k] + letters[k+1:]) {
			all = append(all, string(r)+rest)
		}
	}
	return all
}

// TestOrderOfCallbacks: whatever the order in which the answer and the reports arrive, and however often, the page ends alike, and
// what follows is alike. A delivery that comes after a failure is believed; then the next method has gone ahead, and cannot be taken
// back.
func TestOrderOfCallbacks(t *testing.T) {
	for _, letters := range []string{"AQSD", "AQSH", "AQSSDD", "AQSHH", "AQSDHH", "AQSTT", "AQSTTD"} {
		t.Run(letters, func(t *testing.T) {
			for _, order := range permutations(letters) {
				want := end{state: store.Delivered, outcome: notify.Delivered, id: "SM1", texts: 1}
				failed := strings.IndexAny(order, "HT")
				late := failed >= 0 && failed < strings.Index(order, "D")
				switch {
				case !strings.Contains(letters, "D") && strings.Contains(letters, "H"):
					want = end{state: store.Failed, outcome: notify.Failed, id: "SM1", texts: 1, voice: true, failed: true}
				case !strings.Contains(letters, "D"): // sent once more, and no word about that copy
					want = end{state: store.Accepted, outcome: notify.Accepted, id: "SM3", texts: 2, voice: true, failed: true}
				case late:
					want.voice = true
				}
				got := play(t, order)
				if late && strings.Contains(letters, "T") {
					want.id = got.id // it was to be sent once more, and is not any more
				}
				if got != want {
					t.Errorf("%s: got %+v, want %+v", order, got, want)
				}
			}
		})
	}
}

// Twenty words at random, many times, are like the few of them that differ.
func TestManyCallbacks(t *testing.T) {
	if testing.Short() {
		t.Skip("60 stories")
	}
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 20))
		order := []byte("A")
		for range 19 {
			order = append(order, "QSDH"[r.IntN(4)])
		}
		r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		d, h := slices.Index(order, 'D'), slices.Index(order, 'H')
		if d < 0 || h < 0 {
			continue
		}
		want := end{state: store.Delivered, outcome: notify.Delivered, id: "SM1", texts: 1, voice: h < d}
		if got := play(t, string(order)); got != want {
			t.Errorf("seed %d, %s: got %+v, want %+v", seed, order, got, want)
		}
	}
}
