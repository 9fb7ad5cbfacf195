package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
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
}

func (t teller) row(i *incident.Incident) row {
	r := row{
		Number: i.Number, Ref: i.Ref(), Title: i.Title, Service: i.Service, Category: i.Category, Priority: string(i.Priority),
		Tone: strings.ToLower(string(i.Priority)), State: string(i.State), StateWord: stateWords[i.State], Opened: t.moment(i.CreatedAt),
		Age: age(t.now.Sub(i.CreatedAt)), Secure: i.Type == typeSecurity,
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
		switch {
		case i.Suppressed != nil:
			return "nobody is paged"
		case len(paging(i)) > 0:
			return "paging " + t.names(paging(i))
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
	All    bool
	Rows   []row
	Open   map[string]int // open incidents among the rows, by state
	Older  string         // address of the next page; empty: that was all
	OnCall []dutyRow
	Quiet  bool
	State  string // what the list is of, in the address
}

// dutyRow is who is on call for a schedule, in one line.
type dutyRow struct {
	Schedule, Who, Until string
	Gap                  bool
}

// listPage is GET /.
func (c *call) listPage() error {
	t := c.teller()
	v := listView{All: c.r.URL.Query().Get("show") == "all", Open: map[string]int{}}
	f := store.Filter{Limit: rowsShown}
	if !v.All {
		f.States = states["open"]
	}
	var err error
	if f.Below, err = c.sequence("before"); err != nil {
		return err
	}
	err = c.s.Store.View(c.r.Context(), func(tx store.Tx) error {
		got, next, err := c.list(tx, f)
		for k := range got {
			v.Rows = append(v.Rows, t.row(&got[k]))
			v.Open[string(got[k].State)]++
		}
		if next > 0 {
			v.Older = older(v.All, next)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, d := range t.book.Roster.OnCallNow(c.now) {
		v.OnCall = append(v.OnCall, dutyRow{string(d.Schedule), t.names(userStrings(d.Now.Users)), t.until(d.Now.To), len(d.Now.Users) == 0})
	}
	v.Quiet = len(v.Rows) == 0 && !v.All && f.Below == 0
	title := "Incidents"
	if n := v.Open[string(incident.Triggered)]; n > 0 {
		title = fmt.Sprintf("(%d) Incidents", n)
	}
	return c.show(http.StatusOK, "list", frame{Title: title, Here: "list", Refresh: refreshEvery, Reload: true, Zone: t.zone.String(), Body: v})
}

func older(all bool, next int64) string {
	q := url.Values{"before": {fmt.Sprint(next)}}
	if all {
		q.Set("show", "all")
	}
	return "/?" + q.Encode()
}
