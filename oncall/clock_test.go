package oncall

import (
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine that has none of its own

	"pgregory.net/rapid"

	"github.com/rouse/rouse/internal/slimzone"
)

// zoneNames are zones with something of their own: half-hour and two-hour steps, changes at midnight and on a Thursday, a
// summer time that is the standard, changes that follow the moon, a lost day, and none at all.
var zoneNames = []string{
	"UTC", "Europe/Madrid", "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/St_Johns",
	"America/Nuuk", "America/Santiago", "America/Havana", "America/Asuncion", "America/Sao_Paulo", "Atlantic/Azores",
	"Australia/Lord_Howe", "Australia/Sydney", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Africa/Casablanca",
	"Africa/Cairo", "Asia/Kolkata", "Asia/Gaza", "Asia/Beirut", "Asia/Tehran", "Antarctica/Troll",
}

// changes returns the changes of a zone's clocks in 2020-2037 and famous ones of 2010 and 2011.
func changes(zone *time.Location) []time.Time {
	list := transitions(zone, 2020, 2038)
	if name := zone.String(); name == "Pacific/Apia" || name == "America/St_Johns" {
		list = append(list, transitions(zone, 2010, 2012)...)
	}
	return list
}

func at(t fataler, s string) time.Time {
	t.Helper()
	v, err := time.Parse("2006-01-02T15:04:05Z07:00", s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWallSkippedIsLaterRepeatedIsFirst(t *testing.T) {
	tests := []struct {
		zone   string
		date   Date
		minute int
		want   string
	}{
		{"UTC", Date{2026, 3, 29}, 150, "2026-03-29T02:30:00Z"},
		{"Asia/Kolkata", Date{2026, 3, 29}, 150, "2026-03-29T02:30:00+05:30"},
		// Skipped: later by the gap.
		{"Europe/Madrid", Date{2026, 3, 29}, 119, "2026-03-29T01:59:00+01:00"},
		{"Europe/Madrid", Date{2026, 3, 29}, 120, "2026-03-29T03:00:00+02:00"},
		{"Europe/Madrid", Date{2026, 3, 29}, 150, "2026-03-29T03:30:00+02:00"},
		{"Europe/Madrid", Date{2026, 3, 29}, 179, "2026-03-29T03:59:00+02:00"},
		{"Europe/Madrid", Date{2026, 3, 29}, 180, "2026-03-29T03:00:00+02:00"},
		{"America/New_York", Date{2026, 3, 8}, 150, "2026-03-08T03:30:00-04:00"},
		{"America/Santiago", Date{2026, 9, 6}, 30, "2026-09-06T01:30:00-03:00"},
		{"America/St_Johns", Date{2026, 3, 8}, 150, "2026-03-08T03:30:00-02:30"},
		{"America/Nuuk", Date{2026, 3, 28}, 1410, "2026-03-29T00:30:00-01:00"},
		{"Australia/Lord_Howe", Date{2026, 10, 4}, 135, "2026-10-04T02:45:00+11:00"},
		{"Pacific/Apia", Date{2011, 12, 30}, 540, "2011-12-31T09:00:00+14:00"},
		// Repeated: the first.
		{"Europe/Madrid", Date{2026, 10, 25}, 119, "2026-10-25T01:59:00+02:00"},
		{"Europe/Madrid", Date{2026, 10, 25}, 120, "2026-10-25T02:00:00+02:00"},
		{"Europe/Berlin", Date{2026, 10, 25}, 150, "2026-10-25T02:30:00+02:00"},
		{"Europe/Berlin", Date{2026, 10, 25}, 180, "2026-10-25T03:00:00+01:00"},
		{"Europe/London", Date{2026, 10, 25}, 90, "2026-10-25T01:30:00+01:00"},
		{"Europe/Dublin", Date{2026, 10, 25}, 90, "2026-10-25T01:30:00+01:00"},
		{"Australia/Sydney", Date{2026, 4, 5}, 150, "2026-04-05T02:30:00+11:00"},
		{"Australia/Lord_Howe", Date{2026, 4, 5}, 105, "2026-04-05T01:45:00+11:00"},
		{"America/New_York", Date{2026, 11, 1}, 90, "2026-11-01T01:30:00-04:00"},
		{"America/St_Johns", Date{2010, 11, 7}, 0, "2010-11-07T00:00:00-02:30"},
		// Minutes outside the day.
		{"Europe/Madrid", Date{2026, 3, 28}, 1440, "2026-03-29T00:00:00+01:00"},
		{"Europe/Madrid", Date{2026, 3, 30}, -1, "2026-03-29T23:59:00+02:00"},
	}
	for _, tt := range tests {
		zone := mustZone(t, tt.zone)
		got := Wall(zone, tt.date, tt.minute)
		if want := at(t, tt.want); !got.Equal(want) || got.Location() != zone {
			t.Errorf("%s %v minute %d: got %v, want %s", tt.zone, tt.date, tt.minute, got, tt.want)
		}
	}
}

// The reason for Wall: time.Date has another answer in these zones, and not even always the same other one. If a later Go
// agrees, this test says so.
func TestWallDisagreesWithTimeDate(t *testing.T) {
	tests := []struct {
		zone   string
		date   Date
		minute int
		ahead  time.Duration // of Wall over time.Date
	}{
		{"Europe/Berlin", Date{2026, 10, 25}, 150, -time.Hour},
		{"Europe/London", Date{2026, 10, 25}, 90, -time.Hour},
		{"Europe/Dublin", Date{2026, 10, 25}, 90, -time.Hour},
		{"Australia/Sydney", Date{2026, 4, 5}, 150, -time.Hour},
		{"America/New_York", Date{2026, 3, 8}, 150, time.Hour},
		{"America/Santiago", Date{2026, 9, 6}, 30, time.Hour},
		{"America/St_Johns", Date{2026, 3, 8}, 150, time.Hour},
		{"America/Nuuk", Date{2026, 3, 28}, 1410, time.Hour},
	}
	for _, tt := range tests {
		zone := mustZone(t, tt.zone)
		std := time.Date(tt.date.Year, tt.date.Month, tt.date.Day, 0, tt.minute, 0, 0, zone)
		if got := Wall(zone, tt.date, tt.minute).Sub(std); got != tt.ahead {
			t.Errorf("%s %v minute %d: Wall is %v ahead of time.Date, want %v", tt.zone, tt.date, tt.minute, got, tt.ahead)
		}
	}
}

func TestWallAgreesWithWatchedClockAroundEveryChange(t *testing.T) {
	for _, name := range zoneNames {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := mustZone(t, name)
			for _, change := range changes(zone) {
				c := watch(t, zone, change.Add(-30*time.Hour), change.Add(30*time.Hour))
				_, offset := change.Zone()
				middle := change.Unix()/60 + int64(offset)/60
				for label := middle - 25*60; label < middle+25*60; label++ {
					if far := label - middle; (far < -180 || far > 180) && label%17 != 0 {
						continue
					}
					day := floorDiv(label, 24*60)
					got := Wall(zone, DateOf(time.Unix(day*86400, 0).UTC()), int(label-day*24*60))
					if want := c.at(t, label); got.Unix() != want {
						t.Fatalf("wall minute %d: got %v, want %v", label, got, time.Unix(want, 0).In(zone))
					}
				}
			}
		})
	}
}

