package engine

import (
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

// youth is how long an incident counts for its integration although it is over: a source whose alerts come and go must not
// open one after the other without end.
const youth = time.Hour

// overflowKey begins the group keys of overflow incidents. Those of routes begin with a brace.
const overflowKey = "overflow of "

// crowd counts, for each integration, the incidents that it opened and that are open or young. It is read from the store at
// the start and owned by the committer afterwards.
type crowd map[string]*headcount

type headcount struct {
	open  int
	young map[int64]time.Time // over, but opened less than youth ago: when each was opened
	next  time.Time           // before this none of young grows old
}

func (c crowd) of(integration string) *headcount {
	h := c[integration]
	if h == nil {
		h = &headcount{young: map[int64]time.Time{}}
		c[integration] = h
	}
	return h
}

// counts reports whether an incident counts for an integration: not those that a person reported, nor what overflowed.
func counts(reporter, integration, groupKey string) bool {
	return reporter == "" && integration != heartbeatIntegration && !strings.HasPrefix(groupKey, overflowKey)
}

// load counts what is young; what is open is told by moved.
func (c crowd) load(tx store.Tx, now time.Time) error {
	return tx.EachFacts(store.Filter{Since: now.Add(-youth)}, func(f *incident.Facts) error {
		if !f.State.Open() && counts(f.Reporter, f.Source, f.GroupKey) {
			c.of(f.Source).young[f.Number] = f.CreatedAt
		}
		return nil
	})
}

// moved notes that an incident was opened, ended or reopened.
func (c crowd) moved(i *incident.Incident, was incident.State) {
	is := i.State
	if is == was || was != "" && was.Open() == is.Open() || !counts(i.Reporter, i.Source, i.GroupKey) {
		return
	}
	h := c.of(i.Source)
	if is.Open() {
		h.open++
		delete(h.young, i.Number)
		return
	}
	if was.Open() {
		h.open--
	}
	h.young[i.Number] = i.CreatedAt
	h.next = earlier(h.next, i.CreatedAt.Add(youth))
}

// size is how many incidents count for an integration.
func (c crowd) size(integration string, now time.Time) int {
	h := c[integration]
	if h == nil {
		return 0
	}
	if !now.Before(h.next) {
		h.next = time.Time{}
		for n, at := range h.young {
			if until := at.Add(youth); now.Before(until) {
				h.next = earlier(h.next, until)
			} else {
				delete(h.young, n)
			}
		}
	}
	return h.open + len(h.young)
}

// overflow is where an alert goes whose group would be one incident too many of its integration: to the one incident that
// gathers them all, for each service and each road to people that a route may set, so that nobody hears of it later, or of what
// is confidential, by it. nil: there is room.
func (b *batch) overflow(integration string, d *router.Decision) *router.Decision {
	most := b.live.Limits.Incidents
	if most <= 0 || integration == heartbeatIntegration || d.Overflow != "" || b.e.crowd.size(integration, b.now)+b.opened[integration] < most {
		return nil
	}
	o := *d
	o.Overflow, o.GroupKey = integration, overflowKey+integration
	o.GroupLabels = map[string]string{"integration": integration}
	for _, way := range [][2]string{{"escalation", d.Policy}, {"urgency", d.Urgency}, {"impact", d.Impact}, {"type", d.Type}} {
		if way[1] != "" {
			o.GroupKey += " " + way[0] + "=" + way[1]
		}
	}
	b.after(func() { b.e.metrics.Overflows.WithLabelValues(integration).Inc() })
	return &o
}
