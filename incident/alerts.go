package incident

import (
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/oncall"
)

func (d *draft) fire(f Fire) error {
	switch {
	case d.i.Number == 0:
		d.create(f)
		return nil
	case d.i.State == Closed:
		return ErrFinal
	}
	d.count(f)
	d.unpause()
	if d.i.State == Resolved {
		d.i.Severity = alert.Unknown // the worst since it was last triggered
	}
	worse := f.Alert.Severity.Rank() > d.i.Severity.Rank()
	was := d.i
	d.lead(&f.Alert, worse)
	d.entitle()
	switch d.i.State {
	case Resolved:
		d.reopen("alert "+f.Alert.Title+" fires again", f.Suppressed)
	case Acknowledged, OnHold:
		d.grow(f, worse)
	case Triggered:
		d.tell(DidJoin, byIntegration(f.Alert), f.Where.Route, "%s: %s", joinWord(f), f.Alert.Title)
	}
	d.suppress(f.Suppressed)
	if was.State == Triggered && was.Suppressed == nil && d.i.Suppressed == nil {
		d.reroute(&was) // what waited for the end of somebody's quiet hours may be urgent now
	}
	return nil
}

// unpause goes on where paging stood when every alert had recovered: what was due later stays as far away as it was then.
func (d *draft) unpause() {
	if d.i.ClearedAt.IsZero() {
		return
	}
	c := &d.i.Cursor
	since := d.i.ClearedAt
	if c.FiredAt.After(since) { // somebody has escalated meanwhile
		since = c.FiredAt
	}
	paused := d.now.Sub(since)
	d.i.ClearedAt = time.Time{}
	if !c.EndsAt.IsZero() {
		c.EndsAt = c.EndsAt.Add(paused)
	}
	for k := range c.People {
		for s := range c.People[k].Steps {
			if st := &c.People[k].Steps[s]; st.Page == "" {
				st.Due = st.Due.Add(paused)
			}
		}
	}
}

func joinWord(f Fire) string {
	switch {
	case f.Known:
		return "Alert changed"
	case f.Again:
		return "Alert fires again"
	}
	return "Alert joined"
}

func byIntegration(a alert.Alert) Actor { return Actor{Kind: ByIntegration, Name: a.Integration} }

func (d *draft) count(f Fire) {
	if f.Known {
		return
	}
	d.i.Firing++
	if !f.Again {
		d.i.Total++
	}
}

// create opens an incident from its first alert.
func (d *draft) create(f Fire) {
	w := f.Where
	svc := d.book.Services[w.Service]
	d.i = Incident{
		Number: f.Number, State: Triggered, Service: w.Service, Team: string(svc.Team), Type: w.Type, Category: w.Category,
		Impact: Grade(w.Impact), Urgency: Grade(w.Urgency), UrgencyBy: "route", GroupKey: w.GroupKey, GroupLabels: w.GroupLabels,
		Route: w.Route, Source: f.Alert.Integration, Policy: oncall.PolicyID(w.Policy), ReopenWindow: w.ReopenWindow, ResolveDelay: w.ResolveDelay,
		CreatedAt: d.now, TriggeredAt: d.now, Epoch: 1, Turn: f.Turn,
	}
	d.i.Rule, d.i.StartedAt = ruleOf(&f.Alert), f.Alert.StartsAt
	d.i.Previous, d.i.Problem = f.Previous, f.Problem
	d.count(f)
	d.defaults(svc)
	if d.i.Urgency == "" {
		d.i.UrgencyBy = "severity"
		d.i.Urgency = urgencyOf(f.Alert.Severity)
	}
	d.i.Priority = d.book.Prioritise(d.i.Impact, d.i.Urgency)
	d.i.Title, d.i.Lead, d.i.Severity = f.Alert.Title, f.Alert.Key, f.Alert.Severity
	if w.Overflow != "" {
		d.i.Overflow, d.i.Rule = w.Overflow, "overflow"
		d.entitle()
	}
	d.tell(DidOpen, byIntegration(f.Alert), "route "+w.Route+d.version(), "Opened as %s for %s: %s", d.i.Priority, d.i.Service, d.i.Title)
	if d.i.Overflow != "" {
		d.tell(DidNote, self, "", "%s has opened as many incidents as are let to be open at once: alerts of its further groups are gathered here. See what it sends, or group by fewer labels", d.i.Overflow)
	}
	d.history(f)
	d.begin(w.Receivers, f)
}

// entitle gives what gathers an integration's overflow a title of its own, whatever its alerts are called.
func (d *draft) entitle() {
	if d.i.Overflow == "" {
		return
	}
	d.i.Title = "overflow: " + counted(d.i.Total, "alert") + " of " + d.i.Overflow + ", in more groups than one can read"
}

// ruleOf names what fired: the alert's rule where its source says it, else its title.
func ruleOf(a *alert.Alert) string {
	for _, l := range []string{"alertname", "rule", "check"} {
		if v := a.Labels[l]; v != "" {
			return v
		}
	}
	return a.Title
}

