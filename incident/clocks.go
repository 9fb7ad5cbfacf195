package incident

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/oncall"
)

// clone copies what a decision may change, so that the caller's record stays as it was.
func (p Process) clone() Process {
	p.Roles, p.Told = maps.Clone(p.Roles), maps.Clone(p.Told)
	p.Links, p.Factors = slices.Clone(p.Links), slices.Clone(p.Factors)
	p.Heard, p.Waiting = slices.Clone(p.Heard), slices.Clone(p.Waiting)
	p.Children, p.Merged = slices.Clone(p.Children), slices.Clone(p.Merged)
	p.Marks, p.Clocks, p.Pings = slices.Clone(p.Marks), slices.Clone(p.Clocks), slices.Clone(p.Pings)
	return p
}

// Subject is the incident as SLA definitions match it.
func (i *Incident) Subject() sla.Subject {
	return sla.Subject{Priority: string(i.Priority), Service: i.Service, Team: i.Team, Type: i.Type}
}

// keepClocks notes what moved the SLA clocks, reads them anew where that may matter, and tells what they have reached.
func (d *draft) keepClocks(was *Incident) {
	d.keepMarks(was)
	d.keepCadence(was)
	if len(d.book.SLAs) == 0 || d.i.Drill() {
		d.i.Clocks = nil
		return
	}
	moved := len(d.i.Marks) != len(was.Marks) || d.i.Subject() != was.Subject()
	if !moved && d.i.ReadBy == d.book.Version && !passed(d.clockAt(), d) {
		return
	}
	d.readClocks()
	d.tellClocks()
}

// keepMarks compares the record with what it was, so that no road to a state can forget its mark.
func (d *draft) keepMarks(was *Incident) {
	i := &d.i
	mark := func(k sla.MarkKind, v string) { i.Marks = append(i.Marks, sla.Mark{At: d.now, Kind: k, Value: v}) }
	if was.Number == 0 {
		mark(sla.Opened, string(i.Priority))
	} else if was.Priority != i.Priority {
		mark(sla.Priority, string(i.Priority))
	}
	if was.FirstAckAt.IsZero() && !i.FirstAckAt.IsZero() {
		mark(sla.Acknowledged, "")
	}
	switch {
	case i.State == Resolved && was.State != Resolved && was.Number != 0:
		mark(sla.Resolved, "")
	case was.State == Resolved && i.State.Open():
		mark(sla.Reopened, "")
	case was.State == OnHold && i.State != OnHold:
		mark(sla.Resumed, "")
	}
	if i.State == OnHold && (was.State != OnHold || was.HeldClass != i.HeldClass) {
		mark(sla.Held, i.HeldClass)
	}
	if i.State != OnHold {
		i.HeldAt, i.HeldClass = time.Time{}, ""
	}
	i.Marks = fewer(i.Marks)
}

// marksMost bounds the marks of an incident that flaps for weeks: its record must not outgrow what the store keeps.
const marksMost = 1000

// fewer makes the marks few enough, oldest first: it joins two times between a resolution and a reopening into one, and credits what
// ran between them; then it lets the later of two priorities count for the time of both; then it forgets.
func fewer(marks []sla.Mark) []sla.Mark {
	for k := 0; len(marks) > marksMost && k < len(marks); k++ {
		for marks[k].Kind == sla.Resolved && len(marks) > marksMost {
			next, last := k+1, []sla.Mark(nil)
			for ; next < len(marks) && (marks[next].Kind == sla.Reopened || marks[next].Kind == sla.Priority); next++ {
				if marks[next].Kind == sla.Priority {
					last = []sla.Mark{marks[next]}
				}
			}
			if next == len(marks) || marks[next].Kind != sla.Resolved {
				break
			}
			marks = slices.Replace(marks, k+1, next+1, last...)
		}
	}
	for k := 0; len(marks) > marksMost && k+1 < len(marks); {
		if marks[k].Kind == sla.Priority && marks[k+1].Kind == sla.Priority {
			marks = slices.Delete(marks, k, k+1)
			continue
		}
		k++
	}
	if over := len(marks) - 2*marksMost; over > 0 {
		marks = slices.Delete(marks, 1, 1+over)
	}
	return marks
}

func (d *draft) readClocks() {
	d.i.Clocks, d.i.ReadBy = nil, d.book.Version
	for _, def := range d.book.SLAs {
		for _, r := range def.Read(d.i.Subject(), d.i.Marks, d.now) {
			d.i.Clocks = append(d.i.Clocks, Clock{Reading: r, Told: d.i.Told[promise(&r)]})
		}
	}
}

// promise names what a clock measures, target included: what was told of one target is not told of another.
func promise(r *sla.Reading) string { return r.SLA + "/" + string(r.Kind) + "/" + r.Target.String() }

// clockAt is when the next percentage of a clock is reached.
func (d *draft) clockAt() time.Time {
	var at time.Time
	for k := range d.i.Clocks {
		c := &d.i.Clocks[k]
		if c.Stage == sla.Done || c.NextAt.IsZero() {
			continue
		}
		if at.IsZero() || c.NextAt.Before(at) {
			at = c.NextAt
		}
	}
	return at
}

// tellClocks tells every percentage that was reached since it was last told, the highest alone. Nobody is told of a clock
// that ended before it was told, but the timeline keeps a breach.
func (d *draft) tellClocks() {
	for k := range d.i.Clocks {
		c := &d.i.Clocks[k]
		if c.Over <= c.Told {
			continue
		}
		was := c.Told
		c.Told = c.Over
		if d.i.Told == nil {
			d.i.Told = map[string]int{}
		}
		d.i.Told[promise(&c.Reading)] = c.Over
		if c.Stage == sla.Done && !c.Breached {
			continue
		}
		d.tellClock(c, was)
	}
}

