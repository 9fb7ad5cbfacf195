package torture

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// watch looks on and knows what must be true. It counts its deadlines in uptime: elapsed time in which the house stood and its
// store was well, for nothing can be asked of one that does not.
type watch struct {
	t       *run
	up      time.Duration      // uptime so far
	last    time.Duration      // when it was last counted
	looked  time.Duration      // when everything was last looked at
	fired   map[int64]deadline // where each incident's cursor last fired
	due     map[int64]*deadline
	timed   map[int64]incident.Incident // that have a timer, or should
	live    map[string]time.Time        // when live pages are due
	firing  map[int64]map[alert.ID]bool // by incident, the alerts whose rows fire in it
	since   map[int64]time.Duration     // when each began to page
	rounds  map[lap]time.Duration       // when each policy's latest round of an incident began
	begun   map[int64]time.Duration     // when something new had each begin again
	resent  map[string]int              // pages whose sending a crash, or a commit that failed, has interrupted
	blame   int64                       // the incident of the first law that was broken
	jumpsAt time.Duration               // when the clock was last set
	backAt  time.Duration               // when it was last set back
	engine  *engine.Stepped             // as last seen
}

// lap is a policy at work for one epoch of an incident.
type lap struct {
	incident int64
	epoch    int
	policy   oncall.PolicyID
}

// deadline is by when, in uptime, something has to have happened to an incident that pages.
type deadline struct {
	epoch, round, level int
	fired               time.Time
	by, wait            time.Duration
	paused              bool // its alerts have recovered
	why                 string
}

func newWatch(t *run) *watch {
	return &watch{t: t, due: map[int64]*deadline{}, fired: map[int64]deadline{}, timed: map[int64]incident.Incident{}, live: map[string]time.Time{}, firing: map[int64]map[alert.ID]bool{}, since: map[int64]time.Duration{}, rounds: map[lap]time.Duration{}, begun: map[int64]time.Duration{}, resent: map[string]int{}, backAt: -day}
}

func (s *watch) broken(i *incident.Incident, law, format string, args ...any) {
	if s.blame == 0 {
		s.blame = i.Number
	}
	s.t.w.Broken(law, "%s: %s", i.Ref(), fmt.Sprintf(format, args...))
}

func levelWords(level int, p oncall.PolicyID) string {
	return fmt.Sprintf("Level %d of %s:", level+1, p)
}

func nobodyWords(level int, p oncall.PolicyID) string {
	return fmt.Sprintf("Nobody to page at level %d of %s ", level+1, p)
}

// started notes that another engine runs now. One that starts after the clock was set back lets each wait begin anew at most.
func (s *watch) started() {
	s.engine = s.t.house.Engine
	s.t.disease.lastTrouble = s.t.w.Elapsed()
	if s.t.w.Elapsed()-s.backAt < time.Hour {
		for _, d := range s.due {
			d.by = max(d.by, s.up+d.wait+5*time.Minute) // the time was last remembered so long ago
		}
	}
}

// book is the rulebook in force: a reload may not have reached the engine yet.
func (s *watch) book() *incident.Rulebook {
	if e := s.t.house.Engine; e != nil {
		return e.Settings().Book
	}
	return s.t.set.Book
}

// well reports whether the house stands and its store has been well for a moment.
func (s *watch) well() bool {
	d, now := &s.t.disease, s.t.w.Elapsed()
	if s.t.house.Engine != s.engine {
		s.started()
	}
	if s.t.house.Engine == nil || s.t.disk.Blind || now < d.slow || now < d.refusing {
		d.lastTrouble = now
	}
	return now-d.lastTrouble > settled
}

// look is called after every event.
func (s *watch) look() {
	now := s.t.w.Elapsed()
	for _, src := range s.t.sources {
		src.passed = src.passed || !src.ends.IsZero() && (!src.ends.After(s.t.w.Now()) || now-src.saidAt >= src.holds)
	}
	well := s.well()
	if well {
		s.up += now - s.last
	}
	s.last = now
	if !well {
		return
	}
	if now-s.looked > 20*time.Second {
		s.looked = now
		s.late()
	}
	for n, d := range s.due {
		if s.up > d.by && !d.paused {
			i := s.t.disk.Incidents[n]
			s.broken(&i, "missed escalation", "%s, and nothing has followed", d.why)
		}
	}
}

