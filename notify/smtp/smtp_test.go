package smtp_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/notify/smtp"
	"github.com/rouse/rouse/oncall"
)

var page = notify.Message{
	ID: "42/1/0/0/ana/email/0", Via: oncall.Email, To: "ana@example.com",
	Subject: "P1 INC-42 checkout: Zahlung hängt – 支払い", Text: "Straße gesperrt\nReply 42\n", HTML: "<p>Straße <b>gesperrt</b></p>",
}

func TestSendsTextAndHTML(t *testing.T) {
	var s sink
	at := time.Date(2026, 3, 1, 3, 4, 5, 0, time.UTC)
	p := provider(t, smtp.Config{Address: s.start(t, nil, false), Now: func() time.Time { return at }})
	receipt, err := p.Send(t.Context(), page)
	if err != nil {
		t.Fatal(err)
	}
	if !receipt.Delivered || receipt.ProviderID == "" {
		t.Errorf("receipt = %+v, want delivered with the Message-ID", receipt)
	}
	got := s.got()
	if len(got) != 1 || got[0].from != "rouse@example.com" || len(got[0].to) != 1 || got[0].to[0] != "ana@example.com" {
		t.Fatalf("mails = %+v, want one from rouse to ana", got)
	}
	m, err := mail.ReadMessage(strings.NewReader(got[0].body))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != page.Subject {
		t.Errorf("subject = %q, %v, want %q", subject, err, page.Subject)
	}
	for name, want := range map[string]string{
		"From": `"rouse" <rouse@example.com>`, "To": "<ana@example.com>", "Message-Id": receipt.ProviderID,
		"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "X-Loop": "rouse", "Date": "Sun, 01 Mar 2026 03:04:05 +0000",
		"Precedence": "", "Bcc": "",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	checkParts(t, m, "text/plain", "Straße gesperrt\r\nReply 42\r\n", "text/html", "<p>Straße <b>gesperrt</b></p>")
}

// checkParts compares the alternatives: type and body in turn.
func checkParts(t *testing.T, m *mail.Message, want ...string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type = %q, %v", m.Header.Get("Content-Type"), err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for i := 0; i < len(want); i += 2 {
		part, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(part.Header.Get("Content-Type"), want[i]) || string(body) != want[i+1] {
			t.Errorf("part = %s %q, want %s %q", part.Header.Get("Content-Type"), body, want[i], want[i+1])
		}
	}
	if _, err := parts.NextRawPart(); !errors.Is(err, io.EOF) {
		t.Errorf("more parts than %d", len(want)/2)
	}
}

func TestMessageIDIsStable(t *testing.T) {
	var s sink
	address := s.start(t, nil, false)
	first, second := provider(t, smtp.Config{Name: "one", Address: address}), provider(t, smtp.Config{Name: "two", Address: address})
	other := page
	other.ID = "42/1/0/0/bo/email/0"
	ids := make([]string, 0, 3)
	for _, send := range []func() (notify.Receipt, error){
		func() (notify.Receipt, error) { return first.Send(t.Context(), page) },
		func() (notify.Receipt, error) { return second.Send(t.Context(), page) },
		func() (notify.Receipt, error) { return first.Send(t.Context(), other) },
	} {
		r, err := send()
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, r.ProviderID)
	}
	if ids[0] != ids[1] || ids[0] == ids[2] {
		t.Errorf("Message-IDs = %q: a retry must repeat it, another page must not", ids)
	}
}

