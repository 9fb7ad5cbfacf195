package oncall

import (
	"cmp"
	"container/heap"
	"slices"
	"time"
)

// Override puts one person on a schedule for a time, above its layers. From is inclusive, To exclusive.
type Override struct {
	ID       string     `json:"id"` // empty for one written in the configuration file
	Schedule ScheduleID `json:"schedule"`
	User     UserID     `json:"user"`
	From     time.Time  `json:"from"`
	To       time.Time  `json:"to"`
	Reason   string     `json:"reason,omitempty"`
	By       string     `json:"by,omitempty"`    // who made it
	At       time.Time  `json:"at,omitzero"`     // when it was made
	Group    string     `json:"group,omitempty"` // of several that one act made, such as a swap: the ID of the first
}

// Same reports whether two overrides say the same: who is on which schedule from when to when. Why, and who said so, may differ.
func (o *Override) Same(p *Override) bool {
	return o.Schedule == p.Schedule && o.User == p.User && o.From.Equal(p.From) && o.To.Equal(p.To)
}

// label says in a Shift which override decides.
func (o *Override) label() string { return cmp.Or(o.Reason, o.ID, "override") }

// compareOverrides orders overrides by precedence, the winner last: of the file before those of run time, then by when they
// were made, then by ID: ov-10 was made after ov-9, also where one commit made both. Equals keep the order of the list.
func compareOverrides(a, b Override) int {
	return cmp.Or(runTime(a)-runTime(b), a.At.Compare(b.At), len(a.ID)-len(b.ID), cmp.Compare(a.ID, b.ID))
}

func runTime(o Override) int {
	if o.ID == "" {
		return 0
	}
	return 1
}

// overrideLine is a list of overrides worked out once: which of them decides when.
type overrideLine struct {
	src       []Override
	stretches []stretch // in order, without overlap; nobody is overridden in between
}

// stretch is a time in which one override decides.
type stretch struct {
	from, to time.Time
	by       *Override
}

// is reports whether the line was worked out from this very list.
func (l *overrideLine) is(list []Override) bool {
	return l != nil && len(l.src) == len(list) && (len(list) == 0 || &l.src[0] == &list[0])
}

// at returns the override that decides at t, or nil, and until when that is so; the zero time for ever.
func (l *overrideLine) at(t time.Time) (*Override, time.Time) {
	i, _ := slices.BinarySearchFunc(l.stretches, t, func(s stretch, t time.Time) int {
		if s.to.After(t) {
			return 1
		}
		return -1
	})
	switch {
	case i == len(l.stretches):
		return nil, time.Time{}
	case l.stretches[i].from.After(t):
		return nil, l.stretches[i].from
	}
	return l.stretches[i].by, l.stretches[i].to
}

// newOverrideLine sweeps over all beginnings and ends, keeping the overrides that apply in a heap, winner on top: n log n.
// One that ends before it begins or names nobody decides nothing.
func newOverrideLine(list []Override) *overrideLine {
	line := &overrideLine{src: list}
	byRank := make([]*Override, 0, len(list))
	for i := range list {
		if o := &list[i]; o.User != "" && o.From.Before(o.To) {
			byRank = append(byRank, o)
		}
	}
	slices.SortStableFunc(byRank, func(a, b *Override) int { return compareOverrides(*a, *b) })
	waiting := make([]int, len(byRank)) // ranks, by From
	points := make([]time.Time, 0, 2*len(byRank))
	for i, o := range byRank {
		waiting[i] = i
		points = append(points, o.From, o.To)
	}
	slices.SortStableFunc(waiting, func(a, b int) int { return byRank[a].From.Compare(byRank[b].From) })
	slices.SortFunc(points, time.Time.Compare)
	points = slices.CompactFunc(points, time.Time.Equal)

	var applying ranks
	for i, p := range points {
		for len(waiting) > 0 && !byRank[waiting[0]].From.After(p) {
			heap.Push(&applying, waiting[0])
			waiting = waiting[1:]
		}
		for len(applying) > 0 && !byRank[applying[0]].To.After(p) {
			heap.Pop(&applying)
		}
		if len(applying) > 0 {
			line.add(stretch{p, points[i+1], byRank[applying[0]]})
		}
	}
	return line
}

// add appends a stretch, or makes the last one longer: an override that decides again without another in between never ceased.
func (l *overrideLine) add(s stretch) {
	if n := len(l.stretches); n > 0 && l.stretches[n-1].by == s.by {
		l.stretches[n-1].to = s.to
		return
	}
	l.stretches = append(l.stretches, s)
}

// ranks is a heap with the highest rank on top.
type ranks []int

func (r ranks) Len() int           { return len(r) }
func (r ranks) Less(i, j int) bool { return r[i] > r[j] }
func (r ranks) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *ranks) Push(x any)        { *r = append(*r, x.(int)) }
func (r *ranks) Pop() any {
	last := len(*r) - 1
	x := (*r)[last]
	*r = (*r)[:last]
	return x
}
