package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

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
		if err != nil || st.incident.Type == incident.TypeSecurity {
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
	if st.incident.Type == incident.TypeSecurity {
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

// backToLink leads from the address of a link's form to the page that it is on.
func (c *call) backToLink() error {
	if _, err := c.byLink(); err != nil {
		return err
	}
	http.Redirect(c.w, c.r, strings.TrimSuffix(c.r.URL.EscapedPath(), "/act"), http.StatusSeeOther)
	return nil
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
	return c.linkDo(&i, fmt.Sprintf("/i/%d/%s", g.Incident, url.PathEscape(c.r.PathValue("token"))))
}

// linkVerbs are what a link may do.
var linkVerbs = []string{"ack", "escalate", "note"}

// linkDo does what a form of a link's page asks for and leads back to the page, which says what happened. What was typed is not
// shown again: the address of a link is not for a page that was posted to.
func (c *call) linkDo(i *incident.Incident, back string) error {
	form, err := c.form()
	if err != nil {
		return err
	}
	verb := form.Get("do")
	if !slices.Contains(linkVerbs, verb) {
		return errNoPower
	}
	err = c.formDo(i, verb, form)
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