func (d *draft) tellClock(c *Clock, was int) {
	what := fmt.Sprintf("%d %% of the %s time of %s is used, %s left of %s", c.Over, c.Kind, c.SLA, lapse.Exact(max(0, c.Target-c.Elapsed)), lapse.Exact(c.Target))
	breach := c.Breached && was < 100
	if breach {
		what = fmt.Sprintf("SLA BREACHED: the %s time of %s, %s, is over", c.Kind, c.SLA, lapse.Exact(c.Target))
	}
	d.tell(DidWarn, self, "SLA "+c.SLA+" for "+c.Priority, "%s", what)
	e := &d.entries[len(d.entries)-1]
	e.Data = map[string]string{"sla": c.SLA, "kind": string(c.Kind), "percent": strconv.Itoa(c.Over), "breached": strconv.FormatBool(c.Breached), "first": strconv.FormatBool(breach)}
	paging := d.i.State == Triggered && c.Over < 100 // who is being paged knows already
	if c.Stage == sla.Done || d.i.Suppressed != nil || paging {
		return
	}
	to := d.owners()
	if c.Over >= 100 {
		to = append(to, d.manager()...)
	}
	d.news(to, "sla-"+c.SLA+"-"+string(c.Kind)+"-"+strconv.Itoa(c.Over), what)
	if breach && d.escalates(c.SLA) {
		d.escalateBreach(what)
	}
}

func (d *draft) escalates(name string) bool {
	return slices.ContainsFunc(d.book.SLAs, func(s *sla.Definition) bool { return s.Name == name && s.Escalate })
}

// escalateBreach fires the next level. Of an incident that somebody has, the next level is told beside them.
func (d *draft) escalateBreach(why string) {
	if d.i.State == Triggered {
		if d.i.ClearedAt.IsZero() && !d.i.Cursor.FiredAt.Equal(d.now) { // else the next level has just been fired
			d.i.Escalations++
			d.next()
		}
		return
	}
	p, ok := d.book.Roster.Policy(d.policyOr(d.i.Policy))
	if !ok || len(p.Levels) == 0 {
		return
	}
	people, _, _ := d.resolveLevel(p.Levels[min(max(d.i.Cursor.Level, 0)+1, len(p.Levels)-1)])
	d.i.Escalations++
	d.news(people, newsBreach, why)
}

// owners is who answers for the incident now: the commander or the assignee, else who is being paged, else the team's manager.
func (d *draft) owners() []oncall.UserID {
	for _, u := range []oncall.UserID{d.i.Roles[Commander], d.i.Assignee} {
		if _, ok := d.book.Roster.User(u); ok {
			return []oncall.UserID{u}
		}
	}
	if d.i.State.Open() {
		if now := d.levelNow(); len(now) > 0 {
			return now
		}
	}
	if u, ok := d.book.Roster.User(oncall.UserID(d.i.AckedBy)); ok {
		return []oncall.UserID{u.ID}
	}
	return d.manager()
}

func (d *draft) manager() []oncall.UserID {
	t, ok := d.book.Roster.Team(d.book.teamOf(d.i.Team, d.i.Service))
	if _, known := d.book.Roster.User(t.Manager); !ok || !known {
		return nil
	}
	return []oncall.UserID{t.Manager}
}

// news tells people something that needs no answer, each once, by the first of their methods that is no call. what names the
// news in the page's identifier.
func (d *draft) news(to []oncall.UserID, what, text string) (told int) {
	return d.newsAt(d.urgency(), to, what, text)
}

// newsAt is news of an urgency of its own.
func (d *draft) newsAt(urgency oncall.Urgency, to []oncall.UserID, what, text string) (told int) {
	seen := map[oncall.UserID]bool{}
	for _, id := range to {
		u, ok := d.book.Roster.User(id)
		via := mildest(u, urgency)
		if !ok || via == "" || seen[id] {
			continue
		}
		seen[id] = true
		told++
		p := Page{
			ID:   fmt.Sprintf("%s/e%d/news/%d-%s/%s-%s", d.i.Ref(), d.i.Epoch, d.i.Entries, what, id, via),
			Kind: PageNews, Incident: d.i.Number, Epoch: d.i.Epoch, User: id, Via: via, Urgency: urgency, At: d.now, Text: text, Why: what,
		}
		p.After = quietEnd(u, via, urgency, d.now)
		d.pages = append(d.pages, p)
		d.tell(DidPage, self, what, "Telling %s by %s%s", id, via, held(&p))
		if via != oncall.Email {
			d.pinged(id)
		}
	}
	return told
}

// held says that news waits for somebody's morning.
func held(p *Page) string {
	if p.After.IsZero() {
		return ""
	}
	return ", once quiet hours are over"
}

// quietEnd is when news of low urgency may reach a person: mail at any time, a text or call not in quiet hours.
func quietEnd(u oncall.User, via oncall.Method, urgency oncall.Urgency, now time.Time) time.Time {
	if urgency != oncall.Low || via == oncall.Email {
		return time.Time{}
	}
	if end, quiet := u.QuietUntil(now); quiet {
		return end.UTC()
	}
	return time.Time{}
}

// ping counts one interruption for the first text or call of a person at a level.
func (d *draft) ping(n *Notice, step int) {
	if n.Steps[step].Via == oncall.Email {
		return
	}
	for k := range n.Steps {
		if k != step && n.Steps[k].Page != "" && n.Steps[k].Via != oncall.Email {
			return
		}
	}
	d.pinged(n.User)
}

func (d *draft) pinged(u oncall.UserID) {
	if len(d.i.Pings) < pingsMost {
		d.i.Pings = append(d.i.Pings, Ping{User: u, At: d.now})
	}
}
