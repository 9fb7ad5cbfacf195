package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

const (
	sendTimeout  = 14 * time.Second // of one call to a provider: well inside its lease
	pollText     = 60 * time.Second // without a word about a text, it is looked up
	pollCall     = 45 * time.Second // a call rings for half a minute first
	pollTalk     = 90 * time.Second // and is then listened to
	pollsAtMost  = 5
	attemptsMost = 6
	claimsMost   = 2000 // pages looked at in one claim; fewer when the store says that it is too much
	claimsLeast  = 50
)

// deliverLoop claims what is due and sends it, and sleeps until something else is.
func (e *Engine) deliverLoop() {
	for e.sleep(e.outbox, e.deliverTurn()) {
	}
}

func (e *Engine) deliverTurn() time.Time {
	e.pace.deliver.begin()
	next, err := e.Deliver(e.now().UTC())
	e.pace.deliver.end()
	if err != nil {
		e.log.Error("delivering failed", "err", err)
		next = e.now().Add(retryAfter)
	}
	return next
}

// Deliver claims pages that are due at now, hands them to their providers in the background, and returns when it is to be
// called again; the zero time when nothing is known to be due.
func (e *Engine) Deliver(now time.Time) (time.Time, error) {
	l, err := e.look()
	if err != nil {
		return time.Time{}, err
	}
	due, patient := past(l.page, now), past(l.patient, now)
	e.metrics.OldestPage.Set(0)
	if due {
		e.metrics.OldestPage.Set(now.Sub(l.page).Seconds())
	}
	free := cap(e.slots) - len(e.slots)
	switch {
	case !due && !patient:
		return l.next(), nil
	case free == 0:
		return now.Add(50 * time.Millisecond), nil // a send that ends nudges sooner
	case !due && e.patientSlots(free) <= 0:
		return earlier(l.page, now.Add(time.Second)), nil // likewise
	}
	var jobs []job
	err = e.must(func(b *batch) (err error) {
		jobs, err = b.claim(free, e.claims)
		return err
	})
	if errors.Is(err, store.ErrTooBig) && e.claims > claimsLeast {
		e.claims = max(e.claims/2, claimsLeast)
		return now, nil
	}
	if err != nil {
		return now, err
	}
	e.claims = min(e.claims+claimsLeast, claimsMost)
	for _, j := range jobs {
		e.dispatch(j)
	}
	if len(jobs) == 0 {
		return e.nextPage(now)
	}
	return now, nil
}

// lanes is when something is next due in either lane of the outbox; zero for nothing.
type lanes struct{ page, patient time.Time }

func (e *Engine) look() (l lanes, err error) {
	err = e.store.View(context.Background(), func(tx store.Tx) error {
		var err1, err2 error
		l.page, err1 = tx.NextPage()
		l.patient, err2 = tx.NextPatient()
		return errors.Join(err1, err2)
	})
	return l, err
}

func (l lanes) next() time.Time { return earlier(l.page, l.patient) }

// past reports whether something that is due at t, zero for never, is due at now.
func past(t, now time.Time) bool { return !t.IsZero() && !t.After(now) }

// nextPage is when to look again after nothing could be claimed.
func (e *Engine) nextPage(now time.Time) (time.Time, error) {
	l, err := e.look()
	next := l.next()
	if past(next, now) {
		next = now.Add(20 * time.Millisecond) // due, but nothing could be done about it: do not spin
		if len(e.slots) > 0 {
			next = now.Add(250 * time.Millisecond) // what waits for slots is nudged when one is free
		}
	}
	return next, err
}

// dispatch runs a job beside the loop. Stop waits for it.
func (e *Engine) dispatch(j job) {
	slots := e.slots
	if j.kind == jobRun {
		slots = e.runs
	}
	slots <- struct{}{}
	c := &Call{e: e, job: j, slots: slots}
	if e.inline {
		e.calls = append(e.calls, c)
		return
	}
	e.sends.Add(1)
	go func() {
		defer e.sends.Done()
		c.Make()
		c.Settle()
	}()
}

