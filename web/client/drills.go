package client

import (
	"context"
	"net/url"
	"time"
)

// Drill is a regular test of an escalation policy on real people, and how the last ones went.
type Drill struct {
	Name    string        `json:"name"`
	When    string        `json:"when"` // as "Wed 10:00", by the clock on the wall in Zone
	Zone    string        `json:"zone"`
	Policy  string        `json:"policy"`
	Next    time.Time     `json:"next,omitzero"`
	Skipped time.Time     `json:"skipped,omitzero"` // its last time, if rouse was down then
	Results []DrillResult `json:"results"`          // the last few, newest first
}

// DrillResult is how a drill went.
type DrillResult struct {
	Incident int64     `json:"incident"`
	Ref      string    `json:"ref"`
	At       time.Time `json:"at"`
	State    string    `json:"state"` // running | answered | unanswered
	By       string    `json:"by,omitempty"`
	Channel  string    `json:"channel,omitempty"` // by what it was answered: sms, call, web, ...
	After    string    `json:"after,omitempty"`   // from its begin to the answer
	Missed   []string  `json:"missed"`            // what did not get through on the way, in words
}

// Drills lists the drills of the configuration.
func (c *Client) Drills(ctx context.Context) ([]Drill, error) {
	return get[[]Drill](ctx, c, "/api/v1/drills", nil)
}

// StartDrill begins a drill now and returns its incident.
func (c *Client) StartDrill(ctx context.Context, name string) (DrillResult, error) {
	return post[DrillResult](ctx, c, "/api/v1/drills/"+url.PathEscape(name), nil)
}
