package cases

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// want is what a line expects. check compares it with what happened; got and because are for a failure: what happened instead, and
// what decided that.
type want interface {
	check(j *judge, l *line) (ok bool, got string, because []string)
}

// people reads "ana", "ana and bo", "ana, bo and cy".
func (r *reader) people(in caught) (all []oncall.UserID) {
	for _, t := range in["people"] {
		if t.text == "and" || t.text == "or" {
			continue
		}
		all = append(all, r.user(caught{"user": {t}}, "user"))
	}
	if len(all) == 0 {
		r.wrong(in["people"][0], "nobody is named", "write the ids of users: ana and bo")
	}
	return all
}

type wantPage struct {
	people   []oncall.UserID
	via      oncall.Method
	ref      string
	provider string
	words    string
	found    map[oncall.UserID]int // moments that are taken; filled when the story is judged
}

func (r *reader) gets(in caught) {
	r.expect(&wantPage{people: r.people(in), via: methods[strings.ToLower(in.text("means"))], ref: r.ref(in), provider: r.provider(in), words: in.text("words")})
}

type wantAnswer struct {
	user  oncall.UserID
	words string
}

func (r *reader) answered(in caught) { r.expect(&wantAnswer{r.user(in, "user"), in.text("words")}) }

// wantNoPage is that none of these is paged; loud: by a text or a call.
type wantNoPage struct {
	people []oncall.UserID
	loud   bool
}

func (r *reader) notPaged(in caught) {
	r.expect(&wantNoPage{r.people(in), strings.EqualFold(in.text("woken"), "woken")})
}

// wantNobody is that every page up to now is expected by some line.
type wantNobody struct{ loud bool }

func (r *reader) nobody(in caught) {
	r.expect(&wantNobody{strings.EqualFold(in.text("woken"), "woken")})
}

type wantRoom struct{ room, what string }

func (r *reader) room(in caught) {
	var names []string
	for _, x := range r.bench.Config.Receivers {
		names = append(names, x.Name)
	}
	r.expect(&wantRoom{r.known(in, "room", "receiver", names), strings.ToLower(in.text("heard"))})
}

type wantOnCall struct {
	user     oncall.UserID
	schedule oncall.ScheduleID
}

func (r *reader) onCall(in caught) {
	u := oncall.UserID("")
	if !strings.EqualFold(in.text("user"), "nobody") {
		u = r.user(in, "user")
	}
	r.expect(&wantOnCall{u, r.schedule(in)})
}

// ref is what stands for an incident: INC-n, it, or the name of a service or an alert of the story.
func (r *reader) ref(in caught) string {
	t := in["ref"]
	if len(t) == 0 {
		return ""
	}
	s := t[0].text
	var n int64
	switch _, err := fmt.Sscanf(strings.ToUpper(s), "INC-%d", &n); {
	case err == nil && n > 0:
		return incident.Ref(n)
	case strings.EqualFold(s, "it"):
		return "it"
	}
	known := r.services()
	for _, e := range r.test.play.Events {
		known = append(known, alertNames(e.Do)...)
	}
	return r.known(in, "ref", "service or alert", slices.Compact(known))
}

type wantState struct {
	ref   string
	state incident.State
	by    string
}

func (r *reader) state(in caught) {
	r.expect(&wantState{r.ref(in), incident.State(strings.ToLower(in.text("state"))), in.text("who")})
}

type wantPriority struct {
	ref      string
	priority incident.Priority
	service  string
}

func (r *reader) priority(in caught) {
	r.expect(&wantPriority{r.ref(in), incident.Priority(strings.ToUpper(in.text("priority"))), r.service(in)})
}

type wantAssigned struct {
	ref  string
	user oncall.UserID
}

func (r *reader) assigned(in caught) { r.expect(&wantAssigned{r.ref(in), r.user(in, "user")}) }

func (r *reader) count(in caught) int {
	t := in["count"][0]
	n, err := strconv.Atoi(t.text)
	if err != nil && t.text != "no" {
		r.wrong(t, fmt.Sprintf("%q is no number", t.text), "write 1, 2, 3, or no")
	}
	return n
}

type wantLevel struct {
	ref    string
	level  int
	policy oncall.PolicyID
}

