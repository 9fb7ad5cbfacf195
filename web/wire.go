package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// incidentURL is the page of an incident for somebody with a login.
func (s *Server) incidentURL(n int64) string {
	base := s.Config().PublicURL
	if base == "" {
		return ""
	}
	return fmt.Sprintf("%s/i/%d", strings.TrimRight(base, "/"), n)
}

// paging names who is being told now; held is who is told later.
func paging(i *incident.Incident) (users []string, held []incident.Held) {
	now, held := i.Paged()
	for _, u := range now {
		users = append(users, string(u))
	}
	return users, held
}

func wireHeld(held []incident.Held) []client.Held {
	var out []client.Held
	for _, h := range held {
		out = append(out, client.Held{User: string(h.User), At: h.At})
	}
	return out
}

func wireSuppression(s *router.Suppression) *client.Suppression {
	if s == nil {
		return nil
	}
	return &client.Suppression{Kind: string(s.Kind), Rule: s.Rule, Until: s.Until}
}

func wireActor(a incident.Actor) client.Actor {
	return client.Actor{Kind: string(a.Kind), Name: a.Name, Channel: a.Channel}
}

func wireEntry(e *incident.Entry) client.Entry {
	return client.Entry{Seq: e.Seq, At: e.At, Kind: string(e.Kind), By: wireActor(e.By), What: e.What, Why: e.Why, Data: e.Data}
}

func wireAlert(a *store.Alert) client.Alert {
	return client.Alert{
		Integration: a.Integration, Key: a.Key, State: string(a.State), Severity: string(a.Severity), Title: a.Title,
		Description: a.Description, Labels: a.Labels, Annotations: a.Annotations, Links: alertLinks(a), FirstAt: a.FirstAt,
		StartsAt: a.StartsAt, EndsAt: a.EndsAt, UpdatedAt: a.UpdatedAt, Muted: wireSuppression(a.Muted),
	}
}

// alertLinks are the addresses that an alert's source sent along and that may be followed.
func alertLinks(a *store.Alert) []client.Link {
	var out []client.Link
	for _, l := range append([]alert.Link{{Href: a.Source, Text: "Source"}}, a.Links...) {
		if href := webLink(l.Href); href != "" {
			out = append(out, client.Link{Href: href, Text: l.Text})
		}
	}
	return out
}

// wirePage is a page with its addresses masked; what a reply said to somebody is theirs alone.
func wirePage(p *store.Page) client.Page {
	to := p.To
	if to == "" {
		to = p.Address
	}
	return client.Page{
		ID: p.ID, Kind: string(p.Kind), Incident: p.Incident, User: string(p.User), Via: string(p.Via), Receiver: p.Receiver,
		To: mask(p.Via, to), State: string(p.State), Done: !p.State.Live(), Outcome: string(p.Outcome), Class: string(p.Class),
		Code: p.Code, Detail: p.Detail, Provider: p.Provider, Attempt: p.Attempt, Parent: p.Parent, Why: p.Why, At: p.At,
		SentAt: p.SentAt, UpdatedAt: p.UpdatedAt,
	}
}

// mask hides a number or a mail address.
func mask(via oncall.Method, address string) string {
	switch {
	case address == "":
		return ""
	case via == oncall.Email || strings.Contains(address, "@"):
		return notify.MaskMail(address)
	}
	return notify.MaskNumber(address)
}

// person is a user by name; somebody who has left the configuration by id.
func person(r *oncall.Roster, id oncall.UserID) client.Person {
	if u, ok := r.User(id); ok && u.Name != "" {
		return client.Person{ID: string(id), Name: u.Name}
	}
	return client.Person{ID: string(id), Name: string(id)}
}

func people(r *oncall.Roster, ids []oncall.UserID) []client.Person {
	out := make([]client.Person, len(ids))
	for i, id := range ids {
		out[i] = person(r, id)
	}
	return out
}

func wireShift(r *oncall.Roster, s oncall.Shift) client.Shift {
	return client.Shift{From: s.From.UTC(), To: utc(s.To), People: people(r, s.Users), Override: s.Override}
}

// utc is t in UTC, with the zero time left as it is.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}

func wireSilence(s *router.Silence, now time.Time) client.Silence {
	out := client.Silence{
		ID: s.ID, State: s.State(now), StartsAt: s.StartsAt, EndsAt: s.EndsAt, UpdatedAt: s.UpdatedAt, CreatedBy: s.CreatedBy,
		Comment: s.Comment, Matchers: []string{},
	}
	for _, m := range s.Matchers {
		word := m.Name + "=~" + m.Value
		if c, err := m.Compile(); err == nil { // what is stored was checked; else the words have to do
			word = c.String()
		}
		out.Matchers = append(out.Matchers, word)
	}
	return out
}
