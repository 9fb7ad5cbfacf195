package phonetest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// hop is where a call's next words come from.
type hop struct {
	method string
	url    string
	extra  url.Values // beside what Twilio always sends
	doc    string     // the words themselves (Twiml parameter)
}

const (
	maxHops   = 1000
	hopTime   = 20 * time.Millisecond // no document follows another in no time, so a circle of redirects ends with the time limit
	errorSaid = "An application error has occurred."
)

// converse speaks what the call's TwiML says until it ends. A nil error means that the script came to its end.
func (s *Street) converse(c *call) error {
	ctx, cancel := context.WithTimeout(c.ctx, c.limit)
	defer cancel()
	if err := s.detect(ctx, c); err != nil {
		return overtime(c, err)
	}
	next := &c.script
	for range maxHops {
		following, err := s.speakPage(ctx, c, next)
		if err != nil {
			return overtime(c, err)
		}
		if following == nil {
			return nil
		}
		next = following
	}
	s.fault(c, 12100, "the call was redirected too often")
	return nil
}

// overtime turns the end of a call's TimeLimit into its ordinary end.
func overtime(c *call, err error) error {
	if errors.Is(err, context.DeadlineExceeded) && c.ctx.Err() == nil {
		return nil
	}
	return err
}

// speakPage fetches one document and speaks it. It returns where the next one is, nil when there is none.
func (s *Street) speakPage(ctx context.Context, c *call, h *hop) (*hop, error) {
	ctx, cut := context.WithCancel(ctx)
	defer cut()
	s.mu.Lock()
	c.cut = cut
	s.mu.Unlock()
	if err := wait(ctx, hopTime); err != nil {
		return s.jumped(c, err)
	}
	root, base, err := s.fetch(ctx, c, h)
	if err != nil {
		return s.jumped(c, err)
	}
	if root == nil { // the fault is noted
		s.mu.Lock()
		s.lineLocked(c, LineSaid, errorSaid, 0)
		s.mu.Unlock()
		return nil, nil
	}
	next, err := (&speaker{street: s, call: c, base: base}).perform(ctx, root)
	if err != nil {
		return s.jumped(c, err)
	}
	return next, nil
}

// jumped returns the hop that the sender redirected the live call to, when that is why err came.
func (s *Street) jumped(c *call, err error) (*hop, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j := c.jump; j != nil && c.ctx.Err() == nil {
		c.jump = nil
		return j, nil
	}
	return nil, err
}

// fetch gets a document, from the fallback address when the first fails. A nil root without an error: there is none to be had.
func (s *Street) fetch(ctx context.Context, c *call, h *hop) (root *verb, base *hop, err error) {
	if h.doc != "" {
		return s.read(c, answer{contentType: "text/xml", body: h.doc}), h, nil
	}
	for _, try := range []*hop{h, &c.fallback} {
		if try.url == "" {
			continue
		}
		s.mu.Lock()
		params := s.callParamsLocked(c)
		s.mu.Unlock()
		for k, v := range h.extra {
			params[k] = v
		}
		a, err := s.post(ctx, hook{kind: Fetched, phone: c.To, sid: c.SID, status: "in-progress", method: try.method, url: try.url, params: params})
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if err != nil {
			continue
		}
		if root := s.read(c, a); root != nil {
			return root, try, nil
		}
	}
	return nil, nil, nil
}

// read turns an answer into a document; nil when it is none, with the fault noted.
func (s *Street) read(c *call, a answer) *verb {
	switch contentKind(a.contentType) {
	case asWords:
		return &verb{name: "Response", kids: []*verb{{name: "Say", kids: []*verb{{text: a.body}}}}}
	case asError:
		s.fault(c, 12300, fmt.Sprintf("content type %q is not TwiML", a.contentType))
		return nil
	}
	root, faults, err := parseTwiML(a.body, voiceVerbs)
	if err != nil {
		s.fault(c, 12100, err.Error())
		return nil
	}
	for _, f := range faults {
		s.fault(c, 12200, f)
	}
	return root
}

func (s *Street) fault(c *call, code int, detail string) {
	s.note(Event{Kind: Fault, Phone: c.To, SID: c.SID, Code: code, Detail: detail})
}

// speaker performs one document.
type speaker struct {
	street *Street
	call   *call
	base   *hop // relative addresses are resolved against it
}

// perform speaks a document's verbs in order. It returns the hop that one of them leads to, nil at the end.
func (v *speaker) perform(ctx context.Context, root *verb) (*hop, error) {
	for _, k := range root.kids {
		switch k.name {
		case "Hangup", "Reject":
			return nil, nil
		case "Redirect":
			return v.follow(k.words(), k.attr["method"], nil)
		case "Gather":
			next, err := v.gather(ctx, k)
			if next != nil || err != nil {
				return next, err
			}
		default:
			if _, err := v.utter(ctx, k, nil); err != nil {
				return nil, err
			}
		}
	}
	return nil, nil
}

// follow resolves an address of a document. Empty means the document's own.
func (v *speaker) follow(address, method string, extra url.Values) (*hop, error) {
	if method != http.MethodGet {
		method = http.MethodPost
	}
	base, err := url.Parse(v.base.url)
	if err != nil {
		base = &url.URL{}
	}
	to, err := base.Parse(address)
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		v.street.fault(v.call, 11100, fmt.Sprintf("TwiML leads to %q, which is no address", address))
		return nil, nil
	}
	return &hop{method: method, url: to.String(), extra: extra}, nil
}

