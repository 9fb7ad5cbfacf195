package migrate

import (
	"slices"
	"strings"
	"time"
)

// localForm is how Grafana OnCall writes times: without an offset, on the clocks of the shift's zone.
const localForm = "2006-01-02T15:04:05"

// shift makes layers of a shift of Grafana OnCall, one for each person who is on call at once; a single event is an override. top
// is the highest level of the schedule's shifts.
func (p *grafana) shift(s *schedule, zone *time.Location, in gfShift, top int) []shift {
	own, name := zone, orElse(in.Name, in.ID)
	if in.TimeZone != "" {
		own, _ = zoneOf(in.TimeZone, &s.notes)
	}
	start, err := localTime(in.Start, own)
	if err != nil {
		s.notes.add("the shift %q starts at %q, which is no time, and is left out.", name, in.Start)
		return nil
	}
	until, err := localTime(in.Until, own)
	if err == nil && !until.After(p.now) {
		s.notes.add("the shift %q ended on %s and is left out.", name, in.Until)
		return nil
	}
	length := time.Duration(min(max(in.Duration, 0), 3650*86400)) * time.Second
	if in.Type == "single_event" || in.Type == "override" {
		p.event(s, zone, in, start, start.Add(length))
		if in.Type == "single_event" && in.Level < top && start.Add(length).After(p.now) {
			s.notes.add("the event %q is of level %d, and shifts of a higher level win over it there; an override of rouse wins over all layers.", name, in.Level)
		}
		return nil
	}
	var n notes
	if err == nil {
		n.add("ends on %s; a layer of rouse has no end, so take it out then.", in.Until)
	}
	if len(in.ByMonth) > 0 || len(in.ByMonthday) > 0 {
		n.add("by_month and by_monthday have no equal: it holds in every month here.")
	}
	if own.String() != zone.String() && !(steady(own) && steady(zone)) {
		n.add("the shift is on the clocks of %s, the schedule on those of %s, by which rouse hands over.", own, zone)
	}
	if rotation, err := localTime(in.Rotation, own); err == nil && rotation.After(start) && len(in.Rolling) > 1 {
		n.add("its turns were counted from %s; here from its start, so see whose turn it is.", in.Rotation)
	}
	groups := in.Rolling
	if in.Type == "recurrent_event" || len(groups) == 0 {
		groups = [][]string{in.Users}
	} else if in.From > 0 && in.From < len(groups) {
		groups = append(groups[in.From:len(groups):len(groups)], groups[:in.From]...)
	}
	var all []shift
	for _, users := range p.lines(groups, &n) {
		x := shift{layer: layer{name: oneLine(name), users: users, notes: append(notes(nil), n...)}, level: in.Level}
		x.recur(in, zone, start, length)
		if start.After(p.now) && in.Frequency == "weekly" && len(in.ByDay) > 0 {
			x.notes.add("starts on %s; here it holds from the first day of that week.", in.Start)
		}
		all = append(all, x)
	}
	if len(all) == 0 {
		s.notes.add("the shift %q has no users of the export and is left out.", name)
	}
	return all
}

func localTime(s string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil && strings.HasSuffix(s, "Z") {
		return time.ParseInLocation(localForm, t.Format(localForm), zone) // some answers end the local time in a Z
	}
	return time.ParseInLocation(localForm, s, zone)
}

// event makes overrides of a single event.
func (p *grafana) event(s *schedule, zone *time.Location, in gfShift, from, to time.Time) {
	users := in.Users
	for _, g := range in.Rolling {
		users = append(users, g...)
	}
	for k, id := range users {
		if k > 0 && to.After(p.now) {
			s.notes.add("the event %q had several people at once; rouse's override has one.", orElse(in.Name, in.ID))
			break
		}
		p.override(s, zone, id, id, from, to)
	}
}

// lines parts turns of several people into lines of one each: line k is the k-th of each turn, or the first where there are fewer.
func (p *grafana) lines(groups [][]string, n *notes) [][]string {
	var turns [][]string
	most := 0
	for _, g := range groups {
		var known []string
		for _, id := range g {
			if who := p.person(id); who != "" {
				known = append(known, who)
			} else {
				n.add("%s took turns here, and is not among the users of the export.", id)
			}
		}
		if len(known) > 0 {
			turns = append(turns, known)
			most = max(most, len(known))
		}
	}
	var out [][]string
	for k := range most {
		var line []string
		for _, t := range turns {
			if k < len(t) {
				line = append(line, t[k])
			} else {
				line = append(line, t[0])
			}
		}
		out = append(out, line)
	}
	return out
}

