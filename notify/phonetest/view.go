package phonetest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// stateView is the whole street as the page sees it.
type stateView struct {
	Phones  []phoneView `json:"phones"`
	Inbound bool        `json:"inbound"` // texts from phones have somewhere to go
	Street  []string    `json:"street"`  // labels of the behaviours of the whole street
	Menu    []menuEntry `json:"menu"`
}

type phoneView struct {
	Number     string      `json:"number"`
	Name       string      `json:"name"`
	CanReply   bool        `json:"canReply"`
	Thread     []entryView `json:"thread"`
	Call       *callView   `json:"call"` // the one that rings or goes on
	Behaviours []string    `json:"behaviours"`
}

// entryView is one bubble: a text, or a call that is over.
type entryView struct {
	SID    string    `json:"sid"`
	Kind   string    `json:"kind"` // text, mine, lost, call
	Body   string    `json:"body"`
	From   string    `json:"from,omitempty"`
	Status string    `json:"status"`
	At     time.Time `json:"at"`
	Call   *callView `json:"call,omitempty"`
}

type callView struct {
	SID        string     `json:"sid"`
	From       string     `json:"from"`
	Status     string     `json:"status"`
	AnsweredBy string     `json:"answeredBy,omitempty"`
	Since      *time.Time `json:"since"` // answered
	Seconds    int        `json:"seconds"`
	Listening  bool       `json:"listening"`
	Lines      []lineView `json:"lines"`
}

type lineView struct {
	Kind LineKind  `json:"kind"`
	Text string    `json:"text"`
	Took int64     `json:"took"` // milliseconds
	At   time.Time `json:"at"`
}

// maxThread is how many bubbles of a phone the page shows.
const maxThread = 40

func (s *Street) stateLocked() *stateView {
	v := &stateView{Phones: []phoneView{}, Inbound: s.inbound != "", Menu: menu, Street: labels(s.behaviours)}
	for _, p := range s.order {
		v.Phones = append(v.Phones, p.viewLocked())
	}
	return v
}

func (p *Phone) viewLocked() phoneView {
	v := phoneView{Number: p.number, Name: p.name, CanReply: p.sender != "", Thread: []entryView{}, Behaviours: labels(p.behaviours)}
	for _, item := range slices.Backward(p.thread) {
		if len(v.Thread) == maxThread {
			break
		}
		switch t := item.(type) {
		case *message:
			if e, shown := t.view(); shown {
				v.Thread = append(v.Thread, e)
			}
		case *call:
			if t.Over() {
				v.Thread = append(v.Thread, entryView{SID: t.SID, Kind: "call", Body: t.summary(), From: t.From, Status: t.Status, At: t.EndedAt,
					Call: t.view()})
			}
		}
	}
	slices.SortStableFunc(v.Thread, func(a, b entryView) int { return a.At.Compare(b.At) })
	if c := p.callLocked("", "in-progress", "ringing"); c != nil {
		v.Call = c.view()
	}
	return v
}

// view is a text as its phone shows it: nothing while it is under way, a note when it got lost.
func (m *message) view() (e entryView, shown bool) {
	e = entryView{SID: m.SID, Kind: "text", Body: m.Body, From: m.From, Status: m.Status, At: m.At}
	switch {
	case m.Inbound:
		e.Kind = "mine"
	case m.Status == "delivered":
	case m.Status == "undelivered" || m.Status == "failed":
		e.Kind = "lost"
		e.Body = fmt.Sprintf("A text did not arrive: %d %s", m.Code, strings.ToLower(wordsOf(m.Code)))
	default:
		return e, false
	}
	return e, true
}

func (c *call) view() *callView {
	v := &callView{SID: c.SID, From: c.From, Status: c.Status, AnsweredBy: c.AnsweredBy, Seconds: c.seconds(), Listening: c.keys != nil,
		Lines: []lineView{}}
	if !c.AnsweredAt.IsZero() {
		v.Since = &c.AnsweredAt
	}
	for _, l := range c.Lines {
		v.Lines = append(v.Lines, lineView{Kind: l.Kind, Text: l.Text, Took: l.Took.Milliseconds(), At: l.At})
	}
	return v
}

