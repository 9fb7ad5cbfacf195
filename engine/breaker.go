package engine

import (
	"slices"
	"sync"
	"time"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

const (
	openFor     = 60 * time.Second // a line that refuses everybody, or does not answer, before a page probes it
	filteredFor = 5 * time.Minute  // a sender that carriers filter
	silentMost  = 3                // sends in a row without an answer, within silentFor, open a line
	silentFor   = time.Minute
	probeFor    = pollText + 5*time.Second // a probe that tells nothing makes room for another after that
)

// line is one method over one provider.
type line struct {
	provider string
	via      oncall.Method
}

// outage is why a line is out of use, and until when. After that it is half open: one page at a time probes it.
type outage struct {
	since, until time.Time
	class        notify.Class // Account, Filtered; Transient: no answers
	code         int
	probe        string // page that probes it
	probeUntil   time.Time
}

// breakers keep lines out of use that fail everybody. They live in memory: a restart tries every line once more.
type breakers struct {
	mu     sync.Mutex
	open   map[line]*outage
	silent map[line][]time.Time // sends in a row that ended without an answer
}

func newBreakers() *breakers {
	return &breakers{open: map[line]*outage{}, silent: map[line][]time.Time{}}
}

// heard takes note of how a send over a line ended, and reports whether the line has now been silent too often.
func (b *breakers) heard(l line, answered bool, now time.Time) (silent bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if answered {
		delete(b.silent, l)
		return false
	}
	b.silent[l] = recent(append(b.silent[l], now), now, silentFor)
	o := b.open[l]
	return len(b.silent[l]) >= silentMost || o != nil
}

// keep returns what puts a line back to how it is now.
func (b *breakers) keep(l line) (back func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	was, out := b.open[l]
	var o outage
	if out {
		o = *was
	}
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if delete(b.open, l); out {
			b.open[l] = &o
		}
	}
}

// trip takes a line out of use for a while; a probe that failed likewise.
func (b *breakers) trip(l line, class notify.Class, code int, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	pause, since := openFor, now
	if class == notify.Filtered {
		pause = filteredFor
	}
	if o := b.open[l]; o != nil {
		since = o.since
		if class == notify.Transient { // what it was put aside for is known better
			class, code = o.class, o.code
		}
	}
	b.open[l] = &outage{since: since, until: now.Add(pause), class: class, code: code}
}

// heal puts a line into use again, when what succeeded says that much: texts of a filtered sender are taken as ever, and to some
// carriers they may go through, so only one that arrived, and was sent when the pause was over, does. It reports whether the line is
// in use now.
func (b *breakers) heal(l line, arrived bool, sent time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.open[l]
	if o != nil && o.class == notify.Filtered && (!arrived || sent.Before(o.until)) {
		return false
	}
	delete(b.open, l)
	return true
}

// answers takes note that a line answered, with a refusal that says nothing against it: a silent line is silent no more, and any
// other has to be probed by another page. It reports whether the line is in use now.
func (b *breakers) answers(l line, page string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	o := b.open[l]
	switch {
	case o == nil:
		return true
	case o.class == notify.Transient:
		delete(b.open, l)
		return true
	case o.probe == page:
		o.probe, o.probeUntil = "", time.Time{}
	}
	return false
}

// release lets another page probe a line, when this one's end told nothing about it.
func (b *breakers) release(l line, page string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o := b.open[l]; o != nil && o.probe == page {
		o.probe, o.probeUntil = "", time.Time{}
	}
}

// taken tells a filtered line that its probe is on its way; what becomes of it takes a while.
func (b *breakers) taken(l line, page string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o := b.open[l]; o != nil && o.probe == page {
		o.probeUntil = now.Add(probeFor)
	}
}

// reset puts every line into use again: new settings may have mended what was wrong.
func (b *breakers) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.open)
	clear(b.silent)
}

// calm reports whether every line is in use, as nearly always.
func (b *breakers) calm() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.open) == 0
}

// up is 1 while a provider is in use, and 0 while one of its lines is not.
func (b *breakers) up(name string) float64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	for l := range b.open {
		if l.provider == name {
			return 0
		}
	}
	return 1
}

// choice is where a page can go.
type choice struct {
	provider notify.Provider // nil: nowhere now
	probe    bool            // the line is half open, and this page would probe it
	last     notify.Provider // out of use, but better than nothing at all
	wait     time.Time       // when to look again; zero: there is nothing to wait for
}

// choose picks the first provider that carries a page's method, has not failed it and is in use. With risk, a page may probe a
// line that is half open although another provider would take it; without, it does so only as its last hope.
func (b *breakers) choose(all []notify.Provider, p *store.Page, now time.Time, risk bool) (c choice) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var half notify.Provider
	for _, prov := range all {
		if !prov.Carries(p.Via) || slices.Contains(p.Tried, prov.Name()) {
			continue
		}
		o := b.open[line{prov.Name(), p.Via}]
		switch {
		case o == nil:
			if half != nil && risk {
				return choice{provider: half, probe: true}
			}
			return choice{provider: prov}
		case o.until.After(now):
			c.wait = earlier(c.wait, o.until)
		case o.probe != "" && o.probe != p.ID && o.probeUntil.After(now):
			c.wait = earlier(c.wait, now.Add(soon))
		case half == nil:
			half = prov
			continue
		}
		if c.last == nil {
			c.last = prov
		}
	}
	if half != nil {
		return choice{provider: half, probe: true}
	}
	return c
}

// probing makes a page the one that probes a line.
func (b *breakers) probing(l line, page string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o := b.open[l]; o != nil && (o.probe == page || !o.probeUntil.After(now)) {
		o.probe, o.probeUntil = page, now.Add(lease)
	}
}

// works reports whether some provider in use carries a method.
func (b *breakers) works(all []notify.Provider, via oncall.Method) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.ContainsFunc(all, func(p notify.Provider) bool {
		return p.Carries(via) && b.open[line{p.Name(), via}] == nil
	})
}

// Lines returns every method over every configured provider, in the order of the configuration.
func (e *Engine) Lines() (all []notify.Line) {
	b := e.breaker
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range e.live.Load().Providers {
		for _, via := range []oncall.Method{oncall.SMS, oncall.Call, oncall.Email} {
			if !p.Carries(via) {
				continue
			}
			l := notify.Line{Provider: p.Name(), Via: via}
			if o := b.open[line{l.Provider, via}]; o != nil {
				l.Since, l.Until, l.Class, l.Code = o.since, o.until, o.class, o.code
			}
			all = append(all, l)
		}
	}
	return all
}

// Allowed returns how many pages one number may get by a method in a sliding window; 0 for no limit.
func (e *Engine) Allowed(via oncall.Method) (n int, per time.Duration) {
	l := e.live.Load().Limits
	switch via {
	case oncall.SMS:
		return l.SMS.N, l.SMS.Per
	case oncall.Call:
		return l.Call.N, l.Call.Per
	}
	return 0, 0
}
