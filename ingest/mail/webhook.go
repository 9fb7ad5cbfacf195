package mail

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// service is how one service posts a mail that it took in. All but each and marks are paths into its JSON, of which the first that is
// there counts.
type service struct {
	marks   []string // words that stand in every body of it, before it is read
	each    string   // path to a list of mails
	has     []string // paths that are all there
	raw     []string // the mail as it is, perhaps in base64
	headers []string // in any of the shapes of headers
	subject []string
	from    []string
	to      []string
	text    []string
	html    []string
}

// services take mail in and post JSON.
var services = []service{
	{ // Postmark
		marks: []string{`"TextBody"`, `"HtmlBody"`}, has: []string{"From", "Subject", "Headers"}, raw: []string{"RawEmail"}, headers: []string{"Headers"}, subject: []string{"Subject"},
		from: []string{"FromFull.Email", "From"}, to: []string{"OriginalRecipient", "ToFull.0.Email", "To"}, text: []string{"TextBody"}, html: []string{"HtmlBody"},
	},
	{ // Amazon SES, by itself or over SNS (wrapped)
		marks: []string{"notificationType"}, has: []string{"notificationType", "mail", "receipt"}, raw: []string{"content"}, headers: []string{"mail.headers"},
		subject: []string{"mail.commonHeaders.subject"}, from: []string{"mail.commonHeaders.from.0", "mail.source"}, to: []string{"receipt.recipients.0", "mail.destination.0"},
	},
	{ // Amazon SES to a function, which gets no text
		marks: []string{`"ses"`}, each: "Records", has: []string{"ses.mail", "ses.receipt"}, headers: []string{"ses.mail.headers"},
		subject: []string{"ses.mail.commonHeaders.subject"}, from: []string{"ses.mail.commonHeaders.from.0", "ses.mail.source"}, to: []string{"ses.receipt.recipients.0"},
	},
	{ // CloudMailin
		marks: []string{`"envelope"`}, has: []string{"envelope.from", "headers"}, headers: []string{"headers"}, subject: []string{"headers.subject", "headers.Subject"},
		from: []string{"headers.from", "headers.From", "envelope.from"}, to: []string{"envelope.to"}, text: []string{"plain"}, html: []string{"html"},
	},
	{ // SparkPost
		marks: []string{`"relay_message"`}, has: []string{"msys.relay_message.content"}, raw: []string{"msys.relay_message.content.email_rfc822"}, headers: []string{"msys.relay_message.content.headers"},
		subject: []string{"msys.relay_message.content.subject"}, from: []string{"msys.relay_message.friendly_from", "msys.relay_message.msg_from"}, to: []string{"msys.relay_message.rcpt_to"},
		text: []string{"msys.relay_message.content.text"}, html: []string{"msys.relay_message.content.html"},
	},
	{ // Mailjet
		marks: []string{`"Text-part"`, `"Html-part"`}, has: []string{"Sender", "Recipient", "Subject"}, headers: []string{"Headers"}, subject: []string{"Subject"},
		from: []string{"From", "Sender"}, to: []string{"Recipient"}, text: []string{"Text-part"}, html: []string{"Html-part"},
	},
	{ // Brevo
		marks: []string{`"RawTextBody"`, `"RawHtmlBody"`}, each: "items", has: []string{"Subject", "From"}, headers: []string{"Headers"}, subject: []string{"Subject"},
		from: []string{"From.Address"}, to: []string{"To.0.Address"}, text: []string{"RawTextBody"}, html: []string{"RawHtmlBody"},
	},
	{ // MailerSend
		marks: []string{`"inbound.message"`}, has: []string{"data.subject", "data.from"}, raw: []string{"data.raw"}, headers: []string{"data.headers"}, subject: []string{"data.subject"},
		from: []string{"data.from.email", "data.sender.email"}, to: []string{"data.recipients.rcptTo.0.email"}, text: []string{"data.text"}, html: []string{"data.html"},
	},
	{ // Mandrill: the field mandrill_events of a form
		marks: []string{`"raw_msg"`, `"from_email"`}, has: []string{"event", "msg.from_email"}, raw: []string{"msg.raw_msg"}, headers: []string{"msg.headers"}, subject: []string{"msg.subject"},
		from: []string{"msg.from_email"}, to: []string{"msg.email"}, text: []string{"msg.text"}, html: []string{"msg.html"},
	},
}

// maxBraces is how many objects and arrays a body may seem to have; those of services have some hundred, and some in what was written.
const maxBraces = 100_000

