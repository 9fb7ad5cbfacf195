package migrate

import (
	"slices"
	"strings"
	"time"
)

// What Grafana OnCall's HTTP API says of itself (grafana.com/docs/oncall, API reference), as far as rouse has an equal or a word for it.
type (
	gfUser struct {
		ID       string   `json:"id"`
		Username string   `json:"username"`
		Email    string   `json:"email"`
		Timezone string   `json:"timezone"`
		Teams    []string `json:"teams"`
	}
	gfTeam struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	gfRule struct {
		UserID    string `json:"user_id"`
		Position  int    `json:"position"`
		Important bool   `json:"important"`
		Type      string `json:"type"`
		Duration  *int   `json:"duration"` // seconds
	}
	gfSchedule struct {
		ID       string   `json:"id"`
		Name     string   `json:"name"`
		Type     string   `json:"type"`
		TeamID   string   `json:"team_id"`
		TimeZone string   `json:"time_zone"`
		Shifts   []string `json:"shifts"`
		ICal     string   `json:"ical_url_primary"`
		ICalOver string   `json:"ical_url_overrides"`
	}
	gfShift struct {
		ID         string     `json:"id"`
		Name       string     `json:"name"`
		Type       string     `json:"type"`
		TimeZone   string     `json:"time_zone"`
		Level      int        `json:"level"`
		Start      string     `json:"start"` // local, of the shift's zone or else the schedule's
		Rotation   string     `json:"rotation_start"`
		Duration   int        `json:"duration"` // seconds
		Frequency  string     `json:"frequency"`
		Interval   int        `json:"interval"`
		Until      string     `json:"until"`
		WeekStart  string     `json:"week_start"`
		ByDay      []string   `json:"by_day"`
		ByMonth    []int      `json:"by_month"`
		ByMonthday []int      `json:"by_monthday"`
		Users      []string   `json:"users"`
		Rolling    [][]string `json:"rolling_users"`
		From       int        `json:"start_rotation_from_user_index"`
	}
	gfChain struct {
		ID     string `json:"id"`
		Name   string `json:"name"`
		TeamID string `json:"team_id"`
	}
	gfStep struct {
		ChainID   string   `json:"escalation_chain_id"`
		Position  int      `json:"position"`
		Type      string   `json:"type"`
		Important bool     `json:"important"`
		Duration  *int     `json:"duration"`
		Persons   []string `json:"persons_to_notify"`
		InTurn    []string `json:"persons_to_notify_next_each_time"`
		Schedule  string   `json:"notify_on_call_from_schedule"`
		Team      string   `json:"team_to_notify"`
	}
	gfIntegration struct {
		ID      string  `json:"id"`
		Name    string  `json:"name"`
		TeamID  string  `json:"team_id"`
		Type    string  `json:"type"`
		Default gfRoute `json:"default_route"`
	}
	gfRoute struct {
		IntegrationID string `json:"integration_id"`
		ChainID       string `json:"escalation_chain_id"`
		Kind          string `json:"routing_type"`
		Regex         string `json:"routing_regex"`
		Position      int    `json:"position"`
		Last          bool   `json:"is_the_last_route"`
	}
)

type grafana struct {
	*pager
	rules  map[string][]gfRule
	shifts map[string]gfShift
	steps  map[string][]gfStep
	routes map[string][]gfRoute
	parts  map[string][]string
}

// GrafanaOnCall imports answers of its HTTP API: users, teams, personal_notification_rules, schedules, on_call_shifts,
// escalation_chains, escalation_policies, integrations and routes, each {results: [...]} in a file named after it.
func GrafanaOnCall(files []File, o Options) (*Result, error) {
	e, err := gather(files, "users", "teams", "personal_notification_rules", "schedules", "on_call_shifts", "escalation_chains", "escalation_policies", "integrations", "routes")
	if err != nil {
		return nil, err
	}
	p := &grafana{newPager("Grafana OnCall's API", e, o), map[string][]gfRule{}, map[string]gfShift{}, map[string][]gfStep{}, map[string][]gfRoute{}, map[string][]string{}}
	for _, step := range []func() error{p.collect, p.readUsers, p.readTeams, p.readSchedules, p.readChains, p.readIntegrations} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	p.lost = append(p.lost, Lost{What: "Phone numbers are not in Grafana OnCall's API: write them beside the users."})
	p.feed = []string{
		"alertmanager: {type: alertmanager, token: env:ROUSE_ALERTMANAGER}",
		"grafana: {type: grafana, token: env:ROUSE_GRAFANA}    # a contact point of type webhook",
		"scripts: {type: generic, token: env:ROUSE_SCRIPTS}",
	}
	return p.finish()
}

