package main

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/simulate/explain"
)

// answer prints what explain found, for a person.
func (s *session) answer(c *configs.Config, a *explain.Answer, live bool) {
	s.out.line("%s at %s, configuration %s (%s)", s.out.paint(bold, count(len(a.Alerts), "alert", "alerts")), longTime(a.At, s.zone), c.File, a.Version)
	if live {
		s.out.line("with the silences, overrides and numbers that rouse at %s knows now", s.base)
	}
	s.dir = strings.TrimSuffix(c.File, filepath.Base(c.File))
	for k := range a.Alerts {
		if k == alertsExplained {
			s.out.line("\n… and %s more, which --output json has", count(len(a.Alerts)-k, "alert", "alerts"))
			break
		}
		s.explainAlert(a, k)
	}
	for k := range a.Incidents {
		s.explainIncident(a, &a.Incidents[k])
	}
}

// alertsExplained is how many alerts of one payload are printed.
const alertsExplained = 20

func (s *session) explainAlert(a *explain.Answer, at int) {
	x := &a.Alerts[at]
	s.heading(plain(x.Title))
	s.factLines([][2]string{
		{"Identity", plain(x.Integration) + " " + plain(x.Key)},
		{"State", strings.TrimSpace(string(x.State) + " " + string(x.Severity))},
		{"Labels", pairs(x.Labels)},
		{"Note", x.Note},
	})
	if x.Note != "" {
		return
	}
	if at > 0 && reflect.DeepEqual(x.Routes, a.Alerts[at-1].Routes) {
		s.factLines([][2]string{{"Routes", "as the alert before it"}})
	} else {
		s.routes(x.Routes)
	}
	for k := range x.Ways {
		if at > 0 && k < len(a.Alerts[at-1].Ways) && reflect.DeepEqual(x.Ways[k].Rules, a.Alerts[at-1].Ways[k].Rules) {
			s.factLines([][2]string{{"Mutes it", "as the alert before it"}})
			continue
		}
		s.rules(&x.Ways[k], len(x.Ways) > 1)
	}
}

// routes prints the way through the tree: each route that was asked, and what it said.
func (s *session) routes(all []router.Tried) {
	rows := make([][]string, len(all))
	for k, t := range all {
		says, why := "no", ""
		switch {
		case t.Taken:
			says, why = "takes it", carriesOn(t)
		case t.Matched:
			says, why = "yes", carriesOn(t)
		case t.Before != "":
			says, why = "-", "not asked: "+t.Before+" has taken it"
		default:
			why = misses(t.Misses)
		}
		if t.Below > 0 {
			why += fmt.Sprintf("; nor asked: %s below it", count(t.Below, "route", "routes"))
		}
		matchers := strings.Join(t.Matchers, ", ")
		if matchers == "" {
			matchers = "every alert"
		}
		rows[k] = []string{"  " + strings.Repeat("  ", t.Depth) + t.Route, says, matchers, why}
	}
	s.columns([]string{"  ROUTE", "", "MATCHERS", "WHY"}, rows)
}

func carriesOn(t router.Tried) string {
	if t.Continue {
		return "and goes on (continue)"
	}
	return ""
}

// misses says which matchers failed on what.
func misses(all []router.Miss) string {
	parts := make([]string, len(all))
	for k, m := range all {
		parts[k] = fmt.Sprintf("%s is %q", plain(m.Label), m.Value)
		if m.Absent {
			parts[k] = "there is no " + plain(m.Label)
		}
	}
	return strings.Join(parts, ", ")
}

