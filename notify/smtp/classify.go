package smtp

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/rouse/rouse/notify"
)

// classifyGreeting judges a failure before the message was offered: dialling, TLS, EHLO, authentication. Nothing was sent.
func classifyGreeting(err error) *notify.Error {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return &notify.Error{Class: greeting(answer.Code), Code: answer.Code, Err: err}
	}
	if unreachable(err) {
		return &notify.Error{Class: notify.Transient, Err: err}
	}
	return &notify.Error{Class: notify.Account, Err: err} // certificate, no TLS, no way to authenticate, refused by our own dialer
}

func greeting(code int) notify.Class {
	switch {
	case code == 421:
		return notify.Throttle
	case code >= 400 && code < 500:
		return notify.Transient
	case code == 554, code == 521: // RFC 5321 section 3.1, RFC 7504: this server does not talk to us
		return notify.Filtered
	}
	return notify.Account // 530, 534, 535, 538 of RFC 4954 and whatever else is refused before the message
}

func unreachable(err error) bool {
	var cert *tls.CertificateVerificationError
	if errors.As(err, &cert) {
		return false
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// classifySend judges a failure of the message itself; nil for nil.
func classifySend(err error) *notify.Error {
	if err == nil {
		return nil
	}
	var fault *gomail.SendError
	if !errors.As(err, &fault) {
		return &notify.Error{Class: notify.Transient, Unknown: true, Err: err}
	}
	code, detail := answer(fault)
	e := &notify.Error{Code: code, Err: err}
	switch {
	case code == 0 && fault.Reason == gomail.ErrSMTPDataClose: // everything was sent, nothing came back
		e.Class, e.Unknown = notify.Transient, true
	case code == 0 && fault.Reason == gomail.ErrGetSender:
		e.Class = notify.Account
	case code == 0 && fault.Reason == gomail.ErrGetRcpts:
		e.Class = notify.Dead
	case code == 0: // the connection broke before the end of the message: RFC 5321 section 4.1.1.4, it is not accepted
		e.Class = notify.Transient
	case code < 500:
		e.Class = temporary(code, detail)
	default:
		e.Class = permanent(fault.Reason, code, detail)
	}
	return e
}

// codes finds a reply code and the enhanced code of RFC 3463 behind it, if there is one.
var codes = regexp.MustCompile(`\b([45]\d\d)[ -]"?([45]\.\d{1,3}\.\d{1,3})\b`)

func answer(fault *gomail.SendError) (code int, detail string) {
	code = fault.ErrorCode()
	if m := codes.FindStringSubmatch(fault.Error()); m != nil && m[1] == strconv.Itoa(code) {
		detail = m[2]
	}
	return code, detail
}

// temporary reads a 4xx reply: RFC 5321 section 4.2.3, RFC 3463.
func temporary(code int, detail string) notify.Class {
	switch {
	case detail == "4.2.2": // mailbox full
		return notify.Handset
	case strings.HasPrefix(detail, "4.7."), detail == "4.4.5", detail == "4.3.2":
		return notify.Throttle
	case code == 421, code == 450, code == 451, code == 452: // busy, greylisted, rate limited: surely not taken
		return notify.Throttle
	}
	return notify.Transient
}

// permanent reads a 5xx reply by the command that it answers.
func permanent(stage gomail.SendErrReason, code int, detail string) notify.Class {
	switch {
	case code == 530, code == 534, code == 535, code == 538:
		return notify.Account
	case detail == "5.2.2":
		return notify.Handset
	case strings.HasPrefix(detail, "5.7."):
		return notify.Filtered
	case stage == gomail.ErrSMTPMailFrom:
		return notify.Account // our own address is refused
	case stage == gomail.ErrSMTPRcptTo:
		return refused(code)
	case strings.HasPrefix(detail, "5.1."):
		return notify.Dead
	case code == 550, code == 553, code == 554 && !strings.HasPrefix(detail, "5.6."):
		return notify.Filtered
	}
	return notify.Content // 552 too big, 554 5.6.x, syntax
}

// refused reads a 5xx reply to RCPT TO.
func refused(code int) notify.Class {
	switch code {
	case 554:
		return notify.Filtered
	case 552:
		return notify.Handset // RFC 5321: exceeded storage allocation
	}
	return notify.Dead // 550, 551, 553, 556, 501: no such mailbox
}

// scrub takes a secret out of a text, plain or as SMTP encodes it.
func scrub(text, secret string) string {
	if len(secret) < 4 {
		return text
	}
	for _, s := range []string{secret, base64.StdEncoding.EncodeToString([]byte(secret))} {
		text = strings.ReplaceAll(text, s, "<secret>")
	}
	return text
}
