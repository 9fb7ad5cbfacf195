package report

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
)

// neutral is all that a list says of a confidential incident.
const neutral = "security incident"

type causeKey struct{ service, group, rule string }

type noise struct {
	Noise
	life []time.Duration
}

// rank counts causes and rules. Confidential incidents are left out: the name of a rule may be the title of one.
func (b *Builder) rank(f *incident.Facts) {
	if confidential(f) {
		return
	}
	if key := (causeKey{service: f.Service, group: f.GroupKey}); f.GroupKey != "" {
		b.addCause(key, f)
	} else if key.rule = f.Rule; f.Rule != "" {
		b.addCause(key, f)
	}
	if f.Rule != "" {
		b.addNoise(f)
	}
}

func (b *Builder) addCause(key causeKey, f *incident.Facts) {
	c := b.causes[key]
	if c == nil {
		c = &Cause{Service: f.Service, GroupKey: f.GroupKey}
		b.causes[key] = c
	}
	c.Count++
	if later(f.CreatedAt, f.Number, c.LastSeen, c.Last) {
		c.LastSeen, c.Last, c.Rule = f.CreatedAt.UTC(), f.Number, f.Rule
	}
	if f.Problem != 0 {
		c.Problem.Count++
	}
	if f.Code == incident.Workaround {
		c.Workaround.Count++
	}
}

func later(at time.Time, number int64, than time.Time, thanNumber int64) bool {
	return cmp.Or(at.Compare(than), cmp.Compare(number, thanNumber)) > 0
}

func (b *Builder) causeRows() []Cause {
	rows := []Cause{}
	for _, c := range b.causes {
		if c.Count < 2 {
			continue
		}
		row := *c
		row.Problem.Of, row.Workaround.Of = row.Count, row.Count
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(x, y Cause) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), y.LastSeen.Compare(x.LastSeen), cmp.Compare(y.Last, x.Last))
	})
	return slices.Clone(rows[:min(len(rows), rankMost)])
}

func (b *Builder) addNoise(f *incident.Facts) {
	if f.Acts == 0 && f.State.Open() { // it may still be acted on, so it says nothing of its rule yet
		return
	}
	n := b.noise[f.Rule]
	if n == nil {
		n = &noise{Noise: Noise{Rule: f.Rule}}
		b.noise[f.Rule] = n
	}
	n.Fired++
	if f.Acts == 0 {
		n.NotActedOn++
	}
	if !f.State.Open() && f.Code == incident.Recovered {
		n.AutoResolved++
	}
	if f.CreatedAt.After(n.LastSeen) {
		n.LastSeen = f.CreatedAt.UTC()
	}
	if d, ok := resolveTime(f); ok {
		n.life = append(n.life, d)
	}
}

func (b *Builder) noiseRows() []Noise {
	rows := []Noise{}
	for _, n := range b.noise {
		if n.NotActedOn == 0 {
			continue
		}
		n.Life = spreadOf(n.life)
		row := n.Noise
		row.Suggestion = suggest(&row)
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(x, y Noise) int {
		return cmp.Or(cmp.Compare(y.NotActedOn, x.NotActedOn), cmp.Compare(y.Fired, x.Fired), cmp.Compare(x.Rule, y.Rule))
	})
	return slices.Clone(rows[:min(len(rows), rankMost)])
}

// What a suggestion needs. The documentation repeats these numbers.
const (
	suggestFrom = 5                // fewer say nothing about a rule
	mostly      = 90               // percent not acted on: nobody needs it
	often       = 50               // percent not acted on: it needs a closer look
	byItself    = 80               // percent that recovered by themselves
	short       = 15 * time.Minute // median life: waiting costs little
)

// suggest says what to do about a rule, or nothing.
func suggest(n *Noise) string {
	if n.Fired < suggestFrom || n.NotActedOn*100 < n.Fired*often {
		return ""
	}
	said := fmt.Sprintf("This rule fired %d times, nobody acted on %d", n.Fired, n.NotActedOn)
	if n.NotActedOn == n.Fired {
		said = fmt.Sprintf("This rule fired %d times, and nobody ever acted on it", n.Fired)
	}
	switch {
	case n.NotActedOn*100 < n.Fired*mostly:
		return said + ": see which of them mattered and narrow the rule to those."
	case n.AutoResolved*100 >= n.Fired*byItself && n.Life.Count > 0 && n.Life.P50 < short:
		return said + fmt.Sprintf(", and half were over within %s: let it last longer than that before it fires.", human(n.Life.P50))
	}
	return said + ": send it to a room or a dashboard instead of a phone, or delete it."
}

// list puts an incident on the lists on which it belongs.
func (b *Builder) list(f *incident.Facts) {
	b.addGravest(f)
	if f.State.Open() {
		if c := firstBroken(f, b.now); c != nil {
			b.broken = append(b.broken, entry(f, string(c.Kind), c.BreachAt))
		}
	}
	if reviewOverdue(f, b.now) {
		b.overdue = append(b.overdue, entry(f, "review", f.Review.DueAt))
	}
}

// firstBroken is the open clock that was broken first; one of which that is not known, only for want of another.
func firstBroken(f *incident.Facts, now time.Time) *sla.Reading {
	var first *sla.Reading
	for i := range f.Clocks {
		c := &f.Clocks[i].Reading
		if c.Stage == sla.Done || !breached(c, now) {
			continue
		}
		if first == nil || first.BreachAt.IsZero() || !c.BreachAt.IsZero() && c.BreachAt.Before(first.BreachAt) {
			first = c
		}
	}
	return first
}

func entry(f *incident.Facts, owed string, due time.Time) Listed {
	l := Listed{
		Number: f.Number, Title: f.Title, State: string(f.State), Service: f.Service, Priority: string(f.Priority),
		Assignee: string(f.Assignee), CreatedAt: f.CreatedAt.UTC(), Owed: owed, DueAt: due,
	}
	if !due.IsZero() {
		l.DueAt = due.UTC()
	}
	if confidential(f) {
		l.Title, l.Service, l.Assignee = neutral, "", ""
	}
	if d, ok := ackTime(f); ok {
		l.Ack = whole(d)
	}
	if d, ok := resolveTime(f); ok {
		l.Resolve = whole(d)
	}
	return l
}

func whole(d time.Duration) *int64 {
	s := int64(d / time.Second)
	return &s
}

// addGravest keeps the first few by priority, then by how long they lasted (those that are open: until now).
func (b *Builder) addGravest(f *incident.Facts) {
	if n := len(b.gravest); n == gravestMost && b.gravest[n-1].Priority != "" && string(f.Priority) > b.gravest[n-1].Priority {
		return
	}
	l := entry(f, "", time.Time{})
	at, _ := slices.BinarySearchFunc(b.gravest, l, b.graver)
	if at >= gravestMost {
		return
	}
	b.gravest = slices.Insert(b.gravest, at, l)
	b.gravest = b.gravest[:min(len(b.gravest), gravestMost)]
}

func (b *Builder) graver(x, y Listed) int {
	if (x.Priority == "") != (y.Priority == "") {
		return cmp.Compare(y.Priority, x.Priority)
	}
	return cmp.Or(cmp.Compare(x.Priority, y.Priority), cmp.Compare(b.life(&y), b.life(&x)), cmp.Compare(x.Number, y.Number))
}

func (b *Builder) life(l *Listed) int64 {
	if l.Resolve != nil {
		return *l.Resolve
	}
	return int64(b.now.Sub(l.CreatedAt) / time.Second)
}
