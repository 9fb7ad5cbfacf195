package incident_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/rouse/rouse/incident"
)

func TestLikeness(t *testing.T) {
	one := incident.Facts{
		Number: 9, Service: "checkout", GroupKey: "g1", Rule: "HighErrorRate", Title: "Payments are slow in Europe",
		Labels: map[string]string{"cluster": "eu-1", "alertname": "HighErrorRate"},
	}
	l := incident.NewLikeness(&one)
	tests := []struct {
		name  string
		f     incident.Facts
		alike bool
		says  string
	}{
		{"the same group", incident.Facts{Number: 1, Service: "checkout", GroupKey: "g1"}, true, "group of alerts"},
		{"the same group key of another service", incident.Facts{Number: 1, Service: "mail", GroupKey: "g1"}, false, ""},
		{"the same rule elsewhere", incident.Facts{Number: 1, Service: "mail", Rule: "HighErrorRate"}, true, "rule HighErrorRate"},
		{"the same service alone", incident.Facts{Number: 1, Service: "checkout", Title: "Disk full"}, false, ""},
		{"the service and a label", incident.Facts{Number: 1, Service: "checkout", Labels: map[string]string{"cluster": "eu-1"}}, true, "cluster=eu-1"},
		{"the service and another value of the label", incident.Facts{Number: 1, Service: "checkout", Labels: map[string]string{"cluster": "us-1"}}, false, ""},
		{"the service and words", incident.Facts{Number: 1, Service: "checkout", Title: "slow payments, Europe"}, true, "payments, slow, europe"},
		{"words of another service", incident.Facts{Number: 1, Service: "mail", Title: "Europe: mail is slow"}, false, ""},
		{"itself", one, false, ""},
		{"a duplicate", incident.Facts{Number: 1, Service: "checkout", GroupKey: "g1", DuplicateOf: 9}, false, ""},
		{"nothing known of either", incident.Facts{Number: 1}, false, ""},
	}
	for _, tt := range tests {
		m := l.Match(&tt.f)
		if alike := m.Score > 0; alike != tt.alike || !strings.Contains(strings.Join(m.Why, "; "), tt.says) {
			t.Errorf("%s: got %d %q", tt.name, m.Score, m.Why)
		}
	}
	group, rule := l.Match(&tests[0].f), l.Match(&tests[2].f)
	if group.Score <= rule.Score {
		t.Errorf("a group counts %d, a rule %d", group.Score, rule.Score)
	}
}

// TestRankingKeepsTheBest whatever the order in which incidents come.
func TestRankingKeepsTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 30).Draw(t, "scores")
		most := rapid.IntRange(1, 10).Draw(t, "most")
		r := incident.NewRanking(most)
		type place struct{ score, number int }
		var want []place
		for k, s := range scores {
			r.Add(&incident.Facts{Number: int64(k + 1)}, incident.Match{Score: s})
			if s > 0 {
				want = append(want, place{s, k + 1})
			}
		}
		slices.SortFunc(want, func(a, b place) int {
			if a.score != b.score {
				return b.score - a.score
			}
			return b.number - a.number
		})
		want = want[:min(len(want), most)]
		var got []place
		for _, x := range r.Best() {
			got = append(got, place{x.Score, int(x.Facts.Number)})
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
