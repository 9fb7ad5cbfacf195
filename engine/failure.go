package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// onceMoreAfter is how long a text that failed for no lasting reason waits before it is sent once more.
const onceMoreAfter = 5 * time.Second

// fault is why a page did not get through.
type fault struct {
	class      notify.Class
	code       int
	outcome    notify.Outcome
	why        string // for the timeline
	retryAfter time.Duration
	late       bool // the provider had taken the page: said by a callback or a look-up
}

// unanswered reports whether an error says that a provider gave no answer, or none that means anything.
func unanswered(e *notify.Error) bool {
	return e.Unknown || (e.Class == notify.Transient && e.Code == 0)
}

// refused is a page that the provider did not take, or may have taken without saying so.
func (b *batch) refused(p *store.Page, e *notify.Error) error {
	if !e.Unknown {
		p.Detail, p.Class = e.Error(), e.Class
		if err := b.uncount(p); err != nil {
			return err
		}
		return b.fails(p, fault{class: e.Class, code: e.Code, outcome: notify.Failed, why: e.Err.Error(), retryAfter: e.RetryAfter})
	}
	p.Class, p.Code, p.Detail = e.Class, e.Code, e.Error()
	b.e.metrics.Unknowns.WithLabelValues(p.Provider).Inc()
	p.State = store.Unknown
	p.Unknowns++
	p.Polls = 0
	p.NextAt = b.now.Add(2 * time.Second)
	detail := fmt.Sprintf("%s: %s gave no answer, asking what became of it", b.name(p), p.Provider)
	if err := b.report(p, "", detail, false); err != nil {
		return err
	}
	return b.put(p)
}

// uncount takes a message that no provider took out of what its number has had, so that an outage uses up nobody's limit.
func (b *batch) uncount(p *store.Page) error {
	counted := p.Kind == incident.PageAlert || p.Kind == incident.PageUpdate || p.Kind == incident.PageNews
	if p.Via == oncall.Email || !counted || !nowhere(p) {
		return nil
	}
	c, err := b.tx.Contact(p.To)
	if err != nil {
		return b.fail(err)
	}
	times := &c.Sent
	switch {
	case p.Via == oncall.Call:
		times = &c.Called
	case p.Kind == incident.PageNews:
		times = &c.News
	}
	if n := len(*times); n > 0 {
		*times = slices.Clone((*times)[:n-1])
	}
	return b.fail(b.tx.PutContact(c))
}

// fails does what follows from a failure, by its class: docs/operations.md has the table, and a story walks through it.
func (b *batch) fails(p *store.Page, f fault) error {
	p.Class, p.Code = f.class, f.code
	if err := b.mark(p, f.class, f.code); err != nil {
		return err
	}
	if !b.speaks(p) {
		return b.giveUp(p, f)
	}
	switch f.class {
	case notify.Account, notify.Filtered:
		return b.elsewhere(p, f)
	case notify.Queue, notify.Transient:
		switch {
		case !f.late:
			return b.again(p, f)
		case f.class == notify.Queue:
			return b.elsewhere(p, f)
		}
		return b.onceMore(p, f)
	case notify.Throttle:
		return b.again(p, f)
	case notify.Unlisted:
		return b.onceMore(p, f)
	case notify.Content:
		if p.Via == oncall.SMS && !p.Safe {
			return b.safely(p, f)
		}
	}
	return b.giveUp(p, f)
}

// elsewhere tries the next provider at once, and gives the page up when there is none.
func (b *batch) elsewhere(p *store.Page, f fault) error {
	was := p.Provider
	p.Tried = append(p.Tried, was)
	if b.choose(p).provider == nil {
		return b.giveUp(p, f)
	}
	detail := fmt.Sprintf("%s: %s refused it (%s), the next provider takes over", b.name(p), was, f.class)
	if err := b.report(p, "", detail, false); err != nil {
		return err
	}
	b.copyAgain(p)
	p.State, p.NextAt = store.Queued, b.now
	return b.put(p)
}

