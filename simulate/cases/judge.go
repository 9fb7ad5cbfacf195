package cases

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/simulate/rehearsal"
)

// Result is what a test came to.
type Result struct {
	Test     *Test
	Failures []Failure
	Line     *rehearsal.Timeline
	judge    *judge
}

// Failure is a line of a story that is not so.
type Failure struct {
	Place   string   `json:"place"` // file:line:column
	When    string   `json:"when"`
	Says    string   `json:"says"`
	Got     string   `json:"got"`               // what happened instead
	Because []string `json:"because,omitempty"` // what decided that, with places of the configuration
	line    int
}

// Run plays a test and compares.
func (t *Test) Run() (*Result, error) {
	played, err := t.bench.Stage.Play(t.play)
	if err != nil {
		return nil, fmt.Errorf("%s:%d: %q cannot be played: %w", t.File, t.Line, t.Name, err)
	}
	j := &judge{test: t, line: played, taken: map[int]bool{}, near: map[int]bool{}}
	r := &Result{Test: t, Line: played, judge: j}
	for k := range t.lines {
		if w, ok := t.lines[k].want.(*wantPage); ok {
			w.take(j, &t.lines[k])
		}
	}
	r.refused(j)
	for k := range t.lines {
		l := t.lines[k]
		if l.want == nil {
			continue
		}
		if l.end {
			l.from = played.End
		}
		if ok, got, because := l.want.check(j, &l); !ok {
			r.Failures = append(r.Failures, j.failure(k, got, because))
		}
	}
	slices.SortStableFunc(r.Failures, func(a, b Failure) int { return cmp.Compare(a.line, b.line) })
	return r, nil
}

// refused fails the lines that could not be done.
func (r *Result) refused(j *judge) {
	for k := range j.line.Moments {
		m := &j.line.Moments[k]
		if m.Kind == rehearsal.Refused && m.Event > 0 {
			j.near[k] = true
			r.Failures = append(r.Failures, j.failure(j.test.acts[m.Event-1], "this cannot be done: "+m.Why, nil))
		}
	}
}

// judge compares a timeline with a story.
type judge struct {
	test  *Test
	line  *rehearsal.Timeline
	taken map[int]bool // moments that a line has expected
	near  map[int]bool // moments that a failure is about
}

func (j *judge) failure(k int, got string, because []string) Failure {
	l := &j.test.lines[k]
	because = slices.DeleteFunc(slices.Compact(because), func(s string) bool { return s == "" })
	return Failure{Place: j.test.place(k), When: l.When.Text, Says: l.Says.Text, Got: got, Because: because, line: k}
}

// label adds the zone to how a clock is written, where the story speaks of another one too.
func (t *Test) label(form string) string {
	if t.other {
		form += " MST"
	}
	return form
}

// clock writes an instant of the story: how long after its start, and on the wall.
func (j *judge) clock(t time.Time) string {
	return fmt.Sprintf("%s (%s)", lapse.Exact(t.Sub(j.line.Start).Truncate(time.Second)), t.In(j.test.zone).Format(j.test.label("15:04:05")))
}

// number finds the incident that a word stands for at an instant; 0 for none.
func (j *judge) number(ref string, at time.Time) (n int64) {
	if _, err := fmt.Sscanf(ref, "INC-%d", &n); err == nil {
		return n
	}
	for _, m := range j.line.Moments {
		if m.At.After(at) {
			break
		}
		switch {
		case m.Kind == rehearsal.Received && (m.Labels["alertname"] == ref || strings.HasSuffix(m.What, " "+ref)) && m.Incident != 0:
			n = m.Incident
		case m.Kind == rehearsal.Kind(incident.DidOpen) && (ref == "it" || m.Service == ref):
			n = m.Incident
		}
	}
	return n
}

// by is who brought an incident into a state.
func (j *judge) by(n int64, state string, at time.Time) (who string) {
	for _, m := range j.line.Moments {
		if m.Incident == n && string(m.Kind) == state && !m.At.After(at) {
			who, _, _ = strings.Cut(m.By, " ")
		}
	}
	return who
}

// lastOf is the last moment of some kinds of an incident, in words.
func (j *judge) lastOf(n int64, at time.Time, kinds ...incident.EntryKind) []string {
	for _, m := range slices.Backward(j.line.Moments) {
		if m.Incident == n && !m.At.After(at) && slices.Contains(kinds, incident.EntryKind(m.Kind)) {
			what, more := m.Words()
			return []string{strings.TrimSuffix(fmt.Sprintf("%s at %s, %s", what, j.clock(m.At), more), ", ")}
		}
	}
	return nil
}