// On 31 December of a leap year time.ZoneBounds gives an end that lies before the instant asked about, see periodEnd.
func TestWallInZonesWithoutTable(t *testing.T) {
	for _, rule := range []string{"EST5EDT,M3.2.0,M11.1.0", "AEST-10AEDT,M10.1.0,M4.1.0/3", "IST-1GMT0,M10.5.0,M3.5.0/1", "XXX-3"} {
		zone, err := slimzone.Zone(rule)
		if err != nil {
			t.Fatal(err)
		}
		for _, from := range []Date{
			{2027, 12, 20}, {2028, 2, 25}, {2028, 3, 20}, {2028, 9, 20}, {2028, 10, 20}, {2028, 12, 20}, {2032, 12, 20}, {2100, 12, 20}, {2400, 12, 20},
		} {
			start := time.Date(from.Year, from.Month, from.Day, 0, 0, 0, 0, time.UTC)
			c := watch(t, zone, start.AddDate(0, 0, -2), start.AddDate(0, 0, 22))
			for day := range 20 {
				for _, minute := range []int{0, 90, 150, 720, 1439} {
					got := Wall(zone, from.AddDays(day), minute)
					if want := c.on(t, start.AddDate(0, 0, day), minute); got.Unix() != want {
						t.Fatalf("%s %s minute %d: got %v, want %v", rule, from.AddDays(day), minute, got, time.Unix(want, 0).In(zone))
					}
				}
			}
		}
	}
}

func TestDate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.Int64Range(-800_000, 800_000).Draw(t, "day")
		want := time.Unix(day*86400, 0).UTC()
		d := DateOf(want)
		if d.number() != day || dateOf(day) != d || d.Weekday() != want.Weekday() {
			t.Fatalf("day %d: %v, number %d, %v", day, d, d.number(), d.Weekday())
		}
		n := rapid.IntRange(-1000, 1000).Draw(t, "n")
		if got := d.AddDays(n); got != DateOf(want.AddDate(0, 0, n)) {
			t.Fatalf("%v + %d days = %v", d, n, got)
		}
	})
	if got := (Date{2026, 1, 5}).String(); got != "2026-01-05" {
		t.Errorf("String: %s", got)
	}
	if !(Date{}).IsZero() || (Date{2026, 1, 1}).IsZero() {
		t.Error("IsZero")
	}
	if got := Wall(nil, Date{2026, 1, 5}, 60); !got.Equal(at(t, "2026-01-05T01:00:00Z")) {
		t.Errorf("nil zone: %v", got)
	}
}
