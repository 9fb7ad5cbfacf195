package web

import (
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// alike is an incident of the past that is like another, and in what.
type alike struct {
	incident incident.Incident
	match    incident.Match
}

// alikes finds, among the earlier incidents that a filter chooses and the caller may see, those most like one: the most alike
// first, at most so many.
func (v *veil) alikes(i *incident.Incident, among store.Filter, most int) ([]alike, error) {
	facts := i.Facts()
	like, rank := incident.NewLikeness(&facts), incident.NewRanking(most)
	among.Below, among.May = i.Number, v.c.may()
	err := v.tx.EachFacts(among, func(f *incident.Facts) error {
		rank.Add(f, like.Match(f))
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []alike
	for _, r := range rank.Best() {
		past, err := v.shown(r.Facts.Number)
		if err != nil {
			return nil, err
		}
		out = append(out, alike{past, r.Match})
	}
	return out, nil
}

// nearChange is a change event near an incident, and what the two have in common.
type nearChange struct {
	alert.Change
	shared []string
}

// changesNear reads what was changed from so long before an incident began until end: what has most in common with it first,
// else the newest.
func changesNear(tx store.Tx, i *incident.Incident, before time.Duration, end time.Time) ([]nearChange, error) {
	all, err := tx.Changes(began(i).Add(-before), 0)
	if err != nil {
		return nil, err
	}
	var out []nearChange
	for k := range all {
		if !all[k].At.After(end) {
			out = append(out, nearChange{all[k], sharedBy(&all[k], i)})
		}
	}
	slices.SortStableFunc(out, func(a, b nearChange) int { return len(b.shared) - len(a.shared) })
	return out, nil
}

// began is when an incident began, as far as that is known.
func began(i *incident.Incident) time.Time {
	if i.StartedAt.IsZero() {
		return i.CreatedAt
	}
	return i.StartedAt
}

// sharedBy says what a change shares with an incident: its service, and labels.
func sharedBy(ch *alert.Change, i *incident.Incident) []string {
	var out []string
	if namesService(ch, i.Service) {
		out = append(out, "service "+i.Service)
	}
	for k, v := range i.GroupLabels {
		if k != "service" && v != "" && ch.Details[k] == v {
			out = append(out, k+"="+v)
		}
	}
	slices.Sort(out)
	return out
}

// namesService reports whether a change is about a service: by one of its details or its source, or as a word of its summary.
func namesService(ch *alert.Change, service string) bool {
	if service == "" {
		return false
	}
	if strings.EqualFold(ch.Source, service) {
		return true
	}
	for _, v := range ch.Details {
		if strings.EqualFold(v, service) {
			return true
		}
	}
	return slices.ContainsFunc(strings.Fields(ch.Summary), func(w string) bool {
		return strings.EqualFold(strings.Trim(w, `.,:;!?"'()[]`), service)
	})
}
