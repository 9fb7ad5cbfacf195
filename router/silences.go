package router

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/rouse/rouse/alert"
)

// silences is an index of silences: each is found by one value that it demands, or tried on every alert.
type silences struct {
	names    names
	all      []quiet            // the one that ends last comes first; a place in it is a rank
	by       []map[string][]int // by slot: the value that the label must have, to ranks in ascending order
	rest     []int              // ranks of those that demand no value
	changes  []time.Time        // starts and ends, sorted
	problems []error            // silences that were left out
	count    map[demand]int     // while it is built
}

// quiet is one silence made ready.
type quiet struct {
	id           string
	starts, ends time.Time
	tests        tests
}

// demand is a value that a slot must have.
type demand struct {
	slot  int
	value string
}

// newSilences builds the index. A silence that cannot be understood is left out, for people are rather paged than not.
func newSilences(list []Silence) *silences {
	x := &silences{count: make(map[demand]int)}
	for _, s := range list {
		ms, err := s.compile()
		if err != nil {
			x.problems = append(x.problems, fmt.Errorf("silence %s is ignored: %w", s.ID, err))
			continue
		}
		x.all = append(x.all, quiet{id: s.ID, starts: s.StartsAt, ends: s.EndsAt, tests: newTests(ms, &x.names)})
		x.changes = append(x.changes, s.StartsAt, s.EndsAt)
	}
	slices.SortFunc(x.changes, time.Time.Compare)
	slices.SortStableFunc(x.all, func(a, b quiet) int {
		return cmp.Or(b.ends.Compare(a.ends), cmp.Compare(a.id, b.id))
	})
	for _, q := range x.all {
		for i := range q.tests {
			for _, v := range q.tests[i].wants() {
				x.count[demand{q.tests[i].slot, v}]++
			}
		}
	}
	x.by = make([]map[string][]int, len(x.names.list))
	for rank := range x.all {
		x.file(rank)
	}
	x.count = nil
	return x
}

// file puts a silence under the demand that fewest others share.
func (x *silences) file(rank int) {
	var best *test
	least := 0
	ts := x.all[rank].tests
	for i := range ts {
		sum := 0
		for _, v := range ts[i].wants() {
			sum += x.count[demand{ts[i].slot, v}]
		}
		if sum > 0 && (best == nil || sum < least) {
			best, least = &ts[i], sum
		}
	}
	if best == nil {
		x.rest = append(x.rest, rank)
		return
	}
	if x.by[best.slot] == nil {
		x.by[best.slot] = make(map[string][]int)
	}
	wants := slices.Compact(slices.Sorted(slices.Values(best.wants())))
	for _, v := range wants {
		x.by[best.slot][v] = append(x.by[best.slot][v], rank)
	}
}

// find calls yield with the rank of each silence that mutes these labels at now, in no order. It takes a function instead of
// returning a slice so that the usual answer, none, costs no allocation.
func (x *silences) find(l alert.Labels, now time.Time, yield func(rank int)) {
	if len(x.all) == 0 {
		return
	}
	var room [slots]string
	values := x.names.values(l, room[:0])
	for slot, ranks := range x.by {
		if ranks != nil && values[slot] != "" {
			x.among(ranks[values[slot]], values, now, yield)
		}
	}
	x.among(x.rest, values, now, yield)
}

func (x *silences) among(ranks []int, values []string, now time.Time, yield func(rank int)) {
	for _, r := range ranks {
		q := &x.all[r]
		if !now.Before(q.ends) {
			return // those that follow ended even earlier
		}
		if !now.Before(q.starts) && q.tests.ok(values) {
			yield(r)
		}
	}
}

// suppression says what the silence of this rank does.
func (x *silences) suppression(rank int) Suppression {
	return Suppression{Kind: BySilence, Rule: x.all[rank].id, Until: x.all[rank].ends}
}

// next is the first start or end of a silence after now, or zero.
func (x *silences) next(now time.Time) time.Time {
	i := sort.Search(len(x.changes), func(i int) bool { return x.changes[i].After(now) })
	if i == len(x.changes) {
		return time.Time{}
	}
	return x.changes[i]
}