func TestNothingCanBeInjected(t *testing.T) {
	var s sink
	p := provider(t, smtp.Config{Address: s.start(t, nil, false)})
	m := page
	m.ID = "42\r\nX-Evil: 1"
	m.Subject = "down\r\nBcc: evil@example.com\r\n\r\nbody\u2028x\x00"
	m.Text, m.HTML = ".\r\nRCPT TO:<evil@example.com>\r\n.\r\nQUIT\r\n", ""
	if _, err := p.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := s.got()
	if len(got) != 1 || len(got[0].to) != 1 {
		t.Fatalf("mails = %+v, want one to one address", got)
	}
	read, err := mail.ReadMessage(strings.NewReader(got[0].body))
	if err != nil {
		t.Fatal(err)
	}
	if read.Header.Get("Bcc") != "" || read.Header.Get("X-Evil") != "" {
		t.Errorf("injected: %v", read.Header)
	}
	if want := "down Bcc: evil@example.com body x"; read.Header.Get("Subject") != want {
		t.Errorf("subject = %q, want %q", read.Header.Get("Subject"), want)
	}
	for _, to := range []string{"ana@example.com\r\nRCPT TO:<evil@example.com>", "ana@example.com, evil@example.com", "ana", ""} {
		m.To = to
		var e *notify.Error
		if _, err := p.Send(t.Context(), m); !errors.As(err, &e) || e.Class != notify.Dead {
			t.Errorf("to %q: %v, want class dead", to, err)
		}
	}
	_, err = p.Post(t.Context(), smtp.Mail{To: "ana@example.com", Headers: map[string]string{"X: y\r\nBcc": "evil@example.com"}})
	if notify.Classify(err).Class != notify.Content {
		t.Errorf("header name with a line break: %v, want class content", err)
	}
}

