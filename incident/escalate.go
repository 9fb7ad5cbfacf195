package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/oncall"
)

// assigneeLevel is the cursor's level while an incident that was handed to somebody waits for that person.
const assigneeLevel = -1

// assigneeWait is how long an incident that was handed over waits for its assignee before the policy starts.
const assigneeWait = 5 * time.Minute

// nobodyWait is the pause before everything is tried again when no policy, not even the fallback, finds anybody.
const nobodyWait = time.Minute

// rungWait is that pause when phones were tried on the way, and are off.
const rungWait = 5 * time.Minute

// start begins the policy at its first level, in the given round.
func (d *draft) start(round int) {
	d.i.Cursor = Cursor{Policy: d.policyOr(d.i.Policy), Round: round, Level: 0}
	d.fireFrom()
}

// next moves the cursor to what follows the current level and fires it.
func (d *draft) next() {
	if d.i.Cursor.FiredAt.IsZero() && !d.i.Cursor.Paused {
		d.start(d.i.Cursor.Round)
		return
	}
	d.i.Cursor.Paused = false
	d.forward()
	d.fireFrom()
}

// forward moves the cursor one step: next level, next round, or the policy that follows.
func (d *draft) forward() {
	c := &d.i.Cursor
	c.Reached = c.Reached || c.perhaps()
	c.People, c.EndsAt = nil, time.Time{}
	if c.Policy == "" || c.Level == assigneeLevel {
		round := c.Round
		*c = Cursor{Policy: d.policyOr(d.i.Policy), Round: round}
		return
	}
	p, ok := d.book.Roster.Policy(c.Policy)
	switch {
	case !ok && d.i.Drill():
		d.unanswered("its policy " + string(c.Policy) + " has left the configuration")
	case !ok:
		to := d.policyOr(d.i.Policy)
		d.tell(DidEscalate, self, "configuration"+d.version(), "Policy %s has left the configuration: going on with policy %s", c.Policy, to)
		*c = Cursor{Policy: to, Round: c.Round + 1}
	case c.Level+1 < len(p.Levels):
		c.Level++
	default:
		d.endRound(p)
	}
}

// endRound moves the cursor from a policy's last level to its next round, or to the policy that follows.
func (d *draft) endRound(p oncall.Policy) {
	c := &d.i.Cursor
	switch {
	case d.i.Drill():
		d.unanswered("nobody at any level answered")
	case p.Repeat > 0 && c.Lap+1 >= p.Repeat:
		d.follow(p.Then, fmt.Sprintf("policy %s ended after %s", p.ID, counted(c.Lap+1, "round")))
	case !c.Reached && p.ID != d.book.Roster.Fallback():
		d.follow("", fmt.Sprintf("nobody of policy %s could be reached", p.ID))
	default:
		*c = Cursor{Policy: c.Policy, Round: c.Round + 1, Lap: c.Lap + 1}
	}
}

// perhaps reports whether somebody at the current level may have been reached: some page of theirs is not known to have missed.
func (c *Cursor) perhaps() bool {
	for _, n := range c.People {
		for _, s := range n.Steps {
			if s.Page != "" && s.Outcome != StepMissed {
				return true
			}
		}
	}
	return false
}

// policyOr is a policy, or where the configuration has lost it that of the service, or the last resort.
func (d *draft) policyOr(p oncall.PolicyID) oncall.PolicyID {
	for _, q := range []oncall.PolicyID{p, d.book.Services[d.i.Service].Policy} {
		if _, ok := d.book.Roster.Policy(q); ok {
			return q
		}
	}
	return d.book.Roster.Fallback()
}

// follow hands over to another policy; rounds go on counting, so that no page's ID is used twice.
func (d *draft) follow(then oncall.PolicyID, why string) {
	if d.i.Drill() {
		d.unanswered(why)
		return
	}
	to := d.book.Roster.Fallback()
	if _, ok := d.book.Roster.Policy(then); ok {
		to = then
	}
	d.tell(DidEscalate, self, why, "Going on with policy %s: %s", to, why)
	d.i.Cursor = Cursor{Policy: to, Round: d.i.Cursor.Round + 1, Rung: d.i.Cursor.Rung}
}

