package mail

import (
	"encoding/json"
	"net/url"
	"strings"
)

// Form reads the mails in a form that a service posted: Mailgun, SendGrid, CloudMailin, Mandrill. ok is false for other forms.
func Form(form url.Values) (mails []*Mail, ok bool) {
	if events := form.Get("mandrill_events"); events != "" {
		mails, _ = JSON([]byte(events))
		return mails, true // none: the service tries the address
	}
	for _, name := range []string{"email", "body-mime", "message"} { // SendGrid, Mailgun, CloudMailin: the mail as it is
		if raw := []byte(form.Get(name)); Looks(raw) {
			m := Read(raw)
			m.To = firstOf(address(form.Get("recipient")), address(form.Get("to")), m.To)
			return []*Mail{m}, true
		}
	}
	mailgun := form.Has("message-headers") || form.Has("body-plain") && form.Has("recipient")
	sendgrid := Looks([]byte(form.Get("headers"))) || form.Has("envelope") && form.Has("from") && (form.Has("text") || form.Has("html"))
	cloudmailin := form.Has("headers[subject]") || form.Has("headers[Subject]") || form.Has("envelope[from]")
	if !mailgun && !sendgrid && !cloudmailin {
		return nil, false
	}
	return []*Mail{parsed(form)}, true
}

// parsed is a mail whose parts are fields of a form.
func parsed(form url.Values) *Mail {
	sets := map[string]string{} // SendGrid leaves texts in the charset that they were sent in
	_ = json.Unmarshal([]byte(form.Get("charsets")), &sets)
	get := func(names ...string) string {
		for _, n := range names {
			if v := form.Get(n); strings.TrimSpace(v) != "" {
				return toUTF8([]byte(v), sets[n])
			}
		}
		return ""
	}
	h, _ := parseHeader([]byte(form.Get("headers")))
	var list []any
	if json.Unmarshal([]byte(form.Get("message-headers")), &list) == nil {
		for _, element := range list {
			h = h.element(element)
		}
	}
	for name := range form {
		if inner, is := strings.CutPrefix(name, "headers["); is {
			h = append(h, Field{strings.TrimSuffix(inner, "]"), form.Get(name)})
		}
	}
	var envelope struct{ To []string }
	_ = json.Unmarshal([]byte(form.Get("envelope")), &envelope)
	m := &Mail{
		Header: h[:min(len(h), maxFields)], Subject: decodeWords(get("subject", "Subject")), From: address(get("from", "From", "sender", "envelope[from]")),
		To:   address(firstOf(get("recipient", "envelope[to]"), strings.Join(envelope.To, ","), get("to", "To"))),
		Text: strings.ReplaceAll(get("body-plain", "text", "plain", "stripped-text"), "\r\n", "\n"),
	}
	m.Text = firstOf(strings.TrimSpace(m.Text), pageText(get("body-html", "html", "stripped-html")))
	m.address()
	return m
}
