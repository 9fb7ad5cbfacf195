package migrate

import (
	"slices"
	"strings"
	"time"
)

// What PagerDuty's REST API says of itself (developer.pagerduty.com/api-reference), as far as rouse has an equal or a word for it.
type (
	pdRef struct {
		ID      string `json:"id"`
		Type    string `json:"type"`
		Summary string `json:"summary"`
	}
	pdUser struct {
		ID       string      `json:"id"`
		Name     string      `json:"name"`
		Email    string      `json:"email"`
		TimeZone string      `json:"time_zone"`
		Teams    []pdRef     `json:"teams"`
		Methods  []pdContact `json:"contact_methods"`
		Rules    []pdRule    `json:"notification_rules"`
	}
	pdContact struct {
		ID      string `json:"id"`
		Type    string `json:"type"`
		Address string `json:"address"`
		Country int    `json:"country_code"`
	}
	pdRule struct {
		Delay   int    `json:"start_delay_in_minutes"`
		Urgency string `json:"urgency"`
		Method  pdRef  `json:"contact_method"`
	}
	pdSchedule struct {
		ID           string      `json:"id"`
		Name         string      `json:"name"`
		TimeZone     string      `json:"time_zone"`
		Teams        []pdRef     `json:"teams"`
		Layers       []pdLayer   `json:"schedule_layers"`
		Overrides    []pdEntry   `json:"overrides"`
		Subschedule  *pdRendered `json:"overrides_subschedule"`
		Subschedule1 *pdRendered `json:"override_subschedule"`
	}
	pdRendered struct {
		Entries []pdEntry `json:"rendered_schedule_entries"`
	}
	pdEntry struct {
		Start time.Time `json:"start"`
		End   time.Time `json:"end"`
		User  pdRef     `json:"user"`
	}
	pdLayer struct {
		Name         string          `json:"name"`
		Start        time.Time       `json:"start"`
		End          *time.Time      `json:"end"`
		Virtual      time.Time       `json:"rotation_virtual_start"`
		Turn         int64           `json:"rotation_turn_length_seconds"`
		Users        []pdLayerUser   `json:"users"`
		Restrictions []pdRestriction `json:"restrictions"`
	}
	pdLayerUser struct {
		User pdRef `json:"user"`
	}
	pdRestriction struct {
		Type     string `json:"type"`
		Start    string `json:"start_time_of_day"`
		Day      int    `json:"start_day_of_week"` // 1 is Monday
		Duration int    `json:"duration_seconds"`
	}
	pdPolicy struct {
		ID       string        `json:"id"`
		Name     string        `json:"name"`
		Loops    int           `json:"num_loops"`
		Rules    []pdRuleLevel `json:"escalation_rules"`
		Handoffs string        `json:"on_call_handoff_notifications"`
	}
	pdRuleLevel struct {
		Delay    int     `json:"escalation_delay_in_minutes"`
		Targets  []pdRef `json:"targets"`
		Strategy struct {
			Type string `json:"type"`
		} `json:"escalation_rule_assignment_strategy"`
	}
	pdService struct {
		ID           string  `json:"id"`
		Name         string  `json:"name"`
		Status       string  `json:"status"`
		Policy       pdRef   `json:"escalation_policy"`
		Teams        []pdRef `json:"teams"`
		AutoResolve  *int    `json:"auto_resolve_timeout"`
		AckTimeout   *int    `json:"acknowledgement_timeout"`
		SupportHours *pdRef  `json:"support_hours"`
		Integrations []pdRef `json:"integrations"`
		Urgency      struct {
			Type    string `json:"type"`
			Urgency string `json:"urgency"`
		} `json:"incident_urgency_rule"`
	}
)

// PagerDuty imports answers of its REST API: users (with contact_methods and notification_rules included), teams, schedules (each
// fetched by itself, which has the layers), escalation_policies and services.
func PagerDuty(files []File, o Options) (*Result, error) {
	e, err := gather(files, "users", "teams", "schedules", "escalation_policies", "services")
	if err != nil {
		return nil, err
	}
	p := &pagerduty{newPager("PagerDuty's API", e, o), map[string][]string{}}
	for _, step := range []func() error{p.readUsers, p.readTeams, p.readSchedules, p.readPolicies, p.readServices} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	p.feed = []string{
		"# Events API v2 at /ingest/pagerduty/v2/enqueue: what sent to PagerDuty sends here, with another address and token.",
		"pagerduty: {type: pagerduty, token: env:ROUSE_PAGERDUTY}",
	}
	return p.finish()
}

