package engine

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
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

const (
	seenFor       = 90 * 24 * time.Hour // a text that comes again is recognised so long: its signature never expires
	passiveADay   = 5                   // answers to what was no command, per number, until a page or a command
	repliesAnHour = 30                  // answers to one number; what a text has done is told even so,
	actsAnHour    = 120                 // but to no more than this: a machine may change something each time
	morning       = 8 * 60              // minutes: when the day begins for somebody without quiet hours
)

// Text takes a text from a phone. The sender is the actor. Everything that it does, and the answer, is one commit, and the
// same sid twice is one act. Unknown senders get silence and a log line.
func (e *Engine) Text(ctx context.Context, provider, sid, from, to, body string) error {
	if e.heard("text/" + sid) {
		return nil
	}
	return e.commit(ctx, func(b *batch) error {
		seen, err := b.tx.Seen("text/"+sid, b.now)
		if err != nil || seen {
			return b.fail(err)
		}
		if err := b.tx.MarkSeen("text/"+sid, b.now.Add(seenFor)); err != nil {
			return b.fail(err)
		}
		u, ok := b.live.book.Roster.UserByPhone(from)
		if !ok {
			b.e.log.Warn("a text from a number that is nobody's", "from", notify.MaskNumber(from))
			return nil
		}
		return b.text(u, sid, from, body)
	})
}

// heard reports whether something came before, without a commit: who plays an old text again and again costs a look.
func (e *Engine) heard(key string) (seen bool) {
	err := e.store.View(context.Background(), func(tx store.Tx) (err error) {
		seen, err = tx.Seen(key, e.now().UTC())
		return err
	})
	return seen && err == nil
}

func (b *batch) text(u oncall.User, sid, from, body string) error {
	cmd, perr := notify.ParseReply(body)
	s := speaker{b: b, user: u, by: incident.Actor{Kind: incident.ByUser, Name: string(u.ID), Channel: "sms"}, phone: from}
	var a answer
	var err error
	var hint notify.Hint
	acts := b.ledger.acts
	if errors.As(perr, &hint) {
		a.text, err = s.hint(hint)
	} else {
		a.text, err = s.do(cmd)
	}
	if err != nil || a.text == "" {
		return err
	}
	a.acted, a.passive = b.ledger.acts > acts, perr != nil || cmd.Verb == notify.AskHelp
	return b.reply(u, sid, from, a)
}

// speaker is somebody who texts, and what they may mean.
type speaker struct {
	b     *batch
	user  oncall.User
	by    incident.Actor
	phone string
}

func (s *speaker) do(c notify.Command) (string, error) {
	if to, err := s.goesOn(&c); to != 0 || err != nil {
		about := c.Number
		c.Number = to
		text, err := s.do(c)
		return fmt.Sprintf("%s is part of %s now. %s", incident.Ref(about), incident.Ref(to), text), err
	}
	switch c.Verb {
	case notify.Ack:
		return s.ack(c)
	case notify.Resolve:
		return s.one(c.Number, incident.Resolve{By: s.by, Note: c.Text}, "resolved.")
	case notify.Escalate:
		return s.one(c.Number, incident.Escalate{By: s.by}, "escalated.")
	case notify.Give:
		return s.give(c)
	case notify.Note:
		return s.one(c.Number, incident.Note{By: s.by, Text: c.Text}, "noted.")
	case notify.Hold:
		return s.hold(c)
	case notify.Resume:
		return s.one(c.Number, incident.Resume{By: s.by}, "yours again, work goes on.")
	case notify.Update:
		return s.update(c)
	case notify.Report:
		return s.report(c)
	case notify.AskStatus:
		return s.status(c)
	case notify.List:
		return s.list()
	case notify.Who:
		return s.who(c.Service), nil
	case notify.Cover:
		return s.cover(c)
	case notify.Swap:
		return s.swap(c)
	case notify.Decline:
		return s.decline(c)
	case notify.Stop, notify.Start:
		return s.consent(c.Verb == notify.Stop)
	}
	_, open, err := s.newest()
	return notify.Help(open), err
}

// goesOn is the incident into which the one that a command is about was merged, for its alerts fire there; 0 where it was not.
func (s *speaker) goesOn(c *notify.Command) (int64, error) {
	switch c.Verb {
	case notify.Ack, notify.Resolve, notify.Escalate, notify.Give, notify.Note, notify.Hold, notify.Resume, notify.Update, notify.AskStatus:
	default:
		return 0, nil
	}
	if c.Number == 0 {
		return 0, nil
	}
	if none, err := s.hidden(c.Number); none != "" || err != nil {
		return 0, err
	}
	to, err := s.b.merged(c.Number)
	if err != nil || to == c.Number || to == 0 {
		return 0, err
	}
	if none, err := s.hidden(to); none != "" || err != nil {
		return 0, err // the one of which it is part now is none of theirs
	}
	return to, nil
}

