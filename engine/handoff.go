package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

const (
	handoffLate  = time.Hour      // who came off longer ago is not told: rouse was down
	handoffAhead = 24 * time.Hour // of a mark that lies further ahead nothing is believed: the clock was wrong
	handoffChunk = 16             // schedules that one commit hands over
	handoffSteps = 10000          // changes of a schedule that are looked through for the last handoff
	handoffNamed = 3              // open incidents that a text names
	handoffMail  = 20             // and a mail
)

// handoffMark is what the store remembers of a schedule, so that each handoff is told once.
type handoffMark struct {
	Users  []oncall.UserID `json:"users"`           // who was on call
	At     time.Time       `json:"at"`              // then
	Warned time.Time       `json:"warned,omitzero"` // beginning of the last shift that was told of beforehand
}

func handoffNote(id oncall.ScheduleID) string { return "handoff/" + string(id) }

// handoffWhy marks news whose text ends with what is open on a schedule when it is sent. Later news of it takes its place.
func handoffWhy(id oncall.ScheduleID) string { return "handoff/" + string(id) }

func readHandoff(tx store.Tx, id oncall.ScheduleID) (m handoffMark, err error) {
	text, err := tx.Note(handoffNote(id))
	if err != nil || text == "" {
		return m, err
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return handoffMark{}, nil // one that cannot be read is that of a new schedule
	}
	return m, nil
}

// handed is when the clock's loop has to look at the schedules again.
type handed struct {
	roster   *oncall.Roster // of which it looked at all
	at, next time.Time
}

// handoffs tells who goes on call and who comes off where that has changed, and returns when to look again.
func (e *Engine) handoffs(now time.Time) (next time.Time, err error) {
	r := e.live.Load().book.Roster
	if h := e.handed; h.roster == r && now.Before(h.next) && !now.Before(h.at) {
		return h.next, nil
	}
	next = now.Add(handoffAhead)
	var due []oncall.ScheduleID
	err = e.store.View(context.Background(), func(tx store.Tx) error {
		due = nil
		for _, s := range r.Schedules() {
			m, err := readHandoff(tx, s.ID)
			if err != nil {
				return err
			}
			is, again := m.due(s, now)
			if is {
				due = append(due, s.ID)
			}
			next = earlier(next, again)
		}
		return nil
	})
	for len(due) > 0 && err == nil {
		some := due[:min(len(due), handoffChunk)]
		due = due[len(some):]
		err = e.must(func(b *batch) error { return b.handoffAll(some) })
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("handoffs: %w", err)
	}
	e.handed = handed{r, now, next}
	return next, nil
}

// due reports whether a schedule has something to tell or to remember, and when to look again.
func (m *handoffMark) due(s *oncall.Schedule, now time.Time) (due bool, next time.Time) {
	users, next := s.Steady(now)
	switch {
	case m.At.IsZero(), m.At.After(now.Add(handoffAhead)):
		return true, now // and look again once it is known
	case m.At.After(now): // the clock was set back: what is to come again was told already
		return false, earlier(next, m.At)
	case !slices.Equal(users, m.Users):
		return true, now
	}
	if lead := s.Notice.Before; lead > 0 && !s.Notice.Off {
		at := s.Current(now).To
		if at.IsZero() || at.Equal(m.Warned) {
			return false, next
		}
		return !at.Add(-lead).After(now), earlier(next, latest(at.Add(-lead), now))
	}
	return false, next
}

