package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Subscriber is somebody who is told of a service's status updates. One of User, Address and Receiver is set; the address is
// masked.
type Subscriber struct {
	ID       string    `json:"id"`
	Service  string    `json:"service,omitempty"` // empty: all services
	User     string    `json:"user,omitempty"`
	Address  string    `json:"address,omitempty"`
	Receiver string    `json:"receiver,omitempty"` // a room
	By       string    `json:"by,omitempty"`       // who subscribed them
	At       time.Time `json:"at"`
}

// NewSubscriber asks for a subscription of a user, a mail address or a room; of none: yourself.
type NewSubscriber struct {
	Service  string `json:"service,omitempty"` // empty: all services
	User     string `json:"user,omitempty"`
	Address  string `json:"address,omitempty"`
	Receiver string `json:"receiver,omitempty"`
}

// Subscribers lists who is told of status updates, beside those of the configuration.
func (c *Client) Subscribers(ctx context.Context) ([]Subscriber, error) {
	return get[[]Subscriber](ctx, c, "/api/v1/subscribers", nil)
}

// Subscribe has somebody told of a service's status updates.
func (c *Client) Subscribe(ctx context.Context, s NewSubscriber) (Subscriber, error) {
	return post[Subscriber](ctx, c, "/api/v1/subscribers", s)
}

// Unsubscribe ends a subscription.
func (c *Client) Unsubscribe(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodDelete, "/api/v1/subscribers/"+url.PathEscape(id), nil, nil, nil)
}
