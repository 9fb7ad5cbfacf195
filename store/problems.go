package store

import "github.com/rouse/rouse/incident/problem"

// Problems keeps problem records: recurring causes and known errors.
type Problems interface {
	// NextProblem takes the next reference number of a problem: 1, 2, 3... Taken in a discarded Update it is taken again.
	NextProblem() (int64, error)
	// Problem returns one problem, or ErrNotFound.
	Problem(n int64) (problem.Problem, error)
	// PutProblem creates or replaces a problem by its Number.
	PutProblem(p problem.Problem) error
	// Problems returns all problems, newest first.
	Problems() ([]problem.Problem, error)
}