// summary says in a few words what became of a call.
func (c *call) summary() string {
	switch c.Status {
	case "no-answer":
		return "Missed call"
	case "busy":
		return "Declined, or busy"
	case "canceled":
		return "Missed call: the caller gave up"
	case "failed":
		return "A call could not be put through"
	}
	what := "Call"
	if strings.HasPrefix(c.AnsweredBy, "machine") || c.plan.Kind == KindMachine {
		what = "The answering machine took a call"
	}
	var keys strings.Builder
	for _, l := range c.Lines {
		if l.Kind == LinePressed {
			keys.WriteString(l.Text)
		}
	}
	if keys.Len() == 0 {
		return fmt.Sprintf("%s, %d s, no key", what, c.seconds())
	}
	return fmt.Sprintf("%s, %d s, pressed %s", what, c.seconds(), keys.String())
}

// menuEntry is one way to misbehave that the page offers.
type menuEntry struct {
	ID    string `json:"id"`
	Group string `json:"group"`
	Label string `json:"label"`
	Hint  string `json:"hint"`
	b     Behaviour
}

var menu = []menuEntry{
	{"off", "The phone", "Switched off", "texts bounce (30003), calls are not answered", Off()},
	{"dead", "The phone", "Number is dead", "texts bounce with 30005, for good", Undelivered(30005)},
	{"filtered", "The phone", "Carrier filters texts", "30007: the sender is blocked", Undelivered(30007)},
	{"late", "The phone", "Texts arrive a minute late", "sent at once, delivered late", DeliverAfter(time.Minute)},
	{"machine", "The phone", "Answering machine", "takes calls and presses no key", Machine()},
	{"busy", "The phone", "Busy", "calls never ring", Busy()},
	{"no-answer", "The phone", "Nobody answers", "calls ring to the end", NoAnswer()},
	{"silence", "The person", "Answers, says nothing", "no key is pressed", AnswerAndSilence()},
	{"press-1", "The person", "Answers and presses 1", "by itself", AutoPress("1")},
	{"reply-ack", "The person", "Replies “ack” by itself", "two seconds after a text", AutoReply("ack")},
	{"refuse", "The provider", "Refuses the number", "400 with 21211", Refuse(400, 21211)},
	{"optout", "The provider", "Says: opted out of texts", "400 with 21610; calls go through", Refuse(400, 21610).Only(SMS)},
	{"throttle", "The provider", "Too many requests", "429, retry after 5 s", Throttle429(5 * time.Second)},
	{"down", "The provider", "Down", "503 before anything is created", ServerError(503)},
	{"hang", "The provider", "Hangs", "never answers the request", Hang()},
	{"create-500", "The provider", "Sends, then answers 500", "the sender cannot know", CreateThen500()},
	{"create-hang", "The provider", "Sends, then hangs", "the sender cannot know", CreateThenHang()},
	{"bad-json", "The provider", "Sends, answers nonsense", "201 with broken JSON", BadJSON()},
	{"lose", "Callbacks", "Get lost", "no status callback is sent", LoseCallbacks()},
	{"twice", "Callbacks", "Come twice", "each is sent again", DuplicateCallbacks()},
	{"reorder", "Callbacks", "Come in the wrong order", "the last one first", ReorderCallbacks()},
}

// behaveAs adds an entry of the menu to the phone's behaviours.
func (p *Phone) behaveAs(id string, times int) error {
	i := slices.IndexFunc(menu, func(e menuEntry) bool { return e.ID == id })
	if i < 0 {
		return fmt.Errorf("there is no way to behave called %q", id)
	}
	p.Behave(menu[i].b.Limit(max(times, 0)))
	return nil
}

// labels names behaviours as the page's menu does.
func labels(bs []*behaving) []string {
	out := []string{}
	for _, b := range bs {
		label := string(b.Kind)
		for _, e := range menu {
			if e.b.Kind == b.Kind && e.b.Code == b.Code && e.b.Status == b.Status && e.b.Text == b.Text {
				label = e.Label
				break
			}
		}
		if b.Times > 0 {
			label = fmt.Sprintf("%s (%d×)", label, b.left)
		}
		out = append(out, label)
	}
	return out
}
