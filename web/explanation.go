package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// explanation is GET /api/v1/incidents/{n}/explanation.
func (c *call) explanation() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	var out client.Explanation
	err = c.view(func(tx store.Tx, v *veil) (err error) {
		var st story
		if st.incident, err = c.incident(tx, n); err != nil {
			return err
		}
		if err = st.fill(tx, 0); err == nil {
			out, err = v.explain(&st)
		}
		return err
	})
	if err != nil {
		return err
	}
	c.write(http.StatusOK, out)
	return nil
}

// explainer finds the rules behind what an incident's timeline and pages remember.
type explainer struct {
	v       *veil
	version string
	where   func(path ...string) string
	fired   []firedAt
	opened  string // the rule that opened it
}

// firedAt is a level that fired.
type firedAt struct {
	incident.Fired
	at   time.Time
	what string
}

// explain says for each page and each suppression of an incident what rule did it.
func (v *veil) explain(st *story) (client.Explanation, error) {
	quiet := st.incident
	v.hushIncident(&quiet)
	x := explainer{v: v, version: v.c.s.Engine.Book().Version, where: v.c.s.Config().Where}
	if x.where == nil {
		x.where = func(...string) string { return "" }
	}
	out := client.Explanation{
		Incident: quiet.Number, Ref: quiet.Ref(), Title: quiet.Title, Service: quiet.Service, State: string(quiet.State), Configuration: x.version,
		Lines: []client.Ground{},
	}
	for k := range st.timeline {
		e := v.entry(&st.timeline[k])
		g, ok, err := x.entry(&e)
		if err != nil {
			return out, err
		}
		if ok {
			out.Lines = append(out.Lines, g)
		}
	}
	for k := range st.pages {
		p := st.pages[k]
		if p.Kind != incident.PageHangup && p.Kind != incident.PageReply {
			out.Lines = append(out.Lines, x.page(&p))
		}
	}
	slices.SortStableFunc(out.Lines, func(a, b client.Ground) int { return a.At.Compare(b.At) })
	return out, nil
}

// grounds are the kinds of entry that a rule did.
var grounds = map[incident.EntryKind]string{
	incident.DidOpen: "opened", incident.DidSuppress: "muted", incident.DidUnsuppress: "unmuted", incident.DidEscalate: "level",
	incident.DidReport: "held", incident.DidTrigger: "opened", incident.DidReopen: "opened",
}

// entry explains a line of the timeline; false for one that no rule did.
func (x *explainer) entry(e *incident.Entry) (g client.Ground, ok bool, err error) {
	kind, ok := grounds[e.Kind]
	if !ok || e.Kind == incident.DidReport && !strings.Contains(e.What, "held back by the limit") {
		return g, false, nil
	}
	g = client.Ground{At: e.At, Kind: kind, What: e.What}
	g.Rule, g.Configuration = incident.CutVersion(e.Why)
	switch e.Kind {
	case incident.DidReport:
		via, _, _ := strings.Cut(e.What, " ")
		g.Rule, g.Place = "limit", x.where("limits", map[string]string{"Call": "call", "Text": "sms"}[via])
		return g, true, nil
	case incident.DidOpen:
		route, now := strings.CutPrefix(g.Rule, "route ")
		switch {
		case !now && g.Rule != "" && e.By.Kind == incident.ByIntegration:
			g.Rule = "route " + g.Rule // as older ones wrote it
		case now && g.Configuration == x.version:
			g.Place = route
		}
		x.opened = g.Rule
		return g, true, nil
	case incident.DidEscalate:
		if f, ok := incident.ReadFired(e.Why); ok {
			x.fired = append(x.fired, firedAt{f, e.At, e.What})
			g.Place = x.place(f.Version, "escalations", string(f.Policy), "levels", strconv.Itoa(f.Level-1))
		}
		return g, true, nil
	case incident.DidSuppress, incident.DidUnsuppress:
		err = x.muted(&g)
	}
	return g, true, err
}

// place is where something is written, while the configuration that had it is in force.
func (x *explainer) place(version string, path ...string) string {
	if version != x.version {
		return ""
	}
	return x.where(path...)
}

// muted finds the rule of a suppression: who made a silence, or where the others are written.
func (x *explainer) muted(g *client.Ground) error {
	kind, rule, _ := strings.Cut(g.Rule, " ")
	if user, quiet := strings.CutPrefix(g.Rule, "quiet hours of "); quiet {
		g.Kind, g.Place = "held", x.place(g.Configuration, "users", user, "quiet_hours")
		return nil
	}
	switch router.SuppressionKind(kind) {
	case router.BySilence:
		words, err := x.silence(rule)
		g.Rule += words
		g.Configuration = "" // it was made at run time
		return err
	case router.ByMaintenance:
		g.Place = cmp.Or(x.place(g.Configuration, "maintenance", rule), x.named(rule))
	case router.ByInhibition:
		g.Place = cmp.Or(x.place(g.Configuration, "inhibit_rules", rule), x.named(rule))
	case router.ByMute:
		name, _, _ := strings.Cut(strings.TrimPrefix(rule, "outside "), ", ")
		g.Place = cmp.Or(x.place(g.Configuration, "time_intervals", name), x.place(g.Configuration, "mute_time_intervals", name))
	}
	return nil
}

