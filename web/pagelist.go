package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

const rowsShown = 50

// row is one incident in a list, and the head of its page.
type row struct {
	Number    int64
	Ref       string
	Title     string
	Service   string
	Category  string
	Priority  string
	Tone      string // p1 to p5
	State     string // suppressed for a triggered one of which nobody hears
	StateWord string
	Count     string
	Who       string
	Opened    moment
	Age       string
	Secure    bool
	Clock     *clockView // the SLA clock that matters most; nil: there is none
}

func (t teller) row(i *incident.Incident) row {
	r := row{
		Number: i.Number, Ref: i.Ref(), Title: i.Title, Service: i.Service, Category: i.Category, Priority: string(i.Priority),
		Tone: strings.ToLower(string(i.Priority)), State: string(i.State), StateWord: stateWords[i.State], Opened: t.moment(i.CreatedAt),
		Age: age(t.now.Sub(i.CreatedAt)), Secure: i.Type == incident.TypeSecurity,
	}
	if r.Title == "" {
		r.Title = "no title"
	}
	switch {
	case i.Total > 0 && i.Firing == i.Total:
		r.Count = plural(i.Total, "alert")
	case i.Total > 0:
		r.Count = fmt.Sprintf("%d of %s firing", i.Firing, plural(i.Total, "alert"))
	}
	if i.State == incident.Triggered && i.Suppressed != nil {
		r.State, r.StateWord = "suppressed", upper(suppressed[i.Suppressed.Kind])
	}
	r.Who = t.holder(i)
	return r
}

// holder says in a few words who has an incident.
func (t teller) holder(i *incident.Incident) string {
	switch i.State {
	case incident.Triggered:
		users, held := paging(i)
		switch {
		case i.Suppressed != nil:
			return "nobody is paged"
		case len(users) > 0:
			return "paging " + t.few(users)
		case len(held) > 0:
			return t.held(held)
		}
		return "nobody yet"
	case incident.Acknowledged, incident.OnHold:
		if i.Assignee != "" {
			return t.name(string(i.Assignee))
		}
	case incident.Resolved:
		if i.Code == "recovered" {
			return "by itself"
		}
	}
	return t.name(i.AckedBy)
}

// listView is the list of incidents.
type listView struct {
	Asked   asked
	Rows    []row
	Open    map[string]int // open incidents among the rows, and among those below that were counted, by state
	Older   string         // address of the next page; empty: that was all
	Below   []belowRow     // grave ones that this page does not show
	Counted bool           // every open incident was counted
	OnCall  []dutyRow
	Quiet   bool
	Bulk    bool // several may be acted on at once
	Codes   []option
	Choice  choices
}

// All reports whether the list is of everything rather than of what is open.
func (v listView) All() bool { return v.Asked.State == "all" }

// asked is what somebody looks for, as the form shows it again.
type asked struct {
	Q, State, Service, Priority, Type, Assignee string
	Breached                                    bool
	Narrow                                      int // how many fields beside the state and the text are set
}

// belowRow is how many grave incidents are below a page, and where.
type belowRow struct{ What, Href string }

// choices are what the form offers.
type choices struct {
	States, Types        []option
	Services, Priorities []string
	People               []client.Person
}

// dutyRow is who is on call for a schedule, in one line.
type dutyRow struct {
	Schedule, Who, Until string
	Gap                  bool
}

