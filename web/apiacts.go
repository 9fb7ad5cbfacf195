package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/web/client"
)

// act does something to an incident that the caller may see, and answers with it.
func (c *call) act(in any, build func(n int64) (incident.Action, error)) error {
	n, err := c.number()
	if err != nil {
		return err
	}
	if err := c.decode(in); err != nil {
		return err
	}
	if err := c.mustSee(c.r.Context(), n); err != nil {
		return err
	}
	a, err := build(n)
	if err != nil {
		return err
	}
	i, err := c.s.Engine.Do(c.r.Context(), n, a)
	if err != nil {
		return err
	}
	c.write(http.StatusOK, c.s.wireIncident(&i))
	return nil
}

// ack is POST /api/v1/incidents/{n}/ack.
func (c *call) ack() error {
	var in client.Lease
	return c.act(&in, func(int64) (incident.Action, error) {
		until, err := c.until(in)
		return incident.Ack{By: c.who.actor(), User: c.who.user, Until: until}, err
	})
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

// resolve is POST /api/v1/incidents/{n}/resolve.
func (c *call) resolve() error {
	var in client.Resolution
	return c.act(&in, func(int64) (incident.Action, error) {
		note, err := text("note", in.Note, longestText)
		return incident.Resolve{By: c.who.actor(), Code: in.Code, Note: note}, errors.Join(among("code", in.Code, codes...), err)
	})
}

// escalate is POST /api/v1/incidents/{n}/escalate.
func (c *call) escalate() error {
	return c.act(&struct{}{}, func(int64) (incident.Action, error) { return incident.Escalate{By: c.who.actor()}, nil })
}

// reassign is POST /api/v1/incidents/{n}/reassign.
func (c *call) reassign() error {
	var in client.Reassignment
	return c.act(&in, func(int64) (incident.Action, error) {
		u, ok := c.s.Engine.Book().Roster.UserByName(in.To)
		if !ok {
			return nil, incident.ErrNobody
		}
		return incident.Reassign{By: c.who.actor(), To: u.ID}, nil
	})
}

// hold is POST /api/v1/incidents/{n}/hold.
func (c *call) hold() error {
	var in client.Holding
	return c.act(&in, func(int64) (incident.Action, error) {
		reason, err := text("reason", in.Reason, longestText)
		if err != nil {
			return nil, err
		}
		until, err := c.until(in.Lease)
		return incident.Hold{By: c.who.actor(), Reason: reason, Until: until}, err
	})
}

// note is POST /api/v1/incidents/{n}/note.
func (c *call) note() error {
	var in client.Remark
	return c.act(&in, func(int64) (incident.Action, error) {
		what, err := text("text", in.Text, longestText)
		return incident.Note{By: c.who.actor(), Text: what}, err
	})
}

// close is POST /api/v1/incidents/{n}/close.
func (c *call) close() error {
	return c.act(&struct{}{}, func(int64) (incident.Action, error) { return incident.Close{By: c.who.actor()}, nil })
}
