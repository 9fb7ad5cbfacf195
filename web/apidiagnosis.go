package web

import (
	"net/http"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

const (
	similarUnset, similarMost = 10, 50
	changesUnset, changesMost = 100, 1000
	changesBefore             = 2 * time.Hour    // an incident's start
	changesAfter              = 30 * time.Minute // its resolution
)

// similar is GET /api/v1/incidents/{n}/similar: incidents of the past that are like this one, and what helped then.
func (c *call) similar() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	limit, err := c.count("limit", similarUnset, similarMost)
	if err != nil {
		return err
	}
	out := []client.Similar{}
	err = c.walk(func(tx store.Tx, v *veil) error {
		i, err := c.incident(tx, n)
		if err != nil {
			return err
		}
		found, err := v.alikes(&i, store.Filter{}, limit)
		for k := range found {
			out = append(out, v.wireSimilar(&found[k]))
		}
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

// incidentChanges is GET /api/v1/incidents/{n}/changes: what was changed around the start, what fits the incident first.
func (c *call) incidentChanges() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	out := []client.Change{}
	err = c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		i, err := c.incident(tx, n)
		if err != nil {
			return err
		}
		end := c.now
		if !i.ResolvedAt.IsZero() {
			end = i.ResolvedAt.Add(changesAfter)
		}
		near, err := changesNear(tx, &i, changesBefore, end)
		for k := range near[:min(len(near), changesMost)] {
			out = append(out, wireChange(&near[k].Change, near[k].shared))
		}
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

// listChanges is GET /api/v1/changes.
func (c *call) listChanges() error {
	since, err := c.instant("since")
	if err != nil {
		return err
	}
	until, err := c.instant("until")
	if err != nil {
		return err
	}
	limit, err := c.count("limit", changesUnset, changesMost)
	if err != nil {
		return err
	}
	if until.IsZero() {
		until = c.now
	}
	if since.IsZero() {
		since = until.Add(-24 * time.Hour)
	}
	if since.After(until) {
		return bad("since", "Write the earlier time as since.", "it is after until")
	}
	out := []client.Change{}
	err = c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		all, err := tx.Changes(since, 0)
		for k := range all {
			if len(out) < limit && !all[k].At.After(until) {
				out = append(out, wireChange(&all[k], nil))
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

// sla is GET /api/v1/incidents/{n}/sla: the clocks as they stand now, and everything that moved them.
func (c *call) sla() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	zone, err := c.zone()
	if err != nil {
		return err
	}
	i, err := c.seen(n)
	if err != nil {
		return err
	}
	out := client.SLA{At: c.now.UTC(), Clocks: []client.ClockStory{}}
	for _, def := range c.s.Engine.Book().SLAs {
		lines := sla.Explain(def, i.Subject(), i.Marks, c.now, zone)
		for _, r := range def.Read(i.Subject(), i.Marks, c.now) {
			out.Clocks = append(out.Clocks, client.ClockStory{Clock: wireClock(&r), Story: wireStory(lines, r.Kind)})
		}
	}
	c.write(http.StatusOK, out)
	return nil
}

// updates is GET /api/v1/incidents/{n}/updates: what was said to whom, oldest first.
func (c *call) updates() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	out := []client.Update{}
	err = c.view(func(tx store.Tx, v *veil) error {
		if _, err := c.incident(tx, n); err != nil {
			return err
		}
		lines, err := tx.Timeline(n)
		for k := range lines {
			if lines[k].Kind == incident.DidUpdate {
				quiet := v.entry(&lines[k])
				out = append(out, *wireStatus(statusOf(&quiet)))
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

// statusOf reads a status update from its line of the timeline.
func statusOf(e *incident.Entry) *incident.Status {
	return &incident.Status{
		At: e.At, By: e.By.Name, Audience: incident.Audience(e.Data["audience"]), Phase: incident.Phase(e.Data["phase"]), Text: e.Data["text"],
	}
}
