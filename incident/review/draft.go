package review

import (
	"fmt"
	"slices"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// Source is what a draft is written from. Nothing in it is changed or kept.
type Source struct {
	Incident incident.Incident
	Timeline []incident.Entry
	Roster   *oncall.Roster // nil: nobody is known
	Due      time.Duration  // from the resolution to the day it is to be published; 0: no date. A date in the incident wins
	Now      time.Time
}

// Draft writes the first version of an incident's review: everything that the record knows, and no opinion. The owner is
// the incident commander, else its assignee, else whoever acknowledged first, else the team's manager.
func Draft(src Source) Review {
	i := &src.Incident
	now := src.Now.UTC()
	r := Review{
		Incident: i.Number, Title: i.Title, Service: i.Service, Team: i.Team, Type: i.Type, Priority: i.Priority, State: StateDraft,
		Previous: i.Previous, Owner: ownerOf(src), Participants: participants(src), DueAt: dueOf(src),
		Factors: slices.Clone(i.Factors), Mitigation: i.Workaround, Resolution: resolutionOf(i), RootCauseProblem: i.Problem,
		Facts: factsOf(i), Timeline: condense(src.Timeline), CreatedAt: now, UpdatedAt: now,
		Journal: []incident.Entry{{Seq: 1, At: now, Kind: incident.DidOpen, By: self, What: "Drafted from the timeline of " + i.Ref()}},
	}
	r.RemindAt = r.DueAt
	r.Impact.Duration = lasted(i, r.Facts)
	r.Detection = detectionOf(i, r.Facts)
	r.Summary = summaryOf(i, r.Facts)
	if i.CausedBy != "" {
		r.Trigger = "Change " + i.CausedBy + "."
	}
	if i.PublicStatus != nil {
		r.External = i.PublicStatus.Text
	}
	r.WakeAt = r.wakeAt()
	return r
}

func dueOf(src Source) time.Time {
	i := &src.Incident
	switch {
	case !i.Review.DueAt.IsZero():
		return i.Review.DueAt.UTC()
	case src.Due > 0 && !i.ResolvedAt.IsZero():
		return i.ResolvedAt.Add(src.Due).UTC()
	}
	return time.Time{}
}

func factsOf(i *incident.Incident) Facts {
	f := Facts{
		StartedAt: i.StartedAt.UTC(), CreatedAt: i.CreatedAt.UTC(), FirstAckAt: i.FirstAckAt.UTC(), FirstAckBy: i.FirstAckBy,
		ResolvedAt: i.ResolvedAt.UTC(), Code: i.Code, Alerts: i.Total, Pings: len(i.Pings), People: paged(i.Pings),
		Escalations: i.Escalations + i.ByHand, Lapses: i.Lapses, Reopens: i.Reopens, Updates: i.Updates,
	}
	if !f.FirstAckAt.IsZero() {
		f.TimeToAck = max(0, f.FirstAckAt.Sub(f.CreatedAt))
	}
	if !f.ResolvedAt.IsZero() {
		f.TimeToResolve = max(0, f.ResolvedAt.Sub(f.CreatedAt))
	}
	for _, c := range i.Clocks {
		f.SLAs = append(f.SLAs, Promise{
			SLA: c.SLA, Kind: c.Kind, Target: c.Target, Elapsed: c.Elapsed, Done: !c.DoneAt.IsZero(), Breached: c.Breached,
		})
	}
	return f
}

// paged counts interruptions by person, in the order in which they were first interrupted.
func paged(pings []incident.Ping) []Paged {
	var out []Paged
	for _, p := range pings {
		k := slices.IndexFunc(out, func(x Paged) bool { return x.User == p.User })
		if k < 0 {
			out = append(out, Paged{User: p.User, At: p.At.UTC(), Times: 1})
			continue
		}
		out[k].Times++
	}
	return out
}

// began is when it began: as its source says, else when it was detected.
func (f *Facts) began() time.Time {
	if !f.StartedAt.IsZero() && f.StartedAt.Before(f.CreatedAt) {
		return f.StartedAt
	}
	return f.CreatedAt
}

// lasted is how long people felt it: from its beginning to its resolution, zero while it is open.
func lasted(i *incident.Incident, f Facts) time.Duration {
	if f.ResolvedAt.IsZero() {
		return 0
	}
	return max(0, f.ResolvedAt.Sub(f.began()))
}

func ownerOf(src Source) oncall.UserID {
	i := &src.Incident
	for _, u := range []oncall.UserID{i.Roles[incident.Commander], i.Assignee, oncall.UserID(i.FirstAckBy)} {
		if known(src.Roster, u) {
			return u
		}
	}
	if src.Roster == nil {
		return ""
	}
	t, _ := src.Roster.Team(oncall.TeamID(i.Team))
	return t.Manager
}

func known(r *oncall.Roster, u oncall.UserID) bool {
	if r == nil || u == "" {
		return false
	}
	_, ok := r.User(u)
	return ok
}

// participants are the people who worked on the incident: its roles, its assignee, and whoever the timeline says did
// something. Somebody who was paged and did nothing is none.
func participants(src Source) []oncall.UserID {
	var out []oncall.UserID
	add := func(u oncall.UserID) {
		if known(src.Roster, u) && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	for _, role := range incident.Roles() {
		add(src.Incident.Roles[role])
	}
	add(src.Incident.Assignee)
	for _, en := range src.Timeline {
		if en.By.Kind == incident.ByUser {
			add(oncall.UserID(en.By.Name))
		}
	}
	return out
}

func resolutionOf(i *incident.Incident) string {
	how, ok := ended[i.Code]
	switch {
	case !ok:
		return i.Note
	case i.Note == "":
		return how + "."
	}
	return how + ": " + i.Note
}

// ended says in words what a resolution code means.
var ended = map[incident.Code]string{
	incident.Fixed: "Fixed", incident.Workaround: "Ended by a workaround", incident.Restored: "Service restored",
	incident.Recovered: "Recovered by itself", incident.Duplicate: "A duplicate", incident.FalseAlarm: "A false alarm",
	incident.ByChange: "Ended by a change", incident.ByProblem: "Ended by the fix of its problem",
}

func detectionOf(i *incident.Incident, f Facts) Detection {
	var d Detection
	switch {
	case i.Reporter != "" && i.Source != "":
		d.How, d.By = "Reported by a person, by "+i.Source+".", i.Reporter
	case i.Reporter != "":
		d.How, d.By = "Reported by a person.", i.Reporter
	case i.Rule != "":
		d.How, d.By = "An alert of "+i.Source+": "+i.Rule+".", i.Source
	default:
		d.How, d.By = "An alert of "+i.Source+".", i.Source
	}
	if gap := f.CreatedAt.Sub(f.began()); gap > 0 {
		d.Gap = "It began " + span(gap) + " before it was detected."
	}
	return d
}

// summaryOf writes the first sentences, for people to write the rest.
func summaryOf(i *incident.Incident, f Facts) string {
	s := fmt.Sprintf("On %s at %s, %s had a %s incident: %s.", day(f.began()), f.began().Format("15:04 MST"), i.Service, i.Priority, i.Title)
	if !f.FirstAckAt.IsZero() {
		s += fmt.Sprintf(" Somebody acknowledged it %s after it was detected.", span(f.TimeToAck))
	} else {
		s += " Nobody acknowledged it."
	}
	if f.ResolvedAt.IsZero() {
		return s + " It is not resolved yet."
	}
	s += fmt.Sprintf(" It was over %s after it began", span(lasted(i, f)))
	if f.Reopens > 0 {
		s += fmt.Sprintf(", having come back%s", times1(f.Reopens))
	}
	return s + "."
}

func times1(n int) string {
	if n == 1 {
		return " once"
	}
	return times(n)
}

func problemRef(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("PRB-%d", n)
}

// span writes a duration as people do, in at most three parts, of which those are counted that have passed: 45s, 24m 10s, 2h 5m, 3d 2h 5m.
func span(d time.Duration) string {
	d = d.Truncate(time.Second)
	if d >= time.Hour {
		d = d.Truncate(time.Minute)
	}
	parts := []struct {
		unit time.Duration
		name string
	}{{24 * time.Hour, "d"}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}}
	out := ""
	for _, p := range parts {
		if n := d / p.unit; n > 0 {
			out += fmt.Sprintf(" %d%s", n, p.name)
			d -= n * p.unit
		}
	}
	if out == "" {
		return "0s"
	}
	return out[1:]
}
