package badger

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// query is a filter made ready to be held against many cards.
type query struct {
	f            *store.Filter
	words        []string // of Text, folded
	since, until int64    // microseconds; the last one excluded
	updated      int64
	flags        byte // that must be set
	texts, links bool // it looks at some of the texts; at the numbers or labels behind them
	open         bool // only open incidents can fit
	reach        int  // how much of a card is likely to be read
}

func newQuery(f *store.Filter) *query {
	q := &query{f: f, words: strings.Fields(incident.Fold(f.Text)), since: math.MinInt64, until: math.MaxInt64, updated: math.MinInt64}
	for _, t := range []struct {
		at *time.Time
		to *int64
	}{{&f.Since, &q.since}, {&f.Until, &q.until}, {&f.UpdatedSince, &q.updated}} {
		if !t.at.IsZero() {
			*t.to = t.at.UnixMicro()
		}
	}
	if f.Breached {
		q.flags |= cardBreached
	}
	if f.Unacted {
		q.flags |= cardUnacted
	}
	q.open = len(f.States) > 0 && !slices.ContainsFunc(f.States, func(s incident.State) bool { return !s.Open() })
	q.texts = f.Service+f.Team+f.Reporter+string(f.Assignee)+f.Rule+f.GroupKey != "" ||
		len(f.Services)+len(f.Teams)+len(f.Priorities)+len(f.Types)+len(f.Categories)+len(f.Codes)+len(f.Sources) > 0
	q.links = f.Parent != 0 || f.Problem != 0 || len(f.Labels) > 0
	if q.reach = 128; len(q.words) > 0 {
		q.reach = 1024
	}
	return q
}

// below is the number under which the query begins to look.
func (q *query) below() int64 {
	if q.f.Below > 0 {
		return q.f.Below
	}
	return math.MaxInt64
}

// wants holds the card against everything but May. It reads no further than it must.
func (q *query) wants(c card) (bool, error) {
	r := cardReader{s: string(c)}
	fits := q.wantsFirst(&r) && q.wantsTexts(&r) && q.wantsLinks(&r) && q.wantsText(&r)
	if r.bad {
		return false, errRow
	}
	return fits, nil
}

func (q *query) wantsFirst(r *cardReader) bool {
	if state := r.text(); !among(q.f.States, incident.State(state)) || r.flags()&q.flags != q.flags {
		return false
	}
	r.base = r.number()
	if r.base < q.since || r.base >= q.until {
		return false
	}
	updated := r.time()
	return q.updated == math.MinInt64 || updated.UnixMicro() >= q.updated
}

func (q *query) wantsTexts(r *cardReader) bool {
	if !q.texts {
		r.skip(11)
		return true
	}
	f := q.f
	service := r.text()
	if !equals(f.Service, service) || !among(f.Services, service) {
		return false
	}
	if team := r.text(); !equals(f.Team, team) || !among(f.Teams, team) {
		return false
	}
	return among(f.Priorities, incident.Priority(r.text())) && among(f.Types, r.text()) && among(f.Categories, r.text()) &&
		among(f.Codes, r.text()) && among(f.Sources, r.text()) && equals(f.Reporter, r.text()) &&
		equals(string(f.Assignee), r.text()) && equals(f.Rule, r.text()) && equals(f.GroupKey, r.text())
}

func (q *query) wantsLinks(r *cardReader) bool {
	if !q.links {
		r.number() // Parent
		r.number() // Problem
		r.skip(2 * r.many(2))
		return true
	}
	if parent := r.number(); q.f.Parent != 0 && parent != q.f.Parent {
		return false
	}
	if problem := r.number(); q.f.Problem != 0 && problem != q.f.Problem {
		return false
	}
	left := len(q.f.Labels)
	for range r.many(2) {
		name, value := r.text(), r.text()
		if want, asked := q.f.Labels[name]; asked && want == value {
			left--
		}
	}
	return left == 0
}

func (q *query) wantsText(r *cardReader) bool {
	if len(q.words) == 0 {
		return true
	}
	text := r.text()
	for _, w := range q.words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// among reports whether v is one of a list; no list takes all.
func among[T comparable](list []T, v T) bool { return len(list) == 0 || slices.Contains(list, v) }

// equals reports whether v is what is wanted; nothing wanted takes all.
func equals(want, v string) bool { return want == "" || want == v }
