package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// read fills in with what an action needs to know: the body of a request, its part of a bulk request, or a form.
type read func(in any) error

// given is a read of what is known already. A verb is given what it asks for, or it panics.
func given[T any](with T) read {
	return func(in any) error {
		*in.(*T) = with
		return nil
	}
}

// deed does one thing to an incident that the caller may see, and returns it as it is then.
type deed func(i *incident.Incident) (incident.Incident, error)

// verb reads and checks what an action needs to know. The API, its bulk requests and the forms of the pages all act by verbs.
type verb func(c *call, in read) (deed, error)

// act is the route of a verb. An incident that is not there, or is not the caller's to see, answers the same whatever is asked
// of it.
func act(v verb) func(*call) error {
	return func(c *call) error {
		n, err := c.number()
		if err != nil {
			return err
		}
		i, err := c.seen(n)
		if err != nil {
			return err
		}
		do, err := v(c, c.decode)
		if err != nil {
			return err
		}
		after, err := do(&i)
		if err != nil {
			return err
		}
		return c.answer(http.StatusOK, &after)
	}
}

// does is the deed of an action that needs to know nothing of its incident.
func (c *call) does(a incident.Action) deed {
	return func(i *incident.Incident) (incident.Incident, error) {
		return c.s.Engine.Do(c.r.Context(), i.Number, a)
	}
}

// answer answers with an incident.
func (c *call) answer(status int, i *incident.Incident) error {
	var out client.Incident
	err := c.view(func(_ store.Tx, v *veil) error {
		out = v.wireIncident(i)
		return nil
	})
	if err != nil {
		return err
	}
	c.write(status, out)
	return nil
}

// ackMost is how long an acknowledgement may last, as by text: what is put off for longer is forgotten.
const ackMost = 30 * 24 * time.Hour

func ackVerb(c *call, in read) (deed, error) {
	var l client.Lease
	if err := in(&l); err != nil {
		return nil, err
	}
	until, err := c.until(l)
	if err == nil && until.After(c.now.Add(ackMost)) {
		err = bad("until", "Name a time within 30 days, or put it on hold.", "that is too far away")
	}
	return c.does(incident.Ack{By: c.who.actor(), User: c.who.user, Until: until}), err
}

// until reads a lease; the zero time when there is none.
func (c *call) until(l client.Lease) (time.Time, error) {
	switch {
	case l.For != "" && l.Until != "":
		return time.Time{}, bad("until", "Send for or until, not both.", "there is a duration as well")
	case l.For != "":
		d, err := duration("for", l.For)
		return c.now.Add(d).UTC(), err
	case l.Until == "":
		return time.Time{}, nil
	case l.Until == "morning":
		return morning(c.user(), c.now), nil
	}
	t, err := when("until", l.Until, c.user().Zone)
	if err == nil && !t.After(c.now) {
		err = bad("until", "Name a time to come.", "%s has passed", t.Format(time.RFC3339))
	}
	return t, err
}

// user is who is asking, or somebody without a name whose clock is UTC.
func (c *call) user() oncall.User {
	u, ok := c.s.Engine.Book().Roster.User(c.who.user)
	if !ok {
		u = oncall.User{ID: c.who.user, Name: string(c.who.user)}
	}
	if u.Zone == nil {
		u.Zone = time.UTC
	}
	return u
}

// eight is the minute of the day at which a morning begins for who has no quiet hours.
const eight = 8 * 60

// morning is the end of a person's quiet hours, or 08:00, on the person's own clock: the next one.
func morning(u oncall.User, now time.Time) time.Time {
	minute := eight
	if u.Quiet != nil {
		minute = u.Quiet.To
	}
	today := oncall.DateOf(now.In(u.Zone))
	for day := range 3 {
		if t := oncall.Wall(u.Zone, today.AddDays(day), minute); t.After(now) {
			return t.UTC()
		}
	}
	return now.Add(12 * time.Hour).UTC()
}

func resolveVerb(c *call, in read) (deed, error) {
	var r client.Resolution
	if err := in(&r); err != nil {
		return nil, err
	}
	note, err := text("note", r.Note, longestText)
	return c.does(incident.Resolve{By: c.who.actor(), Code: r.Code, Note: note}), errors.Join(among("code", r.Code, codes...), err)
}

func escalateVerb(c *call, in read) (deed, error) {
	return c.does(incident.Escalate{By: c.who.actor()}), in(&struct{}{})
}

func reassignVerb(c *call, in read) (deed, error) {
	var r client.Reassignment
	if err := in(&r); err != nil {
		return nil, err
	}
	to, err := c.somebody(r.To)
	return c.does(incident.Reassign{By: c.who.actor(), To: to}), err
}

// somebody finds a user by id, or by a name that only one user has.
func (c *call) somebody(name string) (oncall.UserID, error) {
	u, ok := c.s.Engine.Book().Roster.UserByName(name)
	if !ok {
		return "", incident.ErrNobody
	}
	return u.ID, nil
}

func holdVerb(c *call, in read) (deed, error) {
	var h client.Holding
	if err := in(&h); err != nil {
		return nil, err
	}
	reason, err := text("reason", h.Reason, longestText)
	if err != nil {
		return nil, err
	}
	until, err := c.until(h.Lease)
	return c.does(incident.Hold{By: c.who.actor(), Reason: reason, Until: until}), err
}

func resumeVerb(c *call, in read) (deed, error) {
	return c.does(incident.Resume{By: c.who.actor()}), in(&struct{}{})
}

func noteVerb(c *call, in read) (deed, error) {
	what, err := remark(in)
	return c.does(incident.Note{By: c.who.actor(), Text: what}), err
}

func closeVerb(c *call, in read) (deed, error) {
	var cl client.Closure
	if err := in(&cl); err != nil {
		return nil, err
	}
	note, err := text("note", cl.Note, longestText)
	confirmed, err2 := line("confirmed", cl.Confirmed)
	return c.does(incident.Close{By: c.who.actor(), Note: note, Confirmed: confirmed}), first([]error{err, err2})
}

func reopenVerb(c *call, in read) (deed, error) {
	why, err := reason(in)
	return c.does(incident.Reopen{By: c.who.actor(), Reason: why}), err
}

// remark reads a text that is all that there is to an act.
func remark(in read) (string, error) {
	var r client.Remark
	if err := in(&r); err != nil {
		return "", err
	}
	return text("text", r.Text, longestText)
}

// comment reads the note beside an act that may go without one.
func comment(in read) (string, error) {
	var cm client.Comment
	if err := in(&cm); err != nil {
		return "", err
	}
	return text("note", cm.Note, longestText)
}

// reason reads why something is done.
func reason(in read) (string, error) {
	var r client.Reason
	if err := in(&r); err != nil {
		return "", err
	}
	return text("reason", r.Reason, longestText)
}

// confirmVerb is for the reporter, whatever their role, and for every responder.
func confirmVerb(c *call, in read) (deed, error) {
	var cf client.Confirmation
	if err := in(&cf); err != nil {
		return nil, err
	}
	note, err := text("note", cf.Note, longestText)
	do := c.does(incident.Confirm{By: c.who.actor(), Note: note, Satisfied: cf.Satisfied})
	return func(i *incident.Incident) (incident.Incident, error) {
		if !c.who.reported(i) && !c.who.role.allows(Responder) {
			return incident.Incident{}, errNotReporter
		}
		return do(i)
	}, err
}
