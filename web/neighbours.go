package web

import (
	"cmp"
	"slices"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// neighboursMost is how many open incidents are read of what a service depends on, and of what depends on it.
const neighboursMost = 10

// neighbours are open incidents of the services around one: whoever is woken for the shop wants to know that its database is down,
// and whoever has the database, whom else it hurts.
type neighbours struct {
	up, down []incident.Incident
}

// around reads what is open around the service of an open incident, as far as the caller may see it.
func (c *call) around(h *veil, i *incident.Incident) (n neighbours, err error) {
	if !i.State.Open() {
		return n, nil
	}
	book := c.s.Engine.Book()
	if n.up, err = c.openOf(h, i, book.Upstream(i.Service)); err == nil {
		n.down, err = c.openOf(h, i, book.Downstream(i.Service))
	}
	return n, err
}

// openOf reads the open incidents of some services, the nearest service first, and of each the most urgent.
func (c *call) openOf(h *veil, i *incident.Incident, services []string) ([]incident.Incident, error) {
	if len(services) == 0 {
		return nil, nil
	}
	got, _, err := c.list(h.tx, store.Filter{States: states["open"], Services: services, Limit: neighboursMost})
	if err != nil {
		return nil, err
	}
	got = slices.DeleteFunc(got, func(o incident.Incident) bool { return o.Number == i.Number })
	for k := range got {
		h.hushIncident(&got[k])
	}
	slices.SortStableFunc(got, func(a, b incident.Incident) int {
		return cmp.Or(
			cmp.Compare(slices.Index(services, a.Service), slices.Index(services, b.Service)),
			cmp.Compare(a.Priority, b.Priority),
			cmp.Compare(a.Number, b.Number),
		)
	})
	return got, nil
}

func (t teller) neighbours(list []incident.Incident) (out []kin) {
	for k := range list {
		out = append(out, *t.kinOf(list[k].Service, &list[k]))
	}
	return out
}

func wireNeighbours(list []incident.Incident) []client.Neighbour {
	out := []client.Neighbour{}
	for k := range list {
		i := &list[k]
		out = append(out, client.Neighbour{
			Service: i.Service, Incident: i.Number, Ref: i.Ref(), Title: i.Title, State: string(i.State), Priority: string(i.Priority),
		})
	}
	return out
}
