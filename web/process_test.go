package web_test

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/engine"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web"
	"github.com/rouse/rouse/web/client"
)

// newProcessWorld is a world whose configuration has the whole process: SLAs, notes and reviews that are owed, templates of
// status updates, a room, a status page of two services, a second team with a service of its own, and a way to erase people.
func newProcessWorld(t testing.TB, change ...func(*web.Deps)) *world {
	t.Helper()
	var w *world
	w = newWorld(t, append(change, func(d *web.Deps) {
		d.Erase = func(ctx context.Context, u oncall.UserID, also []string, by incident.Actor) (client.Erased, error) {
			got, err := w.engine.Erase(ctx, engine.Person{User: u, Also: also}, by)
			return client.Erased{Alias: got.Alias, Incidents: got.Incidents, Entries: got.Entries, Acts: got.Acts, Contacts: got.Contacts}, err
		}
	})...)
	must(t, w.engine.Reload(t.Context(), processSettings(w)))
	w.change(func(c *web.Config) {
		c.StatusPage = web.StatusPage{Title: "How we do", Services: []string{"checkout", "database"}}
		c.Receivers = []string{"ops-room"}
	})
	return w
}

func processSettings(w *world) engine.Settings {
	s := settings(w.links)
	book := *s.Book
	r := book.Roster
	teams := []oncall.Team{}
	for _, id := range []oncall.TeamID{"payments"} {
		t, _ := r.Team(id)
		teams = append(teams, t)
	}
	users := append(r.Users(), oncall.User{ID: "eve", Name: "Eve Stone", Zone: time.UTC, Email: "eve@example.com"}, oncall.User{ID: "fay", Name: "Fay Moss", Zone: time.UTC, Email: "fay@example.com"})
	teams = append(teams, oncall.Team{ID: "search", Members: []oncall.UserID{"eve"}, Manager: "fay"})
	book.Roster = oncall.NewRoster(users, teams, r.Schedules(), r.Policies(), r.Fallback())
	book.Services = maps.Clone(book.Services)
	book.Services["search"] = incident.Service{Name: "search", Team: "search", Policy: "everyone", Impact: incident.GradeHigh}
	book.NoteFor = map[incident.Priority]bool{"P1": true}
	book.HoldReasons = []string{"vendor", "customer", "problem"}
	book.Templates = map[string]string{"investigating": "We look into {{.Title}}.", "resolved": "{{.Title}} is over."}
	book.Cadence = map[incident.Priority]time.Duration{"P1": 30 * time.Minute}
	book.Reviews = incident.Reviews{Required: map[incident.Priority]bool{"P1": true}, Due: 5 * 24 * time.Hour}
	book.SLAs = []*sla.Definition{{
		Name: "standard", Response: map[string]time.Duration{"P1": 15 * time.Minute, "P2": time.Hour},
		Resolution: map[string]time.Duration{"P1": 4 * time.Hour, "P2": 8 * time.Hour}, PauseOnHold: []string{"vendor"}, WarnAt: []int{50},
	}}
	s.Book, s.RoomNames = &book, []string{"ops-room"}
	return s
}

// report reports an incident as the user of a token and returns its number.
func (w *world) report(token string, r client.Report) int64 {
	w.t.Helper()
	i, err := w.api(token).Report(w.t.Context(), r)
	must(w.t, err)
	w.told(i.Number)
	return i.Number
}

// record stores a change event.
func (w *world) record(c alert.Change) {
	w.t.Helper()
	must(w.t, w.engine.Record(w.t.Context(), c))
}

func ref(n int64) string { return fmt.Sprintf("/api/v1/incidents/%d", n) }

// acts reads the verbs of the audit log.
func (w *world) acts() (verbs []string) {
	w.t.Helper()
	must(w.t, w.store.View(w.t.Context(), func(tx store.Tx) error {
		all, err := tx.Acts(0, 0)
		for _, a := range all {
			verbs = append(verbs, a.Verb)
		}
		return err
	}))
	return verbs
}
