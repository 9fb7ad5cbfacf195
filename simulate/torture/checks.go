package torture

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/simulate"
	"github.com/rouse/rouse/store"
)

// changed checks one commit against what was before it. The laws:
//
//	I1  an incident that pages has its one timer, and no further away than the longest step
//	I2  the cursor moves only forward within an epoch, and epochs only rise
//	I3  each level that was passed paged somebody or says in the timeline that nobody is there
//	I4  paging ends only by an acknowledgement, a resolution, a hold, a recovery or a suppression, and the timeline says which
//	I5  what pages has somebody under way or an end of the wait after which it goes on
//	I6  a page that was sent or delivered moves no timer
//	I7  an incident counts as firing the alerts whose rows say so, until it is closed
func (s *watch) changed(w *simulate.Written) {
	for _, e := range w.Entries {
		for _, l := range e.Lines {
			s.t.w.Note("timeline", "%s #%d %s: %s", incident.Ref(e.Incident), l.Seq, l.Kind, l.What)
		}
	}
	for k := range w.Pages {
		p := &w.Pages[k]
		s.page(p, w)
		if delete(s.live, p.ID); p.State.Live() {
			s.live[p.ID] = p.NextAt
		}
	}
	s.counts(w)
	for k := range w.Incidents {
		i := &w.Incidents[k]
		was := s.t.disk.Incidents[i.Number]
		var lines []incident.Entry
		for _, e := range w.Entries {
			if e.Incident == i.Number {
				lines = append(lines, e.Lines...)
			}
		}
		s.incident(&was, i, lines, w)
		if delete(s.timed, i.Number); !i.WakeAt.IsZero() || pages(i) {
			s.timed[i.Number] = *i
		}
	}
}

// counts compares what incidents count with the rows of alerts.
func (s *watch) counts(w *simulate.Written) {
	touched := map[int64]bool{}
	for k := range w.Alerts {
		a := &w.Alerts[k]
		was := s.t.disk.Alerts[a.ID()]
		for _, n := range slices.Concat(was.Incidents, a.Incidents) {
			touched[n] = true
			delete(s.firing[n], a.ID())
			if a.FiresIn(n) {
				if s.firing[n] == nil {
					s.firing[n] = map[alert.ID]bool{}
				}
				s.firing[n][a.ID()] = true
			}
		}
	}
	now := map[int64]*incident.Incident{}
	for k := range w.Incidents {
		now[w.Incidents[k].Number] = &w.Incidents[k]
		touched[w.Incidents[k].Number] = true
	}
	for n := range touched {
		i := now[n]
		if i == nil {
			old := s.t.disk.Incidents[n]
			i = &old
		}
		if i.State != incident.Closed && i.Number != 0 && i.Firing != len(s.firing[n]) {
			s.broken(i, "I7", "it counts %d firing alerts, and %d rows say that they fire in it", i.Firing, len(s.firing[n]))
		}
	}
}

// pages reports whether somebody is to be paged for an incident until somebody takes it.
func pages(i *incident.Incident) bool {
	return i.State == incident.Triggered && i.Suppressed == nil && i.ClearedAt.IsZero()
}

func (s *watch) incident(was, is *incident.Incident, lines []incident.Entry, w *simulate.Written) {
	s.forward(was, is)
	s.levels(was, is, lines)
	s.apart(was, is, lines)
	if pages(was) && !pages(is) {
		s.ended(is, lines)
	}
	s.timer(is)
	if pages(is) {
		s.underWay(is, w)
	}
	if !pages(is) {
		s.unsent(is, w)
	}
	if slices.ContainsFunc(lines, func(l incident.Entry) bool { return l.Kind == incident.DidReport }) && len(lines) == 1 && pages(was) && pages(is) &&
		was.Cursor.Level == is.Cursor.Level && was.Cursor.Round == is.Cursor.Round && was.Epoch == is.Epoch && was.Cursor.EndsAt.Sub(is.Cursor.EndsAt).Abs() > time.Millisecond {
		s.broken(is, "I6", "a word about a page moved the end of the level from %s to %s", was.Cursor.EndsAt, is.Cursor.EndsAt)
	}
	s.expect(was, is)
}

func (s *watch) forward(was, is *incident.Incident) {
	last, c := s.fired[is.Number], &is.Cursor
	switch {
	case is.Epoch < was.Epoch:
		s.broken(is, "I2", "epoch %d after %d", is.Epoch, was.Epoch)
	case is.Epoch > last.epoch:
	case c.FiredAt.IsZero(): // a place where it would go on
		return
	case c.Round < last.round || (c.Round == last.round && c.Level < last.level):
		s.broken(is, "I2", "round %d level %d after round %d level %d", c.Round, c.Level, last.round, last.level)
	}
	s.fired[is.Number] = deadline{epoch: is.Epoch, round: c.Round, level: c.Level}
}

