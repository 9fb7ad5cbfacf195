package notify

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rouse/rouse/oncall"
)

// Hours is a time that a text names: "sat 09:00-18:00", "tonight", "2h". It means instants only on somebody's clock, see Between.
// The zero Hours names no time.
type Hours struct {
	Day    string        // mon..sun, today, tonight, tomorrow, weekend, 2026-12-24, 12-24, or shift: a whole shift; empty: now, or the next From
	End    string        // day of the end, where it was said: a weekday or a date
	From   int           // minutes since midnight, where Clock
	To     int           // minutes since midnight, up to 1440, where Clock
	Clock  bool          // times of day were said
	Now    bool          // it begins now and ends at To
	Length time.Duration // it begins now and lasts so long
}

// Shift reports whether it is a whole shift, whose ends the rotation says.
func (h Hours) Shift() bool { return h.Day == dayShift }

const (
	dayShift    = "shift"
	dayToday    = "today"
	dayTonight  = "tonight"
	dayTomorrow = "tomorrow"
	dayWeekend  = "weekend"

	nightFrom  = 18 * 60 // of "tonight"
	nightTo    = 8 * 60
	stillNight = 5 * 60 // before it, "tonight" is the night that there is
)

// Between says when that is on the clock of a zone, by the rule of oncall.Wall: the next such time that is not over at now.
// What has begun already begins at now. What is over, or lies further ahead than a year, is the zero times; so is a Shift, which is not
// for it to say.
func (h Hours) Between(now time.Time, zone *time.Location) (from, to time.Time) {
	if h.Shift() || h == (Hours{}) {
		return time.Time{}, time.Time{}
	}
	if h.Length > 0 {
		return now, now.Add(h.Length)
	}
	today := oncall.DateOf(now.In(zone))
	for n := range 367 { // a date of the year is no further away
		day := today.AddDays(n)
		if !h.begins(day, today) {
			continue
		}
		if from, to = h.on(day, now, zone); to.After(now) {
			break
		}
		if h.fixed() {
			break
		}
	}
	if !to.After(now) {
		return time.Time{}, time.Time{}
	}
	if from.Before(now) {
		from = now
	}
	return from, to
}

// fixed reports whether there is one such day and no other.
func (h Hours) fixed() bool { return len(h.Day) == len(time.DateOnly) }

// begins reports whether it can begin on a day.
func (h Hours) begins(day, today oncall.Date) bool {
	switch h.Day {
	case "", dayToday, dayTonight:
		return true // the first that is not over
	case dayTomorrow:
		return day == today.AddDays(1)
	case dayWeekend:
		return day.Weekday() == time.Saturday || (day == today && day.Weekday() == time.Sunday)
	}
	return isDay(h.Day, day)
}

// isDay reports whether a word for a day means that one.
func isDay(word string, day oncall.Date) bool {
	if w, ok := weekdays[word]; ok {
		return day.Weekday() == w
	}
	return word == day.String() || word == day.String()[5:]
}

// on says when it is if it begins on a day.
func (h Hours) on(day oncall.Date, now time.Time, zone *time.Location) (from, to time.Time) {
	at := func(n, minute int) time.Time { return oncall.Wall(zone, day.AddDays(n), minute) }
	last := 0
	for last < 367 && h.End != "" && !isDay(h.End, day.AddDays(last)) {
		last++
	}
	if last == 367 {
		return time.Time{}, time.Time{} // an end that is no day of the year ahead
	}
	switch {
	case h.Now:
		if from, to = now, at(0, h.To); !to.After(now) {
			to = at(1, h.To)
		}
		return from, to
	case h.Clock && h.End != "":
		if last == 0 && h.To <= h.From {
			last = 7
		}
		return at(0, h.From), at(last, h.To)
	case h.Clock && h.To <= h.From:
		if early := at(0, h.To); h.Day == "" && early.After(now) && at(-1, h.From).Before(now) {
			return at(-1, h.From), early // it is the night that there is
		}
		return at(0, h.From), at(1, h.To)
	case h.Clock:
		return at(0, h.From), at(0, h.To)
	case h.Day == dayTonight:
		if early := at(0, stillNight); early.After(now) {
			return now, at(0, nightTo)
		}
		return at(0, nightFrom), at(1, nightTo)
	case h.Day == dayWeekend && day.Weekday() == time.Saturday:
		return at(0, 0), at(2, 0)
	}
	return at(0, 0), at(last+1, 0)
}