// utter performs Say, Play or Pause. While keys are listened for, a key ends it and is returned.
func (v *speaker) utter(ctx context.Context, k *verb, keys <-chan string) (key string, err error) {
	switch k.name {
	case "Pause":
		return hear(ctx, k.seconds("length", 1, 1), keys)
	case "Say":
		return v.say(ctx, k, keys)
	}
	return "", nil
}

func (v *speaker) say(ctx context.Context, k *verb, keys <-chan string) (key string, err error) {
	words := k.words()
	if words == "" {
		v.street.fault(v.call, 13520, "Say has nothing to say")
		return "", nil
	}
	took := time.Duration(len(strings.Fields(words))) * v.street.opt.WordTime
	times := k.number("loop", 0, 1) // 0 means for ever, until the time limit
	for n := 0; times == 0 || n < times; n++ {
		s := v.street
		s.mu.Lock()
		s.lineLocked(v.call, LineSaid, words, took)
		s.noteLocked(Event{Kind: Said, Phone: v.call.To, SID: v.call.SID, Status: v.call.Status, Detail: words})
		s.mu.Unlock()
		if key, err = hear(ctx, took, keys); key != "" || err != nil {
			return key, err
		}
	}
	return "", nil
}

// hear waits for d. A key that comes meanwhile is returned at once; keys may be nil.
func hear(ctx context.Context, d time.Duration, keys <-chan string) (key string, err error) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case key = <-keys:
		return key, nil
	case <-t.C:
		return "", nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// gather speaks what is nested in a Gather while it listens, and then waits for keys. It returns the hop to its action when
// there is a result; nil lets the next verb follow.
func (v *speaker) gather(ctx context.Context, g *verb) (*hop, error) {
	finish := "#"
	if f, ok := g.attr["finishOnKey"]; ok {
		finish = f
	}
	keys := v.listen()
	defer v.deaf()
	timeout := g.seconds("timeout", 0, 5)
	key, err := v.prompt(ctx, g, keys)
	if err == nil && key == "" {
		key, err = hear(ctx, timeout, keys)
	}
	if err != nil {
		return nil, err
	}
	digits, finished := "", ""
	for key != "" {
		if key == finish {
			finished = key
			break
		}
		digits += key
		if n := g.number("numDigits", 1, 0); n > 0 && len(digits) >= n {
			break
		}
		if key, err = hear(ctx, timeout, keys); err != nil {
			return nil, err
		}
	}
	if digits == "" && g.attr["actionOnEmptyResult"] != "true" {
		return nil, nil
	}
	return v.follow(g.attr["action"], g.attr["method"], url.Values{
		"Digits": {digits}, "FinishedOnKey": {finished}, "msg": {"Gather End"}})
}

func (v *speaker) prompt(ctx context.Context, g *verb, keys <-chan string) (key string, err error) {
	for _, k := range g.kids {
		if key, err = v.utter(ctx, k, keys); key != "" || err != nil {
			return key, err
		}
	}
	return "", nil
}

// listen opens the call's ear; AutoPress presses into the first that opens.
func (v *speaker) listen() chan string {
	s, c := v.street, v.call
	keys := make(chan string, 64)
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Over() {
		return keys
	}
	c.keys = keys
	s.touchLocked(c.phone)
	if c.plan.Kind == KindAutoPress && !c.acted {
		c.acted = true
		s.spawnLocked(func(context.Context) { s.pressByItself(c) })
	}
	return keys
}

func (v *speaker) deaf() {
	v.street.mu.Lock()
	defer v.street.mu.Unlock()
	v.call.keys = nil
	v.street.touchLocked(v.call.phone)
}

func (s *Street) pressByItself(c *call) {
	if wait(c.ctx, 2*time.Second) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.pressLocked(c, c.plan.Text); err != nil {
		s.lineLocked(c, LineNote, err.Error(), 0)
	}
}

func (s *Street) pressLocked(c *call, digits string) error {
	s.noteLocked(Event{Kind: Pressed, Phone: c.phone.number, SID: c.SID, Status: c.Status, Detail: digits})
	s.lineLocked(c, LinePressed, digits, 0)
	if c.keys == nil {
		return fmt.Errorf("pressing %s at %s: %w", digits, mask(c.phone.number), ErrNotListening)
	}
	for _, d := range digits {
		select {
		case c.keys <- string(d):
		default: // more keys than anybody presses
		}
	}
	return nil
}

// detect plays answering-machine detection, when the sender asked for it: the call waits for it, or with AsyncAmd hears of
// it by a callback of its own.
func (s *Street) detect(ctx context.Context, c *call) error {
	if c.detect == "" {
		return nil
	}
	by, took := "human", 2*time.Second
	if c.plan.Kind == KindMachine {
		by, took = "machine_start", 4*time.Second
		if c.detect == "DetectMessageEnd" {
			by, took = "machine_end_beep", 12*time.Second
		}
	}
	if !c.async {
		err := wait(ctx, took)
		s.mu.Lock()
		defer s.mu.Unlock()
		c.AnsweredBy = by
		return err
	}
	s.spawn(func(context.Context) {
		if wait(c.ctx, took) != nil {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		c.AnsweredBy = by
		s.touchLocked(c.phone)
		s.enqueueLocked(&c.out, c.phone, c.SID, Voice, callback{url: c.amd.url, method: c.amd.method, status: "in-progress", params: url.Values{
			"CallSid": {c.SID}, "AccountSid": {s.opt.AccountSID}, "AnsweredBy": {by},
			"MachineDetectionDuration": {strconv.FormatInt(took.Milliseconds(), 10)}}})
	})
	return nil
}
