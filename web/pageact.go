package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// linkPurpose is what a signed link has to be for: to see one incident, and act on it as one user.
const linkPurpose = "page"

// byLink checks the signed link of the path and says which incident it is for.
func (c *call) byLink() (notify.Grant, error) {
	n, err := c.number()
	links := c.s.Config().Links
	if err != nil || links == nil {
		return notify.Grant{}, notify.ErrBadLink
	}
	g, err := links.Verify(c.r.PathValue("token"), c.now)
	if err != nil && !errors.Is(err, notify.ErrExpiredLink) {
		return g, err
	}
	if g.Purpose != linkPurpose || g.Incident != n {
		return g, notify.ErrBadLink
	}
	if _, known := c.s.Engine.Book().Roster.User(oncall.UserID(g.User)); !known {
		return g, notify.ErrBadLink
	}
	c.who = identity{user: oncall.UserID(g.User), channel: "link"}
	return g, err
}

// linkPage is GET /i/{n}/{token}: the incident for a phone without a login.
func (c *call) linkPage() error {
	g, err := c.byLink()
	if err != nil {
		return err
	}
	var st story
	err = c.view(func(tx store.Tx, h *veil) (err error) {
		if st.incident, err = tx.Incident(g.Incident); isNotFound(err) {
			return incident.ErrNoIncident
		}
		if err != nil || st.incident.Type == typeSecurity {
			return err
		}
		if err = st.fill(tx, alertsMost); err != nil {
			return err
		}
		st.timeline = h.lines(st.timeline)
		h.hushIncident(&st.incident)
		return nil
	})
	if err != nil {
		return err
	}
	t := c.teller()
	v := t.incident(&st)
	if st.incident.Type == typeSecurity {
		v = t.neutral(&st.incident)
	}
	v.Link, v.Stale, v.Act = true, g.Epoch != st.incident.Epoch, c.r.URL.EscapedPath()+"/act"
	v.Banner = t.banner(&st.incident, c.r.URL.Query())
	if !v.Stale {
		t.offerLink(&v, &st.incident)
	}
	return c.showIncident(http.StatusOK, v)
}

// neutral is the view of an incident that says no more of it than its text did.
func (t teller) neutral(i *incident.Incident) incidentView {
	bare := *i
	bare.Title, bare.Service, bare.Team, bare.Category, bare.Severity = "Security incident", "", "", "", ""
	bare.Firing, bare.Total = 0, 0
	bare.Note, bare.HoldReason = "", ""
	if s := bare.Suppressed; s != nil {
		quiet := *s
		quiet.Rule = ""
		bare.Suppressed = &quiet
	}
	return incidentView{row: t.row(&bare), Standing: t.standing(&bare), Secret: true}
}

// linkAct is POST /i/{n}/{token}/act. What a link of an earlier epoch was sent for is over, so it does nothing.
func (c *call) linkAct() error {
	g, err := c.byLink()
	if err != nil {
		return err
	}
	var i incident.Incident
	err = c.s.Store.View(c.r.Context(), func(tx store.Tx) (err error) {
		if i, err = tx.Incident(g.Incident); isNotFound(err) {
			return incident.ErrNoIncident
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case g.Epoch != i.Epoch:
		return errStaleLink
	}
	return c.formAct(g.Incident, fmt.Sprintf("/i/%d/%s", g.Incident, url.PathEscape(c.r.PathValue("token"))), "ack", "escalate", "note")
}

// formAct does what a form asks for, if it is among the verbs allowed, and leads back to the page, which says what happened.
func (c *call) formAct(n int64, back string, allowed ...string) error {
	if err := c.r.ParseForm(); err != nil {
		return formError(err)
	}
	form := c.r.PostForm
	verb := form.Get("do")
	if among("do", verb, allowed...) != nil || verb == "" {
		return errNoPower
	}
	err := c.formDo(n, verb, form)
	q := url.Values{"did": {verb}}
	if err != nil {
		code := judge(err).code
		if _, told := notDone[code]; !told {
			return err
		}
		if verb != "ack" || code != "already" { // who was first is what the page says of an acknowledgement
			q = url.Values{"not": {code}}
		}
	}
	http.Redirect(c.w, c.r, back+"?"+q.Encode(), http.StatusSeeOther)
	return nil
}

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
			return &banner{"good", "Escalated", "Now paging " + t.names(paging(i)) + "."}
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
			return &banner{"good", "Given to " + t.name(string(i.Assignee)), "Paging " + t.names(paging(i)) + "."}
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
		return &banner{"plain", "Open again", "Now paging " + t.names(paging(i)) + "."}
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
		return &banner{"good", "You have it" + t.until(i.AckUntil), "Paging has stopped."}
	case i.State == incident.Acknowledged && me == "":
		return &banner{"good", "Acknowledged" + t.until(i.AckUntil), "Paging has stopped."}
	case i.State == incident.Acknowledged:
		return &banner{"plain", upper(cmp.Or(t.name(i.AckedBy), "Somebody")) + " was first, at " + t.short(i.AcknowledgedAt), "Paging has stopped. You can go back to sleep."}
	case i.State == incident.Resolved || i.State == incident.Closed:
		return &banner{"plain", "It is resolved already", "Paging has stopped. You can go back to sleep."}
	case i.State == incident.Triggered:
		return &banner{"bad", "It has been triggered again since", "Acknowledge it once more if it is yours."}
	}
	return nil
}
