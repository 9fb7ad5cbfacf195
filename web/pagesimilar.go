package web

import (
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

const (
	pastShown   = 5
	pastLooked  = 5000 // incidents that are looked at, the newest first: the page is asked for every few seconds
	changesMost = 2000
	changesSeen = 8
	changesFrom = 24 * time.Hour // before the start
)

// past is an earlier incident that is like this one, and in what.
type past struct {
	incident incident.Incident
	why      []string
}

// pastView is past, as a page shows it.
type pastView struct {
	row
	Why, How, Took string
	Note           string
	Workaround     string
}

// changeView is a change event near the start of an incident.
type changeView struct {
	At      moment
	When    string
	Summary string
	Source  string
	Links   []client.Link
	Own     string // what it has in common with the incident
	Culprit bool   // somebody said that it caused the incident
}

// pastOf finds earlier incidents that are over and like this one, the most alike first. How they ended may help.
func (c *call) pastOf(tx store.Tx, h *veil, i *incident.Incident) ([]past, error) {
	facts := i.Facts()
	like, rank := incident.NewLikeness(&facts), incident.NewRanking(pastShown)
	f := store.Filter{States: []incident.State{incident.Resolved, incident.Closed}, Below: i.Number, Limit: pastLooked, May: c.may()}
	err := tx.EachFacts(f, func(f *incident.Facts) error {
		rank.Add(f, like.Match(f))
		return nil
	})
	if err != nil {
		return nil, err
	}
	var found []past
	for _, r := range rank.Best() {
		p := past{why: r.Why}
		if p.incident, err = c.incident(tx, r.Facts.Number); err != nil {
			return nil, err
		}
		h.hushIncident(&p.incident)
		found = append(found, p)
	}
	return found, nil
}

func (t teller) pasts(found []past) []pastView {
	var out []pastView
	for k := range found {
		i := &found[k].incident
		v := pastView{row: t.row(i), Why: strings.Join(found[k].why[:min(len(found[k].why), 2)], ", "), How: orWord(codeWords[i.Code], "Over"), Note: i.Note, Workaround: i.Workaround}
		if !i.ResolvedAt.IsZero() {
			v.Took = "after " + age(i.ResolvedAt.Sub(i.CreatedAt)) + ", " + t.date(i.ResolvedAt)
		}
		if v.Workaround == v.Note {
			v.Workaround = ""
		}
		out = append(out, v)
	}
	return out
}

// changesAround reads the change events from a day before an incident began until shortly after it was detected, newest first.
func changesAround(tx store.Tx, i *incident.Incident) ([]alert.Change, error) {
	began := began(i)
	all, err := tx.Changes(began.Add(-changesFrom), changesMost)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(c alert.Change) bool { return c.At.After(i.CreatedAt.Add(changesAfter)) })
	slices.SortStableFunc(all, func(a, b alert.Change) int { return len(related(&b, i)) - len(related(&a, i)) })
	return all[:min(len(all), changesSeen)], nil
}

func began(i *incident.Incident) time.Time {
	if i.StartedAt.IsZero() {
		return i.CreatedAt
	}
	return i.StartedAt
}

func (t teller) changes(all []alert.Change, i *incident.Incident) []changeView {
	var out []changeView
	for k := range all {
		c := &all[k]
		v := changeView{At: t.moment(c.At), Summary: orWord(c.Summary, "A change"), Source: orWord(c.Source, c.Integration), Own: strings.Join(related(c, i), ", ")}
		if d := began(i).Sub(c.At); d >= 0 {
			v.When = age(d) + " before it began"
		} else {
			v.When = age(-d) + " after it began"
		}
		v.Culprit = i.CausedBy != "" && (strings.Contains(c.Summary, i.CausedBy) || strings.Contains(i.CausedBy, c.Summary))
		for _, l := range c.Links {
			if href := webLink(l.Href); href != "" {
				v.Links = append(v.Links, client.Link{Href: href, Text: orWord(l.Text, hostOf(href))})
			}
		}
		out = append(out, v)
	}
	return out
}
