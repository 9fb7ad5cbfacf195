package review_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/oncall"
)

// TestDraftIsWhole reads a draft as its team first sees it.
func TestDraftIsWhole(t *testing.T) {
	r := review.Draft(source())
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "draft.json", string(b)+"\n")
	golden(t, "draft.md", review.Markdown(r, roster(), nil))
}

func TestDraftKeepsNothingOfItsSource(t *testing.T) {
	src := source()
	r := review.Draft(src)
	src.Incident.Factors[0] = "overwritten"
	src.Incident.Pings[0].User = "overwritten"
	src.Timeline[0].What = "overwritten"
	if b, _ := json.Marshal(r); strings.Contains(string(b), "overwritten") {
		t.Errorf("the draft follows its source: %s", b)
	}
	if want := outage(); reflect.DeepEqual(src.Incident, want) {
		t.Error("the test changed nothing")
	}
}

func TestDraftOwner(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*review.Source)
		want   oncall.UserID
	}{
		{"the commander", func(*review.Source) {}, "bo"},
		{"else the assignee", func(s *review.Source) { s.Incident.Roles, s.Incident.Assignee = nil, "cy" }, "cy"},
		{"else who acknowledged first", func(s *review.Source) {
			s.Incident.Roles, s.Incident.Assignee, s.Incident.FirstAckBy = nil, "", "ana"
		}, "ana"},
		{"else the manager", func(s *review.Source) {
			s.Incident.Roles, s.Incident.Assignee, s.Incident.FirstAckBy = nil, "", "grafana"
		}, "meg"},
		{"somebody who has left is passed over", func(s *review.Source) {
			s.Incident.Roles = map[incident.Role]oncall.UserID{incident.Commander: "gone"}
		}, "bo"},
		{"nobody, of a team that is gone", func(s *review.Source) {
			s.Incident.Roles, s.Incident.Assignee, s.Incident.FirstAckBy, s.Incident.Team = nil, "", "", "gone"
		}, ""},
		{"nobody, without a roster", func(s *review.Source) { s.Roster = nil }, ""},
	} {
		src := source()
		tc.change(&src)
		if got := review.Draft(src).Owner; got != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestDraftDue(t *testing.T) {
	resolved := outage().ResolvedAt
	stub := at(24 * time.Hour)
	for _, tc := range []struct {
		name   string
		change func(*review.Source)
		want   time.Time
	}{
		{"after the resolution", func(*review.Source) {}, resolved.Add(72 * time.Hour)},
		{"the incident's date wins", func(s *review.Source) { s.Incident.Review.DueAt = stub }, stub},
		{"no due time, no date", func(s *review.Source) { s.Due = 0 }, time.Time{}},
		{"not resolved, no date", func(s *review.Source) { s.Incident.ResolvedAt = time.Time{} }, time.Time{}},
	} {
		src := source()
		tc.change(&src)
		r := review.Draft(src)
		if !r.DueAt.Equal(tc.want) || !r.WakeAt.Equal(tc.want) {
			t.Errorf("%s: due %v, wakes %v, want %v", tc.name, r.DueAt, r.WakeAt, tc.want)
		}
	}
}

func TestDraftSentences(t *testing.T) {
	blank := func(s *review.Source) {
		i := &s.Incident
		i.Roles, i.FirstAckAt, i.StartedAt, i.ResolvedAt, i.Code, i.Reopens = nil, time.Time{}, time.Time{}, time.Time{}, "", 0
	}
	for _, tc := range []struct {
		name              string
		change            func(*review.Source)
		summary, how, gap string
		duration          time.Duration
	}{
		{"by a monitor", func(*review.Source) {},
			"On 23 November 2026 at 09:55 UTC, checkout had a P1 incident: Checkout is down. Somebody acknowledged it 6m after it was detected. It was over 2h 10m after it began, having come back once.",
			"An alert of prometheus: CheckoutErrors.", "It began 5m before it was detected.", 130 * time.Minute},
		{"open still, and nobody acknowledged", blank,
			"On 23 November 2026 at 10:00 UTC, checkout had a P1 incident: Checkout is down. Nobody acknowledged it. It is not resolved yet.",
			"An alert of prometheus: CheckoutErrors.", "", 0},
		{"by a person", func(s *review.Source) {
			blank(s)
			s.Incident.Reporter, s.Incident.Source, s.Incident.ResolvedAt, s.Incident.Reopens = "cy", "web", at(45*time.Second), 3
		}, "On 23 November 2026 at 10:00 UTC, checkout had a P1 incident: Checkout is down. Nobody acknowledged it. It was over 45s after it began, having come back 3 times.",
			"Reported by a person, by web.", "", 45 * time.Second},
	} {
		src := source()
		tc.change(&src)
		r := review.Draft(src)
		if r.Summary != tc.summary {
			t.Errorf("%s: summary\n got %s\nwant %s", tc.name, r.Summary, tc.summary)
		}
		if r.Detection.How != tc.how || r.Detection.Gap != tc.gap {
			t.Errorf("%s: detection %+v, want %q and %q", tc.name, r.Detection, tc.how, tc.gap)
		}
		if r.Impact.Duration != tc.duration {
			t.Errorf("%s: lasted %v, want %v", tc.name, r.Impact.Duration, tc.duration)
		}
	}
}

// TestTimelineIsCondensed names what a reader of a review does not want to read.
func TestTimelineIsCondensed(t *testing.T) {
	r := review.Draft(source())
	var got []string
	for _, l := range r.Timeline {
		got = append(got, l.What)
	}
	for _, noise := range []string{"phone has the text", "joined", "recovered:", "Telling", "50 %"} {
		if slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, noise) }) {
			t.Errorf("%q is noise: %q", noise, got)
		}
	}
	for _, want := range []string{"Paged ana (sms, call twice)", "Paged bo (sms) and cy (sms)", "Paged ana (sms)", "SLA BREACHED: the response time of gold, 5m, is over"} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing: %q", want, got)
		}
	}
}

