package cases

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/rouse/rouse/oncall"
)

// howWhen is what errors about the time of a line say to write instead.
const howWhen = `write 5m (since the start), +5m (since the line above), 02:18, "Mon 09:00", 2026-03-29 03:00, and (at once), or end`

// window is the time of a line: an instant, and for what is expected a stretch that is as long as the time is exact.
type window struct {
	from time.Time
	wide time.Duration // a minute, or a second where seconds are written
	end  bool          // the end of the story
}

func (w window) holds(t time.Time) bool { return !t.Before(w.from) && t.Before(w.from.Add(w.wide)) }

// clock reads the times of a story's lines.
type clock struct {
	start time.Time
	zone  *time.Location
	last  window
}

// read reads the time of the next line.
func (c *clock) read(s string) (window, error) {
	s = strings.TrimSpace(s)
	w := window{wide: time.Minute}
	switch {
	case s == "and" || s == "then":
		return c.last, nil
	case s == "end":
		w.from, w.end = c.last.from, true
	case strings.HasPrefix(s, "+"):
		d, err := duration(s[1:])
		if err != nil {
			return w, err
		}
		w.from, w.wide = c.last.from.Add(d), exact(s)
	default:
		if d, err := duration(s); err == nil {
			w.from, w.wide = c.start.Add(d), exact(s)
			break
		}
		t, wide, ok := wallTime(s, c.last.from, c.zone)
		if !ok {
			return w, fmt.Errorf("%q is no time of a line: %s", s, howWhen)
		}
		w.from, w.wide = t, wide
	}
	if w.from.Before(c.last.from) {
		return w, fmt.Errorf("%s is before the line above it (%s)", s, c.last.from.In(c.zone).Format("15:04:05"))
	}
	c.last = w
	return w, nil
}

// exact is how long a time holds that is written as a duration.
func exact(s string) time.Duration {
	if strings.HasSuffix(s, "s") {
		return time.Second
	}
	return time.Minute
}

func duration(s string) (time.Duration, error) {
	if s == "0" {
		return 0, nil
	}
	d, err := model.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is no duration: write 30s, 5m, 2h, 1d or 1h30m", s)
	}
	return time.Duration(d), nil
}

// wallTime reads a time on the wall of a zone: a time of day, or a weekday with one, which is the next at or after last; or a day with
// one. A weekday before a day is checked; a zone after it wins.
func wallTime(s string, last time.Time, zone *time.Location) (t time.Time, wide time.Duration, ok bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, time.Second, true
	}
	words := strings.Fields(s)
	if n := len(words); n > 1 && (strings.Contains(words[n-1], "/") || words[n-1] == "UTC") {
		z, err := time.LoadLocation(words[n-1])
		if err != nil {
			return t, 0, false
		}
		zone, words = z, words[:n-1]
	}
	day, named, words := weekday(words)
	wide = time.Minute
	if len(words) > 0 && strings.Count(words[len(words)-1], ":") == 2 {
		wide = time.Second
	}
	switch len(words) {
	case 1:
		t, ok = nextTime(words[0], day, named, last, zone)
	case 2:
		t, ok = onDay(words[0], words[1], zone)
		ok = ok && (!named || t.Weekday() == day)
	}
	return t, wide, ok
}

func weekday(words []string) (time.Weekday, bool, []string) {
	if len(words) > 0 {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.EqualFold(words[0], d.String()) || strings.EqualFold(words[0], d.String()[:3]) {
				return d, true, words[1:]
			}
		}
	}
	return 0, false, words
}

// clockTime reads 02:18 or 02:18:30.
func clockTime(s string) (minute int, seconds time.Duration, ok bool) {
	for _, form := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(form, s); err == nil {
			return t.Hour()*60 + t.Minute(), time.Duration(t.Second()) * time.Second, true
		}
	}
	return 0, 0, false
}

func nextTime(s string, day time.Weekday, named bool, last time.Time, zone *time.Location) (time.Time, bool) {
	minute, seconds, ok := clockTime(s)
	if !ok {
		return time.Time{}, false
	}
	today := oncall.DateOf(last.In(zone))
	for n := range 9 {
		d := today.AddDays(n)
		t := oncall.Wall(zone, d, minute).Add(seconds)
		if !t.Before(last) && (!named || d.Weekday() == day) {
			return t, true
		}
	}
	return time.Time{}, false
}

func onDay(day, s string, zone *time.Location) (time.Time, bool) {
	minute, seconds, ok := clockTime(s)
	d, err := time.Parse(time.DateOnly, day)
	if !ok || err != nil {
		return time.Time{}, false
	}
	return oncall.Wall(zone, oncall.DateOf(d), minute).Add(seconds), true
}
