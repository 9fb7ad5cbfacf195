package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

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

// Rota lays a schedule out between two instants: layers, overrides and who is on call, as the JSON that oncall/rota reads and draws.
func (c *Client) Rota(ctx context.Context, schedule string, from, to time.Time) ([]byte, error) {
	return c.raw(ctx, "/api/v1/schedules/"+url.PathEscape(schedule)+"/rota", url.Values{"from": {stamp(from)}, "to": {stamp(to)}})
}

// Fairness counts what people carry on some schedules, or on all, between two instants, as the JSON that oncall/fairness has.
func (c *Client) Fairness(ctx context.Context, schedules []string, calendar string, from, to time.Time) ([]byte, error) {
	q := url.Values{"from": {stamp(from)}, "to": {stamp(to)}, "schedule": schedules}
	if calendar != "" {
		q.Set("calendar", calendar)
	}
	return c.raw(ctx, "/api/v1/fairness", q)
}

// ScheduleFeed returns the address of a schedule's calendar.
func (c *Client) ScheduleFeed(ctx context.Context, schedule string) (Feed, error) {
	return get[Feed](ctx, c, "/api/v1/schedules/"+url.PathEscape(schedule)+"/ical", nil)
}

// UserFeed returns the address of the calendar of a user's shifts.
func (c *Client) UserFeed(ctx context.Context, user string) (Feed, error) {
	return get[Feed](ctx, c, "/api/v1/users/"+url.PathEscape(user)+"/ical", nil)
}

// RevokeScheduleFeed ends every address of a schedule's calendar that there is.
func (c *Client) RevokeScheduleFeed(ctx context.Context, schedule string) error {
	return c.do(ctx, http.MethodDelete, "/api/v1/schedules/"+url.PathEscape(schedule)+"/ical", nil, nil, nil)
}

// RevokeUserFeed ends every address of the calendar of a user's shifts that there is.
func (c *Client) RevokeUserFeed(ctx context.Context, user string) error {
	return c.do(ctx, http.MethodDelete, "/api/v1/users/"+url.PathEscape(user)+"/ical", nil, nil, nil)
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

// Swap has two people take each other's shift.
func (c *Client) Swap(ctx context.Context, x NewSwap) ([]Override, error) {
	return post[[]Override](ctx, c, "/api/v1/overrides/swap", x)
}

// RemoveOverride ends an override made at run time, and what the same act made with it.
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

// Lines lists every method over every provider, and which are out of use.
func (c *Client) Lines(ctx context.Context) ([]Line, error) {
	return get[[]Line](ctx, c, "/api/v1/lines", nil)
}

// Heartbeats lists the heartbeats of the configuration.
func (c *Client) Heartbeats(ctx context.Context) ([]Heartbeat, error) {
	return get[[]Heartbeat](ctx, c, "/api/v1/heartbeats", nil)
}

// Reload makes rouse read its configuration again. What is wrong with it is the error's Message.
func (c *Client) Reload(ctx context.Context) error {
	return c.do(ctx, http.MethodPost, "/-/reload", nil, nil, nil)
}

// Ready reports whether rouse can take and keep alerts; the error's Message says why not.
func (c *Client) Ready(ctx context.Context) error {
	return c.do(ctx, http.MethodGet, "/-/ready", nil, nil, nil)
}
