package simulate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
)

// Mood is how a carrier answers.
type Mood string

// The moods of a carrier.
const (
	Well      Mood = "well"
	Down      Mood = "down"       // no connection: surely not sent
	Silent    Mood = "silent"     // connections end without an answer; half of the messages go out all the same
	Erring    Mood = "erring"     // 5xx, some of the messages go out all the same
	Storm     Mood = "429"        // refuses everything for now
	Locked    Mood = "locked out" // the account
	Forgetful Mood = "forgetful"  // takes messages, and never says what became of them
)

// PhoneState is what happens to messages to a number.
type PhoneState string

// The states of a phone.
const (
	Works    PhoneState = "works"
	Off      PhoneState = "off"       // texts are not delivered, calls are not answered
	Dead     PhoneState = "dead"      // no such number
	OptedOut PhoneState = "opted out" // of texts
	Busy     PhoneState = "busy"
	Asleep   PhoneState = "asleep"    // texts arrive, calls ring out
	Fails    PhoneState = "fails"     // what is taken fails at once
	Voice    PhoneState = "voicemail" // calls are answered by a machine
)

// Item is one message or call that a carrier has.
type Item struct {
	SID     string
	Message notify.Message
	At      time.Duration // since the run began
	Wall    time.Time
	Status  notify.Status
	over    bool
}

// Rings reports whether it is a call that still rings.
func (i *Item) Rings() bool {
	return !i.over && i.Message.Via == oncall.Call && i.Status.Outcome == notify.Ringing
}

// Engages reports whether it is a call that keeps its phone from taking another.
func (i *Item) Engages() bool {
	return !i.over && i.Message.Via == oncall.Call && (i.Status.Outcome == notify.Ringing || i.Status.Outcome == notify.Answered)
}

// Ears is where a carrier tells what happens. Each may fail, as any request to a house may.
type Ears interface {
	Status(notify.Status) error                               // a callback
	Speech(provider, page, sid string) (notify.Speech, error) // a call was answered: what is to be said
	Received(i *Item)                                         // a text has arrived at its phone
	Answered(i *Item) (key string, after time.Duration)       // a person took a call; no key: hangs up
	Key(provider, page, sid, key string) error
}

// Carrier is a deterministic carrier of texts and calls, and of mail. It implements notify.Provider, Finder and Canceller.
type Carrier struct {
	World  *World
	ID     string
	Ears   Ears
	Mood   func(*notify.Message) Mood // about a message; nil: about a question
	Phone  func(*notify.Message) PhoneState
	Lose   func() bool                                // a callback
	Double func() bool                                // a callback is repeated
	Draw   func(from, to time.Duration) time.Duration // how long something takes
	Talk   time.Duration                              // how long a call lasts after its key: it is confirmed aloud
	Items  []*Item                                    // all that it ever took, in order

	Made     map[string]int  // messages that went out, by page
	Refused  map[string]int  // definite refusals, by page
	Unknowns map[string]int  // calls that ended without a definite answer, by page
	Told     map[string]bool // whether the last question about a page was answered with its being under way or there
}

// NewCarrier makes a carrier that is well, reaches every phone and loses nothing, until it is told otherwise.
func NewCarrier(w *World, id string, ears Ears) *Carrier {
	never := func() bool { return false }
	return &Carrier{
		World: w, ID: id, Ears: ears, Mood: func(*notify.Message) Mood { return Well }, Phone: func(*notify.Message) PhoneState { return Works },
		Lose: never, Double: never, Draw: w.Between, Made: map[string]int{}, Refused: map[string]int{}, Unknowns: map[string]int{}, Told: map[string]bool{},
	}
}

// Name is the carrier's name in the configuration.
func (c *Carrier) Name() string { return c.ID }

// Carries is true of every method.
func (c *Carrier) Carries(oncall.Method) bool { return true }

// Send takes a message, or does not.
func (c *Carrier) Send(_ context.Context, m notify.Message) (notify.Receipt, error) {
	mood := c.Mood(&m)
	if err := c.refuses(mood, m); err != nil {
		c.Refused[m.ID]++
		c.World.Note("carrier", "%s refuses %s to %s: %v", c.ID, m.ID, m.To, err)
		return notify.Receipt{}, err
	}
	p := map[Mood]float64{Silent: 0.5, Erring: 0.3}
	chance, sick := p[mood]
	if sick && !c.World.Chance(chance) {
		return c.noAnswer(m, mood, false)
	}
	i := c.take(m)
	if sick {
		return c.noAnswer(m, mood, true)
	}
	c.World.Note("carrier", "%s takes %s to %s as %s", c.ID, m.ID, m.To, i.SID)
	return notify.Receipt{ProviderID: i.SID, Delivered: m.Via == oncall.Email}, nil
}

