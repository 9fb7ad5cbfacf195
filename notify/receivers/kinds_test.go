package receivers_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/notify/receivers"
)

func TestSNS(t *testing.T) {
	t.Setenv("AWS_CA_BUNDLE", "") // with it the SDK dials by itself
	s := newStreet(t)
	rooms := load(t, room(`sns_configs: [{api_url: "http://sns.test", topic_arn: "arn:aws:sns:eu-1:1:t", sigv4: {region: eu-1, access_key: AK, secret_key: CANARY-SECRET}}]`),
		receivers.Options{DialContext: s.dial})
	s.answer = func(*http.Request) (int, string) {
		return 403, "<ErrorResponse><Error><Code>AuthorizationError</Code></Error></ErrorResponse>"
	}
	err := rooms.Send(t.Context(), note(receivers.Opened))
	if e := notify.Classify(err); err == nil || e.Class != notify.Account {
		t.Errorf("error = %v, want account", err)
	}
	discreet(t, err)
	if got := s.take(); len(got) == 0 || !strings.Contains(string(got[0].body), "Action=Publish") {
		t.Errorf("requests = %+v, want Publish", got)
	}
}

func TestMailRoom(t *testing.T) {
	for _, lost := range []string{"", "bo@example.com"} {
		mails := make(chan string, 2)
		dial := func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go takeMail(there, lost, mails)
			return here, nil
		}
		rooms := load(t, room(`email_configs:
    - to: 'ana@example.com, Bo <bo@example.com>'
      from: '{{ .CommonAnnotations.service }} <pager@example.com>'
      smarthost: mx.example.com:25
      require_tls: false
      send_resolved: true
      headers: {X-Incident: '{{ .CommonAnnotations.incident }}'}
      threading: {enabled: true, thread_by_date: none}`), receivers.Options{DialContext: dial})
		err := rooms.Send(t.Context(), note(receivers.Acknowledged))
		if lost == "" && err != nil {
			t.Fatal(err)
		}
		if e := notify.Classify(err); lost != "" && (e.Class != notify.Dead || e.Code != 550) {
			t.Errorf("error = %v, want dead for %s", err, lost)
		}
		want := 2
		if lost != "" {
			want = 1
		}
		count := len(mails)
		if count != want {
			t.Fatalf("%d mails, want %d: one bad address must keep nobody else from hearing", count, want)
		}
		got := <-mails
		for _, want := range []string{
			"MAIL FROM:<pager@example.com>", "RCPT TO:<ana@example.com>", `From: "checkout" <pager@example.com>`,
			"Subject: [ACKNOWLEDGED by Ana Ruiz] P1 INC-42 HighErrorRate eu-1", "X-Incident: INC-42", "In-Reply-To: <incident-",
			"Message-ID: <page.", "text/html",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("no %q in\n%s", want, got)
			}
		}
	}
}

// takeMail speaks just enough SMTP for one mail.
func takeMail(conn net.Conn, refuse string, mails chan<- string) {
	defer conn.Close()
	var all strings.Builder
	say := func(s string) { _, _ = io.WriteString(conn, s+"\r\n") }
	say("220 mx.example.com")
	data := false
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		line := lines.Text()
		all.WriteString(line + "\n")
		switch {
		case data && line != ".":
		case data:
			data = false
			mails <- all.String()
			say("250 taken")
		case strings.HasPrefix(line, "RCPT") && refuse != "" && strings.Contains(line, refuse):
			say("550 5.1.1 nobody here")
		case line == "DATA":
			data = true
			say("354 go on")
		case line == "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}
