package web

import (
	"cmp"
	"net/url"

	"github.com/rouse/rouse/incident"
)

// banner says what came of an act, at the top of the page that follows.
type banner struct {
	Tone string // good | plain | bad
	Head string
	More string
}

// notDone says in words why an act was refused, by the code of the refusal.
var notDone = map[string]string{
	"already":          "It is so already.",
	"closed":           "It is closed, which is final.",
	"needs_text":       "Write some text first.",
	"needs_reason":     "Say what is waited for.",
	"not_acknowledged": "Acknowledge it before you put it on hold.",
	"unknown_user":     "There is no such person any more.",
}

// banner words the outcome of an act from where the incident stands, so that nobody can make the page say what is not so.
func (t teller) banner(i *incident.Incident, q url.Values) *banner {
	if why, ok := notDone[q.Get("not")]; ok {
		return &banner{"bad", "Nothing was done", why}
	}
	switch q.Get("did") {
	case "ack":
		return t.acked(i)
	case "escalate":
		if i.State == incident.Triggered {
			return &banner{"good", "Escalated", t.telling(i)}
		}
	case "note":
		return &banner{"good", "Noted", "Your words are in the timeline."}
	case "resolve":
		if i.State == incident.Resolved {
			return &banner{"good", "Resolved. Thank you", "Everybody who was told of it hears that it is over."}
		}
	case "hold":
		if i.State == incident.OnHold {
			return &banner{"good", "On hold" + t.until(i.HoldUntil), ""}
		}
	case "give":
		if i.Assignee != "" {
			return &banner{"good", "Given to " + t.name(string(i.Assignee)), t.telling(i)}
		}
	case "close", "confirm":
		if i.State == incident.Closed {
			return &banner{"good", "Closed", ""}
		}
	}
	return t.changed(i, q.Get("did"))
}

// changed words the outcome of an act that changes the record rather than who is paged.
func (t teller) changed(i *incident.Incident, verb string) *banner {
	switch {
	case verb == "confirm" && i.Confirmed != "":
		return &banner{"good", "Confirmed. Thank you", ""}
	case verb == "reopen" && i.State == incident.Triggered:
		return &banner{"plain", "Open again", t.telling(i)}
	case verb == "resume" && i.State == incident.Acknowledged:
		return &banner{"good", "Work goes on", ""}
	case verb == "merge" && i.DuplicateOf != 0:
		return &banner{"good", "Merged", "Alerts and news go to the other incident from now on."}
	case verb == "update" && i.Status != nil:
		return &banner{"good", "The update is out", ""}
	}
	return nil
}

// acked says what came of an acknowledgement: it is yours, or who was first.
func (t teller) acked(i *incident.Incident) *banner {
	me := string(t.me)
	switch {
	case i.State == incident.Acknowledged && i.AckedBy == me && me != "":
		return &banner{"good", "Acknowledged" + t.until(i.AckUntil), ""} // the page itself says who has it, and that paging has stopped
	case i.State == incident.Acknowledged && me == "":
		return &banner{"good", "Acknowledged" + t.until(i.AckUntil), ""}
	case i.State == incident.Acknowledged:
		return &banner{"plain", upper(cmp.Or(t.name(i.AckedBy), "Somebody")) + " was first, at " + t.short(i.AcknowledgedAt), "Paging has stopped. You can go back to sleep."}
	case i.State == incident.Resolved || i.State == incident.Closed:
		return &banner{"plain", "It is resolved already", "Paging has stopped. You can go back to sleep."}
	case i.State == incident.Triggered:
		return &banner{"bad", "It has been triggered again since", "Acknowledge it once more if it is yours."}
	}
	return nil
}