func (c *Carrier) noAnswer(m notify.Message, mood Mood, made bool) (notify.Receipt, error) {
	c.Unknowns[m.ID]++
	c.World.Note("carrier", "%s (%s) gives no answer to %s to %s, and sends it: %t", c.ID, mood, m.ID, m.To, made)
	return notify.Receipt{}, &notify.Error{Class: notify.Transient, Code: 503, Unknown: true, Err: errors.New(string(mood))}
}

// refuses is a definite no, for a mood or a number.
func (c *Carrier) refuses(mood Mood, m notify.Message) error {
	switch mood {
	case Down:
		return &notify.Error{Class: notify.Transient, Err: errors.New("connection refused")}
	case Storm:
		return &notify.Error{Class: notify.Throttle, Code: 20429, RetryAfter: Pick(c.World, 0, time.Second, 10*time.Second), Err: errors.New("too many requests")}
	case Locked:
		return &notify.Error{Class: notify.Account, Code: 20003, Wide: true, Err: errors.New("authenticate")}
	}
	switch s := c.Phone(&m); {
	case m.Via == oncall.Email && (s == Dead || s == Fails):
		return &notify.Error{Class: notify.Handset, Code: 550, Err: errors.New("mailbox unavailable")}
	case m.Via == oncall.Email:
	case s == Dead:
		return &notify.Error{Class: notify.Dead, Code: 21211, Err: errors.New("not a valid number")}
	case s == OptedOut && m.Via == oncall.SMS:
		return &notify.Error{Class: notify.Consent, Code: 21610, Err: errors.New("the recipient has opted out")}
	}
	return nil
}

// take makes a message go out, and begins its life.
func (c *Carrier) take(m notify.Message) *Item {
	i := &Item{SID: fmt.Sprintf("%s-%d", c.ID, len(c.Items)+1), Message: m, At: c.World.Elapsed(), Wall: c.World.Now()}
	i.Status = notify.Status{Provider: c.ID, ProviderID: i.SID, MessageID: m.ID, Outcome: notify.Queued}
	c.Items = append(c.Items, i)
	c.Made[m.ID]++
	switch m.Via {
	case oncall.SMS:
		c.World.After(c.Draw(100*time.Millisecond, 3*time.Second), func() { c.text(i) })
	case oncall.Call:
		c.World.After(c.Draw(500*time.Millisecond, 4*time.Second), func() { c.ring(i) })
	default:
		c.World.After(c.Draw(time.Second, time.Minute), func() { c.Ears.Received(i) })
	}
	return i
}

// text is the life of a text.
func (c *Carrier) text(i *Item) {
	c.say(i, notify.Accepted, notify.None, 0)
	c.World.After(c.Draw(200*time.Millisecond, 20*time.Second), func() {
		switch c.Phone(&i.Message) {
		case Fails:
			c.say(i, notify.Failed, notify.Handset, 30008)
			return
		case Off, Dead:
			c.say(i, notify.Failed, notify.Handset, 30003)
			return
		}
		c.Ears.Received(i)
		c.say(i, notify.Delivered, notify.None, 0)
	})
}

// RingsFor is how long a phone rings that nobody takes.
const RingsFor = 25 * time.Second

// ring is the life of a call.
func (c *Carrier) ring(i *Item) {
	if i.over {
		return
	}
	c.say(i, notify.Ringing, notify.None, 0)
	switch c.Phone(&i.Message) {
	case Fails:
		c.end(i, notify.Failed)
	case Off, Dead:
		c.World.After(c.Draw(RingsFor, RingsFor), func() { c.end(i, notify.NoAnswer) })
	case Asleep:
		c.World.After(RingsFor, func() { c.end(i, notify.NoAnswer) })
	case Busy:
		c.World.After(c.Draw(time.Second, time.Second), func() { c.end(i, notify.Busy) })
	case Voice:
		c.World.After(20*time.Second, func() { c.end(i, notify.Machine) })
	default:
		c.World.After(c.Draw(2*time.Second, 25*time.Second), func() { c.pickUp(i) })
	}
}

