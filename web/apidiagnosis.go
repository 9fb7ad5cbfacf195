package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

const (
	similarUnset, similarMost = 10, 50
	changesUnset, changesMany = 100, 1000
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
	err = c.view(func(tx store.Tx, v *veil) error {
		i, err := c.incident(tx, n)
		if err != nil {
			return err
		}
		facts := i.Facts()
		like, rank := incident.NewLikeness(&facts), incident.NewRanking(limit)
		err = tx.EachFacts(store.Filter{Below: n, May: c.may()}, func(f *incident.Facts) error {
			rank.Add(f, like.Match(f))
			return nil
		})
		if err != nil {
			return err
		}
		for _, r := range rank.Best() {
			past, err := c.incident(tx, r.Facts.Number)
			if err != nil {
				return err
			}
			out = append(out, v.wireSimilar(&past, r.Match))
		}
		return nil
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
		start := i.CreatedAt
		if !i.StartedAt.IsZero() && i.StartedAt.Before(start) {
			start = i.StartedAt
		}
		end := i.ResolvedAt
		if end.IsZero() {
			end = c.now
		} else {
			end = end.Add(changesAfter)
		}
		all, err := tx.Changes(start.Add(-changesBefore), 0)
		for k := range all {
			if !all[k].At.After(end) {
				out = append(out, wireChange(&all[k], related(&all[k], &i)))
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.SortStableFunc(out, func(a, b client.Change) int { return len(b.Related) - len(a.Related) })
	c.write(http.StatusOK, out[:min(len(out), changesMany)])
	return nil
}

// related says what a change shares with an incident: its service, and labels.
func related(ch *alert.Change, i *incident.Incident) []string {
	var out []string
	if namesService(ch, i.Service) {
		out = append(out, "service "+i.Service)
	}
	for k, v := range i.GroupLabels {
		if k != "service" && v != "" && ch.Details[k] == v {
			out = append(out, k+"="+v)
		}
	}
	slices.Sort(out)
	return out
}

// namesService reports whether a change is about a service: by one of its details or its source, or as a word of its summary.
func namesService(ch *alert.Change, service string) bool {
	if service == "" {
		return false
	}
	if strings.EqualFold(ch.Source, service) {
		return true
	}
	for _, v := range ch.Details {
		if strings.EqualFold(v, service) {
			return true
		}
	}
	return slices.ContainsFunc(strings.Fields(ch.Summary), func(w string) bool {
		return strings.EqualFold(strings.Trim(w, `.,:;!?"'()[]`), service)
	})
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
	limit, err := c.count("limit", changesUnset, changesMany)
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
	i, err := c.seen(c.r.Context(), n)
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
				out = append(out, v.wireUpdate(statusOf(&lines[k])))
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
