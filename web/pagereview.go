package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// reviewView is the page of one review.
type reviewView struct {
	formState
	Number           int64
	Ref, Title       string
	State, StateWord string
	Service          string
	Priority, Tone   string
	None             bool // there is no review yet

	Plan      []fact
	Missing   []string
	Doubts    []string
	Facts     []fact
	Promises  []promiseView
	Paged     []fact
	Parts     []partView
	Items     []itemView
	Lines     []lineView
	Hidden    int
	Approvals []entryView
	Log       []entryView

	People  []client.Person
	Types   []option
	Final   bool
	Version string
	Fields  []fieldView // of the form
	Held    reviewPlan  // what the form shows of the plan
	Cause   *kin
}

// reviewPlan is what the form shows of who writes the review and by when.
type reviewPlan struct {
	Owner, Facilitator, Due, Meeting, Duration, Problem string
	Participants                                        []string
}

// partView is one part of the text.
type partView struct {
	Title string
	Texts []fact // with a name where it is not the part's own
	List  []string
}

// fieldView is one part of the text in the form.
type fieldView struct {
	Name, Label, Hint, Value string
	Short                    bool
	Rows                     int
}

type promiseView struct{ Name, Word, Tone, Detail string }

type itemView struct {
	ID               int
	Text             string
	Type, TypeWord   string
	Owner, OwnerName string
	Due, DueForm     string
	Late             bool
	State            string
	Priority         string
	Ticket, Href     string
	TicketForm       string
	End              string // how it ended
	Ref, Review      string // of lists over several reviews
	Mine             bool
}

type lineView struct {
	ID        int
	At        moment
	Day       string // where another day begins
	Time      string
	Who, What string
	Hidden    bool
}

// reviewPage is GET /i/{n}/review.
func (c *call) reviewPage() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	v, err := c.reviewView(n)
	if err != nil {
		return err
	}
	return c.showReview(http.StatusOK, "review", v)
}

// reviewEditPage is GET /i/{n}/review/edit.
func (c *call) reviewEditPage() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	v, err := c.reviewView(n)
	if err != nil {
		return err
	}
	if v.None || v.Final {
		http.Redirect(c.w, c.r, reviewAddress(n), http.StatusSeeOther)
		return nil
	}
	return c.showReview(http.StatusOK, "reviewedit", v)
}

func (c *call) showReview(status int, page string, v reviewView) error {
	return c.show(status, page, frame{Title: "Review of " + v.Ref, Here: "reviews", Zone: c.user().Zone.String(), Body: v})
}

