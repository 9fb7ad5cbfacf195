package client

import (
	"context"
	"time"
)

// Explanation says of an incident, for each page and each suppression, what rule did it.
type Explanation struct {
	Incident      int64    `json:"incident"`
	Ref           string   `json:"ref"`
	Title         string   `json:"title"`
	Service       string   `json:"service"`
	State         string   `json:"state"`
	Configuration string   `json:"configuration"` // the version that is in force now
	Lines         []Ground `json:"lines"`         // oldest first
}

// Ground is one thing that happened to an incident, and the rule that did it, from what was remembered then.
type Ground struct {
	At            time.Time `json:"at"`
	Kind          string    `json:"kind"` // opened | muted | unmuted | held | level | page | room | news
	What          string    `json:"what"`
	Rule          string    `json:"rule,omitempty"`          // in words; empty: an older rouse did not remember it
	Configuration string    `json:"configuration,omitempty"` // the version that had the rule
	Place         string    `json:"place,omitempty"`         // where it is written, while that version is in force
	Page          string    `json:"page,omitempty"`          // of a page, as the next four
	User          string    `json:"user,omitempty"`
	Via           string    `json:"via,omitempty"`
	Receiver      string    `json:"receiver,omitempty"`
	State         string    `json:"state,omitempty"`
	Fate          string    `json:"fate,omitempty"` // what is known of it beyond its state
}

// Explain says of an incident what rule did what.
func (c *Client) Explain(ctx context.Context, n int64) (Explanation, error) {
	return get[Explanation](ctx, c, incidentPath(n, "/explanation"), nil)
}
