package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
)

// hidden is the answer about a confidential incident to somebody who is neither of its team nor was paged for it: the same as
// for one that does not exist. Empty when they may know of it.
func (s *speaker) hidden(n int64) (string, error) {
	i, err := s.b.incident(n)
	if err != nil || !i.Confidential() {
		return "", s.b.failed
	}
	f := i.Facts()
	if s.b.live.book.MaySee(&f, s.user.ID) || i.Assignee == s.user.ID {
		return "", nil
	}
	paged, err := s.pagedFor(n)
	if err != nil || paged {
		return "", err
	}
	return noIncident(n), nil
}

// report opens an incident of which a person says that something is broken. Where only one service can be meant its name may be
// left out.
func (s *speaker) report(c notify.Command) (string, error) {
	services := s.b.live.book.Services
	service, title := "", c.Text
	for name := range services {
		if strings.EqualFold(name, c.Service) {
			service = name
			_, rest, _ := strings.Cut(c.Text, " ")
			title = strings.TrimSpace(strings.TrimLeft(rest, " :,-"))
		}
	}
	if service == "" && len(services) == 1 {
		for name := range services {
			service = name
		}
	}
	if service == "" {
		return "Which service is it? Nothing was done. Reply report and one of: " + s.serviceNames(), nil
	}
	o := incident.Open{By: s.by, Title: clip(title, 300), Service: service}
	if len(title) > 300 {
		o.Text = title
	}
	i, err := s.b.open(o)
	if errors.Is(err, incident.ErrNeedsNote) {
		return "What is broken? Nothing was done. Reply report " + service + " and a few words.", nil
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s opened as %s for %s%s. You hear from us.", i.Ref(), i.Priority, i.Service, s.paging(i)), nil
}

// serviceNames lists services, as many as a text holds.
func (s *speaker) serviceNames() string {
	var names []string
	for name := range s.b.live.book.Services {
		names = append(names, name)
	}
	slices.Sort(names)
	list := strings.Join(names, ", ")
	for len(list) > 80 && len(names) > 1 {
		names = names[:len(names)-1]
		list = strings.Join(names, ", ") + ", …"
	}
	return list
}

// update publishes a status update to stakeholders; its phase is the last one's, or follows from the state.
func (s *speaker) update(c notify.Command) (string, error) {
	i, err := s.b.incident(c.Number)
	if said, ok := s.b.inWords(c.Number, err); ok {
		return said, nil
	}
	if err != nil {
		return "", err
	}
	audience := incident.ForStakeholders
	if i.Confidential() {
		audience = incident.ForResponders
	}
	a := incident.Publish{By: s.by, Audience: audience, Phase: phaseOf(i), Text: c.Text}
	return s.one(c.Number, a, "update sent to "+string(audience)+".")
}

// phaseOf is the phase that an update is in whose writer does not say.
func phaseOf(i *incident.Incident) incident.Phase {
	switch {
	case !i.State.Open():
		return incident.PhaseResolved
	case i.Status != nil && i.Status.Phase != incident.PhaseResolved:
		return i.Status.Phase
	}
	return incident.Investigating
}