// recur writes the rule of a shift as turns and hours.
func (x *shift) recur(in gfShift, zone *time.Location, start time.Time, length time.Duration) {
	interval := max(in.Interval, 1)
	local := clocks(start, zone)
	from := local.Hour()*60 + local.Minute()
	minutes := int(min(length, 8*week) / time.Minute)
	var days []time.Weekday
	moved := int(local.Weekday() - start.Weekday() + 7) // the schedule's clocks may show another day than the shift's
	for _, d := range in.ByDay {
		if w, ok := weekdayOf(d); ok {
			days = append(days, time.Weekday((int(w)+moved)%7))
		}
	}
	if every := unitOf(in.Frequency, interval); every > 0 && length > every && several(x.users) {
		x.notes.add("lasted %s, so two had it at once where turns met; here a turn ends where the next begins.", short(length))
	}
	switch in.Frequency {
	case "weekly":
		first, ok := weekdayOf(in.WeekStart)
		if !ok {
			first = time.Sunday // the API's own default
		}
		x.byWeek(time.Weekday((int(first)+moved)%7), zone, local, interval, days, from, minutes)
	case "monthly":
		x.dayless(days)
		x.monthly(zone, start, interval)
		if length < 28*day {
			x.notes.add("lasted %s of each month alone; here it lasts until the next turn.", short(length))
		}
	case "hourly":
		x.dayless(days)
		x.rotate(zone, start, unitOf("hourly", interval))
		if length < unitOf("hourly", interval) {
			x.notes.add("lasted %s of every %d hours; here it lasts until the next turn.", short(length), interval)
		}
	default:
		x.rotate(zone, start, unitOf("daily", interval))
		x.byDays(days, from, minutes, interval)
	}
}

// byDays restricts daily turns to the hours of a day, and to some weekdays.
func (x *shift) byDays(days []time.Weekday, from, minutes, interval int) {
	if minutes >= interval*dayMinutes && len(days) == 0 {
		return
	}
	switch {
	case len(days) > 0 && len(days) < 7 && several(x.users):
		x.notes.add("turns moved on with the days of by_day alone; here they move on every day, so see whose turn it is.")
	case len(days) > 0 && interval > 1:
		x.notes.add("came once in %d days; here it comes on each day of by_day.", interval)
	case interval > 1 && minutes < interval*dayMinutes:
		x.notes.add("came once in %d days; here its hours are those of every day.", interval)
	}
	if len(days) == 0 {
		x.spans = everyDay(from, min(minutes, dayMinutes))
	}
	for _, d := range days {
		x.spans = append(x.spans, span{d, from, min(minutes, dayMinutes)})
	}
}

// byWeek makes turns of weeks: from the start where no days are named, else from the first day of the week, at the hour at which a
// shift begins, so that none of a night changes hands at midnight.
func (x *shift) byWeek(first time.Weekday, zone *time.Location, local time.Time, interval int, days []time.Weekday, from, minutes int) {
	if len(days) == 0 {
		x.rotate(zone, local, unitOf("weekly", interval))
		if minutes < interval*7*dayMinutes {
			x.spans = []span{{local.Weekday(), from, minutes}}
			if interval > 1 {
				x.notes.add("came once in %d weeks; here its hours are those of every week.", interval)
			}
		}
		return
	}
	back := (int(local.Weekday()) - int(first) + 7) % 7
	x.rotate(zone, time.Date(local.Year(), local.Month(), local.Day()-back, from/60, from%60, 0, 0, zone), unitOf("weekly", interval))
	for _, d := range days {
		x.spans = append(x.spans, span{d, from, min(minutes, 7*dayMinutes)})
	}
	if interval > 1 {
		x.notes.add("came in one week of %d; here the days of by_day are those of every week.", interval)
	}
}

// dayless says that a shift of hours or months came on some weekdays alone.
func (x *shift) dayless(days []time.Weekday) {
	if len(days) > 0 {
		x.notes.add("by_day has no equal beside turns of hours or months: it holds on every day here.")
	}
}

// several reports whether users take turns at all.
func several(users []string) bool {
	return slices.ContainsFunc(users, func(u string) bool { return u != users[0] })
}
