package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/plan"
)

// plannedMost is how many of one kind are printed; JSON has all.
const (
	plannedMost = 20
	spansMost   = 3
)

func (r *remote) showPlan(p *planned, format string) error {
	out := newPrinter(r.stdout, r.getenv)
	if format == "json" {
		return out.json(p)
	}
	d := &sheet{printer: out, markdown: format == "markdown"}
	d.plan(p)
	return nil
}

// sheet is a text for a terminal or, in Markdown, for a pull request.
type sheet struct {
	printer
	markdown bool
}

// title is the first line.
func (d *sheet) title(s string) {
	if d.markdown {
		d.line("## %s", s)
		return
	}
	d.line("%s", d.paint(bold, s))
}

// head begins a section.
func (d *sheet) head(s string) {
	if d.markdown {
		d.line("\n### %s\n", s)
		return
	}
	d.line("\n%s", d.paint(bold, s))
}

// item is a line of a section; one of depth 1 belongs to the one of depth 0 above it.
func (d *sheet) item(depth int, colour, s string) {
	s = plain(s)
	if d.markdown {
		s = strings.NewReplacer("<", "&lt;", "*", `\*`, "_", `\_`, "`", "'").Replace(s)
		if colour == red {
			s = "**" + s + "**"
		}
		d.line("%s- %s", strings.Repeat("  ", depth), s)
		return
	}
	d.line("%s%s", strings.Repeat("  ", depth+1), d.paint(colour, s))
}

// rest says how many are left out.
func (d *sheet) rest(n int) {
	if n > plannedMost {
		d.item(0, dim, fmt.Sprintf("and %d more: --format json has all", n-plannedMost))
	}
}

func first[T any](all []T) []T { return all[:min(len(all), plannedMost)] }

func (d *sheet) plan(p *planned) {
	const form = "Mon 2006-01-02 15:04"
	d.title(fmt.Sprintf("Plan: %s -> %s", plain(p.Old), plain(p.New)))
	if d.markdown {
		d.line("")
	}
	d.line("From %s to %s.", p.From.Format(form), p.To.Format(form+" MST"))
	d.schedules(p.Schedules)
	d.people(p.People)
	d.rewritten("Escalation policies", p.Policies)
	d.rewritten("Services", p.Services)
	d.rewritten("What keeps quiet", p.Quiet)
	d.routes(p.Routes)
	d.alerts(p)
	d.unreachable(p.Unreachable)
	d.written(p.Written)
	d.line("")
	for _, n := range p.notes {
		d.line("%s", plain(n))
	}
	switch {
	case len(p.Refused) > 0:
		d.line("%s", d.strong(red, "Refused: "+strings.Join(p.Refused, ", ")+"."))
	case p.Same() && (p.Alerts == nil || p.Alerts.Moved == 0):
		d.line("%s", d.strong(green, "Nothing changes: the same people, the same ways."))
	default:
		d.line("%s", d.strong(green, "Nothing stands against it."))
	}
}

// written lists what this command does not weigh: whoever reviews the change has to read it.
func (d *sheet) written(all []plan.Other) {
	if len(all) == 0 {
		return
	}
	d.head("Also changed, and not weighed here")
	for _, o := range first(all) {
		d.item(0, "", fmt.Sprintf("%s: %s", o.Path, o.What))
	}
	d.rest(len(all))
}

func (d *sheet) strong(colour, s string) string {
	if d.markdown {
		return "**" + s + "**"
	}
	return d.paint(colour, s)
}

func (d *sheet) schedules(all []plan.Schedule) {
	if len(all) == 0 {
		return
	}
	d.head("Schedules")
	for _, s := range first(all) {
		zone, err := time.LoadLocation(s.Zone)
		if err != nil {
			zone = time.UTC
		}
		state := map[string]string{"new": ", new", "gone": ", gone"}[s.State]
		d.item(0, bold, fmt.Sprintf("%s (%s)%s", s.ID, s.Zone, state))
		for _, w := range s.Changes {
			d.item(1, yellow, w)
		}
		d.gaps("new gap", red, s.NewGaps, zone)
		d.gaps("closed gap", green, s.ClosedGaps, zone)
		if len(s.People) == 0 {
			d.item(1, dim, "nobody gains or loses hours in this time")
		}
		for _, p := range s.People {
			d.item(1, "", fmt.Sprintf("%s: %s", p.User, change(p.Hours)))
			d.spans("gains", p.Gains, zone)
			d.spans("loses", p.Losses, zone)
		}
	}
	d.rest(len(all))
}

func (d *sheet) gaps(what, colour string, all []oncall.Span, zone *time.Location) {
	if len(all) > 0 {
		d.item(1, colour, fmt.Sprintf("%s %s: nobody for %s", what, strings.Join(oncall.Describe(all, zone, spansMost), "; "), span(oncall.Total(all))))
	}
}

