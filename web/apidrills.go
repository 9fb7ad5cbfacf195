package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// drillsShown is how many results of each drill are told.
const drillsShown = 5

// listDrills is GET /api/v1/drills.
func (c *call) listDrills() error {
	out, err := c.drills(drillsShown)
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

// startDrill is POST /api/v1/drills/{name}: people are paged.
func (c *call) startDrill() error {
	name := c.r.PathValue("name")
	plans, err := c.s.Engine.Drills(c.r.Context())
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(plans, func(p incident.DrillPlan) bool { return p.Name == name }) {
		return errGone
	}
	i, err := c.s.Engine.StartDrill(c.r.Context(), name, c.who.actor())
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", fmt.Sprintf("/api/v1/incidents/%d", i.Number))
	c.write(http.StatusAccepted, client.DrillResult{Incident: i.Number, Ref: i.Ref(), At: utc(i.CreatedAt), State: drillState(&i), Missed: []string{}})
	return nil
}

// drills returns every drill with at most so many results of each.
func (c *call) drills(most int) ([]client.Drill, error) {
	plans, err := c.s.Engine.Drills(c.r.Context())
	if err != nil {
		return nil, err
	}
	out := []client.Drill{}
	err = c.view(func(tx store.Tx, v *veil) error {
		out = out[:0]
		for k := range plans {
			p := &plans[k]
			d := client.Drill{Name: p.Name, When: p.When(), Zone: p.Zone.String(), Policy: string(p.Policy), Next: utc(p.Next), Skipped: utc(p.Skipped), Results: []client.DrillResult{}}
			past, err := tx.List(store.Filter{Types: []string{incident.TypeDrill}, Rule: p.Name, Limit: most})
			if err != nil {
				return err
			}
			for n := range past {
				r, err := v.drillResult(tx, &past[n])
				if err != nil {
					return err
				}
				d.Results = append(d.Results, r)
			}
			out = append(out, d)
		}
		return nil
	})
	return out, err
}

func drillState(i *incident.Incident) string {
	if i.State.Open() {
		return "running"
	}
	return i.Code
}

// drillResult says how a drill went: who answered by what, and which pages did not get through.
func (v *veil) drillResult(tx store.Tx, i *incident.Incident) (client.DrillResult, error) {
	out := client.DrillResult{Incident: i.Number, Ref: i.Ref(), At: utc(i.CreatedAt), State: drillState(i), Missed: []string{}}
	if i.Code == incident.Answered {
		out.By, out.After = i.FirstAckBy, i.ResolvedAt.Sub(i.CreatedAt).Round(time.Second).String()
		entries, err := tx.Timeline(i.Number)
		if err != nil {
			return out, err
		}
		for k := range entries {
			if e := &entries[k]; e.Kind == incident.DidResolve {
				out.Channel = e.By.Channel
			}
		}
	}
	pages, err := tx.PagesOf(i.Number)
	for k := range pages {
		if p := &pages[k]; p.Kind == incident.PageAlert && (p.State == store.Failed || p.State == store.Expired) {
			out.Missed = append(out.Missed, fmt.Sprintf("%s to %s: %s", p.Via, p.User, v.text(p.Detail)))
		}
	}
	return out, err
}
