package phonetest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const question = `<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <Gather numDigits="1" action="key?page=1" timeout="4">
    <Say voice="alice" loop="2">P 1. Incident 42. <break strength="medium"/>Checkout: error rate &amp; latency.</Say>
    <Pause length="1"/>
    <Say>Press 1 to acknowledge.</Say>
  </Gather>
  <Say>No key was pressed. Goodbye.</Say>
</Response>`

// voicePager answers calls with the question, and a key with what it did.
func voicePager(t *testing.T) *pager {
	p := newPager(t)
	p.twiml("/voice", question)
	p.mux.HandleFunc("/key", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml")
		switch r.PostForm.Get("Digits") {
		case "1":
			fmt.Fprint(w, `<Response><Say>Acknowledged.</Say><Hangup/></Response>`)
		case "*":
			fmt.Fprint(w, `<Response><Redirect>/voice?again=1</Redirect></Response>`)
		default:
			fmt.Fprint(w, `<Response><Say>That is no choice.</Say></Response>`)
		}
	})
	return p
}

func words(c Call) []string { return strings.Split(c.Words(), "\n") }

// TestWholeCall: it rings, a person answers, listens, asks to repeat, and acknowledges.
func TestWholeCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := voicePager(t)
		s := p.street(Options{})
		defer s.Close()
		phone := s.Phone(ana)
		sid := dial(t, s, ana)
		time.Sleep(10 * time.Second)
		if c, rings := phone.Ringing(); !rings || c.SID != sid || c.From != desk {
			t.Fatalf("Ringing = %+v, %t", c, rings)
		}
		if err := phone.Answer(sid); err != nil {
			t.Fatal(err)
		}
		if err := phone.Answer(sid); !errors.Is(err, ErrNotRinging) {
			t.Errorf("answering twice: %v, want ErrNotRinging", err)
		}
		time.Sleep(3 * time.Second)
		for _, key := range []string{"*", "1"} {
			if c, in := phone.InCall(); !in || !c.Listening {
				t.Fatalf("InCall = %+v, %t", c, in)
			}
			if err := phone.Press(key); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Second)
		}
		time.Sleep(10 * time.Second)
		c := phone.Calls()[0]
		p1 := "P 1. Incident 42. Checkout: error rate & latency."
		if diff := cmp.Diff([]string{p1, p1, "Acknowledged."}, words(c)); diff != "" {
			t.Errorf("words (-want +got):\n%s", diff)
		}
		if c.Status != "completed" || !c.Over() || c.AnsweredBy != "" {
			t.Errorf("call = %+v", c)
		}
		if diff := cmp.Diff([]string{"initiated", "ringing", "in-progress", "completed"}, p.got("/status", "CallStatus")); diff != "" {
			t.Errorf("callbacks (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"*", "1"}, p.got("/key", "Digits")); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
		if got := p.got("/status", "SequenceNumber"); strings.Join(got, "") != "0123" {
			t.Errorf("sequence = %v", got)
		}
		if d := p.got("/status", "CallDuration")[3]; d != "6" {
			t.Errorf("CallDuration = %s, want 6", d)
		}
		if got := p.got("/voice", "again"); len(got) != 2 || got[1] != "1" {
			t.Errorf("the redirect kept its query: %v", got)
		}
		if err := phone.Press("1"); !errors.Is(err, ErrNoCall) {
			t.Errorf("pressing after the end: %v, want ErrNoCall", err)
		}
		noFaults(t, s)
	})
}