// call makes the call of a job, and returns what is to be remembered of it.
func (e *Engine) call(j job) func(*batch) error {
	if j.kind == jobRun {
		return e.runStep(j)
	}
	ctx, cancel := context.WithTimeout(context.Background(), sendTimeout)
	defer cancel()
	begin := e.now()
	switch j.kind {
	case jobSend:
		e.lateness(&j, begin)
		r, err := j.provider.Send(ctx, j.message)
		j.silent = e.breaker.heard(line{j.provider.Name(), j.page.Via}, err == nil || !unanswered(notify.Classify(err)), e.now().UTC())
		e.metrics.ProviderTime.WithLabelValues(j.provider.Name()).Observe(e.now().Sub(begin).Seconds())
		return func(b *batch) error { return b.settle(&j, r, err) }
	case jobFind:
		s, found, err := e.find(ctx, &j)
		return func(b *batch) error { return b.found(&j, s, found, err) }
	case jobRoom:
		err := errNoRooms
		if rooms := e.Settings().Rooms; rooms != nil {
			err = rooms.Tell(ctx, j.note)
		}
		return func(b *batch) error { return b.settleRoom(&j, err) }
	}
	err := j.provider.(notify.Canceller).Cancel(ctx, j.page.ProviderID)
	return func(b *batch) error { return b.settleHangUp(&j, err) }
}

// runStep carries out one step of an automation. A stop of the engine cuts it short; it is tried again after the next start.
func (e *Engine) runStep(j job) func(*batch) error {
	ctx, cancel := context.WithTimeout(e.running, automation.MostTimeout)
	defer cancel()
	r, err := j.runner.Run(ctx, j.step, j.order.Payload)
	if err != nil && e.running.Err() != nil {
		r.Retry = true
	}
	return func(b *batch) error { return b.settleRun(&j, r, err) }
}

// errNoRooms: a reload has taken the rooms away.
var errNoRooms error = &notify.Error{Class: notify.Content, Err: errors.New("the configuration has no rooms any more")}

func (e *Engine) find(ctx context.Context, j *job) (notify.Status, bool, error) {
	f, ok := j.provider.(notify.Finder)
	if !ok {
		return notify.Status{}, false, nil
	}
	return f.Find(ctx, j.message, j.page.ProviderID, j.page.FirstAt)
}

// settle remembers how a send ended.
func (b *batch) settle(j *job, r notify.Receipt, err error) error {
	p, perr := b.page(j.page.ID)
	if perr != nil {
		return perr
	}
	l := line{j.provider.Name(), p.Via}
	if err == nil {
		if err := b.heal(l, r.Delivered, b.now); err != nil {
			return err
		}
		b.e.breaker.taken(l, p.ID, b.now)
		return b.accepted(p, j, r)
	}
	e := notify.Classify(err)
	if err := b.judge(l, p.ID, e, j.silent); err != nil {
		return err
	}
	if p.Fence != j.page.Fence || p.State != store.Sending {
		return nil // somebody else has taken over, or nobody wants it any more
	}
	return b.refused(p, e)
}

