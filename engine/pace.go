package engine

import (
	"fmt"
	"regexp"
	"runtime"
	"sync/atomic"
	"time"
)

const (
	watchEvery = 2 * time.Second
	standsMost = 15       // looks at which a loop that has work has not moved: 30 s
	auditMost  = 30       // looks at which the auditor has not moved: 60 s
	stacksMost = 64 << 10 // bytes of stacks that are logged
)

// pace is how a loop moves. The watchdog counts looks, not time, so that a process that was stopped, or a machine that was
// suspended, is not taken for one that stands.
type pace struct {
	name  string
	moves atomic.Uint64
	busy  atomic.Bool
	owes  func() bool // whether there is work for it though it is not busy
	most  int         // looks without a move

	last    uint64 // owned by the watchdog
	strikes int
}

func (p *pace) begin() { p.busy.Store(true); p.moves.Add(1) }
func (p *pace) move()  { p.moves.Add(1) }
func (p *pace) end()   { p.moves.Add(1); p.busy.Store(false) }

// stands reports whether the loop has had work and has not moved for too long. The watchdog alone may ask.
func (p *pace) stands() bool {
	moves := p.moves.Load()
	if moves != p.last || (!p.busy.Load() && !p.owes()) {
		p.last, p.strikes = moves, 0
		return false
	}
	p.strikes++
	return p.strikes >= p.most
}

// paces are the loops that the watchdog watches.
type paces struct{ commit, clock, deliver, audit pace }

func (e *Engine) newPaces() {
	running := func() bool {
		select {
		case <-e.stop:
			return false
		default:
			return true
		}
	}
	p := &e.pace
	p.commit.name, p.commit.most, p.commit.owes = "commit", standsMost, func() bool { return len(e.queue)+len(e.ahead) > 0 }
	p.clock.name, p.clock.most, p.clock.owes = "clock", standsMost, func() bool { return running() && len(e.clock) > 0 }
	p.deliver.name, p.deliver.most, p.deliver.owes = "deliver", standsMost, func() bool { return running() && len(e.outbox) > 0 }
	p.audit.name, p.audit.most, p.audit.owes = "audit", auditMost, running // it always has something to do
}

// watchLoop is the watchdog: it notices a loop that stands and a clock on the wall that jumps. It uses no store and no lock that
// a loop could hold. It ends with the last commit.
func (e *Engine) watchLoop() {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	wall := newWallWatch(e.now(), e.elapsed)
	for {
		select {
		case <-e.gone:
			return
		case <-tick.C:
		}
		if jump := wall.jump(e.now()); jump != 0 {
			e.jumped(jump)
		}
		e.watchPaces()
	}
}

func (e *Engine) watchPaces() {
	for _, p := range []*pace{&e.pace.commit, &e.pace.clock, &e.pace.deliver, &e.pace.audit} {
		if !p.stands() {
			continue
		}
		if e.standing.Swap(&p.name) != nil {
			continue // said already
		}
		e.log.Error("a loop of rouse stands still: nothing it does can be trusted any more", "loop", p.name, "goroutines", stacks())
		if e.stalled != nil {
			go e.stalled(p.name) // it ends the process, and must not wait for anything here
		}
	}
}

// Healthy says why nobody may be paged any more: a loop that stands. nil: all of them move.
func (e *Engine) Healthy() error {
	if name := e.standing.Load(); name != nil {
		return fmt.Errorf("the %s loop stands still", *name)
	}
	return nil
}

// Well is Healthy, and that the last check of the auditor ended well.
func (e *Engine) Well() error {
	if err := e.Healthy(); err != nil {
		return err
	}
	if why := e.unchecked.Load(); why != nil {
		return fmt.Errorf("rouse's own check failed: %s", *why)
	}
	return nil
}

// arguments are those of a call in a stack: they are numbers that could be somebody's.
var arguments = regexp.MustCompile(`\([^()]*0x[^()]*\)`)

// stacks is what every goroutine is doing, as far as there is room, without any value.
func stacks() string {
	buf := make([]byte, stacksMost)
	buf = buf[:runtime.Stack(buf, true)]
	return string(arguments.ReplaceAll(buf, []byte("(…)")))
}
