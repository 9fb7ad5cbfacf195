package twilio

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/rouse/rouse/notify"
)

// textStatuses are the states of a message (twilio.com/docs/messaging/api/message-resource#message-status-values).
var textStatuses = map[string]notify.Outcome{
	"accepted": notify.Queued, "scheduled": notify.Queued, "queued": notify.Queued,
	"sending": notify.Accepted, "sent": notify.Accepted,
	"delivered": notify.Delivered, "read": notify.Delivered,
	"undelivered": notify.Failed, "failed": notify.Failed, "partially_delivered": notify.Failed,
	"canceled": notify.Cancelled,
}

// callStatuses are the states of a call (twilio.com/docs/voice/api/call-resource#call-status-values). Twilio does not say
// in them whether a key was pressed, so "completed" is HungUp here: whoever keeps the page knows of its key and then
// leaves that report out.
var callStatuses = map[string]notify.Outcome{
	"queued": notify.Queued, "initiated": notify.Queued,
	"ringing": notify.Ringing, "in-progress": notify.Answered, "answered": notify.Answered,
	"completed": notify.HungUp, "busy": notify.Busy, "no-answer": notify.NoAnswer, "failed": notify.Failed,
	"canceled": notify.Cancelled,
}

// textStatus puts what Twilio says of a message in rouse's words. ok is false for a state that it does not know.
func (p *Provider) textStatus(state string, code int) (s notify.Status, ok bool) {
	s.Outcome, ok = textStatuses[strings.ToLower(state)]
	s.Code = code
	if s.Outcome == notify.Failed {
		s.Class = p.class(code)
		s.Wide = wide(s.Class, code)
	}
	return s, ok
}

// callStatus puts what Twilio says of a call in rouse's words. answeredBy is its answering machine detection, or empty;
// with it a state may be missing, as the detection reports by itself.
func (p *Provider) callStatus(state, answeredBy string, code int) (s notify.Status, ok bool) {
	s.Outcome, ok = callStatuses[strings.ToLower(state)]
	s.Code = code
	switch {
	case isMachine(answeredBy) && (!ok || s.Outcome == notify.Answered || s.Outcome == notify.HungUp):
		s.Outcome, ok = notify.Machine, true
	case answeredBy != "" && !ok:
		s.Outcome, ok = notify.Answered, state == ""
	}
	switch s.Outcome {
	case notify.Busy, notify.NoAnswer, notify.Machine:
		s.Class = notify.Handset
	case notify.Failed:
		s.Class = p.class(code)
		s.Wide = wide(s.Class, code)
	}
	return s, ok
}

// isMachine reads AnsweredBy: machine_start, machine_end_beep, machine_end_silence, machine_end_other, fax.
func isMachine(answeredBy string) bool {
	a := strings.ToLower(answeredBy)
	return a == "fax" || strings.HasPrefix(a, "machine")
}

// readStatus reads a status callback, of a message or of a call. ok is false when it says nothing that rouse knows.
func (p *Provider) readStatus(form url.Values) (s notify.Status, ok bool) {
	code, _ := strconv.Atoi(form.Get("ErrorCode"))
	state := ""
	if sid := form.Get("CallSid"); sid != "" {
		state = form.Get("CallStatus")
		s, ok = p.callStatus(state, form.Get("AnsweredBy"), code)
		s.ProviderID = sid
	} else {
		state = first(form, "MessageStatus", "SmsStatus")
		s, ok = p.textStatus(state, code)
		s.ProviderID = first(form, "MessageSid", "SmsSid", "SmsMessageSid")
	}
	s.Provider = p.cfg.Name
	s.MessageID = form.Get("page")
	s.Detail = p.detail(state, form)
	return s, ok && s.ProviderID != ""
}

// detail is what the timeline says of a report.
func (p *Provider) detail(state string, form url.Values) string {
	words := []string{}
	for _, w := range []string{state, form.Get("AnsweredBy"), form.Get("ErrorMessage")} {
		if w != "" {
			words = append(words, w)
		}
	}
	if c := form.Get("ErrorCode"); c != "" {
		words = append(words, "code "+c)
	}
	if c := form.Get("SipResponseCode"); c != "" && c != "200" {
		words = append(words, "sip "+c)
	}
	d := []rune(strings.Join(strings.Fields(strings.ToValidUTF8(strings.Join(words, ", "), "")), " "))
	return p.scrub(string(d[:min(len(d), 200)]))
}

// first returns the first of the named parameters that is not empty.
func first(form url.Values, names ...string) string {
	for _, n := range names {
		if v := form.Get(n); v != "" {
			return v
		}
	}
	return ""
}