// accepted is a page that the provider took. Its callbacks may have been faster than its answer.
func (b *batch) accepted(p *store.Page, j *job, r notify.Receipt) error {
	if slices.Contains(p.Past, r.ProviderID) {
		return nil // what became of this copy was known before: another is on its way
	}
	if p.ProviderID != "" && r.ProviderID != "" && p.ProviderID != r.ProviderID {
		p.Past = append(p.Past, p.ProviderID)
	}
	p.ProviderID, p.SentAt = r.ProviderID, b.now
	switch {
	case p.State == store.Void:
		if p.Via == oncall.Call && r.ProviderID != "" {
			p.State = store.Accepted
			p.NextAt = b.now.Add(pollCall)
			if err := b.put(p); err != nil {
				return err
			}
			return b.hangUp(p)
		}
		return b.put(p)
	case p.State != store.Sending && p.State != store.Unknown:
		return b.put(p)
	case r.Delivered:
		p.Outcome = notify.Delivered
		if err := b.report(p, incident.StepDelivered, b.name(p)+" handed to "+p.Provider, false); err != nil {
			return err
		}
		return b.end(p, store.Delivered, "")
	}
	p.State, p.Outcome = store.Accepted, notify.Accepted
	p.Polls, p.Missed = 0, false // a new copy, which may be missed anew
	p.NextAt = b.now.Add(pollAfter(p.Via))
	if err := b.report(p, incident.StepSent, b.name(p)+" handed to "+p.Provider, false); err != nil {
		return err
	}
	if p.Via == oncall.Call && !b.wanted(p) && p.Kind == incident.PageAlert {
		if err := b.put(p); err != nil {
			return err
		}
		return b.hangUp(p)
	}
	return b.put(p)
}

func pollAfter(via oncall.Method) time.Duration {
	if via == oncall.Call {
		return pollCall
	}
	return pollText
}

// found remembers what a look-up brought.
func (b *batch) found(j *job, s notify.Status, found bool, err error) error {
	p, perr := b.page(j.page.ID)
	if perr != nil {
		return perr
	}
	if p.Fence != j.page.Fence || (p.State != store.Unknown && p.State != store.Accepted) {
		return nil
	}
	if err == nil && found {
		s.MessageID = p.ID
		if s.Outcome == notify.Answered && p.Outcome != notify.Answered {
			return b.progress(p, s) // somebody listens, which nobody has told
		}
		if !s.Outcome.Final() {
			return b.stillGoing(p, s)
		}
		return b.status(p, s)
	}
	if p.State == store.Accepted {
		return b.stillGoing(p, notify.Status{Provider: p.Provider})
	}
	if err := b.miss(p, b.name(p)+": nobody knows what became of it, going on meanwhile"); err != nil {
		return err
	}
	switch {
	case b.now.Sub(p.FirstAt) < resendAfter(p.Via) || p.Polls < 2:
		p.NextAt = b.now.Add(3 * time.Second)
	case p.Unknowns <= 1:
		p.State, p.NextAt = store.Queued, b.now // the one duplicate that is allowed
		b.copyAgain(p)
		b.avoid(p)
	default:
		return b.giveUp(p, fault{class: notify.Transient, why: "no answer from the provider"})
	}
	return b.put(p)
}

func resendAfter(via oncall.Method) time.Duration {
	if via == oncall.Call {
		return 10 * time.Second
	}
	return 15 * time.Second
}

// stillGoing is a page that the provider has, without a final word. After the first look the next method is due; after the
// last the page is given up.
func (b *batch) stillGoing(p *store.Page, s notify.Status) error {
	if s.ProviderID != "" && p.ProviderID == "" {
		p.ProviderID = s.ProviderID
	}
	if p.State == store.Unknown {
		p.State, p.SentAt, p.Polls = store.Accepted, b.now, 0
		if err := b.report(p, incident.StepSent, b.name(p)+" was taken by "+p.Provider+" after all", false); err != nil {
			return err
		}
	}
	if p.Polls >= pollsAtMost {
		p.Outcome = notify.Expired
		if err := b.miss(p, b.name(p)+": never confirmed"); err != nil {
			return err
		}
		return b.end(p, store.Expired, "never confirmed")
	}
	if p.Polls > 0 {
		if err := b.miss(p, b.name(p)+" is not confirmed yet, going on meanwhile"); err != nil {
			return err
		}
		if err := b.heal(line{p.Provider, p.Via}, true, p.SentAt); err != nil { // not every carrier confirms; no word of a filter is one
			return err
		}
	}
	p.NextAt = b.now.Add(pollText)
	return b.put(p)
}
