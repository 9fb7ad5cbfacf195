package postgres

import (
	"errors"

	"github.com/rouse/rouse/store"
)

// PutAct appends an act and chains it to the one before. What is hashed is what a reader will read: text that cannot be kept
// as it is has been mended by then.
func (t *tx) PutAct(a store.Act) (int64, error) {
	n, err := t.next(numberAct)
	if err != nil {
		return 0, err
	}
	prev, err := t.act(n - 1)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, err
	}
	a.Seq, a.Hash, a.Erased = n, "", false
	body, err := encode(&a)
	if err != nil {
		return 0, t.failed(err)
	}
	var kept store.Act
	if err := decode([]byte(body), &kept); err != nil {
		return 0, err
	}
	kept.Hash = store.Chain(prev.Hash, kept)
	return n, t.putAct(&kept)
}

func (t *tx) act(seq int64) (store.Act, error) {
	return body[store.Act](t, tabActs, "SELECT body FROM acts WHERE seq = $1", seq)
}

func (t *tx) putAct(a *store.Act) error {
	return t.record(tabActs, a, "INSERT INTO acts (seq, body) VALUES ($1, $2) ON CONFLICT (seq) DO UPDATE SET body = excluded.body", a.Seq)
}

// Acts returns acts with Seq above after, ascending.
func (t *tx) Acts(after int64, limit int) ([]store.Act, error) {
	return bodies[store.Act](t, tabActs, "SELECT body FROM acts WHERE seq > $1 ORDER BY seq LIMIT $2", after, limited(limit))
}

// LastAct returns the act with the highest Seq, or store.ErrNotFound.
func (t *tx) LastAct() (store.Act, error) {
	return body[store.Act](t, tabActs, "SELECT body FROM acts ORDER BY seq DESC LIMIT 1")
}

// EraseAct replaces the words of an act and keeps its hash.
func (t *tx) EraseAct(seq int64, a store.Act) error {
	if err := t.writable(); err != nil {
		return err
	}
	old, err := t.act(seq)
	if err != nil {
		return err
	}
	old.By.Name, old.What, old.Data, old.Erased = a.By.Name, a.What, a.Data, true
	return t.putAct(&old)
}