// apartLeast is how long a policy leaves everybody in peace between two rounds, unless somebody or something new begins one.
const apartLeast = 30 * time.Second

// apart checks that a policy does not begin round after round without a pause.
func (s *watch) apart(was, is *incident.Incident, lines []incident.Entry) {
	c := &is.Cursor
	if !pages(is) || c.FiredAt.IsZero() || c.Policy == "" || is.Epoch == was.Epoch && c.Round == was.Cursor.Round && c.Policy == was.Cursor.Policy {
		return
	}
	now, key := s.t.w.Elapsed(), lap{is.Number, is.Epoch, c.Policy}
	before, known := s.rounds[key]
	s.rounds[key] = now
	begun := is.ByHand != was.ByHand || slices.ContainsFunc(lines, func(l incident.Entry) bool {
		return slices.Contains([]incident.EntryKind{incident.DidUnsuppress, incident.DidChange, incident.DidRedrive, incident.DidJoin, incident.DidAssign}, l.Kind)
	})
	if begun {
		s.begun[is.Number] = now // and whatever follows at once follows from that
	}
	if known && before > s.begun[is.Number] && now-before < apartLeast && now-s.jumpsAt > settled {
		s.broken(is, "I8", "round %d of %s begins %s after the one before", c.Round+1, c.Policy, now-before)
	}
}

// levels checks that no level of a policy was passed over in silence.
func (s *watch) levels(was, is *incident.Incident, lines []incident.Entry) {
	a, b := &was.Cursor, &is.Cursor
	if !pages(is) || b.FiredAt.IsZero() || (b.FiredAt.Equal(a.FiredAt) && is.Epoch == was.Epoch) || b.Level < 0 || b.Policy == "" {
		return
	}
	from := 0
	if is.Epoch == was.Epoch && a.Policy == b.Policy && (a.Paused || a.Round == b.Round && !a.FiredAt.IsZero()) {
		from = a.Level + 1 // whom a suppression interrupted has been told: somebody who escalates then means the next
	}
	for level := from; level <= b.Level; level++ {
		said := false
		for _, l := range lines {
			said = said || (l.Kind == incident.DidEscalate && (strings.Contains(l.What, levelWords(level, b.Policy)) || strings.Contains(l.What, nobodyWords(level, b.Policy))))
		}
		if !said {
			s.broken(is, "I3", "level %d of %s was passed over in silence", level+1, b.Policy)
		}
	}
}

// ended checks that an end of paging has its reason in the timeline.
func (s *watch) ended(is *incident.Incident, lines []incident.Entry) {
	reasons := []incident.EntryKind{incident.DidAck, incident.DidResolve, incident.DidSuppress, incident.DidClear, incident.DidMerge}
	if !slices.ContainsFunc(lines, func(l incident.Entry) bool { return slices.Contains(reasons, l.Kind) }) {
		s.broken(is, "I4", "paging ended without a reason: state %s", is.State)
	}
	if is.Suppressed != nil && (is.WakeAt.IsZero() || is.WakeAt.After(s.t.w.Now().Add(5*time.Minute+settled))) {
		s.broken(is, "I4", "suppressed without being asked again soon: wakes at %s", is.WakeAt)
	}
}

// timer checks that whatever goes on by itself has its timer.
func (s *watch) timer(is *incident.Incident) {
	now := s.t.w.Now()
	switch {
	case pages(is):
		if is.WakeAt.IsZero() || is.WakeAt.After(now.Add(s.longest(is))) && s.t.w.Elapsed()-s.jumpsAt > settled {
			s.broken(is, "I1", "it pages, and wakes at %s, now %s", is.WakeAt, now)
		}
	case is.State == incident.Acknowledged && is.ClearedAt.IsZero() && !is.AckUntil.IsZero(), is.State == incident.OnHold && is.ClearedAt.IsZero() && !is.HoldUntil.IsZero():
		if until := cmp.Or(is.AckUntil, is.HoldUntil); is.WakeAt.IsZero() || is.WakeAt.After(until) {
			s.broken(is, "I1", "%s until %s, and wakes at %s", is.State, until, is.WakeAt)
		}
	case !is.ClearedAt.IsZero() && is.State.Open(), is.State == incident.Resolved && is.Firing > 0:
		if is.WakeAt.IsZero() {
			s.broken(is, "I1", "%s with %d alerts firing (cleared %t), and nothing wakes it", is.State, is.Firing, !is.ClearedAt.IsZero())
		}
	}
}

