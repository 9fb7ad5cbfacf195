package peers

import (
	"fmt"
	"io"
	"log"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	gosmtp "github.com/emersion/go-smtp"
)

// mailbox is a mail server that keeps what it is given.
type mailbox struct {
	address string
	mu      sync.Mutex
	letters []letter
}

// letter is one mail as it came: the envelope's recipient and the message.
type letter struct{ to, raw string }

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	m := &mailbox{}
	server := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) { return &session{box: m}, nil }))
	server.Domain = "mail.example.com"
	server.ErrorLog = log.New(t.Output(), "mail server: ", 0)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.address = ln.Addr().String()
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(ln) }()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return m
}

// first waits for the first letter.
func (m *mailbox) first(t *testing.T) letter {
	t.Helper()
	var l letter
	eventually(t, patience, func() error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if len(m.letters) == 0 {
			return fmt.Errorf("no mail has come")
		}
		l = m.letters[0]
		return nil
	})
	return l
}

// session is one connection to the mailbox.
type session struct {
	box *mailbox
	to  string
}

// Mail takes any sender.
func (s *session) Mail(string, *gosmtp.MailOptions) error { return nil }

// Rcpt takes any recipient.
func (s *session) Rcpt(to string, _ *gosmtp.RcptOptions) error { s.to = to; return nil }

// Data keeps the message.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.letters = append(s.box.letters, letter{s.to, string(raw)})
	return nil
}

// Reset forgets the recipient.
func (s *session) Reset() { s.to = "" }

// Logout ends the connection.
func (s *session) Logout() error { return nil }

// texts reads a mail as a mail reader does: its subject, and its parts by content type.
func (l letter) texts(t *testing.T) (subject string, parts map[string]string) {
	t.Helper()
	msg, err := mail.ReadMessage(strings.NewReader(l.raw))
	if err != nil {
		t.Fatalf("the mail cannot be read: %v\n%s", err, l.raw)
	}
	subject, err = new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil {
		t.Errorf("subject: %v", err)
	}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("the mail is %s (%v), want multipart/alternative\n%s", kind, err, l.raw)
	}
	parts = map[string]string{}
	for r := multipart.NewReader(msg.Body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return subject, parts
		}
		if err != nil {
			t.Fatalf("the mail's parts: %v\n%s", err, l.raw)
		}
		body := io.Reader(p)
		if p.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			body = quotedprintable.NewReader(p)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatalf("the mail's text: %v", err)
		}
		kind, _, _ := mime.ParseMediaType(p.Header.Get("Content-Type"))
		parts[kind] = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
}

func TestMail(t *testing.T) {
	t.Parallel()
	box := newMailbox(t)
	config := change(t, townConfig, "users:\n", fmt.Sprintf("  - name: mail\n    smtp: {address: %q, from: rouse@example.com}\nusers:\n", box.address))
	config = change(t, config, `phone: "+34600000001"}`, `email: ana@example.com, notify: {high: [{via: email}], low: [{via: email}]}}`)
	w := open(t, config)
	w.fire("Größe der Warteschlange")
	l := box.first(t)
	subject, parts := l.texts(t)
	if l.to != "ana@example.com" || subject != "P1 INC-1 checkout: Größe der Warteschlange" {
		t.Errorf("to %s, subject %q", l.to, subject)
	}
	link := regexp.MustCompile(`(?m)^Acknowledge: (\S+)$`).FindStringSubmatch(parts["text/plain"])
	if link == nil || !strings.Contains(parts["text/html"], link[1]) || !strings.HasPrefix(link[1], w.base+"/i/1/") {
		t.Fatalf("no link that acknowledges in both parts:\n%s\n%s", parts["text/plain"], parts["text/html"])
	}
	w.follow(link[1])
}

// follow opens a signed link as a mail scanner does, which changes nothing, and presses its button as a person does.
func (w *town) follow(link string) {
	w.t.Helper()
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
		_, _ = send(w.http, method, link, "", nil)
		_, _ = send(w.http, method, link+"/act", "", nil)
		_, _ = send(w.http, method, link+"?do=ack", "", nil)
	}
	code, page := send(w.http, http.MethodGet, link, "", nil)
	if code != http.StatusOK || !strings.Contains(page, "INC-1") || !strings.Contains(page, `method="post"`) {
		w.t.Fatalf("GET %s: %d %s", link, code, page)
	}
	if i := w.incident(1); i.State != "triggered" {
		w.t.Fatalf("INC-1 is %s though nobody has pressed anything", i.State)
	}
	forged := link[:len(link)-2] + "xx"
	for address, want := range map[string]int{forged: http.StatusForbidden, link: http.StatusOK} {
		resp, err := w.http.PostForm(address+"/act", url.Values{"do": {"ack"}})
		if err != nil {
			w.t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			w.t.Errorf("POST %s: %s, want %d", address, resp.Status, want)
		}
	}
	i := w.becomes(1, "acknowledged", patience)
	if i.AckedBy != "ana" {
		w.t.Errorf("acknowledged by %q, want ana\n%s", i.AckedBy, story(i))
	}
	if resp, err := w.http.PostForm(link+"/act", url.Values{"do": {"resolve"}}); err != nil || resp.StatusCode/100 != 4 {
		w.t.Errorf("a link resolved the incident: %v %v", resp, err)
	} else {
		_ = resp.Body.Close()
	}
	w.becomes(1, "acknowledged", patience)
}
