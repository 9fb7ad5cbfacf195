package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

const (
	alertsShown  = 25
	entriesShown = 30 // the newest; the others are a tap away
	entriesMost  = 300
	refreshEvery = 10 // seconds
)

// incidentView is one incident as its page shows it. What somebody may not do is not offered.
type incidentView struct {
	row
	Standing standing
	Banner   *banner
	Secret   bool // a security incident seen by a link: its number and standing alone
	Stale    bool // the link is of an earlier epoch
	Link     bool // seen by a link
	Act      string

	CanAck, CanRenew, CanEscalate, CanNote, CanResolve, CanHold, CanGive, CanClose bool

	Morning  string // when "until morning" is
	NextUp   string // who is woken by escalating
	NeedNote bool
	Codes    []string
	People   []client.Person

	Facts    []fact
	Runbook  string
	Alerts   []alertView
	More     int // alerts that are not shown
	Told     []toldView
	Timeline []entryView // newest first
	Earlier  []entryView
	Left     int // entries that are not shown at all
}

// Actions reports whether there is anything to do.
func (v incidentView) Actions() bool {
	return v.CanAck || v.CanRenew || v.CanEscalate || v.CanNote || v.CanResolve || v.CanClose
}

// fact is a label with its value.
type fact struct{ Name, Value string }

type alertView struct {
	Title, Text string
	Severity    string
	Firing      bool
	Muted       string
	Since       moment
	Facts       []fact
	Notes       []fact
	Links       []client.Link
	Integration string
}

// toldView is one person or room that was told, and what became of it.
type toldView struct {
	Who, How, To string
	State        string
	Tone         string // good | bad | wait | off
	At           moment
}

type entryView struct {
	At        moment
	Kind      string
	By        string
	What, Why string
}

// incidentPage is GET /i/{n}, for who is logged in.
func (c *call) incidentPage() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	st, err := c.story(n, alertsMost)
	if err != nil {
		return err
	}
	t := c.teller()
	v := t.incident(&st)
	v.Act = fmt.Sprintf("/i/%d/act", n)
	v.Banner = t.banner(&st.incident, c.r.URL.Query())
	if c.who.role.allows(Responder) {
		t.offer(&v, &st.incident)
	}
	return c.showIncident(v)
}

func (c *call) showIncident(v incidentView) error {
	title := strings.TrimSpace(v.Priority + " " + v.Ref + " " + v.Title)
	return c.show(http.StatusOK, "incident", frame{Title: title, Refresh: refreshEvery, Zone: c.user().Zone.String(), Body: v})
}

// teller words things for who is asking.
func (c *call) teller() teller {
	u := c.user()
	return teller{clockIn: clockIn{zone: u.Zone, now: c.now}, book: c.s.Engine.Book(), me: u.ID}
}

// offer says what somebody with a login may do with an incident that stands as it does.
func (t teller) offer(v *incidentView, i *incident.Incident) {
	open := i.State.Open()
	v.CanAck = i.State == incident.Triggered || i.State == incident.OnHold
	v.CanRenew = i.State == incident.Acknowledged && t.me != "" && i.AckedBy == string(t.me)
	v.CanEscalate, v.CanResolve, v.CanGive = open, open, open
	v.CanHold = i.State == incident.Acknowledged || i.State == incident.OnHold
	v.CanClose = i.State == incident.Resolved
	v.CanNote = true
	v.NeedNote = i.Priority == "P1" || i.Priority == "P2"
	v.Codes = codes
	for _, u := range t.book.Roster.Users() {
		v.People = append(v.People, person(t.book.Roster, u.ID))
	}
	t.when(v, i)
}

// offerLink says what a link allows.
func (t teller) offerLink(v *incidentView, i *incident.Incident) {
	v.CanAck = i.State == incident.Triggered || i.State == incident.OnHold
	v.CanRenew = i.State == incident.Acknowledged && i.AckedBy == string(t.me)
	v.CanEscalate, v.CanNote = i.State.Open(), true
	t.when(v, i)
}

// when fills in the times and names that the buttons mention.
func (t teller) when(v *incidentView, i *incident.Incident) {
	u, _ := t.book.Roster.User(t.me)
	u.Zone = t.zone
	v.Morning = morning(u, t.now).In(t.zone).Format("15:04")
	v.NextUp = t.names(nextUp(t.book, i, t.now))
	if i.State != incident.Triggered || i.Cursor.FiredAt.IsZero() {
		v.NextUp = ""
	}
}

