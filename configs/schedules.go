package configs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/oncall"
)

func (l *loader) schedules(v value) {
	v.object().each(func(id string, v value) {
		v.named(id)
		o := v.object("team", "timezone", "layers", "overrides", "handoff_notice")
		if !o.given() {
			v.fail("is empty", "write at least timezone and layers")
			return
		}
		s := &oncall.Schedule{ID: oncall.ScheduleID(id), Zone: time.UTC}
		team, _ := o.get("team").ref(aTeam)
		s.Team = oncall.TeamID(team)
		if zone, ok := parsed(o.need("timezone", zoneAdvice), parseZone, zoneAdvice); ok {
			s.Zone = zone
		}
		layers := o.need("layers", "write who takes turns, such as layers: [{users: [ana, bo], rotation: weekly, start: 2026-01-05}]")
		for i, item := range layers.list() {
			s.Layers = append(s.Layers, item.layer(i))
		}
		if layers.emptyList() {
			layers.fail("is empty, so nobody would ever be on call", "write at least one layer")
		}
		for _, item := range o.get("overrides").list() {
			s.Overrides = append(s.Overrides, item.override(s))
		}
		s.Notice = o.get("handoff_notice").notice()
		l.draft.schedules = append(l.draft.schedules, s)
	})
}

// notice reads who is told of handoffs: on (the default), off, or how long before the next one is told as well.
func (v value) notice() oncall.Notice {
	if v.given() && v.n.Tag == "!!bool" { // true and false are the same words to some writers of YAML
		return oncall.Notice{Off: !v.boolean()}
	}
	text, ok := v.text()
	switch {
	case !ok || text == "on":
		return oncall.Notice{}
	case text == "off":
		return oncall.Notice{Off: true}
	}
	const advice = "write on, off, or how long before the next person is told as well, such as 12h"
	d, err := parseDuration(text)
	switch {
	case err != nil:
		v.fail(fmt.Sprintf("%q is neither on nor off nor a duration", clip(text)), advice)
	case d < 5*time.Minute || d > 7*24*time.Hour:
		v.fail(text+" is not between 5m and 7d", advice)
	}
	return oncall.Notice{Before: d}
}

func (v value) layer(index int) oncall.Layer {
	o := v.object("name", "users", "rotation", "start", "handoff", "hours")
	layer := oncall.Layer{Name: fmt.Sprintf("layer %d", index+1)}
	if name, ok := o.get("name").text(); ok {
		layer.Name = name
	}
	users := o.need("users", "list who takes turns, in order")
	for _, item := range users.list() { // the same person may have several turns
		if name, ok := item.ref(aUser); ok {
			layer.Users = append(layer.Users, userID(name))
		}
	}
	if users.emptyList() {
		users.fail("is empty", "name at least one user")
	}
	rotation := o.need("rotation", "write hourly, daily, weekly, monthly or {every: 12h}")
	layer.Rotation = rotation.rotation()
	start := o.need("start", "write the first day of the first turn, such as 2026-01-05")
	layer.Start, _ = parsed(start, parseDate, "write a day such as 2026-01-05")
	layer.Handoff = o.get("handoff").handoff(layer.Rotation.Unit, rotation)
	if h := layer.Handoff; h.HasDay && layer.Start.Year > 0 && layer.Start.Weekday() != h.Weekday {
		start.warn("start-not-handoff", fmt.Sprintf("is a %s while turns change on %s", layer.Start.Weekday(), h.Weekday), "start on the day of the handoff if the first turn is to be a full one")
	}
	if h := layer.Handoff; h.Day > 0 && layer.Start.Year > 0 && layer.Start.Day != min(h.Day, daysIn(layer.Start)) {
		start.warn("start-not-handoff", fmt.Sprintf("is day %d while turns change on day %d", layer.Start.Day, h.Day), "start on the day of the handoff if the first turn is to be a full one")
	}
	hours := o.get("hours")
	for _, item := range hours.list() {
		if h, ok := parsed(item, parseHours, hoursAdvice); ok {
			layer.Hours = append(layer.Hours, h)
		}
	}
	if hours.emptyList() {
		hours.fail("is empty", "remove it for a layer without restriction, or "+hoursAdvice)
	}
	return layer
}

func (v value) rotation() oncall.Rotation {
	const advice = "write hourly, daily, weekly, monthly or {every: 12h}"
	if v.given() && len(v.n.Content) > 0 {
		every, ok := v.object("every").need("every", advice).duration(time.Minute)
		if !ok {
			return oncall.Rotation{}
		}
		return oncall.Rotation{Unit: oncall.Every, Every: every}
	}
	units := []string{string(oncall.Hourly), string(oncall.Daily), string(oncall.Weekly), string(oncall.Monthly)}
	word, ok := v.text()
	if ok && !slices.Contains(units, word) {
		v.fail(fmt.Sprintf("%q is not one of %s", clip(word), strings.Join(units, ", ")),
			suggest(word, units, "write one of them or {every: 12h}; turns of two weeks are weekly with each user twice in the list"))
		word = ""
	}
	return oncall.Rotation{Unit: oncall.Unit(word)}
}

// handoff reads when turns change; midnight when it does not say.
func (v value) handoff(unit oncall.Unit, rotation value) oncall.Handoff {
	advice := map[oncall.Unit]string{
		oncall.Weekly:  `write a weekday and a time, such as "Mon 09:00"`,
		oncall.Monthly: `write a day of the month and a time, such as "1 09:00"`,
	}[unit]
	if advice == "" {
		advice = `write a time of day in quotes, such as "09:00"`
	}
	if unit == "" && rotation.given() { // already reported; which forms fit is not known
		v.text()
		return oncall.Handoff{}
	}
	h, _ := parsed(v, func(s string) (oncall.Handoff, error) { return parseHandoff(s, unit) }, advice)
	return h
}

func (v value) override(s *oncall.Schedule) oncall.Override {
	o := v.object("user", "from", "to", "reason")
	const advice = `write a local time such as "2026-12-24 06:00"`
	user, _ := o.need("user", "name who takes over").ref(aUser)
	ov := oncall.Override{Schedule: s.ID, User: userID(user), Reason: o.get("reason").str()}
	at := func(v value) (time.Time, bool) {
		return parsed(v, func(text string) (time.Time, error) { return parseInstant(text, s.Zone) }, advice)
	}
	var ok1, ok2 bool
	ov.From, ok1 = at(o.need("from", advice))
	to := o.need("to", advice)
	ov.To, ok2 = at(to)
	if ok1 && ok2 && !ov.To.After(ov.From) {
		to.fail("is not after `from`", "write a later time")
	}
	if now := v.l.o.Now; ok2 && !now.IsZero() && !ov.To.After(now) {
		v.warn("past-override", "is over", "remove it")
	}
	return ov
}

// daysIn is how many days the month of a day has.
func daysIn(d oncall.Date) int {
	return time.Date(d.Year, d.Month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