// hint says what to type instead of what was not understood, with the sender's own numbers.
func (s *speaker) hint(h notify.Hint) (string, error) {
	waits, open, err := s.newest()
	return h.Words(waits, open), err
}

func (s *speaker) one(n int64, a incident.Action, did string) (string, error) {
	if none, err := s.hidden(n); none != "" || err != nil {
		return none, err
	}
	was := incident.State("")
	if i, err := s.b.incident(n); err == nil {
		was = i.State
	}
	i, err := s.b.act(n, a)
	if said, ok := s.b.inWords(n, err); ok {
		return s.notes(n, a, err, said)
	}
	if err != nil {
		return "", err
	}
	switch a.(type) {
	case incident.Escalate:
		did = "escalated"
		if was == incident.Acknowledged || was == incident.OnHold {
			did += ", no longer " + strings.ReplaceAll(string(was), "_", " ")
		}
		did += s.paging(i) + "."
	case incident.Reassign:
		did = s.handed(i)
	case incident.Resolve:
		if i.Firing > 0 {
			did += fmt.Sprintf(" Alerts that still fire: %d. Unless they recover, it pages again in %s.", i.Firing, lapse.Largest(i.WakeAt.Sub(s.b.now)))
		}
		if s.b.live.book.NoteFor[i.Priority] && i.Note == "" {
			did += fmt.Sprintf(" What was done? Reply n %d and a few words: a %s needs them.", i.Number, i.Priority)
		}
	}
	return fmt.Sprintf("%s %s", i.Ref(), did), nil
}

// notes keeps what somebody wrote about what was done with an incident that is resolved already: the answer to their `r` may have asked
// for it. said is the answer so far.
func (s *speaker) notes(n int64, a incident.Action, refusal error, said string) (string, error) {
	r, ok := a.(incident.Resolve)
	var already *incident.AlreadyError
	if !ok || strings.TrimSpace(r.Note) == "" || !errors.As(refusal, &already) || already.State != incident.Resolved {
		return said, nil
	}
	if _, err := s.b.act(n, incident.Note{By: s.by, Text: r.Note}); err != nil {
		return "", err
	}
	return said + " What you wrote is noted.", nil
}

// paging says who is being told now, and who only later: ", now paging bo and cy, and di at 07:00 CET".
func (s *speaker) paging(i *incident.Incident) string {
	if !i.ClearedAt.IsZero() {
		return ", but its alerts have recovered: it resolves at " + s.b.clockText(i.ClearedAt.Add(i.ResolveDelay), s.user.ID) + ", and pages only if one fires again"
	}
	now, later := i.Paged()
	var said []string
	if len(now) > 0 {
		said = append(said, "now paging "+joined(now))
	}
	for _, h := range later {
		said = append(said, fmt.Sprintf("%s is paged at %s", h.User, s.b.clockText(h.At, s.user.ID)))
	}
	if len(said) == 0 {
		return ""
	}
	return ", " + strings.Join(said, ", ")
}

// handed says to whom an incident was given, and what wakes them: an incident of low urgency waits for the end of their quiet hours.
func (s *speaker) handed(i *incident.Incident) string {
	now, later := i.Paged()
	did := "given to " + string(i.Assignee)
	switch {
	case s.user.ID == i.Assignee:
		return "is yours now."
	case slices.Contains(now, i.Assignee):
		return did + ", who is being paged."
	case len(later) > 0 && later[0].User == i.Assignee:
		return did + ", who is paged at " + s.b.clockText(later[0].At, s.user.ID) + "."
	}
	if !i.ClearedAt.IsZero() {
		return did + s.paging(i) + "."
	}
	return did + ", who has no number and no address" + s.paging(i) + "."
}

func joined(users []oncall.UserID) string {
	names := make([]string, len(users))
	for k, u := range users {
		names[k] = string(u)
	}
	return strings.Join(names, " and ")
}

func (s *speaker) ack(c notify.Command) (string, error) {
	until := s.until(c)
	if c.Number != 0 {
		if none, err := s.hidden(c.Number); none != "" || err != nil {
			return none, err
		}
	}
	numbers, none, err := s.meant(c)
	if err != nil || len(numbers) == 0 {
		return none, err
	}
	did, answer, err := s.b.ackMany(numbers, s.user.ID, s.by, until)
	if len(did) == 1 && len(numbers) == 1 && err == nil {
		return s.acked(did[0], until)
	}
	if c.All && len(numbers) == allAtOnce && err == nil {
		answer += " There may be more: reply ack all again."
	}
	return answer, err
}