// collect sorts what belongs to something else.
func (p *grafana) collect() error {
	if err := each(p.export, "personal_notification_rules", func(r gfRule) error {
		p.rules[r.UserID] = append(p.rules[r.UserID], r)
		return nil
	}); err != nil {
		return err
	}
	if err := each(p.export, "on_call_shifts", func(x gfShift) error { p.shifts[x.ID] = x; return nil }); err != nil {
		return err
	}
	if err := each(p.export, "escalation_policies", func(s gfStep) error {
		p.steps[s.ChainID] = append(p.steps[s.ChainID], s)
		return nil
	}); err != nil {
		return err
	}
	return each(p.export, "routes", func(r gfRoute) error {
		p.routes[r.IntegrationID] = append(p.routes[r.IntegrationID], r)
		return nil
	})
}

func (p *grafana) readUsers() error {
	return each(p.export, "users", func(in gfUser) error {
		u := user{id: p.name(in.ID, in.Username, in.Email), name: in.Username}
		_, u.zone = zoneOf(in.Timezone, &u.notes)
		u.mail(in.Email)
		rules := p.rules[in.ID]
		slices.SortStableFunc(rules, func(a, b gfRule) int { return a.Position - b.Position })
		u.high = p.ruleSteps(&u, rules, true)
		u.low = p.ruleSteps(&u, rules, false)
		p.users = append(p.users, u)
		return nil
	})
}

// ruleSteps adds the waits up. Calls and texts stay, for the number is to be written.
func (p *grafana) ruleSteps(u *user, rules []gfRule, important bool) []step {
	var all []step
	after := 0
	for _, r := range rules {
		if r.Important != important {
			continue
		}
		via := map[string]string{"notify_by_sms": "sms", "notify_by_phone_call": "call", "notify_by_email": "email"}[r.Type]
		switch {
		case r.Type == "wait":
			if r.Duration != nil {
				after += min(max(*r.Duration, 0), 7*86400) / 60
			}
		case via == "":
			u.notes.add("%s has no equal in rouse, which sends texts, calls and mail.", r.Type)
		case via != "email" || u.email != "":
			all = append(all, step{via, after})
		}
	}
	return all
}

