package client

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Filter chooses incidents. Zero fields choose everything.
type Filter struct {
	States  []string  // triggered, acknowledged, on_hold, resolved, closed; or open for the first three
	Service string    // one or, with commas between, several
	Team    string    // one or, with commas between, several
	Since   time.Time // created at or after
	Until   time.Time // created before
	Limit   int       // 0: 50; at most 500
	Before  int64     // numbers below this one: Next of the page before

	Query        string // every word must stand somewhere in the record
	Priorities   []string
	Types        []string
	Categories   []string
	Codes        []string
	Sources      []string
	Assignee     string
	Reporter     string
	Rule         string
	Labels       map[string]string // group labels
	Parent       int64
	Problem      int64
	Breached     bool      // some SLA clock is over its target
	UpdatedSince time.Time // updated at or after
}

func (f Filter) query() url.Values {
	q := url.Values{}
	q["state"] = f.States
	add := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	add("service", f.Service)
	add("team", f.Team)
	add("since", stamp(f.Since))
	add("until", stamp(f.Until))
	add("q", f.Query)
	lists := map[string][]string{"priority": f.Priorities, "type": f.Types, "category": f.Categories, "code": f.Codes, "source": f.Sources}
	for name, list := range lists {
		add(name, strings.Join(list, ","))
	}
	add("assignee", f.Assignee)
	add("reporter", f.Reporter)
	add("rule", f.Rule)
	for k, v := range f.Labels {
		q.Add("label", k+"="+v)
	}
	if f.Breached {
		add("breached", "true")
	}
	add("updated_since", stamp(f.UpdatedSince))
	for name, n := range map[string]int64{"limit": int64(f.Limit), "before": f.Before, "parent": f.Parent, "problem": f.Problem} {
		if n > 0 {
			add(name, number(n))
		}
	}
	return q
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// IncidentList is one page of a list.
type IncidentList struct {
	Incidents []Incident `json:"incidents"`      // newest first
	Next      int64      `json:"next,omitempty"` // Before of the next page; 0: that was all
}

// Incidents lists incidents, newest first.
func (c *Client) Incidents(ctx context.Context, f Filter) (IncidentList, error) {
	return get[IncidentList](ctx, c, "/api/v1/incidents", f.query())
}

// IncidentsCSV lists incidents as CSV, at most Limit of them (0: 10,000; at most 10,000).
func (c *Client) IncidentsCSV(ctx context.Context, f Filter) ([]byte, error) {
	q := f.query()
	q.Set("format", "csv")
	return c.raw(ctx, "/api/v1/incidents", q)
}

// Incident reads one incident with its story, and at most alerts of its alerts (0: 100).
func (c *Client) Incident(ctx context.Context, n int64, alerts int) (IncidentDetail, error) {
	q := url.Values{}
	if alerts > 0 {
		q.Set("alerts", strconv.Itoa(alerts))
	}
	return get[IncidentDetail](ctx, c, incidentPath(n, ""), q)
}

// Report opens an incident.
func (c *Client) Report(ctx context.Context, r Report) (Incident, error) {
	return post[Incident](ctx, c, "/api/v1/incidents", r)
}

func incidentPath(n int64, rest string) string { return "/api/v1/incidents/" + number(n) + rest }

func (c *Client) act(ctx context.Context, n int64, verb string, in any) (Incident, error) {
	return post[Incident](ctx, c, incidentPath(n, "/"+verb), in)
}

// Ack acknowledges an incident. When somebody was first the error's Code is "already".
func (c *Client) Ack(ctx context.Context, n int64, l Lease) (Incident, error) {
	return c.act(ctx, n, "ack", l)
}

// Resolve ends an incident.
func (c *Client) Resolve(ctx context.Context, n int64, r Resolution) (Incident, error) {
	return c.act(ctx, n, "resolve", r)
}

// Escalate fires the next level of an incident now.
func (c *Client) Escalate(ctx context.Context, n int64) (Incident, error) {
	return c.act(ctx, n, "escalate", nil)
}

// Reassign hands an incident to somebody, who is paged for it.
func (c *Client) Reassign(ctx context.Context, n int64, to string) (Incident, error) {
	return c.act(ctx, n, "reassign", Reassignment{To: to})
}

// Hold puts an acknowledged incident on hold.
func (c *Client) Hold(ctx context.Context, n int64, h Holding) (Incident, error) {
	return c.act(ctx, n, "hold", h)
}

// Note adds a line to an incident's timeline.
func (c *Client) Note(ctx context.Context, n int64, text string) (Incident, error) {
	return c.act(ctx, n, "note", Remark{Text: text})
}

// Close makes a resolved incident final.
func (c *Client) Close(ctx context.Context, n int64, cl Closure) (Incident, error) {
	return c.act(ctx, n, "close", cl)
}

// Amend changes fields of an incident.
func (c *Client) Amend(ctx context.Context, n int64, a Amendment) (Incident, error) {
	return patch[Incident](ctx, c, incidentPath(n, ""), a)
}

// Diagnose adds to what is known of the cause.
func (c *Client) Diagnose(ctx context.Context, n int64, d Diagnosis) (Incident, error) {
	return c.act(ctx, n, "diagnosis", d)
}

// Attach attaches a link.
func (c *Client) Attach(ctx context.Context, n int64, a Attachment) (Incident, error) {
	return c.act(ctx, n, "links", a)
}

// Appoint gives a role to somebody, hands it over, or takes it.
func (c *Client) Appoint(ctx context.Context, n int64, a Appointment) (Incident, error) {
	return c.act(ctx, n, "roles", a)
}

// Publish tells an audience how things stand.
func (c *Client) Publish(ctx context.Context, n int64, p Publication) (Incident, error) {
	return c.act(ctx, n, "updates", p)
}

// Resume ends a hold.
func (c *Client) Resume(ctx context.Context, n int64) (Incident, error) {
	return c.act(ctx, n, "resume", nil)
}

// Reopen puts a resolved incident back to triggered.
func (c *Client) Reopen(ctx context.Context, n int64, reason string) (Incident, error) {
	return c.act(ctx, n, "reopen", Reason{Reason: reason})
}

// Confirm says that a resolved incident is over, and closes it. Its reporter may, and every responder.
func (c *Client) Confirm(ctx context.Context, n int64, cf Confirmation) (Incident, error) {
	return c.act(ctx, n, "confirm", cf)
}

// AddResponders asks further people for help.
func (c *Client) AddResponders(ctx context.Context, n int64, h Help) (Incident, error) {
	return c.act(ctx, n, "responders", h)
}

// Merge ends an incident as a duplicate of another, which takes over its alerts, and returns that one.
func (c *Client) Merge(ctx context.Context, n, into int64) (Incident, error) {
	return c.act(ctx, n, "merge", Merging{Into: into})
}

// Relate links an incident with another record, or takes the link away.
func (c *Client) Relate(ctx context.Context, n int64, r Relation) (Incident, error) {
	return c.act(ctx, n, "relations", r)
}

// Bulk does one thing to several incidents. That some of them refused it is no error: see each result.
func (c *Client) Bulk(ctx context.Context, b Bulk) (BulkResult, error) {
	return post[BulkResult](ctx, c, "/api/v1/bulk", b)
}
