package migrate

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// What Opsgenie's REST API says of itself (docs.opsgenie.com: user, contact, schedule, schedule rotation, escalation, team, team
// routing rule), as far as rouse has an equal or a word for it.
type (
	ogRef struct {
		Type     string `json:"type"`
		ID       string `json:"id"`
		Name     string `json:"name"`
		Username string `json:"username"`
	}
	ogUser struct {
		ID       string `json:"id"`
		Username string `json:"username"` // the mail address
		FullName string `json:"fullName"`
		TimeZone string `json:"timeZone"`
		Blocked  bool   `json:"blocked"`
		Contacts []struct {
			To     string `json:"to"`
			Method string `json:"contactMethod"`
		} `json:"userContacts"`
	}
	ogTeam struct {
		ID      string `json:"id"`
		Name    string `json:"name"`
		Members []struct {
			User ogRef  `json:"user"`
			Role string `json:"role"`
		} `json:"members"`
		Rules []ogRule `json:"routingRules"`
	}
	ogSchedule struct {
		ID        string       `json:"id"`
		Name      string       `json:"name"`
		Timezone  string       `json:"timezone"`
		Enabled   *bool        `json:"enabled"`
		Owner     ogRef        `json:"ownerTeam"`
		Rotations []ogRotation `json:"rotations"`
		Overrides []ogOverride `json:"overrides"`
	}
	ogRotation struct {
		Name         string         `json:"name"`
		Start        time.Time      `json:"startDate"`
		End          *time.Time     `json:"endDate"`
		Type         string         `json:"type"`
		Length       int            `json:"length"`
		Participants []ogRef        `json:"participants"`
		Restriction  *ogRestriction `json:"timeRestriction"`
	}
	ogRestriction struct {
		Type         string   `json:"type"`
		Restriction  *ogSpan  `json:"restriction"`
		Restrictions []ogSpan `json:"restrictions"`
	}
	ogSpan struct {
		StartDay  string `json:"startDay"`
		EndDay    string `json:"endDay"`
		StartHour int    `json:"startHour"`
		StartMin  int    `json:"startMin"`
		EndHour   int    `json:"endHour"`
		EndMin    int    `json:"endMin"`
	}
	ogOverride struct {
		User      ogRef     `json:"user"`
		Start     time.Time `json:"startDate"`
		End       time.Time `json:"endDate"`
		Rotations []ogRef   `json:"rotations"`
	}
	ogEscalation struct {
		ID     string   `json:"id"`
		Name   string   `json:"name"`
		Rules  []ogStep `json:"rules"`
		Repeat *struct {
			Wait  int  `json:"waitInterval"`
			Count int  `json:"count"`
			Close bool `json:"closeAlertAfterAll"`
		} `json:"repeat"`
	}
	ogStep struct {
		Condition  string  `json:"condition"`
		NotifyType string  `json:"notifyType"`
		Delay      ogDelay `json:"delay"`
		Recipient  ogRef   `json:"recipient"`
	}
	ogDelay struct {
		Amount int    `json:"timeAmount"`
		Unit   string `json:"timeUnit"`
	}
	ogRule struct {
		Name     string `json:"name"`
		Default  bool   `json:"isDefault"`
		Order    int    `json:"order"`
		Criteria struct {
			Type       string        `json:"type"`
			Conditions []ogCondition `json:"conditions"`
		} `json:"criteria"`
		Restriction *ogRestriction `json:"timeRestriction"`
		Notify      ogRef          `json:"notify"`
	}
	ogCondition struct {
		Field     string `json:"field"`
		Key       string `json:"key"`
		Not       bool   `json:"not"`
		Operation string `json:"operation"`
		Value     string `json:"expectedValue"`
	}
)

type opsgenie struct {
	*pager
	rules map[string][]ogRule // of a team
	parts map[string][]string // the schedules that a schedule became
}

// Opsgenie imports answers of its REST API: users (?expand=contact), teams (each by itself, with its members), schedules
// (?expand=rotation), escalations, and routing_rules, whose files are named after their team: routing_rules-TEAM.json.
func Opsgenie(files []File, o Options) (*Result, error) {
	e, err := gather(files, "users", "teams", "schedules", "escalations", "routing_rules", "overrides")
	if err != nil {
		return nil, err
	}
	p := &opsgenie{newPager("Opsgenie's API", e, o), map[string][]ogRule{}, map[string][]string{}}
	for _, step := range []func() error{p.readUsers, p.readTeams, p.readSchedules, p.readEscalations, p.readRules, p.routes} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	p.lost = append(p.lost, Lost{What: "Notification rules of Opsgenie are not in these answers: everybody is told as rouse does by itself, by text and then by call."})
	p.feed = []string{
		"# Opsgenie's Alert API at /v2/alerts: what sent to Opsgenie sends here, with another address and this token as its key.",
		"opsgenie: {type: opsgenie, token: env:ROUSE_OPSGENIE}",
		"# Alertmanager's and Grafana's webhooks, and JSON from scripts, which is POSTed to /ingest/scripts.",
		"alertmanager: {type: alertmanager, token: env:ROUSE_ALERTMANAGER}",
		"scripts: {type: generic, token: env:ROUSE_SCRIPTS}",
	}
	return p.finish()
}