// reviewMarkdown is GET /i/{n}/review.md: the review as a document to keep elsewhere.
func (c *call) reviewMarkdown() error {
	n, err := c.number()
	if err != nil {
		return err
	}
	doc, err := c.reviewDocument(n, c.user().Zone)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="review-%s.md"`, incident.Ref(n)))
	c.file(markdownType, doc)
	return nil
}

func reviewAddress(n int64) string { return incidentAddress(n) + "/review" }

// reviewView reads all that the page of one review shows, as one snapshot. Of an incident without a review it says so.
func (c *call) reviewView(n int64) (v reviewView, err error) {
	t := c.teller()
	write := c.who.role.allows(Responder)
	err = c.view(func(_ store.Tx, h *veil) error {
		r, err := h.shownReview(n)
		if errors.Is(err, review.ErrNoReview) {
			i, err := h.shown(n)
			row := t.row(&i)
			v = reviewView{Number: n, Ref: row.Ref, Title: row.Title, Service: row.Service, Priority: row.Priority, Tone: row.Tone, None: true}
			v.may = map[string]bool{"draft": write}
			return err
		}
		if err != nil {
			return err
		}
		v = t.review(&r)
		if write {
			v.may = c.reviewMay(&r)
		}
		if r.RootCauseProblem == 0 {
			return nil
		}
		p, err := h.shownProblem(r.RootCauseProblem)
		v.Cause = t.problemKin(&p)
		return err
	})
	return v, err
}

// reviewMay says which forms a review has for a responder.
func (c *call) reviewMay(r *review.Review) map[string]bool {
	draft, asked, open := r.State == review.StateDraft, r.State == review.StateInReview, r.State != review.StatePublished
	return map[string]bool{
		"save": open, "refresh": open, "submit": draft, "approve": asked && !c.approved(r), "return": asked, "publish": open,
		"add": open, "item": true, "done": true, "drop": true, "open": true, "line": open, "hide": open, "show": open,
	}
}

func (c *call) approved(r *review.Review) bool {
	name := c.who.actor().Name
	return slices.ContainsFunc(r.Approvals, func(a review.Approval) bool { return a.By == name })
}

// review makes the view of a review.
func (t teller) review(r *review.Review) reviewView {
	v := reviewView{
		Number: r.Incident, Ref: r.Ref(), Title: r.Title, State: string(r.State), StateWord: reviewWords[r.State], Service: r.Service,
		Priority: string(r.Priority), Tone: strings.ToLower(string(r.Priority)), People: t.people(), Final: r.State == review.StatePublished,
		Version: version(r),
	}
	if !v.Final {
		v.Missing, v.Doubts = review.Missing(*r), review.Doubts(*r, t.book.Roster)
	}
	v.Types = options(review.ItemTypes(), func(kind review.ItemType) string { return itemWords[kind] })
	t.reviewPlan(&v, r)
	t.reviewFacts(&v, r)
	t.reviewParts(&v, r)
	for k := range r.Items {
		v.Items = append(v.Items, t.item(&r.Items[k]))
	}
	day := ""
	for _, l := range r.Timeline {
		if l.Hidden {
			v.Hidden++
		}
		line := lineView{ID: l.ID, At: t.moment(l.At), Time: l.At.In(t.zone).Format("15:04"), Who: l.Who, What: l.What, Hidden: l.Hidden}
		if d := t.date(l.At); d != day {
			day, line.Day = d, d
		}
		v.Lines = append(v.Lines, line)
	}
	for _, a := range r.Approvals {
		v.Approvals = append(v.Approvals, entryView{At: t.moment(a.At), By: upper(t.name(a.By)), What: a.Note})
	}
	for k := len(r.Journal) - 1; k >= 0 && len(v.Log) < entriesMost; k-- {
		v.Log = append(v.Log, t.entry(&r.Journal[k]))
	}
	return v
}

func (t teller) reviewPlan(v *reviewView, r *review.Review) {
	names := func(ids ...oncall.UserID) string {
		return onlyIf(len(ids) > 0 && ids[0] != "", t.names(userStrings(ids)))
	}
	for _, f := range []fact{
		{"Owner", upper(names(r.Owner))}, {"Facilitator", upper(names(r.Facilitator))}, {"Participants", names(r.Participants...)},
		{"Meeting", onlyIf(!r.MeetingAt.IsZero(), t.short(r.MeetingAt))}, {"Due", t.date(r.DueAt)},
		{"Published", onlyIf(!r.PublishedAt.IsZero(), t.date(r.PublishedAt)+" by "+t.name(r.PublishedBy))},
	} {
		if f.Value != "" {
			v.Plan = append(v.Plan, f)
		}
	}
	v.Held = reviewPlan{
		Owner: string(r.Owner), Facilitator: string(r.Facilitator), Due: t.formTime(r.DueAt, dayForm), Meeting: t.formTime(r.MeetingAt, clockForm),
		Duration: spell(r.Impact.Duration), Problem: problemRef(r.RootCauseProblem),
	}
	for _, u := range r.Participants {
		v.Held.Participants = append(v.Held.Participants, string(u))
	}
}

// version tells one state of a review's text from another.
func version(r *review.Review) string { return r.UpdatedAt.UTC().Format(time.RFC3339Nano) }

// Joins reports whether somebody is a participant, in the form.
func (v reviewView) Joins(id string) bool {
	if v.Bad("save") != nil {
		return v.Picked("save", "participants", id)
	}
	return slices.Contains(v.Held.Participants, id)
}
