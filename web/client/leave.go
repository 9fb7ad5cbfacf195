package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Leave is a time in which somebody is away. It takes nobody off call.
type Leave struct {
	ID       string       `json:"id,omitempty"` // empty for leave of the configuration file
	User     string       `json:"user"`
	From     time.Time    `json:"from"`
	To       time.Time    `json:"to"`
	Reason   string       `json:"reason,omitempty"`
	Calendar string       `json:"calendar,omitempty"` // the file that it was read from
	By       string       `json:"by,omitempty"`
	At       time.Time    `json:"at,omitzero"`
	Source   string       `json:"source"`  // file | runtime
	Clashes  []LeaveClash `json:"clashes"` // when the person is on call although away, in the next 90 days
}

// LeaveClash is a shift, or a part of one, within leave.
type LeaveClash struct {
	Schedule string    `json:"schedule"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Cover    string    `json:"cover,omitempty"` // somebody of the schedule who is not away then
}

// NewLeave is leave to be entered. With a calendar it replaces what was read of the person's calendars before.
type NewLeave struct {
	User     string      `json:"user"` // by id or name
	Leave    []LeaveTime `json:"leave"`
	Calendar string      `json:"calendar,omitempty"`
}

// LeaveTime is from an instant to another: RFC 3339, or a wall clock "2006-01-02 15:04" or a day's beginning "2006-01-02" in the
// person's zone.
type LeaveTime struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Reason string `json:"reason,omitempty"`
}

// Leave lists leave that has not ended, or all of it; of one user, by id, or of everybody.
func (c *Client) Leave(ctx context.Context, user string, all bool) ([]Leave, error) {
	q := url.Values{}
	if user != "" {
		q.Set("user", user)
	}
	if all {
		q.Set("all", "true")
	}
	return get[[]Leave](ctx, c, "/api/v1/leave", q)
}

// AddLeave enters leave.
func (c *Client) AddLeave(ctx context.Context, l NewLeave) ([]Leave, error) {
	return post[[]Leave](ctx, c, "/api/v1/leave", l)
}

// RemoveLeave takes leave entered at run time away.
func (c *Client) RemoveLeave(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodDelete, "/api/v1/leave/"+url.PathEscape(id), nil, nil, nil)
}