// fireFrom fires the cursor's level, and where it finds nobody the levels after it, at once. When a whole policy finds
// nobody the fallback follows; when that finds nobody either, everything is tried again after a minute.
func (d *draft) fireFrom() {
	fallback := d.book.Roster.Fallback()
	for tried := 0; tried < d.levels(); tried++ {
		if !d.i.State.Open() || d.fireLevel() { // a drill ends with its last level
			return
		}
		if !d.passOver(fallback) {
			break
		}
	}
	if d.i.Drill() {
		d.unanswered("no level finds anybody")
		return
	}
	wait := nobodyWait
	if d.i.Cursor.Rung {
		wait = rungWait
	}
	d.tell(DidEscalate, self, "policy "+string(d.i.Cursor.Policy)+d.version(), "NOBODY can be paged: no level finds anybody, not even the fallback. Trying again in %s", lapse.Exact(wait))
	// No policy in the cursor: what follows is the incident's own again, in a new round.
	d.i.Cursor = Cursor{Round: d.i.Cursor.Round + 1, FiredAt: d.now, EndsAt: d.now.Add(wait)}
}

// passOver moves the cursor over a level that found nobody; false when there is nothing left to try.
func (d *draft) passOver(fallback oncall.PolicyID) bool {
	c := &d.i.Cursor
	p, _ := d.book.Roster.Policy(c.Policy)
	switch {
	case c.Level+1 < len(p.Levels):
		c.Level++
	case c.Found:
		d.endRound(p)
	case c.Policy != fallback:
		d.follow("", fmt.Sprintf("nobody of policy %s is there", c.Policy))
	default:
		return false
	}
	return true
}

// levels bounds how many levels one decision may try.
func (d *draft) levels() int {
	n := 2
	for _, p := range []oncall.PolicyID{d.i.Cursor.Policy, d.book.Roster.Fallback()} {
		if pol, ok := d.book.Roster.Policy(p); ok {
			n += 2 * len(pol.Levels)
		}
	}
	return n
}

// fireLevel tells whom the cursor's level names, and reports whether there was anybody to tell.
func (d *draft) fireLevel() bool {
	c := &d.i.Cursor
	p, ok := d.book.Roster.Policy(c.Policy)
	if !ok || c.Level < 0 || c.Level >= len(p.Levels) {
		return false
	}
	lv := p.Levels[c.Level]
	people, rooms, from := d.resolveLevel(lv)
	why := Fired{p.ID, c.Level + 1, c.Round + 1, d.book.Version}.String()
	if len(people) == 0 && len(rooms) == 0 {
		d.tell(DidEscalate, self, why, "Nobody to page at level %d of %s (%s): next level at once", c.Level+1, p.ID, strings.Join(from, ", "))
		return false
	}
	d.tell(DidEscalate, self, why, "Level %d of %s: %s", c.Level+1, p.ID, strings.Join(from, ", "))
	for _, r := range rooms {
		d.hear(r)
	}
	d.notifyAll(people, func(u oncall.UserID) string { return d.ground(lv, u) }, lv.Wait)
	if len(c.People) == 0 && len(rooms) == 0 {
		return false
	}
	c.Found = true // with a room alone its wait runs too, although nobody's own phone can be reached
	return true
}

// resolveLevel says whom a level means now, and says it in words.
func (d *draft) resolveLevel(lv oncall.Level) (people []oncall.UserID, rooms, from []string) {
	seen := map[oncall.UserID]bool{}
	for _, t := range lv.Targets {
		if t.Kind == oncall.ToReceiver && d.i.Confidential() {
			from = append(from, t.String()+" is not told of a security incident")
			continue
		}
		if t.Kind == oncall.ToReceiver {
			rooms = append(rooms, t.Name)
			from = append(from, t.String())
			continue
		}
		found := d.book.Roster.Resolve(t, d.now)
		from = append(from, describe(t, found))
		for _, u := range found {
			if !seen[u] {
				seen[u] = true
				people = append(people, u)
			}
		}
	}
	if lv.RoundRobin && len(people) > 1 {
		people = d.inTurn(people)
		from = append(from, "in turn: "+string(people[0]))
	}
	return people, rooms, from
}

// inTurn takes the one whose turn it is, or the next who can be reached.
func (d *draft) inTurn(people []oncall.UserID) []oncall.UserID {
	n := int64(len(people))
	turn := (d.i.Turn + int64(d.i.Cursor.Round)) % n
	for k := range n {
		at := (turn + k) % n
		u, ok := d.book.Roster.User(people[at])
		if ok && (u.Phone != "" || u.Email != "") {
			turn = at
			break
		}
	}
	return people[turn : turn+1]
}

func describe(t oncall.Target, found []oncall.UserID) string {
	if t.Kind == oncall.ToUser && len(found) > 0 {
		return string(found[0])
	}
	if len(found) == 0 {
		return t.String() + " has nobody"
	}
	names := make([]string, len(found))
	for k, u := range found {
		names[k] = string(u)
	}
	return strings.Join(names, " and ") + " (" + t.String() + ")"
}

