package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/internal/lapse"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// answer is what a text is answered, and what the text was.
type answer struct {
	text    string
	acted   bool // it changed something
	passive bool // it was no command
}

// reply answers a text, unless too many were answered before. Answers to what was no command are few, those to what changed nothing
// bounded too, so that two machines cannot talk for ever: the first silence ends it. Only what was sent counts, for a person who
// texts on must not stay unanswered by that; the last answer says what comes.
func (b *batch) reply(u oncall.User, sid, to string, a answer) error {
	c, err := b.tx.Contact(to)
	if err != nil {
		return b.fail(err)
	}
	c.User, c.Answers, c.Replies = u.ID, recent(c.Answers, b.now, time.Hour), recent(c.Replies, b.now, 24*time.Hour)
	if !a.passive {
		c.Replies = nil
	}
	most := repliesAnHour
	if a.acted {
		most = actsAnHour
	}
	silent := c.OptedOut || len(c.Answers) >= most || a.passive && len(c.Replies) >= passiveADay
	if !silent {
		c.Answers = append(c.Answers, b.now)
		if a.passive {
			c.Replies = append(c.Replies, b.now)
		}
		a.text = notify.Answer(a.text) + b.lastWord(&c)
	}
	if err := b.tx.PutContact(c); err != nil {
		return b.fail(err)
	}
	if silent {
		why := "too many answers to this number"
		if c.OptedOut {
			why = "this number takes no texts"
		}
		b.e.log.Warn("a text is not answered: "+why, "to", notify.MaskNumber(to))
		return nil
	}
	return b.enqueue(incident.Page{ID: "reply/" + sid, Kind: incident.PageReply, User: u.ID, Via: oncall.SMS, Address: to, Text: a.text, At: b.now})
}

// lastWord is what an answer after which there are no more says of that.
func (b *batch) lastWord(c *store.Contact) string {
	switch len(c.Answers) {
	case repliesAnHour:
		return "\nThat was a lot. Until " + b.clockText(c.Answers[0].Add(time.Hour), c.User) + " I answer only what does something; what you text still counts."
	case actsAnHour:
		return "\nThat was a lot. I stop answering until " + b.clockText(c.Answers[0].Add(time.Hour), c.User) + "; what you text still counts."
	}
	return ""
}

func (s *speaker) status(c notify.Command) (string, error) {
	if c.Bundle != "" {
		return s.bundleStatus(c)
	}
	if none, err := s.hidden(c.Number); none != "" || err != nil {
		return none, err
	}
	i, err := s.b.incident(c.Number)
	if said, ok := s.b.inWords(c.Number, err); ok {
		return said, nil
	}
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%s. %s", s.label(i, 60), plainState(i))
	switch i.State {
	case incident.Acknowledged:
		text += " by " + i.AckedBy + " " + lapse.Largest(s.b.now.Sub(i.AcknowledgedAt)) + " ago" + s.b.untilText(i.AckUntil, s.user.ID)
	case incident.OnHold:
		text += " (" + clip(i.HoldReason, 40) + ")" + s.b.untilText(i.HoldUntil, s.user.ID)
	case incident.Triggered:
		text += " " + lapse.Largest(s.b.now.Sub(i.TriggeredAt)) + " ago" + s.whatNext(i)
	}
	return text + "." + stillFiring(i), nil
}

// whatNext says who is paged for a triggered incident, or why nobody is.
func (s *speaker) whatNext(i *incident.Incident) string {
	switch {
	case i.Suppressed != nil:
		return ", nobody is paged: " + string(i.Suppressed.Kind) + s.b.untilText(i.Suppressed.Until, s.user.ID)
	case !i.ClearedAt.IsZero():
		return ", recovered: it resolves at " + s.b.clockText(i.ClearedAt.Add(i.ResolveDelay), s.user.ID)
	}
	return s.paging(i)
}

// stillFiring says how many alerts of an incident fire: " 2 of 3 alerts firing."; nothing of one that people reported.
func stillFiring(i *incident.Incident) string {
	switch {
	case i.Total == 0:
		return ""
	case i.Firing == 0:
		return " No alert firing."
	case i.Firing < i.Total:
		return fmt.Sprintf(" %d of %d alerts firing.", i.Firing, i.Total)
	case i.Total == 1:
		return " 1 alert firing."
	}
	return fmt.Sprintf(" %d alerts firing.", i.Total)
}

// label names an incident in an answer: "P1 INC-42 checkout: title", cut to so many characters of title; of a security incident
// only the number.
func (s *speaker) label(i *incident.Incident, width int) string {
	if s.b.view(i, s.user.ID).Neutral {
		return i.Ref() + " confidential"
	}
	name := strings.TrimSpace(fmt.Sprintf("%s %s %s", i.Priority, i.Ref(), i.Service)) // a drill is of no service
	return name + ": " + notify.Title(i.Title, width)
}

// bundleStatus names the incidents of a bundle.
func (s *speaker) bundleStatus(c notify.Command) (string, error) {
	numbers, none, err := s.meant(c)
	if err != nil || len(numbers) == 0 {
		return none, err
	}
	return s.lines(numbers)
}

// list names the open incidents that are this person's: assigned, or paged for.
func (s *speaker) list() (string, error) {
	c, err := s.b.tx.Contact(s.phone)
	if err != nil {
		return "", s.b.fail(err)
	}
	mine, err := s.paged(&c)
	if err != nil {
		return "", err
	}
	open, err := s.b.tx.OpenNumbers()
	if err != nil {
		return "", s.b.fail(err)
	}
	for _, n := range open {
		i, err := s.b.incident(n)
		if err == nil && i.State.Open() && i.Assignee == s.user.ID && !slices.Contains(mine, n) {
			mine = append(mine, n)
		}
	}
	if len(mine) == 0 {
		return "You have no open incidents. Good.", nil
	}
	slices.Sort(mine)
	return s.lines(mine)
}

// linesMost is how many incidents an answer names.
const linesMost = 5

// lines writes a few incidents, a line each, and who has each.
func (s *speaker) lines(mine []int64) (string, error) {
	var lines []string
	for _, n := range mine[:min(len(mine), linesMost)] {
		i, err := s.b.incident(n)
		if err != nil {
			return "", err
		}
		lines = append(lines, fmt.Sprintf("%s (%s)", s.label(i, 40), s.has(i)))
	}
	return notify.Lines(lines, len(mine)-len(lines)), nil
}

// has says how an incident stands and who has it: "acknowledged, bo".
func (s *speaker) has(i *incident.Incident) string {
	state := plainState(i)
	switch i.Assignee {
	case "":
		return state
	case s.user.ID:
		return state + ", yours"
	}
	return state + ", " + string(i.Assignee)
}

func plainState(i *incident.Incident) string { return strings.ReplaceAll(string(i.State), "_", " ") }

// spell writes a span as a sentence does: "45 s", "6 min", "1 h 30 min", "2 d".
func spell(d time.Duration) string {
	var parts []string
	for _, u := range []struct {
		name string
		of   time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}} {
		if n := d / u.of; n > 0 {
			parts, d = append(parts, fmt.Sprintf("%d %s", n, u.name)), d%u.of
		}
	}
	if len(parts) == 0 {
		return "0 s"
	}
	return strings.Join(parts, " ")
}
