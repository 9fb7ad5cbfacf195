package smtp_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"

	"github.com/rouse/rouse/notify/smtp"
)

// sink is a mail server that keeps what it is given.
type sink struct {
	user, password string                  // empty user: no AUTH offered
	onRcpt         func(to string) error   // nil: everybody is welcome
	onData         func(body string) error // nil: everything is taken

	mu    sync.Mutex
	mails []letter
}

type letter struct {
	from, body string
	to         []string
	secure     bool
	user       string
}

func (s *sink) got() []letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]letter(nil), s.mails...)
}

// start serves on loopback: plain with STARTTLS when cert is set, or TLS from the first byte.
func (s *sink) start(t *testing.T, cert *tls.Config, implicit bool) string {
	t.Helper()
	server := gosmtp.NewServer(gosmtp.BackendFunc(func(c *gosmtp.Conn) (gosmtp.Session, error) {
		return &session{sink: s, conn: c}, nil
	}))
	server.Domain = "sink.example.com"
	server.AllowInsecureAuth = true
	server.TLSConfig = cert
	server.ErrorLog = log.New(t.Output(), "sink: ", 0)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if implicit {
		l = tls.NewListener(l, cert)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return address
}

type session struct {
	sink *sink
	conn *gosmtp.Conn
	now  letter
	user string
}

func (s *session) AuthMechanisms() []string {
	if s.sink.user == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.sink.user || password != s.sink.password {
			return gosmtp.ErrAuthFailed
		}
		s.user = user
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *gosmtp.MailOptions) error {
	_, secure := s.conn.TLSConnectionState()
	s.now = letter{from: from, secure: secure, user: s.user}
	return nil
}

func (s *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	if s.sink.onRcpt != nil {
		if err := s.sink.onRcpt(to); err != nil {
			return err
		}
	}
	s.now.to = append(s.now.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.sink.onData != nil {
		if err := s.sink.onData(string(body)); err != nil {
			return err
		}
	}
	s.now.body = string(body)
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	s.sink.mails = append(s.sink.mails, s.now)
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// certificate is a self-signed one for 127.0.0.1, and a pool that trusts it.
func certificate(t *testing.T) (server *tls.Config, client *tls.Config) {
	t.Helper()
	https := httptest.NewTLSServer(nil)
	defer https.Close()
	pool := x509.NewCertPool()
	pool.AddCert(https.Certificate())
	return &tls.Config{Certificates: https.TLS.Certificates}, &tls.Config{RootCAs: pool}
}

func provider(t *testing.T, c smtp.Config) *smtp.Provider {
	t.Helper()
	if c.From == "" {
		c.From = "rouse <rouse@example.com>"
	}
	if c.Name == "" {
		c.Name = "mail"
	}
	p, err := smtp.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// scripted is a server that answers each line as told; "" means never again, and is reported on the channel.
func scripted(t *testing.T, answer func(line string) string) (address string, silent <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	quiet := make(chan string, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			converse(conn, answer, quiet)
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String(), quiet
}

func converse(conn net.Conn, answer func(string) string, quiet chan<- string) {
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	line, data := "CONNECT", false
	for {
		if !data || line == "." {
			data = false
			reply := answer(line)
			if reply == "" {
				quiet <- line
				_, _ = io.Copy(io.Discard, conn) // until the other side hangs up
				return
			}
			if _, err := io.WriteString(conn, reply+"\r\n"); err != nil {
				return
			}
			data = strings.HasPrefix(reply, "354")
		}
		if !lines.Scan() {
			return
		}
		line = lines.Text()
	}
}

// polite answers like a server that takes everything.
func polite(line string) string {
	switch verb, _, _ := strings.Cut(line, " "); strings.ToUpper(verb) {
	case "CONNECT":
		return "220 sink.example.com"
	case "DATA":
		return "354 go on"
	case "QUIT":
		return "221 bye"
	}
	return "250 ok"
}

// hangAt is polite until the line that starts with verb.
func hangAt(verb string) func(string) string {
	return func(line string) string {
		if strings.HasPrefix(line, verb) {
			return ""
		}
		return polite(line)
	}
}

// replyAt is polite but for the line that starts with verb.
func replyAt(verb, reply string) func(string) string {
	return func(line string) string {
		if strings.HasPrefix(line, verb) {
			return reply
		}
		return polite(line)
	}
}

var errRefusedDial = errors.New("10.0.0.5 is not allowed")

func refuseDial(context.Context, string, string) (net.Conn, error) { return nil, errRefusedDial }