// fireAssignee tells one person, to whom the incident was handed, before the policy starts over.
func (d *draft) fireAssignee(u oncall.User, by string) {
	round := d.i.Cursor.Round
	d.i.Cursor = Cursor{Policy: d.policyOr(d.i.Policy), Round: round, Level: assigneeLevel, By: by}
	d.notifyAll([]oncall.UserID{u.ID}, func(oncall.UserID) string { return "handed over by " + by }, assigneeWait)
	if len(d.i.Cursor.People) == 0 {
		d.start(round)
	}
}

// ground is what names a person at a level: the first target that means them, and what puts them on call.
func (d *draft) ground(lv oncall.Level, u oncall.UserID) string {
	for _, t := range lv.Targets {
		if !slices.Contains(d.book.Roster.Resolve(t, d.now), u) {
			continue
		}
		if s, ok := d.book.Roster.Schedule(oncall.ScheduleID(t.Name)); ok && t.Kind == oncall.ToSchedule {
			return t.String() + ", " + s.Ground(d.now)
		}
		return t.String()
	}
	return ""
}

// notifyAll sets up the notification rules of each person and puts what is due now into the outbox.
func (d *draft) notifyAll(people []oncall.UserID, ground func(oncall.UserID) string, wait time.Duration) {
	c := &d.i.Cursor
	c.FiredAt, c.People = d.now, nil
	begins := time.Time{}
	for _, id := range people {
		n, from, ok := d.notice(id)
		if !ok {
			continue
		}
		n.Why = ground(id)
		c.People = append(c.People, n)
		if begins.IsZero() || from.Before(begins) {
			begins = from
		}
	}
	if begins.IsZero() {
		begins = d.now
	}
	c.EndsAt = begins.Add(wait)
	d.issue()
}

// notice is one person's rules for this incident, and when the first of them is due. Low urgency waits for the end of quiet
// hours. ok is false for somebody who cannot be reached at all, which the timeline says.
func (d *draft) notice(id oncall.UserID) (n Notice, from time.Time, ok bool) {
	u, found := d.book.Roster.User(id)
	if !found {
		return Notice{}, d.now, false
	}
	urgency := d.urgency()
	from = d.now
	if urgency == oncall.Low {
		if end, quiet := u.QuietUntil(d.now); quiet {
			from = end.UTC()
			d.tell(DidSuppress, self, "quiet hours of "+string(u.ID)+d.version(), "Held for %s until %s: quiet hours", u.ID, from.In(u.Zone).Format("15:04 MST"))
		}
	}
	n.User = id
	hurry := time.Duration(-1) // a method without an address is missed at its time, so the next one is due then
	for k, r := range u.Rules(urgency) {
		if u.Address(r.Via) == "" {
			if hurry < 0 {
				hurry = r.After
			}
			continue
		}
		after := r.After
		if hurry >= 0 && hurry < after {
			after = hurry
		}
		hurry = -1
		due := from.Add(after)
		if urgency == oncall.Low {
			if end, quiet := u.QuietUntil(due); quiet { // quiet hours begin between two methods
				due = end.UTC()
			}
		}
		n.Steps = append(n.Steps, Step{Via: r.Via, Rule: k + 1, Due: due})
	}
	if len(n.Steps) == 0 {
		d.tell(DidReport, self, "notify", "%s cannot be reached: no number or address for any of the notification rules", id)
		return n, from, false
	}
	return n, from, true
}

// issue puts every step that is due into the outbox.
func (d *draft) issue() {
	c := &d.i.Cursor
	for k := range c.People {
		n := &c.People[k]
		for s := range n.Steps {
			st := &n.Steps[s]
			if st.Page != "" || st.Outcome != "" || st.Due.After(d.now) {
				continue
			}
			d.ping(n, s)
			st.Page = fmt.Sprintf("%s/e%d/r%d/l%d/%s/%d-%s", d.i.Ref(), d.i.Epoch, c.Round, c.Level, n.User, s, st.Via)
			if c.Policy != d.i.Policy {
				st.Page += "/" + string(c.Policy)
			}
			d.pages = append(d.pages, Page{
				ID: st.Page, Kind: PageAlert, Incident: d.i.Number, Epoch: d.i.Epoch, Round: c.Round, Level: c.Level,
				User: n.User, Via: st.Via, Urgency: d.urgency(), At: d.now, Text: c.By, Why: n.why(st),
			})
			d.tell(DidPage, self, "", "Paging %s by %s", n.User, st.Via)
		}
	}
}

// hear tells a room of the incident, and keeps it in the list of those that hear of its end.
func (d *draft) hear(receiver string) {
	known := false
	for _, r := range d.i.Receivers {
		known = known || r == receiver
	}
	if !known {
		d.i.Receivers = append(d.i.Receivers, receiver)
	}
	if !d.i.Confidential() {
		d.room(receiver, "triggered")
	}
}