// where writes a place of the configuration after a reason.
func (j *judge) where(reason string, path ...string) string {
	if at := j.test.bench.Config.Where(path...); at != "" {
		return reason + " - " + at
	}
	return reason
}

// fired says which level had fired last, and where it is written.
func (j *judge) fired(n int64, at time.Time) (because []string) {
	for _, m := range slices.Backward(j.line.Moments) {
		if m.Incident != n || m.At.After(at) || m.Kind != rehearsal.Kind(incident.DidEscalate) || !strings.HasPrefix(m.Why, "policy ") {
			continue
		}
		what, _ := m.Words()
		var policy string
		var level int
		if _, err := fmt.Sscanf(strings.ReplaceAll(m.Why, ",", " "), "policy %s level %d", &policy, &level); err == nil {
			return []string{j.where(what+" at "+j.clock(m.At), "escalations", policy, "levels", fmt.Sprint(level-1))}
		}
		return []string{what}
	}
	return nil
}

// routed says which route an incident came by.
func (j *judge) routed(i *incident.Incident) string {
	if i.Route == "" {
		return ""
	}
	return fmt.Sprintf("%s is for %s by the route at %s", i.Ref(), i.Service, i.Route)
}

// rule says where what suppresses is written.
func (j *judge) rule(s *router.Suppression) string {
	section := map[router.SuppressionKind]string{router.ByInhibition: "inhibit_rules", router.ByMaintenance: "maintenance", router.ByMute: "time_intervals"}[s.Kind]
	return j.where(fmt.Sprintf("%s %s", s.Kind, s.Rule), section, s.Rule)
}

// whyNone says why there is no incident that a line names.
func (j *judge) whyNone(ref string, at time.Time) (because []string) {
	for _, n := range j.line.Incidents() {
		if i, ok := j.line.At(n, at); ok {
			because = append(because, j.routed(&i))
		}
	}
	if len(because) == 0 {
		because = []string{"no incident is open then"}
	}
	return because
}

// whyNot says what decided that a person was not paged at an instant: the incident's state, what suppresses it, who was, and for each
// schedule of the level why it was not them.
func (j *judge) whyNot(u oncall.UserID, ref string, at time.Time) (because []string) {
	n := j.number(cmp.Or(ref, "it"), at)
	i, ok := j.line.At(n, at)
	if !ok {
		return []string{"no incident is open then"}
	}
	switch {
	case i.Suppressed != nil:
		return []string{fmt.Sprintf("nobody is paged for %s: %s", i.Ref(), j.rule(i.Suppressed))}
	case i.State != incident.Triggered:
		return j.lastOf(n, at, incident.DidAck, incident.DidResolve, incident.DidClose)
	}
	because = j.fired(n, at)
	p, _ := j.line.Book.Roster.Policy(i.Cursor.Policy)
	if k := i.Cursor.Level; k >= 0 && k < len(p.Levels) {
		for _, t := range p.Levels[k].Targets {
			if s, ok := j.line.Book.Roster.Schedule(oncall.ScheduleID(t.Name)); ok && t.Kind == oncall.ToSchedule {
				because = append(because, j.absent(s, u, i.Cursor.FiredAt)...)
			}
		}
	}
	return append(because, j.routed(&i))
}

// absent says why somebody is not on call by a schedule.
func (j *judge) absent(s *oncall.Schedule, u oncall.UserID, at time.Time) []string {
	a, gone := s.Absent(u, at)
	if !gone || u == "" {
		return nil
	}
	layer := ""
	if a.Layer != "" {
		layer = " of layer " + strings.TrimPrefix(a.Layer, "layer ")
	}
	why := map[oncall.Cause]string{
		oncall.OffRota: "is not on it", oncall.OffTurn: "has not the turn" + layer, oncall.OffHours: "has the turn" + layer + ", whose hours these are not",
		oncall.Hidden: "has the turn" + layer + ", but " + a.By + " wins", oncall.Overridden: "is overridden by " + a.By,
	}[a.Cause]
	said := fmt.Sprintf("schedule %s: %s %s; %s is on call", s.ID, u, why, cmp.Or(string(a.Instead), "nobody"))
	if !a.Back.IsZero() {
		said += fmt.Sprintf("; %s is next on %s", u, a.Back.In(cmp.Or(s.Zone, time.UTC)).Format("Mon 2006-01-02 15:04 MST"))
	}
	return []string{j.where(said, "schedules", string(s.ID))}
}

// alertNames are what the alerts of an act are called.
func alertNames(a rehearsal.Act) (names []string) {
	if r, ok := a.(rehearsal.Receive); ok {
		for _, x := range r.Alerts {
			names = append(names, cmp.Or(x.Labels["alertname"], x.Title))
		}
	}
	return names
}