func (b *batch) handoffAll(some []oncall.ScheduleID) error {
	for _, id := range some {
		if s, ok := b.live.book.Roster.Schedule(id); ok {
			if err := b.handoff(s, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// handoff tells who goes on call on a schedule and who comes off, but for those who know, and remembers it in the same commit.
func (b *batch) handoff(s *oncall.Schedule, know map[oncall.UserID]bool) error {
	m, err := readHandoff(b.tx, s.ID)
	if err != nil {
		return b.fail(err)
	}
	users, _ := s.Steady(b.now)
	next := handoffMark{Users: users, At: b.now, Warned: m.Warned}
	known := !m.At.IsZero() && !m.At.After(b.now)
	if known && slices.Equal(users, m.Users) {
		next.At = m.At
		if err := b.headsUp(s, &next); err != nil {
			return err
		}
	} else if known && !s.Notice.Off {
		if err := b.tellHandoff(s, &m, users, know); err != nil {
			return err
		}
	}
	text, err := json.Marshal(next)
	if err != nil {
		return err
	}
	return b.fail(b.tx.PutNote(handoffNote(s.ID), string(text)))
}

// tellHandoff tells who goes on call now, and who came off not long ago.
func (b *batch) tellHandoff(s *oncall.Schedule, m *handoffMark, users []oncall.UserID, know map[oncall.UserID]bool) error {
	now := s.Current(b.now)
	since := lastHandoff(s, m.At, b.now)
	for _, id := range users {
		if slices.Contains(m.Users, id) || know[id] {
			continue
		}
		if err := b.tellOn(s, id, since, now.To, b.now); err != nil {
			return err
		}
	}
	for _, id := range m.Users {
		u, ok := b.live.book.Roster.User(id)
		if slices.Contains(users, id) || know[id] || !ok || b.now.Sub(since) > handoffLate {
			continue
		}
		text := fmt.Sprintf("You came off call: %s, since %s %s.", s.ID, notify.Instant(since, u.Zone), nowOn(users))
		if err := b.quietly(u, s, text, since.Add(24*time.Hour)); err != nil {
			return err
		}
	}
	return nil
}

func nowOn(users []oncall.UserID) string {
	if len(users) == 0 {
		return "nobody is on call"
	}
	return "it is " + names(users)
}

// tellOn tells somebody that they are on call from one instant to another; the zero time is without end in sight.
func (b *batch) tellOn(s *oncall.Schedule, id oncall.UserID, from, to, at time.Time) error {
	u, ok := b.live.book.Roster.User(id)
	if !ok {
		return nil
	}
	hours := "since " + notify.Instant(from, u.Zone)
	useless := from.Add(24 * time.Hour)
	if !to.IsZero() {
		hours, useless = notify.Span(from, to, u.Zone), to
	}
	text := fmt.Sprintf("You are on call: %s %s.", s.ID, hours)
	if from.After(b.now) {
		text, useless = fmt.Sprintf("You go on call: %s %s.", s.ID, hours), from
	}
	if o, _, ok := s.Deciding(latest(from, at)); ok && o.User == id {
		text = strings.TrimSuffix(text, ".") + " (override" + byAndWhy(&o) + ")."
	}
	return b.quietly(u, s, text, useless)
}

// byAndWhy says who made an override, and why: " by ana: dentist".
func byAndWhy(o *oncall.Override) string {
	text := ""
	if o.By != "" {
		text = " by " + o.By
	}
	if o.Reason != "" {
		text += ": " + clip(o.Reason, 40)
	}
	return text
}

// headsUp tells who goes on call next, once, the schedule's time before.
func (b *batch) headsUp(s *oncall.Schedule, m *handoffMark) error {
	if s.Notice.Before <= 0 || s.Notice.Off {
		return nil
	}
	now := s.Current(b.now)
	if now.To.IsZero() || now.To.Equal(m.Warned) || now.To.Add(-s.Notice.Before).After(b.now) {
		return nil
	}
	m.Warned = now.To.UTC()
	next := s.Current(now.To)
	for _, id := range next.Users {
		if slices.Contains(now.Users, id) {
			continue
		}
		if err := b.tellOn(s, id, now.To, next.To, now.To); err != nil {
			return err
		}
	}
	return nil
}

// quietly tells a person by the first of their low methods that is no call. It waits for the end of their quiet hours, and is
// dropped where it would be useless then.
func (b *batch) quietly(u oncall.User, s *oncall.Schedule, text string, useless time.Time) error {
	via := oncall.Method("")
	for _, r := range u.Rules(oncall.Low) {
		if via == "" && r.Via != oncall.Call && u.Address(r.Via) != "" && b.carried(r.Via) {
			via = r.Via
		}
	}
	if via == "" {
		via = b.textOrMail(u)
	}
	if via == "" {
		return nil
	}
	p := incident.Page{
		ID: fmt.Sprintf("handoff/%s/%d/%s", s.ID, b.now.UnixMicro(), u.ID), Kind: incident.PageNews, User: u.ID, Via: via, Urgency: oncall.Low,
		Text: text, Why: handoffWhy(s.ID), At: b.now, Before: useless.UTC(),
	}
	if end, quiet := u.QuietUntil(b.now); quiet && via != oncall.Email {
		if !end.Before(useless) {
			return nil
		}
		p.After = end.UTC()
	}
	return b.enqueue(p)
}

// lastHandoff is when those who are on call at now came on, at the earliest a while ago; now, where the schedule itself changed.
func lastHandoff(s *oncall.Schedule, from, now time.Time) time.Time {
	since := now
	if early := now.Add(-7 * handoffAhead); from.Before(early) {
		from = early
	}
	users, t := s.Steady(from)
	for range handoffSteps {
		if t.IsZero() || t.After(now) {
			break
		}
		then, next := s.Steady(t)
		if !slices.Equal(then, users) {
			since = t
		}
		users, t = then, next
	}
	return since
}

// openOn says which incidents are open of the services whose escalation uses a schedule, worst first, as they are now.
func (b *batch) openOn(id oncall.ScheduleID, u oncall.UserID, mail bool) (string, error) {
	f := store.Filter{States: []incident.State{incident.Triggered, incident.Acknowledged, incident.OnHold}}
	for name, svc := range b.live.book.Services {
		if b.uses(svc.Policy, id) {
			f.Services = append(f.Services, name)
		}
	}
	slices.Sort(f.Services) // one input, one output
	if len(f.Services) == 0 {
		return "", nil
	}
	var open []incident.Facts
	err := b.tx.EachFacts(f, func(i *incident.Facts) error {
		open = append(open, incident.Facts{Number: i.Number, Priority: i.Priority, State: i.State})
		return nil
	})
	if err != nil {
		return "", b.fail(err)
	}
	if len(open) == 0 {
		return "Nothing is open.", nil
	}
	slices.SortFunc(open, func(x, y incident.Facts) int {
		return strings.Compare(fmt.Sprintf("%t%s%012d", x.State != incident.Triggered, x.Priority, x.Number), fmt.Sprintf("%t%s%012d", y.State != incident.Triggered, y.Priority, y.Number))
	})
	most, width, mark := handoffNamed, 24, "; "
	if mail {
		most, width, mark = handoffMail, 80, "\n"
	}
	var lines []string
	s := speaker{b: b, user: oncall.User{ID: u}}
	for _, f := range open[:min(len(open), most)] {
		i, err := b.incident(f.Number)
		if errors.Is(err, incident.ErrNoIncident) {
			continue
		}
		if err != nil {
			return "", err
		}
		lines = append(lines, fmt.Sprintf("%s (%s)", s.label(i, width), stateWords(i)))
	}
	if more := len(open) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	if mail {
		return fmt.Sprintf("Open (%d):\n%s", len(open), strings.Join(lines, mark)), nil
	}
	return fmt.Sprintf("Open (%d): %s", len(open), strings.Join(lines, mark)), nil
}

// stateWords is a state in few letters, for a text.
func stateWords(i *incident.Incident) string {
	switch i.State {
	case incident.Acknowledged:
		return strings.TrimSpace("ack " + i.AckedBy)
	case incident.OnHold:
		return "on hold"
	}
	return string(i.State)
}

// uses reports whether a policy pages a schedule.
func (b *batch) uses(id oncall.PolicyID, schedule oncall.ScheduleID) bool {
	if id == "" {
		id = b.live.book.Roster.Fallback()
	}
	p, _ := b.live.book.Roster.Policy(id)
	return slices.ContainsFunc(p.Levels, func(l oncall.Level) bool {
		return slices.Contains(l.Targets, oncall.Target{Kind: oncall.ToSchedule, Name: string(schedule)})
	})
}

// forgetHandoffs drops what is remembered of schedules that a reload took away.
func (b *batch) forgetHandoffs(next *oncall.Roster) error {
	for _, s := range b.live.book.Roster.Schedules() {
		if _, ok := next.Schedule(s.ID); !ok {
			if err := b.tx.PutNote(handoffNote(s.ID), ""); err != nil {
				return b.fail(err)
			}
		}
	}
	return nil
}
