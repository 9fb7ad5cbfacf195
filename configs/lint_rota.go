package configs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/rouse/rouse/oncall"
)

// phrases is how many stretches of time one warning names.
const phrases = 3

// lintKeys reads what the file says to lint itself.
func (l *loader) lintKeys(v value) {
	o := v.object("max_share")
	if s := o.get("max_share"); s.given() {
		l.draft.maxShare, _ = parsed(s, ParseShare, "write a share such as 50% or 0.5")
	}
	if l.o.MaxShare > 0 {
		l.draft.maxShare = l.o.MaxShare
	}
}

// ParseShare reads a share of the time, 50% or 0.5: more than nothing, and at most all.
func ParseShare(s string) (float64, error) {
	number, percent := strings.CutSuffix(s, "%")
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		f /= 100
	}
	if err != nil || !(f > 0 && f <= 1) {
		return 0, fmt.Errorf("%q is no share of the time", clip(s))
	}
	return f, nil
}

// lintRota looks at the schedules of the next days: who is on call too much, and where nobody is.
func (l *loader) lintRota() {
	if l.o.Now.IsZero() {
		return
	}
	from := l.o.Now
	to := from.AddDate(0, 0, LookAhead)
	gaps := map[oncall.Target][]oncall.Span{}
	for _, s := range l.c.roster.Schedules() {
		gaps[oncall.Target{Kind: oncall.ToSchedule, Name: string(s.ID)}] = s.Gaps(from, to)
	}
	for _, s := range l.c.roster.Schedules() {
		l.lintGap(s, gaps[oncall.Target{Kind: oncall.ToSchedule, Name: string(s.ID)}], to)
		l.lintCovered(s, oncall.Span{From: from, To: to})
	}
	for _, p := range l.c.roster.Policies() {
		l.lintLevels(p, gaps, oncall.Span{From: from, To: to})
	}
	l.lintShare(from, to)
}

// nobody says when nobody is on call.
func nobody(gaps []oncall.Span, zone *time.Location, to time.Time) string {
	if len(gaps) == 1 && !gaps[0].To.Before(to) {
		return fmt.Sprintf("from %s on, as far as the next %d days go", gaps[0].From.In(zone).Format("Mon 2006-01-02 15:04 MST"), LookAhead)
	}
	return fmt.Sprintf("%s, %s in all of the next %d days", strings.Join(oncall.Describe(gaps, zone, phrases), "; "), inHours(oncall.Total(gaps)), LookAhead)
}

// lintGap says when nobody is on call by a schedule, and what follows where a level has it alone.
func (l *loader) lintGap(s *oncall.Schedule, gaps []oncall.Span, to time.Time) {
	if len(gaps) == 0 {
		return
	}
	var alone []string
	for _, p := range l.draft.policies {
		for k, level := range p.Levels {
			if len(level.Targets) == 1 && level.Targets[0] == (oncall.Target{Kind: oncall.ToSchedule, Name: string(s.ID)}) {
				alone = append(alone, fmt.Sprintf("level %d of %s", k+1, p.ID))
			}
		}
	}
	what := fmt.Sprintf("has nobody on call (%s): %s", s.Zone, nobody(gaps, s.Zone, to))
	if len(alone) > 0 {
		what += "; then nobody is at " + strings.Join(alone, ", ")
	}
	l.doubt(l.register(aSchedule).at[string(s.ID)], join("schedules", string(s.ID)), "schedule-gap", what, "extend the hours of a layer, or add one below that has somebody always")
}

// lintCovered finds layers that have somebody and never decide, for one below has somebody at all those times.
func (l *loader) lintCovered(s *oncall.Schedule, all oncall.Span) {
	free := []oncall.Span{all} // when no layer below has anybody
	for k, layer := range slices.Backward(s.Layers) {
		gaps := (&oncall.Schedule{Zone: s.Zone, Layers: []oncall.Layer{layer}}).Gaps(all.From, all.To)
		left := oncall.Common(free, gaps)
		if oncall.Total(left) == oncall.Total(free) && oncall.Total(gaps) < all.To.Sub(all.From) {
			at, key := l.layerAt(s, k)
			l.doubt(at, key, "covered-layer", fmt.Sprintf("pages nobody within the next %d days: at all its times a layer below has somebody, and the last one that has somebody wins", LookAhead),
				"move it down, or give the layers below `hours`")
		}
		free = left
	}
}

