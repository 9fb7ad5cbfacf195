package web

import (
	"time"

	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/web/client"
)

// wireReviewSummary is a review in a list.
func wireReviewSummary(r *review.Review, now time.Time) client.ReviewSummary {
	out := client.ReviewSummary{
		Incident: r.Incident, Ref: r.Ref(), Title: r.Title, Service: r.Service, Team: r.Team, Priority: string(r.Priority), State: string(r.State),
		Owner: string(r.Owner), DueAt: r.DueAt, UpdatedAt: r.UpdatedAt, PublishedAt: r.PublishedAt,
		Overdue: r.State != review.StatePublished && !r.DueAt.IsZero() && !now.Before(r.DueAt),
	}
	for k := range r.Items {
		if r.Items[k].State == review.ItemOpen {
			out.OpenItems++
		}
		if r.Items[k].Overdue(now) {
			out.OverdueItems++
		}
	}
	return out
}

// wireReview is a whole review, with what it lacks and where it may blame somebody.
func (v *veil) wireReview(r review.Review) client.Review {
	v.hushReview(&r)
	out := client.Review{
		ReviewSummary: wireReviewSummary(&r, v.c.now), Type: r.Type, CreatedAt: r.CreatedAt, PublishedBy: r.PublishedBy, Previous: r.Previous,
		Facilitator: string(r.Facilitator), Participants: userNames(r.Participants), MeetingAt: r.MeetingAt,
		Summary: r.Summary, Impact: r.Impact.What, Users: r.Impact.Users, Contacts: r.Impact.Contacts, Money: r.Impact.Money,
		DurationSeconds: inSeconds(r.Impact.Duration), Detection: r.Detection.How, DetectedBy: r.Detection.By, DetectionGap: r.Detection.Gap,
		Trigger: r.Trigger, Factors: some(r.Factors), Mitigation: r.Mitigation, Resolution: r.Resolution, Well: some(r.Well), Wrong: some(r.Wrong),
		Lucky: some(r.Lucky), Surprises: some(r.Surprises), External: r.External, Problem: r.RootCauseProblem, Facts: wireReviewFacts(&r.Facts),
		Items: []client.ReviewItem{}, Timeline: []client.ReviewLine{}, Approvals: []client.Approval{}, Journal: []client.Entry{},
		Missing: []string{}, Doubts: []string{},
	}
	if r.State != review.StatePublished {
		out.Missing, out.Doubts = some(review.Missing(r)), some(review.Doubts(r, v.c.s.Engine.Book().Roster))
	}
	for k := range r.Items {
		out.Items = append(out.Items, wireItem(&r.Items[k], v.c.now))
	}
	for _, l := range r.Timeline {
		out.Timeline = append(out.Timeline, client.ReviewLine{ID: l.ID, At: l.At, Who: l.Who, What: l.What, Kind: string(l.Kind), Hidden: l.Hidden})
	}
	for _, a := range r.Approvals {
		out.Approvals = append(out.Approvals, client.Approval{By: a.By, At: a.At, Note: a.Note})
	}
	for k := range r.Journal {
		out.Journal = append(out.Journal, wireEntry(&r.Journal[k]))
	}
	return out
}

func wireItem(i *review.Item, now time.Time) client.ReviewItem {
	return client.ReviewItem{
		ID: i.ID, Text: i.Text, Type: string(i.Type), Owner: string(i.Owner), Due: i.Due, Priority: i.Priority, Ticket: i.Ticket,
		State: string(i.State), Overdue: i.Overdue(now), DoneAt: i.DoneAt, DoneBy: i.DoneBy, Note: i.Note,
	}
}

func wireReviewFacts(f *review.Facts) client.ReviewFacts {
	out := client.ReviewFacts{
		StartedAt: f.StartedAt, CreatedAt: f.CreatedAt, FirstAckAt: f.FirstAckAt, FirstAckBy: f.FirstAckBy, ResolvedAt: f.ResolvedAt,
		TimeToAckSeconds: inSeconds(f.TimeToAck), TimeToResolveSeconds: inSeconds(f.TimeToResolve), Code: f.Code, Alerts: f.Alerts, Pings: f.Pings,
		Escalations: f.Escalations, Lapses: f.Lapses, Reopens: f.Reopens, Updates: f.Updates, People: []client.ReviewPerson{}, SLAs: []client.ReviewPromise{},
	}
	for _, p := range f.People {
		out.People = append(out.People, client.ReviewPerson{User: string(p.User), At: p.At, Times: p.Times})
	}
	for _, p := range f.SLAs {
		out.SLAs = append(out.SLAs, client.ReviewPromise{
			SLA: p.SLA, Kind: string(p.Kind), TargetSeconds: inSeconds(p.Target), ElapsedSeconds: inSeconds(p.Elapsed), Done: p.Done, Breached: p.Breached,
		})
	}
	return out
}

// some is a list that is never null.
func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func userNames(ids []oncall.UserID) []string {
	out := []string{}
	for _, u := range ids {
		out = append(out, string(u))
	}
	return out
}
