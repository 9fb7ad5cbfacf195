package badger

import (
	"github.com/rouse/rouse/incident/problem"
)

// NextProblem takes the next reference number of a problem.
func (t *tx) NextProblem() (int64, error) { return t.addNum(keyText(tabRunning, runProblem), 1) }

// Problem returns one problem, or store.ErrNotFound.
func (t *tx) Problem(n int64) (problem.Problem, error) {
	return row[problem.Problem](t, keyNumber(tabProblem, n))
}

// PutProblem creates or replaces a problem by its number.
func (t *tx) PutProblem(p problem.Problem) error {
	return t.setRow(keyNumber(tabProblem, p.Number), &p)
}

// Problems returns all problems, newest first.
func (t *tx) Problems() ([]problem.Problem, error) {
	return rows[problem.Problem](t, span{prefix: []byte{tabProblem}, back: true}, 0)
}
