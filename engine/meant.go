package engine

import (
	"slices"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/store"
)

// meant says which incidents a command is about, or why there are none.
func (s *speaker) meant(c notify.Command) (numbers []int64, none string, err error) {
	if c.Number != 0 {
		return []int64{c.Number}, "", nil
	}
	known, err := s.b.tx.Contact(s.phone)
	if err != nil {
		return nil, "", s.b.fail(err)
	}
	if c.All {
		return s.everything()
	}
	if c.Bundle != "" {
		if numbers, ok := known.Bundles[strings.ToUpper(c.Bundle)]; ok {
			return numbers, "", nil
		}
		return nil, "There is no " + c.Bundle + " any more. Reply list for yours.", nil
	}
	numbers, err = s.paged(&known)
	if err != nil {
		return nil, "", err
	}
	if len(numbers) == 0 {
		return nil, "Nothing that this phone was paged for waits for an ack.", nil
	}
	if c.Newest {
		numbers = numbers[:1]
	}
	return numbers, "", nil
}

// allAtOnce bounds how many incidents one text acknowledges: it is one commit.
const allAtOnce = 300

// everything returns the triggered incidents that this person was paged for, oldest first, at most allAtOnce. What waits for somebody to
// whom it was given is theirs.
func (s *speaker) everything() (numbers []int64, none string, err error) {
	open, err := s.b.tx.OpenNumbers()
	if err != nil {
		return nil, "", s.b.fail(err)
	}
	for _, n := range open {
		i, err := s.b.incident(n)
		if err != nil || i.State != incident.Triggered || (i.Assignee != "" && i.Assignee != s.user.ID) {
			continue
		}
		mine, err := s.pagedFor(n)
		if err != nil {
			return nil, "", err
		}
		if mine {
			numbers = append(numbers, n)
		}
		if len(numbers) == allAtOnce {
			break
		}
	}
	if len(numbers) == 0 {
		return nil, "Nothing that this phone was paged for waits for an ack.", nil
	}
	return numbers, "", nil
}

// pagedFor reports whether this person was paged for an incident, by whatever method, or is about to be.
func (s *speaker) pagedFor(n int64) (bool, error) {
	pages, err := s.b.tx.PagesOf(n)
	if err != nil {
		return false, s.b.fail(err)
	}
	return slices.ContainsFunc(pages, func(p store.Page) bool {
		return p.User == s.user.ID && p.Kind == incident.PageAlert && p.State != store.Void
	}), nil
}

// paged returns the triggered incidents that a phone was paged for, newest page first, bundles unpacked.
func (s *speaker) paged(c *store.Contact) (numbers []int64, err error) {
	return s.pagedIn(c, func(i *incident.Incident) bool { return i.State == incident.Triggered })
}

// pagedIn is paged for incidents in such a state.
func (s *speaker) pagedIn(c *store.Contact, state func(*incident.Incident) bool) (numbers []int64, err error) {
	for _, id := range slices.Backward(c.LastPages) {
		p, err := s.b.page(id)
		if err != nil {
			if s.b.failed != nil {
				return nil, err
			}
			continue
		}
		ofPage, err := s.b.numbersOf(p)
		if err != nil {
			return nil, err
		}
		for _, n := range ofPage {
			i, err := s.b.incident(n)
			if err == nil && state(i) && !slices.Contains(numbers, n) {
				numbers = append(numbers, n)
			}
		}
	}
	return numbers, nil
}

// newest returns the incident of this phone's newest page that waits for an ack, and the one that another act is most likely about:
// the same, or else the newest that this person has. 0 for none.
func (s *speaker) newest() (waits, open int64, err error) {
	c, err := s.b.tx.Contact(s.phone)
	if err != nil {
		return 0, 0, s.b.fail(err)
	}
	all, err := s.pagedIn(&c, func(i *incident.Incident) bool {
		return i.State == incident.Triggered || i.State.Open() && i.Assignee == s.user.ID
	})
	if err != nil {
		return 0, 0, err
	}
	for _, n := range all {
		i, err := s.b.incident(n)
		if err != nil {
			return 0, 0, err
		}
		if open == 0 {
			open = n
		}
		if i.State == incident.Triggered {
			return n, n, nil
		}
	}
	return 0, open, nil
}
