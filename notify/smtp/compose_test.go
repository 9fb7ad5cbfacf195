package smtp

import (
	"bytes"
	"net/mail"
	"strings"
	"testing"
)

// known are the headers that a page by mail has; none may come from its words.
var known = map[string]bool{
	"From": true, "To": true, "Subject": true, "Date": true, "Message-Id": true, "Mime-Version": true, "Auto-Submitted": true, "X-Loop": true,
	"X-Auto-Response-Suppress": true, "Content-Type": true, "Content-Transfer-Encoding": true,
}

func FuzzCompose(f *testing.F) {
	f.Add("42/1/ana", "a@example.com", "plain", "text", "")
	f.Add("42\r\nX-Evil: 1", "Ana <a@example.com>", "a\r\nBcc: b@example.com\r\n\r\nb", ".\r\n.", "<p>")
	f.Add("", "a@example.com\r\nb@example.com", "\xff\xfe", "\x00", "\x00")
	f.Add("x", "\"a\r\n b\"@example.com", strings.Repeat("\u00fc", 400), "", "")
	p, err := New(Config{Name: "mail", Address: "mx.example.com:25", From: "rouse@example.com"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id, to, subject, text, html string) {
		msg, err := p.compose(Mail{ID: id, To: to, Subject: subject, Text: text, HTML: html})
		if err != nil {
			return
		}
		recipients, err := msg.GetRecipients()
		if err != nil || len(recipients) != 1 || strings.ContainsAny(recipients[0], "\r\n") {
			t.Fatalf("recipients = %q, %v, want one", recipients, err)
		}
		var out bytes.Buffer
		if _, err := msg.WriteTo(&out); err != nil {
			t.Fatal(err)
		}
		m, err := mail.ReadMessage(&out)
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range m.Header {
			if !known[name] || len(values) != 1 {
				t.Errorf("header %q %q came from the words of the message", name, values)
			}
		}
	})
}
