package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// reviewWords are the states of a review in words.
var reviewWords = map[review.State]string{review.StateDraft: "Draft", review.StateInReview: "In review", review.StatePublished: "Published"}

// itemWords say what an action item is to change.
var itemWords = map[review.ItemType]string{
	review.Prevent: "Prevent: it does not happen again", review.Mitigate: "Mitigate: it does less harm",
	review.Detect: "Detect: it is known sooner", review.Process: "Process: people work on it better",
}

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
	r, err := c.readReview(n)
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "text/markdown; charset=utf-8")
	c.w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="review-%s.md"`, r.Ref()))
	u := c.user()
	_, _ = c.w.Write([]byte(review.Markdown(r, c.s.Engine.Book().Roster, u.Zone))) // the browser is gone; nothing is left to do
	return nil
}

func reviewAddress(n int64) string { return fmt.Sprintf("/i/%d/review", n) }

// readReview reads a review that the caller may see, with the numbers of hidden records left out.
func (c *call) readReview(n int64) (r review.Review, err error) {
	err = c.view(func(tx store.Tx, h *veil) (err error) {
		r, err = c.reviewOf(tx, n)
		if err == nil {
			h.hushReview(&r)
		}
		return err
	})
	return r, err
}

// hushReview is hush for a review.
func (v *veil) hushReview(r *review.Review) {
	v.hush(&r.Title, &r.Summary, &r.Impact.What, &r.Detection.How, &r.Detection.Gap, &r.Trigger, &r.Mitigation, &r.Resolution, &r.External)
	for _, list := range []*[]string{&r.Factors, &r.Well, &r.Wrong, &r.Lucky, &r.Surprises} {
		*list = slices.Clone(*list)
		for k := range *list {
			v.hush(&(*list)[k])
		}
	}
	r.Previous, r.RootCauseProblem = v.number(r.Previous), v.problemNumber(r.RootCauseProblem)
	r.Journal = v.lines(r.Journal)
	for k := range r.Timeline {
		e := v.entry(&incident.Entry{Kind: r.Timeline[k].Kind, What: r.Timeline[k].What})
		r.Timeline[k].What = e.What
	}
	for k := range r.Items {
		v.hush(&r.Items[k].Text, &r.Items[k].Note)
	}
}

// reviewView reads all that the page of one review shows. Of an incident without a review it says so.
func (c *call) reviewView(n int64) (v reviewView, err error) {
	t := c.teller()
	write := c.who.role.allows(Responder)
	r, err := c.readReview(n)
	if errors.Is(err, review.ErrNoReview) {
		i, err := c.seen(c.r.Context(), n)
		if err != nil {
			return v, err
		}
		row := t.row(&i)
		v = reviewView{Number: n, Ref: row.Ref, Title: row.Title, Service: row.Service, Priority: row.Priority, Tone: row.Tone, None: true}
		v.may = map[string]bool{"draft": write}
		return v, nil
	}
	if err != nil {
		return v, err
	}
	v = t.review(&r)
	if v.Cause, err = c.causeOf(r.RootCauseProblem); err != nil {
		return v, err
	}
	if write {
		draft, open := r.State == review.StateDraft, r.State != review.StatePublished
		v.may = map[string]bool{
			"save": open, "refresh": open, "submit": draft, "approve": r.State == review.StateInReview && !c.approved(&r), "return": r.State == review.StateInReview,
			"publish": open, "add": open, "item": true, "done": true, "drop": true, "open": true, "line": open, "hide": open, "show": open,
		}
	}
	return v, nil
}

func (c *call) causeOf(n int64) (k *kin, err error) {
	if n == 0 {
		return nil, nil
	}
	err = c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		p, err := c.seenProblem(tx, n)
		if errors.Is(err, prb.ErrNoProblem) {
			return nil
		}
		if err == nil {
			k = c.teller().problemKin(&p)
		}
		return err
	})
	return k, err
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
	for _, kind := range review.ItemTypes() {
		v.Types = append(v.Types, option{string(kind), itemWords[kind]})
	}
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
		Duration: spell(r.Impact.Duration),
	}
	if r.RootCauseProblem != 0 {
		v.Held.Problem = prb.Ref(r.RootCauseProblem)
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

// spell writes a duration as forms take it: 2h30m.
func spell(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	d = d.Round(time.Minute)
	return strings.TrimSuffix(strings.TrimSuffix(d.String(), "0s"), "h0m") + onlyIf(d%time.Hour == 0 && d > 0, "h")
}