func (p *grafana) readTeams() error {
	members := map[string][]string{}
	if err := each(p.export, "users", func(in gfUser) error {
		for _, t := range in.Teams {
			if id := p.person(in.ID); !slices.Contains(members[t], id) {
				members[t] = append(members[t], id)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return each(p.export, "teams", func(in gfTeam) error {
		if len(members[in.ID]) == 0 {
			p.lost = append(p.lost, Lost{What: "The team " + oneLine(in.Name) + " is left out: no user of the export belongs to it."})
			return nil
		}
		p.teams = append(p.teams, team{id: p.groups.give(in.ID, lower(in.Name), "team"), members: members[in.ID]})
		return nil
	})
}

func (p *grafana) readSchedules() error {
	return each(p.export, "schedules", func(in gfSchedule) error {
		s := schedule{id: p.rotas.give(in.ID, lower(in.Name), "schedule"), team: p.groups.of[in.TeamID]}
		zone, name := zoneOf(in.TimeZone, &s.notes)
		s.zone = name
		if in.ICal != "" || in.ICalOver != "" {
			s.notes.add("is made from a calendar (iCal), which has no equal: write its turns as layers.")
		}
		top := 0
		for _, id := range in.Shifts {
			top = max(top, p.shifts[id].Level)
		}
		var all []shift
		for _, id := range in.Shifts {
			x, ok := p.shifts[id]
			if !ok {
				s.notes.add("the shift %s is not in the export and is left out.", id)
				continue
			}
			all = append(all, p.shift(&s, zone, x, top)...)
		}
		slices.SortStableFunc(all, func(a, b shift) int { return a.level - b.level })
		p.parts[in.ID] = p.together(s, all)
		return nil
	})
}

func (p *grafana) readChains() error {
	return each(p.export, "escalation_chains", func(in gfChain) error {
		x := policy{id: p.chains.give(in.ID, lower(in.Name), "policy"), then: everyone, repeat: 1}
		steps := p.steps[in.ID]
		slices.SortStableFunc(steps, func(a, b gfStep) int { return a.Position - b.Position })
		open := level{wait: "5m"}
		closed := false // the last level cannot grow, but its wait is still to come
		flush := func() {
			if len(open.notify)+len(open.notes) > 0 {
				x.level(open)
			}
			open = level{wait: "5m"}
		}
		for _, s := range steps {
			switch s.Type {
			case "wait":
				wait := s.wait()
				switch {
				case len(open.notify) > 0:
					open.wait = wait
				case closed && len(x.levels) > 0:
					x.levels[len(x.levels)-1].wait = wait
				case len(x.levels) == 0:
					x.notes.add("a wait before anybody is told has no equal: the first level is told at once.")
				}
				flush()
				closed = false
			case "repeat_escalation":
				x.repeat = 6
			case "notify_person_next_each_time":
				flush()
				open.turns = true
				p.tell(&open, s)
				flush()
				closed = true
			default:
				p.tell(&open, s)
			}
		}
		flush()
		x.notes.add("Grafana OnCall ended after %s; rouse goes on with the fallback.", rounds(x.repeat))
		p.chain(x)
		return nil
	})
}

// wait is how long a step waits.
func (s gfStep) wait() string {
	if s.Duration == nil {
		return "5m"
	}
	return short(time.Duration(min(max(*s.Duration, 60), 7*86400)/60) * time.Minute)
}

// tell adds whom a step tells.
func (p *grafana) tell(l *level, s gfStep) {
	if s.Important {
		l.notes.add("was important: in rouse the urgency of the incident says how people are told.")
	}
	switch s.Type {
	case "notify_persons", "notify_person_next_each_time":
		for _, id := range slices.Concat(s.Persons, s.InTurn) {
			p.target(l, "user", id, "")
		}
	case "notify_on_call_from_schedule":
		if parts := p.parts[s.Schedule]; len(parts) > 0 {
			l.schedules(parts)
			return
		}
		p.target(l, "schedule", s.Schedule, "")
	case "notify_team_members":
		p.target(l, "team", s.Team, "")
	default:
		l.notes.add("the step %s has no equal in an escalation and is left out.", orElse(s.Type, "without a type"))
	}
}

func (p *grafana) readIntegrations() error {
	return each(p.export, "integrations", func(in gfIntegration) error {
		all := p.routes[in.ID]
		slices.SortStableFunc(all, func(a, b gfRoute) int { return a.Position - b.Position })
		s := service{id: p.products.give(in.ID, lower(in.Name), "service"), team: p.groups.of[in.TeamID], policy: p.chains.of[in.Default.ChainID]}
		for _, r := range all {
			chain := p.chains.of[r.ChainID]
			switch {
			case r.Last:
				s.policy = orElse(chain, s.policy)
			case chain == "" || !p.has(chain):
				s.notes.add("the route %q led to no chain of the export.", r.Regex)
			default:
				s.notes.add("the route %q (%s) led to escalation %s. It looked at the whole payload, which has no equal: write it as a route with matchers and escalation.", r.Regex, orElse(r.Kind, "regex"), chain)
			}
		}
		if s.policy == "" || !p.has(s.policy) {
			s.notes.add("its default route leads to no chain of the export, so the fallback stands here.")
			s.policy = everyone
		}
		p.services = append(p.services, s)
		var n notes
		n.add("Grafana OnCall chose by the address of the integration %q (%s). rouse chooses by labels: have the sender add service=%q, or match what it has.", in.Name, strings.TrimSpace(in.Type), s.id)
		p.routeTo("route: "+s.id, n, s.id, `service="`+s.id+`"`)
		return nil
	})
}
