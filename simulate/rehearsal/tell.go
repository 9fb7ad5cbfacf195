package rehearsal

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
)

// untold are moments that a reader of the story knows already: by others, or because nothing came of them.
var untold = map[Kind]bool{
	Kind(incident.DidPage): true, Kind(incident.DidReport): true, Kind(incident.DidChange): false, Arrived: true, Acted: true,
	Kind(incident.DidJoin): true, Kind(incident.DidClear): true, Kind(incident.DidAutomate): false, Stopped: true,
}

// Story are the moments that are worth telling, in order.
func (t *Timeline) Story() (told []Moment) {
	for _, m := range t.Moments {
		if !untold[m.Kind] {
			told = append(told, m)
		}
	}
	return told
}

// NounOf names a message by its method: a text, a call, a mail.
func NounOf(via oncall.Method) string {
	switch via {
	case oncall.SMS:
		return "a text"
	case oncall.Call:
		return "a call"
	case oncall.Email:
		return "a mail"
	}
	return "word by " + string(via)
}

// Words tell a moment in a sentence without its time: what happened, and below that what there is to know of it, perhaps nothing.
func (m *Moment) Words() (what, more string) {
	switch m.Kind {
	case Received:
		return m.receivedWords()
	case Sent:
		return m.sentWords()
	case Missed:
		return m.missedWords(), ""
	case Arrived:
		return fmt.Sprintf("%s has %s", m.User, NounOf(m.Via)), string(m.Outcome)
	case Stopped:
		return fmt.Sprintf("the call to %s is hung up", m.User), ""
	case Told:
		return fmt.Sprintf("room %s is told: %s %s", m.Receiver, incident.Ref(m.Incident), m.What), m.Text
	case Said:
		return fmt.Sprintf("%s texts %q", m.User, m.Text), ""
	case Pressed:
		if m.Text == "" {
			return fmt.Sprintf("%s takes the call and hangs up", m.User), ""
		}
		return fmt.Sprintf("%s takes the call and presses %s", m.User, m.Text), ""
	case Acted:
		return fmt.Sprintf("%s: %s", m.By, m.What), ""
	case Refused:
		return "this cannot be done: " + m.Why, ""
	case Broke:
		return "from now on " + m.What, ""
	case Mended:
		return "mended: " + m.What, ""
	case Changed:
		return strings.TrimSpace(m.By+" "+m.What) + colon(m.Why), ""
	}
	return m.entryWords()
}

func (m *Moment) receivedWords() (what, more string) {
	state, title, _ := strings.Cut(m.What, " ")
	name := m.Labels["alertname"]
	if name == "" || name == title {
		name, title = title, ""
	}
	did := "fires"
	if state == string(alert.Resolved) {
		did = "recovers"
	}
	labels := alert.Labels{}
	for k, v := range m.Labels {
		if k != "alertname" {
			labels[k] = v
		}
	}
	what = name + " " + did
	if len(labels) > 0 {
		what += " " + labels.String()
	}
	return what, title
}

func (m *Moment) sentWords() (what, more string) {
	what = fmt.Sprintf("%s gets %s", m.User, NounOf(m.Via))
	switch m.Purpose {
	case incident.PageReply:
		what = fmt.Sprintf("%s is answered", m.User)
	case incident.PageNews:
		what = fmt.Sprintf("%s is told by %s", m.User, strings.TrimPrefix(NounOf(m.Via), "a "))
	}
	first, _, _ := strings.Cut(m.Text, "\n")
	if m.Via == oncall.Email {
		first = m.What
	}
	if m.Why != "" {
		return what + ", which is refused: " + m.Why, ""
	}
	return what, first
}

func (m *Moment) missedWords() string {
	noun := strings.TrimPrefix(NounOf(m.Via), "a ")
	switch m.Outcome {
	case notify.NoAnswer:
		return fmt.Sprintf("%s does not take the call", m.User)
	case notify.Busy:
		return fmt.Sprintf("%s's phone is busy", m.User)
	case notify.Machine:
		return fmt.Sprintf("an answering machine takes the call to %s", m.User)
	case notify.HungUp:
		return fmt.Sprintf("%s hangs up without a key", m.User)
	}
	return fmt.Sprintf("the %s to %s does not get through: %s", noun, m.User, m.Outcome)
}

func (m *Moment) entryWords() (what, more string) {
	what = incident.Ref(m.Incident) + ": " + lower(m.What)
	switch incident.EntryKind(m.Kind) {
	case incident.DidOpen:
		route, _, _ := strings.Cut(strings.TrimPrefix(m.Why, "route "), ", configuration ")
		return what, "by the route at " + route
	case incident.DidEscalate, incident.DidSuppress, incident.DidUnsuppress:
		return what, ""
	case incident.DidAck, incident.DidResolve, incident.DidClose, incident.DidHold, incident.DidNote:
		return what, ""
	}
	return what, m.Why
}

// lower makes a sentence go on after a colon, unless it begins with a name or shouts.
func lower(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

func colon(s string) string {
	if s == "" {
		return ""
	}
	return ": " + s
}

// People are all who were woken, in order of the first time.
func (t *Timeline) People() (all []oncall.UserID) {
	for _, m := range t.Woken() {
		if !slices.Contains(all, m.User) {
			all = append(all, m.User)
		}
	}
	return all
}
