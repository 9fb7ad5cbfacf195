// Package migrate reads what other pagers give out of themselves and writes it as a rouse.yaml: Alertmanager's configuration, and
// the API exports of PagerDuty, Opsgenie, Grafana OnCall and GoAlert.
//
// It is pure: it is handed bytes and a moment, and hands back bytes. Its law: nothing is lost in silence. What has no equal in
// rouse is a comment at its place in the file and an entry of Result.Lost; what cannot be read is a ReadError that says in which
// file and where. It never guesses who is on call: where turns cannot be said exactly, it says so.
package migrate

import (
	"fmt"
	"time"
)

// Result is a configuration, and what of its source had no equal in it.
type Result struct {
	YAML []byte
	Lost []Lost // in the order of the file
}

// Lost is one thing of the source that the configuration does not do, or does otherwise.
type Lost struct {
	Where string // the place in the configuration, such as "schedules.primary"; "" is the whole
	What  string // one sentence
}

func (l Lost) String() string {
	if l.Where == "" {
		return l.What
	}
	return l.Where + ": " + l.What
}

// File is one file of an export.
type File struct {
	Name string // its path as errors call it; its base says what it holds where the export itself does not
	Data []byte
}

// Options says what an export itself does not know.
type Options struct {
	Now time.Time // what ended before is left out; the turn of a rotation that is only known by its state is that of now
}

// ReadError is an input that cannot be read.
type ReadError struct {
	File string
	Line int    // of YAML, from 1; 0: not known
	Path string // of JSON, such as /users/3/email
	What string
}

func (e *ReadError) Error() string {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", where, e.Line)
	}
	if e.Path != "" {
		where += ": at " + e.Path
	}
	return where + ": " + e.What
}
