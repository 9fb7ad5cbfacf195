package engine

import (
	"strings"

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
		lines = append(lines, string(sch.ID)+": "+names(sch.At(s.b.now)))
	}
	if len(lines) == 0 {
		return "There are no schedules. " + s.levels(r.Fallback())
	}
	return strings.Join(lines, "\n")
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
		parts = append(parts, names(who))
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