// late checks that nothing is overdue: no incident, no page.
func (s *watch) late() {
	if s.t.w.Elapsed()-s.jumpsAt <= settled {
		return
	}
	now := s.t.w.Now()
	for _, i := range s.timed {
		if !i.WakeAt.IsZero() && i.WakeAt.Before(now.Add(-settled)) {
			s.broken(&i, "I1", "it was to wake at %s, now %s", i.WakeAt, now)
		}
		if pages(&i) && i.WakeAt.After(now.Add(s.longest(&i)+settled)) {
			s.broken(&i, "I1", "it pages, and wakes at %s, now %s", i.WakeAt, now)
		}
	}
	for id, at := range s.live {
		if at.Before(now.Add(-settled)) {
			s.t.w.Broken("I1", "page %s was due at %s, now %s", id, at, now)
		}
		if at.After(now.Add(longestHush + time.Hour)) {
			s.t.w.Broken("I1", "page %s is not looked at before %s, now %s", id, at, now)
		}
	}
}

// audited is told what the engine's own auditor has found: nothing is ever stuck here, unless the store has not been well.
func (s *watch) audited(found int, err error) {
	if found > 0 && err == nil && s.well() && s.t.w.Elapsed()-s.jumpsAt > settled {
		s.t.w.Broken("auditor", "it found %d stuck", found)
	}
}

// expect works out, from the policy as it is configured now, by when the next level has to fire.
func (s *watch) expect(was, is *incident.Incident) {
	if !pages(was) && pages(is) {
		s.since[is.Number] = s.t.w.Elapsed()
	}
	c := &is.Cursor
	d := s.due[is.Number]
	same := d != nil && d.epoch == is.Epoch && d.round == c.Round && d.level == c.Level && !c.FiredAt.After(d.fired)
	switch {
	case !pages(is) && same && is.State == incident.Triggered && is.Suppressed == nil:
		d.paused = true
		return
	case !pages(is):
		delete(s.due, is.Number)
		return
	case same: // perhaps moved back with the clock: it goes on waiting by the policy under which it fired
		d.fired = c.FiredAt
		if d.paused {
			d.paused, d.by = false, s.up+d.wait
		}
		return
	}
	wait := time.Minute // everything is tried again after a minute when nobody can be paged at all
	p, ok := s.book().Roster.Policy(c.Policy)
	switch {
	case c.Level < 0:
		wait = 5 * time.Minute // its assignee has been asked
	case ok && c.Level < len(p.Levels):
		wait = p.Levels[c.Level].Wait
	}
	if s.low(is) {
		wait += longestHush
	}
	s.due[is.Number] = &deadline{is.Epoch, c.Round, c.Level, c.FiredAt, s.up + wait + settled, wait + settled, false,
		fmt.Sprintf("level %d of %s (round %d, epoch %d) has had its %s", c.Level+1, c.Policy, c.Round+1, is.Epoch, wait)}
}

// jumped is told that the clock on the wall was set.
func (s *watch) jumped(by time.Duration) {
	s.jumpsAt = s.t.w.Elapsed()
	if by < 0 {
		s.backAt = s.jumpsAt
	}
}

// crashed notes whose sending a crash interrupts.
func (s *watch) crashed() {
	s.t.disease.lastTrouble = s.t.w.Elapsed()
	for id, p := range s.t.disk.Pages {
		if p.State == store.Sending {
			s.resent[id]++
		}
	}
}

// accepted checks that an alert that was answered with 2xx is where people will hear of it.
func (s *watch) accepted(src *source) {
	row, ok := s.t.disk.Alerts[src.a.ID()]
	if src.said == alert.Resolved {
		if ok && row.State == alert.Firing {
			s.t.w.Broken("accounting", "%s was answered as resolved, and its row fires", src.a.Title)
		}
		return
	}
	if !ok || row.State != alert.Firing || len(row.Incidents) == 0 {
		s.t.w.Broken("accounting", "%s was accepted, and its row is %q in incidents %v", src.a.Title, row.State, row.Incidents)
		return
	}
	for _, n := range row.Incidents {
		if i := s.t.disk.Incidents[n]; i.State.Open() || i.State == incident.Resolved && i.Firing > 0 {
			return
		}
	}
	i := s.t.disk.Incidents[row.Incidents[0]]
	s.broken(&i, "accounting", "%s was accepted, and all of its incidents %v are over: %s with %d firing", src.a.Title, row.Incidents, i.State, i.Firing)
}

