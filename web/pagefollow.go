package web

import (
	"net/http"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// followView is whether who looks is told of the status updates of a service.
type followView struct {
	Service string
	On      bool
	All     bool // by a subscription to every service, which is ended elsewhere
}

// following finds the subscription of a user to a service; one without an ID when there is none.
func following(tx store.Tx, u oncall.UserID, service string) (store.Subscriber, error) {
	all, err := tx.Subscribers()
	if err != nil {
		return store.Subscriber{}, err
	}
	var found store.Subscriber
	for _, s := range all {
		if s.User == u && (s.Service == service || s.Service == "" && found.ID == "") {
			found = s
		}
	}
	return found, nil
}

// followAct is POST /i/{n}/follow: somebody wants to hear of the updates of an incident's service, or no longer.
func (c *call) followAct() error {
	i, err := c.namedIncident()
	if err != nil {
		return err
	}
	if c.who.user == "" {
		return bad("", "Log in with a token that has a user.", "this login is nobody's, so nobody can be told")
	}
	form, err := c.form()
	if err != nil {
		return err
	}
	if err := c.follow(i.Service, form.Get("do") != "stop"); err != nil {
		return err
	}
	http.Redirect(c.w, c.r, incidentAddress(i.Number)+"#follow", http.StatusSeeOther)
	return nil
}

func (c *call) follow(service string, on bool) error {
	var s store.Subscriber
	err := c.s.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		s, err = following(tx, c.who.user, service)
		return err
	})
	switch {
	case err != nil:
		return err
	case on && s.ID == "":
		if s, err = c.subscription(&client.NewSubscriber{Service: service}); err == nil {
			_, err = c.s.Engine.Subscribe(c.r.Context(), s, c.who.actor())
		}
	case !on && s.ID != "" && s.Service == service:
		err = c.s.Engine.Unsubscribe(c.r.Context(), s.ID, c.who.actor())
	}
	return err
}