func (d *sheet) spans(what string, all []oncall.Span, zone *time.Location) {
	if len(all) > 0 {
		d.item(2, "", fmt.Sprintf("%s %s: %s", what, hoursOf(oncall.Total(all).Hours()), strings.Join(oncall.Describe(all, zone, spansMost), "; ")))
	}
}

// change is such as "168h -> 169h (+1h)".
func change(h plan.Hours) string {
	words := hoursOf(h.Before) + " -> " + hoursOf(h.After)
	switch by := h.After - h.Before; {
	case by > 0:
		return words + " (+" + hoursOf(by) + ")"
	case by < 0:
		return words + " (-" + hoursOf(-by) + ")"
	}
	return words + " (the same)"
}

func hoursOf(h float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", h), ".0") + "h" }

func (d *sheet) people(all []plan.Person) {
	if len(all) == 0 {
		return
	}
	d.head("Hours on call, over all schedules")
	for _, p := range first(all) {
		d.item(0, "", fmt.Sprintf("%s: %s", p.User, change(p.Hours)))
	}
	d.rest(len(all))
}

func (d *sheet) rewritten(what string, all []plan.Rewritten) {
	if len(all) == 0 {
		return
	}
	d.head(what)
	for _, w := range first(all) {
		switch {
		case w.Before == "":
			d.item(0, "", w.Name+" is new: "+w.After)
		case w.After == "":
			d.item(0, "", w.Name+" is gone: "+w.Before)
		default:
			d.item(0, "", w.Name)
			d.item(1, "", "before: "+w.Before)
			d.item(1, "", "after:  "+w.After)
		}
	}
	d.rest(len(all))
}

func (d *sheet) routes(all []plan.Reroute) {
	if len(all) == 0 {
		return
	}
	d.head("Alerts that go elsewhere")
	for _, r := range first(all) {
		words := r.Labels.String()
		if len(r.Labels) == 0 {
			words = "every other alert"
		}
		if r.Others > 0 {
			words += fmt.Sprintf(", and %s alike", count(r.Others, "other set of labels", "other sets of labels"))
		}
		d.item(0, "", words)
		d.move(r)
	}
	d.rest(len(all))
}

// move says where alerts went and where they will go, as far as the two differ.
func (d *sheet) move(r plan.Reroute) {
	a, b := apart(r.Before, r.After), apart(r.After, r.Before)
	if len(a)+len(b) == 0 { // another order alone
		a, b = r.Before, r.After
	}
	rest := ""
	if len(a) < len(r.Before) {
		rest = "; the rest as before"
	}
	var common []string
	if len(a) == 1 && len(b) == 1 {
		common = a[0].More
	}
	d.item(1, "", "before: "+goings(a, b, common))
	d.item(1, "", "after: "+goings(b, a, common)+rest)
}

// apart are the places of a that are not in b.
func apart(a, b []plan.Going) (all []plan.Going) {
	for _, g := range a {
		if !slices.ContainsFunc(b, g.Same) {
			all = append(all, g)
		}
	}
	return all
}

// goings writes places. Where there is one on either side, what both say beside service and policy is left out.
func goings(all, others []plan.Going, common []string) string {
	if len(all) == 0 {
		return "nowhere else"
	}
	words := make([]string, len(all))
	for k, g := range all {
		w := fmt.Sprintf("service %s, policy %s", g.Service, g.Policy)
		if len(g.Receivers) > 0 {
			w += ", room " + strings.Join(g.Receivers, ", ")
		}
		for _, m := range g.More {
			if common == nil || !slices.Contains(others[0].More, m) || !slices.Contains(common, m) {
				w += ", " + m
			}
		}
		words[k] = w + " (" + g.Route + ")"
	}
	return strings.Join(words, "; and ")
}

func (d *sheet) alerts(p *planned) {
	a := p.Alerts
	if a == nil {
		return
	}
	d.head(fmt.Sprintf("Alerts of the last %s", count(p.days, "day", "days")))
	if a.Moved == 0 {
		d.item(0, "", fmt.Sprintf("all %d would go the same way", a.Tried))
		return
	}
	d.item(0, "", fmt.Sprintf("%d of %d would go elsewhere", a.Moved, a.Tried))
	for _, m := range first(a.Groups) {
		words := fmt.Sprintf("%s (%s)", m.Title, m.At.In(p.From.Location()).Format("Mon 2006-01-02 15:04"))
		if m.Others > 0 {
			words += fmt.Sprintf(", and %d more", m.Others)
		}
		d.item(0, "", words)
		d.move(m.Reroute)
	}
	d.rest(len(a.Groups))
}

func (d *sheet) unreachable(all []plan.Unreachable) {
	if len(all) == 0 {
		return
	}
	d.head("People whom nothing reaches")
	for _, u := range first(all) {
		d.item(0, red, fmt.Sprintf("%s: %s", u.User, u.Why))
	}
	d.rest(len(all))
}
