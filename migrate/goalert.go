package migrate

import (
	"slices"
	"strings"
	"time"
)

// What GoAlert's GraphQL API says of itself (graphql2/schema.graphql of github.com/target/goalert), as far as rouse has an equal or
// a word for it. A deprecated field stands beside what replaces it, for both are in use.
type (
	gaTarget struct {
		ID   string `json:"id"`
		Type string `json:"type"`
		Name string `json:"name"`
	}
	gaDest struct {
		Type string            `json:"type"`
		Args map[string]string `json:"args"`
	}
	gaUser struct {
		ID      string `json:"id"`
		Name    string `json:"name"`
		Email   string `json:"email"`
		Methods []struct {
			ID       string  `json:"id"`
			Type     string  `json:"type"`
			Value    string  `json:"value"`
			Dest     *gaDest `json:"dest"`
			Disabled bool    `json:"disabled"`
		} `json:"contactMethods"`
		Rules []struct {
			Delay    int    `json:"delayMinutes"`
			MethodID string `json:"contactMethodID"`
			Method   *struct {
				ID string `json:"id"`
			} `json:"contactMethod"`
		} `json:"notificationRules"`
	}
	gaRotation struct {
		ID       string    `json:"id"`
		Name     string    `json:"name"`
		Start    time.Time `json:"start"`
		TimeZone string    `json:"timeZone"`
		Type     string    `json:"type"`
		Shift    int       `json:"shiftLength"`
		Active   int       `json:"activeUserIndex"`
		UserIDs  []string  `json:"userIDs"`
		Users    []struct {
			ID string `json:"id"`
		} `json:"users"`
	}
	gaSchedule struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		TimeZone string `json:"timeZone"`
		Targets  []struct {
			Target gaTarget `json:"target"`
			Rules  []gaRule `json:"rules"`
		} `json:"targets"`
		Temporary []struct {
			Start  time.Time `json:"start"`
			End    time.Time `json:"end"`
			Shifts []struct {
				UserID string    `json:"userID"`
				Start  time.Time `json:"start"`
				End    time.Time `json:"end"`
			} `json:"shifts"`
		} `json:"temporarySchedules"`
	}
	gaRule struct {
		Start string `json:"start"`
		End   string `json:"end"`
		Days  []bool `json:"weekdayFilter"` // from Sunday
	}
	gaOverride struct {
		Start  time.Time `json:"start"`
		End    time.Time `json:"end"`
		Add    string    `json:"addUserID"`
		Remove string    `json:"removeUserID"`
		Target gaTarget  `json:"target"`
	}
	gaPolicy struct {
		ID     string   `json:"id"`
		Name   string   `json:"name"`
		Repeat int      `json:"repeat"`
		Steps  []gaStep `json:"steps"`
	}
	gaStep struct {
		Number  int        `json:"stepNumber"`
		Delay   int        `json:"delayMinutes"`
		Targets []gaTarget `json:"targets"`
		Actions []gaDest   `json:"actions"`
	}
	gaService struct {
		ID       string   `json:"id"`
		Name     string   `json:"name"`
		PolicyID string   `json:"escalationPolicyID"`
		Policy   gaTarget `json:"escalationPolicy"`
		Keys     []struct {
			Name string `json:"name"`
			Type string `json:"type"`
		} `json:"integrationKeys"`
		Monitors []struct {
			Name    string `json:"name"`
			Timeout int    `json:"timeoutMinutes"`
		} `json:"heartbeatMonitors"`
	}
)

type goalert struct {
	*pager
	rotations map[string]gaRotation
	overrides map[string][]gaOverride // of a schedule
	parts     map[string][]string     // the schedules that a schedule or a rotation became
}

