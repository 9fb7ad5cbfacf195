package web

import (
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/web/client"
)

const (
	pastShown   = 5
	pastLooked  = 5000 // incidents that are looked at, the newest first: the page is asked for every few seconds
	changesSeen = 8
	changesFrom = 24 * time.Hour // before the start
)

// pastFilter is among which incidents a page looks for those like one: those that are over, for how they ended may help.
var pastFilter = store.Filter{States: []incident.State{incident.Resolved, incident.Closed}, Limit: pastLooked}

// pastView is an incident of the past that is like one, as the page of that one shows it.
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

func (t teller) pasts(found []alike) []pastView {
	var out []pastView
	for k := range found {
		i := &found[k].incident
		v := pastView{row: t.row(i), Why: strings.Join(found[k].match.Why[:min(len(found[k].match.Why), 2)], ", "), How: orWord(codeWords[i.Code], "Over"), Note: i.Note, Workaround: i.Workaround}
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

func (t teller) changes(near []nearChange, i *incident.Incident) []changeView {
	var out []changeView
	for k := range near[:min(len(near), changesSeen)] {
		c := &near[k]
		v := changeView{At: t.moment(c.At), Summary: orWord(c.Summary, "A change"), Source: orWord(c.Source, c.Integration), Own: strings.Join(c.shared, ", ")}
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
