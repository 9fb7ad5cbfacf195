package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// overrides is GET /api/v1/overrides: those of the file and those made at run time, by beginning. One that is in both is one.
func (c *call) overrides() error {
	all, err := c.flag("all")
	if err != nil {
		return err
	}
	made, err := c.madeOverrides()
	if err != nil {
		return err
	}
	r := c.s.Engine.Book().Roster
	out := []client.Override{}
	add := func(o oncall.Override) {
		if all || o.To.After(c.now) {
			out = append(out, wireOverride(r, o))
		}
	}
	for _, o := range made {
		add(o)
	}
	for _, s := range r.Schedules() {
		for _, o := range s.Overrides {
			if o.ID == "" && !slices.ContainsFunc(made, func(m oncall.Override) bool { return m.Same(&o) }) {
				add(o)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b client.Override) int { return a.From.Compare(b.From) })
	c.write(http.StatusOK, out)
	return nil
}

// madeOverrides are those made at run time.
func (c *call) madeOverrides() (made []oncall.Override, err error) {
	err = c.s.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		made, err = tx.Overrides()
		return err
	})
	return made, err
}

// voidOverrides are those that are not over and decide nothing, because what they name has left the configuration.
func (c *call) voidOverrides(r *oncall.Roster) (out []client.Override, err error) {
	made, err := c.madeOverrides()
	for _, o := range made {
		if o.To.After(c.now) && r.Void(&o) != "" {
			out = append(out, wireOverride(r, o))
		}
	}
	return out, err
}

func wireOverride(r *oncall.Roster, o oncall.Override) client.Override {
	out := client.Override{
		ID: o.ID, Schedule: string(o.Schedule), User: string(o.User), From: o.From.UTC(), To: o.To.UTC(), Reason: o.Reason, By: o.By,
		At: utc(o.At), Source: "runtime", Group: o.Group,
	}
	if o.ID == "" {
		out.Source = "file"
		return out
	}
	out.Void, out.InFile = r.Void(&o), r.InFile(&o)
	return out
}

// addOverride is POST /api/v1/overrides.
func (c *call) addOverride() error {
	var in client.NewOverride
	if err := c.decode(&in); err != nil {
		return err
	}
	o, err := c.override(in)
	if err != nil {
		return err
	}
	if o, err = c.s.Engine.PutOverride(c.r.Context(), o, c.who.actor()); err != nil {
		return err
	}
	c.write(http.StatusCreated, wireOverride(c.s.Engine.Book().Roster, o))
	return nil
}

// override checks a request for one.
func (c *call) override(in client.NewOverride) (o oncall.Override, err error) {
	s, u, err := c.onSchedule(in.Schedule, in.User)
	if err != nil {
		return o, err
	}
	o = oncall.Override{Schedule: s.ID, User: u, From: c.now.UTC().Truncate(time.Minute)} // whole, so that it can be written on a clock
	if in.From != "" {
		if o.From, err = when("from", in.From, s.Zone); err != nil {
			return o, err
		}
	}
	if o.To, err = when("to", in.To, s.Zone); err != nil {
		return o, err
	}
	switch {
	case !o.To.After(o.From):
		return o, bad("to", "Name a time after the beginning.", "the end has to be after the start")
	case !o.To.After(c.now):
		return o, bad("to", "Name a time to come.", "the end is in the past")
	}
	o.Reason, err = line("reason", in.Reason)
	return o, err
}

// onSchedule finds a schedule and a person.
func (c *call) onSchedule(schedule, user string) (s *oncall.Schedule, id oncall.UserID, err error) {
	r := c.s.Engine.Book().Roster
	s, ok := r.Schedule(oncall.ScheduleID(schedule))
	if !ok {
		return nil, "", errNoSchedule
	}
	u, ok := r.UserByName(user)
	if !ok {
		return nil, "", incident.ErrNobody
	}
	return s, u.ID, nil
}

// swapShifts is POST /api/v1/overrides/swap.
func (c *call) swapShifts() error {
	var in client.NewSwap
	if err := c.decode(&in); err != nil {
		return err
	}
	if in.WithSchedule == "" {
		in.WithSchedule = in.Schedule
	}
	mine, user, err := c.onSchedule(in.Schedule, in.User)
	if err != nil {
		return err
	}
	theirs, with, err := c.onSchedule(in.WithSchedule, in.With)
	if err != nil {
		return err
	}
	if user == with {
		return bad("with", "Name two people.", "nobody can swap with themselves")
	}
	x := oncall.SwapShifts{Schedule: mine.ID, WithSchedule: theirs.ID, User: user, With: with}
	if x.At, err = optional("at", in.At, mine.Zone); err != nil {
		return err
	}
	if x.WithAt, err = optional("withAt", in.WithAt, theirs.Zone); err != nil {
		return err
	}
	if x.Reason, err = line("reason", in.Reason); err != nil {
		return err
	}
	made, err := c.s.Engine.Swap(c.r.Context(), x, c.who.actor())
	if err != nil {
		return err
	}
	out := []client.Override{}
	for _, o := range made {
		out = append(out, wireOverride(c.s.Engine.Book().Roster, o))
	}
	c.write(http.StatusCreated, out)
	return nil
}

// optional reads a time that need not be there.
func optional(field, s string, zone *time.Location) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return when(field, s, zone)
}

// removeOverride is DELETE /api/v1/overrides/{id}.
func (c *call) removeOverride() error {
	if err := c.s.Engine.DeleteOverride(c.r.Context(), c.r.PathValue("id"), c.who.actor()); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// decided adds to a shift which override decides at its beginning, and whom the file names where that was made at run time.
func decided(r *oncall.Roster, id oncall.ScheduleID, sh *client.Shift) {
	s, ok := r.Schedule(id)
	if !ok {
		return
	}
	o, _, ok := s.Deciding(sh.From)
	if !ok {
		return
	}
	wire := wireOverride(r, o)
	sh.Decides = &wire
	if file, ok := r.Filed(id); ok && o.ID != "" {
		sh.File = people(r, file.At(sh.From))
	}
}