// named is the place that a rule without a name carries in its words.
func (x *explainer) named(rule string) string {
	at := strings.LastIndex(rule, "(")
	if at < 0 || !strings.HasSuffix(rule, ")") {
		return ""
	}
	return rule[at+1 : len(rule)-1]
}

// silence says who made a silence and why; it may be forgotten by now.
func (x *explainer) silence(id string) (string, error) {
	s, err := x.v.tx.Silence(id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return " (forgotten since)", nil
	case err != nil:
		return "", err
	}
	w := wireSilence(&s, x.v.c.now)
	return x.v.text(fmt.Sprintf(" of %s, by %s: %s", strings.Join(w.Matchers, ", "), s.CreatedBy, s.Comment)), nil
}

// page explains a page by the level that fired and what the page itself remembers.
func (x *explainer) page(p *store.Page) client.Ground {
	w := x.v.wirePage(p)
	g := client.Ground{At: p.At, Kind: "page", Page: p.ID, User: w.User, Via: w.Via, Receiver: w.Receiver, State: w.State, Fate: fateOf(&w)}
	switch p.Kind {
	case incident.PageRoom:
		g.Kind, g.What = "room", "Telling "+p.Receiver+": "+p.Text
		x.room(&g, p)
		return g
	case incident.PageAlert:
	default:
		g.Kind, g.What, g.Rule = "news", "Telling "+string(p.User)+" by "+string(p.Via), w.Why
		return g
	}
	g.What = "Paging " + string(p.User) + " by " + string(p.Via)
	ground, rule := incident.ReadRule(w.Why)
	parts := []string{}
	if f := x.level(p); f != nil {
		g.Configuration = f.Version
		g.Place = x.place(f.Version, "escalations", string(f.Policy), "levels", strconv.Itoa(f.Level-1))
		parts = append(parts, fmt.Sprintf("level %d of %s, round %d%s", f.Level, f.Policy, f.Round, inBrackets(g.Place)))
	}
	if ground != "" {
		parts = append(parts, ground)
	}
	if rule > 0 {
		own := x.place(g.Configuration, "users", string(p.User), "notify", string(p.Urgency), strconv.Itoa(rule-1))
		parts = append(parts, fmt.Sprintf("rule %d for %s urgency%s", rule, p.Urgency, inBrackets(own)))
	}
	g.Rule = strings.Join(parts, "; ")
	return g
}

func inBrackets(place string) string {
	if place == "" {
		return ""
	}
	return " (" + place + ")"
}

// level is the level that a page is of: the last that fired before it of the same number and round.
func (x *explainer) level(p *store.Page) *firedAt {
	for k := len(x.fired) - 1; k >= 0; k-- {
		if f := &x.fired[k]; f.Level == p.Level+1 && f.Round == p.Round+1 && !f.at.After(p.At) {
			return f
		}
	}
	return nil
}

// room explains a note to a room: a level that names it, or the route.
func (x *explainer) room(g *client.Ground, p *store.Page) {
	for k := len(x.fired) - 1; k >= 0; k-- {
		f := &x.fired[k]
		if !f.at.After(p.At) && strings.Contains(f.what, oncall.Target{Kind: oncall.ToReceiver, Name: p.Receiver}.String()) {
			g.Rule, g.Configuration = fmt.Sprintf("level %d of %s", f.Level, f.Policy), f.Version
			g.Place = x.place(f.Version, "escalations", string(f.Policy), "levels", strconv.Itoa(f.Level-1))
			return
		}
	}
	g.Rule = x.opened
}

// fateOf is what is known of a page beyond its state.
func fateOf(p *client.Page) string {
	var parts []string
	if p.Parent != "" {
		parts = append(parts, "told by "+p.Parent+", with what else waited")
	}
	for _, s := range []string{p.Outcome, p.Class, p.Detail} {
		if s != "" && s != p.State {
			parts = append(parts, s)
		}
	}
	if p.Provider != "" {
		parts = append(parts, "over "+p.Provider)
	}
	return strings.Join(parts, ", ")
}

// grounds are the lines of an explanation for a page, as many as one can read.
func (t teller) grounds(x *client.Explanation) (all []entryView) {
	for _, g := range x.Lines[:min(len(x.Lines), entriesMost)] {
		rule := g.Rule
		if g.Configuration != "" && g.Configuration != x.Configuration {
			rule += ", of configuration " + g.Configuration
		}
		if g.Place != "" && !strings.Contains(rule, g.Place) {
			rule += inBrackets(g.Place)
		}
		what := g.What
		if g.State != "" {
			what += ": " + g.State
		}
		all = append(all, entryView{At: t.moment(g.At), Kind: g.Kind, By: cmp.Or(rule, "not remembered"), What: what})
	}
	return all
}
