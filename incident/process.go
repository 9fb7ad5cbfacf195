package incident

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rouse/rouse/oncall"
)

// said keeps the last words that people wrote, for search.
func (d *draft) said(text string) {
	s := d.i.Said
	if s != "" {
		s += " "
	}
	s += text
	if cut := len(s) - saidMost; cut > 0 {
		for cut < len(s) && !utf8.RuneStart(s[cut]) {
			cut++
		}
		s = s[cut:]
	}
	d.i.Said = s
}

// diagnose adds to what is known of the cause. A closed incident's diagnosis belongs to its review.
func (d *draft) diagnose(a Diagnose) error {
	text := strings.TrimSpace(a.Text)
	switch {
	case d.i.State == Closed:
		return ErrFinal
	case text == "":
		return ErrNeedsNote
	}
	switch a.Kind {
	case Hypothesis, Found:
	case Factor:
		if slices.Contains(d.i.Factors, text) {
			return ErrNothing
		}
		d.i.Factors = append(d.i.Factors, text)
	case WorkaroundFound:
		if d.i.Workaround == text {
			return ErrNothing
		}
		d.i.Workaround = text
	case CauseChangeFound:
		d.i.CausedBy = text
	default:
		return &FieldError{"kind", string(a.Kind), "hypothesis, finding, factor, workaround or change"}
	}
	d.tell(DidDiagnose, a.By, "", "%s: %s", diagnosisWord(a.Kind), text)
	d.entries[len(d.entries)-1].Data = map[string]string{"kind": string(a.Kind)}
	d.said(text)
	return nil
}

func diagnosisWord(k Finding) string {
	switch k {
	case Hypothesis:
		return "Hypothesis"
	case Factor:
		return "Contributing factor"
	case WorkaroundFound:
		return "Workaround"
	case CauseChangeFound:
		return "Caused by change"
	}
	return "Finding"
}

const linksMost = 100

// attach adds a link, which must be one that a browser may follow.
func (d *draft) attach(a Attach) error {
	u, err := url.Parse(a.Href)
	switch {
	case d.i.State == Closed:
		return ErrFinal
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil:
		return &FieldError{"href", a.Href, "an address such as https://wiki.example.com/page"}
	case len(d.i.Links) >= linksMost:
		return &FieldError{"href", a.Href, fmt.Sprintf("no more: %d links are enough for one incident", linksMost)}
	case slices.ContainsFunc(d.i.Links, func(l Link) bool { return l.Href == u.String() }):
		return ErrNothing
	}
	d.i.Links = append(d.i.Links, Link{Href: u.String(), Text: a.Text, At: d.now, By: a.By.Name})
	d.tell(DidLink, a.By, "", "Attached %s", nameOr(a.Text, u.String()))
	d.entries[len(d.entries)-1].Data = map[string]string{"href": u.String()}
	return nil
}

// assign gives, hands over or takes a role. Who gets one is told.
func (d *draft) assign(a Assign) error {
	if d.i.State == Closed {
		return ErrFinal
	}
	if !slices.Contains(Roles(), a.Role) {
		return &FieldError{"role", string(a.Role), "commander, scribe or communications"}
	}
	was := d.i.Roles[a.Role]
	if was == a.To {
		return ErrNothing
	}
	if a.To == "" {
		delete(d.i.Roles, a.Role)
		d.tell(DidRole, a.By, "", "%s is no longer %s", was, a.Role)
		return nil
	}
	u, ok := d.book.Roster.User(a.To)
	if !ok {
		return ErrNobody
	}
	if d.i.Roles == nil {
		d.i.Roles = map[Role]oncall.UserID{}
	}
	d.i.Roles[a.Role] = u.ID
	over := ""
	if was != "" {
		over = ", taking over from " + string(was)
	}
	d.tell(DidRole, a.By, "", "%s is %s%s", u.ID, a.Role, over)
	d.entries[len(d.entries)-1].Data = map[string]string{"role": string(a.Role), "user": string(u.ID)}
	if string(u.ID) != a.By.Name {
		d.news([]oncall.UserID{u.ID}, newsRole, "you are its "+string(a.Role)+" now, says "+a.By.Name)
	}
	return nil
}

// resume ends a hold.
func (d *draft) resume(a Resume) error {
	if err := d.settled(); err != nil {
		return err
	}
	if d.i.State != OnHold {
		return ErrNotHeld
	}
	d.goOn()
	d.tell(DidResume, a.By, "", "Work goes on, says %s", a.By.Name)
	return nil
}

// goOn makes an incident on hold one that somebody works on, under the lease of its service.
func (d *draft) goOn() {
	d.i.State = Acknowledged
	d.i.HoldReason, d.i.HoldUntil = "", time.Time{}
	if t := d.book.Services[d.i.Service].AckTimeout; t > 0 {
		d.i.AckUntil = d.now.Add(t)
	}
}

