package router

import (
	"testing"
	"time"

	"github.com/prometheus/alertmanager/timeinterval"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"github.com/rouse/rouse/internal/slimzone"
)

// intervals reads time intervals as Alertmanager's configuration writes them.
func intervals(t testing.TB, text string) []timeinterval.TimeInterval {
	t.Helper()
	var list []timeinterval.TimeInterval
	if err := yaml.Unmarshal([]byte(text), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestIntervalSpan(t *testing.T) {
	nights := `[{times: [{start_time: "00:00", end_time: "07:00"}], location: Europe/Madrid}]`
	tests := []struct {
		name, yaml, now string
		in              bool
		until           string // empty: unknown
	}{
		{"at night", nights, "2026-01-10T03:00:30Z", true, "2026-01-10T06:00:00Z"},
		{"by day", nights, "2026-01-10T06:00:00Z", false, "2026-01-10T23:00:00Z"},
		{"a short night", nights, "2026-03-29T00:00:00Z", true, "2026-03-29T05:00:00Z"},
		{"a long night", nights, "2026-10-25T00:00:00Z", true, "2026-10-25T06:00:00Z"},
		{"weekend, UTC", `[{weekdays: ["saturday", "sunday"]}]`, "2026-01-10T03:00:00Z", true, "2026-01-12T00:00:00Z"},
		{"two parts that touch", `[{times: [{start_time: "00:00", end_time: "12:00"}]}, {times: [{start_time: "12:00", end_time: "18:00"}]}]`,
			"2026-01-10T03:00:00Z", true, "2026-01-10T18:00:00Z"},
		{"twice as the clocks go back", `[{times: [{start_time: "02:00", end_time: "02:30"}], location: Europe/Madrid}]`,
			"2026-10-25T00:31:00Z", false, "2026-10-25T01:00:00Z"},
		{"cut short as the clocks go forward", `[{times: [{start_time: "01:30", end_time: "02:30"}], location: Europe/Madrid}]`,
			"2026-03-29T00:45:00Z", true, "2026-03-29T01:00:00Z"},
		{"the last day of a month in which clocks go forward", `[{days_of_month: ["-1"], location: Europe/Madrid}]`,
			"2027-03-31T10:00:00Z", true, "2027-03-31T22:00:00Z"},
		{"the day before it", `[{days_of_month: ["-1"], location: Europe/Madrid}]`, "2027-03-30T10:00:00Z", false, "2027-03-30T22:00:00Z"},
		{"always", `[{}]`, "2026-01-10T03:00:00Z", true, ""},
		{"never", `[]`, "2026-01-10T03:00:00Z", false, ""},
		{"in months", `[{months: ["june"]}]`, "2026-01-10T03:00:00Z", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := &interval{list: intervals(t, tt.yaml)}
			now := at(t, tt.now)
			for range 2 { // worked out, then remembered
				s := v.now(now)
				if s.in != tt.in {
					t.Errorf("in %v, want %v", s.in, tt.in)
				}
				switch end := s.end(); {
				case tt.until == "" && !end.IsZero():
					t.Errorf("until %s, want unknown", end)
				case tt.until != "" && !end.Equal(at(t, tt.until)):
					t.Errorf("until %s, want %s", end, tt.until)
				}
			}
		})
	}
}

// The standard library ends a stretch of equal offset before it began, there and then: the search for the next change went round
// in a circle, and whatever waited for its answer with it.
func TestIntervalOnNewYearsEveOfLeapYear(t *testing.T) {
	slim, err := slimzone.Zone("CET-1CEST,M3.5.0,M10.5.0/3")
	if err != nil {
		t.Fatal(err)
	}
	list := intervals(t, `[{times: [{start_time: "09:00", end_time: "17:00"}]}]`)
	list[0].Location = &timeinterval.Location{Location: slim}
	for now, until := range map[string]string{
		"2028-12-31T05:00:00Z": "2028-12-31T08:00:00Z", "2028-12-31T12:00:00Z": "2028-12-31T16:00:00Z", "2028-12-31T22:59:00Z": "2029-01-01T08:00:00Z",
		"2028-12-30T22:59:00Z": "2028-12-31T08:00:00Z",
	} {
		v := &interval{list: list}
		s := v.now(at(t, now))
		if !s.end().Equal(at(t, until)) {
			t.Errorf("at %s: until %s, want %s", now, s.end(), until)
		}
	}
}

// TestIntervalAgreesWithIntervener asks Alertmanager's own Intervener of every minute, forwards and back, so that what is
// remembered is also asked for times before it.
func TestIntervalAgreesWithIntervener(t *testing.T) {
	clock := rapid.Custom(func(r *rapid.T) timeinterval.TimeRange {
		a := rapid.SampledFrom([]int{0, 30, 90, 120, 150, 180, 540}).Draw(r, "start")
		return timeinterval.TimeRange{StartMinute: a, EndMinute: a + rapid.SampledFrom([]int{1, 30, 60, 900}).Draw(r, "length")}
	})
	rapid.Check(t, func(r *rapid.T) {
		var list []timeinterval.TimeInterval
		for n := rapid.IntRange(1, 2).Draw(r, "parts"); n > 0; n-- {
			var ti timeinterval.TimeInterval
			if rapid.Bool().Draw(r, "times") {
				ti.Times = rapid.SliceOfN(clock, 1, 2).Draw(r, "ranges")
			}
			if rapid.Bool().Draw(r, "days") {
				d := rapid.IntRange(0, 5).Draw(r, "day")
				ti.Weekdays = []timeinterval.WeekdayRange{{InclusiveRange: timeinterval.InclusiveRange{Begin: d, End: d + 1}}}
			}
			if rapid.Bool().Draw(r, "located") {
				z := rapid.SampledFrom([]string{"Europe/Madrid", "Asia/Kathmandu", "America/St_Johns"}).Draw(r, "zone")
				ti.Location = &timeinterval.Location{Location: zone(t, z)}
			}
			list = append(list, ti)
		}
		theirs := timeinterval.NewIntervener(map[string][]timeinterval.TimeInterval{"x": list})
		v := &interval{list: list}
		start := at(t, rapid.SampledFrom([]string{"2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z", "2026-03-07T12:00:00Z"}).Draw(r, "from"))
		const minutes = 2 * 24 * 60
		for i := range 2 * minutes {
			now := start.Add(time.Duration(min(i, 2*minutes-i)) * time.Minute)
			want, _, err := theirs.Mutes([]string{"x"}, now)
			if err != nil {
				r.Fatal(err)
			}
			if got := v.now(now); got.in != want {
				r.Fatalf("%s: got %+v, want %v", now, got, want)
			}
		}
	})
}
