package rehearsal

import (
	"cmp"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/simulate"
)

// moment begins a moment of now.
func (p *play) moment(k Kind) Moment {
	return Moment{At: p.world.Now(), Kind: k, Event: p.event}
}

func (p *play) note(m Moment) { p.line.Moments = append(p.line.Moments, m) }

// changed notes what one commit wrote.
func (p *play) changed(w *simulate.Written) {
	for _, i := range w.Incidents {
		p.line.Records = append(p.line.Records, Record{At: p.world.Now(), Incident: i})
	}
	for _, e := range w.Entries {
		i := p.latest(e.Incident, w)
		for k := range e.Lines {
			p.entry(&i, &e.Lines[k])
		}
	}
}

func (p *play) latest(n int64, w *simulate.Written) incident.Incident {
	for _, i := range w.Incidents {
		if i.Number == n {
			return i
		}
	}
	return p.disk.Incidents[n]
}

// entry notes a line of an incident's timeline.
func (p *play) entry(i *incident.Incident, e *incident.Entry) {
	m := Moment{At: e.At, Kind: Kind(e.Kind), Incident: i.Number, By: e.By.String(), What: e.What, Why: e.Why, Data: e.Data}
	m.about(i)
	switch e.Kind {
	case incident.DidSuppress:
		m.Suppressed = i.Suppressed
	case incident.DidEscalate:
		m.Policy, m.Level, m.Round = i.Cursor.Policy, i.Cursor.Level+1, i.Cursor.Round+1
	}
	p.note(m)
}

// sending notes a message that is handed to a provider.
func (p *play) sending(provider string, msg *notify.Message) {
	m := p.moment(Sent)
	p.ofPage(&m, msg.ID)
	m.Provider, m.Via, m.Text = provider, msg.Via, msg.Text
	m.User = cmp.Or(m.User, p.owner(msg.To))
	switch msg.Via {
	case oncall.Call:
		m.Text = msg.Speech.Words
	case oncall.Email:
		m.What = msg.Subject
	}
	p.note(m)
}

// ended notes what became of a message; a call that is taken rings no more.
func (p *play) ended(s notify.Status) {
	m := p.moment(Arrived)
	switch {
	case s.Outcome.Missed():
		m.Kind = Missed
	case s.Outcome == notify.Cancelled:
		m.Kind = Stopped
	}
	p.ofPage(&m, s.MessageID)
	m.Provider, m.Outcome = s.Provider, s.Outcome
	p.note(m)
	if m.Kind == Arrived {
		p.react(m)
	}
}

// ofPage says of a moment which page it is about.
func (p *play) ofPage(m *Moment, id string) {
	page, ok := p.disk.Pages[id]
	m.Page = id
	if !ok {
		return
	}
	m.Purpose, m.User, m.Via, m.Incident = page.Kind, page.User, page.Via, page.Incident
	if i, ok := p.disk.Incidents[page.Incident]; ok {
		m.about(&i)
		if page.Kind == incident.PageAlert {
			m.Policy, m.Level, m.Round = i.Cursor.Policy, page.Level+1, page.Round+1
		}
	}
	if len(page.Members) > 0 {
		m.Bundle = append(m.Bundle, page.Incident)
		for _, id := range page.Members {
			m.Bundle = append(m.Bundle, p.disk.Pages[id].Incident)
		}
	}
}
