package ical

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/teambition/rrule-go"

	"github.com/rouse/rouse/oncall"
)

// occurrences are when an event is, in the time asked for. moved are the beginnings of occurrences that have an event of their own.
func (e *event) occurrences(o Options, moved []int64) ([]Away, error) {
	if e.skip {
		return nil, nil
	}
	walls, err := e.walls(o)
	if err != nil {
		return nil, err
	}
	if e.instead == nil {
		walls = slices.DeleteFunc(walls, func(t time.Time) bool { return slices.Contains(moved, instant(t, e.zone).Unix()) })
	}
	repeats := len(walls) > 1 || e.instead != nil || e.GetProperty(ics.ComponentPropertyRrule) != nil
	length := e.end.Sub(e.start) // on the clock: a day is a day, also when the clocks change
	var all []Away
	for _, w := range walls {
		a := Away{From: instant(w, e.zone), To: instant(w.Add(length), e.zone), UID: e.Id()}
		if repeats {
			a.UID += " " + w.Format("20060102T150405")
		}
		if a.From.Before(a.To) && a.To.After(o.From) && a.From.Before(o.To) {
			all = append(all, a)
		}
	}
	return all, nil
}

// walls are the beginnings of an event's occurrences on the clock of its zone: DTSTART, RRULE and RDATE, less EXDATE.
func (e *event) walls(o Options) ([]time.Time, error) {
	if e.HasProperty(ics.ComponentPropertyExrule) {
		return nil, fmt.Errorf("the event has an EXRULE, which is no longer part of calendars")
	}
	walls := []time.Time{e.start}
	if rules := e.GetProperties(ics.ComponentPropertyRrule); len(rules) > 0 && e.instead == nil {
		if len(rules) > 1 {
			return nil, fmt.Errorf("the event has %d recurrence rules, and one is understood", len(rules))
		}
		more, err := e.rule(rules[0].Value, o)
		if err != nil {
			return nil, err
		}
		walls = append(walls, more...)
	}
	added, err := e.dates(ics.ComponentPropertyRdate, o)
	if err != nil {
		return nil, err
	}
	for _, d := range added {
		walls = append(walls, d.at)
	}
	gone, err := e.dates(ics.ComponentPropertyExdate, o)
	if err != nil {
		return nil, err
	}
	walls = slices.DeleteFunc(walls, func(t time.Time) bool {
		return slices.ContainsFunc(gone, func(x date) bool { return x.at.Equal(t) || x.allDay && oncall.DateOf(x.at) == oncall.DateOf(t) })
	})
	slices.SortFunc(walls, time.Time.Compare)
	return slices.CompactFunc(walls, time.Time.Equal), nil
}

// date is one of a list of times: a wall, or a day, which is all that some programs write of a time.
type date struct {
	at     time.Time
	allDay bool
}

// dates reads a property that is a list of times.
func (e *event) dates(name ics.ComponentProperty, o Options) ([]date, error) {
	var all []date
	for _, p := range e.GetProperties(name) {
		for s := range strings.SplitSeq(p.Value, ",") {
			if strings.Contains(s, "/") {
				return nil, errPeriods
			}
			one := *p
			one.Value = s
			at, allDay, err := e.wallHere(&one, o)
			if err != nil {
				return nil, err
			}
			if all = append(all, date{at, allDay}); len(all) > maxRepeat {
				return nil, fmt.Errorf("the event has more than %d times in %s", maxRepeat, name)
			}
		}
	}
	return all, nil
}

// rule works out a recurrence rule on a clock without a zone, and no farther than the time asked for. Rules of hours and less are no
// leave, and could be many millions.
func (e *event) rule(s string, o Options) ([]time.Time, error) {
	s = strings.TrimSpace(s)
	opt, err := rrule.StrToROptionInLocation(s, time.UTC)
	if err != nil {
		return nil, fmt.Errorf("the recurrence rule %q is not understood: %s", short(s), short(err.Error()))
	}
	switch {
	case opt.Freq > rrule.DAILY || len(opt.Byhour)+len(opt.Byminute)+len(opt.Bysecond) > 0:
		return nil, fmt.Errorf("the recurrence rule %q repeats within a day, which no leave does", short(s))
	case opt.Interval < 0 || opt.Count < 0 || strings.Contains(strings.ToUpper(s), "INTERVAL=0"):
		return nil, fmt.Errorf("the recurrence rule %q never ends or never begins", short(s))
	}
	opt.Dtstart = e.start
	if !opt.Until.IsZero() && strings.Contains(strings.ToUpper(s), "Z") && !e.allDay {
		opt.Until = inZone(opt.Until, time.UTC, e.zone)
	}
	if !e.allDay && untilDay.MatchString(s) {
		opt.Until = opt.Until.AddDate(0, 0, 1).Add(-time.Second) // the day is the last one, and not its midnight
	}
	if last := inZone(o.To.UTC(), time.UTC, e.zone); opt.Until.IsZero() || opt.Until.After(last) {
		opt.Until = last
	}
	r, err := rrule.NewRRule(*opt)
	if err != nil {
		return nil, fmt.Errorf("the recurrence rule %q is not understood: %s", short(s), short(err.Error()))
	}
	var all []time.Time
	first := inZone(o.From.UTC(), time.UTC, e.zone).Add(-e.end.Sub(e.start) - 48*time.Hour)
	next := r.Iterator()
	for at, ok := next(); ok; at, ok = next() {
		if at.Before(first) {
			continue
		}
		if all = append(all, at); len(all) > maxRepeat {
			e.do = "give the rule an end, or export less of the calendar"
			return nil, fmt.Errorf("the event recurs more than %d times", maxRepeat)
		}
	}
	return all, nil
}