func TestRefresh(t *testing.T) {
	src := source()
	src.Timeline = src.Timeline[:3] // drafted in the middle of it
	src.Incident.ResolvedAt, src.Incident.Clocks = time.Time{}, nil
	r := review.Draft(src)
	for _, a := range []review.Action{
		review.AddLine{By: ana, At: at(-2 * time.Minute), Who: "cy", What: "A customer calls"},
		review.HideLine{By: ana, ID: 2},
		review.Edit{By: ana, Summary: ptr("My own words")},
		review.Refresh{By: ana, Source: source()},
	} {
		c, err := review.Decide(r, a, at(3*time.Hour))
		if err != nil {
			t.Fatalf("%T: %v", a, err)
		}
		r = c.Next
	}
	whole := review.Draft(source())
	if got, want := len(r.Timeline), len(whole.Timeline)+1; got != want {
		t.Errorf("%d lines, want %d", got, want)
	}
	if l := r.Timeline[0]; l.What != "A customer calls" || l.ID != 4 {
		t.Errorf("the line added by hand: %+v", l)
	}
	for _, l := range r.Timeline {
		if l.Seq == 2 && !l.Hidden {
			t.Error("what was hidden shows again")
		}
		if l.Seq == 3 && l.What != "Paged ana (sms, call twice)" {
			t.Errorf("the level went on paging: %q", l.What)
		}
	}
	if r.Summary != "My own words" || !reflect.DeepEqual(r.Facts, whole.Facts) || r.Impact.Duration != whole.Impact.Duration || !r.DueAt.Equal(whole.DueAt) {
		t.Errorf("after the refresh: summary %q, facts %+v, lasted %v, due %v", r.Summary, r.Facts, r.Impact.Duration, r.DueAt)
	}
	other := source()
	other.Incident.Number = 43
	if _, err := review.Decide(r, review.Refresh{Source: other}, ten); err != review.ErrOther {
		t.Errorf("refreshed from another incident: %v", err)
	}
}

func ptr[T any](v T) *T { return &v }