// TestCallEndings: what becomes of a call by behaviour, and what it said.
func TestCallEndings(t *testing.T) {
	asked := []string{"P 1. Incident 42. Checkout: error rate & latency.", "P 1. Incident 42. Checkout: error rate & latency.",
		"Press 1 to acknowledge.", "No key was pressed. Goodbye."}
	tests := []struct {
		name   string
		b      Behaviour
		more   []string
		status string
		by     string
		words  []string
		keys   []string
		hears  string
	}{
		{"nobody", Behaviour{}, nil, "no-answer", "", nil, nil, "initiated ringing no-answer"},
		{"no answer", NoAnswer(), nil, "no-answer", "", nil, nil, "initiated ringing no-answer"},
		{"busy", Busy(), nil, "busy", "", nil, nil, "initiated busy"},
		{"failed", Failed(0), nil, "failed", "", nil, nil, "initiated failed"},
		{"off", Off(), nil, "no-answer", "", nil, nil, "initiated no-answer"},
		{"machine, not asked for", Machine(), nil, "completed", "", asked, nil, "initiated ringing in-progress completed"},
		{"machine", Machine(), []string{"MachineDetection", "Enable"}, "completed", "machine_start", asked, nil, "initiated ringing in-progress completed"},
		{"machine to its beep", Machine(), []string{"MachineDetection", "DetectMessageEnd"}, "completed", "machine_end_beep", asked, nil, "initiated ringing in-progress completed"},
		{"silence", AnswerAndSilence(), []string{"MachineDetection", "Enable"}, "completed", "human", asked, nil, "initiated ringing in-progress completed"},
		{"press", AutoPress("1"), nil, "completed", "", []string{asked[0], "Acknowledged."}, []string{"1"}, "initiated ringing in-progress completed"},
		{"only the end is told", Busy(), []string{"StatusCallbackEvent", ""}, "busy", "", nil, nil, "busy"},
		{"callbacks get lost", func() Behaviour { return LoseCallbacks() }(), nil, "no-answer", "", nil, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := voicePager(t)
				s := p.street(Options{})
				defer s.Close()
				s.Phone(ana).Behave(tt.b)
				sid := dial(t, s, ana, tt.more...)
				time.Sleep(2 * time.Minute)
				c := s.Phone(ana).Calls()[0]
				if c.Status != tt.status || c.AnsweredBy != tt.by {
					t.Errorf("call ended %s, answered by %q; want %s, %q", c.Status, c.AnsweredBy, tt.status, tt.by)
				}
				if diff := cmp.Diff(strings.Join(tt.words, "\n"), c.Words()); diff != "" {
					t.Errorf("words (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.keys, p.got("/key", "Digits")); diff != "" {
					t.Errorf("keys (-want +got):\n%s", diff)
				}
				if got := strings.Join(p.got("/status", "CallStatus"), " "); got != tt.hears {
					t.Errorf("callbacks = %q, want %q", got, tt.hears)
				}
				if by := p.got("/voice", "AnsweredBy"); len(by) > 0 && by[0] != tt.by {
					t.Errorf("the script was asked for with AnsweredBy %q, want %q", by[0], tt.by)
				}
				if _, body := get(t, s, "Calls/"+sid+".json"); body["status"] != tt.status || body["end_time"] == nil {
					t.Errorf("API says %v", body)
				}
				noFaults(t, s)
			})
		})
	}
}

func TestAsyncMachineDetection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := voicePager(t)
		p.mux.HandleFunc("/amd", func(http.ResponseWriter, *http.Request) {})
		s := p.street(Options{})
		defer s.Close()
		s.Behave(Machine())
		dial(t, s, ana, "MachineDetection", "Enable", "AsyncAmd", "true", "AsyncAmdStatusCallback", daemon+"/amd")
		time.Sleep(time.Minute)
		if by := p.got("/voice", "AnsweredBy"); len(by) != 1 || by[0] != "" {
			t.Errorf("the script waited for detection: AnsweredBy %q", by)
		}
		if by := p.got("/amd", "AnsweredBy"); len(by) != 1 || by[0] != "machine_start" {
			t.Errorf("detection callback = %q", by)
		}
	})
}

func TestPersonAndCall(t *testing.T) {
	type do func(*Phone) error
	hangUp := func(p *Phone) error { return p.HangUp() }
	answer := func(p *Phone) error { return p.Answer("") }
	press := func(d string) do { return func(p *Phone) error { return p.Press(d) } }
	tests := []struct {
		name  string
		acts  []do
		want  error // of the last act
		ended string
	}{
		{"declines", []do{hangUp}, nil, "busy"},
		{"answers, hangs up", []do{answer, hangUp}, nil, "completed"},
		{"presses before answering", []do{press("1")}, ErrNoCall, "no-answer"},
		{"presses a wrong key", []do{answer, press("7")}, nil, "completed"},
		{"presses what is no key", []do{answer, press("x")}, errAny, "completed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := voicePager(t).street(Options{})
				defer s.Close()
				dial(t, s, ana)
				var err error
				for _, act := range tt.acts {
					time.Sleep(time.Second)
					err = act(s.Phone(ana))
				}
				if !errors.Is(err, tt.want) && (tt.want != errAny || err == nil) {
					t.Errorf("last act: %v, want %v", err, tt.want)
				}
				time.Sleep(2 * time.Minute)
				if c := s.Calls()[0]; c.Status != tt.ended {
					t.Errorf("ended %s, want %s", c.Status, tt.ended)
				}
			})
		})
	}
}

