package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/web/client"
)

// known is what is shown of an incident beside its own record.
type known struct {
	clocks  []client.Clock // read now
	similar []client.Similar
}

// look reads what is known beside the record of an incident. What cannot be read is left out, and said: the record is what
// somebody at night is waiting for.
func (s *session) look(ctx context.Context, d client.IncidentDetail) known {
	k := known{clocks: d.Clocks}
	if len(d.Clocks) > 0 && openState(d.State) {
		now, err := s.SLA(ctx, d.Number)
		s.leftOut("the SLA clocks as they are now", err)
		if err == nil {
			k.clocks = nil
			for _, c := range now.Clocks {
				k.clocks = append(k.clocks, c.Clock)
			}
		}
	}
	var err error
	k.similar, err = s.Similar(ctx, d.Number, 3)
	s.leftOut("similar incidents", err)
	return k
}

// leftOut says that something is not shown.
func (s *session) leftOut(what string, err error) {
	if err != nil {
		fmt.Fprintf(s.r.stderr, "rouse: %s could not be read: %v\n", what, s.explain(err))
	}
}

// record prints one incident for a person to read. Times are on the clock of the zone that the first line names.
func (s *session) record(d client.IncidentDetail, k known) {
	s.out.line("%s  %s  %s  %s", s.out.paint(bold, d.Ref), s.out.state(d.Priority), s.out.state(d.State), plain(d.Service))
	s.out.line("%s", s.out.paint(bold, plain(d.Title)))
	s.out.line("")
	s.factLines(s.facts(d.Incident))
	s.factLines(s.process(d))
	s.factLines([][2]string{{"Page", plain(d.URL)}})
	s.clocks(k.clocks)
	s.updates(d)
	if len(k.similar) > 0 {
		s.heading("Like it in the past")
		s.similar(k.similar)
	}
	s.links(d)
	s.alerts(d)
	s.timeline(d)
	s.pages(d)
}

// factLines prints the facts that have a value. One that has several lines goes on under its beginning.
func (s *session) factLines(facts [][2]string) {
	for _, f := range facts {
		if f[1] == "" {
			continue
		}
		for k, line := range strings.Split(f[1], "\n") {
			name := f[0]
			if k > 0 {
				name = ""
			}
			s.out.line("%s%s", s.out.paint(dim, fmt.Sprintf("  %-14s", name)), line)
		}
	}
}

// facts are the lines of the header, those without a value included.
func (s *session) facts(i client.Incident) [][2]string {
	return [][2]string{
		{"Service", plain(i.Service) + inBrackets("team", i.Team)},
		{"Priority", s.weight(i)},
		{"Severity", plain(i.Severity)},
		{"Type", strings.TrimSpace(plain(i.Type + " " + i.Category))},
		{"Source", plain(cmp.Or(i.Reporter, i.Source))},
		{"Rule", rule(i)},
		{"Group", pairs(i.GroupLabels)},
		{"Alerts", fmt.Sprintf("%d of %d fire", i.Firing, i.Total)},
		{"Began", s.began(i)},
		{"Opened", s.moment(i.CreatedAt)},
		{"Triggered", s.again(i)},
		{"Paged now", s.paged(i)},
		{"Next level", s.nextLevel(i)},
		{"Nobody paged", s.suppressed(i)},
		{"Acknowledged", s.acked(i)},
		{"On hold", s.held(i)},
		{"Resolved", s.ended(i)},
	}
}

// rule is what fired, where the title does not say it.
func rule(i client.Incident) string {
	if i.Rule == i.Title {
		return ""
	}
	return plain(i.Rule)
}

func inBrackets(word, s string) string {
	if s == "" {
		return ""
	}
	return " (" + word + " " + plain(s) + ")"
}

