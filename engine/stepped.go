package engine

import "time"

// Stepped is an engine in which nothing runs by itself: no goroutine, no timer, no call to the outside world. Its driver says
// when a turn is taken, when the bytes of a call leave and when its answer arrives; a commit is over when the method that asked
// for it returns. It decides and remembers by the same code as an engine that was started, so that time may be virtual and the
// same inputs give the same outputs. Its methods and doors are called from one goroutine; Start and Stop are not for it. A crash
// is simulated by dropping it and making another on the same store.
type Stepped struct {
	*Engine
	wall     *wallWatch
	reviewed time.Duration // on the stopwatch: when suppressed incidents were last looked at
}

// NewStepped prepares a stepped engine; Deps.Now, Elapsed and Random should be the driver's. It takes over at once what an earlier
// one has left in the store, as Start does.
func NewStepped(d Deps) (*Stepped, error) {
	e, err := prepare(d)
	if err != nil {
		return nil, err
	}
	e.inline = true
	e.settleIn()
	return &Stepped{e, newWallWatch(e.now(), e.elapsed), e.elapsed()}, nil
}

// turnsMost bounds how often one Step goes round, so that a fault that makes everything due again does not keep it.
const turnsMost = 32

// Step does what is due now: wakes, reviews suppressed incidents if something asked for it, claims pages. It returns the calls
// that were decided, in order, and when to step again, which is never more than a minute away; an act or a settled call may
// bring that forward, so step after each. Audit, which looks for what nothing would move again, is the driver's to call.
func (s *Stepped) Step() (calls []*Call, next time.Time) {
	if jump := s.wall.jump(s.now()); jump != 0 {
		s.jumped(jump)
	}
	for range turnsMost {
		s.drain()
		next = earlier(s.now().Add(longestSleep), s.clockTurn())
		next = earlier(next, s.reviewTurn())
		next = earlier(next, s.deliverTurn())
		if next.After(s.now()) && !s.nudged() {
			break
		}
	}
	calls, s.calls = s.calls, nil
	return calls, next
}

func (s *Stepped) drain() {
	for _, c := range []chan struct{}{s.clock, s.outbox} {
		select {
		case <-c:
		default:
		}
	}
}

func (s *Stepped) nudged() bool { return len(s.clock)+len(s.outbox) > 0 }

// reviewTurn is a turn of the review loop, if something asked for it or a minute has passed; it returns when the next is due.
func (s *Stepped) reviewTurn() time.Time {
	select {
	case <-s.review:
	default:
		if left := s.reviewed + longestSleep - s.elapsed(); left > 0 {
			return s.now().Add(left)
		}
	}
	s.reviewed = s.elapsed()
	if err := s.Review(); err != nil {
		s.log.Error("review of suppressed incidents failed", "err", err)
		nudge(s.review)
		return s.now().Add(retryAfter)
	}
	return s.now().Add(longestSleep)
}