var errAny = errors.New("any")

func TestKeysWithoutGatherAreLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPager(t)
		p.twiml("/voice", `<Response><Say>Priority one</Say><Pause length="3"/><Gather numDigits="1" action="/key"/></Response>`)
		s := p.street(Options{})
		defer s.Close()
		dial(t, s, ana)
		time.Sleep(time.Second)
		if err := s.Phone(ana).Answer(""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if err := s.Phone(ana).Press("1"); !errors.Is(err, ErrNotListening) {
			t.Errorf("Press = %v, want ErrNotListening", err)
		}
		time.Sleep(time.Minute)
		if got := p.got("/key", "Digits"); got != nil {
			t.Errorf("the lost key arrived: %v", got)
		}
	})
}

func TestEngagedPhoneIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := voicePager(t).street(Options{})
		defer s.Close()
		dial(t, s, ana)
		time.Sleep(time.Second)
		second := dial(t, s, ana)
		dial(t, s, bo)
		time.Sleep(time.Second)
		if _, body := get(t, s, "Calls/"+second+".json"); body["status"] != "busy" {
			t.Errorf("second call is %v, want busy", body["status"])
		}
		if _, rings := s.Phone(bo).Ringing(); !rings {
			t.Error("the other phone does not ring")
		}
	})
}

// TestSenderUpdatesCall: cancel, complete, and new words for a live call.
func TestSenderUpdatesCall(t *testing.T) {
	tests := []struct {
		name   string
		answer bool
		after  time.Duration
		form   url.Values
		status int
		ended  string
		words  string
	}{
		{"cancel while it rings", false, time.Second, url.Values{"Status": {"canceled"}}, 200, "canceled", ""},
		{"cancel before it rings", false, 0, url.Values{"Status": {"canceled"}}, 200, "canceled", ""},
		{"complete", true, time.Second, url.Values{"Status": {"completed"}}, 200, "completed", "P 1."},
		{"cancel too late", true, time.Second, url.Values{"Status": {"canceled"}}, 400, "completed", "P 1."},
		{"after its end", false, 5 * time.Minute, url.Values{"Status": {"completed"}}, 400, "no-answer", ""},
		{"nonsense", false, time.Second, url.Values{"Status": {"ringing"}}, 400, "no-answer", ""},
		{"new words", true, time.Second, url.Values{"Twiml": {"<Response><Say>Bo took it.</Say></Response>"}}, 200, "completed", "Bo took it."},
		{"new address", true, time.Second, url.Values{"Url": {daemon + "/taken"}}, 200, "completed", "Somebody took it."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := voicePager(t)
				p.twiml("/taken", `<Response><Say>Somebody took it.</Say></Response>`)
				s := p.street(Options{})
				defer s.Close()
				sid := dial(t, s, ana)
				if tt.answer {
					time.Sleep(time.Second)
					if err := s.Phone(ana).Answer(sid); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(tt.after)
				status, body := post(t, s, "Calls/"+sid+".json", tt.form)
				if status != tt.status || status == 400 && body["code"] != 21220.0 && body["code"] != 20001.0 {
					t.Errorf("update = %d %v, want %d", status, body, tt.status)
				}
				time.Sleep(5 * time.Minute)
				c := s.Calls()[0]
				if c.Status != tt.ended || !strings.Contains(c.Words(), tt.words) {
					t.Errorf("ended %s after %q; want %s, %q", c.Status, c.Words(), tt.ended, tt.words)
				}
				noFaults(t, s)
			})
		})
	}
}

// TestCloseStopsEverything: no goroutine outlives Close (the bubble would not end), and a closed street refuses connections.
func TestCloseStopsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := voicePager(t)
		s := p.street(Options{})
		s.Behave(DeliverAfter(time.Hour))
		send(t, s, ana)
		dial(t, s, ana)
		dial(t, s, bo)
		time.Sleep(time.Second)
		if err := s.Phone(ana).Answer(""); err != nil {
			t.Fatal(err)
		}
		s.Behave(Hang())
		hung := make(chan int)
		go func() {
			status, _, _ := ask(t, s, context.Background(), "POST", apiRoot+s.AccountSID()+"/Messages.json", sms(ana))
			hung <- status
		}()
		synctest.Wait()
		s.Close()
		if status := <-hung; status != -1 {
			t.Errorf("the hanging request got %d", status)
		}
		s.Close()
		if status, _ := post(t, s, "Messages.json", sms(ana)); status != -1 {
			t.Errorf("a closed street answered %d", status)
		}
	})
}