// GoAlert imports answers of its GraphQL API: users, rotations, schedules, userOverrides, escalationPolicies and services, as
// {data: {users: {nodes: [...]}}} or each list in a file of its own. Which user of a rotation is on now is known by its
// activeUserIndex alone, so Options.Now must be close to when the export was made.
func GoAlert(files []File, o Options) (*Result, error) {
	e, err := gather(files, "users", "rotations", "schedules", "userOverrides", "escalationPolicies", "services")
	if err != nil {
		return nil, err
	}
	p := &goalert{newPager("GoAlert's API", e, o), map[string]gaRotation{}, map[string][]gaOverride{}, map[string][]string{}}
	for _, step := range []func() error{p.readUsers, p.readRotations, p.readOverrides, p.readSchedules, p.readPolicies, p.readServices} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	if slices.ContainsFunc(p.users, func(u user) bool { return len(u.high) > 0 }) {
		p.lost = append(p.lost, Lost{What: "GoAlert told of everything by the same notification rules: they stand for high urgency. Of low urgency (P4 and P5) rouse tells as it does by itself, by mail and then by text; write notify.low where it should be otherwise."})
	}
	p.feed = []string{
		"# Alertmanager's and Grafana's webhooks, and JSON from scripts, which is POSTed to /ingest/scripts.",
		"alertmanager: {type: alertmanager, token: env:ROUSE_ALERTMANAGER}",
		"scripts: {type: generic, token: env:ROUSE_SCRIPTS}",
	}
	return p.finish()
}

// gaVia is the method of a contact, in the old words and the new.
var gaVia = map[string]string{
	"SMS": "sms", "VOICE": "call", "EMAIL": "email",
	"builtin-twilio-sms": "sms", "builtin-twilio-voice": "call", "builtin-smtp-email": "email",
}

func (p *goalert) readUsers() error {
	return each(p.export, "users", func(in gaUser) error {
		u := user{id: p.name(in.ID, in.Name, in.Email), name: in.Name}
		via := map[string]string{}
		u.mail(in.Email)
		for _, m := range in.Methods {
			kind, value := m.Type, m.Value
			if m.Dest != nil {
				kind, value = m.Dest.Type, orElse(m.Dest.Args["phone_number"], m.Dest.Args["email_address"])
			}
			how := gaVia[kind]
			switch {
			case m.Disabled:
				u.notes.add("a contact method (%s) was disabled and is left out.", orElse(how, kind))
				continue
			case how == "email":
				u.mail(value)
			case how != "":
				p.call(&u, value)
			default:
				u.notes.add("the contact method %s has no equal in rouse, which sends texts, calls and mail.", kind)
			}
			via[m.ID] = how
		}
		for _, r := range in.Rules {
			id := r.MethodID
			if r.Method != nil {
				id = orElse(id, r.Method.ID)
			}
			how := via[id]
			if how == "" || (how == "email" && u.email == "") || (how != "email" && u.phone == "") {
				continue
			}
			u.high = append(u.high, step{how, r.Delay})
		}
		slices.SortStableFunc(u.high, func(a, b step) int { return a.after - b.after })
		p.users = append(p.users, u)
		return nil
	})
}

func (p *goalert) readRotations() error {
	return each(p.export, "rotations", func(in gaRotation) error {
		if len(in.UserIDs) == 0 {
			for _, u := range in.Users {
				in.UserIDs = append(in.UserIDs, u.ID)
			}
		}
		p.rotations[in.ID] = in
		return nil
	})
}

func (p *goalert) readOverrides() error {
	return each(p.export, "userOverrides", func(in gaOverride) error {
		p.overrides[in.Target.ID] = append(p.overrides[in.Target.ID], in)
		return nil
	})
}

func (p *goalert) readSchedules() error {
	return each(p.export, "schedules", func(in gaSchedule) error {
		s := schedule{id: p.rotas.give(in.ID, lower(in.Name), "schedule")}
		zone, name := zoneOf(in.TimeZone, &s.notes)
		s.zone = name
		var all []shift
		for _, t := range in.Targets {
			spans := p.spans(&s, t.Rules)
			if len(t.Rules) > 0 && len(spans) == 0 {
				continue // never active
			}
			x := shift{spans: spans}
			if p.onTarget(&s, &x, zone, t.Target) {
				all = append(all, x)
			}
		}
		for _, t := range in.Temporary {
			for _, x := range t.Shifts {
				p.override(&s, zone, x.UserID, "", x.Start, x.End)
			}
			if t.End.After(p.now) {
				s.notes.add("a temporary schedule until %s became overrides; where it had nobody the rotations go on.", t.End.In(zone).Format("2006-01-02 15:04"))
			}
		}
		p.overridesOf(&s, zone, in.ID)
		p.parts[in.ID] = p.together(s, all)
		return nil
	})
}

