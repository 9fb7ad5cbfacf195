package phonetest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func bodies(ts []Text) string {
	var out []string
	for _, x := range ts {
		out = append(out, x.Body)
	}
	return strings.Join(out, " | ")
}

func TestReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPager(t)
		s := p.street(Options{})
		defer s.Close()
		phone := s.Phone(ana)
		if err := phone.Reply(t.Context(), "42"); !errors.Is(err, ErrNoSender) {
			t.Errorf("reply to nobody: %v, want ErrNoSender", err)
		}
		send(t, s, ana)
		time.Sleep(time.Second)
		if err := phone.Reply(t.Context(), "42r restarted, 2+3=5 & done é🔥"); err != nil {
			t.Fatal(err)
		}
		if err := phone.Resend(t.Context()); err != nil {
			t.Fatal(err)
		}
		sids := p.got("/sms", "MessageSid")
		if len(sids) != 2 || sids[0] != sids[1] || !strings.HasPrefix(sids[0], "SM") || len(sids[0]) != 34 {
			t.Errorf("SIDs of a text and its repetition = %v", sids)
		}
		for param, want := range map[string]string{"Body": "42r restarted, 2+3=5 & done é🔥", "From": ana, "To": desk, "SmsStatus": "received",
			"NumMedia": "0", "NumSegments": "1", "AccountSid": s.AccountSID(), "ApiVersion": "2010-04-01"} {
			if got := p.got("/sms", param)[0]; got != want {
				t.Errorf("%s = %q, want %q", param, got, want)
			}
		}
		if got := phone.Sent(); len(got) != 1 || !got[0].Inbound {
			t.Errorf("Sent = %+v", got)
		}
		s.SetInbound("")
		if err := phone.Reply(t.Context(), "ack"); !errors.Is(err, ErrNoInbound) {
			t.Errorf("reply without an address: %v, want ErrNoInbound", err)
		}
		noFaults(t, s)
	})
}

func TestDaemonAnswersAText(t *testing.T) {
	tests := []struct {
		name, contentType, answer string
		want                      string
		faults                    int
	}{
		{"nothing", "", "", "", 0},
		{"empty response", "text/xml", "<Response/>", "", 0},
		{"message", "text/xml", "<Response><Message>INC-42 is\nyours &amp; quiet</Message></Response>", "INC-42 is\nyours & quiet", 0},
		{"two, one with Body", "application/xml", "<Response><Message><Body>one</Body></Message><Message>two</Message></Response>", "one | two", 0},
		{"plain words are texted", "text/plain; charset=utf-8", "ok\n", "ok", 0},
		{"JSON", "application/json", `{"ok":true}`, "", 1},
		{"broken", "text/xml", "<Response><Message>", "", 1},
		{"voice verbs", "text/xml", "<Response><Say>hello</Say></Response>", "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPager(t)
				p.mux = http.NewServeMux()
				p.mux.HandleFunc("/sms", func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", tt.contentType)
					fmt.Fprint(w, tt.answer)
				})
				s := p.street(Options{})
				defer s.Close()
				if err := s.Phone(ana).ReplyTo(t.Context(), desk, "list"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				if got := bodies(s.Phone(ana).Texts()); got != tt.want {
					t.Errorf("the phone shows %q, want %q", got, tt.want)
				}
				if got := len(s.Faults()); got != tt.faults {
					t.Errorf("%d faults, want %d: %v", got, tt.faults, s.Faults())
				}
			})
		})
	}
}

func TestStopAndStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPager(t)
		s := p.street(Options{})
		defer s.Close()
		send(t, s, ana)
		time.Sleep(time.Second)
		for _, step := range []struct {
			reply string
			code  any
		}{{" stop ", 21610.0}, {"ack", 21610.0}, {"Start", nil}} {
			if err := s.Phone(ana).Reply(t.Context(), step.reply); err != nil {
				t.Fatal(err)
			}
			if _, body := post(t, s, "Messages.json", sms(ana)); body["code"] != step.code {
				t.Errorf("after %q: %v, want %v", step.reply, body, step.code)
			}
			if status, _ := post(t, s, "Messages.json", sms(bo)); status != 201 {
				t.Errorf("after %q the other phone is refused too", step.reply)
			}
		}
		if got := len(p.got("/sms", "Body")); got != 3 {
			t.Errorf("the daemon heard of %d texts, want all 3", got)
		}
	})
}

func TestDaemonIsUnwell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPager(t)
		p.unwell = 1
		s := p.street(Options{})
		defer s.Close()
		if err := s.Phone(ana).ReplyTo(t.Context(), desk, "ack"); err == nil || !strings.Contains(err.Error(), "answered 500") {
			t.Errorf("Reply = %v, want the daemon's 500", err)
		}
		f := s.Faults()
		if len(f) != 1 || f[0].Code != 11200 || f[0].Phone != ana {
			t.Errorf("faults = %v", f)
		}
		if err := s.Phone(ana).Reply(t.Context(), "x"); !errors.Is(err, ErrNoSender) {
			t.Errorf("a text to a number does not make it the sender: %v", err)
		}
	})
}

// TestConnectionFailureIsTriedAgain: as Twilio does, once, and with the same idempotency token.
func TestConnectionFailureIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tokens []string
		s := New(Options{InboundURL: daemon + "/sms", Callbacks: InMemory(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			tokens = append(tokens, r.Header.Get("I-Twilio-Idempotency-Token"))
			if len(tokens) == 1 {
				panic(http.ErrAbortHandler)
			}
		}))})
		defer s.Close()
		if err := s.Phone(ana).ReplyTo(t.Context(), desk, "ack"); err != nil {
			t.Fatal(err)
		}
		if len(tokens) != 2 || tokens[0] != tokens[1] || tokens[0] == "" {
			t.Errorf("tokens = %q, want the same twice", tokens)
		}
	})
}

func TestAutoReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPager(t)
		s := p.street(Options{})
		defer s.Close()
		s.Phone(ana).Behave(AutoReply("ack").Limit(2))
		for range 3 {
			send(t, s, ana)
			time.Sleep(10 * time.Second)
		}
		if diff := cmp.Diff([]string{"ack", "ack"}, p.got("/sms", "Body")); diff != "" {
			t.Errorf("replies (-want +got):\n%s", diff)
		}
	})
}
