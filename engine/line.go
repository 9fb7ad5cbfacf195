package engine

import (
	"context"
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

// Status takes a provider's word about a message. It may come early, late, twice or out of order; only the first final word
// counts, except that a late delivery is believed.
func (e *Engine) Status(ctx context.Context, s notify.Status) error {
	return e.commit(ctx, func(b *batch) error {
		p, err := b.byStatus(s)
		if errors.Is(err, store.ErrNotFound) {
			b.e.log.Warn("a status for a message that is not known here", "provider", s.Provider)
			return nil
		}
		if err != nil {
			return err
		}
		return b.status(p, s)
	})
}

func (b *batch) byStatus(s notify.Status) (*store.Page, error) {
	if s.MessageID != "" {
		return b.page(s.MessageID)
	}
	p, err := b.tx.PageByProvider(s.Provider, s.ProviderID)
	if err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		return nil, b.fail(err)
	}
	return &p, nil
}

func (b *batch) status(p *store.Page, s notify.Status) error {
	if b.otherCopy(p, &s) {
		if s.Outcome == notify.Delivered {
			return b.arrived(p, s) // of any copy, its arrival is all that matters
		}
		return nil
	}
	if p.ProviderID == "" {
		p.ProviderID = s.ProviderID
	}
	switch {
	case !s.Outcome.Final():
		return b.progress(p, s)
	case s.Outcome == notify.HungUp && (p.Outcome == notify.Completed || p.State == store.Delivered):
		return nil // a key was pressed before
	case s.Outcome == notify.Delivered || s.Outcome == notify.Completed:
		return b.arrived(p, s)
	case !p.State.Live():
		return nil // its first final word stands
	case p.Kind == incident.PageAlert && p.Via == oncall.Call && s.Outcome != notify.Machine && !b.speaks(p):
		p.Outcome = s.Outcome // it ended because nobody needs it any more: no fault of the phone's
		return b.end(p, store.Void, "hung up: no longer needed")
	}
	return b.lost(p, s)
}

// otherCopy reports whether a word is about an earlier or later copy of a message that was sent twice, perhaps over another provider.
func (b *batch) otherCopy(p *store.Page, s *notify.Status) bool {
	switch {
	case s.Provider != "" && p.Provider != "" && s.Provider != p.Provider:
		return true
	case s.ProviderID == "":
		return false
	}
	return slices.Contains(p.Past, s.ProviderID) || (p.ProviderID != "" && p.ProviderID != s.ProviderID)
}

// steps orders what happens on the way, so that a word which comes late takes nothing back.
var steps = map[notify.Outcome]int{notify.Queued: 1, notify.Accepted: 2, notify.Ringing: 3, notify.Answered: 4}

// progress notes a step on the way. One about a page that is to be sent once more, because nobody knew what became of it, says
// that this is not needed.
func (b *batch) progress(p *store.Page, s notify.Status) error {
	switch {
	case p.State == store.Accepted && steps[s.Outcome] <= steps[p.Outcome]:
		return nil
	case p.State == store.Queued && p.Unknowns == 0, !p.State.Live():
		return nil
	}
	first := p.State != store.Accepted
	p.State, p.Outcome, p.Polls = store.Accepted, s.Outcome, 0
	p.NextAt = b.now.Add(pollAfter(p.Via))
	if first {
		p.SentAt = b.now
		if err := b.report(p, incident.StepSent, b.name(p)+" taken by "+p.Provider, true); err != nil {
			return err
		}
	}
	if s.Outcome == notify.Answered {
		p.NextAt = b.now.Add(pollTalk)
		if err := b.report(p, "", b.name(p)+" was answered", false); err != nil {
			return err
		}
	}
	return b.put(p)
}

// arrived is a message that reached the phone. Nobody has to have read it.
func (b *batch) arrived(p *store.Page, s notify.Status) error {
	if p.State == store.Delivered {
		return nil
	}
	if s.Provider == p.Provider {
		if err := b.heal(line{p.Provider, p.Via}, true, p.SentAt); err != nil {
			return err
		}
	}
	if err := b.report(p, incident.StepDelivered, b.name(p)+" delivered", false); err != nil {
		return err
	}
	if err := b.works(p); err != nil {
		return err
	}
	p.Outcome = s.Outcome
	if p.State == store.Void {
		return b.put(p)
	}
	return b.end(p, store.Delivered, "")
}

