// Package ical puts shifts into calendars and reads leave out of them, as RFC 5545 writes both.
//
// It is pure: bytes and values in, bytes and values out. A feed gives every shift as an event of its own between two instants in
// UTC, which no calendar can misread when the clocks change, with a UID that stays the same for as long as the shift begins when it
// does and is the same person's. It tells names and times, never a number or an address. What is read is bounded, and what is not
// understood is refused with the line it stands on: a leave that is silently lost is worse than a file that is not taken.
package ical

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"

	"github.com/rouse/rouse/oncall"
)

// Feed is a calendar of shifts.
type Feed struct {
	Name   string
	Shifts []Event // by beginning
}

// Event is one shift in a calendar. Times are in UTC, in whole seconds.
type Event struct {
	UID         string
	From, To    time.Time
	Summary     string
	Description string
	URL         string // or empty
}

// Window is the time that a feed at now has: from the beginning of the month before last, on the clock of a zone, for fifteen months.
// Its ends move once a month, so that a shift which they cut has the same UID until then.
func Window(zone *time.Location, now time.Time) (from, to time.Time) {
	d := oncall.DateOf(now.In(zone))
	month := func(n int) time.Time {
		m := int(d.Month) - 1 + n
		year := d.Year + m/12
		if m %= 12; m < 0 {
			m, year = m+12, year-1
		}
		return oncall.Wall(zone, oncall.Date{Year: year, Month: time.Month(m + 1), Day: 1}, 0)
	}
	return month(-2), month(13)
}

// OfSchedule is the feed of a schedule: every shift in [from, to), with who is on call. Gaps have no event. page is the address of the
// schedule's page, or empty. It is false when there is no such schedule.
func OfSchedule(r *oncall.Roster, id oncall.ScheduleID, from, to, now time.Time, page string) (Feed, bool) {
	s, ok := r.Schedule(id)
	if !ok {
		return Feed{}, false
	}
	f := Feed{Name: "On call: " + string(id)}
	f.add(r, s, from, to, page, "")
	f.bound(now)
	return f, true
}

// OfUser is the feed of a person: every shift of theirs in [from, to), on whatever schedule. page is the address that the name of a
// schedule is put behind, or empty. It is false when there is no such user.
func OfUser(r *oncall.Roster, id oncall.UserID, from, to, now time.Time, page string) (Feed, bool) {
	u, ok := r.User(id)
	if !ok {
		return Feed{}, false
	}
	f := Feed{Name: "On call: " + name(u)}
	for _, s := range r.Schedules() {
		address := page
		if page != "" {
			address += string(s.ID)
		}
		f.add(r, s, from, to, address, id)
	}
	slices.SortStableFunc(f.Shifts, func(a, b Event) int { return a.From.Compare(b.From) })
	f.bound(now)
	return f, true
}

// feedMost is how many shifts a feed has: turns of an hour for half a year.
const feedMost = 5000

// bound leaves out what is over, and then the shifts that are the farthest away, where there are too many.
func (f *Feed) bound(now time.Time) {
	past := 0
	for past < len(f.Shifts)-feedMost && !f.Shifts[past].To.After(now) {
		past++
	}
	f.Shifts = f.Shifts[past:min(past+feedMost, len(f.Shifts))]
}

// add adds the shifts of a schedule; those of one user where only is not empty. Instants between two seconds are taken back to the
// first, at the end of a shift as at the beginning of the next; what is no second long is left out.
func (f *Feed) add(r *oncall.Roster, s *oncall.Schedule, from, to time.Time, page string, only oncall.UserID) {
	for _, sh := range s.Shifts(from, to) {
		for _, id := range sh.Users {
			a, b := sh.From.UTC().Truncate(time.Second), sh.To.UTC().Truncate(time.Second)
			if only != "" && id != only || !a.Before(b) {
				continue
			}
			u, known := r.User(id)
			if !known {
				u = oncall.User{ID: id}
			}
			e := Event{UID: uid(s.ID, id, a), From: a, To: b, URL: page, Summary: name(u) + " (" + string(s.ID) + ")", Description: about(r, s, u, sh)}
			if only != "" {
				e.Summary = "On call: " + string(s.ID)
			}
			f.Shifts = append(f.Shifts, e)
		}
	}
}

func name(u oncall.User) string {
	if u.Name == "" {
		return string(u.ID)
	}
	return u.Name
}

// uid names a shift by what makes it one: schedule, person, beginning.
func uid(s oncall.ScheduleID, u oncall.UserID, from time.Time) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d", s, u, from.Unix()))
	return hex.EncodeToString(sum[:16]) + "@rouse"
}

// about says of a shift what its times and name do not.
func about(r *oncall.Roster, s *oncall.Schedule, u oncall.User, sh oncall.Shift) string {
	const form = "Mon 2 Jan 2006 15:04 MST"
	lines := []string{sh.From.In(s.Zone).Format(form) + " to " + sh.To.In(s.Zone).Format(form)}
	if s.Team != "" {
		lines = append(lines, "Team: "+string(s.Team))
	}
	if sh.Override != "" {
		lines = append(lines, "Override: "+sh.Override)
	}
	if l, away := r.Away(u.ID, sh.From, sh.To); away {
		lines = append(lines, "On leave from "+l.From.In(s.Zone).Format(form)+" to "+l.To.In(s.Zone).Format(form)+": this shift has to be covered")
	}
	return strings.Join(lines, "\n")
}

// Sum identifies what a feed says, whenever it is said.
func (f Feed) Sum() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q", f.Name)
	for _, e := range f.Shifts {
		fmt.Fprintf(h, "%q %d %d %q %q %q", e.UID, e.From.Unix(), e.To.Unix(), e.Summary, e.Description, e.URL)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Write writes a feed as a calendar: UTF-8, CRLF, no line longer than 75 octets. stamp is when the feed became what it is.
func (f Feed) Write(stamp time.Time) ([]byte, error) {
	c := ics.NewCalendarFor("rouse")
	c.SetProductId("-//rouse//on call//EN")
	c.SetCalscale("GREGORIAN")
	c.SetMethod(ics.MethodPublish)
	c.SetName(clean(f.Name))
	c.SetXWRCalName(clean(f.Name))
	c.SetRefreshInterval("PT15M")
	c.SetXPublishedTTL("PT15M")
	c.SetLastModified(stamp.UTC())
	for _, e := range f.Shifts {
		v := c.AddEvent(e.UID)
		v.SetDtStampTime(stamp.UTC())
		v.SetModifiedAt(stamp.UTC())
		v.SetStartAt(e.From)
		v.SetEndAt(e.To)
		v.SetSummary(clean(e.Summary))
		v.SetDescription(clean(e.Description))
		if e.URL != "" {
			v.SetURL(e.URL)
		}
		v.SetTimeTransparency(ics.TransparencyTransparent) // who is on call may have meetings
	}
	var b bytes.Buffer
	if err := c.SerializeTo(&b, ics.WithNewLineWindows); err != nil {
		return nil, fmt.Errorf("write the calendar %s: %w", f.Name, err)
	}
	return b.Bytes(), nil
}

// clean keeps what a calendar's text can have: UTF-8 without control characters, but for the ends of lines.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || r == utf8.RuneError) {
			return -1
		}
		return r
	}, s)
}
