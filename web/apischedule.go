package web

import (
	"net/http"

	"github.com/rouse/rouse/oncall"
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