// pairs writes labels as a="b", by name.
func pairs(labels map[string]string) string {
	out := make([]string, 0, len(labels))
	for k, v := range labels {
		out = append(out, fmt.Sprintf("%s=%q", plain(k), v))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// moment writes an instant and how far it is.
func (s *session) moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return longTime(t, s.zone) + ", " + ago(t, s.now)
}

func (s *session) again(i client.Incident) string {
	if i.Epoch < 2 || i.TriggeredAt.Equal(i.CreatedAt) {
		return ""
	}
	return fmt.Sprintf("%s (%d times in all)", s.moment(i.TriggeredAt), i.Epoch)
}

func (s *session) paged(i client.Incident) string {
	switch {
	case i.State != "triggered" || i.Suppressed != nil:
		return ""
	case len(i.Paging)+len(i.Held) == 0:
		return s.out.state("nobody")
	}
	who := slices.Clone(i.Paging)
	for _, h := range i.Held {
		who = append(who, h.User+" at "+longTime(h.At, s.zone))
	}
	if i.Level > 0 {
		return fmt.Sprintf("%s (level %d of %s)", strings.Join(who, ", "), i.Level, plain(i.Policy))
	}
	return strings.Join(who, ", ")
}

func (s *session) nextLevel(i client.Incident) string {
	if i.State != "triggered" {
		return ""
	}
	return s.moment(i.NextAt)
}

func (s *session) suppressed(i client.Incident) string {
	if i.Suppressed == nil {
		return ""
	}
	return i.Suppressed.Kind + " " + plain(i.Suppressed.Rule) + s.until(i.Suppressed.Until)
}

func (s *session) acked(i client.Incident) string {
	if i.State != "acknowledged" && i.State != "on_hold" {
		return ""
	}
	return s.moment(i.AcknowledgedAt) + commaBy(i.AckedBy) + s.until(i.AckUntil)
}

func commaBy(name string) string {
	if name == "" {
		return ""
	}
	return "," + by(name)
}

func (s *session) held(i client.Incident) string {
	if i.State != "on_hold" {
		return ""
	}
	return plain(i.HoldReason) + s.until(i.HoldUntil)
}

func (s *session) ended(i client.Incident) string {
	if i.ResolvedAt.IsZero() {
		return ""
	}
	words := s.moment(i.ResolvedAt) + commaBy(i.AckedBy) + " (" + ending(i) + ")"
	if i.Note != "" {
		words += ": " + plain(i.Note)
	}
	return words
}

func (s *session) heading(words string) { s.out.line("\n%s", s.out.paint(bold, words)) }

func (s *session) alerts(d client.IncidentDetail) {
	if len(d.Alerts) == 0 {
		return
	}
	s.heading("Alerts")
	rows := make([][]string, len(d.Alerts))
	for k, a := range d.Alerts {
		state := a.State
		if a.Muted != nil {
			state += " (muted by " + a.Muted.Kind + ")"
		}
		rows[k] = []string{state, orDash(a.Severity), shortTime(cmp.Or(a.StartsAt, a.FirstAt), s.zone), plain(a.Integration), cmp.Or(a.Title, a.Key)}
	}
	s.out.table([]string{"STATE", "SEVERITY", "SINCE", "SOURCE", "TITLE"}, rows)
	if d.MoreAlerts {
		s.out.line("There are more: --alerts takes a larger number.")
	}
}

func (s *session) timeline(d client.IncidentDetail) {
	if len(d.Timeline) == 0 {
		return
	}
	s.heading("Timeline (" + s.zoneName(d.UpdatedAt) + ")")
	if d.Entries > len(d.Timeline) {
		s.out.line("  (%d earlier entries are left out)", d.Entries-len(d.Timeline))
	}
	rows := make([][]string, len(d.Timeline))
	for k, e := range d.Timeline {
		rows[k] = []string{e.At.In(s.zone).Format("2006-01-02 15:04:05"), actor(e.By), e.What}
	}
	s.wide().table([]string{"TIME", "BY", "WHAT"}, rows)
}

// wide is a printer that cuts nothing.
func (s *session) wide() printer {
	p := s.out
	p.terminal = false
	return p
}

// zoneName is the abbreviation that a zone has at an instant.
func (s *session) zoneName(t time.Time) string { return t.In(s.zone).Format("MST") }

// actor says who did something, and by which way where that tells more.
func actor(a client.Actor) string {
	name := cmp.Or(a.Name, a.Kind)
	if a.Kind == "rouse" {
		return "rouse"
	}
	if a.Channel != "" {
		return name + " (" + a.Channel + ")"
	}
	return name
}

func (s *session) pages(d client.IncidentDetail) {
	if len(d.Pages) == 0 {
		return
	}
	s.heading("Pages")
	list := slices.Clone(d.Pages)
	slices.SortStableFunc(list, func(a, b client.Page) int { return a.At.Compare(b.At) })
	rows := make([][]string, len(list))
	for k, p := range list {
		if call, ok := strings.CutSuffix(p.ID, "/hangup"); ok && p.Kind == "hangup" { // it has no words for anybody: it stops their call
			if at := slices.IndexFunc(list, func(o client.Page) bool { return o.ID == call }); at >= 0 {
				p.User, p.To, p.Via = list[at].User, list[at].To, "hangup"
			}
		}
		rows[k] = []string{p.At.In(s.zone).Format("2006-01-02 15:04:05"), orDash(cmp.Or(p.User, p.Receiver)), orDash(cmp.Or(p.Via, p.Kind)), orDash(p.To), p.State, fate(p)}
	}
	s.wide().table([]string{"TIME", "WHO", "VIA", "TO", "STATE", "DETAIL"}, rows)
}

// fate says what is known of a page beyond its state.
func fate(p client.Page) string {
	var parts []string
	if p.Outcome != "" && p.Outcome != p.State {
		parts = append(parts, p.Outcome)
	}
	if p.Class != "" {
		parts = append(parts, p.Class)
	}
	if p.Code != 0 {
		parts = append(parts, fmt.Sprintf("code %d", p.Code))
	}
	if p.Parent != "" {
		parts = append(parts, "told by "+p.Parent)
	}
	if p.Detail != "" {
		parts = append(parts, plain(p.Detail))
	}
	if p.Attempt > 1 {
		parts = append(parts, fmt.Sprintf("attempt %d", p.Attempt))
	}
	return strings.Join(parts, ", ")
}
