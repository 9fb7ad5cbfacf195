package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/rouse/rouse/oncall"
)

// howTimes is what errors about times say to write instead.
const howTimes = `write 2026-12-24T06:00:00Z, "2026-12-24 06:00", 2026-12-24, 06:00, "Mon 09:00", now, or +2h`

// minuteForms are ways to write a day with a time of day.
var minuteForms = []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02"}

// parseWhen reads an instant. Without a zone of its own it is on zone's clock: a day and a time of day, a day (its midnight),
// or a time of day, with or without a weekday, which means the next one after base. +2h and -1d are counted from base.
func parseWhen(s string, base time.Time, zone *time.Location) (time.Time, error) {
	s = strings.TrimSpace(s)
	if s == "now" {
		return base, nil
	}
	if len(s) > 1 && (s[0] == '+' || s[0] == '-') {
		d, err := parseDuration(s[1:])
		if err != nil {
			return time.Time{}, err
		}
		if s[0] == '-' {
			d = -d
		}
		return base.Add(d), nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	for _, form := range minuteForms {
		if t, err := time.Parse(form, s); err == nil {
			return oncall.Wall(zone, oncall.DateOf(t), t.Hour()*60+t.Minute()), nil
		}
	}
	if t, ok := nextClock(s, base, zone); ok {
		return t, nil
	}
	return time.Time{}, fmt.Errorf("%q is no time: %s", plain(s), howTimes)
}

// nextClock reads "09:00" or "Mon 09:00" as the next such time after base.
func nextClock(s string, base time.Time, zone *time.Location) (time.Time, bool) {
	day, clock, two := strings.Cut(s, " ")
	if !two {
		day, clock = "", s
	}
	at, err := time.Parse("15:04", strings.TrimSpace(clock))
	weekday, known := parseWeekday(day)
	if err != nil || two && !known {
		return time.Time{}, false
	}
	today := oncall.DateOf(base.In(zone))
	for n := range 9 {
		d := today.AddDays(n)
		t := oncall.Wall(zone, d, at.Hour()*60+at.Minute())
		if t.After(base) && (!two || d.Weekday() == weekday) {
			return t, true
		}
	}
	return time.Time{}, false
}

// parseWeekday reads Mon or Monday, in any case.
func parseWeekday(s string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(s, d.String()) || strings.EqualFold(s, d.String()[:3]) {
			return d, true
		}
	}
	return 0, false
}

// parseSince reads the beginning of a look back: 24h is so long ago, and a bare time of day the last one.
func parseSince(s string, now time.Time, zone *time.Location) (time.Time, error) {
	if d, err := parseDuration(s); err == nil {
		return now.Add(-d), nil
	}
	if t, ok := nextClock(s, now.AddDate(0, 0, -1), zone); ok && !strings.Contains(s, " ") {
		return t, nil
	}
	t, err := parseWhen(s, now, zone)
	if err != nil {
		return t, fmt.Errorf("%w; or how long ago, such as 24h", err)
	}
	return t, nil
}

// parseDuration reads a Prometheus duration above zero.
func parseDuration(s string) (time.Duration, error) {
	d, err := model.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q is no duration: write it as 30m, 2h, 1d or 1h30m", plain(s))
	}
	return time.Duration(d), nil
}

// machineZone is the name of this machine's time zone, that of TZ or else what /etc/localtime leads to; empty where it has none.
func (e env) machineZone() string {
	zone := strings.TrimPrefix(e.getenv("TZ"), ":")
	if zone == "" {
		if link, err := os.Readlink("/etc/localtime"); err == nil {
			_, zone, _ = strings.Cut(link, "zoneinfo/")
		}
	}
	if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
		return ""
	}
	return zone
}

// parseZone loads a time zone; empty is the zone of this machine.
func parseZone(name string) (*time.Location, error) {
	if name == "" {
		return time.Local, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("--zone: there is no time zone %q: write one such as Europe/Madrid or UTC", plain(name))
	}
	return zone, nil
}

// longTime writes an instant so that nobody can mistake it.
func longTime(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format("Mon 2006-01-02 15:04 MST")
}

// shortTime writes an instant for a column whose zone is said elsewhere.
func shortTime(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(zone).Format("2006-01-02 15:04")
}

// span writes a time that passed, or is to pass, in its largest units: 42s, 5m, 3h20m, 2d4h.
func span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 24*time.Hour:
		return twoUnits(int(d.Hours()), "h", int(d.Minutes())%60, "m")
	}
	return twoUnits(int(d.Hours())/24, "d", int(d.Hours())%24, "h")
}

func twoUnits(n int, unit string, rest int, small string) string {
	if rest == 0 {
		return fmt.Sprintf("%d%s", n, unit)
	}
	return fmt.Sprintf("%d%s%d%s", n, unit, rest, small)
}

// ago places an instant before or after now.
func ago(t, now time.Time) string {
	if t.After(now) {
		return "in " + span(t.Sub(now))
	}
	return span(now.Sub(t)) + " ago"
}
