package smtp

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/mail"
	"net/textproto"
	"regexp"
	"strings"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"github.com/rouse/rouse/notify"
)

// Mail is one letter to one address.
type Mail struct {
	ID      string            // unique, stable over retries; the Message-ID is derived from it. Empty: a random one
	From    string            // empty: the provider's
	To      string            // one address, with or without a name
	Subject string            //
	Text    string            // plain text; may be empty when HTML is not
	HTML    string            // optional alternative
	Headers map[string]string // more headers, for mail rooms; To and From here are shown, not used for delivery
}

// ours are headers that only this package writes.
var ours = map[string]bool{
	"Subject": true, "Date": true, "Bcc": true, "Mime-Version": true, "Auto-Submitted": true, "X-Loop": true,
	"Content-Type": true, "Content-Transfer-Encoding": true, "Content-Disposition": true,
}

// fieldName is a header's name as RFC 5322 section 2.2 allows it, less the exotic characters.
var fieldName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,76}$`)

// compose builds the message. Whatever is wrong with it is for good.
func (p *Provider) compose(m Mail) (*gomail.Msg, error) {
	from, to, err := p.parties(m)
	if err != nil {
		return nil, err
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.EnvelopeFromMailAddress(from)
	msg.FromMailAddress(from)
	if m.Headers["To"] == "" {
		msg.ToMailAddress(to)
	} else {
		msg.BccMailAddress(to)
	}
	if m.ID != "" {
		msg.SetMessageIDWithValue(messageID(m.ID, from.Address))
	} else {
		msg.SetMessageID()
	}
	if p.c.Now != nil {
		msg.SetDateWithValue(p.c.Now())
	}
	msg.Subject(oneLine(m.Subject))
	// RFC 3834 section 5.1 and [MS-OXCMAIL] 2.2.3.2.14: no holiday notes in answer to a page. No Precedence and no List-*
	// header: mail that wakes people must not be sorted as bulk.
	msg.SetGenHeader(gomail.Header("Auto-Submitted"), "auto-generated")
	msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	msg.SetGenHeader(gomail.Header("X-Loop"), "rouse") // a page that comes back to an integration is no alert: ingest/mail
	if err := adorn(msg, m.Headers); err != nil {
		return nil, err
	}
	fill(msg, clean(m.Text), clean(m.HTML))
	return msg, nil
}

func (p *Provider) parties(m Mail) (from, to *mail.Address, err error) {
	from = p.from
	if m.From != "" {
		if from, err = mail.ParseAddress(m.From); err != nil {
			return nil, nil, &notify.Error{Class: notify.Account, Err: fmt.Errorf("sender %q is not a mail address: %w", m.From, err)}
		}
	}
	to, err = mail.ParseAddress(m.To)
	if err != nil {
		return nil, nil, &notify.Error{Class: notify.Dead, Err: fmt.Errorf("%q is not a mail address: %w", m.To, err)}
	}
	return from, to, nil
}

// adorn adds the headers that a mail room asks for.
func adorn(msg *gomail.Msg, headers map[string]string) error {
	for name, value := range headers {
		if !fieldName.MatchString(name) {
			return &notify.Error{Class: notify.Content, Err: fmt.Errorf("%q cannot be the name of a mail header", name)}
		}
		value = oneLine(value)
		switch key := textproto.CanonicalMIMEHeaderKey(name); {
		case ours[key]:
		case key == "From":
			shown, err := mail.ParseAddress(value)
			if err != nil {
				return &notify.Error{Class: notify.Account, Err: fmt.Errorf("header From %q is not a mail address: %w", value, err)}
			}
			msg.FromMailAddress(shown)
		case key == "Message-Id":
			msg.SetMessageIDWithValue(strings.Trim(value, "<>"))
		default:
			msg.SetGenHeader(gomail.Header(key), value)
		}
	}
	return nil
}

func fill(msg *gomail.Msg, text, html string) {
	switch {
	case html == "":
		msg.SetBodyString(gomail.TypeTextPlain, text)
	case text == "":
		msg.SetBodyString(gomail.TypeTextHTML, html)
	default: // the preferred form last: RFC 2046 section 5.1.4
		msg.SetBodyString(gomail.TypeTextPlain, text)
		msg.AddAlternativeString(gomail.TypeTextHTML, html)
	}
}

// messageID derives a Message-ID, without brackets, that is the same for every attempt, so that mailboxes drop a second copy.
func messageID(id, from string) string {
	sum := sha256.Sum256([]byte(id))
	domain := "rouse.invalid"
	if _, after, ok := strings.Cut(from, "@"); ok && ascii(after) {
		domain = after
	}
	return "page." + hex.EncodeToString(sum[:16]) + "@" + domain
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// oneLine makes a header's value: valid UTF-8 without line breaks or other control characters.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, clean(s))
	return strings.Join(strings.Fields(s), " ")
}

// clean replaces broken UTF-8 and drops NUL, which RFC 5321 forbids in a body.
func clean(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "") }
