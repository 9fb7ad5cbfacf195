package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/web/client"
)

const (
	leaveMost  = 500                      // that may be entered at once
	leaveAhead = 90 * 24 * time.Hour      // for which shifts within leave are looked for
	leaveFar   = 5 * 366 * 24 * time.Hour // how far ahead leave may end
)

var errNotYourLeave = errors.New("entering or removing the leave of anybody but yourself takes the role responder")

// listLeave is GET /api/v1/leave: when people are away, by person and beginning, of the file and entered at run time.
func (c *call) listLeave() error {
	all, err := c.flag("all")
	if err != nil {
		return err
	}
	r := c.s.Engine.Book().Roster
	only := c.r.URL.Query().Get("user")
	clashes := clashesOf(r, c.now)
	out := []client.Leave{}
	for _, u := range r.Users() {
		if only != "" && only != string(u.ID) {
			continue
		}
		for _, l := range r.Leave(u.ID) {
			if all || l.To.After(c.now) {
				out = append(out, wireLeave(l, clashes))
			}
		}
	}
	c.write(http.StatusOK, out)
	return nil
}

// clashesOf are the shifts of people on leave on all schedules, from now on.
func clashesOf(r *oncall.Roster, now time.Time) []oncall.Clash {
	var all []oncall.Clash
	for _, s := range r.Schedules() {
		all = append(all, r.Clashes(s.ID, now, now.Add(leaveAhead))...)
	}
	slices.SortStableFunc(all, func(a, b oncall.Clash) int { return a.From.Compare(b.From) })
	return all
}

func wireLeave(l oncall.Leave, clashes []oncall.Clash) client.Leave {
	out := client.Leave{
		ID: l.ID, User: string(l.User), From: l.From.UTC(), To: l.To.UTC(), Reason: l.Reason, Calendar: l.Calendar, By: l.By, At: utc(l.At),
		Source: map[bool]string{true: "file", false: "runtime"}[l.ID == ""], Clashes: []client.LeaveClash{},
	}
	for _, x := range clashes {
		if x.User == l.User && x.From.Before(l.To) && l.From.Before(x.To) {
			out.Clashes = append(out.Clashes, client.LeaveClash{Schedule: string(x.Schedule), From: x.From.UTC(), To: x.To.UTC(), Cover: string(x.Cover)})
		}
	}
	return out
}

// mayLeave refuses who would enter or remove leave of somebody else and may not.
func (c *call) mayLeave(user oncall.UserID) error {
	if c.who.user == user && user != "" || c.who.role.allows(Responder) {
		return nil
	}
	return errNotYourLeave
}

// addLeave is POST /api/v1/leave.
func (c *call) addLeave() error {
	var in client.NewLeave
	if err := c.decode(&in); err != nil {
		return err
	}
	r := c.s.Engine.Book().Roster
	u, ok := r.UserByName(in.User)
	if !ok {
		return incident.ErrNobody
	}
	if err := c.mayLeave(u.ID); err != nil {
		return err
	}
	list, err := c.leaves(u, in)
	if err != nil {
		return err
	}
	calendar, err := line("calendar", in.Calendar)
	if err != nil {
		return err
	}
	made, err := c.s.Engine.PutLeave(c.r.Context(), u.ID, list, calendar, c.who.actor())
	if err != nil {
		return err
	}
	clashes := clashesOf(c.s.Engine.Book().Roster, c.now)
	out := []client.Leave{}
	for _, l := range made {
		out = append(out, wireLeave(l, clashes))
	}
	c.write(http.StatusCreated, out)
	return nil
}

// leaves checks what is to be entered.
func (c *call) leaves(u oncall.User, in client.NewLeave) ([]oncall.Leave, error) {
	switch {
	case len(in.Leave) == 0 && in.Calendar == "":
		return nil, bad("leave", "Send at least one time.", "there is none")
	case len(in.Leave) > leaveMost:
		return nil, bad("leave", "Send those of the next year.", "%d are too many at once", len(in.Leave))
	}
	var list []oncall.Leave
	for _, x := range in.Leave {
		from, err := when("from", x.From, u.Zone)
		if err != nil {
			return nil, err
		}
		to, err := when("to", x.To, u.Zone)
		if err != nil {
			return nil, err
		}
		switch {
		case !to.After(from):
			return nil, bad("to", "Name a time after the beginning.", "the end has to be after the start")
		case !to.After(c.now) && in.Calendar == "":
			return nil, bad("to", "Name a time to come.", "the end is in the past")
		case to.Sub(c.now) > leaveFar:
			return nil, bad("to", "Name a time within five years.", "the end is too far away")
		}
		reason, err := line("reason", x.Reason)
		if err != nil {
			return nil, err
		}
		list = append(list, oncall.Leave{User: u.ID, From: from, To: to, Reason: reason})
	}
	return list, nil
}

// removeLeave is DELETE /api/v1/leave/{id}.
func (c *call) removeLeave() error {
	id := c.r.PathValue("id")
	r := c.s.Engine.Book().Roster
	for _, u := range r.Users() {
		for _, l := range r.Leave(u.ID) {
			if l.ID != id || id == "" {
				continue
			}
			if err := c.mayLeave(u.ID); err != nil {
				return err
			}
			if err := c.s.Engine.DeleteLeave(c.r.Context(), id, c.who.actor()); err != nil {
				return err
			}
			c.w.WriteHeader(http.StatusNoContent)
			return nil
		}
	}
	return errGone
}
