package web

import (
	"net/http"
	"net/mail"
	"slices"
	"strings"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// subscribers is GET /api/v1/subscribers.
func (c *call) subscribers() error {
	out := []client.Subscriber{}
	err := c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		all, err := tx.Subscribers()
		for k := range all {
			out = append(out, wireSubscriber(&all[k]))
		}
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

func wireSubscriber(s *store.Subscriber) client.Subscriber {
	return client.Subscriber{
		ID: s.ID, Service: s.Service, User: string(s.User), Address: mask(oncall.Email, s.Address), Receiver: s.Receiver, By: s.By, At: s.At,
	}
}

// subscribe is POST /api/v1/subscribers. Anybody may subscribe themselves; to subscribe others takes a responder.
func (c *call) subscribe() error {
	var in client.NewSubscriber
	if err := c.decode(&in); err != nil {
		return err
	}
	s, err := c.subscription(&in)
	if err != nil {
		return err
	}
	if (s.User == "" || s.User != c.who.user) && !c.who.role.allows(Responder) {
		return errNotYourself
	}
	s, err = c.s.Engine.Subscribe(c.r.Context(), s, c.who.actor())
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", "/api/v1/subscribers/"+s.ID)
	c.write(http.StatusCreated, wireSubscriber(&s))
	return nil
}

// subscription checks whom a request means: one user, address or room; nobody is whoever asks.
func (c *call) subscription(in *client.NewSubscriber) (s store.Subscriber, err error) {
	if err := knownService(c.s.Engine.Book(), in.Service); err != nil {
		return s, err
	}
	s.Service = in.Service
	named := slices.DeleteFunc([]string{in.User, in.Address, in.Receiver}, func(w string) bool { return w == "" })
	switch {
	case len(named) > 1:
		return s, bad("", "Send one request for each.", "there is more than one of user, address and receiver")
	case len(named) == 0 && c.who.user == "":
		return s, bad("user", "Name a user, a mail address or a receiver.", "this token has no user, so it cannot mean itself")
	case len(named) == 0:
		s.User, err = c.somebody(string(c.who.user))
	case in.User != "":
		s.User, err = c.somebody(in.User)
	case in.Address != "":
		s.Address, err = mailAddress("address", in.Address)
	case !slices.Contains(c.s.Config().Receivers, in.Receiver):
		err = errNoReceiver
	default:
		s.Receiver = in.Receiver
	}
	return s, err
}

// mailAddress checks a bare mail address.
func mailAddress(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > longestTitle || strings.ContainsAny(s, " \t\r\n") {
		return "", bad(field, "Write it as name@example.com.", "%q is no mail address", brief(s))
	}
	return s, nil
}

// unsubscribe is DELETE /api/v1/subscribers/{id}. Anybody may unsubscribe themselves; others take a responder.
func (c *call) unsubscribe() error {
	id := c.r.PathValue("id")
	var found *store.Subscriber
	err := c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		all, err := tx.Subscribers()
		for k := range all {
			if all[k].ID == id {
				found = &all[k]
			}
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case found == nil:
		return errGone
	case (found.User == "" || found.User != c.who.user) && !c.who.role.allows(Responder):
		return errNotYourself
	}
	if err := c.s.Engine.Unsubscribe(c.r.Context(), id, c.who.actor()); err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
