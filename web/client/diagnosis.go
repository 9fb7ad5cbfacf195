package client

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

// Similar is an incident of the past that is like another one, and what helped then.
type Similar struct {
	Incident   int64     `json:"incident"`
	Ref        string    `json:"ref"`
	Title      string    `json:"title"`
	Service    string    `json:"service"`
	State      string    `json:"state"`
	Priority   string    `json:"priority"`
	CreatedAt  time.Time `json:"createdAt"`
	ResolvedAt time.Time `json:"resolvedAt,omitzero"`
	Code       string    `json:"code,omitempty"`
	Note       string    `json:"note,omitempty"`
	Workaround string    `json:"workaround,omitempty"`
	Problem    int64     `json:"problem,omitempty"`
	Score      int       `json:"score"` // higher is more alike; only the order means something
	Why        []string  `json:"why"`   // what they share
}

// Change is a change event: a deploy, a merge, a configuration push.
type Change struct {
	At          time.Time         `json:"at"`
	Integration string            `json:"integration"`
	Summary     string            `json:"summary"`
	Source      string            `json:"source,omitempty"`
	Details     map[string]string `json:"details,omitempty"`
	Links       []Link            `json:"links,omitempty"`
	Related     []string          `json:"related,omitempty"` // what it shares with the incident
}

// SLA is the clocks of an incident, read now.
type SLA struct {
	At     time.Time    `json:"at"`
	Clocks []ClockStory `json:"clocks"`
}

// ClockStory is one clock with everything that moved it.
type ClockStory struct {
	Clock
	Story []ClockLine `json:"story"`
}

// ClockLine is one event in the story of a clock. Seconds are of its calendar's time; LeftSeconds is below zero when the target
// is over.
type ClockLine struct {
	At             time.Time `json:"at"`
	What           string    `json:"what"`
	ElapsedSeconds int64     `json:"elapsedSeconds"`
	LeftSeconds    int64     `json:"leftSeconds"`
}

// Similar lists incidents of the past that are like this one, the most alike first, at most limit (0: 10; at most 50).
func (c *Client) Similar(ctx context.Context, n int64, limit int) ([]Similar, error) {
	q := url.Values{}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return get[[]Similar](ctx, c, incidentPath(n, "/similar"), q)
}

// RelatedChanges lists change events around an incident's start, those of the same service and labels first.
func (c *Client) RelatedChanges(ctx context.Context, n int64) ([]Change, error) {
	return get[[]Change](ctx, c, incidentPath(n, "/changes"), nil)
}

// SLA reads the clocks of an incident, with the story of each.
func (c *Client) SLA(ctx context.Context, n int64) (SLA, error) {
	return get[SLA](ctx, c, incidentPath(n, "/sla"), nil)
}

// Updates lists the status updates of an incident, oldest first.
func (c *Client) Updates(ctx context.Context, n int64) ([]Update, error) {
	return get[[]Update](ctx, c, incidentPath(n, "/updates"), nil)
}

// Changes lists change events from since until, newest first, at most limit (0: 100; at most 1000). Zero times: the last day,
// until now.
func (c *Client) Changes(ctx context.Context, since, until time.Time, limit int) ([]Change, error) {
	q := url.Values{}
	for name, t := range map[string]time.Time{"since": since, "until": until} {
		if !t.IsZero() {
			q.Set(name, stamp(t))
		}
	}
	if limit > 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	return get[[]Change](ctx, c, "/api/v1/changes", q)
}