type pagerduty struct {
	*pager
	members map[string][]string // of a team, as users say it
}

func (p *pagerduty) readUsers() error {
	return each(p.export, "users", func(in pdUser) error {
		if in.ID != "" && p.people.of[in.ID] != "" {
			return nil // twice in the export
		}
		u := user{id: p.name(in.ID, in.Name, in.Email), name: in.Name}
		_, u.zone = zoneOf(in.TimeZone, &u.notes)
		u.mail(in.Email)
		for _, want := range []string{"phone_contact_method", "sms_contact_method"} {
			for _, m := range in.Methods {
				if m.Type == want {
					p.call(&u, "+"+itoa(m.Country)+m.Address)
				}
			}
		}
		p.readRules(&u, in)
		for _, t := range in.Teams {
			p.members[t.ID] = append(p.members[t.ID], u.id)
		}
		p.users = append(p.users, u)
		return nil
	})
}

// readRules reads who wants to hear how. Steps by push to the app have no equal.
func (p *pagerduty) readRules(u *user, in pdUser) {
	for _, m := range in.Methods {
		switch m.Type {
		case "email_contact_method":
			u.mail(m.Address)
		case "phone_contact_method", "sms_contact_method":
		default:
			u.notes.add("the contact method %s has no equal in rouse, which sends texts, calls and mail.", strings.TrimSuffix(m.Type, "_contact_method"))
		}
	}
	for _, r := range in.Rules {
		via := map[string]string{"sms_contact_method": "sms", "phone_contact_method": "call", "email_contact_method": "email"}[strings.TrimSuffix(r.Method.Type, "_reference")]
		if via == "" || (via == "email" && u.email == "") || (via != "email" && u.phone == "") {
			continue
		}
		if r.Urgency == "low" {
			u.low = append(u.low, step{via, r.Delay})
		} else {
			u.high = append(u.high, step{via, r.Delay})
		}
	}
	for _, steps := range [][]step{u.high, u.low} {
		slices.SortStableFunc(steps, func(a, b step) int { return a.after - b.after })
	}
}

func (p *pagerduty) readTeams() error {
	return each(p.export, "teams", func(in struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}) error {
		if len(p.members[in.ID]) == 0 {
			p.lost = append(p.lost, Lost{What: "The team " + in.Name + " is left out: no user of the export belongs to it."})
			return nil
		}
		p.teams = append(p.teams, team{id: p.groups.give(in.ID, lower(in.Name), "team"), members: p.members[in.ID]})
		return nil
	})
}

func (p *pagerduty) teamOf(all []pdRef) string {
	for _, t := range all {
		if name := p.groups.of[t.ID]; name != "" {
			return name
		}
	}
	return ""
}

func (p *pagerduty) readSchedules() error {
	return each(p.export, "schedules", func(in pdSchedule) error {
		s := schedule{id: p.rotas.give(in.ID, lower(in.Name), "schedule"), team: p.teamOf(in.Teams)}
		zone, name := zoneOf(in.TimeZone, &s.notes)
		s.zone = name
		for _, l := range slices.Backward(in.Layers) { // the API has the winning layer first, rouse last
			p.layer(&s, zone, l)
		}
		entries := in.Overrides
		for _, sub := range []*pdRendered{in.Subschedule, in.Subschedule1} {
			if sub != nil {
				entries = append(entries, sub.Entries...)
			}
		}
		for _, o := range entries {
			p.override(&s, zone, o.User.ID, o.User.Summary, o.Start, o.End)
		}
		p.rota(s, "no layer that still runs: fetch each schedule by itself (GET /schedules/ID), the list has none")
		return nil
	})
}

// layer adds one layer, unless it is over.
func (p *pagerduty) layer(s *schedule, zone *time.Location, in pdLayer) {
	if in.End != nil && !in.End.After(p.now) {
		s.notes.add("the layer %q ended on %s and is left out.", in.Name, in.End.In(zone).Format(time.DateOnly))
		return
	}
	l := layer{name: oneLine(in.Name)}
	if in.End != nil {
		l.notes.add("ends on %s; a layer of rouse has no end, so take it out then.", in.End.In(zone).Format("2006-01-02 15:04"))
	}
	for _, u := range in.Users {
		if id := p.person(u.User.ID); id != "" {
			l.users = append(l.users, id)
		} else {
			l.notes.add("%s took turns here, and is not among the users of the export; the turns of the others have moved.", orElse(u.User.Summary, u.User.ID))
		}
	}
	if len(l.users) == 0 {
		s.notes.add("the layer %q has no users and is left out.", in.Name)
		return
	}
	start := in.Virtual
	if start.IsZero() {
		start = in.Start
	}
	if in.Start.After(p.now) && in.Start.After(start) {
		l.notes.add("begins on %s; in rouse it counts from the first turn.", in.Start.In(zone).Format("2006-01-02 15:04"))
	}
	l.rotate(zone, start, time.Duration(in.Turn)*time.Second)
	l.hours = p.restrictions(&l, in.Restrictions)
	s.layers = append(s.layers, l)
}

