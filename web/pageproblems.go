package web

import (
	"fmt"
	"net/http"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// problemRow is one problem in a list.
type problemRow struct {
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

// problemsView is the list of problems.
type problemsView struct {
	formState
	All      bool
	Rows     []problemRow
	Services []string
	People   []client.Person
	Incident string // one to link, where somebody came from its page
}

// problemsPage is GET /problems.
func (c *call) problemsPage() error {
	v, err := c.problemsView()
	if err != nil {
		return err
	}
	if n, err := c.sequence("incident"); err == nil && n > 0 && c.mustSee(n) == nil {
		v.Incident = incident.Ref(n)
	}
	return c.showProblems(http.StatusOK, v)
}

func (c *call) showProblems(status int, v problemsView) error {
	return c.show(status, "problems", frame{Title: "Problems", Here: "problems", Zone: c.user().Zone.String(), Body: v})
}

func (c *call) problemsView() (v problemsView, err error) {
	t := c.teller()
	v = problemsView{All: c.r.URL.Query().Get("show") == "all", Services: t.services(), People: t.people()}
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
			h.hushProblem(p)
			v.Rows = append(v.Rows, t.problemRow(p))
		}
		return nil
	})
	return v, err
}

func (t teller) problemRow(p *prb.Problem) problemRow {
	r := problemRow{
		Number: p.Number, Ref: p.Ref(), Title: p.Title, Service: p.Service, State: string(p.State), StateWord: problemWords[p.State],
		Incidents: len(p.Incidents), Workaround: p.Workaround != "" && p.State.Live(), Updated: t.moment(p.UpdatedAt), Age: age(t.now.Sub(p.UpdatedAt)),
	}
	if p.Owner != "" {
		r.Owner = t.name(string(p.Owner))
	}
	return r
}

// problemView is the page of one problem.
type problemView struct {
	formState
	problemRow
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
	v, err := c.problemView(n)
	if err != nil {
		return err
	}
	return c.showProblem(http.StatusOK, v)
}

func (c *call) showProblem(status int, v problemView) error {
	return c.show(status, "problem", frame{Title: v.Ref + " " + v.Title, Here: "problems", Zone: c.user().Zone.String(), Body: v})
}

func (c *call) problemView(n int64) (v problemView, err error) {
	t := c.teller()
	err = c.view(func(_ store.Tx, h *veil) error {
		p, err := h.shownProblem(n)
		if err != nil {
			return err
		}
		v = t.problem(&p)
		for k := len(p.Incidents) - 1; k >= 0 && len(v.Kin) < kinMost; k-- {
			i, err := h.shown(p.Incidents[k])
			if err != nil {
				return err
			}
			v.Kin = append(v.Kin, *t.kinOf("", &i))
		}
		if p.DuplicateOf == 0 {
			return nil
		}
		other, err := h.shownProblem(p.DuplicateOf)
		if err == nil {
			v.Duplicate = t.problemKin(&other)
		}
		return err
	})
	if err == nil && c.who.role.allows(Responder) {
		v.may = map[string]bool{
			"analyse": v.Live, "fix": v.Live && v.State != string(prb.StateFixInProgress), "resolve": v.Live, "link": !v.Closed, "edit": !v.Closed,
			"reopen": v.Over, "close": v.Over, "note": true,
		}
	}
	return v, err
}

func (t teller) problem(p *prb.Problem) problemView {
	v := problemView{
		problemRow: t.problemRow(p), OwnerID: string(p.Owner), Cause: p.Cause, Workaround: p.Workaround, Note: p.Note, People: t.people(),
		Live: p.State.Live(), Over: p.State == prb.StateResolved, Closed: p.State == prb.StateClosed,
	}
	v.Code = problemCodes[p.Code]
	v.Details = []fact{{"Opened", t.short(p.CreatedAt)}}
	for _, f := range []fact{
		{"Service", p.Service}, {"Team", p.Team}, {"Type", upper(p.Type)}, {"Owner", upper(v.problemRow.Owner)},
		{"Resolved", onlyIf(!p.ResolvedAt.IsZero(), t.short(p.ResolvedAt))}, {"Closed", onlyIf(!p.ClosedAt.IsZero(), t.short(p.ClosedAt))},
	} {
		if f.Value != "" {
			v.Details = append(v.Details, f)
		}
	}
	v.Codes = options(prb.Codes(), func(code prb.Code) string { return problemCodes[code] })
	for k := len(p.Log) - 1; k >= 0 && len(v.Log) < entriesMost; k-- {
		v.Log = append(v.Log, t.entry(&p.Log[k]))
	}
	return v
}

// problemAddress is a problem's page.
func problemAddress(n int64) string { return fmt.Sprintf("/problems/%d", n) }