// lost is a message that was taken and did not reach the person.
func (b *batch) lost(p *store.Page, s notify.Status) error {
	why := string(s.Outcome)
	if s.Code != 0 {
		why = fmt.Sprintf("%s, code %d", why, s.Code)
	}
	if s.Detail != "" {
		why += ", " + s.Detail
	}
	if s.Wide && (s.Class == notify.Account || s.Class == notify.Filtered) {
		if err := b.trip(line{p.Provider, p.Via}, s.Class, s.Code); err != nil {
			return err
		}
	}
	b.e.breaker.release(line{p.Provider, p.Via}, p.ID)
	if s.Outcome == notify.HungUp { // somebody was there
		if err := b.works(p); err != nil {
			return err
		}
	}
	return b.fails(p, fault{class: s.Class, code: s.Code, outcome: s.Outcome, why: why, late: true})
}

// works remembers that a number takes a method.
func (b *batch) works(p *store.Page) error {
	c, err := b.tx.Contact(p.To)
	if err != nil {
		return b.fail(err)
	}
	c.User, c.LastOK, c.Fails = p.User, b.now, 0
	c.Dead = slices.DeleteFunc(c.Dead, func(m oncall.Method) bool { return m == p.Via })
	if err := b.tx.PutContact(c); err != nil {
		return b.fail(err)
	}
	return b.over(numberID(p.User, p.Via), "one has arrived there")
}

// mark remembers a failure with the number it happened to. What is the sender's fault is not the number's.
func (b *batch) mark(p *store.Page, class notify.Class, code int) error {
	switch class {
	case notify.Handset, notify.Dead, notify.Consent, notify.Transient, notify.Unlisted:
	default:
		return nil
	}
	c, err := b.tx.Contact(p.To)
	if err != nil {
		return b.fail(err)
	}
	c.User, c.LastFail, c.LastClass, c.LastCode = p.User, b.now, class, code
	c.Fails++
	news := false
	switch {
	case class == notify.Dead && !slices.Contains(c.Dead, p.Via):
		c.Dead, news = append(slices.Clone(c.Dead), p.Via), true
	case class == notify.Consent && !c.OptedOut:
		c.OptedOut, news = true, true
	}
	if err := b.tx.PutContact(c); err != nil {
		return b.fail(err)
	}
	if _, known := b.live.book.Roster.User(p.User); !news || !known || p.Via == oncall.Email {
		return nil
	}
	return b.unreachable(p, class, code)
}

// Speech returns what a call says now; notify.ErrGone when there is nothing to say any more.
func (e *Engine) Speech(ctx context.Context, provider, page, sid string) (notify.Speech, error) {
	return committed(ctx, e, func(b *batch) (none notify.Speech, err error) {
		p, err := b.page(page)
		if errors.Is(err, store.ErrNotFound) {
			return none, notify.ErrGone
		}
		if err != nil {
			return none, err
		}
		if err := b.bind(p, sid); err != nil {
			return none, err
		}
		if p.Kind != incident.PageTest && !b.speaks(p) {
			return none, notify.ErrGone
		}
		return b.message(p).Speech, nil
	})
}

// speaks reports whether a call still has something to tell.
func (b *batch) speaks(p *store.Page) bool {
	if b.wanted(p) {
		return true
	}
	for _, id := range p.Members {
		if m, err := b.page(id); err == nil && b.wanted(m) {
			return true
		}
	}
	return false
}

// Key takes a key pressed in a call and returns what to say; done means that the call is over then.
func (e *Engine) Key(ctx context.Context, provider, page, sid, digits string) (say string, done bool, err error) {
	type answer struct {
		say  string
		done bool
	}
	a, err := committed(ctx, e, func(b *batch) (a answer, err error) {
		p, err := b.page(page)
		if errors.Is(err, store.ErrNotFound) {
			return a, notify.ErrGone
		}
		if err != nil {
			return a, err
		}
		if err := b.bind(p, sid); err != nil {
			return a, err
		}
		a.say, a.done, err = b.key(p, digits)
		return a, err
	})
	return a.say, a.done, err
}