func TestHeadersOfMailRooms(t *testing.T) {
	var s sink
	p := provider(t, smtp.Config{Address: s.start(t, nil, false)})
	_, err := p.Post(t.Context(), smtp.Mail{
		ID: "x", From: "Pager <pager@example.com>", To: "room@example.com", Subject: "s", HTML: "<p>h</p>",
		Headers: map[string]string{
			"To": "everybody <all@example.com>", "from": "Shown <shown@example.com>", "Reply-To": "desk@example.com",
			"References": "<INC-42@example.com>", "Bcc": "evil@example.com", "Content-Type": "text/evil",
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := s.got()[0]
	if got.from != "pager@example.com" || strings.Join(got.to, " ") != "room@example.com" {
		t.Errorf("envelope = %s to %s, want pager@ to room@", got.from, got.to)
	}
	m, err := mail.ReadMessage(strings.NewReader(got.body))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"To": "everybody <all@example.com>", "From": `"Shown" <shown@example.com>`, "Reply-To": "desk@example.com",
		"References": "<INC-42@example.com>", "Bcc": "", "Content-Type": "text/html; charset=UTF-8",
	} {
		if got := m.Header.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}

func TestEncryption(t *testing.T) {
	server, trusting := certificate(t)
	tests := []struct {
		name     string
		offered  *tls.Config // STARTTLS
		implicit bool
		mode     smtp.TLSMode
		client   *tls.Config
		user     string
		want     notify.Class
		secure   bool
	}{
		{name: "auto takes STARTTLS when it is offered", offered: server, mode: smtp.Auto, client: trusting, secure: true},
		{name: "auto does without when no password is at stake", mode: smtp.Auto},
		{name: "auto never sends a password in the clear", mode: smtp.Auto, user: "rouse", want: notify.Account},
		{name: "starttls insists", mode: smtp.StartTLS, want: notify.Account},
		{name: "starttls with password", offered: server, mode: smtp.StartTLS, client: trusting, user: "rouse", secure: true},
		{name: "a certificate nobody vouches for", offered: server, mode: smtp.StartTLS, want: notify.Account},
		{name: "implicit", offered: server, implicit: true, mode: smtp.Implicit, client: trusting, user: "rouse", secure: true},
		{name: "implicit to a plain port", mode: smtp.Implicit, client: trusting, want: notify.Account},
		{name: "none ignores the offer", offered: server, mode: smtp.None},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sink{user: tt.user, password: "correct horse"}
			p := provider(t, smtp.Config{
				Address: s.start(t, tt.offered, tt.implicit), TLS: tt.mode, TLSConfig: tt.client,
				Username: tt.user, Password: "correct horse",
			})
			_, err := p.Send(t.Context(), page)
			if tt.want != "" {
				if e := notify.Classify(err); err == nil || e.Class != tt.want || e.Unknown {
					t.Errorf("error = %v (unknown %v), want class %s", err, e.Unknown, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := s.got()[0]; got.secure != tt.secure || got.user != tt.user {
				t.Errorf("secure %v as %q, want %v as %q", got.secure, got.user, tt.secure, tt.user)
			}
		})
	}
}

func TestWrongPasswordIsAnAccountFault(t *testing.T) {
	server, trusting := certificate(t)
	s := sink{user: "rouse", password: "correct horse"}
	p := provider(t, smtp.Config{
		Address: s.start(t, server, false), TLSConfig: trusting, Username: "rouse",
		PasswordFunc: func() (string, error) { return "hunter2-wrong", nil },
	})
	_, err := p.Send(t.Context(), page)
	e := notify.Classify(err)
	if e.Class != notify.Account || e.Code != 535 || e.Unknown {
		t.Errorf("error = %v, want account 535", err)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the password is in the error: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	reply := func(code int, enhanced gosmtp.EnhancedCode) error {
		return &gosmtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: "no"}
	}
	tests := []struct {
		name       string
		rcpt, data error
		want       notify.Class
		code       int
	}{
		{name: "no such mailbox", rcpt: reply(550, gosmtp.EnhancedCode{5, 1, 1}), want: notify.Dead, code: 550},
		{name: "moved", rcpt: reply(551, gosmtp.NoEnhancedCode), want: notify.Dead, code: 551},
		{name: "impossible name", rcpt: reply(553, gosmtp.NoEnhancedCode), want: notify.Dead, code: 553},
		{name: "relaying denied", rcpt: reply(550, gosmtp.EnhancedCode{5, 7, 1}), want: notify.Filtered, code: 550},
		{name: "mailbox full", rcpt: reply(552, gosmtp.EnhancedCode{5, 2, 2}), want: notify.Handset, code: 552},
		{name: "authentication required", rcpt: reply(530, gosmtp.EnhancedCode{5, 7, 0}), want: notify.Account, code: 530},
		{name: "greylisted", rcpt: reply(451, gosmtp.EnhancedCode{4, 7, 1}), want: notify.Throttle, code: 451},
		{name: "busy mailbox", rcpt: reply(450, gosmtp.NoEnhancedCode), want: notify.Throttle, code: 450},
		{name: "mailbox full for now", rcpt: reply(452, gosmtp.EnhancedCode{4, 2, 2}), want: notify.Handset, code: 452},
		{name: "some other trouble", rcpt: reply(454, gosmtp.EnhancedCode{4, 3, 0}), want: notify.Transient, code: 454},
		{name: "spam", data: reply(554, gosmtp.EnhancedCode{5, 7, 1}), want: notify.Filtered, code: 554},
		{name: "spam, old server", data: reply(554, gosmtp.NoEnhancedCode), want: notify.Filtered, code: 554},
		{name: "text refused", data: reply(554, gosmtp.EnhancedCode{5, 6, 0}), want: notify.Content, code: 554},
		{name: "too big", data: reply(552, gosmtp.EnhancedCode{5, 3, 4}), want: notify.Content, code: 552},
		{name: "found out late", data: reply(550, gosmtp.EnhancedCode{5, 1, 1}), want: notify.Dead, code: 550},
		{name: "disk full over there", data: reply(452, gosmtp.EnhancedCode{4, 3, 1}), want: notify.Throttle, code: 452},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sink{onRcpt: func(string) error { return tt.rcpt }, onData: func(string) error { return tt.data }}
			p := provider(t, smtp.Config{Address: s.start(t, nil, false)})
			_, err := p.Send(t.Context(), page)
			e := notify.Classify(err)
			if e.Class != tt.want || e.Code != tt.code || e.Unknown {
				t.Errorf("error = %v (unknown %v), want %s %d", err, e.Unknown, tt.want, tt.code)
			}
		})
	}
}

func TestServersThatGreetBadly(t *testing.T) {
	tests := []struct {
		name, verb, reply string
		want              notify.Class
	}{
		{"too busy", "CONNECT", "421 4.7.0 too many connections", notify.Throttle},
		{"blocked", "CONNECT", "554 5.7.1 your address is listed", notify.Filtered},
		{"sender refused", "MAIL", "550 5.1.8 no such sender", notify.Account},
		{"shutting down", "DATA", "421 going down", notify.Throttle},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			address, _ := scripted(t, replyAt(tt.verb, tt.reply))
			_, err := provider(t, smtp.Config{Address: address}).Send(t.Context(), page)
			if e := notify.Classify(err); err == nil || e.Class != tt.want || e.Unknown {
				t.Errorf("error = %v, want class %s", err, tt.want)
			}
		})
	}
}

