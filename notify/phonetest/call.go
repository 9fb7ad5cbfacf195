package phonetest

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Call is one phone call.
type Call struct {
	SID        string
	From, To   string // E.164
	Status     string // Twilio's word: queued, ringing, in-progress, completed, busy, no-answer, failed, canceled
	AnsweredBy string // human, machine_start...; only when the sender asked for machine detection
	CreatedAt  time.Time
	AnsweredAt time.Time // zero: not answered
	EndedAt    time.Time // zero: not over
	Listening  bool      // a Gather waits for keys
	Lines      []Line    // what was said and pressed, in order
}

// Line is one thing said or done in a call.
type Line struct {
	At   time.Time
	Kind LineKind
	Text string
	Took time.Duration // how long it takes to say
}

// LineKind says what a Line is.
type LineKind string

// The kinds of line.
const (
	LineSaid    LineKind = "said"    // words that the call spoke
	LinePressed LineKind = "pressed" // keys that a person pressed
	LineNote    LineKind = "note"    // something about the call
)

// Words returns all that the call said, a line each.
func (c Call) Words() string {
	var said []string
	for _, l := range c.Lines {
		if l.Kind == LineSaid {
			said = append(said, l.Text)
		}
	}
	return strings.Join(said, "\n")
}

// Over reports whether the call has ended, in whatever way.
func (c Call) Over() bool { return !c.EndedAt.IsZero() }

// maxLines bounds the transcript of a call that says the same for hours.
const maxLines = 500

type call struct {
	Call
	phone    *Phone
	script   hop // what it says once answered
	fallback hop // instead of a script that cannot be had
	status   hop // StatusCallback
	events   []string
	ringFor  time.Duration
	limit    time.Duration // TimeLimit
	detect   string        // MachineDetection: "", Enable, DetectMessageEnd
	amd      hop           // AsyncAmdStatusCallback
	async    bool          // AsyncAmd
	started  time.Time     // initiated
	updated  time.Time
	plan     Behaviour
	sequence int
	out      outbox

	ctx    context.Context // ends when the call does
	cancel context.CancelFunc
	picked chan struct{} // closed when somebody answers
	taken  bool          // picked is closed
	keys   chan string   // while a Gather listens
	acted  bool          // AutoPress has pressed
	jump   *hop          // where the sender redirected the call to
	cut    context.CancelFunc
}

func (c *call) snapshot() Call {
	out := c.Call
	out.Listening = c.keys != nil
	out.Lines = slices.Clone(c.Lines)
	return out
}

// ending is how a call ends before or without its script.
type ending struct {
	status string
	code   int
	note   string
}

func (e ending) Error() string { return "call ended: " + e.status }

func (s *Street) addCallLocked(c *call) {
	c.SID = s.sidLocked("CA")
	c.Status = "queued"
	c.CreatedAt = now()
	c.updated = c.CreatedAt
	c.picked = make(chan struct{})
	c.ctx, c.cancel = context.WithCancel(s.ctx)
	c.plan, _ = s.pickLocked(c.phone, atCall, Voice)
	_, c.out.reorder = s.pickLocked(c.phone, atOrder, Voice)
	s.calls = append(s.calls, c)
	s.bySID[c.SID] = c
	c.phone.calls = append(c.phone.calls, c)
	c.phone.thread = append(c.phone.thread, c)
	c.phone.sender = c.From
	s.noteLocked(Event{Kind: Created, Phone: c.phone.number, SID: c.SID, Status: c.Status, Detail: "call"})
	s.spawnLocked(func(context.Context) { s.place(c) })
}

