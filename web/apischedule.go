package web

import (
	"net/http"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/oncall/fairness"
	"github.com/rouse/rouse/oncall/rota"
)

// rota is GET /api/v1/schedules/{id}/rota: a schedule laid out, or with format=svg drawn.
func (c *call) rota() error {
	r := c.s.Engine.Book().Roster
	s, ok := r.Schedule(oncall.ScheduleID(c.r.PathValue("id")))
	if !ok {
		return errGone
	}
	from, to, err := c.span(s.Zone)
	if err != nil {
		return err
	}
	v, _ := rota.Of(r, s.ID, from, to, c.now) // it is there
	switch format := c.r.URL.Query().Get("format"); format {
	case "", "json":
		c.write(http.StatusOK, &v)
		return nil
	case "svg":
		c.w.Header().Set("Content-Type", "image/svg+xml; charset=utf-8")
		_, _ = c.w.Write(v.SVG(rota.Picture{})) // whoever asked is gone; nothing is left to do
		return nil
	default:
		return bad("format", "Write json or svg.", "%q is no format", brief(format))
	}
}

// fairness is GET /api/v1/fairness.
func (c *call) fairness() error {
	from, to, err := c.span(c.user().Zone)
	if err != nil {
		return err
	}
	o := fairness.Options{From: from, To: to, Calendars: c.s.Config().Calendars, Calendar: c.r.URL.Query().Get("calendar")}
	for _, name := range c.words("schedule") {
		o.Schedules = append(o.Schedules, oncall.ScheduleID(name))
	}
	rep, err := fairness.Of(c.s.Engine.Book().Roster, o)
	if err != nil {
		return bad("", "See GET /api/v1/schedules, and calendars in the configuration.", "%v", err)
	}
	c.write(http.StatusOK, &rep)
	return nil
}