// history says what is known of earlier times, so that whoever is woken reads at once what helped then.
func (d *draft) history(f Fire) {
	if f.Previous != 0 {
		d.tell(DidLink, self, "group "+d.i.GroupKey, "Repeats %s%s", Ref(f.Previous), colon(f.LastTime))
	}
	if f.Problem != 0 {
		d.tell(DidLink, self, "", "Known error PRB-%d", f.Problem)
	}
	if f.Workaround != "" {
		d.i.Workaround = f.Workaround
		d.tell(DidDiagnose, self, "", "Workaround: %s", f.Workaround)
	}
}

func (d *draft) begin(receivers []string, f Fire) {
	if f.Suppressed != nil {
		d.i.Receivers = append(d.i.Receivers, receivers...) // told once people may be
	} else {
		for _, r := range receivers {
			d.hear(r)
		}
	}
	d.startUnless(f.Suppressed)
}

// defaults fills what neither the route nor the reporter said.
func (d *draft) defaults(svc Service) {
	if d.i.Impact == "" {
		d.i.Impact = svc.Impact
	}
	if d.i.Impact == "" {
		d.i.Impact = GradeMedium
	}
	if d.i.Type == "" {
		d.i.Type = d.book.usualType()
	}
	if d.i.Policy == "" {
		d.i.Policy = svc.Policy
	}
	if d.i.Policy == "" {
		d.i.Policy = d.book.Roster.Fallback()
	}
}

// urgencyOf is the urgency of an alert whose route does not say: what is not known to be mild is urgent.
func urgencyOf(s alert.Severity) Grade {
	switch s {
	case alert.Warning:
		return GradeMedium
	case alert.Info:
		return GradeLow
	}
	return GradeHigh
}

// lead recomputes title and severity with an alert that fires.
func (d *draft) lead(a *alert.Alert, worse bool) {
	if worse || d.i.Firing <= 1 || a.Key == d.i.Lead {
		d.i.Title, d.i.Lead = a.Title, a.Key
	}
	if !worse {
		return
	}
	d.i.Severity = a.Severity
	if d.i.UrgencyBy != "severity" {
		return
	}
	d.i.Urgency = urgencyOf(a.Severity)
	if p := d.book.Prioritise(d.i.Impact, d.i.Urgency); p != d.i.Priority && d.i.PriorityBy == "" {
		d.tell(DidChange, self, "severity "+string(a.Severity), "Priority %s, was %s", p, d.i.Priority)
		d.i.Priority = p
	}
}

// clear takes one recovered alert out of the count, and resolves when it was the last.
func (d *draft) clear(c Clear) error {
	if d.i.Firing > 0 {
		d.i.Firing--
	}
	word := "recovered"
	if c.Expired {
		word = "expired without a repeat"
	}
	if c.Why != "" {
		word = "ended, " + c.Why
	}
	d.tell(DidClear, byIntegration(c.Alert), "", "Alert %s: %s", word, c.Alert.Title)
	if c.Lead != nil && d.i.Lead == c.Alert.Key {
		d.i.Title, d.i.Lead = c.Lead.Title, c.Lead.Key
	}
	d.entitle()
	if c.Lead != nil && c.Alert.Severity == d.i.Severity && c.Lead.Severity.Rank() < d.i.Severity.Rank() {
		d.i.Severity = c.Lead.Severity // what rises from here is news again
	}
	if !d.i.State.Open() || d.i.Firing > 0 {
		return nil
	}
	if d.i.Reporter != "" {
		d.tell(DidNote, self, "", "Every alert that was merged into it has recovered; whether that is the end of what %s reported is for people to say", d.i.Reporter)
		return nil
	}
	if d.i.ResolveDelay > 0 {
		d.i.ClearedAt = d.now
		return nil
	}
	d.resolve(self, "recovered", "")
	return nil
}

// open starts an incident that a person reports.
func (d *draft) open(o Open) error {
	if strings.TrimSpace(o.Title) == "" {
		return ErrNeedsNote
	}
	svc, ok := d.book.Services[o.Service]
	if !ok {
		return &UnknownServiceError{Name: o.Service}
	}
	d.i = Incident{
		Number: o.Number, State: Triggered, Title: o.Title, Service: o.Service, Team: string(svc.Team), Type: o.Type, Category: o.Category,
		Impact: o.Impact, Urgency: o.Urgency, UrgencyBy: "person", Source: o.By.Channel, Reporter: o.By.Name, Policy: svc.Policy,
		CreatedAt: d.now, TriggeredAt: d.now, Epoch: 1, ReopenWindow: 10 * time.Minute, Turn: o.Turn,
	}
	d.i.Description, d.i.Rule, d.i.StartedAt = o.Text, o.Title, o.StartedAt
	d.defaults(svc)
	if err := d.book.checkType(d.i.Type, d.i.Category); err != nil {
		return err
	}
	if d.i.Urgency == "" {
		d.i.Urgency = GradeHigh
	}
	d.i.Priority = d.book.Prioritise(d.i.Impact, d.i.Urgency)
	d.tell(DidOpen, o.By, "", "Reported as %s for %s: %s", d.i.Priority, d.i.Service, d.i.Title)
	if o.Text != "" {
		d.tell(DidNote, o.By, "", "%s", o.Text)
	}
	d.start(0)
	return nil
}

// UnknownServiceError names a service that the configuration does not have.
type UnknownServiceError struct{ Name string }

func (e *UnknownServiceError) Error() string {
	return "there is no service " + e.Name + " in the configuration"
}
