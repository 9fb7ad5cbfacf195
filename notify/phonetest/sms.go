package phonetest

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

// Text is one SMS.
type Text struct {
	SID      string
	From, To string // E.164
	Body     string
	At       time.Time // when it arrived; for one that did not, when it was created
	Status   string    // Twilio's word: queued, sent, delivered, undelivered, failed, received
	Code     int       // Twilio's error code, when it did not arrive
	Segments int
	Inbound  bool          // sent by a person on the street
	ValidFor time.Duration // as asked for by the sender; recorded, not enforced
}

type message struct {
	Text
	phone     *Phone
	service   string // MessagingServiceSid
	callback  string // StatusCallback
	direction string
	created   time.Time
	updated   time.Time
	sent      time.Time // zero: not yet
	plan      Behaviour
	order     int // of creation
	late      time.Duration
	out       outbox
}

// errorWords are Twilio's own short names of its codes, for error_message.
var errorWords = map[int]string{
	20001: "Invalid parameter", 20003: "Authenticate", 20404: "The requested resource was not found", 20429: "Too Many Requests",
	21211: "Invalid 'To' Phone Number", 21214: "'To' phone number cannot be reached", 21408: "Permission to send an SMS has not been enabled for the region",
	21606: "The 'From' phone number provided is not a valid, message-capable Twilio phone number",
	21610: "Attempt to send to unsubscribed recipient", 21611: "This 'From' number has exceeded the maximum number of queued messages",
	21612: "The 'To' phone number is not currently reachable via SMS", 21614: "'To' number is not a valid mobile number",
	21635: "'To' number cannot be a landline", 22005: "Queue overflow", 30001: "Queue overflow", 30002: "Account suspended",
	30003: "Unreachable destination handset", 30004: "Message blocked", 30005: "Unknown destination handset",
	30006: "Landline or unreachable carrier", 30007: "Message filtered", 30008: "Unknown error",
	30032: "Toll-free number has not been verified", 30034: "Message from an unregistered number", 30036: "Validity period expired",
	30410: "Provider timeout error", 30450: "Message delivery blocked",
}

func wordsOf(code int) string {
	if w := errorWords[code]; w != "" {
		return w
	}
	return "Unknown error"
}

// addTextLocked records a new text and, when it comes from the API, sets it on its way.
func (s *Street) addTextLocked(m *message) {
	m.created = now()
	m.updated, m.At = m.created, m.created
	m.Segments = Segments(m.Body)
	m.SID = s.sidLocked("SM")
	m.order = len(s.messages)
	s.messages = append(s.messages, m)
	s.bySID[m.SID] = m
	m.phone.thread = append(m.phone.thread, m)
	s.noteLocked(Event{Kind: Created, Phone: m.phone.number, SID: m.SID, Status: m.Status, Detail: "message"})
	s.touchLocked(m.phone)
	if m.Inbound {
		return
	}
	m.phone.sender = m.From
	m.plan, _ = s.pickLocked(m.phone, atText, SMS)
	if b, ok := s.pickLocked(m.phone, atTextTime, SMS); ok {
		m.late = b.After
	}
	_, m.out.reorder = s.pickLocked(m.phone, atOrder, SMS)
	s.spawnLocked(func(ctx context.Context) { s.carry(ctx, m) })
}

// carry brings one text to its phone: queued, sent, and then what its plan says.
func (s *Street) carry(ctx context.Context, m *message) {
	step := s.opt.DeliverAfter / 4
	if wait(ctx, step) != nil {
		return
	}
	s.report(m, "queued", 0)
	if wait(ctx, step) != nil {
		return
	}
	if m.plan.Kind == KindFailed {
		s.report(m, "failed", m.plan.Code)
		return
	}
	s.report(m, "sent", 0)
	if wait(ctx, max(m.late, s.opt.DeliverAfter)-2*step) != nil {
		return
	}
	if m.plan.Kind == KindUndelivered || m.plan.Kind == KindOff {
		s.report(m, "undelivered", m.plan.Code)
		return
	}
	s.report(m, "delivered", 0)
	s.replyByItself(ctx, m)
}

// report sets a message's status and tells the sender's StatusCallback.
func (s *Street) report(m *message, status string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.Status != status {
		s.noteLocked(Event{Kind: Changed, Phone: m.phone.number, SID: m.SID, Status: status, Code: code})
	}
	m.Status, m.Code, m.updated = status, code, now()
	if status == "sent" {
		m.sent = m.updated
	}
	if status == "delivered" {
		m.At = m.updated
		m.phone.arriveLocked(m)
	}
	s.touchLocked(m.phone)
	s.enqueueLocked(&m.out, m.phone, m.SID, SMS, callback{url: m.callback, method: "POST", status: status,
		params: s.textParams(m), final: status != "queued" && status != "sent"})
}

// textParams are the parameters of a message's status callback, as recorded from Twilio.
func (s *Street) textParams(m *message) url.Values {
	v := url.Values{
		"ApiVersion": {apiVersion}, "AccountSid": {s.opt.AccountSID},
		"MessageSid": {m.SID}, "SmsSid": {m.SID}, "MessageStatus": {m.Status}, "SmsStatus": {m.Status},
		"To": {m.To}, "From": {m.From},
	}
	if m.service != "" {
		v.Set("MessagingServiceSid", m.service)
	}
	if m.Code != 0 {
		v.Set("ErrorCode", strconv.Itoa(m.Code))
	}
	if m.Status == "delivered" {
		v.Set("RawDlrDoneDate", m.updated.Format("0601021504"))
	}
	return v
}

func (s *Street) replyByItself(ctx context.Context, m *message) {
	s.mu.Lock()
	b, ok := s.pickLocked(m.phone, atArrival, SMS)
	s.mu.Unlock()
	if !ok || wait(ctx, b.After) != nil {
		return
	}
	// A reply that nobody takes is in the log as a fault; there is nobody here to tell.
	_ = m.phone.ReplyTo(ctx, m.From, b.Text)
}