func (r *reader) level(in caught) {
	var names []string
	for _, p := range r.bench.Config.Roster().Policies() {
		names = append(names, string(p.ID))
	}
	r.expect(&wantLevel{r.ref(in), r.count(in), oncall.PolicyID(r.known(in, "policy", "escalation policy", names))})
}

type wantAlerts struct {
	ref   string
	count int
}

func (r *reader) alerts(in caught) { r.expect(&wantAlerts{r.ref(in), r.count(in)}) }

type wantSuppressed struct {
	ref, rule string
	kind      router.SuppressionKind // empty: not suppressed
}

func (r *reader) suppressed(in caught) {
	r.expect(&wantSuppressed{r.ref(in), in.text("rule"), router.SuppressionKind(strings.ToLower(in.text("why")))})
}

func (r *reader) unsuppressed(in caught) { r.expect(&wantSuppressed{ref: r.ref(in)}) }

type wantPromise struct{ ref, kind, stage string }

func (r *reader) promise(in caught) {
	if len(r.bench.Config.Rulebook().SLAs) == 0 {
		r.wrong(in["promise"][0], "the configuration has no slas", "promise something there first")
	}
	r.expect(&wantPromise{r.ref(in), strings.ToLower(in.text("promise")), strings.ToLower(in.text("stage"))})
}

type wantOpen struct{ count int }

func (r *reader) open(in caught) { r.expect(&wantOpen{r.count(in)}) }

func (w *wantAnswer) check(j *judge, l *line) (bool, string, []string) {
	last := ""
	for _, m := range j.line.Moments {
		if m.Kind == sent && m.Purpose == incident.PageReply && m.User == w.user && l.holds(m.At) {
			if says(m.Text, w.words) {
				return true, "", nil
			}
			last = m.Text
		}
	}
	if last == "" {
		return false, fmt.Sprintf("%s is not answered then", w.user), nil
	}
	return false, fmt.Sprintf("%s is answered %q", w.user, last), nil
}

// says reports whether a text has words in it, in any case and over any space.
func says(text, words string) bool {
	plain := func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
	return strings.Contains(plain(text), plain(words))
}

func (w *wantRoom) check(j *judge, l *line) (bool, string, []string) {
	var heard []string
	for _, m := range j.line.Moments {
		if m.Kind == told && m.Receiver == w.room {
			if l.holds(m.At) && (w.what == "" || w.what == m.What) {
				return true, "", nil
			}
			heard = append(heard, m.What+" at "+j.clock(m.At))
		}
	}
	return false, w.room + " is told " + cmp.Or(strings.Join(heard, ", "), "nothing"), nil
}

func (w *wantOnCall) check(j *judge, l *line) (bool, string, []string) {
	s, ok := j.line.Book.Roster.Schedule(w.schedule)
	if !ok {
		return false, "there is no such schedule any more", nil
	}
	now := s.At(l.from)
	if (w.user == "" && len(now) == 0) || slices.Contains(now, w.user) {
		return true, "", nil
	}
	return false, fmt.Sprintf("%s is on call for %s then", names(now), w.schedule), j.absent(s, w.user, l.from)
}

func names(users []oncall.UserID) string {
	var all []string
	for _, u := range users {
		all = append(all, string(u))
	}
	return cmp.Or(strings.Join(all, " and "), "nobody")
}

// of finds the incident that a line names, as it was at the line's time.
func (j *judge) of(ref string, l *line) (i incident.Incident, ok bool, got string, because []string) {
	n := j.number(ref, l.from)
	if n == 0 {
		return i, false, "there is no such incident then", j.whyNone(ref, l.from)
	}
	i, ok = j.line.At(n, l.from)
	if !ok {
		return i, false, incident.Ref(n) + " is not open yet", nil
	}
	return i, true, "", nil
}

func (w *wantState) check(j *judge, l *line) (bool, string, []string) {
	i, ok, got, because := j.of(w.ref, l)
	if !ok {
		return false, got, because
	}
	by := i.AckedBy
	if w.state == incident.Resolved || w.state == incident.Closed {
		by = j.by(i.Number, string(w.state), l.from)
	}
	if i.State == w.state && (w.by == "" || by == w.by) {
		return true, "", nil
	}
	got = fmt.Sprintf("%s is %s", i.Ref(), strings.ReplaceAll(string(i.State), "_", " "))
	if by != "" {
		got += " by " + by
	}
	return false, got, j.lastOf(i.Number, l.from, incident.DidAck, incident.DidResolve, incident.DidReopen, incident.DidTrigger, incident.DidClose, incident.DidHold, incident.DidResume)
}