// done checks that what was answered as done is so.
func (s *watch) done(n int64, a incident.Action, after incident.Incident) {
	i := s.t.disk.Incidents[n]
	if i.State != after.State || i.Epoch != after.Epoch {
		s.broken(&i, "ack", "%T was answered as %s in epoch %d, and it is %s in epoch %d", a, after.State, after.Epoch, i.State, i.Epoch)
	}
}

// end checks what must have come of it all.
func (s *watch) end() {
	if len(s.t.w.Failures()) > 0 {
		return
	}
	s.disk()
	s.sends()
	for _, src := range s.t.sources {
		if src.said != "" {
			s.account(src)
		}
	}
	s.reached()
}

// account checks that a source's alert has come to what its last word makes of it.
func (s *watch) account(src *source) {
	row, ok := s.t.disk.Alerts[src.a.ID()]
	if len(row.Incidents) > 0 && s.blame == 0 {
		s.blame = row.Incidents[0]
		defer func() {
			if len(s.t.w.Failures()) == 0 {
				s.blame = 0
			}
		}()
	}
	switch {
	case !ok && !src.known: // while it fired the house was down; that it has recovered is then news of nothing
		return
	case !ok:
		s.t.w.Broken("accounting", "%s was accepted and is lost", src.a.Title)
	case src.said == alert.Resolved && row.State == alert.Firing:
		s.t.w.Broken("accounting", "%s has recovered, and its row fires", src.a.Title)
	case src.said == alert.Firing && row.State != alert.Firing && !src.passed && !src.a.Event: // an event ends when somebody resolves it
		s.t.w.Broken("accounting", "%s fires, and its row is %s", src.a.Title, row.State)
	}
	if row.State != alert.Firing {
		return
	}
	if !slices.ContainsFunc(row.Incidents, func(n int64) bool {
		i := s.t.disk.Incidents[n]
		// who closes an incident by hand takes with it what fires and is never said again; what is repeated opens another
		return i.State.Open() || i.State == incident.Resolved && i.Firing > 0 || i.State == incident.Closed && src.every == 0
	}) {
		s.t.w.Broken("accounting", "%s fires, and its incidents %v are over", src.a.Title, row.Incidents)
	}
}

// reached checks that whatever still pages has reached a phone in the calm, in which everything works.
func (s *watch) reached() {
	for _, i := range s.t.disk.Incidents {
		if !pages(&i) || s.low(&i) || s.since[i.Number] > day+calm-30*time.Minute {
			continue
		}
		found := false
		for _, c := range s.t.carriers {
			for _, m := range c.Items {
				found = found || (m.At > day && s.tells(m.Message.ID, i.Number))
			}
		}
		if !found {
			s.broken(&i, "missed escalation", "it pages, everything works, and nobody has heard of it in %s", calm)
		}
	}
}

// tells reports whether a message tells of an incident, by itself or in a bundle.
func (s *watch) tells(page string, n int64) bool {
	p := s.t.disk.Pages[page]
	if p.Incident == n {
		return true
	}
	return slices.ContainsFunc(p.Members, func(id string) bool { return s.t.disk.Pages[id].Incident == n })
}

// sends checks that nothing was sent more often than its unknown outcomes allow.
func (s *watch) sends() {
	for _, p := range sortedPages(s.t.disk.Pages) {
		made, unknown := 0, 0
		for _, c := range s.t.carriers {
			made += c.Made[p.ID]
			unknown += c.Unknowns[p.ID]
		}
		if p.Kind != incident.PageRun && made > 1+unknown+s.resent[p.ID] {
			s.t.w.Broken("duplicates", "%s was sent %d times, with %d unknown outcomes, and %d that a crash or a failed commit took", p.ID, made, unknown, s.resent[p.ID])
		}
	}
}

func sortedPages(all map[string]store.Page) []store.Page {
	var out []store.Page
	for _, p := range all {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b store.Page) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// disk checks that the store still says what was committed.
func (s *watch) disk() {
	err := s.t.disk.Store.View(context.Background(), func(tx store.Tx) error {
		for n, i := range s.t.disk.Incidents {
			kept, err := tx.Incident(n)
			if err != nil {
				return err
			}
			if kept.State != i.State || kept.Epoch != i.Epoch || kept.Firing != i.Firing {
				s.broken(&i, "store", "it was committed as %s in epoch %d, and is %s in epoch %d", i.State, i.Epoch, kept.State, kept.Epoch)
			}
		}
		return nil
	})
	if err != nil {
		s.t.w.Broken("store", "%v", err)
	}
}