// untilDay is a rule that ends with a day without a time, as RFC 2445 let events of times have it too.
var untilDay = regexp.MustCompile(`(?i)(?:^|;)UNTIL=\d{8}(?:;|$)`)

var durationForm = regexp.MustCompile(`^([+-]?)P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?$`)

// duration reads P1W, P2DT3H and their like.
func duration(s string) (time.Duration, error) {
	m := durationForm.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil || m[1] == "-" || strings.Join(m[2:], "") == "" {
		return 0, fmt.Errorf("DURATION %q is no length of time", short(s))
	}
	var d time.Duration
	for i, unit := range []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(m[2+i]) // digits, or nothing
		d += time.Duration(n) * unit
	}
	return d, nil
}

// windowsZones are the names that Windows has for zones, in what Outlook and Exchange export, with the IANA zone that CLDR's table
// windowsZones gives for each where it names no territory.
var windowsZones = map[string]string{
	"Dateline Standard Time": "Etc/GMT+12", "Hawaiian Standard Time": "Pacific/Honolulu", "Alaskan Standard Time": "America/Anchorage", "Pacific Standard Time": "America/Los_Angeles",
	"US Mountain Standard Time": "America/Phoenix", "Mountain Standard Time": "America/Denver", "Central America Standard Time": "America/Guatemala", "Central Standard Time": "America/Chicago",
	"Central Standard Time (Mexico)": "America/Mexico_City", "Canada Central Standard Time": "America/Regina", "SA Pacific Standard Time": "America/Bogota", "Eastern Standard Time": "America/New_York",
	"US Eastern Standard Time": "America/Indianapolis", "Venezuela Standard Time": "America/Caracas", "Atlantic Standard Time": "America/Halifax", "SA Western Standard Time": "America/La_Paz",
	"Pacific SA Standard Time": "America/Santiago", "Newfoundland Standard Time": "America/St_Johns", "E. South America Standard Time": "America/Sao_Paulo", "Argentina Standard Time": "America/Buenos_Aires",
	"Greenland Standard Time": "America/Godthab", "Azores Standard Time": "Atlantic/Azores", "UTC": "Etc/UTC", "GMT Standard Time": "Europe/London", "Greenwich Standard Time": "Atlantic/Reykjavik",
	"Morocco Standard Time": "Africa/Casablanca", "W. Europe Standard Time": "Europe/Berlin", "Central Europe Standard Time": "Europe/Budapest", "Romance Standard Time": "Europe/Paris",
	"Central European Standard Time": "Europe/Warsaw", "W. Central Africa Standard Time": "Africa/Lagos", "GTB Standard Time": "Europe/Bucharest", "Middle East Standard Time": "Asia/Beirut",
	"Egypt Standard Time": "Africa/Cairo", "E. Europe Standard Time": "Europe/Chisinau", "South Africa Standard Time": "Africa/Johannesburg", "FLE Standard Time": "Europe/Kiev",
	"Israel Standard Time": "Asia/Jerusalem", "Turkey Standard Time": "Europe/Istanbul", "Arabic Standard Time": "Asia/Baghdad", "Arab Standard Time": "Asia/Riyadh", "Russian Standard Time": "Europe/Moscow",
	"E. Africa Standard Time": "Africa/Nairobi", "Iran Standard Time": "Asia/Tehran", "Arabian Standard Time": "Asia/Dubai", "Caucasus Standard Time": "Asia/Yerevan", "Pakistan Standard Time": "Asia/Karachi",
	"India Standard Time": "Asia/Calcutta", "Sri Lanka Standard Time": "Asia/Colombo", "Nepal Standard Time": "Asia/Katmandu", "Bangladesh Standard Time": "Asia/Dhaka", "SE Asia Standard Time": "Asia/Bangkok",
	"China Standard Time": "Asia/Shanghai", "Singapore Standard Time": "Asia/Singapore", "Taipei Standard Time": "Asia/Taipei", "W. Australia Standard Time": "Australia/Perth", "Tokyo Standard Time": "Asia/Tokyo",
	"Korea Standard Time": "Asia/Seoul", "Cen. Australia Standard Time": "Australia/Adelaide", "AUS Central Standard Time": "Australia/Darwin", "E. Australia Standard Time": "Australia/Brisbane",
	"AUS Eastern Standard Time": "Australia/Sydney", "Tasmania Standard Time": "Australia/Hobart", "New Zealand Standard Time": "Pacific/Auckland", "Samoa Standard Time": "Pacific/Apia",
}
