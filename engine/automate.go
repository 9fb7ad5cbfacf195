package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// Runner carries out the steps of automations that touch the world. One call ends within the step's own timeout.
type Runner interface {
	Run(ctx context.Context, step automation.Step, p automation.Payload) (automation.Result, error)
}

const (
	runsMost     = 8                                       // runs at the same time; they have slots of their own, so that none can hold up a page
	runAttempts  = 4                                       // of a step that may be tried again
	runLease     = automation.MostTimeout + 15*time.Second // how long a run belongs to whoever claimed it
	updateClock  = 30 * time.Minute                        // where neither the rule nor the priority says how often
	runClaimWait = time.Second                             // when all slots are taken
)

// automate does what rules want because of a decision. Steps within rouse are decided at once; those that touch the world go
// into the outbox. Whatever goes wrong is a line of the timeline, never an error of the decision.
func (b *batch) automate(was *incident.Incident, ch *incident.Change) error {
	if len(b.live.Automations) == 0 || b.ruled || ch.Next.Drill() {
		return nil // what rules bring about wakes no rules
	}
	b.ruled = true
	defer func() { b.ruled = false }()
	runs := automation.Due(b.live.Automations, was, &ch.Next, ch.Entries)
	for _, r := range runs {
		for n, step := range r.Rule.Steps {
			if err := b.step(r, n, step, ch.Next.Number); err != nil {
				return err
			}
		}
	}
	return nil
}

// step does one step of a run on an incident as it is now.
func (b *batch) step(r automation.Run, n int, s automation.Step, number int64) error {
	i, err := b.incident(number)
	if err != nil {
		return err
	}
	p := automation.NewPayload(r, n, i, b.link(i, ""))
	if s.External() {
		return b.order(r, n, s, p, number)
	}
	text, err := b.within(r, s, p, number)
	switch {
	case b.failed != nil:
		return b.failed
	case errors.Is(err, incident.ErrNothing):
		return nil
	case err != nil:
		text = err.Error()
	}
	return b.tryAct(number, incident.Automated{Rule: r.Rule.Name, Step: s.String(), Text: text, Failed: err != nil})
}

// order puts a step that touches the world into the outbox.
func (b *batch) order(r automation.Run, n int, s automation.Step, p automation.Payload, number int64) error {
	text, err := automation.Order{Rule: r.Rule.Name, Step: n, Kind: s.Kind(), Payload: p}.Encode()
	if err != nil {
		return b.tryAct(number, incident.Automated{Rule: r.Rule.Name, Step: s.String(), Text: err.Error(), Failed: true})
	}
	return b.enqueue(incident.Page{ID: "run/" + p.ID, Kind: incident.PageRun, Incident: number, Text: text, Urgency: oncall.Low, At: b.now})
}

// within does a step inside rouse, as the rule, and says what it was.
func (b *batch) within(r automation.Run, s automation.Step, p automation.Payload, number int64) (string, error) {
	by := incident.Actor{Kind: incident.ByAutomation, Name: r.Rule.Name}
	switch {
	case s.AddResponders != nil:
		var who []oncall.UserID
		for _, t := range s.AddResponders.Targets {
			who = append(who, b.live.book.Roster.Resolve(t, b.now)...)
		}
		_, err := b.act(number, incident.Inform{By: by, Who: who, Why: "automation " + r.Rule.Name})
		return "", err
	case s.Set != nil:
		_, err := b.act(number, amendment(by, r.Rule.Name, s.Set))
		return "", err
	case s.UpdateClock != nil:
		every := s.UpdateClock.Every
		if every == 0 {
			i, err := b.incident(number)
			if err != nil {
				return "", err
			}
			if every = b.live.book.Cadence[i.Priority]; every == 0 {
				every = updateClock
			}
		}
		_, err := b.act(number, incident.Amend{By: by, UpdateEvery: every})
		return "an update is owed every " + every.String(), err
	case s.Note != nil:
		text, err := automation.RenderText(s.Note.Text, p)
		if err == nil {
			_, err = b.act(number, incident.Note{By: by, Text: text})
		}
		return "", err
	case s.Room != nil:
		return "", b.toRoom(s.Room, p, number)
	}
	return "", fmt.Errorf("a step without anything to do")
}

func amendment(by incident.Actor, rule string, s *automation.Set) incident.Amend {
	why := s.Reason
	if why == "" {
		why = "automation " + rule
	}
	return incident.Amend{
		By: by, Reason: why, Type: s.Type, Category: s.Category, Impact: s.Impact, Urgency: s.Urgency, Priority: s.Priority,
	}
}

// toRoom posts an automation's words to a room. Of a confidential incident no room hears.
func (b *batch) toRoom(r *automation.Room, p automation.Payload, number int64) error {
	if p.Confidential {
		return incident.ErrConfidential
	}
	text, err := automation.RenderText(r.Text, p)
	if err != nil {
		return err
	}
	return b.enqueue(incident.Page{ID: "run/" + p.ID, Kind: incident.PageRoom, Incident: number, Receiver: r.Receiver, Text: roomWords, Why: text, At: b.now})
}

// roomWords is the reason of a message to a room that has words of its own.
const roomWords = "update"

// claimRun leases a step for the runner.
func (b *batch) claimRun(p *store.Page) ([]job, error) {
	o, err := automation.ParseOrder(p.Text)
	if err != nil {
		return nil, b.end(p, store.Failed, err.Error())
	}
	step, err := o.Find(b.live.Automations)
	if err == nil && b.live.Runner == nil {
		err = errors.New("this rouse runs no automations")
	}
	if err == nil && p.Attempt >= runAttempts {
		err = fmt.Errorf("gave up after %d attempts", p.Attempt)
	}
	if err != nil {
		return nil, b.ran(p, o, "a step", err.Error(), err)
	}
	if b.runs+len(b.e.runs) >= cap(b.e.runs) {
		p.NextAt = b.now.Add(runClaimWait)
		return nil, b.put(p)
	}
	b.runs++
	p.State, p.NextAt = store.Sending, b.now.Add(runLease)
	p.Attempt++
	p.Fence++
	return []job{{kind: jobRun, page: *p, order: o, step: step, runner: b.live.Runner}}, b.put(p)
}

// ran ends a run: one line of the timeline says how.
func (b *batch) ran(p *store.Page, o automation.Order, step, text string, err error) error {
	outcome := "done"
	if err != nil {
		outcome = "failed"
	}
	b.after(func() { b.e.metrics.Automations.WithLabelValues(o.Rule, outcome).Inc() })
	if aerr := b.tryAct(p.Incident, incident.Automated{Rule: o.Rule, Step: step, Text: text, Failed: err != nil}); aerr != nil {
		return aerr
	}
	if err != nil {
		return b.end(p, store.Failed, text)
	}
	return b.end(p, store.Delivered, text)
}

// settleRun remembers how a run ended. What may be tried again is, after a pause that grows.
func (b *batch) settleRun(j *job, r automation.Result, err error) error {
	p, perr := b.page(j.page.ID)
	if perr != nil {
		return perr
	}
	if p.Fence != j.page.Fence || p.State != store.Sending {
		return nil
	}
	if err != nil && r.Retry && p.Attempt < runAttempts {
		p.State, p.NextAt, p.Detail = store.Queued, b.now.Add(max(10*b.backoff(p.Attempt), r.After)), err.Error()
		return b.put(p)
	}
	text := r.Text
	if err != nil && text == "" {
		text = err.Error()
	}
	return b.ran(p, j.order, j.step.String(), strings.TrimPrefix(text, j.step.String()+": "), err)
}