// JSON reads the mails in a body that a service posted; ok is false where it is of none that is known.
func JSON(body []byte) (mails []*Mail, ok bool) {
	if inner, is := wrapped(body); is {
		body = inner
	}
	for k := range services {
		s := &services[k]
		if !s.marked(body) {
			continue
		}
		var top any
		if bytes.Count(body, []byte("{"))+bytes.Count(body, []byte("[")) > maxBraces || json.Unmarshal(bytes.TrimPrefix(body, []byte("\ufeff")), &top) != nil {
			return nil, false
		}
		for _, element := range s.elements(top) {
			if !s.fits(element) {
				mails = nil
				break
			}
			mails = append(mails, s.mail(element))
		}
		if len(mails) > 0 {
			return mails, true
		}
	}
	return nil, false
}

// wrapped opens the envelope of Amazon's SNS, where one of SES's mails is in it.
func wrapped(body []byte) ([]byte, bool) {
	if !bytes.Contains(body, []byte(`"TopicArn"`)) || !bytes.Contains(body, []byte("notificationType")) {
		return nil, false
	}
	var sns struct{ Type, TopicArn, Message string }
	if json.Unmarshal(body, &sns) != nil || sns.Type != "Notification" {
		return nil, false
	}
	return []byte(sns.Message), true
}

func (s *service) marked(body []byte) bool {
	for _, m := range s.marks {
		if bytes.Contains(body, []byte(m)) {
			return true
		}
	}
	return false
}

// elements are the mails in a body: those of the list, or a list that is the body, or the body.
func (s *service) elements(top any) []any {
	if s.each != "" {
		list, _ := at(top, s.each).([]any)
		return list
	}
	if list, is := top.([]any); is {
		return list
	}
	return []any{top}
}

func (s *service) fits(v any) bool {
	for _, path := range s.has {
		if at(v, path) == nil {
			return false
		}
	}
	return true
}

func (s *service) mail(v any) *Mail {
	given := &Mail{
		Header: headerOf(v, s.headers), Subject: word(v, s.subject), From: address(word(v, s.from)), To: address(word(v, s.to)), Verdict: verdict(v),
		Text: firstOf(strings.TrimSpace(strings.ReplaceAll(word(v, s.text), "\r\n", "\n")), pageText(word(v, s.html))),
	}
	given.address()
	raw := []byte(word(v, s.raw))
	if !Looks(raw) {
		raw = fromBase64(raw)
	}
	if !Looks(raw) {
		return given
	}
	m := Read(raw)
	m.Header = append(m.Header, given.Header...) // what the service found, of spam and the like
	m.Subject, m.Verdict, m.Text = firstOf(m.Subject, given.Subject), given.Verdict, firstOf(m.Text, given.Text)
	m.From, m.To = firstOf(m.From, given.From), firstOf(given.To, m.To)
	return m
}

// verdict is why Amazon SES says that a mail does harm. Spam is a label, for a monitor's mail may well be taken for some.
func verdict(v any) string {
	for _, path := range []string{"receipt", "ses.receipt"} {
		if strings.EqualFold(word(v, []string{path + ".virusVerdict.status"}), "FAIL") {
			return "Amazon SES found a virus in it"
		}
	}
	return ""
}

// at follows a path of names and numbers; nil where nothing is there.
func at(v any, path string) any {
	for step := range strings.SplitSeq(path, ".") {
		switch here := v.(type) {
		case map[string]any:
			v = here[step]
		case []any:
			k, err := strconv.Atoi(step)
			if err != nil || k < 0 || k >= len(here) {
				return nil
			}
			v = here[k]
		default:
			return nil
		}
	}
	return v
}

// word is the first text that is there; of a list the first.
func word(v any, paths []string) string {
	for _, path := range paths {
		found := at(v, path)
		if list, is := found.([]any); is && len(list) > 0 {
			found = list[0]
		}
		if s, is := found.(string); is && strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// headerOf reads headers in the shapes that services give them: a list of {name, value}, of [name, value] or of {NAME: value}, an object
// of NAME: value or values, or a text.
func headerOf(v any, paths []string) (h Header) {
	for _, path := range paths {
		switch found := at(v, path).(type) {
		case string:
			h, _ = parseHeader([]byte(found))
		case map[string]any:
			h = h.object(found)
		case []any:
			for _, element := range found {
				h = h.element(element)
			}
		}
	}
	return h[:min(len(h), maxFields)]
}

func (h Header) element(v any) Header {
	switch v := v.(type) {
	case []any:
		if len(v) == 2 {
			name, _ := v[0].(string)
			return h.object(map[string]any{name: v[1]})
		}
	case map[string]any:
		name, value := word(v, []string{"Name", "name"}), word(v, []string{"Value", "value"})
		if name != "" {
			return append(h, Field{name, value})
		}
		return h.object(v)
	}
	return h
}

func (h Header) object(o map[string]any) Header {
	for _, name := range slices.Sorted(maps.Keys(o)) {
		list, is := o[name].([]any)
		if !is {
			list = []any{o[name]}
		}
		for _, one := range list {
			if s, is := one.(string); is {
				h = append(h, Field{name, s})
			}
		}
	}
	return h
}
