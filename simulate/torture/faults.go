package torture

import (
	"context"
	"time"

	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/simulate"
)

// fault makes one thing go wrong.
func (t *run) fault() {
	if t.quiet {
		return
	}
	t.result.Faults++
	kinds := []func(){
		t.crash, t.crash, t.commitFault, t.commitFault, t.commitFault, t.refusing, t.slowness, t.dropAnswer, t.dropAnswer,
		t.carrierMood, t.carrierMood, t.carrierMood, t.carrierMood, t.callbacks, t.callbacks, t.phone, t.phone, t.clockJump, t.reloads, t.reloads,
		t.cut, t.blindness,
	}
	kinds[t.w.Roll(len(kinds))]()
}

func (t *run) note(format string, args ...any) { t.w.Note("fault", format, args...) }

func (t *run) until(from, to time.Duration) time.Duration {
	return t.w.Elapsed() + t.w.Between(from, to)
}

func (t *run) crash() { t.house.Crash() }

// commitFault makes the next commit go wrong, whosever it is.
func (t *run) commitFault() {
	t.disease.next = simulate.Pick(t.w, simulate.CrashBefore, simulate.CrashAfter, simulate.CrashAfter, simulate.Doubt, simulate.Fail, simulate.FailWritten, simulate.Refuse)
	t.note("the next commit goes wrong: %s", t.disease.next)
}

func (t *run) refusing() {
	t.disease.refusing = t.until(time.Second, 3*time.Minute)
	t.note("commits fail for %s", (t.disease.refusing - t.w.Elapsed()).Round(time.Second))
}

func (t *run) slowness() {
	t.disease.slow, t.disease.slowBy = t.until(time.Minute, 10*time.Minute), t.w.Between(50*time.Millisecond, 2*time.Second)
	t.note("commits are slow, up to %s each", t.disease.slowBy.Round(time.Millisecond))
}

func (t *run) dropAnswer() {
	t.disease.dropping = true
	t.note("the process dies with the next answer of a provider")
}

func (t *run) blindness() {
	t.disk.Blind = true
	t.note("reads of the store fail")
	t.w.After(t.w.Between(time.Second, time.Minute), func() {
		t.disk.Blind = false
		t.disease.lastTrouble = t.w.Elapsed()
	})
}

func (t *run) carrierMood() {
	if t.w.Chance(0.3) {
		t.disease.answerSlowness = t.until(time.Minute, 10*time.Minute)
		t.note("answers of providers are slow")
	}
	c := simulate.Pick(t.w, t.carriers...)
	mood := simulate.Pick(t.w, simulate.Down, simulate.Silent, simulate.Erring, simulate.Storm, simulate.Locked, simulate.Forgetful)
	for _, each := range t.carriers {
		if each == c || t.w.Chance(0.3) {
			t.moods[each.ID] = mood
			t.note("%s is %s", each.ID, mood)
			t.w.After(t.w.Between(10*time.Second, 40*time.Minute), func() {
				t.moods[each.ID] = simulate.Well
				t.w.Note("fault", "%s is well again", each.ID)
			})
		}
	}
}

func (t *run) callbacks() {
	if t.w.Chance(0.5) {
		t.disease.losing = t.until(time.Minute, time.Hour)
		t.note("callbacks are lost")
		return
	}
	t.disease.doubling = t.until(time.Minute, time.Hour)
	t.note("callbacks come late, twice and out of order")
}

var numbers = []string{"+34600000001", "+34600000002", "+34600000003", "+34600000004"}

func (t *run) phone() {
	n := simulate.Pick(t.w, numbers...)
	s := simulate.Pick(t.w, simulate.Off, simulate.Dead, simulate.OptedOut, simulate.Busy, simulate.Voice)
	t.phones[n] = s
	t.note("the phone %s: %s", n, s)
	t.w.After(t.w.Between(5*time.Minute, 3*time.Hour), func() {
		t.phones[n] = simulate.Works
		t.w.Note("fault", "the phone %s works again", n)
		if s == simulate.OptedOut {
			t.text(n, "START")
		}
	})
}

// clockJump sets the clock on the wall, as an operator, a broken time server or a virtual machine does.
func (t *run) clockJump() {
	by := simulate.Pick(t.w, 3*time.Second, time.Minute, 17*time.Minute, time.Hour, 24*time.Hour, 40*24*time.Hour, 3*365*24*time.Hour)
	if t.w.Chance(0.5) {
		by = -by
	}
	t.w.Set(by)
	t.note("the clock is set by %s", by)
	t.stay.jumped(by)
	if t.w.Chance(0.5) {
		t.w.After(t.w.Between(time.Second, 3*time.Hour), func() {
			t.w.Set(-by)
			t.w.Note("fault", "the clock is set right, by %s", -by)
			t.stay.jumped(-by)
		})
	}
}

// reloads brings a new version of the configuration, to the engine if it is there and to its next start in any case.
func (t *run) reloads() {
	t.reload()
	t.note("reload: version %d, front has %d levels of %v, back %t, cy %t", t.plan.version, t.plan.levels, t.plan.waits, t.plan.back, t.plan.cy)
	t.tryReload(t.plan.version)
}

func (t *run) tryReload(version int) {
	if t.plan.version != version {
		return
	}
	err := t.use(func(e *engine.Stepped) error { return e.Reload(context.Background(), t.set) })
	if err != nil && t.house.Engine != nil {
		t.w.After(5*time.Second, func() { t.tryReload(version) })
	}
}

func (t *run) cut() {
	t.disease.cut = t.until(time.Second, 15*time.Minute)
	t.note("nobody outside reaches the house for %s", (t.disease.cut - t.w.Elapsed()).Round(time.Second))
}