// again sends a page once more that was surely not sent: by another provider at once where there is one, else by the same after
// a pause. What is throttled is only early, and goes on for as long as a text means anything.
func (b *batch) again(p *store.Page, f fault) error {
	was := p.Tried
	p.Tried = append(slices.Clone(was), p.Provider)
	if b.choose(p).provider != nil {
		p.Tried = was
		return b.elsewhere(p, f)
	}
	p.Tried = nil
	throttled := f.class == notify.Throttle
	if (!throttled && p.Attempt >= attemptsMost) || (throttled && b.now.Sub(p.At) > validFor) {
		return b.giveUp(p, f)
	}
	wait := max(b.backoff(p.Attempt), f.retryAfter)
	if !throttled || wait > throttledMost || p.Attempt > 2 {
		detail := fmt.Sprintf("%s: %s failed (%s: %s), trying again in %s", b.name(p), p.Provider, f.class, f.why, wait.Round(time.Second))
		if err := b.miss(p, detail); err != nil {
			return err
		}
	}
	p.State, p.NextAt = store.Queued, b.now.Add(wait)
	return b.put(p)
}

// throttledMost is how long a throttled page may wait before the next method goes ahead.
const throttledMost = 5 * time.Second

// backoff grows from half a second to thirty, with a fifth of jitter either way.
func (b *batch) backoff(attempt int) time.Duration {
	d := min(500*time.Millisecond<<min(attempt, 10), 30*time.Second)
	share := float64(b.e.random()>>11) / (1 << 53) // from 0 to 1
	return d + time.Duration((share-0.5)*0.4*float64(d))
}

// onceMore sends a page a second time, by another provider where there is one, while the next method goes ahead. A second failure
// ends this page; it says nothing about the number.
func (b *batch) onceMore(p *store.Page, f fault) error {
	if p.Retried {
		return b.giveUp(p, f)
	}
	p.Retried = true
	wait := onceMoreAfter
	if b.avoid(p) {
		wait = 0
	}
	if err := b.miss(p, fmt.Sprintf("%s did not get through: %s; trying once more, going on meanwhile", b.name(p), f.why)); err != nil {
		return err
	}
	b.copyAgain(p)
	p.State, p.NextAt = store.Queued, b.now.Add(wait)
	return b.put(p)
}

// safely sends short plain words instead of a text that was refused for what it said. That rouse made such a text is a bug.
func (b *batch) safely(p *store.Page, f fault) error {
	b.e.log.Error("a text was refused for its words: please report this as a bug", "page", p.ID, "provider", p.Provider, "code", f.code, "length", len(p.Sent))
	if err := b.report(p, "", fmt.Sprintf("%s was refused for its words (%s), sending short plain ones", b.name(p), f.why), false); err != nil {
		return err
	}
	b.copyAgain(p)
	p.Safe, p.State, p.NextAt = true, store.Queued, b.now
	return b.put(p)
}

// copyAgain readies a page for another copy: what is still said about the copy before can only be that it arrived.
func (b *batch) copyAgain(p *store.Page) {
	if p.ProviderID != "" {
		p.Past = append(p.Past, p.ProviderID)
	}
	p.ProviderID, p.FirstAt, p.Polls = "", time.Time{}, 0
}

// avoid has another provider, where there is one, carry a page that this one failed, and reports whether there is.
func (b *batch) avoid(p *store.Page) bool {
	p.Tried = append(p.Tried, p.Provider)
	if b.choose(p).provider == nil {
		p.Tried = nil
		return false
	}
	return true
}

// choose says where a page would go now.
func (b *batch) choose(p *store.Page) choice {
	return b.e.breaker.choose(b.live.Providers, p, b.now, false)
}

// miss reports once of each copy that it did not reach the person, so that the next method is due.
func (b *batch) miss(p *store.Page, detail string) error {
	if p.Missed {
		return nil
	}
	p.Missed = true
	return b.report(p, incident.StepMissed, detail, false)
}

// giveUp ends a page as failed and hurries the next method on.
func (b *batch) giveUp(p *store.Page, f fault) error {
	p.Class, p.Code, p.Outcome = f.class, f.code, f.outcome
	if p.Outcome == "" {
		p.Outcome = notify.Failed
	}
	detail := fmt.Sprintf("%s did not get through: %s", b.name(p), f.why)
	p.Missed = true // said again all the same: not every member was with it when it was said before
	if err := b.report(p, incident.StepMissed, detail, false); err != nil {
		return err
	}
	return b.end(p, store.Failed, f.why)
}