// bind makes sure that a call is the one that was placed for the page. The carrier may ask for its words before its answer to
// the placing has arrived here: then the call is believed, for its request was signed.
func (b *batch) bind(p *store.Page, sid string) error {
	switch {
	case sid == "" || p.ProviderID == sid || slices.Contains(p.Past, sid):
		return nil
	case p.ProviderID != "" && p.Unknowns == 0:
		return notify.ErrGone
	case p.ProviderID != "": // the copy that nobody knew of has reached somebody after all
		p.Past = append(p.Past, sid)
		return b.put(p)
	}
	p.ProviderID = sid
	if p.State.Live() && p.State != store.Accepted { // it was placed, whatever becomes of the answer to that
		p.State, p.Outcome, p.Polls, p.SentAt, p.NextAt = store.Accepted, notify.Answered, 0, b.now, b.now.Add(pollTalk)
	}
	return b.put(p)
}

func (b *batch) key(p *store.Page, digits string) (say string, done bool, err error) {
	if p.Kind == incident.PageTest {
		return "Thank you. This number works.", true, b.pressed(p)
	}
	by := incident.Actor{Kind: incident.ByUser, Name: string(p.User), Channel: "call"} // whoever was called, also when a reload has removed them
	numbers, err := b.stillMeant(p)
	if err != nil {
		return "", false, err
	}
	if len(numbers) == 0 || (p.Outcome == notify.Completed && digits == "2") {
		return "", false, notify.ErrGone // of before it was triggered again, or a key that was taken already
	}
	if len(numbers) > 1 && digits != "1" {
		return "Press 1 to acknowledge all of them.", false, nil
	}
	switch digits {
	case "1":
		_, say, err = b.ackMany(numbers, p.User, by, time.Time{})
	case "2":
		say, err = b.spoken(numbers[0], incident.Escalate{By: by}, "escalated. The next person is paged.")
	case "3":
		say, err = b.spoken(numbers[0], incident.Resolve{By: by}, "resolved.")
	default:
		return "Press 1 to acknowledge, 2 to escalate, 3 to resolve, star to repeat.", false, nil
	}
	if err != nil {
		return "", false, err
	}
	return say, true, b.pressed(p)
}

// pressed notes that somebody answered and pressed a key: the call reached a person.
func (b *batch) pressed(p *store.Page) error {
	fresh, err := b.page(p.ID) // the act may have changed it
	if err != nil {
		return err
	}
	if err := b.heal(line{fresh.Provider, fresh.Via}, true, fresh.SentAt); err != nil {
		return err
	}
	if err := b.works(fresh); err != nil {
		return err
	}
	fresh.Outcome = notify.Completed
	return b.end(fresh, store.Delivered, "a key was pressed")
}

// stillMeant returns the incidents that a call speaks for and that were not triggered anew since it was placed: a key of an old call,
// or one that somebody repeats, says nothing about what happened later.
func (b *batch) stillMeant(p *store.Page) (numbers []int64, err error) {
	for _, id := range append([]string{p.ID}, p.Members...) {
		m, err := b.page(id)
		if err != nil {
			return nil, err
		}
		i, err := b.incident(m.Incident)
		if errors.Is(err, incident.ErrNoIncident) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if m.Kind != incident.PageAlert || i.Epoch == m.Epoch {
			numbers = append(numbers, m.Incident)
		}
	}
	return numbers, nil
}

func (b *batch) numbersOf(p *store.Page) ([]int64, error) {
	numbers := []int64{p.Incident}
	for _, id := range p.Members {
		m, err := b.page(id)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, m.Incident)
	}
	return numbers, nil
}

