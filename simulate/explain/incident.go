package explain

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// Incident is one incident that the alerts would open, and what would follow.
type Incident struct {
	Number       int                 `json:"number"` // from 1, in this answer
	Title        string              `json:"title"`
	Alerts       []string            `json:"alerts"` // their titles
	Service      string              `json:"service"`
	ServicePlace string              `json:"servicePlace,omitempty"`
	Team         string              `json:"team,omitempty"`
	Type         string              `json:"type"`
	Category     string              `json:"category,omitempty"`
	GroupKey     string              `json:"groupKey"`
	Group        Sourced             `json:"group"` // the labels it is made of, and who says so
	Impact       Sourced             `json:"impact"`
	Urgency      Sourced             `json:"urgency"`
	Priority     Sourced             `json:"priority"`
	Notify       oncall.Urgency      `json:"notify"` // which notification rules are used
	Policy       Sourced             `json:"escalation"`
	ReopenWindow string              `json:"reopenWindow,omitempty"`
	ResolveDelay string              `json:"resolveDelay,omitempty"`
	Overflow     string              `json:"overflow,omitempty"` // the integration whose groups are too many, so that it is gathered here
	Limit        int                 `json:"limit,omitempty"`    // from so many incidents of its integration on that would be so
	Suppressed   *router.Suppression `json:"suppressed,omitempty"`
	SuppressedAt string              `json:"suppressedPlace,omitempty"`
	Steps        []Step              `json:"steps"`
	Next         string              `json:"next"` // what follows after the steps
	People       []Person            `json:"people"`

	number int64
	record incident.Incident
	lead   *alert.Alert
	way    *router.Decision
	trace  []router.Tried
}

// Sourced is a value and who says so.
type Sourced struct {
	Value string `json:"value"`
	From  string `json:"from"` // in words
	Place string `json:"place,omitempty"`
}

// incident begins what is said of an incident: what the engine made of it.
func (a *asking) incident(number int, n int64, cut int) Incident {
	out := Incident{Number: number, number: n, Alerts: []string{}, Steps: a.steps(n, cut)}
	for k := range a.line.Records {
		if a.line.Records[k].Incident.Number == n {
			out.record = a.line.Records[k].Incident
			break
		}
	}
	r := &out.record
	out.Title, out.Service, out.Team, out.Type, out.Category = r.Title, r.Service, r.Team, r.Type, r.Category
	out.ServicePlace, out.GroupKey, out.Overflow = a.Where("services", r.Service), r.GroupKey, r.Overflow
	out.Limit = a.set.Limits.Incidents
	out.Notify = a.set.Book.NotifyUrgency(r.Priority)
	if out.Suppressed = r.Suppressed; r.Suppressed != nil {
		out.SuppressedAt = a.suppressedAt(r.Suppressed)
	}
	out.ReopenWindow, out.ResolveDelay = r.ReopenWindow.String(), ""
	if r.ResolveDelay > 0 {
		out.ResolveDelay = r.ResolveDelay.String()
	}
	out.Next = a.next(n, cut)
	return out
}

// ground says where each value of an incident came from, and of everybody why they are paged or not.
func (a *asking) ground(i *Incident) {
	svc, r := a.set.Book.Services[i.Service], &i.record
	said := func(key, value string) (Sourced, bool) {
		for _, t := range slices.Backward(i.path()) {
			if t.Sets[key] != "" {
				return Sourced{value, "route", t.Route}, true
			}
		}
		return Sourced{}, false
	}
	var ok bool
	if i.Impact, ok = said("impact", string(r.Impact)); !ok {
		i.Impact = Sourced{string(r.Impact), "service " + i.Service, cmp.Or(a.Where("services", i.Service, "impact"), i.ServicePlace)}
	}
	if i.Urgency, ok = said("urgency", string(r.Urgency)); !ok || r.UrgencyBy == "severity" {
		i.Urgency = Sourced{string(r.Urgency), "severity " + cmp.Or(string(r.Severity), "unknown"), ""}
	}
	i.Priority = Sourced{string(r.Priority), "impact x urgency", a.Where("priorities", "matrix", string(r.Impact), string(r.Urgency))}
	if i.Policy, ok = said("escalation", string(r.Policy)); !ok {
		i.Policy = Sourced{string(r.Policy), "service " + i.Service, a.Where("services", i.Service, "escalation")}
		if i.Policy.Place == "" || svc.Policy == "" {
			i.Policy = Sourced{string(r.Policy), "the fallback", a.Where("fallback")}
		}
	}
	if i.Group, ok = said("group_by", ""); !ok {
		i.Group = Sourced{"", "no group_by: one incident for the service", ""}
	}
	i.Group.Value = labelNames(r.GroupLabels)
	i.People = a.people(i)
}

// path are the routes from the root to the one that the incident's first alert went by.
func (i *Incident) path() []router.Tried {
	if i.way == nil {
		return nil
	}
	return router.Path(i.trace, i.way.Route)
}

func labelNames(l map[string]string) string {
	names := make([]string, 0, len(l))
	for name := range l {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// next says in words what follows after the last step.
func (a *asking) next(n int64, cut int) string {
	i, ok := a.line.Last(n)
	switch {
	case !ok:
		return ""
	case cut < len(a.line.Moments):
		at := a.line.Moments[cut].At
		return "from +" + lapse.Exact(at.Sub(a.line.Start)) + " on the same again, until somebody acknowledges"
	case !i.State.Open():
		return "it is " + string(i.State)
	case i.Suppressed != nil && i.Suppressed.Until.IsZero():
		return "nobody is paged while that lasts; when it ends and the alert still fires, people are"
	case i.Suppressed != nil && i.Suppressed.Until.After(a.line.End):
		return "nobody is paged before that ends"
	}
	return "it was looked no further"
}

// levelAt is where a level, from 1, of a policy is written.
func (a *asking) levelAt(p oncall.PolicyID, level int) string {
	return a.Where("escalations", string(p), "levels", strconv.Itoa(level-1))
}

// ruleAt is where a person's notification rule, from 1, is written; empty for one that everybody has who says nothing else.
func (a *asking) ruleAt(u oncall.UserID, urgency oncall.Urgency, rule int) string {
	return a.Where("users", string(u), "notify", string(urgency), strconv.Itoa(rule-1))
}

// suppressedAt is where what suppresses is written; empty for a silence, which people make at run time.
func (a *asking) suppressedAt(s *router.Suppression) string {
	switch s.Kind {
	case router.ByMute:
		return a.interval(s.Rule)
	case router.ByMaintenance:
		return cmp.Or(a.Where("maintenance", s.Rule), s.Rule)
	case router.ByInhibition:
		for _, r := range a.set.Inhibit {
			if r.String() == s.Rule {
				return r.Pos
			}
		}
	}
	return ""
}

// interval is where a time interval is written, of which a rule of a gate is named: nights, or outside office, weekend.
func (a *asking) interval(rule string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(rule, "outside "), ", ")
	return cmp.Or(a.Where("time_intervals", name), a.Where("mute_time_intervals", name))
}
