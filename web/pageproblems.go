package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// problemWords are the states of a problem in words.
var problemWords = map[prb.State]string{
	prb.StateOpen: "Open", prb.StateKnownError: "Known error", prb.StateFixInProgress: "Fix in progress", prb.StateResolved: "Resolved", prb.StateClosed: "Closed",
}

// problemCodes are the ways in which a problem ends, in words.
var problemCodes = map[prb.Code]string{
	prb.FixApplied: "Fixed for good: incidents on hold for it are resolved", prb.RiskAccepted: "The risk is accepted: nobody will fix it",
	prb.Duplicate: "A duplicate of another problem", prb.Canceled: "It was no problem",
}

// causeRow is one problem in a list.
type causeRow struct {
	Number           int64
	Ref, Title       string
	Service          string
	State, StateWord string
	Owner            string
	Incidents        int
	Workaround       bool
	Updated          moment
	Age              string
}

// causesView is the list of problems.
type causesView struct {
	formState
	All      bool
	Rows     []causeRow
	Services []string
	People   []client.Person
	Incident string // one to link, where somebody came from its page
}

// problemsPage is GET /problems.
func (c *call) problemsPage() error {
	v, err := c.causesView()
	if err != nil {
		return err
	}
	if n, err := c.sequence("incident"); err == nil && n > 0 && c.mustSee(c.r.Context(), n) == nil {
		v.Incident = incident.Ref(n)
	}
	return c.showProblems(http.StatusOK, v)
}

func (c *call) showProblems(status int, v causesView) error {
	return c.show(status, "problems", frame{Title: "Problems", Here: "problems", Zone: c.user().Zone.String(), Body: v})
}

func (c *call) causesView() (v causesView, err error) {
	t := c.teller()
	v = causesView{All: c.r.URL.Query().Get("show") == "all", Services: sorted(slices.Collect(maps.Keys(t.book.Services))), People: t.people()}
	v.may = map[string]bool{"open": c.who.role.allows(Responder)}
	err = c.view(func(tx store.Tx, h *veil) error {
		all, err := tx.Problems()
		if err != nil {
			return err
		}
		for k := range all {
			p := &all[k]
			if !c.who.seesProblem(p, t.book) || !v.All && !p.State.Live() {
				continue
			}
			h.hush(&p.Title)
			r := t.causeRow(p)
			if r.Incidents, err = c.countSeen(tx, p.Incidents); err != nil {
				return err
			}
			v.Rows = append(v.Rows, r)
		}
		return nil
	})
	return v, err
}

func (t teller) causeRow(p *prb.Problem) causeRow {
	r := causeRow{
		Number: p.Number, Ref: p.Ref(), Title: p.Title, Service: p.Service, State: string(p.State), StateWord: problemWords[p.State],
		Workaround: p.Workaround != "" && p.State.Live(), Updated: t.moment(p.UpdatedAt), Age: age(t.now.Sub(p.UpdatedAt)),
	}
	if p.Owner != "" {
		r.Owner = t.name(string(p.Owner))
	}
	return r
}

// countSeen counts the incidents that the caller may know of.
func (c *call) countSeen(tx store.Tx, numbers []int64) (n int, err error) {
	for _, number := range numbers {
		switch _, err := c.incident(tx, number); {
		case err == nil:
			n++
		case !isGone(err):
			return 0, err
		}
	}
	return n, nil
}

// causeView is the page of one problem.
type causeView struct {
	formState
	causeRow
	Owner              string
	OwnerID            string
	Cause, Workaround  string
	Code, Note         string
	Duplicate          *kin
	Details            []fact
	Kin                []kin
	Log                []entryView
	Codes              []option
	People             []client.Person
	Live, Over, Closed bool
}

// problemPage is GET /problems/{n}.
func (c *call) problemPage() error {
	n, err := c.problemNumber()
	if err != nil {
		return err
	}
	v, err := c.causeView(n)
	if err != nil {
		return err
	}
	return c.showProblem(http.StatusOK, v)
}

func (c *call) showProblem(status int, v causeView) error {
	return c.show(status, "problemrecord", frame{Title: v.Ref + " " + v.Title, Here: "problems", Zone: c.user().Zone.String(), Body: v})
}

func (c *call) causeView(n int64) (v causeView, err error) {
	t := c.teller()
	err = c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		p, err := c.seenProblem(tx, n)
		if err != nil {
			return err
		}
		h := c.veil(tx)
		p.Log = h.lines(p.Log)
		h.hush(&p.Title, &p.Cause, &p.Workaround, &p.Note)
		v = t.cause(&p)
		for k := len(p.Incidents) - 1; k >= 0 && len(v.Kin) < kinMost; k-- {
			switch i, err := c.incident(tx, p.Incidents[k]); {
			case err == nil:
				v.Kin = append(v.Kin, *t.kinOf("", &i))
			case !isGone(err):
				return err
			}
		}
		v.Incidents = len(v.Kin)
		if p.DuplicateOf != 0 {
			if other, err := c.seenProblem(tx, p.DuplicateOf); err == nil {
				v.Duplicate = t.problemKin(&other)
			}
		}
		return h.err
	})
	if err == nil && c.who.role.allows(Responder) {
		v.may = map[string]bool{
			"analyse": v.Live, "fix": v.Live && v.State != string(prb.StateFixInProgress), "resolve": v.Live, "link": !v.Closed, "edit": !v.Closed,
			"reopen": v.Over, "close": v.Over, "note": true,
		}
	}
	return v, err
}

func (t teller) cause(p *prb.Problem) causeView {
	v := causeView{
		causeRow: t.causeRow(p), OwnerID: string(p.Owner), Cause: p.Cause, Workaround: p.Workaround, Note: p.Note, People: t.people(),
		Live: p.State.Live(), Over: p.State == prb.StateResolved, Closed: p.State == prb.StateClosed,
	}
	v.Code = problemCodes[p.Code]
	v.Details = []fact{{"Opened", t.short(p.CreatedAt)}}
	for _, f := range []fact{
		{"Service", p.Service}, {"Team", p.Team}, {"Type", upper(p.Type)}, {"Owner", upper(v.causeRow.Owner)},
		{"Resolved", onlyIf(!p.ResolvedAt.IsZero(), t.short(p.ResolvedAt))}, {"Closed", onlyIf(!p.ClosedAt.IsZero(), t.short(p.ClosedAt))},
	} {
		if f.Value != "" {
			v.Details = append(v.Details, f)
		}
	}
	for _, code := range prb.Codes() {
		v.Codes = append(v.Codes, option{string(code), problemCodes[code]})
	}
	for k := len(p.Log) - 1; k >= 0 && len(v.Log) < entriesMost; k-- {
		v.Log = append(v.Log, t.entry(&p.Log[k]))
	}
	return v
}

// mustSeeProblem refuses what is about a problem that the caller may not see.
func (c *call) mustSeeProblem(n int64) error {
	return c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		_, err := c.seenProblem(tx, n)
		return err
	})
}

// problemAddress is a problem's page.
func problemAddress(n int64) string { return fmt.Sprintf("/problems/%d", n) }
