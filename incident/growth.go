package incident

import (
	"fmt"
	"time"

	"github.com/rouse/rouse/oncall"
)

// gather is how long new alerts of an acknowledged incident are gathered before its assignee is told of them in one message.
const gather = 30 * time.Second

// grow is what a new alert means to an incident that somebody works on.
func (d *draft) grow(f Fire, worse bool) {
	d.tell(DidJoin, byIntegration(f.Alert), f.Where.Route, "%s: %s", joinWord(f), f.Alert.Title)
	switch {
	case f.Muted != nil:
		d.hush(f, worse)
	case worse:
		d.retrigger("severity rose to " + string(f.Alert.Severity))
		d.startUnless(f.Suppressed)
	case !f.Again && !f.Known:
		d.i.Joined++
		if d.i.TellAt.IsZero() {
			d.i.TellAt = d.now.Add(gather)
		}
	}
}

// hush remembers growth that nobody may hear of now.
func (d *draft) hush(f Fire, worse bool) {
	if !worse && (f.Again || f.Known) {
		return // no news when it is heard, either
	}
	h := &d.i.Hushed
	if h.IsZero() {
		h.Since = d.now
	}
	if worse {
		h.Worse = true
	} else {
		h.Joined++
	}
	if at := lookAgain(f.Muted, d.now); h.LookAt.IsZero() || at.Before(h.LookAt) {
		h.LookAt = at
	}
	d.tell(DidSuppress, self, string(f.Muted.Kind)+" "+f.Muted.Rule+d.version(), "Nobody is told of it: %s %s", f.Muted.Kind, f.Muted.Rule)
}

// heed tells what was hushed, once it may be heard.
func (d *draft) heed(w Wake) {
	h := d.i.Hushed
	switch {
	case h.IsZero():
	case w.Heard == nil: // nobody looked: somebody will
		if passed(h.LookAt, d) {
			d.i.Hushed.LookAt = d.now.Add(recheckSuppression)
		}
	case w.Heard.Free && h.Worse:
		d.retrigger("severity rose to " + string(d.i.Severity) + ", and what kept people from hearing of it ended")
		d.startUnless(w.Suppressed)
	case w.Heard.Free:
		d.i.Hushed = Hush{}
		d.i.Joined += h.Joined
		if d.i.TellAt.IsZero() {
			d.i.TellAt = d.now
		}
	case w.Heard.Muted == nil: // they have recovered
		d.i.Hushed = Hush{}
	default:
		d.i.Hushed.LookAt = lookAgain(w.Heard.Muted, d.now)
	}
}

// update tells the assignee of alerts that joined, in one message; whoever else answers for the incident when nobody is assigned
// or the configuration has lost them, for somebody has to hear of it.
func (d *draft) update() {
	joined := d.i.Joined
	if end, quiet := d.assigneeQuiet(); quiet {
		d.i.TellAt = end
		return
	}
	d.i.Joined, d.i.TellAt = 0, time.Time{}
	if joined == 0 {
		return
	}
	to := d.owners()
	if _, ok := d.book.Roster.User(d.i.Assignee); ok {
		to = []oncall.UserID{d.i.Assignee}
	}
	told := false
	for _, id := range to {
		told = d.updateOne(id, joined) || told
	}
	if !told {
		d.tell(DidReport, self, "growth", "Nobody could be told of %s", counted(joined, "more alert"))
	}
}

// assigneeQuiet says until when news of low urgency waits for its assignee.
func (d *draft) assigneeQuiet() (time.Time, bool) {
	u, ok := d.book.Roster.User(d.i.Assignee)
	if !ok || d.book.NotifyUrgency(d.i.Priority) != oncall.Low {
		return time.Time{}, false
	}
	end, quiet := u.QuietUntil(d.now)
	return end.UTC(), quiet
}

// levelNow is whom the level means at which the escalation stands.
func (d *draft) levelNow() []oncall.UserID {
	p, ok := d.book.Roster.Policy(d.i.Cursor.Policy)
	if !ok || len(p.Levels) == 0 {
		return nil
	}
	people, _, _ := d.resolveLevel(p.Levels[min(max(d.i.Cursor.Level, 0), len(p.Levels)-1)])
	return people
}

// mildest is the first of a person's methods that is no call; a call when there is nothing else, empty when there is nothing.
func mildest(u oncall.User, urgency oncall.Urgency) (via oncall.Method) {
	for _, r := range u.Rules(urgency) {
		if u.Address(r.Via) != "" && (via == "" || (via == oncall.Call && r.Via != oncall.Call)) {
			via = r.Via
		}
	}
	return via
}

// counted writes how many there are of something: 1 alert, 2 alerts.
func counted(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

// updateOne tells one person by the first method that is no call, or by a call when there is nothing else.
func (d *draft) updateOne(id oncall.UserID, joined int) bool {
	u, ok := d.book.Roster.User(id)
	if !ok {
		return false
	}
	urgency := d.book.NotifyUrgency(d.i.Priority)
	via := mildest(u, urgency)
	if via == "" {
		return false
	}
	p := Page{
		ID:   fmt.Sprintf("%s/e%d/update/%d-%s", d.i.Ref(), d.i.Epoch, d.i.Entries, via),
		Kind: PageUpdate, Incident: d.i.Number, Epoch: d.i.Epoch, User: u.ID, Via: via, Urgency: urgency, At: d.now, Text: fmt.Sprint(joined),
		After: quietEnd(u, via, urgency, d.now),
	}
	d.pages = append(d.pages, p)
	d.tell(DidPage, self, "growth", "Telling %s of %s by %s%s", u.ID, counted(joined, "more alert"), via, held(&p))
	return true
}
