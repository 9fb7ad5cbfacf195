package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
)

// said is what the words to somebody say beside the times.
type said struct {
	lead    string // who did what
	why     string
	decline string // the override that can be declined; empty: none
}

// spansSaid is how many stretches a text names before it counts.
const spansSaid = 3

// tellChanges tells everybody for whom something changes, but for who did it, and returns who was.
func (b *batch) tellChanges(all []change, by incident.Actor, s said) (told map[oncall.UserID]bool, err error) {
	told = map[oncall.UserID]bool{}
	for _, c := range all {
		for _, id := range []oncall.UserID{c.is, c.was} {
			u, ok := b.live.book.Roster.User(id)
			if !ok || told[id] || (by.Kind == incident.ByUser && by.Name == string(id)) {
				continue
			}
			told[id] = true
			mine := slices.DeleteFunc(slices.Clone(all), func(c change) bool { return c.is != id && c.was != id })
			if err := b.tellChange(u, mine, by, s); err != nil {
				return nil, err
			}
		}
	}
	return told, nil
}

// tellChange tells one person.
func (b *batch) tellChange(u oncall.User, mine []change, by incident.Actor, s said) error {
	text := s.lead + ": " + b.changesText(u, mine, by) + "."
	if s.why != "" {
		text += " Why: " + clip(s.why, 60) + "."
	}
	takes := slices.ContainsFunc(mine, func(c change) bool { return c.is == u.ID })
	if n, ok := strings.CutPrefix(s.decline, "ov-"); ok && takes {
		text += " Cannot? Reply decline " + n + "."
	}
	return b.tellText(u, text, mine)
}

// tellText tells one person of changes: at once, unless they go on call by them only after their quiet hours.
func (b *batch) tellText(u oncall.User, text string, changes []change) error {
	p := incident.Page{
		ID: fmt.Sprintf("cover/%d/%s", b.now.UnixMicro(), u.ID), Kind: incident.PageNews, User: u.ID, Via: b.textOrMail(u), Urgency: oncall.High, Text: text, At: b.now,
	}
	if p.Via == "" {
		b.e.log.Warn("somebody cannot be told that hours on call have changed: there is no number and no address", "user", string(u.ID))
		return nil
	}
	end, quiet := u.QuietUntil(b.now)
	wait := quiet && p.Via != oncall.Email
	for _, c := range changes {
		wait = wait && (c.is != u.ID || !c.from.Before(end))
		if c.is == u.ID && !c.from.After(b.now) {
			p.Why = handoffWhy(c.schedule) // what is open is said with it
		}
	}
	if wait {
		p.After, p.Urgency = end.UTC(), oncall.Low
	}
	return b.enqueue(p)
}

// textOrMail is how somebody is told what they may answer.
func (b *batch) textOrMail(u oncall.User) oncall.Method {
	for _, via := range []oncall.Method{oncall.SMS, oncall.Email} {
		if u.Address(via) != "" && b.carried(via) {
			return via
		}
	}
	return ""
}

// carried reports whether some provider sends by a method.
func (b *batch) carried(via oncall.Method) bool {
	return slices.ContainsFunc(b.live.Providers, func(p notify.Provider) bool { return p.Carries(via) })
}

// changesText says what changes for one person, on their clock, and on that of who did it.
func (b *batch) changesText(u oncall.User, mine []change, by incident.Actor) string {
	var parts []string
	for _, c := range mine[:min(len(mine), spansSaid)] {
		hours := b.spans(c.piece, u, oncall.UserID(by.Name))
		switch {
		case c.is == u.ID:
			parts = append(parts, fmt.Sprintf("you are on call for %s %s", c.schedule, hours))
		case c.is == "":
			parts = append(parts, fmt.Sprintf("you are not on call for %s %s, and nobody is", c.schedule, hours))
		default:
			parts = append(parts, fmt.Sprintf("%s is on call for you, %s %s", c.is, c.schedule, hours))
		}
	}
	if more := len(mine) - len(parts); more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, "; ")
}

// spans writes a stretch on one person's clock, and on another's where that shows something else.
func (b *batch) spans(p piece, u oncall.User, other oncall.UserID) string {
	o, ok := b.live.book.Roster.User(other)
	if !ok || o.ID == u.ID {
		return notify.Span(p.from, p.to, u.Zone)
	}
	return notify.Spans(p.from, p.to, u.Zone, o.Zone, string(o.ID))
}

// ofPieces writes up to a few stretches on somebody's clock.
func ofPieces(all []piece, zone *time.Location, schedule bool) string {
	var parts []string
	for _, p := range all[:min(len(all), spansSaid)] {
		text := notify.Span(p.from, p.to, zone)
		if schedule {
			text = string(p.schedule) + " " + text
		}
		parts = append(parts, text)
	}
	if more := len(all) - len(parts); more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, ", ")
}
