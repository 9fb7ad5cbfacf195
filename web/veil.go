package web

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/store"
)

// veil keeps out of an answer the numbers of records that the caller may not see: from fields, and from what people and rouse
// wrote about others. What it has looked up it keeps, so it is for one answer. After a fault of the store everything is hidden
// and err is set.
type veil struct {
	c         *call
	tx        store.Tx
	incidents map[int64]sight
	problems  map[int64]sight
	err       error
}

// sight is what is known of a number.
type sight int

const (
	sightNone   sight = iota + 1 // there is no such record
	sightHidden                  // it is not the caller's to see
	sightShown
)

func (c *call) veil(tx store.Tx) *veil {
	return &veil{c: c, tx: tx, incidents: map[int64]sight{}, problems: map[int64]sight{}}
}

// view runs fn with a veil on a snapshot.
func (c *call) view(fn func(tx store.Tx, v *veil) error) error {
	return c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		v := c.veil(tx)
		if err := fn(tx, v); err != nil {
			return err
		}
		return v.err
	})
}

func (v *veil) incident(n int64) sight {
	if s, ok := v.incidents[n]; ok {
		return s
	}
	i, err := v.tx.Incident(n)
	v.incidents[n] = v.judge(err, err == nil && v.c.who.sees(&i, v.c.s.Engine.Book()))
	return v.incidents[n]
}

func (v *veil) problem(n int64) sight {
	if s, ok := v.problems[n]; ok {
		return s
	}
	p, err := v.tx.Problem(n)
	v.problems[n] = v.judge(err, err == nil && v.c.who.seesProblem(&p, v.c.s.Engine.Book()))
	return v.problems[n]
}

func (v *veil) judge(err error, may bool) sight {
	switch {
	case isNotFound(err):
		return sightNone
	case err != nil:
		v.err = err
		return sightHidden
	case !may:
		return sightHidden
	}
	return sightShown
}

// number is an incident's number, or 0 where it is not for the caller.
func (v *veil) number(n int64) int64 {
	if n == 0 || v.incident(n) != sightShown {
		return 0
	}
	return n
}

// numbers are those for the caller.
func (v *veil) numbers(list []int64) []int64 {
	out := []int64{}
	for _, n := range list {
		if v.number(n) != 0 {
			out = append(out, n)
		}
	}
	return out
}

// problemNumber is a problem's number, or 0 where it is not for the caller.
func (v *veil) problemNumber(n int64) int64 {
	if n == 0 || v.problem(n) != sightShown {
		return 0
	}
	return n
}

// refName finds what people write for an incident or a problem, whatever stands around it.
var refName = regexp.MustCompile(`(?i)(INC|PRB)-([0-9]{1,18})`)

// hides reports whether a text names a record that is not the caller's to see.
func (v *veil) hides(text string) bool {
	for _, m := range refName.FindAllStringSubmatch(text, -1) {
		if v.hidesRef(m[1], m[2]) {
			return true
		}
	}
	return false
}

func (v *veil) hidesRef(kind, digits string) bool {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return false
	}
	if strings.EqualFold(kind, "PRB") {
		return v.problem(n) == sightHidden
	}
	return v.incident(n) == sightHidden
}

// text is a text in which the numbers of hidden records are left out.
func (v *veil) text(s string) string {
	if !strings.Contains(s, "-") {
		return s
	}
	return refName.ReplaceAllStringFunc(s, func(ref string) string {
		if v.hidesRef(ref[:3], ref[4:]) {
			return strings.ToUpper(ref[:3]) + "-…"
		}
		return ref
	})
}

func (v *veil) words(m map[string]string) map[string]string {
	if len(m) == 0 {
		return m
	}
	out := make(map[string]string, len(m))
	for k, s := range m {
		out[k] = v.text(s)
	}
	return out
}

// hush leaves the numbers of hidden records out of texts.
func (v *veil) hush(texts ...*string) {
	for _, s := range texts {
		*s = v.text(*s)
	}
}

// list is hush for a list, which is copied: what a store gave out is not changed.
func (v *veil) list(texts []string) []string {
	out := slices.Clone(texts)
	for k := range out {
		v.hush(&out[k])
	}
	return out
}

