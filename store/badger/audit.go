package badger

import (
	"math"

	"github.com/rouse/rouse/store"
)

// PutAct appends an act and gives it the next Seq, which it returns.
func (t *tx) PutAct(a store.Act) (int64, error) {
	n, err := t.addNum(keyText(tabRunning, runAct), 1)
	if err != nil {
		return 0, err
	}
	a.Seq = n
	return n, t.setRow(keyNumber(tabAct, n), &a)
}

// Acts returns acts with Seq above after, ascending.
func (t *tx) Acts(after int64, limit int) ([]store.Act, error) {
	if after == math.MaxInt64 {
		return nil, nil
	}
	return rows[store.Act](t, span{prefix: []byte{tabAct}, from: keyNumber(tabAct, max(after, 0)+1)}, limit)
}