// incident makes the view of a story.
func (t teller) incident(st *story) incidentView {
	i := &st.incident
	v := incidentView{row: t.row(i), Standing: t.standing(i), Runbook: webLink(t.book.Services[i.Service].Runbook)}
	v.Facts = facts(i.GroupLabels)
	t.alerts(&v, st)
	t.told(&v, st.pages)
	for k := len(st.timeline) - 1; k >= 0; k-- {
		e := t.entry(&st.timeline[k])
		switch {
		case len(v.Timeline) < entriesShown:
			v.Timeline = append(v.Timeline, e)
		case len(v.Earlier) < entriesMost:
			v.Earlier = append(v.Earlier, e)
		default:
			v.Left++
		}
	}
	return v
}

func (t teller) alerts(v *incidentView, st *story) {
	slices.SortStableFunc(st.alerts, func(a, b store.Alert) int {
		if a.State != b.State {
			return onlyInt(a.State == alert.Firing, -1, 1)
		}
		return cmp.Compare(b.Severity.Rank(), a.Severity.Rank())
	})
	for k := range st.alerts {
		if k == alertsShown {
			break
		}
		v.Alerts = append(v.Alerts, t.alert(&st.alerts[k], &st.incident))
	}
	v.More = max(st.incident.Total, len(st.alerts)) - len(v.Alerts)
}

func onlyInt(yes bool, a, b int) int {
	if yes {
		return a
	}
	return b
}

func (t teller) alert(a *store.Alert, i *incident.Incident) alertView {
	v := alertView{
		Title: cmp.Or(a.Title, a.Key), Text: a.Description, Severity: string(a.Severity), Firing: a.State == alert.Firing,
		Facts: facts(a.Labels), Links: alertLinks(a), Since: t.moment(cmp.Or(a.FirstAt, a.StartsAt)), Integration: a.Integration,
	}
	if v.Text == i.Title || v.Text == v.Title {
		v.Text = ""
	}
	for _, f := range facts(a.Annotations) {
		if f.Value == v.Title || f.Value == v.Text {
			continue
		}
		if href := webLink(f.Value); href != "" {
			v.Links = append(v.Links, client.Link{Href: href, Text: strings.ReplaceAll(strings.TrimSuffix(f.Name, "_url"), "_", " ")})
			continue
		}
		v.Notes = append(v.Notes, f)
	}
	if a.Muted != nil {
		v.Muted = string(a.Muted.Kind) + " " + a.Muted.Rule
	}
	for k, l := range v.Links {
		v.Links[k].Text = upper(cmp.Or(strings.TrimSpace(l.Text), hostOf(l.Href)))
	}
	return v
}

func facts(l map[string]string) []fact {
	var out []fact
	for _, name := range alert.Labels(l).Names() {
		out = append(out, fact{name, l[name]})
	}
	return out
}

// tones are how a page's state looks.
var tones = map[store.PageState]string{
	store.Delivered: "good", store.Failed: "bad", store.Expired: "bad", store.Void: "off", store.Bundled: "off",
}

func (t teller) told(v *incidentView, pages []store.Page) {
	slices.SortStableFunc(pages, func(a, b store.Page) int { return a.At.Compare(b.At) })
	for k := range pages {
		p := &pages[k]
		if p.Kind != incident.PageAlert && p.Kind != incident.PageUpdate && p.Kind != incident.PageRoom {
			continue
		}
		to := toldView{How: string(p.Via), To: mask(p.Via, p.To), State: string(p.State), Tone: cmp.Or(tones[p.State], "wait"), At: t.moment(cmp.Or(p.SentAt, p.At))}
		if to.Who = person(t.book.Roster, p.User).Name; p.Kind == incident.PageRoom {
			to.Who, to.How = p.Receiver, "room"
		}
		if p.State == store.Void {
			to.State = "not needed"
		}
		if p.Outcome != "" && string(p.Outcome) != string(p.State) {
			to.State += ", " + string(p.Outcome)
		}
		v.Told = append(v.Told, to)
	}
}

func (t teller) entry(e *incident.Entry) entryView {
	by := e.By
	if by.Kind == incident.ByUser {
		by.Name = person(t.book.Roster, oncall.UserID(by.Name)).Name
	}
	return entryView{At: t.moment(e.At), Kind: string(e.Kind), By: by.String(), What: e.What, Why: e.Why}
}
