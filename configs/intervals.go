package configs

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/alertmanager/timeinterval"

	"github.com/rouse/rouse/router"
)

// intervals reads Alertmanager's time intervals through its own types, leaf by leaf, so that each error has its place.
func (l *loader) intervals(v value) {
	if l.draft.intervals == nil {
		l.draft.intervals = map[string][]timeinterval.TimeInterval{}
	}
	for _, item := range v.list() {
		o := item.object("name", "time_intervals")
		name, _ := o.need("name", "give it a name").text()
		if _, again := l.draft.intervals[name]; again {
			o.get("name").fail(fmt.Sprintf("the name %q is already used", clip(name)), "choose another name")
		}
		l.draft.intervals[name] = []timeinterval.TimeInterval{}
		for _, ti := range o.need("time_intervals", `write when it is, such as [{times: [{start_time: "00:00", end_time: "07:00"}]}]`).list() {
			l.draft.intervals[name] = append(l.draft.intervals[name], ti.interval())
		}
	}
}

func (v value) interval() timeinterval.TimeInterval {
	o := v.object("times", "weekdays", "days_of_month", "months", "years", "location")
	ti := timeinterval.TimeInterval{
		Times:       leaves[timeinterval.TimeRange](o.get("times"), `write {start_time: "09:00", end_time: "17:00"}, both on the same day`, "start_time", "end_time"),
		Weekdays:    leaves[timeinterval.WeekdayRange](o.get("weekdays"), "write monday or monday:friday"),
		DaysOfMonth: leaves[timeinterval.DayOfMonthRange](o.get("days_of_month"), `write 1, "1:5" or "-3:-1"`),
		Months:      leaves[timeinterval.MonthRange](o.get("months"), "write january, january:march or 1:3"),
		Years:       leaves[timeinterval.YearRange](o.get("years"), `write 2026 or "2026:2028"`),
	}
	if zone, ok := parsed(o.get("location"), parseZone, zoneAdvice); ok {
		ti.Location = &timeinterval.Location{Location: zone}
	}
	return ti
}

// leaves decodes a list of Alertmanager's range types; keys are those of a leaf that is a mapping.
func leaves[T any](v value, advice string, keys ...string) []T {
	var all []T
	for _, item := range v.list() {
		if len(keys) > 0 {
			o := item.object(keys...)
			if len(o.fields) == 0 {
				continue
			}
		} else if _, ok := item.text(); !ok {
			continue
		}
		var leaf T
		if err := item.n.Decode(&leaf); err != nil {
			what := clip(yamlPrefix.ReplaceAllString(err.Error(), ""))
			if errors.Is(err, strconv.ErrSyntax) || strings.Contains(what, "strconv") {
				what = fmt.Sprintf("%q is neither a number nor a range", clip(item.n.Value))
			}
			item.fail(what, advice)
			continue
		}
		all = append(all, leaf)
	}
	return all
}

func (l *loader) maintenance(v value) {
	seen := map[string]int{}
	for _, item := range v.list() {
		o := item.object("name", "matchers", "every", "for", "from", "to", "timezone")
		w := router.Window{Zone: time.UTC, Pos: l.pos(item)}
		w.Name, _ = o.uniqueName(seen)
		w.Matchers = o.matchers("matchers", "match", "match_re")
		if m := o.need("matchers", `say which alerts, such as ['job="db"']`); m.given() && len(m.n.Content) == 0 && m.n.Value == "" {
			m.fail("is empty, so the window would mute everything", `say which alerts, such as ['job="db"']`)
		}
		if len(w.Matchers) > 0 && !slices.ContainsFunc(w.Matchers, func(m *labels.Matcher) bool {
			return !m.Matches("") || m.Type == labels.MatchNotEqual || m.Type == labels.MatchNotRegexp
		}) {
			o.get("matchers").fail("match alerts without these labels too, so the window would mute everything", `name a label that must be there, such as ['job="db"']`)
		}
		zone, ok := parsed(o.need("timezone", zoneAdvice), parseZone, zoneAdvice)
		if ok {
			w.Zone = zone
		}
		if o.get("every").given() {
			o.recurring(&w)
		} else {
			o.once(&w)
		}
		l.c.windows = append(l.c.windows, w)
	}
}

func (o object) recurring(w *router.Window) {
	w.Recurring = true
	m, _ := parsed(o.get("every"), parseMoment, momentAdvice)
	w.Weekdays, w.Minute = m.Weekdays, m.Minute
	w.For, _ = o.need("for", "write how long it lasts, such as 2h").duration(time.Minute)
	for _, key := range []string{"from", "to"} {
		if f := o.get(key); f.given() {
			f.fail("cannot stand beside `every`", "write every and for, or from and to")
		}
	}
}

func (o object) once(w *router.Window) {
	const advice = `write a local time such as "2026-12-24 22:00"`
	at := func(v value) (time.Time, bool) {
		return parsed(v, func(s string) (time.Time, error) { return parseInstant(s, w.Zone) }, advice)
	}
	if f := o.get("for"); f.given() {
		f.fail("needs `every`", "write every and for, or from and to")
		return
	}
	var ok1, ok2 bool
	w.From, ok1 = at(o.need("from", "write when it starts and ends with from and to, or repeat it with every and for"))
	to := o.need("to", advice)
	w.To, ok2 = at(to)
	if ok1 && ok2 && !w.To.After(w.From) {
		to.fail("is not after `from`", "write a later time")
	}
	if now := o.l.o.Now; ok2 && !now.IsZero() && !w.To.After(now) {
		o.warn("past-maintenance", "is over", "remove it")
	}
}
