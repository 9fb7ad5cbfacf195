package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// overrides is GET /api/v1/overrides: those of the file and those made at run time, by schedule and beginning.
func (c *call) overrides() error {
	all, err := c.flag("all")
	if err != nil {
		return err
	}
	var made []oncall.Override
	err = c.s.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		made, err = tx.Overrides()
		return err
	})
	if err != nil {
		return err
	}
	for _, s := range c.s.Engine.Book().Roster.Schedules() {
		for _, o := range s.Overrides {
			if o.ID == "" {
				made = append(made, o)
			}
		}
	}
	out := []client.Override{}
	for _, o := range made {
		if all || o.To.After(c.now) {
			out = append(out, wireOverride(o))
		}
	}
	slices.SortStableFunc(out, func(a, b client.Override) int { return a.From.Compare(b.From) })
	c.write(http.StatusOK, out)
	return nil
}

func wireOverride(o oncall.Override) client.Override {
	source := "runtime"
	if o.ID == "" {
		source = "file"
	}
	return client.Override{
		ID: o.ID, Schedule: string(o.Schedule), User: string(o.User), From: o.From.UTC(), To: o.To.UTC(), Reason: o.Reason, By: o.By,
		At: utc(o.At), Source: source,
	}
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
	c.write(http.StatusCreated, wireOverride(o))
	return nil
}

// override checks a request for one.
func (c *call) override(in client.NewOverride) (o oncall.Override, err error) {
	r := c.s.Engine.Book().Roster
	s, ok := r.Schedule(oncall.ScheduleID(in.Schedule))
	if !ok {
		return o, errNoSchedule
	}
	u, ok := r.UserByName(in.User)
	if !ok {
		return o, incident.ErrNobody
	}
	o = oncall.Override{Schedule: s.ID, User: u.ID, From: c.now.UTC()}
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

// removeOverride is DELETE /api/v1/overrides/{id}.
func (c *call) removeOverride() error {
	if err := c.s.Engine.DeleteOverride(c.r.Context(), c.r.PathValue("id"), c.who.actor()); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// silences is GET /api/v1/silences.
func (c *call) silences() error {
	all, err := c.flag("all")
	if err != nil {
		return err
	}
	got, err := c.s.Engine.Silences(c.r.Context())
	if err != nil {
		return err
	}
	out := []client.Silence{}
	for k := range got {
		if s := wireSilence(&got[k], c.now); all || s.State != router.SilenceExpired {
			out = append(out, s)
		}
	}
	c.write(http.StatusOK, out)
	return nil
}

// addSilence is POST /api/v1/silences.
func (c *call) addSilence() error {
	var in client.NewSilence
	if err := c.decode(&in); err != nil {
		return err
	}
	s, err := c.silence(in)
	if err != nil {
		return err
	}
	if s, err = c.s.Engine.PutSilence(c.r.Context(), s); err != nil {
		return err
	}
	c.write(http.StatusCreated, wireSilence(&s, c.now))
	return nil
}

// silence checks a request for one.
func (c *call) silence(in client.NewSilence) (s router.Silence, err error) {
	ms, err := router.ParseMatchers(in.Matchers)
	if err != nil {
		return s, bad("matchers", "", "%v", err)
	}
	s = router.Silence{Matchers: stored(ms), CreatedBy: c.who.actor().Name, StartsAt: in.Starts.UTC(), EndsAt: in.Ends.UTC()}
	if in.Starts.IsZero() {
		s.StartsAt = c.now.UTC()
	}
	switch {
	case in.For != "" && !in.Ends.IsZero():
		return s, bad("ends", "Send for or ends, not both.", "there is a duration as well")
	case in.For != "":
		var d time.Duration
		if d, err = duration("for", in.For); err != nil {
			return s, err
		}
		s.EndsAt = s.StartsAt.Add(d)
	case in.Ends.IsZero():
		return s, bad("ends", "Send for, such as 2h, or ends.", "the silence has no end")
	}
	if s.Comment, err = text("comment", in.Comment, longestText); err != nil {
		return s, err
	}
	if !sane(s.StartsAt) || !sane(s.EndsAt) {
		return s, bad("ends", "Name a time within this millennium.", "the silence is too far away")
	}
	if err := s.Validate(c.now); err != nil {
		return s, bad("", "Correct it and send it again.", "%v", err)
	}
	return s, nil
}

// stored turns matchers into the form in which silences keep them.
func stored(ms labels.Matchers) []router.Matcher {
	out := make([]router.Matcher, len(ms))
	for i, m := range ms {
		out[i] = router.Matcher{
			Name: m.Name, Value: m.Value,
			IsRegex: m.Type == labels.MatchRegexp || m.Type == labels.MatchNotRegexp,
			IsEqual: m.Type == labels.MatchEqual || m.Type == labels.MatchRegexp,
		}
	}
	return out
}

// expireSilence is DELETE /api/v1/silences/{id}.
func (c *call) expireSilence() error {
	if err := c.s.Engine.ExpireSilence(c.r.Context(), c.r.PathValue("id"), c.who.actor().Name); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
