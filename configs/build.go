package configs

import (
	"time"

	"github.com/prometheus/alertmanager/timeinterval"
	"gopkg.in/yaml.v3"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// draft is what the sections gave, before the snapshots are built of it.
type draft struct {
	root      object
	users     []oncall.User
	teams     []oncall.Team
	schedules []*oncall.Schedule
	policies  []oncall.Policy
	fallback  oncall.PolicyID
	services  []incident.Service
	matrix    map[incident.Grade]map[incident.Grade]incident.Priority
	page      map[incident.Priority]bool
	types     map[string][]string
	route     *router.Route
	routeAt   map[*router.Route]value
	maxShare  float64
	intervals map[string][]timeinterval.TimeInterval
	calendars map[string]*sla.Calendar
	slas      []*sla.Definition
	holds     []string // hold reasons
	closeIn   time.Duration
	noteFor   map[incident.Priority]bool
	cadence   map[incident.Priority]time.Duration
	templates map[string]string
	reviews   incident.Reviews
}

// build makes the immutable snapshots of a file without errors.
func (l *loader) build(tree *yaml.Node) {
	d, c := &l.draft, l.c
	c.roster = oncall.NewRoster(d.users, d.teams, d.schedules, d.policies, d.fallback)
	c.tree = router.NewTree(d.route)
	c.gate = router.NewGate(c.inhibits, c.windows, d.intervals)
	c.rulebook = &incident.Rulebook{
		Roster: c.roster, Services: map[string]incident.Service{}, Matrix: d.matrix, Page: d.page, Types: d.types, Version: c.version,
		CloseIn: d.closeIn, SLAs: d.slas, HoldReasons: d.holds, NoteFor: d.noteFor, Cadence: d.cadence, Templates: d.templates, Reviews: d.reviews,
	}
	for _, s := range d.services {
		c.rulebook.Services[s.Name] = s
	}
	c.days = d.calendars
	c.redacted = l.redact(tree)
	c.outline = outline(tree)
	c.compat, c.doc = l.alertmanager(), tree
}
