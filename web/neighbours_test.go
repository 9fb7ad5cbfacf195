package web_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/web/client"
)

// TestNeighbours: an open incident shows what is open in the services around its own, to who may see it, and on its page.
func TestNeighbours(t *testing.T) {
	w := newProcessWorld(t)
	s := processSettings(w)
	book := *s.Book
	book.Services = maps.Clone(book.Services)
	for name, on := range map[string][]string{"search": {"checkout", "mail"}, "checkout": {"database"}} {
		service := book.Services[name]
		service.DependsOn = on
		book.Services[name] = service
	}
	s.Book = &book
	must(t, w.engine.Reload(t.Context(), s))

	database := w.report("responder", client.Report{Service: "database", Title: "Disk full", Impact: "high", Urgency: "high"})
	secret := w.report("responder", client.Report{Service: "database", Title: "Somebody dumps the tables", Type: "security"})
	checkout := w.report("responder", client.Report{Service: "checkout", Title: "Nobody can pay", Impact: "high", Urgency: "high"})
	search := w.report("responder", client.Report{Service: "search", Title: "No results", Impact: "medium", Urgency: "medium"})
	w.report("responder", client.Report{Service: "mail", Title: "Late"})
	seen := func(list []client.Neighbour) (out []string) {
		for _, n := range list {
			out = append(out, fmt.Sprintf("%s %s %s %s %s", n.Service, n.Ref, n.Priority, n.State, n.Title))
		}
		return out
	}
	of := func(token string, n int64) (up, down []string) {
		d, err := w.api(token).Incident(t.Context(), n, 0)
		must(t, err)
		return seen(d.Upstream), seen(d.Downstream)
	}
	line := func(service string, n int64, rest string) string { return service + " " + incident.Ref(n) + " " + rest }
	up, down := of("viewer", checkout)
	if diff := cmp.Diff([]string{line("database", database, "P1 triggered Disk full")}, up); diff != "" {
		t.Errorf("what checkout depends on, to a viewer (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{line("search", search, "P3 triggered No results")}, down); diff != "" {
		t.Errorf("what depends on checkout (-want +got):\n%s", diff)
	}
	if up, _ := of("admin", checkout); len(up) != 2 {
		t.Errorf("an admin sees %v, and %s should be among it", up, incident.Ref(secret))
	}
	if up, _ := of("viewer", search); len(up) != 3 || up[0][:8] != "checkout" || up[1][:4] != "mail" || up[2][:8] != "database" {
		t.Errorf("search depends on checkout and mail, and by checkout on the database; got %v", up)
	}
	b := w.browse("viewer")
	page := b.get(fmt.Sprintf("/i/%d", checkout))
	has(t, "the page", page, "What checkout depends on has trouble", "Disk full", "What depends on checkout has trouble too", "No results")
	hasNot(t, "the page", page, "Somebody dumps the tables")
	_, err := w.api("responder").Resolve(t.Context(), checkout, client.Resolution{Note: "restarted"})
	must(t, err)
	if up, down := of("viewer", checkout); len(up)+len(down) != 0 {
		t.Errorf("once it is over there is nothing around it, got %v %v", up, down)
	}
}
