package ical

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"

	"github.com/rouse/rouse/oncall"
)

// The bounds of a calendar that is read.
const (
	MaxBytes  = 1 << 20
	maxEvents = 5000
	maxRepeat = 400 // occurrences of one event within the time asked for
	maxRules  = 100 // events that recur
	maxAway   = 2000
)

// Away is a time that a calendar has an event for. It has no words of the event's: why somebody is away is nobody else's business.
type Away struct {
	From, To time.Time // UTC
	UID      string    // of the event, with the beginning of the occurrence where it is one of several
}

// Options say what is read of a calendar.
type Options struct {
	Zone     *time.Location // of all-day events, and of times that name no zone; nil: UTC
	From, To time.Time      // occurrences outside of it are left out; zero: from 1970 to 2100
	Only     string         // read events alone whose title has these words, whatever their case; empty: all
}

// LineError is something in a calendar that cannot be used.
type LineError struct {
	Line int    // from 1, of the event that it is in; 1 where it is about the whole
	What string // what is wrong
	Do   string // what to do about it
}

// Error says where it is, what it is and what to do.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s; %s", e.Line, e.What, e.Do) }

// Read reads when somebody is away from a calendar: every event that is not cancelled, whole days in the zone given, recurring ones
// occurrence by occurrence, for rules of days and longer. The list is by beginning, and is never nil without an error. An error is a
// *LineError: nothing is read of a calendar that has something which is not understood.
func Read(text []byte, o Options) ([]Away, error) {
	if len(text) > MaxBytes {
		return nil, &LineError{1, fmt.Sprintf("the calendar has more than %d KiB", MaxBytes>>10), "export the leave alone, or less of it"}
	}
	if !utf8.Valid(text) {
		return nil, &LineError{1, "the file is not UTF-8", "export it as an iCalendar file (.ics) again"}
	}
	o.complete()
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	c, err := ics.ParseCalendarWithOptions(bytes.NewReader(text), ics.WithUnknownPropertyHandler(ics.AcceptUnknownPropertyHandler))
	if err != nil || !bytes.Contains(text, []byte("END:VCALENDAR")) {
		return nil, &LineError{1, "this is no calendar: " + why(err), "export it as an iCalendar file (.ics)"}
	}
	events := c.Events()
	if len(events) > maxEvents {
		return nil, &LineError{1, fmt.Sprintf("the calendar has %d events, more than %d", len(events), maxEvents), "export the leave alone, or less of it"}
	}
	if cancels(c) {
		return []Away{}, nil
	}
	return readEvents(events, linesOf(text), o)
}

// cancels reports whether a calendar is one that takes its events back (METHOD:CANCEL, as mail programs send it).
func cancels(c *ics.Calendar) bool {
	return slices.ContainsFunc(c.CalendarProperties, func(p ics.CalendarProperty) bool {
		return strings.EqualFold(p.IANAToken, string(ics.PropertyMethod)) && strings.EqualFold(strings.TrimSpace(p.Value), string(ics.MethodCancel))
	})
}

func why(err error) string {
	if err == nil {
		return "its end is missing"
	}
	return clean(err.Error())
}

func (o *Options) complete() {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.From.IsZero() {
		o.From = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if o.To.IsZero() {
		o.To = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	}
}

// linesOf are the lines on which events begin.
func linesOf(text []byte) (lines []int) {
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if bytes.EqualFold(bytes.TrimSpace(line), []byte("BEGIN:VEVENT")) {
			lines = append(lines, n)
		}
	}
	return lines
}

func readEvents(events []*ics.VEvent, lines []int, o Options) ([]Away, error) {
	var list []*event
	rules := 0
	moved := map[string][]int64{} // by UID: the beginnings of occurrences that have an event of their own
	for i, v := range events {
		e := &event{VEvent: v, line: 1}
		if i < len(lines) {
			e.line = lines[i]
		}
		if err := e.read(o); err != nil {
			return nil, &LineError{e.line, err.Error(), cmp.Or(e.do, "correct it, or leave the event out")}
		}
		if e.HasProperty(ics.ComponentPropertyRrule) {
			rules++
		}
		if e.instead != nil {
			moved[e.Id()] = append(moved[e.Id()], e.instead.Unix())
		}
		list = append(list, e)
	}
	if rules > maxRules {
		return nil, &LineError{1, fmt.Sprintf("the calendar has %d events that recur, more than %d", rules, maxRules), "export the leave alone, or less of it"}
	}
	all := []Away{}
	for _, e := range list {
		found, err := e.occurrences(o, moved[e.Id()])
		if err != nil {
			return nil, &LineError{e.line, err.Error(), cmp.Or(e.do, "correct it, or leave the event out")}
		}
		if all = append(all, found...); len(all) > maxAway {
			return nil, &LineError{1, fmt.Sprintf("the calendar has more than %d times", maxAway), "export the leave alone, or less of it"}
		}
	}
	slices.SortStableFunc(all, func(a, b Away) int {
		return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To), cmp.Compare(a.UID, b.UID))
	})
	return all, nil
}

// event is one event on its way. Walls are times on a clock without a zone, kept as if they were UTC.
type event struct {
	*ics.VEvent
	line       int
	do         string // what to do about its error, where that is not the usual
	zone       *time.Location
	allDay     bool
	start, end time.Time  // walls
	instead    *time.Time // when the occurrence that it stands in for begins, an instant: the two may be on different clocks
	skip       bool
}