func (s *watch) longest(is *incident.Incident) time.Duration {
	if s.low(is) {
		return longestWait + longestHush
	}
	return longestWait
}

func (s *watch) low(is *incident.Incident) bool {
	return s.book().NotifyUrgency(is.Priority) == oncall.Low
}

// underWay checks that what pages has somebody, or says that it has nobody and goes on soon.
func (s *watch) underWay(is *incident.Incident, w *simulate.Written) {
	c := &is.Cursor
	if c.EndsAt.IsZero() {
		s.broken(is, "I5", "it pages, and its level never ends")
		return
	}
	now := s.t.w.Now()
	for _, n := range c.People {
		for _, st := range n.Steps {
			if st.Page == "" {
				if st.Outcome == "" && !st.Due.After(now) && is.WakeAt.After(now) {
					s.broken(is, "I3", "a step of %s by %s is due and not in the outbox", n.User, st.Via)
				}
				continue
			}
			_, known := s.t.disk.Pages[st.Page]
			if !known && !slices.ContainsFunc(w.Pages, func(p store.Page) bool { return p.ID == st.Page }) {
				s.broken(is, "I3", "page %s is not in the outbox", st.Page)
			}
		}
	}
}

// unsent checks that nothing waits to be sent for what nobody has to be paged for any more.
func (s *watch) unsent(is *incident.Incident, w *simulate.Written) {
	if !is.ClearedAt.IsZero() && is.State == incident.Triggered {
		return // it may page again in a moment
	}
	last := map[string]store.Page{}
	for id, p := range s.t.disk.Pages {
		if p.Incident == is.Number {
			last[id] = p
		}
	}
	for _, p := range w.Pages {
		if p.Incident == is.Number {
			last[p.ID] = p
		}
	}
	for _, p := range last {
		if p.Kind == incident.PageAlert && p.Incident == is.Number && len(p.Members) == 0 && (p.State == store.Queued || p.State == store.Unknown) {
			s.broken(is, "ack", "nobody is to be paged any more, and %s is %s", p.ID, p.State)
		}
	}
}

// page checks one page that a commit wrote.
func (s *watch) page(p *store.Page, w *simulate.Written) {
	was, known := s.t.disk.Pages[p.ID]
	if !known || was.State != p.State {
		s.t.w.Note("page", "%s is %s: %s", p.ID, p.State, p.Detail)
	}
	if p.State.Live() && p.NextAt.After(s.t.w.Now().Add(longestHush+time.Hour)) && s.t.w.Elapsed()-s.jumpsAt > settled { // else see late: a commit may have begun before the clock was set
		s.t.w.Broken("I1", "page %s is not looked at before %s", p.ID, p.NextAt)
	}
	if known && !was.State.Live() && was.State != store.Bundled && p.State.Live() && was.State != store.Void {
		s.t.w.Broken("outbox", "page %s was %s and is %s", p.ID, was.State, p.State)
	}
	for _, c := range s.t.carriers {
		if was.State == store.Unknown && p.State == store.Queued && was.Provider == c.ID && c.Told[p.ID] {
			s.t.w.Broken("duplicates", "%s is to be sent again although %s has just said that it is there", p.ID, c.ID)
		}
	}
	if was.State == store.Sending && p.State == store.Failed && !s.failed(p.ID) {
		s.t.w.Broken("outbox", "%s is given up, and no carrier has refused it or said that it failed", p.ID)
	}
	if p.Kind == incident.PageAlert && p.State == store.Sending && was.State != store.Sending {
		s.claimed(p, w)
	}
}

// failed reports whether some carrier would not have a page, or could not bring it.
func (s *watch) failed(id string) bool {
	for _, c := range s.t.carriers {
		if c.Refused[id] > 0 || slices.ContainsFunc(c.Items, func(i *simulate.Item) bool { return i.Message.ID == id && i.Status.Outcome.Missed() }) {
			return true
		}
	}
	return strings.Contains(id, "/room/")
}

// claimed checks that what is about to be sent is wanted by somebody.
func (s *watch) claimed(p *store.Page, w *simulate.Written) {
	now := map[int64]incident.Incident{}
	for _, i := range w.Incidents {
		now[i.Number] = i
	}
	for _, id := range append([]string{p.ID}, p.Members...) {
		m := s.t.disk.Pages[id]
		if id == p.ID {
			m = *p
		}
		i, ok := now[m.Incident]
		if !ok {
			i = s.t.disk.Incidents[m.Incident]
		}
		if pages(&i) && i.Epoch == m.Epoch {
			return
		}
	}
	s.t.w.Broken("ack", "%s is sent although nobody has to be paged", p.ID)
}
