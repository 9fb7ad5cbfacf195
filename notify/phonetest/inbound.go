package phonetest

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Words that Twilio itself heeds in a text (its documentation on opt-out keywords); everything else is the daemon's.
var (
	stopWords  = []string{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
	startWords = []string{"START", "YES", "UNSTOP"}
)

// Reply texts body to the number that last texted or called this phone. It returns when the daemon has answered the
// webhook; an error says that it did not, or not with a success. After STOP the street refuses further texts from that
// number with 21610, until START.
func (p *Phone) Reply(ctx context.Context, body string) error { return p.ReplyTo(ctx, "", body) }

// ReplyTo texts body to a number of the daemon's; empty means as for Reply.
func (p *Phone) ReplyTo(ctx context.Context, to, body string) error {
	s := p.street
	s.mu.Lock()
	if to == "" {
		to = p.sender
	}
	if to == "" {
		s.mu.Unlock()
		return fmt.Errorf("texting from %s: %w", mask(p.number), ErrNoSender)
	}
	s.heedLocked(pair{phone: p.number, sender: to}, body)
	m := &message{Text: Text{From: p.number, To: to, Body: body, Status: "received", Inbound: true}, phone: p, direction: "inbound"}
	s.addTextLocked(m)
	p.sent = append(p.sent, m)
	s.mu.Unlock()
	return s.bring(ctx, m)
}

// Resend posts the webhook of the phone's last text once more, with the same SID, as Twilio does after a doubtful answer.
func (p *Phone) Resend(ctx context.Context) error {
	p.street.mu.Lock()
	if len(p.sent) == 0 {
		p.street.mu.Unlock()
		return fmt.Errorf("resending from %s: %w", mask(p.number), ErrNothingSent)
	}
	m := p.sent[len(p.sent)-1]
	p.street.mu.Unlock()
	return p.street.bring(ctx, m)
}

func (s *Street) heedLocked(who pair, body string) {
	word := strings.ToUpper(strings.TrimSpace(body))
	for _, w := range stopWords {
		if word == w {
			s.optedOut[who] = true
		}
	}
	for _, w := range startWords {
		if word == w {
			delete(s.optedOut, who)
		}
	}
}

// bring posts an inbound text and does what the answer's TwiML says.
func (s *Street) bring(ctx context.Context, m *message) error {
	s.mu.Lock()
	address := s.inbound
	s.mu.Unlock()
	if address == "" {
		return fmt.Errorf("texting from %s: %w", mask(m.From), ErrNoInbound)
	}
	a, err := s.post(ctx, hook{kind: Inbound, phone: m.From, sid: m.SID, status: m.Status, method: "POST", url: address,
		params: s.inboundParams(m)})
	if err != nil {
		return fmt.Errorf("texting from %s: %w", mask(m.From), err)
	}
	s.answerText(m, a)
	return nil
}

// inboundParams are the parameters of an incoming text, as recorded from Twilio; the geography of a fake phone is empty.
func (s *Street) inboundParams(m *message) url.Values {
	v := url.Values{
		"ApiVersion": {apiVersion}, "AccountSid": {s.opt.AccountSID},
		"MessageSid": {m.SID}, "SmsSid": {m.SID}, "SmsMessageSid": {m.SID}, "SmsStatus": {"received"},
		"From": {m.From}, "To": {m.To}, "Body": {m.Body}, "NumMedia": {"0"}, "NumSegments": {strconv.Itoa(m.Segments)},
	}
	for _, side := range []string{"From", "To"} {
		for _, what := range []string{"City", "State", "Zip", "Country"} {
			v.Set(side+what, "")
		}
	}
	return v
}

// answerText texts back what the daemon answered: each Message of its TwiML, or a plain text as it stands.
func (s *Street) answerText(m *message, a answer) {
	if strings.TrimSpace(a.body) == "" {
		return
	}
	fault := func(code int, detail string) {
		s.note(Event{Kind: Fault, Phone: m.From, SID: m.SID, Code: code, Detail: detail})
	}
	var bodies []string
	switch contentKind(a.contentType) {
	case asTwiML:
		doc, faults, err := parseTwiML(a.body, messagingVerbs)
		if err != nil {
			fault(12100, err.Error())
			return
		}
		for _, f := range faults {
			fault(12200, f)
		}
		bodies = doc.messages()
	case asWords:
		bodies = []string{strings.TrimSpace(a.body)}
	default:
		fault(12300, fmt.Sprintf("content type %q in answer to a text", a.contentType))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.optedOut[pair{phone: m.From, sender: m.To}] {
		return
	}
	for _, b := range bodies {
		s.addTextLocked(&message{Text: Text{From: m.To, To: m.From, Body: b, Status: "queued"}, phone: m.phone, direction: "outbound-reply"})
	}
}
