package engine

import (
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// message renders a page.
func (b *batch) message(p *store.Page) notify.Message {
	m := notify.Message{ID: p.ID, Via: p.Via, To: p.To, ValidFor: validFor}
	if p.Safe && p.Via == oncall.SMS {
		m.Text = notify.SafeText(b.safeNumber(p), p.BundleCode)
		return m
	}
	switch p.Kind {
	case incident.PageReply:
		m.Text, m.Subject = p.Text, "A word from rouse"
		return m
	case incident.PageNews:
		return b.news(p)
	case incident.PageTest:
		m.Text, m.Subject = notify.TestText(p.Text), "Test page from rouse"
		m.Speech = notify.SpeakTest(p.Text)
		return m
	}
	i, err := b.incident(p.Incident)
	if err != nil {
		m.Text = incident.Ref(p.Incident)
		return m
	}
	views := []notify.View{b.view(i, p.User)}
	for _, id := range p.Members {
		if q, err := b.page(id); err == nil {
			if j, err := b.incident(q.Incident); err == nil {
				views = append(views, b.view(j, p.User))
			}
		}
	}
	switch {
	case p.Via == oncall.Email:
		m.Subject, m.Text, m.HTML = notify.Mail(views[0], views[0].URL)
	case p.Kind == incident.PageUpdate && len(views) > 1:
		m.Text = notify.UpdatesText(views)
	case p.Kind == incident.PageUpdate:
		m.Text = notify.UpdateText(views[0], atoi(p.Text))
	case len(views) > 1:
		m.Text = notify.BundleText(p.BundleCode, views, b.live.PublicURL)
		m.Speech = notify.SpeakBundle(views)
	default:
		m.Text = notify.AlertText(views[0])
		if p.Text != "" { // handed over by somebody
			m.Text = notify.ReassignText(views[0], p.Text)
		}
		m.Speech = notify.Speak(views[0])
	}
	return m
}

// safeNumber is the incident that a page in plain words names; 0 for none.
func (b *batch) safeNumber(p *store.Page) int64 {
	if p.Kind == incident.PageAlert || p.Kind == incident.PageUpdate {
		return p.Incident
	}
	return 0
}

// validFor is how long a carrier may keep trying a text: later it would only confuse.
const validFor = 10 * time.Minute