// spoken does one act and says how it went.
func (b *batch) spoken(n int64, a incident.Action, did string) (string, error) {
	_, err := b.act(n, a)
	if said, ok := b.inWords(n, err); ok {
		return said, nil
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("Incident %d %s", n, did), nil
}

// ackMany acknowledges several incidents and says how it went, who was first included. did are those that it took.
func (b *batch) ackMany(numbers []int64, user oncall.UserID, by incident.Actor, until time.Time) (did []int64, said string, err error) {
	var taken []string
	for _, n := range numbers {
		_, err := b.act(n, incident.Ack{By: by, User: user, Until: until})
		if said, ok := b.inWords(n, err); ok {
			taken = append(taken, said)
			continue
		}
		if err != nil {
			return nil, "", err
		}
		did = append(did, n)
	}
	switch {
	case len(did) == 0:
		return nil, others(taken), nil
	case len(numbers) == 1:
		return did, fmt.Sprintf("%s acknowledged%s.", incident.Ref(did[0]), b.untilText(until, user)), nil
	case len(did) < len(numbers):
		return did, fmt.Sprintf("%d of %d acknowledged%s. %s", len(did), len(numbers), b.untilText(until, user), others(taken)), nil
	}
	return did, fmt.Sprintf("All %d acknowledged%s.", len(did), b.untilText(until, user)), nil
}

// othersSaid is how many of several incidents an answer says of whose they are.
const othersSaid = 2

// others says whose those are that were taken already, of the first ones, and counts the rest.
func others(taken []string) string {
	n := min(len(taken), othersSaid)
	said := strings.Join(taken[:n], " ")
	if rest := len(taken) - n; rest > 0 {
		said += fmt.Sprintf(" So were %d more.", rest)
	}
	return said
}

// untilText writes an instant in the user's own wall clock: " until Sat 08:00 CET", with the day of the month where the weekday alone
// could be that of another week.
func (b *batch) untilText(t time.Time, user oncall.UserID) string {
	if t.IsZero() {
		return ""
	}
	layout := "Mon 15:04 MST"
	if t.Sub(b.now) > 6*24*time.Hour {
		layout = "Mon 2 Jan 15:04 MST"
	}
	return " until " + t.In(b.zone(user)).Format(layout)
}

// clockText writes an instant within hours in the user's own wall clock: "22:50 CET".
func (b *batch) clockText(t time.Time, user oncall.UserID) string {
	return t.In(b.zone(user)).Format("15:04 MST")
}

// zone is where a user lives.
func (b *batch) zone(user oncall.UserID) *time.Location {
	if u, ok := b.live.book.Roster.User(user); ok {
		return u.Zone
	}
	return time.UTC
}

// inWords turns an error that is an answer to a person into words; ok is false for others, and for none.
func (b *batch) inWords(n int64, err error) (string, bool) {
	var already *incident.AlreadyError
	switch {
	case err == nil:
		return "", false
	case errors.As(err, &already):
		who := ""
		if already.By != "" {
			who = " by " + already.By
		}
		return fmt.Sprintf("%s was already %s%s, %s ago.", incident.Ref(n), already.State, who, lapse.Largest(b.now.Sub(already.At))), true
	case errors.Is(err, incident.ErrNoIncident):
		return noIncident(n), true
	case errors.Is(err, incident.ErrFinal), errors.Is(err, incident.ErrNobody), errors.Is(err, incident.ErrNotAcked),
		errors.Is(err, incident.ErrNeedsReason), errors.Is(err, incident.ErrNeedsNote), errors.Is(err, incident.ErrConfidential),
		errors.Is(err, incident.ErrNotHeld), errors.Is(err, incident.ErrMerged), errors.Is(err, incident.ErrNotResolved):
		return fmt.Sprintf("%s: %v.", incident.Ref(n), err), true
	}
	var field *incident.FieldError
	if errors.As(err, &field) {
		return fmt.Sprintf("%s: %v.", incident.Ref(n), err), true
	}
	return "", false
}

// noIncident is the answer about an incident that does not exist, or is none of the asker's business.
func noIncident(n int64) string {
	return fmt.Sprintf("There is no %s. Nothing was done. Reply list for yours.", incident.Ref(n))
}