// rules prints what every silence, rule of inhibition, window and time interval says.
func (s *session) rules(w *explain.Way, several bool) {
	if len(w.Rules) == 0 {
		s.factLines([][2]string{{"Mutes it", "nothing: there are no silences, inhibition, maintenance or time intervals"}})
		return
	}
	s.out.line("")
	var rows [][]string
	others := map[router.SuppressionKind]int{}
	for _, v := range w.Rules {
		if len(w.Rules) > rulesExplained && len(v.Misses) > 0 {
			others[v.Kind]++
			continue
		}
		says, why := "no", v.Why
		switch {
		case v.Holds:
			says = "mutes"
			why += s.until(v.Until)
			if v.Source != "" {
				why += ": " + v.Source
			}
		case len(v.Misses) > 0:
			why += ": " + misses(v.Misses)
		case !v.Next.IsZero():
			why += ", next " + longTime(v.Next, s.zone)
		}
		rows = append(rows, []string{"  " + string(v.Kind) + " " + plain(short(v.Rule, v.Pos)), says, orDash(v.Pos), why})
	}
	for _, kind := range []router.SuppressionKind{router.BySilence, router.ByInhibition, router.ByMaintenance} {
		if n := others[kind]; n > 0 {
			rows = append(rows, []string{fmt.Sprintf("  %s, %d more", kind, n), "no", "-", "they are about other alerts; --output json lists them"})
		}
	}
	head := "  MUTES IT?"
	if several {
		head += " BY " + w.Route
	}
	s.columns([]string{head, "", "PLACE", "WHY"}, rows)
}

// rulesExplained is how many rules are printed when most of them are about other alerts.
const rulesExplained = 12

// short leaves the place out of the words of a rule, which have it where the rule has no name.
func short(rule, pos string) string {
	return strings.TrimSuffix(rule, " ("+pos+")")
}

// columns is a table that cuts nothing.
func (s *session) columns(header []string, rows [][]string) {
	p := s.wide()
	for _, r := range rows {
		for k := range r {
			lead := r[k][:len(r[k])-len(strings.TrimLeft(r[k], " "))]
			r[k] = lead + p.state(plain(s.near(r[k])))
		}
	}
	p.grid(header, rows)
}

// near leaves the folder of the configuration out of places; the first line of the answer has it.
func (s *session) near(words string) string {
	if s.dir == "" {
		return words
	}
	return strings.ReplaceAll(words, s.dir, "")
}

func (s *session) explainIncident(a *explain.Answer, i *explain.Incident) {
	title := "Opens an incident: "
	if len(a.Incidents) > 1 {
		title = fmt.Sprintf("Opens incident %d: ", i.Number)
	}
	s.heading(title + plain(i.Title))
	facts := [][2]string{
		{"Service", plain(i.Service) + inBrackets("team", i.Team) + inPlace(i.ServicePlace)},
		{"Type", strings.TrimSpace(i.Type + " " + i.Category)},
		{"Group", s.group(i)},
		{"Priority", fmt.Sprintf("%s%s: impact %s x urgency %s", s.out.state(i.Priority.Value), inPlace(i.Priority.Place), sourced(i.Impact), sourced(i.Urgency))},
		{"Notifies", fmt.Sprintf("by the rules for %s urgency", i.Notify)},
		{"Escalation", sourced(i.Policy)},
		{"Overflow", overflow(i)},
		{"Nobody paged", s.mutedBy(i)},
	}
	for k := range facts {
		facts[k][1] = s.near(facts[k][1])
	}
	s.factLines(facts)
	s.steps(a, i)
	s.people(i)
}

// overflow says when the group is gathered with others, or that it is.
func overflow(i *explain.Incident) string {
	switch {
	case i.Overflow != "":
		return fmt.Sprintf("it gathers what %s sends beyond %s", plain(i.Overflow), count(i.Limit, "incident", "incidents"))
	case i.Limit > 0:
		return fmt.Sprintf("no, unless %s of its integration are open or young", count(i.Limit, "incident", "incidents"))
	}
	return ""
}

func (s *session) group(i *explain.Incident) string {
	words := plain(i.GroupKey)
	if i.Group.From == "route" {
		return words + ", as the route at " + i.Group.Place + " groups"
	}
	return words + ", " + i.Group.From
}

func (s *session) mutedBy(i *explain.Incident) string {
	if i.Suppressed == nil {
		return ""
	}
	return fmt.Sprintf("%s %s%s%s", i.Suppressed.Kind, plain(short(i.Suppressed.Rule, i.SuppressedAt)), inPlace(i.SuppressedAt), s.until(i.Suppressed.Until))
}

// inPlace is a place in brackets.
func inPlace(place string) string {
	if place == "" {
		return ""
	}
	return " (" + place + ")"
}

