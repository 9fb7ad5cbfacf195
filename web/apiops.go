package web

import (
	_ "embed"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// send is POST /api/v1/send: a real page that says that nothing is broken. To oneself it is free; to others it wakes people.
func (c *call) send() error {
	var in client.TestPage
	if err := c.decode(&in); err != nil {
		return err
	}
	u, ok := c.s.Engine.Book().Roster.UserByName(in.User)
	if !ok {
		return incident.ErrNobody
	}
	if u.ID != c.who.user && !c.who.role.allows(Manager) {
		return errNoTestRight
	}
	if in.Via == "" {
		in.Via = string(oncall.SMS)
	}
	if err := among("via", in.Via, string(oncall.SMS), string(oncall.Call), string(oncall.Email)); err != nil {
		return err
	}
	if u.Address(oncall.Method(in.Via)) == "" {
		return errNoContact
	}
	words, err := line("text", in.Text)
	if err != nil {
		return err
	}
	id, err := c.s.Engine.SendTest(c.r.Context(), u.ID, oncall.Method(in.Via), words, c.who.actor())
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", "/api/v1/pages/"+id)
	c.write(http.StatusAccepted, client.Sent{Page: id})
	return nil
}

// page is GET /api/v1/pages/{id...}. A page is seen by who sees its incident.
func (c *call) page() error {
	var out client.Page
	err := c.view(func(tx store.Tx, v *veil) error {
		p, err := tx.Page(c.r.PathValue("id"))
		if err == nil && p.Incident != 0 {
			_, err = c.incident(tx, p.Incident)
		}
		if err == nil {
			out = v.wirePage(&p)
		}
		return err
	})
	if errors.Is(err, incident.ErrNoIncident) {
		err = errGone // as for an id that was never given out
	}
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

// heartbeats is GET /api/v1/heartbeats.
func (c *call) heartbeats() error {
	last, missed := c.s.Engine.Heartbeats()
	out := []client.Heartbeat{}
	for name, at := range last {
		out = append(out, client.Heartbeat{Name: name, LastAt: utc(at), Missed: missed[name]})
	}
	slices.SortFunc(out, func(a, b client.Heartbeat) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	c.write(http.StatusOK, out)
	return nil
}

// reload is POST /-/reload.
func (c *call) reload() error {
	if c.s.Reload == nil {
		return errNoReload
	}
	if err := c.s.Reload(c.r.Context()); err != nil {
		return &reloadError{err}
	}
	if err := c.s.Engine.Note(c.r.Context(), c.who.actor(), "reload", "the configuration was read again"); err != nil {
		return err
	}
	c.write(http.StatusOK, map[string]string{"status": "reloaded"})
	return nil
}

// healthy is GET /-/healthy: the process is alive, and none of its loops stands still.
func (c *call) healthy() error {
	if c.s.Healthy != nil {
		if err := c.s.Healthy(); err != nil {
			return &readyError{err}
		}
	}
	c.write(http.StatusOK, map[string]string{"status": "healthy"})
	return nil
}

// ready is GET /-/ready: alerts can be taken and kept.
func (c *call) ready() error {
	if c.s.Ready != nil {
		if err := c.s.Ready(c.r.Context()); err != nil {
			return &readyError{err}
		}
	}
	c.write(http.StatusOK, map[string]string{"status": "ready"})
	return nil
}

// metrics is GET /metrics.
func (c *call) metrics() error {
	if c.s.Metrics == nil {
		return errNoRoute
	}
	c.s.Metrics.ServeHTTP(c.w, c.r)
	return nil
}

// openapi describes the API. It is written by hand, and a test compares it with the routes and with real answers.
//
//go:embed openapi.yaml
var openapi []byte

func (c *call) openapiYAML() error {
	c.w.Header().Set("Content-Type", "application/yaml")
	_, _ = c.w.Write(openapi) // whoever asked is gone; nothing is left to do
	return nil
}

// openapiAsJSON is the same as JSON, for tools that want it. A test keeps the two alike (go test ./web -update writes it).
//
//go:embed openapi.json
var openapiAsJSON []byte

func (c *call) openapiJSON() error {
	c.w.Header().Set("Content-Type", "application/json")
	_, _ = c.w.Write(openapiAsJSON) // whoever asked is gone; nothing is left to do
	return nil
}

// backup is GET /api/v1/backup: a whole copy of the store while it is in use. The audit log says beforehand who asked. A copy that
// breaks off is never ended in good order, so that nobody takes it for a whole one.
func (c *call) backup() error {
	if err := c.s.Engine.Note(c.r.Context(), c.who.actor(), "backup", "a copy of everything was asked for"); err != nil {
		return err
	}
	_ = http.NewResponseController(c.w).SetWriteDeadline(time.Time{}) // a copy takes as long as it takes; not every writer has deadlines
	c.w.Header().Set("Content-Type", "application/octet-stream")
	err := c.s.Store.Backup(c.r.Context(), c.w)
	if errors.Is(err, store.ErrNoBackup) {
		return err
	}
	if err != nil {
		c.s.Log.Error("a backup broke off", "err", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}
