package configs

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/rouse/rouse/oncall"
)

// parseDuration reads a Prometheus duration: units from large to small, ms s m h d w y; a bare 0 is zero.
func parseDuration(s string) (time.Duration, error) {
	if strings.HasPrefix(strings.TrimSpace(s), "-") {
		return 0, fmt.Errorf("%q is negative", clip(s))
	}
	d, err := model.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration", clip(s))
	}
	return time.Duration(d), nil
}

// short writes a duration as the configuration does.
func short(d time.Duration) string { return model.Duration(d).String() }

var clockForm = regexp.MustCompile(`^([0-1][0-9]|2[0-3]):([0-5][0-9])$`)

// parseClock reads a time of day "HH:MM" as minutes since midnight.
func parseClock(s string) (int, error) {
	m := clockForm.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("%q is not a time of day (HH:MM)", clip(s))
	}
	h, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2])
	return h*60 + minute, nil
}

// parseDate reads a day "2026-01-05".
func parseDate(s string) (oncall.Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return oncall.Date{}, fmt.Errorf("%q is not a day", clip(s))
	}
	return oncall.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}, nil
}

// parseZone reads an IANA time zone name. "Local" is refused, since it means something else on every machine.
func parseZone(s string) (*time.Location, error) {
	if s == "Local" {
		return nil, errors.New(`"Local" is not a time zone but whatever the machine is set to`)
	}
	first, _, _ := strings.Cut(s, "/")
	zone, err := time.LoadLocation(s)
	if err != nil || slices.Contains([]string{"localtime", "posixrules", "Factory", "posix", "right"}, first) { // files beside the zones
		return nil, fmt.Errorf("there is no time zone %q", clip(s))
	}
	return zone, nil
}

const zoneAdvice = "write an IANA name such as Europe/Madrid, America/New_York or UTC"

// parseInstant reads "2026-12-24 06:00" as wall clock in a zone, or an RFC 3339 time with its own offset.
func parseInstant(s string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), nil
	}
	for _, form := range []string{"2006-01-02 15:04", "2006-01-02T15:04"} {
		if u, err := time.Parse(form, s); err == nil {
			return wall(u, zone), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time", clip(s))
}

// wall is the instant at which a zone's clocks show what u shows in UTC, by the rule of package oncall.
func wall(u time.Time, zone *time.Location) time.Time {
	return oncall.Wall(zone, oncall.DateOf(u), u.Hour()*60+u.Minute()).UTC()
}

var weekdays = [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

// parseWeekday reads Mon or Monday, in any case.
func parseWeekday(s string) (time.Weekday, error) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(s, weekdays[d]) || strings.EqualFold(s, d.String()) {
			return d, nil
		}
	}
	return 0, fmt.Errorf("%q is not a weekday", clip(s))
}

// parseWeekdays reads "Mon", "Mon-Fri", "Mon,Wed" and mixtures; a range may pass the end of the week. "daily" is all seven.
func parseWeekdays(s string) (days [7]bool, err error) {
	if strings.EqualFold(s, "daily") {
		s = "Mon-Sun"
	}
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, err := parseWeekday(from)
		if err != nil {
			return days, err
		}
		last, err := parseWeekday(to)
		if err != nil {
			return days, err
		}
		for d := first; ; d = (d + 1) % 7 {
			days[d] = true
			if d == last {
				break
			}
		}
	}
	return days, nil
}

const hoursAdvice = `write days and hours such as "Mon-Fri 09:00-18:00", "Mon,Wed 10:00-12:00" or "Mon-Sun 18:00-06:00"`

// parseHours reads "Mon-Fri 09:00-18:00". Hours that end before they start end the next day; 24:00 is midnight at the end.
func parseHours(s string) (oncall.WeeklyHours, error) {
	fields := strings.Fields(s)
	if len(fields) != 2 {
		return oncall.WeeklyHours{}, fmt.Errorf("%q is not days and hours", clip(s))
	}
	days, err := parseWeekdays(fields[0])
	if err != nil {
		return oncall.WeeklyHours{}, err
	}
	a, b, ok := strings.Cut(fields[1], "-")
	if !ok {
		return oncall.WeeklyHours{}, fmt.Errorf("%q has no end", clip(fields[1]))
	}
	from, err := parseClock(a)
	if err != nil {
		return oncall.WeeklyHours{}, err
	}
	to := 1440
	if b != "24:00" {
		if to, err = parseClock(b); err != nil {
			return oncall.WeeklyHours{}, err
		}
	}
	if from == to {
		return oncall.WeeklyHours{}, fmt.Errorf("%q starts and ends at the same time", clip(s))
	}
	return oncall.WeeklyHours{Days: days, From: from, To: to}, nil
}

// parseMoment reads a recurring moment: "Wed 10:00", "Mon-Fri 02:00", "daily 02:00" or, daily too, "02:00".
func parseMoment(s string) (Moment, error) {
	fields := strings.Fields(s)
	if len(fields) == 1 {
		fields = []string{"daily", fields[0]}
	}
	if len(fields) != 2 {
		return Moment{}, fmt.Errorf("%q is not days and a time", clip(s))
	}
	days, err := parseWeekdays(fields[0])
	if err != nil {
		return Moment{}, err
	}
	minute, err := parseClock(fields[1])
	if err != nil {
		return Moment{}, err
	}
	m := Moment{Minute: minute}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if days[d] {
			m.Weekdays = append(m.Weekdays, d)
		}
	}
	return m, nil
}

const momentAdvice = `write days and a time such as "Wed 10:00", "Mon-Fri 02:00" or "daily 02:00"`

// parseRate reads "6 in 15m".
func parseRate(s string) (Rate, error) {
	fields := strings.Fields(s)
	if len(fields) != 3 || fields[1] != "in" {
		return Rate{}, fmt.Errorf("%q is not a limit", clip(s))
	}
	n, err := strconv.Atoi(fields[0])
	if err != nil || n < 1 {
		return Rate{}, fmt.Errorf("%q is not a number of messages", clip(fields[0]))
	}
	per, err := parseDuration(fields[2])
	if err != nil {
		return Rate{}, err
	}
	if per <= 0 {
		return Rate{}, fmt.Errorf("%q is no time at all", clip(fields[2]))
	}
	return Rate{Count: n, Per: per}, nil
}

// parseHandoff reads when turns change, in the form that fits the rotation.
func parseHandoff(s string, unit oncall.Unit) (oncall.Handoff, error) {
	fields := strings.Fields(s)
	if len(fields) == 0 || len(fields) > 2 {
		return oncall.Handoff{}, fmt.Errorf("%q is not a handoff", clip(s))
	}
	minute, err := parseClock(fields[len(fields)-1])
	if err != nil {
		return oncall.Handoff{}, err
	}
	h := oncall.Handoff{Minute: minute}
	if len(fields) == 1 {
		return h, nil
	}
	switch unit {
	case oncall.Weekly:
		h.Weekday, err = parseWeekday(fields[0])
		h.HasDay = err == nil
		return h, err
	case oncall.Monthly:
		h.Day, err = strconv.Atoi(fields[0])
		if err != nil || h.Day < 1 || h.Day > 31 {
			return h, fmt.Errorf("%q is not a day of the month", clip(fields[0]))
		}
		return h, nil
	}
	return h, fmt.Errorf("%q names a day, which a rotation that is not weekly or monthly does not have", clip(s))
}
