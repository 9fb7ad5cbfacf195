package incident

import (
	"fmt"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/rouse/rouse/oncall"
)

// Words are the fields that the template of a status update may use.
type Words struct {
	Ref, Title, Service, Priority, State, Phase string
	Next                                        string // when the next update is to be expected, or empty
}

// WordsOf returns an incident's words for a phase. next is zero when nothing is promised.
func (i *Incident) WordsOf(phase Phase, next time.Time) Words {
	w := Words{Ref: i.Ref(), Title: i.Title, Service: i.Service, Priority: string(i.Priority), State: string(i.State), Phase: string(phase)}
	if !next.IsZero() {
		w.Next = next.UTC().Format("15:04 UTC")
	}
	return w
}

// UpdateText renders the configured template of a phase; ok is false when there is none, or when it fails.
func (b *Rulebook) UpdateText(i *Incident, phase Phase, next time.Time) (text string, ok bool) {
	raw, found := b.Templates[string(phase)]
	if !found {
		return "", false
	}
	t, err := template.New(string(phase)).Option("missingkey=error").Parse(raw)
	if err != nil {
		return "", false
	}
	var out strings.Builder
	if err := t.Execute(&out, i.WordsOf(phase, next)); err != nil {
		return "", false
	}
	return out.String(), true
}

// Phases returns the phases of status updates in their usual order.
func Phases() []Phase { return []Phase{Investigating, Identified, Monitoring, PhaseResolved} }

// Audiences returns the audiences, the smallest first.
func Audiences() []Audience { return []Audience{ForResponders, ForStakeholders, ForPublic} }

const updateMost = 4000 // characters

// publish tells an audience how things stand, and starts the clock of the next update.
func (d *draft) publish(a Publish) error {
	i := &d.i
	switch {
	case i.State == Closed:
		return ErrFinal
	case !slices.Contains(Audiences(), a.Audience):
		return &FieldError{"audience", string(a.Audience), "responders, stakeholders or public"}
	case !slices.Contains(Phases(), a.Phase):
		return &FieldError{"phase", string(a.Phase), "investigating, identified, monitoring or resolved"}
	case strings.TrimSpace(a.Text) == "":
		return ErrNeedsNote
	case len([]rune(a.Text)) > updateMost:
		return &FieldError{"text", "so long a text", fmt.Sprintf("at most %d characters", updateMost)}
	case i.Confidential() && a.Audience != ForResponders:
		return ErrConfidential
	case a.Phase == PhaseResolved && i.State.Open():
		return ErrNotResolved
	}
	st := &Status{At: d.now, By: a.By.Name, Phase: a.Phase, Audience: a.Audience, Text: a.Text}
	i.Status = st
	if a.Audience == ForPublic {
		i.PublicStatus = st
	}
	if a.Phase == Monitoring && i.MitigatedAt.IsZero() {
		i.MitigatedAt = d.now
	}
	i.Updates++
	if i.State.Open() {
		i.OwesAt, i.OwesTold = time.Time{}, time.Time{}
		if every := d.cadence(); every > 0 {
			i.OwesAt = d.now.Add(every)
		}
		if a.Next.After(d.now) {
			i.OwesAt = a.Next
		}
	}
	d.tell(DidUpdate, a.By, "", "Update to %s (%s): %s", a.Audience, a.Phase, a.Text)
	d.entries[len(d.entries)-1].Data = map[string]string{"audience": string(a.Audience), "phase": string(a.Phase), "text": a.Text}
	d.said(a.Text)
	d.tellUpdate(a)
	return nil
}

// tellUpdate puts the update into the outbox: once for each responder, and for each subscriber where they are meant.
func (d *draft) tellUpdate(a Publish) {
	var responders []oncall.UserID
	add := func(u oncall.UserID) {
		if u != "" && string(u) != a.By.Name && !slices.Contains(responders, u) {
			responders = append(responders, u)
		}
	}
	add(d.i.Assignee)
	for _, r := range Roles() {
		add(d.i.Roles[r])
	}
	for _, p := range d.i.Pings {
		if !p.At.Before(d.i.TriggeredAt) {
			add(p.User)
		}
	}
	n := len(d.i.Pings) // an update interrupts nobody: it waits in the pocket
	d.news(responders, NewsUpdate, "update ("+string(a.Phase)+"): "+a.Text)
	d.i.Pings = d.i.Pings[:n]
	if a.Audience == ForResponders {
		return
	}
	for k, r := range a.To {
		if r.User != "" && slices.Contains(responders, r.User) {
			continue
		}
		d.subscriber(k, r, a)
	}
}

// subscriber tells one subscriber: a user by mail or else by text, an address by mail, a room in its own words.
func (d *draft) subscriber(k int, r Recipient, a Publish) {
	p := Page{
		Kind: PageNews, Incident: d.i.Number, Epoch: d.i.Epoch, Via: oncall.Email, Address: r.Address, User: r.User,
		Urgency: oncall.Low, At: d.now, Text: "update (" + string(a.Phase) + "): " + a.Text, Why: "subscriber",
	}
	switch {
	case r.Receiver != "":
		p.Kind, p.Via, p.Receiver, p.Text = PageRoom, "", r.Receiver, "update"
		p.Why = a.Text
	case r.User != "":
		u, ok := d.book.Roster.User(r.User)
		if !ok {
			return
		}
		if u.Email == "" {
			p.Via = oncall.SMS
		}
		p.After = quietEnd(u, p.Via, p.Urgency, d.now)
	}
	p.ID = fmt.Sprintf("%s/e%d/update/%d-%d", d.i.Ref(), d.i.Epoch, d.i.Entries, k)
	d.pages = append(d.pages, p)
}