func (w *wantPriority) check(j *judge, l *line) (bool, string, []string) {
	i, ok, got, because := j.of(w.ref, l)
	if !ok || (i.Priority == w.priority && (w.service == "" || i.Service == w.service)) {
		return ok, got, because
	}
	why := fmt.Sprintf("impact %s and urgency %s, by the %s", i.Impact, i.Urgency, cmp.Or(i.UrgencyBy, "service"))
	return false, fmt.Sprintf("%s is %s for %s", i.Ref(), i.Priority, i.Service), []string{why, j.routed(&i)}
}

func (w *wantAssigned) check(j *judge, l *line) (bool, string, []string) {
	i, ok, got, because := j.of(w.ref, l)
	if !ok || i.Assignee == w.user {
		return ok, got, because
	}
	return false, fmt.Sprintf("%s is assigned to %s", i.Ref(), cmp.Or(string(i.Assignee), "nobody")), nil
}

func (w *wantLevel) check(j *judge, l *line) (bool, string, []string) {
	i, ok, got, because := j.of(w.ref, l)
	if !ok || (i.Cursor.Level+1 == w.level && (w.policy == "" || i.Cursor.Policy == w.policy)) {
		return ok, got, because
	}
	return false, fmt.Sprintf("%s is at level %d of %s", i.Ref(), i.Cursor.Level+1, i.Cursor.Policy), j.fired(i.Number, l.from)
}

func (w *wantAlerts) check(j *judge, l *line) (bool, string, []string) {
	i, ok, got, because := j.of(w.ref, l)
	if !ok || i.Total == w.count {
		return ok, got, because
	}
	return false, fmt.Sprintf("%s has %d", i.Ref(), i.Total), []string{j.routed(&i), "its group: " + i.GroupKey}
}

func (w *wantSuppressed) check(j *judge, l *line) (bool, string, []string) {
	i, ok, got, because := j.of(w.ref, l)
	if !ok {
		return false, got, because
	}
	s := i.Suppressed
	switch {
	case s == nil && w.kind == "":
		return true, "", nil
	case s == nil:
		return false, i.Ref() + " is not suppressed: people are paged for it", []string{j.routed(&i)}
	case s.Kind == w.kind && (w.rule == "" || says(s.Rule, w.rule)):
		return true, "", nil
	}
	return false, fmt.Sprintf("%s is suppressed by %s %s", i.Ref(), s.Kind, s.Rule), []string{j.rule(s)}
}

func (w *wantPromise) check(j *judge, l *line) (bool, string, []string) {
	i, ok, got, because := j.of(w.ref, l)
	if !ok {
		return false, got, because
	}
	var found, places []string
	for _, def := range j.line.Book.SLAs {
		for _, r := range def.Read(i.Subject(), i.Marks, l.from) {
			if string(r.Kind) != w.kind {
				continue
			}
			stage := strings.Replace(string(r.Stage), "closed", "outside_hours", 1)
			switch {
			case r.Breached:
				stage = "breached"
			case stage == "done":
				stage = "kept"
			}
			if stage == w.stage {
				return true, "", nil
			}
			found = append(found, fmt.Sprintf("%s of %s is %s: %s of %s used", w.kind, def.Name, strings.ReplaceAll(stage, "_", " "), lapse.Exact(r.Elapsed.Truncate(time.Second)), lapse.Exact(r.Target.Truncate(time.Second))))
			places = append(places, j.where("sla "+def.Name+", priority "+r.Priority, "slas", def.Name))
		}
	}
	return false, cmp.Or(strings.Join(found, "; "), fmt.Sprintf("no SLA promises a %s for it (%s, %s)", w.kind, i.Priority, i.Service)), places
}

func (w *wantOpen) check(j *judge, l *line) (bool, string, []string) {
	var open []string
	for _, n := range j.line.Incidents() {
		if i, ok := j.line.At(n, l.from); ok && i.State.Open() {
			open = append(open, fmt.Sprintf("%s (%s, %s)", i.Ref(), i.Service, i.Title))
		}
	}
	if len(open) == w.count {
		return true, "", nil
	}
	return false, fmt.Sprintf("%d are open: %s", len(open), cmp.Or(strings.Join(open, ", "), "none")), nil
}
