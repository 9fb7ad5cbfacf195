package web

import (
	"time"

	"github.com/prometheus/common/model"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

// wireIncident is an incident as the API says it. Somebody who may act on it, but not see what came of it, such as the reporter
// of a security incident, learns its number and what they said themselves.
func (v *veil) wireIncident(i *incident.Incident) client.Incident {
	quiet := *i
	v.hushIncident(&quiet)
	return v.wireHushed(&quiet)
}

// wireHushed is wireIncident for an incident that was hushed already.
func (v *veil) wireHushed(i *incident.Incident) client.Incident {
	s := v.c.s
	out := client.Incident{
		Number: i.Number, Ref: i.Ref(), State: string(i.State), Title: "Security incident", Service: i.Service, Type: i.Type, Impact: string(i.Impact),
		Urgency: string(i.Urgency), Priority: string(i.Priority), CreatedAt: i.CreatedAt, TriggeredAt: i.TriggeredAt, UpdatedAt: i.UpdatedAt, Epoch: i.Epoch,
	}
	if !v.c.who.sees(i, s.Engine.Book()) {
		return out
	}
	out.Title, out.Team, out.Category, out.Severity, out.Source, out.Reporter = i.Title, i.Team, i.Category, string(i.Severity), i.Source, i.Reporter
	out.GroupLabels, out.Firing, out.Total = i.GroupLabels, i.Firing, i.Total
	out.AcknowledgedAt, out.ResolvedAt, out.ClosedAt = i.AcknowledgedAt, i.ResolvedAt, i.ClosedAt
	out.Assignee, out.AckedBy, out.AckUntil = string(i.Assignee), i.AckedBy, i.AckUntil
	out.HoldReason, out.HoldUntil, out.HoldClass = i.HoldReason, i.HoldUntil, i.HeldClass
	out.Code, out.Note, out.Suppressed = i.Code, i.Note, wireSuppression(i.Suppressed)
	out.Policy, out.URL = string(i.Policy), s.incidentURL(i.Number)
	if i.State == incident.Triggered {
		users, held := paging(i)
		out.Paging, out.Held, out.NextAt = users, wireHeld(held), i.Cursor.EndsAt
		if c := i.Cursor; c.Level >= 0 && !c.FiredAt.IsZero() {
			out.Policy, out.Level = string(c.Policy), c.Level+1
		}
	}
	if i.State == incident.Resolved && i.Firing > 0 && i.DuplicateOf == 0 {
		out.AgainAt = i.WakeAt
	}
	v.wireProcess(i, &out)
	return out
}

// wireProcess adds what the process knows of an incident.
func (v *veil) wireProcess(i *incident.Incident, out *client.Incident) {
	out.Rule, out.StartedAt, out.FirstAckAt, out.FirstAckBy = i.Rule, i.StartedAt, i.FirstAckAt, i.FirstAckBy
	out.PriorityBy, out.PriorityWhy, out.Workaround = i.PriorityBy, i.PriorityWhy, i.Workaround
	for role, u := range i.Roles {
		if out.Roles == nil {
			out.Roles = map[string]string{}
		}
		out.Roles[string(role)] = string(u)
	}
	for k := range i.Clocks {
		c := &i.Clocks[k]
		out.Breached = out.Breached || c.Breached
		if c.Stage != sla.Done && !c.Breached && !c.BreachAt.IsZero() && (out.BreachAt.IsZero() || c.BreachAt.Before(out.BreachAt)) {
			out.BreachAt = c.BreachAt
		}
	}
	out.Status = wireStatus(i.Status)
	out.UpdateDueAt = i.OwesAt
	if r := i.Review; r.Required || r.State != "" {
		out.Review = &client.ReviewStub{Required: r.Required, State: r.State, DueAt: r.DueAt}
	}
	out.Parent, out.DuplicateOf, out.Previous, out.Problem = v.number(i.Parent), v.number(i.DuplicateOf), v.number(i.Previous), v.problemNumber(i.Problem)
}

// wireDetail is an incident with its story.
func (v *veil) wireDetail(st *story) client.IncidentDetail {
	quiet := st.incident
	v.hushIncident(&quiet)
	i := &quiet
	out := client.IncidentDetail{
		Incident: v.wireHushed(i), Entries: i.Entries, MoreAlerts: st.more,
		Timeline: []client.Entry{}, Alerts: []client.Alert{}, Pages: []client.Page{},
		Description: i.Description, CausedBy: i.CausedBy, Links: []client.Link{}, Factors: some(i.Factors), Clocks: []client.Clock{},
		Children: v.numbers(i.Children), Merged: v.numbers(i.Merged),
		Counters: client.Counters{
			Acts: i.Acts, Reopens: i.Reopens, Lapses: i.Lapses, Escalations: i.Escalations, ByHand: i.ByHand, Reassigns: i.Reassigns, Updates: i.Updates, Pings: len(i.Pings),
		},
		HeldAt: i.HeldAt, ClosedBy: i.ClosedBy, Closure: i.Closure, Confirmed: i.Confirmed, Satisfied: i.Satisfied, UpdateEvery: span(i.UpdateEvery),
	}
	out.PublicStatus = wireStatus(i.PublicStatus)
	for _, l := range i.Links {
		if href := webLink(l.Href); href != "" {
			out.Links = append(out.Links, client.Link{Href: href, Text: l.Text, At: l.At, By: l.By})
		}
	}
	for k := range i.Clocks {
		out.Clocks = append(out.Clocks, wireClock(&i.Clocks[k].Reading))
	}
	out.Upstream, out.Downstream = wireNeighbours(st.around.up), wireNeighbours(st.around.down)
	v.wireStoryOf(st, &out)
	return out
}

func (v *veil) wireStoryOf(st *story, out *client.IncidentDetail) {
	for k := max(0, len(st.timeline)-timelineMost); k < len(st.timeline); k++ {
		out.Timeline = append(out.Timeline, v.wireEntry(&st.timeline[k]))
	}
	for k := range st.alerts {
		out.Alerts = append(out.Alerts, wireAlert(&st.alerts[k]))
	}
	for k := range st.pages {
		out.Pages = append(out.Pages, v.wirePage(&st.pages[k]))
	}
}

func (v *veil) wireEntry(e *incident.Entry) client.Entry {
	quiet := v.entry(e)
	return wireEntry(&quiet)
}

// wirePage is a page for the caller: one that was told with others by one message names that message by an incident.
func (v *veil) wirePage(p *store.Page) client.Page {
	out := wirePage(p)
	if v.hides(out.Parent) {
		out.Parent = ""
	}
	out.Why, out.Detail = v.text(out.Why), v.text(out.Detail)
	return out
}

// wireStatus is a status update; nil for none.
func wireStatus(s *incident.Status) *client.Update {
	if s == nil {
		return nil
	}
	return &client.Update{At: s.At, By: s.By, Audience: string(s.Audience), Phase: string(s.Phase), Text: s.Text}
}

// span is a duration as the API writes it; nothing for none.
func span(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return model.Duration(d).String()
}

func inSeconds(d time.Duration) int64 { return int64(d / time.Second) }

func wireClock(r *sla.Reading) client.Clock {
	return client.Clock{
		SLA: r.SLA, Kind: string(r.Kind), Calendar: r.Calendar, Priority: r.Priority, Stage: string(r.Stage), PausedBy: r.PausedBy,
		StartAt: r.StartAt, DoneAt: r.DoneAt, BreachAt: r.BreachAt, OriginalBreachAt: r.OriginalBreachAt,
		TargetSeconds: inSeconds(r.Target), ElapsedSeconds: inSeconds(r.Elapsed), WallSeconds: inSeconds(r.Wall),
		PausedSeconds: inSeconds(r.PausedFor), PausedWallSeconds: inSeconds(r.PausedWall), Percent: r.Percent, Breached: r.Breached,
	}
}

// wireStory is the story of the clock of one kind.
func wireStory(lines []sla.Line, kind sla.Kind) []client.ClockLine {
	out := []client.ClockLine{}
	for _, l := range lines {
		if l.Kind == kind {
			out = append(out, client.ClockLine{At: l.At, What: l.What, ElapsedSeconds: inSeconds(l.Elapsed), LeftSeconds: inSeconds(l.Left)})
		}
	}
	return out
}

func (v *veil) wireSimilar(a *alike) client.Similar {
	i := &a.incident
	return client.Similar{
		Incident: i.Number, Ref: i.Ref(), Title: i.Title, Service: i.Service, State: string(i.State), Priority: string(i.Priority),
		CreatedAt: i.CreatedAt, ResolvedAt: i.ResolvedAt, Code: i.Code, Note: i.Note, Workaround: i.Workaround,
		Problem: v.problemNumber(i.Problem), Score: a.match.Score, Why: a.match.Why,
	}
}

func wireChange(ch *alert.Change, related []string) client.Change {
	out := client.Change{At: ch.At, Integration: ch.Integration, Summary: ch.Summary, Source: ch.Source, Details: ch.Details, Related: related}
	for _, l := range ch.Links {
		if href := webLink(l.Href); href != "" {
			out.Links = append(out.Links, client.Link{Href: href, Text: l.Text})
		}
	}
	return out
}
