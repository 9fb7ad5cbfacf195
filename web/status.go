package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

const (
	statusPast  = 14 * 24 * time.Hour
	noticesMost = 200             // past notices
	statusFresh = 2 * time.Second // how long one reading serves everybody: a status page is read most when least can be spared
)

// operational is how a service does of which nothing is said.
const operational = "operational"

// phaseRank orders what is said of a service, the worst last.
var phaseRank = map[string]int{operational: 0, string(incident.Monitoring): 1, string(incident.Identified): 2, string(incident.Investigating): 3}

// statusReport is GET /api/v1/status: the same for everybody who may read it.
func (c *call) statusReport() error {
	page, err := c.s.statusPage(c.r.Context(), c.now)
	if err != nil {
		return err
	}
	c.write(http.StatusOK, page)
	return nil
}

// statusCache is the last reading of the status page.
type statusCache struct {
	mu   sync.Mutex
	page client.StatusPage
	of   *Config
	book *incident.Rulebook
}

// statusPage is what people outside are told: of the services that the configuration names, what was published to the public,
// and never anything of an incident that is confidential now, whatever was said of it before. Who comes in a rush waits in
// turn, and finds what the first of them has read.
func (s *Server) statusPage(ctx context.Context, now time.Time) (client.StatusPage, error) {
	config, book := s.Config(), s.Engine.Book()
	if page, ok := s.status.fresh(config, book, now); ok {
		return page, nil
	}
	leave, err := s.walks.enter(ctx)
	if err != nil {
		return client.StatusPage{}, err
	}
	defer leave()
	if page, ok := s.status.fresh(config, book, now); ok {
		return page, nil
	}
	r := statusReader{now: now, shown: config.StatusPage.Services}
	if err := s.Store.View(ctx, r.read); err != nil {
		return client.StatusPage{}, err
	}
	page := r.page(config.StatusPage.Title)
	s.status.keep(page, config, book)
	return page, nil
}

// fresh returns the last reading, where it still serves. It may be later than now, for who asked has waited.
func (c *statusCache) fresh(config *Config, book *incident.Rulebook, now time.Time) (client.StatusPage, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	age := now.Sub(c.page.At)
	return c.page, c.of == config && c.book == book && age > -walkPatience && age < statusFresh
}

func (c *statusCache) keep(page client.StatusPage, config *Config, book *incident.Rulebook) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of != config || c.book != book || page.At.After(c.page.At) {
		c.page, c.of, c.book = page, config, book
	}
}

// statusReader reads the status page.
type statusReader struct {
	now           time.Time
	shown         []string          // services
	worst         map[string]string // by service
	current, past []client.Notice
}

func (r *statusReader) may(f *incident.Facts) bool {
	return f.Type != incident.TypeSecurity && f.Updates > 0 && slices.Contains(r.shown, f.Service)
}

func (r *statusReader) read(tx store.Tx) error {
	r.worst, r.current, r.past = map[string]string{}, []client.Notice{}, []client.Notice{}
	open, err := tx.List(store.Filter{States: states["open"], May: r.may})
	if err != nil {
		return err
	}
	for k := range open {
		r.standing(&open[k])
	}
	since := r.now.Add(-statusPast)
	var told []incident.Facts
	err = tx.EachFacts(store.Filter{UpdatedSince: since, May: r.may}, func(f *incident.Facts) error {
		told = append(told, incident.Facts{Number: f.Number, Service: strings.Clone(f.Service), State: f.State, ResolvedAt: f.ResolvedAt, DuplicateOf: f.DuplicateOf})
		return nil
	})
	if err != nil {
		return err
	}
	for k := range told {
		if err := r.said(tx, &told[k], since); err != nil {
			return err
		}
	}
	return nil
}

// standing takes what was last said of an incident under way. What was said to be over, and then came back, is so no more.
func (r *statusReader) standing(i *incident.Incident) {
	st := i.PublicStatus
	if st == nil || i.Confidential() || st.Phase == incident.PhaseResolved {
		return
	}
	r.current = append(r.current, client.Notice{Ref: i.Ref(), Service: i.Service, Phase: string(st.Phase), Text: st.Text, At: st.At})
	if phaseRank[string(st.Phase)] > phaseRank[cmp.Or(r.worst[i.Service], operational)] {
		r.worst[i.Service] = string(st.Phase)
	}
}

// said takes what was published of one incident since a time. Of one that is over although nobody has said so it is said that it is,
// without a word more: a page that goes on investigating would be untrue.
func (r *statusReader) said(tx store.Tx, f *incident.Facts, since time.Time) error {
	lines, err := tx.Timeline(f.Number)
	last := client.Notice{Ref: incident.Ref(f.Number), Service: f.Service}
	for k := range lines {
		e := &lines[k]
		if e.Kind != incident.DidUpdate || e.Data["audience"] != string(incident.ForPublic) || e.At.Before(since) {
			continue
		}
		last.Phase, last.Text, last.At = e.Data["phase"], e.Data["text"], e.At
		r.past = append(r.past, last)
	}
	if over := string(incident.PhaseResolved); last.Phase != "" && last.Phase != over && !f.State.Open() && f.DuplicateOf == 0 && f.ResolvedAt.After(last.At) {
		last.Phase, last.Text, last.At = over, "", f.ResolvedAt
		r.past = append(r.past, last)
	}
	return err
}

func (r *statusReader) page(title string) client.StatusPage {
	newest := func(a, b client.Notice) int { return b.At.Compare(a.At) }
	slices.SortStableFunc(r.current, newest)
	slices.SortStableFunc(r.past, newest)
	out := client.StatusPage{
		Title: cmp.Or(title, "Status"), At: r.now.UTC(), Services: []client.ServiceStatus{}, Current: r.current, Past: r.past[:min(len(r.past), noticesMost)],
	}
	for _, name := range r.shown {
		out.Services = append(out.Services, client.ServiceStatus{Service: name, State: cmp.Or(r.worst[name], operational)})
	}
	return out
}
