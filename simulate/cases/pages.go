package cases

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/simulate/rehearsal"
)

const (
	sent = rehearsal.Sent
	told = rehearsal.Told
)

// counts reports whether a message is one that a line about people can be about: any but the answer to a text, that a provider took.
func counts(m *rehearsal.Moment) bool {
	return m.Kind == sent && m.Purpose != incident.PageReply && m.Why == ""
}

// take gives each person of the line a message of its time that no line before has.
func (w *wantPage) take(j *judge, l *line) {
	w.found = map[oncall.UserID]int{}
	for _, u := range w.people {
		for _, wakes := range []bool{true, false} { // rather a page than news
			if k := w.one(j, l, u, wakes); k >= 0 {
				j.taken[k] = true
				w.found[u] = k
				break
			}
		}
	}
}

func (w *wantPage) one(j *judge, l *line, u oncall.UserID, wakes bool) int {
	return slices.IndexFunc(j.line.Moments, func(m rehearsal.Moment) bool {
		return m.User == u && m.Via == w.via && counts(&m) && m.Wakes() == wakes && l.holds(m.At) && w.fits(j, l, &m) && !j.taken[m.Nth]
	})
}

// fits looks at what a line says beyond who and by which means.
func (w *wantPage) fits(j *judge, l *line, m *rehearsal.Moment) bool {
	if w.provider != "" && m.Provider != w.provider {
		return false
	}
	if w.words != "" && !says(m.What+" "+m.Text, w.words) {
		return false
	}
	if w.ref == "" {
		return true
	}
	n := j.number(w.ref, l.from)
	return m.Incident == n || slices.Contains(m.Bundle, n)
}

func (w *wantPage) check(j *judge, l *line) (ok bool, got string, because []string) {
	var gots []string
	for _, u := range w.people {
		if _, found := w.found[u]; found {
			continue
		}
		g, why := w.instead(j, l, u)
		gots = append(gots, g)
		because = append(because, why...)
	}
	return len(gots) == 0, strings.Join(gots, "; "), because
}

// instead says what happened to a person who did not get what was expected: the nearest thing.
func (w *wantPage) instead(j *judge, l *line, u oncall.UserID) (got string, because []string) {
	noun := rehearsal.NounOf(w.via)
	near, other := -1, -1
	for k := range j.line.Moments {
		m := &j.line.Moments[k]
		if !counts(m) || j.taken[k] || m.User != u {
			continue
		}
		if m.Via == w.via && (near < 0 || apart(m.At, l.from) < apart(j.line.Moments[near].At, l.from)) {
			near = k
		}
		if l.holds(m.At) {
			other = k
		}
	}
	switch {
	case near >= 0 && l.holds(j.line.Moments[near].At):
		m := &j.line.Moments[near]
		got = fmt.Sprintf("%s gets %s then, but over %s%s: %q", u, noun, m.Provider, about(m.Incident), firstLine(m.Text))
		j.near[near] = true
	case near >= 0:
		m := &j.line.Moments[near]
		got = fmt.Sprintf("%s gets %s at %s, %s", u, noun, j.clock(m.At), difference(m.At.Sub(l.from)))
		j.near[near] = true
	case other >= 0:
		got = fmt.Sprintf("%s gets %s then", u, rehearsal.NounOf(j.line.Moments[other].Via))
		j.near[other] = true
	default:
		got = w.others(j, l, u)
	}
	return got, j.whyNot(u, w.ref, l.from)
}

// about names the incident of a page; what a change of hours or a test page says is about none.
func about(n int64) string {
	if n == 0 {
		return ""
	}
	return " about " + incident.Ref(n)
}

// others says who else is paged in the line's time, when a person is not.
func (w *wantPage) others(j *judge, l *line, u oncall.UserID) string {
	var all []string
	for k := range j.line.Moments {
		if m := &j.line.Moments[k]; counts(m) && !j.taken[k] && l.holds(m.At) {
			all = append(all, fmt.Sprintf("%s gets %s", m.User, rehearsal.NounOf(m.Via)))
			j.near[k] = true
		}
	}
	never := "nobody is paged then"
	if !slices.ContainsFunc(j.line.Moments, func(m rehearsal.Moment) bool { return m.Wakes() && m.User == u }) {
		never = string(u) + " is never paged"
	}
	if len(all) == 0 {
		return never
	}
	return strings.Join(all, ", ")
}

func apart(a, b time.Time) time.Duration { return a.Sub(b).Abs() }

func difference(d time.Duration) string {
	if d < 0 {
		return "which is " + lapse.Exact((-d).Truncate(time.Second)) + " earlier"
	}
	return "which is " + lapse.Exact(d.Truncate(time.Second)) + " later"
}

func firstLine(s string) string {
	first, _, _ := strings.Cut(s, "\n")
	return first
}

// disturbs reports whether a moment is a page; loud: by a text or a call.
func disturbs(m *rehearsal.Moment, loud bool) bool {
	return m.Wakes() && !(loud && m.Via == oncall.Email)
}

func (w *wantNoPage) check(j *judge, l *line) (ok bool, got string, because []string) {
	for k := range j.line.Moments {
		m := &j.line.Moments[k]
		if disturbs(m, w.loud) && !m.At.After(l.until(j)) && slices.Contains(w.people, m.User) {
			j.near[k] = true
			return false, fmt.Sprintf("%s gets %s at %s", m.User, rehearsal.NounOf(m.Via), j.clock(m.At)), j.fired(m.Incident, m.At)
		}
	}
	return true, "", nil
}

func (w *wantNobody) check(j *judge, l *line) (ok bool, got string, because []string) {
	var all []string
	for k := range j.line.Moments {
		m := &j.line.Moments[k]
		if !disturbs(m, w.loud) || j.taken[k] || m.At.After(l.until(j)) {
			continue
		}
		all = append(all, fmt.Sprintf("%s gets %s at %s", m.User, rehearsal.NounOf(m.Via), j.clock(m.At)))
		if len(all) <= 3 {
			j.near[k] = true
		}
		if len(all) == 1 {
			because = j.fired(m.Incident, m.At)
		}
	}
	if len(all) > 4 {
		all = append(all[:3], fmt.Sprintf("and %d more", len(all)-3))
	}
	return len(all) == 0, strings.Join(all, ", "), because
}

// until is the instant up to which a line that denies something speaks.
func (l *line) until(j *judge) time.Time {
	if l.end {
		return j.line.End
	}
	return l.from
}