func (c *Carrier) pickUp(i *Item) {
	if i.over {
		return
	}
	key, after := c.Ears.Answered(i)
	if key == "-" { // lets it ring
		c.World.After(10*time.Second, func() { c.end(i, notify.NoAnswer) })
		return
	}
	if c.speak(i) {
		c.World.After(after, func() { c.press(i, key) })
	}
}

// speak is a call that was answered; false when it had nothing to say.
func (c *Carrier) speak(i *Item) bool {
	c.say(i, notify.Answered, notify.None, 0)
	if _, err := c.Ears.Speech(c.ID, i.Message.ID, i.SID); err != nil {
		c.end(i, notify.HungUp)
		return false
	}
	return true
}

func (c *Carrier) press(i *Item, key string) {
	if i.over {
		return
	}
	if key == "" || c.Ears.Key(c.ID, i.Message.ID, i.SID, key) != nil {
		c.end(i, notify.HungUp)
		return
	}
	if c.Talk == 0 {
		c.end(i, notify.Completed)
		return
	}
	c.World.After(c.Talk, func() { c.end(i, notify.Completed) })
}

// Take has a person take a call that rings, hear what it says, and press a key at once; no key: hang up. False when it rings no
// longer.
func (c *Carrier) Take(i *Item, key string) bool {
	if !i.Rings() {
		return false
	}
	if c.speak(i) {
		c.press(i, key)
	}
	return true
}

func (c *Carrier) end(i *Item, o notify.Outcome) {
	if i.over {
		return
	}
	i.over = true
	class := notify.None
	if o.Missed() {
		class = notify.Handset
	}
	c.say(i, o, class, 0)
}

// say sends a callback: late, twice or never, as callbacks are.
func (c *Carrier) say(i *Item, o notify.Outcome, class notify.Class, code int) {
	i.Status.Outcome, i.Status.Class, i.Status.Code = o, class, code
	s := i.Status
	if c.Lose() || c.Mood(&i.Message) == Forgetful {
		c.World.Note("carrier", "%s: the word %s about %s is lost", c.ID, o, s.ProviderID)
		return
	}
	times := 1
	if c.Double() {
		times += 1 + c.World.Roll(2)
	}
	for range times {
		late := c.Draw(10*time.Millisecond, 300*time.Millisecond)
		if times > 1 {
			late = c.Draw(0, 3*time.Minute)
		}
		c.World.After(late, func() { c.callBack(s, 0) })
	}
}

// callBack asks the house once more, some seconds later, when it does not answer well.
func (c *Carrier) callBack(s notify.Status, try int) {
	c.World.Note("callback", "%s: %s of %s is %s", c.ID, s.ProviderID, s.MessageID, s.Outcome)
	if err := c.Ears.Status(s); err != nil && try == 0 {
		c.World.After(5*time.Second, func() { c.callBack(s, 1) })
	}
}

// Find says what became of a message.
func (c *Carrier) Find(_ context.Context, m notify.Message, sid string, since time.Time) (notify.Status, bool, error) {
	c.Told[m.ID] = false
	switch c.Mood(nil) {
	case Down, Silent, Erring, Storm, Locked:
		return notify.Status{}, false, &notify.Error{Class: notify.Transient, Err: errors.New("no answer")}
	}
	for _, i := range c.Items {
		same := i.SID == sid
		if sid == "" {
			same = i.Message.To == m.To && i.Message.Via == m.Via && (m.Via != oncall.SMS || i.Message.Text == m.Text) && !i.Wall.Before(since.Add(-2*time.Second))
		}
		if same {
			s := i.Status
			s.MessageID = ""
			c.Told[m.ID] = !s.Outcome.Missed()
			c.World.Note("carrier", "%s is asked about %s: %s is %s", c.ID, m.ID, s.ProviderID, s.Outcome)
			return s, true, nil
		}
	}
	c.World.Note("carrier", "%s is asked about %s and knows nothing of it", c.ID, m.ID)
	return notify.Status{}, false, nil
}

// Cancel stops a call.
func (c *Carrier) Cancel(_ context.Context, sid string) error {
	if m := c.Mood(nil); m == Down || m == Silent {
		return &notify.Error{Class: notify.Transient, Err: errors.New("no answer")}
	}
	for _, i := range c.Items {
		if i.SID == sid && !i.over {
			c.World.Note("carrier", "%s hangs up %s", c.ID, sid)
			c.end(i, notify.Cancelled)
		}
	}
	return nil
}