func (p *opsgenie) readUsers() error {
	return each(p.export, "users", func(in ogUser) error {
		u := user{id: p.name(in.ID, in.FullName, in.Username), name: in.FullName}
		p.people.of[strings.ToLower(in.Username)] = u.id // some answers name people by address alone
		_, u.zone = zoneOf(in.TimeZone, &u.notes)
		u.mail(in.Username)
		if in.Blocked {
			u.notes.add("is blocked in Opsgenie.")
		}
		for _, c := range in.Contacts {
			switch c.Method {
			case "sms", "voice":
				p.call(&u, "+"+strings.TrimPrefix(c.To, "+"))
			case "email":
				u.mail(c.To)
			default:
				u.notes.add("the contact by %s has no equal in rouse, which sends texts, calls and mail.", c.Method)
			}
		}
		p.users = append(p.users, u)
		return nil
	})
}

func (p *opsgenie) who(r ogRef) string {
	return orElse(p.person(r.ID), p.person(strings.ToLower(r.Username)))
}

func (p *opsgenie) readTeams() error {
	return each(p.export, "teams", func(in ogTeam) error {
		t := team{id: p.groups.give(in.ID, lower(in.Name), "team")}
		p.groups.of["name:"+in.Name] = t.id
		p.rules[t.id] = in.Rules
		for _, m := range in.Members {
			who := p.who(m.User)
			switch {
			case who == "":
				t.notes.add("%s is not among the users of the export.", orElse(m.User.Username, m.User.ID))
			case !slices.Contains(t.members, who):
				t.members = append(t.members, who)
			}
			if m.Role == "admin" && t.manager == "" {
				t.manager = who
			}
		}
		if len(t.members) == 0 {
			t.members = nil
			p.lost = append(p.lost, Lost{What: "The team " + t.id + " is left out: the export has no members of it. Fetch each team by itself (GET /v2/teams/ID), the list has none."})
			delete(p.groups.of, in.ID)
			delete(p.groups.of, "name:"+in.Name)
			return nil
		}
		p.teams = append(p.teams, t)
		return nil
	})
}

func (p *opsgenie) readSchedules() error {
	return each(p.export, "schedules", func(in ogSchedule) error {
		s := schedule{id: p.rotas.give(in.ID, lower(in.Name), "schedule"), team: p.groups.of[in.Owner.ID]}
		zone, name := zoneOf(in.Timezone, &s.notes)
		s.zone = name
		if in.Enabled != nil && !*in.Enabled {
			s.notes.add("was disabled in Opsgenie.")
		}
		var all []shift
		for _, r := range in.Rotations {
			if x, ok := p.rotation(&s, zone, r); ok {
				all = append(all, x)
			}
		}
		for _, o := range in.Overrides {
			if len(o.Rotations) > 0 && len(all) > 1 {
				s.notes.add("an override of some rotations alone is one of the whole schedule here.")
			}
			p.override(&s, zone, orElse(o.User.ID, strings.ToLower(o.User.Username)), o.User.Username, o.Start, o.End)
		}
		p.parts[s.id] = p.together(s, all)
		p.rotas.of["name:"+in.Name] = s.id
		return nil
	})
}

func (p *opsgenie) rotation(s *schedule, zone *time.Location, in ogRotation) (shift, bool) {
	if in.End != nil && !in.End.After(p.now) {
		s.notes.add("the rotation %q ended on %s and is left out.", in.Name, in.End.In(zone).Format(time.DateOnly))
		return shift{}, false
	}
	x := shift{layer: layer{name: oneLine(in.Name)}}
	if in.End != nil {
		x.notes.add("ends on %s; a layer of rouse has no end, so take it out then.", in.End.In(zone).Format("2006-01-02 15:04"))
	}
	for _, who := range in.Participants {
		if id := p.who(who); id != "" {
			x.users = append(x.users, id)
		} else {
			x.notes.add("the turn of %s %s is left out: rouse rotates users of the export alone. The turns of the others have moved.", orElse(who.Type, "somebody"), orElse(orElse(who.Name, who.Username), who.ID))
		}
	}
	if len(x.users) == 0 {
		s.notes.add("the rotation %q has no users and is left out.", in.Name)
		return shift{}, false
	}
	x.rotate(zone, in.Start, unitOf(in.Type, in.Length))
	x.spans = in.Restriction.spans(&x.notes)
	return x, true
}

