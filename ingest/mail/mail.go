// Package mail reads a mail that some machine sent: as it is (RFC 5322), or in the words of a service that takes mail in and posts it.
// It gives back what the generic format would have said. It is pure: bytes in, a report out.
//
// Its law: a mail that can be read at all becomes an alert. What is malformed, cut short or in an unknown charset costs some letters,
// never the alert; an end is believed only where the subject says so in words that mean nothing else. Only what no monitor sends, an
// answer of a holidaymaker or a mail that came back, is no alert, and is named in a note.
package mail

import (
	"bytes"
	"strings"

	"github.com/rouse/rouse/ingest/tools"
)

// Mail is what counts of a mail.
type Mail struct {
	Header  Header
	Subject string // decoded, on one line
	From    string // the sender's address alone, in small letters; a bare name where there is no address
	To      string // likewise: whom the mail was delivered to
	Text    string // what a person would read, without attachments
	Verdict string // why a service that took it in believes that it does harm; empty: nothing is said
}

// Read reads a mail as it is. It never fails: what has no header is a text.
func Read(raw []byte) *Mail {
	h, body := parseHeader(raw)
	m := &Mail{Header: h, Text: bodyText(h, body)}
	m.address()
	return m
}

// address fills in from the header what is not yet known.
func (m *Mail) address() {
	h := m.Header
	m.Subject = firstOf(oneLine(m.Subject), oneLine(h.Text("Subject")))
	for _, name := range []string{"From", "Sender", "Reply-To", "Return-Path", "X-Envelope-From"} {
		m.From = firstOf(m.From, address(h.Get(name)))
	}
	for _, name := range []string{"X-Original-To", "Delivered-To", "X-Envelope-To", "To", "Cc"} {
		m.To = firstOf(m.To, address(h.Get(name)))
	}
}

// telling are the names of headers by which a mail is known; origins are those of which one is always there.
var (
	telling = map[string]bool{"from": true, "to": true, "subject": true, "date": true, "message-id": true, "received": true, "return-path": true, "delivered-to": true, "mime-version": true}
	origins = map[string]bool{"from": true, "received": true, "return-path": true, "delivered-to": true}
)

// Looks reports whether a text unmistakably begins with the header of a mail: lines "Name: value" and nothing else up to a blank line,
// with at least two names that every mail has, one of them of where it came from.
func Looks(body []byte) bool {
	body = trimEnvelope(body)
	known, origin := map[string]bool{}, false
	for len(body) > 0 {
		line := body
		if k := bytes.IndexByte(body, '\n'); k >= 0 {
			line, body = body[:k], body[k+1:]
		} else {
			body = nil
		}
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(known) == 0 {
				return false
			}
			continue
		}
		name, _, ok := field(line)
		if !ok {
			return false
		}
		name = strings.ToLower(name)
		if telling[name] {
			known[name] = true
		}
		origin = origin || origins[name]
		if len(known) >= 2 && origin {
			return true
		}
	}
	return false
}

// Reports is what the mail means: one report, or for an end that may be of one of two beginnings both.
func (m *Mail) Reports() []tools.Report {
	r := m.Report()
	if s := readSubject(firstOf(m.Subject, oneLine(firstLine(m.Text)))); r.State == tools.Resolved && s.also != "" {
		if other := m.key(s.also); other != r.Key {
			also := r
			also.Key = other
			return []tools.Report{r, also}
		}
	}
	return []tools.Report{r}
}

// Report is what the mail means by its subject's first reading.
func (m *Mail) Report() tools.Report {
	if note := m.notice(); note != "" {
		return tools.Report{Tool: "mail", State: tools.Nothing, Note: note}
	}
	title := firstOf(m.Subject, oneLine(firstLine(m.Text)))
	s := readSubject(title)
	if s.state == tools.Nothing {
		return tools.Report{Tool: "mail", State: tools.Nothing, Note: s.note + ": " + title}
	}
	r := tools.Report{
		Tool: "mail", State: m.state(s), Key: m.key(s.topic), Severity: firstOf(m.severity(), s.severity, m.importance()),
		Title: firstOf(title, oneLine("Mail without words from "+firstOf(m.From, "nobody"))), Description: m.Text, Labels: map[string]string{},
	}
	if r.Description == r.Title {
		r.Description = ""
	}
	for name, value := range map[string]string{"from": m.From, "to": m.To, "alertname": firstOf(s.topic, title), "spam": m.spam()} {
		if value != "" {
			r.Labels[name] = value
		}
	}
	return r
}

// keyNames are headers by which a sender gives an alert its identity.
var keyNames = []string{"X-Rouse-Key", "X-Alert-Key", "X-Alert-Id", "X-Dedup-Key"}

// key is the identity of what the mail is about: the sender's own, or who sent it and what the subject is about. The headers of a thread
// are no help: a first mail has none, and a repeated one may answer the first.
func (m *Mail) key(topic string) string {
	for _, name := range keyNames {
		if key := oneLine(m.Header.Text(name)); key != "" {
			return key
		}
	}
	return oneLine("mail " + m.From + " " + strings.ToLower(topic))
}

// state is the sender's own word, or the subject's.
func (m *Mail) state(s reading) tools.State {
	for _, name := range []string{"X-Rouse-State", "X-Alert-State", "X-Alert-Status"} {
		if state, known := tools.Word(m.Header.Get(name)); known {
			return state
		}
	}
	if s.state == tools.Firing && allCleared(m.Subject, m.Text) {
		return tools.Resolved
	}
	return s.state
}

// severity is the sender's own word.
func (m *Mail) severity() string {
	for _, name := range []string{"X-Rouse-Severity", "X-Alert-Severity", "X-Severity"} {
		if word := oneLine(m.Header.Get(name)); word != "" {
			return word
		}
	}
	return ""
}

// importance is what mail programs call it: high or low, where somebody set it.
func (m *Mail) importance() string {
	first := func(name string) string {
		word, _, _ := strings.Cut(strings.TrimSpace(m.Header.Get(name)), " ")
		return strings.ToLower(word)
	}
	for _, word := range []string{first("Importance"), first("X-Priority"), first("X-MSMail-Priority"), first("Priority")} {
		switch word {
		case "high", "highest", "urgent", "1", "2":
			return "high"
		case "low", "lowest", "non-urgent", "4", "5":
			return "low"
		}
	}
	return ""
}

// spam is "yes" where the machine that took the mail in believes that it is.
func (m *Mail) spam() string {
	for _, name := range []string{"X-Spam-Flag", "X-Spam-Status", "X-Mailgun-Sflag", "X-SES-Spam-Verdict"} {
		word := strings.ToLower(strings.TrimSpace(m.Header.Get(name)))
		if strings.HasPrefix(word, "yes") || word == "fail" {
			return "yes"
		}
	}
	return ""
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}

// firstLine is the first line that is not blank.
func firstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