// place leads one call from the first to the last.
func (s *Street) place(c *call) {
	defer c.cancel()
	err := s.connect(c)
	if err == nil {
		err = s.converse(c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var e ending
	switch {
	case err == nil:
		s.endLocked(c, ending{status: "completed"})
	case errors.As(err, &e):
		s.endLocked(c, e)
	} // else it was ended by somebody, or the street closed
}

// connect dials, rings and waits for somebody to answer. A nil error means that somebody or something did.
func (s *Street) connect(c *call) error {
	half := s.opt.DeliverAfter / 2
	if err := wait(c.ctx, half); err != nil {
		return err
	}
	s.progress(c, "queued", "initiated")
	if err := wait(c.ctx, half); err != nil {
		return err
	}
	switch c.plan.Kind {
	case KindBusy:
		return ending{status: "busy"}
	case KindFailed:
		return ending{status: "failed", code: c.plan.Code}
	case KindOff:
		return ending{status: "no-answer", note: "The phone is switched off."}
	}
	s.mu.Lock()
	engaged := c.phone.callLocked("", "ringing", "in-progress") != nil
	s.mu.Unlock()
	if engaged {
		return ending{status: "busy", note: "The phone was in another call."}
	}
	s.progress(c, "ringing", "ringing")
	if err := s.ring(c); err != nil {
		return err
	}
	s.mu.Lock()
	c.AnsweredAt = now()
	s.mu.Unlock()
	s.progress(c, "in-progress", "answered")
	return nil
}

// ring returns nil when the call is answered: by a person, by a behaviour or by AutoAnswer.
func (s *Street) ring(c *call) error {
	patience := min(s.opt.RingFor, c.ringFor)
	after := s.opt.AutoAnswer
	picked := c.picked
	switch c.plan.Kind {
	case KindMachine, KindSilence, KindAutoPress:
		after = c.plan.After
	case KindNoAnswer:
		after, picked = 0, nil
	}
	byItself := after > 0 && after <= patience
	if byItself {
		patience = after
	}
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case <-picked:
		return nil
	case <-c.ctx.Done():
		return c.ctx.Err()
	case <-t.C:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !byItself && !c.taken {
		return ending{status: "no-answer"}
	}
	c.taken = true
	return nil
}

// progress sets a call's status and sends the status callback of an event, when the sender asked for it. The words of the
// callback's CallStatus are Twilio's: initiated, ringing, in-progress, and the final status.
func (s *Street) progress(c *call, status, event string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Over() {
		return
	}
	c.Status, c.updated = status, now()
	if event == "initiated" {
		c.started = c.updated
	}
	s.tellLocked(c, event, false)
}

func (s *Street) tellLocked(c *call, event string, final bool) {
	word := c.Status
	if event == "initiated" {
		word = "initiated"
	}
	s.noteLocked(Event{Kind: Changed, Phone: c.phone.number, SID: c.SID, Status: word})
	s.touchLocked(c.phone)
	sequence := c.sequence
	c.sequence++
	if !slices.Contains(c.events, event) {
		return
	}
	v := s.callParamsLocked(c)
	v.Set("CallStatus", word)
	v.Set("Timestamp", now().Format(time.RFC1123Z))
	v.Set("CallbackSource", "call-progress-events")
	v.Set("SequenceNumber", strconv.Itoa(sequence))
	if final {
		d := c.seconds()
		v.Set("CallDuration", strconv.Itoa(d))
		v.Set("Duration", strconv.Itoa((d+59)/60)) // minutes begun
	}
	s.enqueueLocked(&c.out, c.phone, c.SID, Voice, callback{url: c.status.url, method: c.status.method, status: word, params: v, final: final})
}

// endLocked ends a call. Only the first ending counts.
func (s *Street) endLocked(c *call, e ending) {
	if c.Over() {
		return
	}
	if e.note != "" {
		s.lineLocked(c, LineNote, e.note, 0)
	}
	c.Status, c.EndedAt = e.status, now()
	c.updated, c.keys = c.EndedAt, nil
	c.cancel()
	s.tellLocked(c, "completed", true)
}

// seconds is how long the call was connected.
func (c *call) seconds() int {
	if c.AnsweredAt.IsZero() || c.EndedAt.IsZero() {
		return 0
	}
	return int((c.EndedAt.Sub(c.AnsweredAt) + time.Second - 1) / time.Second)
}

// callParamsLocked are the parameters that Twilio sends with every request about a call.
func (s *Street) callParamsLocked(c *call) url.Values {
	v := url.Values{
		"ApiVersion": {apiVersion}, "AccountSid": {s.opt.AccountSID}, "CallSid": {c.SID}, "CallStatus": {c.Status},
		"Direction": {"outbound-api"}, "From": {c.From}, "To": {c.To}, "Caller": {c.From}, "Called": {c.To},
	}
	for _, side := range []string{"From", "To", "Caller", "Called"} {
		for _, what := range []string{"City", "State", "Zip", "Country"} {
			v.Set(side+what, "")
		}
	}
	if c.AnsweredBy != "" {
		v.Set("AnsweredBy", c.AnsweredBy)
	}
	return v
}

func (s *Street) lineLocked(c *call, kind LineKind, text string, took time.Duration) {
	if len(c.Lines) < maxLines {
		c.Lines = append(c.Lines, Line{At: now(), Kind: kind, Text: text, Took: took})
	}
	s.touchLocked(c.phone)
}