// spans are the hours of a restriction; none is always.
func (r *ogRestriction) spans(n *notes) []span {
	if r == nil {
		return nil
	}
	if r.Restriction != nil {
		from, to := r.Restriction.StartHour*60+r.Restriction.StartMin, r.Restriction.EndHour*60+r.Restriction.EndMin
		if !clockMinute(from) || !clockMinute(to) {
			n.add("a restriction of hours cannot be read and is left out.")
			return nil
		}
		if from == to {
			return nil
		}
		return everyDay(from, ((to-from)%dayMinutes+dayMinutes)%dayMinutes)
	}
	var all []span
	for _, s := range r.Restrictions {
		a, ok1 := weekdayOf(s.StartDay)
		b, ok2 := weekdayOf(s.EndDay)
		from, to := s.StartHour*60+s.StartMin, s.EndHour*60+s.EndMin
		if !ok1 || !ok2 || !clockMinute(from) || !clockMinute(to) {
			n.add("a restriction from %q to %q cannot be read and is left out.", s.StartDay, s.EndDay)
			continue
		}
		const whole = 7 * dayMinutes
		length := ((int(b)-int(a))*dayMinutes + to - from + whole) % whole
		if length <= 0 {
			length += whole
		}
		all = append(all, span{a, from, length})
	}
	return all
}

func clockMinute(m int) bool { return m >= 0 && m < dayMinutes }

func weekdayOf(s string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(s, d.String()) || (len(s) == 2 && strings.EqualFold(s, d.String()[:2])) {
			return d, true
		}
	}
	return 0, false
}

func (p *opsgenie) readEscalations() error {
	return each(p.export, "escalations", func(in ogEscalation) error {
		x := policy{id: p.chains.give(in.ID, lower(in.Name), "policy"), then: everyone, repeat: 1}
		p.chains.of["name:"+in.Name] = x.id
		slices.SortStableFunc(in.Rules, func(a, b ogStep) int { return a.Delay.minutes() - b.Delay.minutes() })
		last := "5m"
		if in.Repeat != nil && in.Repeat.Count > 0 {
			x.repeat, last = in.Repeat.Count+1, itoa(max(in.Repeat.Wait, 1))+"m"
			if in.Repeat.Close {
				x.notes.add("closeAlertAfterAll has no equal: nobody's silence closes an incident.")
			}
		}
		x.notes.add("Opsgenie ended after %s; rouse goes on with the fallback.", rounds(x.repeat))
		for k := 0; k < len(in.Rules); {
			at := in.Rules[k].Delay.minutes()
			l := level{wait: last}
			if k == 0 && at > 0 {
				x.notes.add("Opsgenie waited for %dm before it told anybody; rouse tells the first level at once.", at)
			}
			for ; k < len(in.Rules) && in.Rules[k].Delay.minutes() == at; k++ {
				r := in.Rules[k]
				if r.Condition == "if-not-closed" {
					l.notes.add("if-not-closed has no equal: an acknowledgement stops the escalation.")
				}
				if r.NotifyType != "" && r.NotifyType != "default" {
					l.notes.add("notifyType %s has no equal: who is on call now is told.", r.NotifyType)
				}
				p.recipient(&l, r.Recipient)
			}
			if k < len(in.Rules) {
				l.wait = itoa(in.Rules[k].Delay.minutes()-at) + "m"
			}
			x.level(l)
		}
		p.chain(x)
		return nil
	})
}

func rounds(n int) string {
	if n == 1 {
		return "one round"
	}
	return itoa(n) + " rounds"
}

// minutes reads an amount of time; minutes unless it says otherwise.
func (d ogDelay) minutes() int {
	n := max(min(d.Amount, 1<<20), 0)
	switch d.Unit {
	case "hours":
		return n * 60
	case "days":
		return n * dayMinutes
	}
	return n
}

// recipient tells whom a rule names: of a schedule all of what it became.
func (p *opsgenie) recipient(l *level, r ogRef) {
	id := r.ID
	switch r.Type {
	case "user":
		id = orElse(id, strings.ToLower(r.Username))
		if p.person(id) == "" {
			id = strings.ToLower(r.Username)
		}
	case "team":
		if p.groups.of[id] == "" {
			id = "name:" + r.Name
		}
	case "schedule":
		name := orElse(p.rotas.of[id], p.rotas.of["name:"+r.Name])
		if parts := p.parts[name]; len(parts) > 0 {
			l.schedules(parts)
			return
		}
	}
	p.target(l, r.Type, id, orElse(r.Name, r.Username))
}

func (l *level) schedules(parts []string) {
	for _, s := range parts {
		if t := "schedule/" + s; !slices.Contains(l.notify, t) {
			l.notify = append(l.notify, t)
		}
	}
}

var teamOfFile = regexp.MustCompile(`(?i)routing[-_ ]?rules?[-_. ]+(.+?)(\.json)?$`)

// readRules reads the answers about routing rules, whose files are named after their team.
func (p *opsgenie) readRules() error {
	for _, i := range p.items["routing_rules"] {
		r, err := decode[ogRule](i)
		if err != nil {
			return err
		}
		name := ""
		if m := teamOfFile.FindStringSubmatch(base(i.file)); m != nil {
			for _, t := range p.teams {
				if t.id == lower(m[1]) || p.groups.of[m[1]] == t.id {
					name = t.id
				}
			}
		}
		if name == "" {
			p.lost = append(p.lost, Lost{What: "The routing rule " + orElse(oneLine(r.Name), "of "+oneLine(base(i.file))) + " is left out: name its file after its team, such as routing_rules-shop.json."})
			continue
		}
		p.rules[name] = append(p.rules[name], r)
	}
	return nil
}
