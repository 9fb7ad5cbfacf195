package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
)

// who says who is on call now: for a service, or on every schedule.
func (s *speaker) who(service string) string {
	r := s.b.live.book.Roster
	if service != "" {
		return s.whoFor(service)
	}
	var lines []string
	for _, sch := range r.Schedules() {
		lines = append(lines, string(sch.ID)+": "+s.onNow(sch))
	}
	if len(lines) == 0 {
		return "There are no schedules. " + s.levels(r.Fallback())
	}
	return notify.Lines(lines, 0)
}

// onNow says who is on call by a schedule now, and until when: "ana (Ana Ruiz) until Sat 09:00 CET".
func (s *speaker) onNow(sch *oncall.Schedule) string {
	on := sch.At(s.b.now)
	horizon := s.b.now.Add(untilAhead)
	until := horizon
	for _, u := range on {
		if own := sch.Own(u, s.b.now, horizon); len(own) > 0 {
			until = earlier(until, own[0].To)
		}
	}
	if len(on) == 0 || !until.Before(horizon) {
		return s.people(on)
	}
	return s.people(on) + s.b.untilText(until, s.user.ID)
}

// untilAhead is how far the end of somebody's turn is looked for.
const untilAhead = 31 * 24 * time.Hour

// people names people by what texts call them, and as they call themselves: "ana (Ana Ruiz)".
func (s *speaker) people(users []oncall.UserID) string {
	called := make([]oncall.UserID, len(users))
	for k, id := range users {
		called[k] = id
		if u, ok := s.b.live.book.Roster.User(id); ok && u.Name != "" && !strings.EqualFold(u.Name, string(id)) {
			called[k] = oncall.UserID(fmt.Sprintf("%s (%s)", id, u.Name))
		}
	}
	return names(called)
}

func (s *speaker) whoFor(service string) string {
	for name, svc := range s.b.live.book.Services {
		if strings.EqualFold(name, service) {
			p := svc.Policy
			if p == "" {
				p = s.b.live.book.Roster.Fallback()
			}
			return name + ": " + s.levels(p)
		}
	}
	return "There is no service " + service + ". Reply who for every schedule."
}

// levels says whom the levels of a policy mean now.
func (s *speaker) levels(id oncall.PolicyID) string {
	p, _ := s.b.live.book.Roster.Policy(id)
	var parts []string
	for _, lv := range p.Levels {
		var who []oncall.UserID
		for _, t := range lv.Targets {
			who = append(who, s.b.live.book.Roster.Resolve(t, s.b.now)...)
		}
		parts = append(parts, s.people(who))
	}
	return strings.Join(parts, ", then ")
}

func names(users []oncall.UserID) string {
	if len(users) == 0 {
		return "nobody"
	}
	parts := make([]string, len(users))
	for k, u := range users {
		parts[k] = string(u)
	}
	return strings.Join(parts, " and ")
}