// A server that falls silent costs as long as the caller's context, wherever it does so; only after the last byte of the
// message may it have been taken.
func TestSilentServer(t *testing.T) {
	for _, tt := range []struct {
		verb    string
		unknown bool
	}{{"CONNECT", false}, {"EHLO", false}, {"MAIL", false}, {"RCPT", false}, {"DATA", false}, {".", true}} {
		t.Run("at "+tt.verb, func(t *testing.T) {
			address, silent := scripted(t, hangAt(tt.verb))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() { <-silent; cancel() }()
			_, err := provider(t, smtp.Config{Address: address, Timeout: time.Hour}).Send(ctx, page)
			e := notify.Classify(err)
			if err == nil || e.Class != notify.Transient || e.Unknown != tt.unknown {
				t.Errorf("error = %v, unknown %v, want transient, unknown %v", err, e.Unknown, tt.unknown)
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v does not say that time ran out", err)
			}
		})
	}
}

func TestSilenceAfterAcceptanceIsSuccess(t *testing.T) {
	address, silent := scripted(t, hangAt("QUIT"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { <-silent; cancel() }()
	if _, err := provider(t, smtp.Config{Address: address}).Send(ctx, page); err != nil {
		t.Errorf("the server took it, and yet: %v", err)
	}
}

func TestTimeoutOfItsOwn(t *testing.T) {
	address, _ := scripted(t, hangAt("EHLO"))
	_, err := provider(t, smtp.Config{Address: address, Timeout: 20 * time.Millisecond}).Send(t.Context(), page)
	if e := notify.Classify(err); err == nil || e.Class != notify.Transient || e.Unknown {
		t.Errorf("error = %v, want transient", err)
	}
}

func TestDialling(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := l.Addr().String()
	_ = l.Close()
	_, err = provider(t, smtp.Config{Address: closed}).Send(t.Context(), page)
	if e := notify.Classify(err); err == nil || e.Class != notify.Transient || e.Unknown {
		t.Errorf("nobody listens: %v, want transient", err)
	}
	_, err = provider(t, smtp.Config{Address: closed, DialContext: refuseDial}).Send(t.Context(), page)
	if e := notify.Classify(err); !errors.Is(err, errRefusedDial) || e.Class != notify.Account {
		t.Errorf("refused by our own rule: %v, want account", err)
	}
}

func TestOnlyMail(t *testing.T) {
	p := provider(t, smtp.Config{Address: "127.0.0.1:25"})
	if p.Name() != "mail" || !p.Carries(oncall.Email) || p.Carries(oncall.SMS) || p.Carries(oncall.Call) {
		t.Error("a mail provider carries mail alone")
	}
	m := page
	m.Via = oncall.SMS
	if _, err := p.Send(t.Context(), m); notify.Classify(err).Class != notify.Account {
		t.Errorf("an SMS: %v, want class account", err)
	}
}

func TestNewRefuses(t *testing.T) {
	good := smtp.Config{Name: "mail", Address: "smtp.example.com:587", From: "rouse@example.com"}
	tests := map[string]func(*smtp.Config){
		"write host:port":       func(c *smtp.Config) { c.Address = "smtp.example.com" },
		`":25": write`:          func(c *smtp.Config) { c.Address = ":25" },
		`"mx:0": write`:         func(c *smtp.Config) { c.Address = "mx:0" },
		"not a mail address":    func(c *smtp.Config) { c.From = "rouse" },
		"choose auto, starttls": func(c *smtp.Config) { c.TLS = "ssl" },
	}
	for want, spoil := range tests {
		c := good
		spoil(&c)
		if _, err := smtp.New(c); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "smtp mail") {
			t.Errorf("New(%+v) = %v, want %q", c, err, want)
		}
	}
}
