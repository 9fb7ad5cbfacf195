package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Filter chooses incidents. Zero fields choose everything.
type Filter struct {
	States  []string // triggered, acknowledged, on_hold, resolved, closed; or open for the first three
	Service string
	Team    string
	Since   time.Time // created at or after
	Until   time.Time // created before
	Limit   int       // 0: 50; at most 500
	Before  int64     // numbers below this one: Next of the page before
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
	if f.Limit > 0 {
		add("limit", strconv.Itoa(f.Limit))
	}
	if f.Before > 0 {
		add("before", number(f.Before))
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

// Incident reads one incident with its story, and at most alerts of its alerts (0: 100).
func (c *Client) Incident(ctx context.Context, n int64, alerts int) (IncidentDetail, error) {
	q := url.Values{}
	if alerts > 0 {
		q.Set("alerts", strconv.Itoa(alerts))
	}
	return get[IncidentDetail](ctx, c, "/api/v1/incidents/"+number(n), q)
}

// Report opens an incident.
func (c *Client) Report(ctx context.Context, r Report) (Incident, error) {
	return post[Incident](ctx, c, "/api/v1/incidents", r)
}

func (c *Client) act(ctx context.Context, n int64, verb string, in any) (Incident, error) {
	return post[Incident](ctx, c, "/api/v1/incidents/"+number(n)+"/"+verb, in)
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
func (c *Client) Close(ctx context.Context, n int64) (Incident, error) {
	return c.act(ctx, n, "close", nil)
}

// OnCall says who answers at an instant; the zero time is now.
func (c *Client) OnCall(ctx context.Context, at time.Time) (OnCall, error) {
	q := url.Values{}
	if !at.IsZero() {
		q.Set("at", stamp(at))
	}
	return get[OnCall](ctx, c, "/api/v1/oncall", q)
}

// Users lists everybody who can be paged.
func (c *Client) Users(ctx context.Context) ([]User, error) {
	return get[[]User](ctx, c, "/api/v1/users", nil)
}

// Schedules lists the schedules.
func (c *Client) Schedules(ctx context.Context) ([]Schedule, error) {
	return get[[]Schedule](ctx, c, "/api/v1/schedules", nil)
}

// Shifts cuts a time of a schedule into shifts. from and to are RFC 3339, or a wall clock "2006-01-02 15:04" or a day
// "2006-01-02" in the schedule's zone; empty: now, and 14 days later.
func (c *Client) Shifts(ctx context.Context, schedule, from, to string) (Shifts, error) {
	q := url.Values{}
	if from != "" {
		q.Set("from", from)
	}
	if to != "" {
		q.Set("to", to)
	}
	return get[Shifts](ctx, c, "/api/v1/schedules/"+url.PathEscape(schedule)+"/shifts", q)
}

// Overrides lists overrides that have not ended, or all of them.
func (c *Client) Overrides(ctx context.Context, all bool) ([]Override, error) {
	return get[[]Override](ctx, c, "/api/v1/overrides", everything(all))
}

func everything(all bool) url.Values {
	if !all {
		return nil
	}
	return url.Values{"all": {"true"}}
}

// AddOverride puts somebody on a schedule for a time.
func (c *Client) AddOverride(ctx context.Context, o NewOverride) (Override, error) {
	return post[Override](ctx, c, "/api/v1/overrides", o)
}

// RemoveOverride takes an override made at run time away.
func (c *Client) RemoveOverride(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodDelete, "/api/v1/overrides/"+url.PathEscape(id), nil, nil, nil)
}

// Silences lists silences that have not expired, or all of them.
func (c *Client) Silences(ctx context.Context, all bool) ([]Silence, error) {
	return get[[]Silence](ctx, c, "/api/v1/silences", everything(all))
}

// AddSilence makes a silence.
func (c *Client) AddSilence(ctx context.Context, s NewSilence) (Silence, error) {
	return post[Silence](ctx, c, "/api/v1/silences", s)
}

// ExpireSilence ends a silence now.
func (c *Client) ExpireSilence(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodDelete, "/api/v1/silences/"+url.PathEscape(id), nil, nil, nil)
}

// Sent names a page that was queued.
type Sent struct {
	Page string `json:"page"`
}

// Send queues a real test page and returns its id; Page tells what became of it.
func (c *Client) Send(ctx context.Context, t TestPage) (Sent, error) {
	return post[Sent](ctx, c, "/api/v1/send", t)
}

// Page reads one page by its id.
func (c *Client) Page(ctx context.Context, id string) (Page, error) {
	return get[Page](ctx, c, "/api/v1/pages/"+escapePath(id), nil)
}

// Contacts lists the numbers and addresses of all users, with their health.
func (c *Client) Contacts(ctx context.Context) ([]Contact, error) {
	return get[[]Contact](ctx, c, "/api/v1/contacts", nil)
}

// Heartbeats lists the heartbeats of the configuration.
func (c *Client) Heartbeats(ctx context.Context) ([]Heartbeat, error) {
	return get[[]Heartbeat](ctx, c, "/api/v1/heartbeats", nil)
}

// Acts reads the audit log above a sequence number, oldest first, at most limit (0: 100; at most 1000).
func (c *Client) Acts(ctx context.Context, after int64, limit int) ([]Act, error) {
	q := url.Values{}
	if after > 0 {
		q.Set("after", number(after))
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return get[[]Act](ctx, c, "/api/v1/acts", q)
}

// Reload makes rouse read its configuration again. What is wrong with it is the error's Message.
func (c *Client) Reload(ctx context.Context) error {
	return c.do(ctx, http.MethodPost, "/-/reload", nil, nil, nil)
}

// Ready reports whether rouse can take and keep alerts; the error's Message says why not.
func (c *Client) Ready(ctx context.Context) error {
	return c.do(ctx, http.MethodGet, "/-/ready", nil, nil, nil)
}