// reopenBy puts a resolved incident back to triggered: its people are paged.
func (d *draft) reopenBy(a Reopen) error {
	switch {
	case d.i.State == Closed:
		return ErrFinal
	case d.i.State != Resolved:
		return ErrNotResolved
	case d.i.DuplicateOf != 0:
		return ErrMerged
	case a.Parent && !d.i.WithParent:
		return ErrNothing
	case strings.TrimSpace(a.Reason) == "":
		return ErrWhy
	}
	d.i.Reopens++
	d.i.Review.DueAt, d.i.Review.RemindAt = time.Time{}, time.Time{}
	d.i.Confirmed, d.i.Satisfied, d.i.Code, d.i.Note, d.i.ResolvedAt = "", 0, "", "", time.Time{}
	d.retrigger("")
	d.tell(DidReopen, a.By, a.Reason, "Reopened%s: %s", byWhom(a.By), a.Reason)
	d.said(a.Reason)
	d.startUnless(a.Suppressed)
	return nil
}

// confirm is the reporter's word that it is over. It closes what nothing else keeps from closing.
func (d *draft) confirm(a Confirm) error {
	switch {
	case d.i.State == Closed:
		return ErrFinal
	case d.i.State != Resolved:
		return ErrNotResolved
	case a.Satisfied < 0 || a.Satisfied > 5:
		return &FieldError{"satisfied", fmt.Sprint(a.Satisfied), "1 to 5"}
	}
	d.i.Confirmed, d.i.Satisfied = a.By.Name, a.Satisfied
	stars := ""
	if a.Satisfied > 0 {
		stars = fmt.Sprintf(", %d of 5", a.Satisfied)
	}
	d.tell(DidConfirm, a.By, "", "%s confirms that it is over%s%s", a.By.Name, stars, colon(a.Note))
	d.said(a.Note)
	if d.kept() {
		return nil
	}
	d.i.State, d.i.ClosedAt, d.i.ClosedBy = Closed, d.now, a.By.Name
	d.tell(DidClose, a.By, "", "Closed, as it was confirmed")
	return nil
}

// reviewed notes where the incident's review stands.
func (d *draft) reviewed(a Reviewed) error {
	if d.i.State == Closed {
		return ErrFinal
	}
	switch a.State {
	case "":
		if d.i.Review.Required {
			return ErrNothing
		}
		d.i.Review.Required = true
		if d.i.State == Resolved && d.book.Reviews.Due > 0 {
			d.i.Review.DueAt = d.i.ResolvedAt.Add(d.book.Reviews.Due)
		}
		d.tell(DidReview, a.By, "", "A review is required, says %s", a.By.Name)
		return nil
	case ReviewDraft, ReviewInReview, ReviewPublished:
	default:
		return &FieldError{"state", a.State, "draft, in_review or published"}
	}
	if d.i.Review.State == a.State {
		return nil
	}
	d.i.Review.State = a.State
	d.tell(DidReview, a.By, "", "Review %s", strings.ReplaceAll(a.State, "_", " "))
	return nil
}

// automated writes down what an automation did.
func (d *draft) automated(a Automated) error {
	if d.i.State == Closed && a.Text == "" {
		return nil
	}
	word := "ran"
	if a.Failed {
		word = "FAILED"
	}
	by := Actor{Kind: ByAutomation, Name: a.Rule}
	d.tell(DidAutomate, by, "automations "+a.Rule, "Automation %s, %s %s%s", a.Rule, a.Step, word, colon(a.Text))
	d.entries[len(d.entries)-1].Data = map[string]string{"rule": a.Rule, "step": a.Step, "failed": fmt.Sprint(a.Failed)}
	return nil
}

// inform brings further people in. While it is triggered they are paged like those of the level; later they are told.
func (d *draft) inform(a Inform) error {
	if err := d.settled(); err != nil {
		return err
	}
	var who []oncall.UserID
	for _, u := range a.Who {
		if _, ok := d.book.Roster.User(u); ok && !slices.Contains(who, u) {
			who = append(who, u)
		}
	}
	if len(who) == 0 {
		return ErrNobody
	}
	names := make([]string, len(who))
	for k, u := range who {
		names[k] = string(u)
	}
	d.tell(DidAssign, a.By, a.Why, "%s added as responders%s", strings.Join(names, ", "), colon(a.Why))
	if d.i.Suppressed != nil && !a.By.Person() { // a rule is no louder than a silence: they are paged when it ends
		for _, u := range who {
			if !slices.Contains(d.i.Waiting, u) {
				d.i.Waiting = append(d.i.Waiting, u)
			}
		}
		return nil
	}
	if d.i.State != Triggered || d.i.Suppressed != nil || d.i.Cursor.FiredAt.IsZero() {
		d.news(who, newsResponder, "you are asked to help"+colon(a.Why))
		return nil
	}
	d.bring(who)
	return nil
}

// bring pages people beside those of the level.
func (d *draft) bring(who []oncall.UserID) {
	for _, u := range who {
		if slices.ContainsFunc(d.i.Cursor.People, func(n Notice) bool { return n.User == u }) {
			continue
		}
		if n, _, ok := d.notice(u); ok {
			n.Why = "added as a responder"
			d.i.Cursor.People = append(d.i.Cursor.People, n)
		}
	}
	d.issue()
}

// byWhom is " by ana", or nothing for what rouse does by itself.
func byWhom(a Actor) string {
	if a.Name == "" {
		return ""
	}
	return " by " + a.Name
}