func (p *goalert) overridesOf(s *schedule, zone *time.Location, id string) {
	for _, o := range p.overrides[id] {
		if !o.End.After(p.now) {
			continue
		}
		at := o.Start.In(zone).Format("2006-01-02 15:04")
		switch {
		case o.Add == "":
			s.notes.add("an override from %s takes %s off without naming another, which has no equal and is left out.", at, orElse(p.person(o.Remove), "somebody"))
			continue
		case o.Remove == "":
			s.notes.add("an override from %s adds %s beside who is on call; in rouse it is in their place.", at, orElse(p.person(o.Add), "somebody"))
		default:
			s.notes.add("an override from %s replaces %s alone; in rouse it replaces whoever is on call.", at, orElse(p.person(o.Remove), "somebody"))
		}
		p.override(s, zone, o.Add, "", o.Start, o.End)
	}
}

// spans are the hours of a target's rules.
func (p *goalert) spans(s *schedule, rules []gaRule) []span {
	var all []span
	for _, r := range rules {
		from, ok1 := clockOf(r.Start)
		to, ok2 := clockOf(r.End)
		if !ok1 || !ok2 {
			s.notes.add("a rule from %q to %q cannot be read and is left out.", r.Start, r.End)
			continue
		}
		length := ((to-from)%dayMinutes + dayMinutes) % dayMinutes
		if length == 0 {
			length = dayMinutes
		}
		for d := range 7 {
			if d < len(r.Days) && r.Days[d] {
				all = append(all, span{time.Weekday(d), from, length})
			}
		}
	}
	return all
}

// onTarget makes a shift of a rotation or a user.
func (p *goalert) onTarget(s *schedule, x *shift, zone *time.Location, t gaTarget) bool {
	if t.Type == "user" {
		who := p.person(t.ID)
		if who == "" {
			s.notes.add("%s is not among the users of the export, and is left out.", orElse(t.Name, t.ID))
			return false
		}
		x.name, x.users = who, []string{who}
		x.rotate(zone, midnight(p.now, zone), day)
		return true
	}
	r, ok := p.rotations[t.ID]
	if t.Type != "rotation" || !ok {
		s.notes.add("%s %s is not in the export, or has no equal, and is left out.", t.Type, orElse(t.Name, t.ID))
		return false
	}
	return p.rotation(s, x, zone, r)
}

// midnight is the beginning of a day in a zone.
func midnight(t time.Time, zone *time.Location) time.Time {
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day(), 0, 0, 0, 0, zone)
}

// rotation makes a shift of a rotation, whose active user it puts where rouse counts the turn of now.
func (p *goalert) rotation(s *schedule, x *shift, zone *time.Location, r gaRotation) bool {
	x.name = oneLine(r.Name)
	own, _ := zoneOf(r.TimeZone, &x.notes)
	if own.String() != zone.String() && r.TimeZone != "" && !(steady(own) && steady(zone)) {
		x.notes.add("the rotation is on the clocks of %s, the schedule on those of %s, by which rouse hands over.", own, zone)
	}
	lost := 0
	ids := turned(r.UserIDs, r.Active-p.turn(own, r))
	for _, id := range ids {
		if who := p.person(id); who != "" {
			x.users = append(x.users, who)
		} else {
			lost++
		}
	}
	if lost > 0 {
		x.notes.add("%d of its users are not in the export; the turns of the others have moved.", lost)
	}
	if len(x.users) == 0 {
		s.notes.add("the rotation %q has no users and is left out.", r.Name)
		return false
	}
	if length := unitOf(r.Type, r.Shift); length > 0 {
		x.rotate(zone, r.Start, length)
	} else {
		x.monthly(zone, r.Start, max(r.Shift, 1))
	}
	return true
}

