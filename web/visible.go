package web

import (
	"context"
	"slices"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// typeSecurity is the incident type that only its team and admins see.
const typeSecurity = "security"

// sees reports whether somebody may know of an incident.
func (i identity) sees(in *incident.Incident, book *incident.Rulebook) bool {
	if in.Type != typeSecurity || i.role == Admin {
		return true
	}
	return i.user != "" && inTeam(book, in, i.user)
}

// inTeam reports whether a user is a member of the incident's team, or its manager.
func inTeam(book *incident.Rulebook, in *incident.Incident, u oncall.UserID) bool {
	id := oncall.TeamID(in.Team)
	if id == "" {
		id = book.Services[in.Service].Team
	}
	t, ok := book.Roster.Team(id)
	return ok && (t.Manager == u || slices.Contains(t.Members, u))
}

// incident reads an incident that the caller may see. Any other is incident.ErrNoIncident, as one that does not exist.
func (c *call) incident(tx store.Tx, n int64) (incident.Incident, error) {
	i, err := tx.Incident(n)
	if isNotFound(err) || (err == nil && !c.who.sees(&i, c.s.Engine.Book())) {
		return incident.Incident{}, incident.ErrNoIncident
	}
	return i, err
}

// mustSee refuses what is about an incident that the caller may not see.
func (c *call) mustSee(ctx context.Context, n int64) error {
	return c.s.Store.View(ctx, func(tx store.Tx) error {
		_, err := c.incident(tx, n)
		return err
	})
}

// list reads incidents that the caller may see, newest first, and says from where to go on; 0 when that was all.
func (c *call) list(tx store.Tx, f store.Filter) (got []incident.Incident, next int64, err error) {
	book, limit := c.s.Engine.Book(), f.Limit
	f.Limit = limit + 1
	for {
		some, err := tx.List(f)
		if err != nil {
			return nil, 0, err
		}
		for k := range some {
			if !c.who.sees(&some[k], book) {
				continue
			}
			if len(got) == limit {
				return got, got[limit-1].Number, nil
			}
			got = append(got, some[k])
		}
		if len(some) < f.Limit {
			return got, 0, nil
		}
		f.Below = some[len(some)-1].Number
	}
}