// entry is a line of a timeline for the caller. That of a merge has the title of the incident that was merged, so where that
// is hidden all of its words are.
func (v *veil) entry(e *incident.Entry) incident.Entry {
	out := *e
	if e.Kind == incident.DidMerge && v.hides(e.What) {
		out.What, out.Why, out.Data = "It was merged with another incident", "", nil
		return out
	}
	out.What, out.Why, out.Data = v.text(e.What), v.text(e.Why), v.words(e.Data)
	return out
}

// shown reads an incident for the caller: incident.ErrNoIncident as for call.incident, and hushed.
func (v *veil) shown(n int64) (incident.Incident, error) {
	i, err := v.c.incident(v.tx, n)
	if err == nil {
		v.hushIncident(&i)
	}
	return i, err
}

// shownProblem reads a problem for the caller: problem.ErrNoProblem as for call.problem, and hushed.
func (v *veil) shownProblem(n int64) (prb.Problem, error) {
	p, err := v.c.problem(v.tx, n)
	if err == nil {
		v.hushProblem(&p)
	}
	return p, err
}

// shownReview reads the review of an incident for the caller: an error as for call.review, and hushed.
func (v *veil) shownReview(n int64) (review.Review, error) {
	r, err := v.c.review(v.tx, n)
	if err == nil {
		v.hushReview(&r)
	}
	return r, err
}

// lines are entries of a timeline for the caller.
func (v *veil) lines(all []incident.Entry) []incident.Entry {
	out := make([]incident.Entry, len(all))
	for k := range all {
		out[k] = v.entry(&all[k])
	}
	return out
}

// hushIncident is hush for all that is written in an incident. The numbers in its fields stay: where it stands depends on them.
func (v *veil) hushIncident(i *incident.Incident) {
	v.hush(&i.Title, &i.Note, &i.Closure, &i.Workaround, &i.HoldReason, &i.Description, &i.PriorityWhy, &i.CausedBy)
	i.Factors, i.Links = v.list(i.Factors), slices.Clone(i.Links)
	for k := range i.Links {
		v.hush(&i.Links[k].Text)
	}
	i.Status, i.PublicStatus = v.update(i.Status), v.update(i.PublicStatus)
}

func (v *veil) update(s *incident.Status) *incident.Status {
	if s == nil {
		return nil
	}
	out := *s
	v.hush(&out.Text)
	return &out
}

// hushProblem is hush for a problem, of which the numbers of hidden records are taken as well.
func (v *veil) hushProblem(p *prb.Problem) {
	v.hush(&p.Title, &p.Cause, &p.Workaround, &p.Note)
	p.Incidents, p.DuplicateOf, p.Log = v.numbers(p.Incidents), v.problemNumber(p.DuplicateOf), v.lines(p.Log)
}

// hushReview is hush for a review, of which the numbers of hidden records are taken as well.
func (v *veil) hushReview(r *review.Review) {
	v.hush(
		&r.Title, &r.Summary, &r.Impact.What, &r.Impact.Users, &r.Impact.Contacts, &r.Impact.Money, &r.Detection.How, &r.Detection.By, &r.Detection.Gap,
		&r.Trigger, &r.Mitigation, &r.Resolution, &r.External,
	)
	for _, list := range []*[]string{&r.Factors, &r.Well, &r.Wrong, &r.Lucky, &r.Surprises} {
		*list = v.list(*list)
	}
	r.Previous, r.RootCauseProblem = v.number(r.Previous), v.problemNumber(r.RootCauseProblem)
	r.Items, r.Timeline, r.Approvals, r.Journal = slices.Clone(r.Items), slices.Clone(r.Timeline), slices.Clone(r.Approvals), v.lines(r.Journal)
	for k := range r.Approvals {
		v.hush(&r.Approvals[k].Note)
	}
	for k := range r.Items {
		v.hush(&r.Items[k].Text, &r.Items[k].Note)
	}
	for k := range r.Timeline {
		l := &r.Timeline[k]
		l.What = v.entry(&incident.Entry{Kind: l.Kind, What: l.What}).What
	}
}
