package configs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity says whether a Problem keeps the configuration from being used.
type Severity string

// An Error refuses the file; a Warning is lint, and the file is used all the same.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Problem is one thing that is wrong, or doubtful, in a configuration file.
type Problem struct {
	File     string   `json:"file"`
	Line     int      `json:"line"`           // from 1
	Column   int      `json:"column"`         // from 1
	Key      string   `json:"key,omitempty"`  // dotted path: escalations.payments.levels[1].wait; empty for the file itself
	Severity Severity `json:"severity"`       //
	Rule     string   `json:"rule,omitempty"` // name of the lint rule; empty for errors
	What     string   `json:"what"`           // what is wrong
	Do       string   `json:"do"`             // what to do about it
}

// String writes the problem as compilers do: file:line:column: error: key: what; do this. A warning ends with its rule in brackets.
func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s: ", p.File, p.Line, p.Column, p.Severity)
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.What)
	if p.Do != "" {
		b.WriteString("; " + p.Do)
	}
	if p.Rule != "" {
		b.WriteString(" [" + p.Rule + "]")
	}
	return b.String()
}

// Problems is all that was found in one file, in the order of the file.
type Problems []Problem

// Errors returns the problems that refuse the file.
func (ps Problems) Errors() Problems { return ps.only(Error) }

// Warnings returns what lint has to say.
func (ps Problems) Warnings() Problems { return ps.only(Warning) }

// Err is nil when there is no error among the problems; otherwise its text has one error per line.
func (ps Problems) Err() error {
	if errs := ps.Errors(); len(errs) > 0 {
		return refusal(errs)
	}
	return nil
}

// String has one problem per line.
func (ps Problems) String() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

func (ps Problems) only(s Severity) Problems {
	var some Problems
	for _, p := range ps {
		if p.Severity == s {
			some = append(some, p)
		}
	}
	return some
}

// sorted puts problems in the order of the file and drops repeats: some values are read twice.
func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	seen := map[Problem]bool{}
	return slices.DeleteFunc(ps, func(p Problem) bool {
		again := seen[p]
		seen[p] = true
		return again
	})
}

// refusal is the error form of errors.
type refusal Problems

func (r refusal) Error() string { return Problems(r).String() }