// sourced says a value and who says so.
func sourced(v explain.Sourced) string {
	from := strings.TrimSpace("by " + v.From)
	if v.From == "route" {
		from = "by the route"
	}
	if v.Place != "" {
		from += " at " + v.Place
	}
	return fmt.Sprintf("%s (%s)", plain(v.Value), from)
}

// steps prints what would happen if nobody reacts.
func (s *session) steps(a *explain.Answer, i *explain.Incident) {
	s.heading("If nobody reacts (" + s.zoneName(a.At) + ")")
	var rows [][]string
	last := time.Duration(-1)
	for _, st := range i.Steps {
		after := st.At.Sub(a.At)
		clock, plus := "", ""
		if after != last {
			clock, plus = s.clock(st.At, a.At), "+"+lapse.Exact(after)
		}
		last = after
		rows = append(rows, append([]string{"  " + clock, plus}, s.step(&st)...))
	}
	if len(rows) == 0 {
		rows = [][]string{{"  ", "", s.out.state("nobody"), "", ""}}
	}
	s.columns([]string{"  TIME", "AFTER", "WHAT", "WHO", "WHY"}, rows)
	if i.Next != "" {
		s.out.line("  %s", s.out.paint(dim, plain(i.Next)))
	}
}

func (s *session) step(st *explain.Step) []string {
	switch st.Kind {
	case "page":
		why := st.Why + inPlace(st.Place)
		if st.Fate != "" {
			why += " → " + st.Fate
		}
		return []string{"  " + string(st.Via), string(st.User), why}
	case "room":
		return []string{"  room", st.Room, st.What + inPlace(st.Place)}
	case "level":
		return []string{fmt.Sprintf("level %d of %s", st.Level, st.Policy), "", afterColon(strings.Replace(st.What, fmt.Sprintf(" at level %d of %s", st.Level, st.Policy), "", 1)) + inPlace(st.Place)}
	}
	return []string{kindWords[st.Kind], string(st.User), st.What + inPlace(st.Place)}
}

var kindWords = map[string]string{"mute": "muted", "note": "note"}

// afterColon leaves out what a line begins with, where the column before says it.
func afterColon(s string) string {
	if _, rest, ok := strings.Cut(s, ": "); ok && strings.HasPrefix(s, "Level ") {
		return rest
	}
	return s
}

// clock is the time of day, with the weekday on another day than from.
func (s *session) clock(t, from time.Time) string {
	l := t.In(s.zone)
	if l.YearDay() == from.In(s.zone).YearDay() {
		return l.Format("15:04:05")
	}
	return l.Format("Mon 15:04:05")
}

// people prints who is not paged, and why.
func (s *session) people(i *explain.Incident) {
	var rows, but [][]string
	for _, p := range alike(i.People) {
		for k, w := range p.Why {
			who := p.Name
			if k > 0 {
				who = ""
			}
			until := ""
			if !w.Until.IsZero() {
				until = "until " + longTime(w.Until, s.zone)
			}
			row := []string{"  " + who, w.Text, until, orDash(w.Place)}
			if p.Paged {
				but = append(but, row)
			} else {
				rows = append(rows, row)
			}
		}
	}
	if len(but) > 0 {
		s.heading("Paged, but")
		s.columns([]string{"  WHO", "WHY", "", "PLACE"}, but)
	}
	s.heading("Not paged")
	if len(rows) == 0 {
		s.out.line("  Everybody of the configuration is paged.")
		return
	}
	s.columns([]string{"  WHO", "WHY", "", "PLACE"}, rows)
}

// alike joins people whose reasons are the same: Name is all of their ids.
func alike(people []explain.Person) []explain.Person {
	var out []explain.Person
	for _, p := range people {
		p.Name = string(p.User)
		at := slices.IndexFunc(out, func(o explain.Person) bool {
			return o.Paged == p.Paged && len(p.Why) > 0 && reflect.DeepEqual(o.Why, p.Why)
		})
		if at < 0 {
			out = append(out, p)
			continue
		}
		out[at].Name += ", " + p.Name
	}
	return out
}