func (p *pagerduty) restrictions(l *layer, all []pdRestriction) []string {
	var spans []span
	for _, r := range all {
		from, ok := clockOf(r.Start)
		if !ok || r.Duration <= 0 {
			l.notes.add("a restriction from %q for %d s cannot be read and is left out.", r.Start, r.Duration)
			continue
		}
		if r.Duration%60 != 0 || strings.HasSuffix(r.Start, "59") {
			l.notes.add("a restriction from %s for %d s is cut to whole minutes.", r.Start, r.Duration)
		}
		switch {
		case r.Type == "weekly_restriction":
			spans = append(spans, span{time.Weekday(r.Day % 7), from, r.Duration / 60})
		case r.Duration/60 >= dayMinutes:
			return nil
		default:
			spans = append(spans, everyDay(from, r.Duration/60)...)
		}
	}
	return hours(spans)
}

func (p *pagerduty) readPolicies() error {
	return each(p.export, "escalation_policies", func(in pdPolicy) error {
		x := policy{id: p.chains.give(in.ID, lower(in.Name), "policy"), then: everyone}
		for _, r := range in.Rules {
			l := level{wait: itoa(max(r.Delay, 1)) + "m", turns: r.Strategy.Type == "round_robin"}
			for _, t := range r.Targets {
				p.target(&l, strings.TrimSuffix(t.Type, "_reference"), t.ID, t.Summary)
			}
			x.level(l)
		}
		x.repeat = in.Loops + 1
		if in.Loops > 0 {
			x.notes.add("PagerDuty ended after %d rounds; rouse goes on with the fallback.", in.Loops+1)
		} else {
			x.notes.add("PagerDuty ended after one round; rouse goes on with the fallback.")
		}
		p.chain(x)
		return nil
	})
}

func (p *pagerduty) readServices() error {
	return each(p.export, "services", func(in pdService) error {
		s := service{id: p.products.give(in.ID, lower(in.Name), "service"), team: p.teamOf(in.Teams), policy: p.chains.of[in.Policy.ID]}
		if s.policy == "" || !p.has(s.policy) {
			s.notes.add("its escalation policy %s is not in the export, so the fallback stands here.", orElse(in.Policy.Summary, in.Policy.ID))
			s.policy = everyone
		}
		if in.Status == "disabled" {
			s.notes.add("was disabled in PagerDuty.")
		}
		if in.AckTimeout != nil && *in.AckTimeout > 0 {
			s.ack = short(time.Duration(*in.AckTimeout) * time.Second)
		}
		if in.AutoResolve != nil && *in.AutoResolve > 0 {
			s.notes.add("auto_resolve_timeout of %s has no equal: an incident resolves with its alerts.", short(time.Duration(*in.AutoResolve)*time.Second))
		}
		quiet := false
		switch {
		case in.Urgency.Type == "use_support_hours":
			s.notes.add("urgency by support hours has no equal here: a route with active_time_intervals and urgency can say it.")
		case in.Urgency.Urgency == "low":
			s.impact, quiet = "low", true
		case in.Urgency.Urgency == "severity_based":
			s.impact = "low"
			s.notes.add("urgency by severity: with impact low, rouse tells loudly of critical and error and quietly of warning and info, as PagerDuty did.")
		case in.Urgency.Urgency == "high":
			s.impact = "high"
		}
		p.services = append(p.services, s)
		var n notes
		n.add("PagerDuty chose the service %q by its integration key. rouse chooses by labels: have the sender add service=%q, or match what it has.", in.Name, s.id)
		r := p.routeTo("route: "+s.id, n, s.id, `service="`+s.id+`"`)
		if quiet {
			set(r, "urgency", text("low")) // impact alone does not: with a critical alert it is P3, which wakes people
		}
		return nil
	})
}
