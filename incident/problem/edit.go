package problem

import (
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// edits collects which fields an Edit changes and what they were.
type edits struct {
	names []string
	was   map[string]string
}

// set changes a field, and reports whether it did.
func (s *edits) set(name string, field, to *string) bool {
	if to == nil || strings.TrimSpace(*to) == *field {
		return false
	}
	s.names = append(s.names, name)
	if *field != "" {
		if s.was == nil {
			s.was = map[string]string{}
		}
		s.was[name] = *field
	}
	*field = strings.TrimSpace(*to)
	return true
}

func (c *change) edit(a Edit) error {
	if a.Title != nil && strings.TrimSpace(*a.Title) == "" {
		return ErrNeedsTitle
	}
	p, s := &c.p, &edits{}
	s.set("title", &p.Title, a.Title)
	s.set("service", &p.Service, a.Service)
	s.set("team", &p.Team, a.Team)
	if a.Type != nil {
		t := typeOr(*a.Type)
		s.set("type", &p.Type, &t)
	}
	if a.Owner != nil {
		is, to := string(p.Owner), string(*a.Owner)
		s.set("owner", &is, &to)
		p.Owner = oncall.UserID(is)
	}
	s.set("cause", &p.Cause, a.Cause)
	moved := s.set("workaround", &p.Workaround, a.Workaround)
	if len(s.names) == 0 {
		return nil
	}
	c.tell(incident.DidChange, a.By, s.was, "Changed %s", strings.Join(s.names, ", "))
	c.understand(a.By)
	if moved {
		c.tellWorkaround(a.By, 0)
	}
	return nil
}