// turn is the number of the turn of now, from 0, as rouse counts turns from the start: on the wall clock for whole days and months.
func (p *goalert) turn(zone *time.Location, r gaRotation) int {
	from, to := wallOf(r.Start, zone), wallOf(p.now, zone)
	length := unitOf(r.Type, r.Shift)
	switch {
	case to.Before(from):
		return 0
	case length == 0:
		months := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
		if to.Day() < from.Day() || (to.Day() == from.Day() && to.Sub(to.Truncate(day)) < from.Sub(from.Truncate(day))) {
			months--
		}
		return months / max(r.Shift, 1)
	case length%day == 0:
		return int(to.Sub(from) / length)
	}
	return int(p.now.Sub(r.Start) / length)
}

// wallOf is what the clocks of a zone show, as if they were those of UTC.
func wallOf(t time.Time, zone *time.Location) time.Time {
	l := t.In(zone)
	return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)
}

func (p *goalert) readPolicies() error {
	return each(p.export, "escalationPolicies", func(in gaPolicy) error {
		x := policy{id: p.chains.give(in.ID, lower(in.Name), "policy"), then: everyone, repeat: max(in.Repeat, 0) + 1}
		x.notes.add("GoAlert ended after %s; rouse goes on with the fallback.", rounds(x.repeat))
		slices.SortStableFunc(in.Steps, func(a, b gaStep) int { return a.Number - b.Number })
		for _, s := range in.Steps {
			l := level{wait: itoa(max(s.Delay, 1)) + "m"}
			targets := s.Targets
			if len(s.Actions) > 0 {
				targets = nil // both say the same, and actions say more
			}
			for _, a := range s.Actions {
				kind := strings.TrimPrefix(a.Type, "builtin-")
				targets = append(targets, gaTarget{ID: a.Args[kind+"_id"], Type: kind})
			}
			for _, t := range targets {
				p.tell(&l, t)
			}
			x.level(l)
		}
		p.chain(x)
		return nil
	})
}

// tell adds a target: of a schedule all of what it became, of a rotation a schedule of its own.
func (p *goalert) tell(l *level, t gaTarget) {
	if r, ok := p.rotations[t.ID]; ok && t.Type == "rotation" && p.parts[t.ID] == nil {
		s := schedule{id: p.rotas.give(t.ID, lower(r.Name), "schedule")}
		zone, name := zoneOf(r.TimeZone, &s.notes)
		s.zone = name
		var x shift
		if p.rotation(&s, &x, zone, r) {
			p.parts[t.ID] = p.together(s, []shift{x})
		}
	}
	if parts := p.parts[t.ID]; len(parts) > 0 {
		l.schedules(parts)
		return
	}
	p.target(l, t.Type, t.ID, t.Name)
}

func (p *goalert) readServices() error {
	return each(p.export, "services", func(in gaService) error {
		s := service{id: p.products.give(in.ID, lower(in.Name), "service"), policy: p.chains.of[orElse(in.PolicyID, in.Policy.ID)]}
		if s.policy == "" || !p.has(s.policy) {
			s.notes.add("its escalation policy %s is not in the export, so the fallback stands here.", orElse(in.Policy.Name, in.PolicyID))
			s.policy = everyone
		}
		for _, m := range in.Monitors {
			s.notes.add("the heartbeat monitor %q is under heartbeats in rouse: {name: %s, every: %dm, grace: 1m, service: %s}.", m.Name, orElse(lower(m.Name), "heartbeat"), max(m.Timeout, 1), s.id)
		}
		p.services = append(p.services, s)
		var n notes
		n.add("GoAlert chose the service %q by its integration key. rouse chooses by labels: have the sender add service=%q, or match what it has.", in.Name, s.id)
		p.routeTo("route: "+s.id, n, s.id, `service="`+s.id+`"`)
		return nil
	})
}