// listPage is GET /.
func (c *call) listPage() error {
	t := c.teller()
	a, f, err := c.looksFor()
	if err != nil {
		return err
	}
	if at, ok := c.jump(a.Q); ok {
		http.Redirect(c.w, c.r, at, http.StatusSeeOther)
		return nil
	}
	v := listView{Asked: a, Open: map[string]int{}, Bulk: c.who.role.allows(Responder), Codes: codeOptions(), Choice: t.choices()}
	err = c.viewList(&f, func(tx store.Tx, h *veil) error {
		got, next, err := c.list(tx, f)
		for k := range got {
			h.hushIncident(&got[k])
			r := t.row(&got[k])
			r.Clock = t.nearest(&got[k])
			v.Rows = append(v.Rows, r)
			v.Open[string(got[k].State)]++
		}
		if next == 0 || err != nil {
			return err
		}
		v.Older = a.address(next)
		if a.plain() {
			return c.lookBelow(tx, f, next, &v)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, d := range t.book.Roster.OnCallNow(c.now) {
		v.OnCall = append(v.OnCall, dutyRow{string(d.Schedule), t.few(userStrings(d.Now.Users)), t.until(d.Now.To), len(d.Now.Users) == 0})
	}
	v.Quiet = len(v.Rows) == 0 && a.plain() && f.Below == 0
	title := "Incidents"
	if n := v.Open[string(incident.Triggered)]; n > 0 {
		title = fmt.Sprintf("(%d%s) Incidents", n, onlyIf(v.Older != "" && !v.Counted, "+"))
	}
	return c.show(http.StatusOK, "list", frame{Title: title, Here: "list", Refresh: refreshEvery, Reload: true, Zone: t.zone.String(), Body: v})
}

// belowLooked is how many open incidents below a page are looked at for grave ones.
const belowLooked = 1000

// lookBelow counts what a page of open incidents does not show: in a storm the gravest one may be far below.
func (c *call) lookBelow(tx store.Tx, f store.Filter, below int64, v *listView) error {
	f.Below, f.Limit = below, belowLooked
	got, next, err := c.list(tx, f)
	count := map[incident.Priority]int{}
	for k := range got {
		count[got[k].Priority]++
		v.Open[string(got[k].State)]++
	}
	for _, p := range []incident.Priority{"P1", "P2"} {
		if n := count[p]; n > 0 {
			v.Below = append(v.Below, belowRow{fmt.Sprintf("%d %s", n, p), asked{State: "open", Priority: string(p)}.first()})
		}
	}
	v.Counted = next == 0
	return err
}

// plain reports whether nothing is looked for but what is open.
func (a asked) plain() bool { return a.Q == "" && a.State == "open" && a.Narrow == 0 }

// address is the page of the same list that goes on below a number.
func (a asked) address(below int64) string {
	q := url.Values{"before": {fmt.Sprint(below)}}
	for name, value := range map[string]string{
		"q": a.Q, "service": a.Service, "priority": a.Priority, "type": a.Type, "assignee": a.Assignee, "breached": onlyIf(a.Breached, "1"),
		"show": onlyIf(a.State != "open", a.State),
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return "/?" + q.Encode()
}

// Everywhere is the address of the same search in incidents of every state.
func (a asked) Everywhere() string {
	a.State = "all"
	return a.first()
}

// first is the address of the first page of the list.
func (a asked) first() string { return strings.Replace(a.address(0), "before=0&", "", 1) }

// looksFor reads the query of the list. A word that fits nothing is left out, so that an old bookmark still shows a list.
func (c *call) looksFor() (a asked, f store.Filter, err error) {
	q := c.r.URL.Query()
	a = asked{
		Q: strings.Join(strings.Fields(q.Get("q")), " "), State: cmp.Or(q.Get("show"), "open"), Service: q.Get("service"),
		Priority: q.Get("priority"), Type: q.Get("type"), Assignee: q.Get("assignee"), Breached: q.Get("breached") != "",
	}
	f = store.Filter{Limit: rowsShown, Breached: a.Breached, Service: a.Service, Assignee: oncall.UserID(a.Assignee)}
	if f.Below, err = c.sequence("before"); err != nil {
		return a, f, err
	}
	if a.Q, err = text("q", a.Q, longestTitle); err != nil {
		return a, f, err
	}
	f.Text = incident.Fold(a.Q)
	which, known := states[a.State]
	switch {
	case known:
		f.States = which
	case a.State != "all":
		a.State, f.States = "open", states["open"]
	}
	if a.Priority != "" {
		f.Priorities = []incident.Priority{incident.Priority(a.Priority)}
	}
	if a.Type != "" {
		f.Types = []string{a.Type}
	}
	for _, set := range []bool{a.Service != "", a.Priority != "", a.Type != "", a.Assignee != "", a.Breached} {
		if set {
			a.Narrow++
		}
	}
	return a, f, nil
}

// jump is the page of the incident of which somebody typed the number.
func (c *call) jump(q string) (string, bool) {
	if !strings.HasPrefix(strings.ToUpper(q), "INC-") {
		return "", false
	}
	n, err := reference("q", q, "INC-")
	if err != nil || c.mustSee(n) != nil {
		return "", false
	}
	return incidentAddress(n), true
}

func (t teller) choices() choices {
	return choices{States: stateOptions(), Types: options(t.types(), upper), Services: t.services(), Priorities: priorities, People: t.people()}
}
