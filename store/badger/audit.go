package badger

import (
	"errors"
	"math"

	"github.com/rouse/rouse/store"
)

// PutAct appends an act and chains it to the one before. What is hashed is what a reader will read: text that cannot be kept
// as it is has been mended by then.
func (t *tx) PutAct(a store.Act) (int64, error) {
	n, err := t.addNum(keyText(tabRunning, runAct), 1)
	if err != nil {
		return 0, err
	}
	prev, err := row[store.Act](t, keyNumber(tabAct, n-1))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, err
	}
	a.Seq, a.Hash, a.Erased = n, "", false
	val, err := t.encode(nil, &a)
	if err != nil {
		return 0, err
	}
	var kept store.Act
	if err := decode(val, &kept); err != nil {
		return 0, err
	}
	kept.Hash = store.Chain(prev.Hash, kept)
	return n, t.setRow(keyNumber(tabAct, n), &kept)
}

// Acts returns acts with Seq above after, ascending.
func (t *tx) Acts(after int64, limit int) ([]store.Act, error) {
	if after == math.MaxInt64 {
		return nil, nil
	}
	return rows[store.Act](t, span{prefix: []byte{tabAct}, from: keyNumber(tabAct, max(after, 0)+1)}, limit)
}

// LastAct returns the act with the highest Seq, or store.ErrNotFound.
func (t *tx) LastAct() (store.Act, error) {
	n, err := t.num(keyText(tabRunning, runAct))
	if err != nil {
		return store.Act{}, err
	}
	return row[store.Act](t, keyNumber(tabAct, n))
}

// EraseAct replaces the words of an act and keeps its hash.
func (t *tx) EraseAct(seq int64, a store.Act) error {
	old, err := row[store.Act](t, keyNumber(tabAct, seq))
	if err != nil {
		return err
	}
	old.By.Name, old.What, old.Data, old.Erased = a.By.Name, a.What, a.Data, true
	return t.setRow(keyNumber(tabAct, seq), &old)
}
