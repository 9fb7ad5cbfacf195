package engine

import "fmt"

// Call is one call to the outside world (a message, a question what became of one, a room, a hang-up, a step of an automation)
// that was decided and remembered, and is made afterwards: Make, then Settle. Between the two lies all that can go wrong.
type Call struct {
	e      *Engine
	job    job
	slots  chan struct{} // in which it holds a place until it is settled
	settle func(*batch) error
}

// Page is the ID of the page that the call is about.
func (c *Call) Page() string { return c.job.page.ID }

// String says what the call does: "send INC-1/e1/r0/l0/ana/0-sms by north".
func (c *Call) String() string {
	did := map[jobKind]string{jobSend: "send", jobFind: "find", jobRoom: "tell", jobHangUp: "hang up", jobRun: "run"}[c.job.kind]
	if c.job.provider == nil {
		return did + " " + c.job.page.ID
	}
	return fmt.Sprintf("%s %s by %s", did, c.job.page.ID, c.job.provider.Name())
}

// Make makes the call and returns when it has ended, with or without an answer. Nothing of it is remembered yet.
func (c *Call) Make() { c.settle = c.e.call(c.job) }

// Settle remembers how the call ended. When that fails its lease ends, and what became of it is asked.
func (c *Call) Settle() {
	err := c.e.must(c.settle)
	<-c.slots
	nudge(c.e.outbox)
	if err != nil {
		c.e.log.Error("the outcome of a page could not be remembered", "page", c.job.page.ID, "err", err)
	}
}