var weekdays = map[string]time.Weekday{
	"sun": time.Sunday, "sunday": time.Sunday, "mon": time.Monday, "monday": time.Monday, "tue": time.Tuesday, "tues": time.Tuesday,
	"tuesday": time.Tuesday, "wed": time.Wednesday, "wednesday": time.Wednesday, "thu": time.Thursday, "thur": time.Thursday,
	"thurs": time.Thursday, "thursday": time.Thursday, "fri": time.Friday, "friday": time.Friday, "sat": time.Saturday, "saturday": time.Saturday,
}

var months = map[string]time.Month{
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
	"january": 1, "february": 2, "march": 3, "april": 4, "june": 6, "july": 7, "august": 8, "september": 9, "october": 10, "november": 11, "december": 12,
}

var (
	isoDay    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	monthDay  = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)?$`)
	clockWord = regexp.MustCompile(`^(\d{1,2})(?:[:.](\d{2}))?(am|pm|h)?$`)
)

// clock reads a time of day: 9:00, 09.00, 9am, 18h, noon, midnight, 24:00; a bare hour, such as 9, where bare.
func clock(s string, bare bool) (minute int, ok bool) {
	switch s {
	case "noon":
		return 12 * 60, true
	case "midnight":
		return 0, true
	}
	m := clockWord.FindStringSubmatch(s)
	if m == nil || (m[2] == "" && m[3] == "" && !bare) {
		return 0, false
	}
	hour, _ := strconv.Atoi(m[1]) // two digits at most
	minutes, _ := strconv.Atoi(m[2])
	switch m[3] {
	case "am", "pm":
		if hour < 1 || hour > 12 {
			return 0, false
		}
		hour %= 12
		if m[3] == "pm" {
			hour += 12
		}
	}
	minute = hour*60 + minutes
	return minute, minutes < 60 && minute <= 24*60
}

// clockPair reads "09:00-18:00" or "9-18" in one word.
func clockPair(s string) (from, to int, ok bool) {
	a, b, two := strings.Cut(s, "-")
	if !two {
		return 0, 0, false
	}
	from, ok1 := clock(a, true)
	to, ok2 := clock(b, true)
	if to == 0 {
		to = 24 * 60
	}
	return from % (24 * 60), to, ok1 && ok2
}

// day reads a day at word i, and returns the word behind it. "" is none.
func (p *parser) day(i int) (day string, next int) {
	if i >= len(p.words) {
		return "", i
	}
	w := p.words[i].clean
	if (w == "on" || w == "this") && i+1 < len(p.words) {
		if day, next = p.day(i + 1); day != "" {
			return day, next
		}
	}
	switch w {
	case dayToday, dayTonight, dayTomorrow, dayWeekend, dayShift:
		return w, i + 1
	case "tmrw", "tmr", "tomorow":
		return dayTomorrow, i + 1
	}
	if _, ok := weekdays[w]; ok {
		return w, i + 1
	}
	if _, err := time.Parse(time.DateOnly, w); err == nil && isoDay.MatchString(w) {
		return w, i + 1
	}
	if i+1 == len(p.words) {
		return "", i
	}
	for _, pair := range [][2]string{{w, p.words[i+1].clean}, {p.words[i+1].clean, w}} { // 24 dec, dec 24
		month, ok := months[pair[0]]
		m := monthDay.FindStringSubmatch(pair[1])
		if !ok || m == nil {
			continue
		}
		text := fmt.Sprintf("2024-%02d-%02s", int(month), m[1]) // a leap year: 29 feb is a day
		if _, err := time.Parse(time.DateOnly, text); err == nil {
			return text[5:], i + 2
		}
	}
	return "", i
}

// hours reads a time at word i, and returns the word behind it. The zero Hours is none; h says what was wrong with one.
func (p *parser) hours(i int) (t Hours, next int, h Hint) {
	if i < len(p.words) && p.words[i].clean == "for" {
		if d, n, ok := duration(p.words[i+1:]); ok {
			return lasting(d, i+1+n)
		}
	}
	if d, n, ok := duration(p.words[min(i, len(p.words)):]); ok {
		return lasting(d, i+n)
	}
	if i+1 < len(p.words) && until[p.words[i].clean] {
		if to, ok := clock(p.words[i+1].clean, true); ok {
			return Hours{Now: true, To: lastMinute(to)}, i + 2, ""
		}
	}
	if i+1 < len(p.words) && p.words[i].clean == "now" && (until[p.words[i+1].clean] || p.words[i+1].clean == "to") {
		if to, ok := clock(p.wordAt(i+2), true); ok {
			return Hours{Now: true, To: lastMinute(to)}, i + 3, ""
		}
	}
	if day, end, n, ok := p.dayPair(i); ok {
		return Hours{Day: day, End: end}, n, ""
	}
	t.Day, next = p.day(i)
	if t.Day == dayShift {
		return t, next, ""
	}
	if from, to, n, end, ok := p.clocks(next); ok {
		t.From, t.To, t.Clock, t.End, next = from, to, true, end, n
		if t.Day == "" {
			t.Day, next = p.day(next)
		}
		if t.Day == dayTonight || t.Day == dayToday {
			t.Day = "" // the next such time is
		}
		return t, next, ""
	}
	if _, ok := clock(p.wordAt(next), false); ok {
		return Hours{}, next, hintUntilWhen
	}
	if end, n := p.day(next); t.Day != "" && end != "" && isWeekdayOrDate(t.Day) && isWeekdayOrDate(end) { // sat - sun
		t.End, next = end, n
	}
	return t, next, ""
}

// lasting is a time from now on.
func lasting(d time.Duration, next int) (Hours, int, Hint) {
	if d <= 0 || d > maxLease {
		return Hours{}, next, hintTime
	}
	return Hours{Length: d}, next, ""
}

func isWeekdayOrDate(day string) bool {
	_, ok := weekdays[day]
	return ok || strings.Contains(day, "-")
}

// lastMinute makes an end at midnight that of the day.
func lastMinute(to int) int {
	if to == 0 {
		return 24 * 60
	}
	return to
}

var until = map[string]bool{"until": true, "till": true, "til": true}

// wordAt is word i, or "".
func (p *parser) wordAt(i int) string {
	if i >= len(p.words) {
		return ""
	}
	return p.words[i].clean
}

// dayPair reads "sat-sun" in one word.
func (p *parser) dayPair(i int) (day, end string, next int, ok bool) {
	a, b, two := strings.Cut(p.wordAt(i), "-")
	_, ok1 := weekdays[a]
	_, ok2 := weekdays[b]
	return a, b, i + 1, two && ok1 && ok2
}

// clocks reads two times of day at word i: "09:00-18:00", "9 to 18", "from 09:00 until 18:00", "09:00 - sun 09:00".
func (p *parser) clocks(i int) (from, to, next int, end string, ok bool) {
	if p.wordAt(i) == "from" || p.wordAt(i) == "at" {
		i++
	}
	if from, to, ok = clockPair(p.wordAt(i)); ok {
		return from, to, i + 1, "", true
	}
	joined := p.wordAt(i+1) == "to" || until[p.wordAt(i+1)]
	if from, ok = clock(p.wordAt(i), joined); !ok {
		return 0, 0, i, "", false
	}
	if i++; joined {
		i++
	}
	if day, n := p.day(i); isWeekdayOrDate(day) {
		end, i = day, n
	}
	if to, ok = clock(p.wordAt(i), joined); !ok {
		return 0, 0, i, "", false
	}
	return from % (24 * 60), lastMinute(to), i + 1, end, true
}

// Span writes a stretch of time on the clock of a zone, short and without a doubt: "Sat 28 Nov 09:00-18:00 CET". The day of
// the end is said when it is another; the zone twice when the clocks change between.
func Span(from, to time.Time, zone *time.Location) string {
	from, to = from.In(zone), to.In(zone)
	first, last := zoneName(from), zoneName(to)
	begin, end := from.Format("Mon 2 Jan 15:04"), to.Format("Mon 2 Jan 15:04")
	if first != last {
		begin += " " + first
	}
	switch day := oncall.DateOf(from); {
	case oncall.DateOf(to) == day:
		end = to.Format("15:04")
	case oncall.DateOf(to) == day.AddDays(1) && to.Hour()+to.Minute() == 0 && first == last:
		end = "24:00"
	case to.Sub(from) < 6*24*time.Hour:
		end = to.Format("Mon 15:04")
	}
	return begin + "-" + end + " " + last
}

// Instant writes an instant on the clock of a zone as Span does.
func Instant(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return t.Format("Mon 2 Jan 15:04 ") + zoneName(t)
}

// zoneName is a zone's abbreviation at t, or its offset as UTC+3 where it has none.
func zoneName(t time.Time) string {
	name, _ := t.Zone()
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		return "UTC" + name
	}
	return name
}

// Spans is Span for somebody, and for another person where their clock shows something else.
func Spans(from, to time.Time, mine, theirs *time.Location, name string) string {
	a, b := Span(from, to, mine), Span(from, to, theirs)
	if a == b {
		return a
	}
	if day := from.In(mine).Format("Mon 2 Jan "); strings.HasPrefix(b, day) { // the same day need not be said again
		b = strings.TrimPrefix(b, day)
	}
	return a + " (" + name + ": " + b + ")"
}
