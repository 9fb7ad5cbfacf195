package web

import (
	"errors"
	"slices"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
)

// lines are entries of a timeline for the caller.
func (v *veil) lines(all []incident.Entry) []incident.Entry {
	out := make([]incident.Entry, len(all))
	for k := range all {
		out[k] = v.entry(&all[k])
	}
	return out
}

// hush leaves the numbers of hidden records out of what people wrote in a record.
func (v *veil) hush(texts ...*string) {
	for _, s := range texts {
		*s = v.text(*s)
	}
}

// hushIncident is hush for an incident.
func (v *veil) hushIncident(i *incident.Incident) {
	v.hush(&i.Title, &i.Note, &i.Closure, &i.Workaround, &i.HoldReason, &i.Description, &i.PriorityWhy, &i.CausedBy)
	i.Factors, i.Links = slices.Clone(i.Factors), slices.Clone(i.Links)
	for k := range i.Factors {
		v.hush(&i.Factors[k])
	}
	for k := range i.Links {
		v.hush(&i.Links[k].Text)
	}
	if i.Status != nil {
		s := *i.Status
		v.hush(&s.Text)
		i.Status = &s
	}
}

// isGone reports whether a record is not there for who asks.
func isGone(err error) bool {
	return isNotFound(err) || errors.Is(err, incident.ErrNoIncident) || errors.Is(err, prb.ErrNoProblem)
}