var (
	errNoStart = errors.New("the event has no DTSTART")
	errPeriods = errors.New("the event has an RDATE of periods, which is not understood")
	errRange   = errors.New("the event changes an occurrence with all that follow it (RANGE), which is not understood")
)

func (e *event) read(o Options) (err error) {
	p := e.GetProperty(ics.ComponentPropertyDtStart)
	if p == nil {
		return errNoStart
	}
	if e.start, e.zone, e.allDay, err = e.wall(p, o.Zone); err != nil {
		return err
	}
	if err := e.readEnd(o); err != nil {
		return err
	}
	if p := e.GetProperty(ics.ComponentPropertyRecurrenceId); p != nil {
		if len(p.ICalParameters["RANGE"]) > 0 {
			e.do = "write the rest as a recurring event of its own, or leave the event out"
			return errRange
		}
		at, zone, _, err := e.wall(p, o.Zone)
		if err != nil {
			return err
		}
		at = instant(at, zone)
		e.instead = &at
	}
	e.skip = strings.EqualFold(e.text(ics.ComponentPropertyStatus), "CANCELLED") || !strings.Contains(strings.ToLower(e.text(ics.ComponentPropertySummary)), strings.ToLower(o.Only))
	return nil
}

func (e *event) text(name ics.ComponentProperty) string {
	if p := e.GetProperty(name); p != nil {
		return strings.TrimSpace(p.Value)
	}
	return ""
}

// readEnd reads where the first occurrence ends: DTEND, DURATION, or the day for a day without either, or with an end that is no later.
func (e *event) readEnd(o Options) error {
	end, length := e.GetProperty(ics.ComponentPropertyDtEnd), e.GetProperty(ics.ComponentPropertyDuration)
	switch {
	case end != nil:
		at, _, err := e.wallHere(end, o)
		if err != nil {
			return err
		}
		e.end = at
	case length != nil:
		d, err := duration(length.Value)
		if err != nil {
			return err
		}
		e.end = e.start.Add(d)
	default:
		e.end = e.start
	}
	if e.end.Before(e.start) {
		return fmt.Errorf("the event ends before it begins")
	}
	if e.allDay && e.end.Equal(e.start) { // the day itself: nobody enters a leave of no days
		e.end = e.start.AddDate(0, 0, 1)
	}
	return nil
}

// wallHere reads a time and returns it on the clock of the event's own zone; a day is that day there.
func (e *event) wallHere(p *ics.IANAProperty, o Options) (at time.Time, allDay bool, err error) {
	at, zone, allDay, err := e.wall(p, o.Zone)
	if err != nil || allDay {
		return at, allDay, err
	}
	return inZone(at, zone, e.zone), false, nil
}

// inZone takes a wall of one zone to the clock of another.
func inZone(wall time.Time, from, to *time.Location) time.Time {
	if from == to || from.String() == to.String() {
		return wall
	}
	at := instant(wall, from).In(to)
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
}

// instant is when the clocks of a zone show a wall, by the rule of package oncall.
func instant(wall time.Time, zone *time.Location) time.Time {
	return oncall.Wall(zone, oncall.DateOf(wall), wall.Hour()*60+wall.Minute()).Add(time.Duration(wall.Second()) * time.Second).UTC()
}

// wall reads a day or a time, and on which clock it is.
func (e *event) wall(p *ics.IANAProperty, own *time.Location) (at time.Time, zone *time.Location, allDay bool, err error) {
	zone = own
	if names := p.ICalParameters["TZID"]; len(names) > 0 {
		if zone, err = e.zoneOf(names[0]); err != nil {
			return at, nil, false, err
		}
	}
	at, utc, allDay, err := parseWall(p.Value)
	if err != nil {
		return at, nil, false, fmt.Errorf("%s %w", p.IANAToken, err)
	}
	if allDay {
		zone = own
	}
	if utc {
		zone = time.UTC
	}
	return at, zone, allDay, nil
}

// parseWall reads 20261224, 20261224T120000 or 20261224T120000Z.
func parseWall(s string) (at time.Time, utc, allDay bool, err error) {
	s = strings.TrimSpace(s)
	for _, form := range []string{"20060102", "20060102T150405", "20060102T150405Z"} {
		if at, err = time.Parse(form, s); err == nil {
			if at.Year() < 1900 || at.Year() > 2200 {
				return at, false, false, fmt.Errorf("%q is too far away", short(s))
			}
			return at, strings.HasSuffix(s, "Z"), len(s) == 8, nil
		}
	}
	return at, false, false, fmt.Errorf("%q is no time of a calendar", short(s))
}

// short cuts a text of somebody else's for an error.
func short(s string) string {
	if r := []rune(clean(s)); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return clean(s)
}

// zoneOf finds a zone by its IANA name, or by the name that Windows and Outlook have for it.
func (e *event) zoneOf(name string) (*time.Location, error) {
	name = strings.Trim(name, `"`)
	if known, ok := windowsZones[name]; ok {
		name = known
	}
	zone, err := time.LoadLocation(strings.TrimPrefix(name, "/"))
	if err != nil || name == "" || strings.EqualFold(name, "local") {
		e.do = "export the calendar with IANA zone names such as Europe/Madrid, or in UTC"
		return nil, fmt.Errorf("the time zone %q is not known", short(name))
	}
	return zone, nil
}
