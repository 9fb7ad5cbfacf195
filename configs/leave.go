package configs

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/oncall/ical"
)

// leaveAhead and leaveBehind are the time for which calendars of leave are read, around Options.Now.
const (
	leaveAhead  = 400 * 24 * time.Hour
	leaveBehind = 60 * 24 * time.Hour
)

const leaveAdvice = `write days, {from: 2026-12-24, to: 2027-01-06} with the last day included, times such as "2026-12-24 12:00", or {ical: ana.ics}`

// leave reads when a user is away: ranges, and calendars.
func (v value) leave(u oncall.User) []oncall.Leave {
	var all []oncall.Leave
	for _, item := range v.list() {
		o := item.object("from", "to", "reason", "ical", "only")
		if !o.given() {
			continue
		}
		if o.has("ical") {
			all = append(all, o.leaveCalendar(u)...)
			continue
		}
		if l, ok := o.leaveRange(u); ok {
			all = append(all, l)
		}
	}
	return all
}

// leaveRange reads {from, to, reason}.
func (o object) leaveRange(u oncall.User) (oncall.Leave, bool) {
	if only := o.get("only"); only.given() {
		only.fail("needs `ical`", "remove it, or name the calendar whose events it chooses from")
	}
	l := oncall.Leave{User: u.ID, Reason: o.get("reason").str()}
	from, to := o.need("from", leaveAdvice), o.get("to")
	first, last, ok := from.dayOrTime(u.Zone)
	if !ok {
		return l, false
	}
	l.From, l.To = first, last
	if to.given() {
		if _, l.To, ok = to.dayOrTime(u.Zone); !ok {
			return l, false
		}
	} else if first.Equal(last) {
		to.fail("is missing", "write when the leave ends, such as \"2026-12-24 18:00\"")
		return l, false
	}
	if !l.To.After(l.From) {
		to.fail("is not after `from`", "write a later day or time")
		return l, false
	}
	if now := o.l.o.Now; !now.IsZero() && !l.To.After(now) {
		o.here().warn("past-leave", "is over", "remove it")
	}
	return l, true
}

// dayOrTime reads a day, which begins and ends at midnight, or a time, which does both at once, on the clock of a zone.
func (v value) dayOrTime(zone *time.Location) (first, last time.Time, ok bool) {
	s, ok := v.text()
	if !ok {
		return first, last, false
	}
	if d, err := parseDate(s); err == nil {
		return oncall.Wall(zone, d, 0).UTC(), oncall.Wall(zone, d.AddDays(1), 0).UTC(), true
	}
	at, err := parseInstant(s, zone)
	if err != nil {
		v.fail(fmt.Sprintf("%q is neither a day nor a time", clip(s)), leaveAdvice)
		return first, last, false
	}
	return at, at, true
}

// leaveCalendar reads {ical, only}. A calendar that cannot be read is a warning and not an error: leave is advice, and rouse must
// start without it.
func (o object) leaveCalendar(u oncall.User) []oncall.Leave {
	for _, key := range []string{"from", "to", "reason"} {
		if f := o.get(key); f.given() {
			f.fail("cannot stand beside `ical`", "make it an item of its own")
		}
	}
	file := o.get("ical")
	path, ok := file.text()
	only := o.get("only").str()
	if !ok {
		file.fail("is empty", "write the path of an iCalendar file, such as ana.ics")
		return nil
	}
	full := path
	if !filepath.IsAbs(full) {
		full = filepath.Join(o.l.dir, full)
	}
	data, err := o.l.o.ReadFile(full)
	if err != nil {
		file.warn("leave-calendar", fmt.Sprintf("cannot read the calendar %s: %s", clip(path), reason(err)), "put the file there, and let rouse's user read it")
		return nil
	}
	options := ical.Options{Zone: u.Zone, Only: only}
	if now := o.l.o.Now; !now.IsZero() {
		options.From, options.To = now.Add(-leaveBehind), now.Add(leaveAhead)
	}
	found, err := ical.Read(data, options)
	if err != nil {
		what, do := err.Error(), "correct the calendar, or export it again"
		if e := (*ical.LineError)(nil); errors.As(err, &e) {
			what, do = fmt.Sprintf("%s:%d: %s", path, e.Line, e.What), e.Do
		}
		file.warn("leave-calendar", what, do)
		return nil
	}
	var all []oncall.Leave
	for _, a := range found {
		all = append(all, oncall.Leave{User: u.ID, From: a.From, To: a.To, Calendar: strings.TrimSpace(path)})
	}
	return all
}
