package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

const (
	alertsShown  = 25
	refreshEvery = 10 // seconds
)

// incidentView is one incident as its page shows it. What somebody may not do is not offered.
type incidentView struct {
	row
	record
	Standing standing
	Banner   *banner
	Secret   bool // a security incident seen by a link: its number and standing alone
	Stale    bool // the link is of an earlier epoch
	Link     bool // seen by a link
	Act      string
	Forms    forms
	Mine     bool // who looks has reported it

	Facts   []fact // group labels
	Runbook string
	Alerts  []alertView
	More    int // alerts that are not shown
	Told    []toldView
	Story   storyView
	Grounds []entryView // what rule did what
	Similar []pastView
	Changes []changeView

	Upstream, Downstream []kin // open incidents of what its service depends on, and of what depends on it
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

// incidentPage is GET /i/{n}, for who is logged in.
func (c *call) incidentPage() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	v, err := c.incidentView(n)
	if err != nil {
		return err
	}
	v.Banner = c.teller().banner(&v.incident, c.r.URL.Query())
	return c.showIncident(http.StatusOK, v)
}

// incidentView reads all that the page of one incident shows to who is logged in, as one snapshot.
func (c *call) incidentView(n int64) (v incidentView, err error) {
	var st story
	var d dossier
	var x client.Explanation
	err = c.view(func(tx store.Tx, veil *veil) (err error) {
		if st.incident, err = c.incident(tx, n); err != nil {
			return err
		}
		if err = st.fill(tx, alertsMost); err != nil {
			return err
		}
		if x, err = veil.explain(&st); err == nil {
			d, err = c.dossier(tx, &st)
		}
		return err
	})
	if err != nil {
		return v, err
	}
	t := c.teller()
	v = t.incident(&st)
	v.Story, v.Grounds = t.story(st.timeline, c.r.URL.Query()), t.grounds(&x)
	t.fillRecord(&v, &st.incident, &d)
	v.Act = incidentAddress(n) + "/act"
	v.Mine = c.who.reported(&st.incident)
	if c.who.role.allows(Responder) {
		t.offer(&v, &st.incident)
	}
	if v.Mine {
		v.Forms.offerMine(&st.incident)
	}
	return v, nil
}

func (c *call) showIncident(status int, v incidentView) error {
	title := strings.TrimSpace(v.Priority + " " + v.Ref + " " + v.Title)
	f := frame{Title: title, Refresh: refreshEvery, Zone: c.user().Zone.String(), Body: v}
	if c.r.Method != http.MethodGet {
		f.From = incidentAddress(v.Number)
	}
	return c.show(status, "incident", f)
}

// incidentAddress is an incident's page.
func incidentAddress(n int64) string { return fmt.Sprintf("/i/%d", n) }

// teller words things for who is asking.
func (c *call) teller() teller {
	u := c.user()
	return teller{clockIn: clockIn{zone: u.Zone, now: c.now}, book: c.s.Engine.Book(), me: u.ID}
}

// incident makes the view of a story, as far as a link shows it too.
func (t teller) incident(st *story) incidentView {
	i := &st.incident
	v := incidentView{row: t.row(i), Standing: t.standing(i), Runbook: webLink(t.book.Services[i.Service].Runbook)}
	v.incident = *i
	v.Facts = facts(i.GroupLabels)
	v.Workaround, v.Clocks, v.Clock = i.Workaround, t.clocks(i), t.nearest(i)
	t.alerts(&v, st)
	t.told(&v, st.pages)
	v.Story = t.story(st.timeline, nil)
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

// callWords are what became of a call that reached nobody. It is no fault of the line: the next step tries again.
var callWords = map[notify.Outcome]string{
	notify.NoAnswer: "not answered", notify.Busy: "line busy", notify.Machine: "an answering machine", notify.HungUp: "hung up, no key pressed",
}

// viaWords say how somebody is told.
var viaWords = map[oncall.Method]string{oncall.SMS: "text", oncall.Call: "call", oncall.Email: "mail"}

func (t teller) told(v *incidentView, pages []store.Page) {
	slices.SortStableFunc(pages, func(a, b store.Page) int { return a.At.Compare(b.At) })
	for k := range pages {
		p := &pages[k]
		if p.Kind != incident.PageAlert && p.Kind != incident.PageUpdate && p.Kind != incident.PageRoom {
			continue
		}
		to := toldView{How: orWord(viaWords[p.Via], string(p.Via)), To: mask(p.Via, p.To), State: string(p.State), Tone: cmp.Or(tones[p.State], "wait"), At: t.moment(cmp.Or(p.SentAt, p.At))}
		if to.Who = person(t.book.Roster, p.User).Name; p.Kind == incident.PageRoom {
			to.Who, to.How = p.Receiver, "room"
		}
		if p.State == store.Void {
			to.State = "not needed"
		}
		switch word, missed := callWords[p.Outcome]; {
		case p.State == store.Bundled:
			to.State = cmp.Or(word, string(p.Outcome), to.State) + onlyIf(p.BundleCode != "", ", with others as "+p.BundleCode)
			to.Tone = cmp.Or(tones[store.PageState(p.Outcome)], to.Tone)
		case missed && p.State == store.Failed:
			to.State, to.Tone = word, "wait"
		case p.Outcome != "" && string(p.Outcome) != string(p.State):
			to.State += ", " + string(p.Outcome)
		}
		v.Told = append(v.Told, to)
	}
}