// layerAt is where a layer is written.
func (l *loader) layerAt(s *oncall.Schedule, k int) (*yaml.Node, string) {
	layers := l.draft.root.get("schedules").object().get(string(s.ID)).object().get("layers").list()
	if k < len(layers) {
		return layers[k].place(), layers[k].key
	}
	return l.register(aSchedule).at[string(s.ID)], join("schedules", string(s.ID))
}

// lintLevels finds levels of several schedules that are empty together, and times at which the last resort finds nobody.
func (l *loader) lintLevels(p oncall.Policy, gaps map[oncall.Target][]oncall.Span, all oncall.Span) {
	none := []oncall.Span{all} // when no level has anybody
	for k, level := range p.Levels {
		empty, schedules := []oncall.Span{all}, 0
		var zone *time.Location
		for _, t := range level.Targets {
			switch g, is := gaps[t]; {
			case is:
				s, _ := l.c.roster.Schedule(oncall.ScheduleID(t.Name))
				empty, zone = oncall.Common(empty, g), s.Zone
				schedules++
			case len(l.c.roster.Means(t)) > 0:
				empty = nil
			}
		}
		none = oncall.Common(none, empty)
		if len(level.Targets) > 1 && schedules > 0 && len(empty) > 0 {
			at, key := l.levelAt(p, k)
			l.doubt(at, key, "empty-level", fmt.Sprintf("pages nobody (%s): %s", zone, nobody(empty, zone, all.To)), "close the gap in one of its schedules, or name a person or a team beside them")
		}
	}
	if p.ID == l.draft.fallback && len(none) > 0 && l.hasPeople(p) {
		l.doubt(l.draft.root.get("fallback").place(), "fallback", "nobody-at-all", fmt.Sprintf("finds nobody at any level (UTC): %s; an alert then wakes no one", nobody(none, time.UTC, all.To)),
			"put a person or a team on one of its levels")
	}
}

func (l *loader) hasPeople(p oncall.Policy) bool {
	return slices.ContainsFunc(p.Levels, func(v oncall.Level) bool {
		return slices.ContainsFunc(v.Targets, func(t oncall.Target) bool { return len(l.c.roster.Means(t)) > 0 })
	})
}

// levelAt is where a level is written.
func (l *loader) levelAt(p oncall.Policy, k int) (*yaml.Node, string) {
	levels := l.draft.root.get("escalations").object().get(string(p.ID)).object().get("levels").list()
	if k < len(levels) {
		return levels[k].place(), levels[k].key
	}
	return l.register(aPolicy).at[string(p.ID)], join("escalations", string(p.ID))
}

// lintShare finds people who carry more than the file wants anybody to.
func (l *loader) lintShare(from, to time.Time) {
	if l.draft.maxShare == 0 {
		return
	}
	on, by := map[oncall.UserID][]oncall.Span{}, map[oncall.UserID][]string{}
	for _, s := range l.c.roster.Schedules() {
		for _, shift := range s.Shifts(from, to) {
			for _, u := range shift.Users {
				on[u] = append(on[u], oncall.Span{From: shift.From, To: shift.To})
				if !slices.Contains(by[u], string(s.ID)) {
					by[u] = append(by[u], string(s.ID))
				}
			}
		}
	}
	for _, u := range l.draft.users {
		share := oncall.Total(oncall.Union(on[u.ID]...)).Hours() / to.Sub(from).Hours()
		if share > l.draft.maxShare {
			l.doubt(l.register(aUser).at[string(u.ID)], join("users", string(u.ID)), "on-call-share",
				fmt.Sprintf("is on call for %.0f%% of the next %d days (%s), more than %.0f%%", 100*share, LookAhead, strings.Join(by[u.ID], ", "), 100*l.draft.maxShare),
				"add people to the rota, or allow more with lint.max_share")
		}
	}
}