// acked says which incident was acknowledged: "ack" names none, and whoever named one may have mistyped it.
func (s *speaker) acked(n int64, until time.Time) (string, error) {
	i, err := s.b.incident(n)
	if err != nil {
		return "", err
	}
	title := i.Title
	if s.b.view(i, s.user.ID).Neutral {
		title = ""
	}
	return notify.Named(i.Ref()+" acknowledged"+s.b.untilText(until, s.user.ID), title), nil
}

// until turns a lease into an instant: so long from now, or the start of the person's day.
func (s *speaker) until(c notify.Command) time.Time {
	switch {
	case c.For > 0:
		return s.b.now.Add(c.For)
	case c.Until != "":
		return s.morning()
	}
	return time.Time{}
}

// morning is the end of the person's quiet hours, or 08:00, in the person's own zone: the next one.
func (s *speaker) morning() time.Time {
	minute := morning
	if s.user.Quiet != nil {
		minute = s.user.Quiet.To
	}
	local := s.b.now.In(s.user.Zone)
	for day := 0; day < 3; day++ {
		y, m, d := local.AddDate(0, 0, day).Date()
		t := oncall.Wall(s.user.Zone, oncall.Date{Year: y, Month: m, Day: d}, minute)
		if t.After(s.b.now) {
			return t.UTC()
		}
	}
	return s.b.now.Add(12 * time.Hour)
}

func (s *speaker) give(c notify.Command) (string, error) {
	u, ok := s.b.live.book.Roster.UserByName(c.User)
	if !ok {
		return fmt.Sprintf("There is nobody called %s. Nothing was done.", c.User), nil
	}
	return s.one(c.Number, incident.Reassign{By: s.by, To: u.ID}, "")
}

// hold puts an incident on hold. Somebody who holds it has it, so a triggered one is acknowledged first.
func (s *speaker) hold(c notify.Command) (string, error) {
	if none, err := s.hidden(c.Number); none != "" || err != nil {
		return none, err
	}
	i, err := s.b.incident(c.Number)
	if err == nil && i.State == incident.Triggered && c.Text != "" {
		if _, err := s.b.act(c.Number, incident.Ack{By: s.by, User: s.user.ID}); err != nil {
			return "", err
		}
	}
	until := s.until(c)
	did := "on hold" + s.b.untilText(until, s.user.ID) + "."
	if until.IsZero() {
		did = fmt.Sprintf("on hold, without an end. Reply resume %d to go on.", c.Number)
	}
	return s.one(c.Number, incident.Hold{By: s.by, Reason: c.Text, Until: until}, did)
}

// consent remembers that a number wants texts no more, or again. To a STOP no text may answer. A START from a number that gets
// texts changes nothing, and says so: "yes" is one, and whoever sends it may mean an incident.
func (s *speaker) consent(stop bool) (string, error) {
	c, err := s.b.tx.Contact(s.phone)
	if err != nil {
		return "", s.b.fail(err)
	}
	was := c.OptedOut
	if !stop && !was {
		return s.notAcked("You get texts from rouse already", "; nothing was acknowledged.", "; nothing was done.")
	}
	c.User, c.OptedOut = s.user.ID, stop
	if err := s.b.tx.PutContact(c); err != nil {
		return "", s.b.fail(err)
	}
	if err := s.b.audit(s.by, "consent", fmt.Sprintf("opted out of texts: %t", stop)); err != nil {
		return "", err
	}
	if stop && !was {
		return "", s.b.unreachable(&store.Page{Page: incident.Page{ID: "stop/" + s.b.e.newID(), User: s.user.ID, Via: oncall.SMS}, To: s.phone}, notify.Consent, 0)
	}
	if stop {
		return "", nil
	}
	if err := s.b.over(numberID(s.user.ID, oncall.SMS), "START came from that phone"); err != nil {
		return "", err
	}
	return s.notAcked("Welcome back: you get texts from rouse again", "; nothing was acknowledged.", ".")
}

// notAcked says something after which an incident may still wait for an ack, and then how to give it.
func (s *speaker) notAcked(said, waiting, otherwise string) (string, error) {
	waits, _, err := s.newest()
	if err != nil {
		return "", err
	}
	if waits == 0 {
		return said + otherwise, nil
	}
	return fmt.Sprintf("%s%s Reply %d to ack %s.", said, waiting, waits, incident.Ref(waits)), nil
}

// newID is a random identifier, as Alertmanager's silences have.
func (e *Engine) newID() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], e.random())
	binary.BigEndian.PutUint64(b[8:], e.random())
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// random is the system's randomness.
func random() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	return binary.BigEndian.Uint64(b[:])
}
