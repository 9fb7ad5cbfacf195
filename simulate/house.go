package simulate

import (
	"time"

	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/store"
)

// House is where an engine lives: it steps it, makes its calls, lets it crash, and starts it again on the same disk.
type House struct {
	World    *World
	Disk     *Disk
	Settings func() engine.Settings // as the file says at a start
	Metrics  *engine.Metrics        // nil: a new set at each start
	Engine   *engine.Stepped        // nil while it is down

	Latency     func() time.Duration // of a call to a provider; nil: calls are made and answered at once
	Drop        func(*engine.Call) bool
	Down        func() time.Duration // how long it stays down after a crash; drawn for each
	OnCrash     func()
	OnForgotten func(page string)          // the answer of a provider could not be remembered; nil: nobody asks
	Audited     func(found int, err error) // what the auditor, who comes every few minutes, has found; nil: none comes

	life    int // counts starts
	stepped int // the step on the agenda that counts; earlier ones are void
}

// Start starts the engine; when the disk will not have it, it tries again after a while, as a supervisor does.
func (h *House) Start() {
	if h.Engine != nil {
		return
	}
	h.Disk.Open()
	h.life++
	h.guard(func() {
		e, err := engine.NewStepped(engine.Deps{
			Store: h.Disk, Settings: h.Settings(), Now: h.World.Now, Elapsed: h.World.Elapsed, Random: h.World.Dice, Metrics: h.Metrics,
		})
		if err != nil {
			h.World.Note("house", "does not start: %v", err)
			h.World.After(time.Second, h.Start)
			return
		}
		h.Engine = e
		h.World.Note("house", "starts")
	})
	if life := h.life; h.Audited != nil {
		h.World.After(auditEvery, func() { h.audit(life) })
	}
	h.Step()
}

// auditEvery is how often the auditor comes: less often than to an engine that is started, for a run has many hours.
const auditEvery = 5 * time.Minute

func (h *House) audit(life int) {
	if h.life != life || h.Engine == nil {
		return
	}
	h.Step() // the loops have had their turn
	h.With(func(e *engine.Stepped) { h.Audited(e.Audit(h.World.Now())) })
	h.World.After(auditEvery, func() { h.audit(life) })
}

// Crash ends the engine at once, with everything that it had not remembered.
func (h *House) Crash() {
	if h.Engine == nil {
		return
	}
	h.Engine = nil
	h.life++
	wait := h.Down()
	h.World.Note("fault", "crash; down for %s", wait.Round(time.Second))
	if h.OnCrash != nil {
		h.OnCrash()
	}
	h.World.After(wait, h.Start)
}

// With lets somebody use the engine, and reports whether it was there to the end.
func (h *House) With(do func(e *engine.Stepped)) bool {
	if h.Engine == nil {
		return false
	}
	e, commits := h.Engine, h.Disk.Commits
	ok := h.guard(func() { do(e) })
	if ok && h.Disk.Commits != commits {
		h.Step()
	}
	return ok && h.Engine == e
}

// guard turns a crash in the middle of a commit, and a store that failed, into a crash of the house.
func (h *House) guard(do func()) (ok bool) {
	defer func() {
		v := recover()
		if _, crash := v.(Crash); crash {
			if h.Engine == nil { // it was just starting
				h.World.After(h.Down(), h.Start)
			}
			h.Crash()
			ok = false
			return
		}
		if v != nil {
			panic(v)
		}
		if h.Engine != nil && h.Disk.Broken() {
			h.Crash()
			ok = false
		}
	}()
	do()
	return true
}

// Step steps the engine now, makes what it wants called, and puts its next step on the agenda.
func (h *House) Step() {
	if h.Engine == nil {
		return
	}
	var calls []*engine.Call
	var next time.Time
	for again := true; again; again = len(calls) > 0 && h.Latency == nil { // what was answered at once may ask for more
		if !h.guard(func() { calls, next = h.Engine.Step() }) {
			return
		}
		for _, c := range calls {
			h.call(c)
		}
	}
	h.stepped++
	mine := h.stepped
	h.World.After(max(next.Sub(h.World.Now()), time.Millisecond), func() {
		if h.stepped == mine {
			h.Step()
		}
	})
}

// call makes a call a moment later, and brings its answer later still; a crash in between loses it.
func (h *House) call(c *engine.Call) {
	if h.Latency == nil {
		c.Make()
		h.settle(c)
		return
	}
	life := h.life
	h.World.After(h.World.Between(0, 20*time.Millisecond), func() {
		if h.life != life {
			return
		}
		c.Make()
		h.World.After(h.Latency(), func() {
			if h.life != life {
				return
			}
			if h.Drop != nil && h.Drop(c) {
				h.Crash()
				return
			}
			if h.settle(c) {
				h.Step()
			}
		})
	})
}

// settle has the answer of a call remembered, and says so where that failed: its page is still being sent then. It is false when the
// house has crashed.
func (h *House) settle(c *engine.Call) bool {
	if !h.guard(c.Settle) {
		return false
	}
	if p := h.Disk.Pages[c.Page()]; p.State == store.Sending && h.OnForgotten != nil {
		h.OnForgotten(p.ID)
	}
	return true
}
