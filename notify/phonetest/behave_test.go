package phonetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestRequestBehaviours: what the API answers, and whether the text arrives all the same.
func TestRequestBehaviours(t *testing.T) {
	tests := []struct {
		name    string
		b       Behaviour
		status  int // -1: no answer
		code    float64
		retry   string
		arrives bool
	}{
		{"refuse", Refuse(400, 21211), 400, 21211, "", false},
		{"opted out", Refuse(400, 21610), 400, 21610, "", false},
		{"hang", Hang(), -1, 0, "", false},
		{"throttle", Throttle429(1500 * time.Millisecond), 429, 20429, "2", false},
		{"500", ServerError(500), 500, 20500, "", false},
		{"503 is not JSON", ServerError(503), 503, 0, "", false},
		{"create, then 500", CreateThen500(), 500, 20500, "", true},
		{"create, then hang", CreateThenHang(), -1, 0, "", true},
		{"bad JSON", BadJSON(), 201, 0, "", true},
		{"other channel", Hang().Only(Voice), 201, 0, "", true},
		{"no chance", Hang().Often(1e-12), 201, 0, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newPager(t).street(Options{})
				defer s.Close()
				s.Phone(ana).Behave(tt.b.Limit(1))
				ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
				defer cancel()
				began := time.Now()
				status, body, header := ask(t, s, ctx, "POST", apiRoot+s.AccountSID()+"/Messages.json", sms(ana))
				if code, _ := body["code"].(float64); status != tt.status || code != tt.code || header.Get("Retry-After") != tt.retry {
					t.Errorf("got %d %v Retry-After %q, want %d code %v %q", status, body, header.Get("Retry-After"), tt.status, tt.code, tt.retry)
				}
				if took := time.Since(began); (took == 15*time.Second) != (tt.status == -1) {
					t.Errorf("answered after %v", took)
				}
				time.Sleep(time.Second)
				if got := len(s.Phone(ana).Texts()) == 1; got != tt.arrives {
					t.Errorf("arrived = %t, want %t", got, tt.arrives)
				}
				if !tt.arrives { // its one time is used up
					send(t, s, ana)
				}
			})
		})
	}
}

func TestTextBehaviours(t *testing.T) {
	tests := []struct {
		name    string
		b       []Behaviour
		status  string
		code    int
		hears   []string
		arrives bool
		after   time.Duration
	}{
		{"well", nil, "delivered", 0, []string{"queued", "sent", "delivered"}, true, 50 * time.Millisecond},
		{"undelivered", []Behaviour{Undelivered(30005)}, "undelivered", 30005, []string{"queued", "sent", "undelivered"}, false, 0},
		{"failed", []Behaviour{Failed(30008)}, "failed", 30008, []string{"queued", "failed"}, false, 0},
		{"off", []Behaviour{Off()}, "undelivered", 30003, []string{"queued", "sent", "undelivered"}, false, 0},
		{"late", []Behaviour{DeliverAfter(time.Minute)}, "delivered", 0, []string{"queued", "sent", "delivered"}, true, time.Minute},
		{"late and lost", []Behaviour{DeliverAfter(time.Minute), Undelivered(30003)}, "undelivered", 30003, []string{"queued", "sent", "undelivered"}, false, 0},
		{"lost callbacks", []Behaviour{LoseCallbacks()}, "delivered", 0, nil, true, 50 * time.Millisecond},
		{"one lost callback", []Behaviour{LoseCallbacks().Limit(1)}, "delivered", 0, []string{"sent", "delivered"}, true, 50 * time.Millisecond},
		{"double callbacks", []Behaviour{DuplicateCallbacks()}, "delivered", 0, []string{"queued", "queued", "sent", "sent", "delivered", "delivered"}, true, 50 * time.Millisecond},
		{"callbacks in disorder", []Behaviour{ReorderCallbacks()}, "delivered", 0, []string{"delivered", "sent", "queued"}, true, 50 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPager(t)
				s := p.street(Options{})
				defer s.Close()
				for _, b := range tt.b {
					s.Behave(b)
				}
				began := time.Now()
				sid := send(t, s, ana)
				time.Sleep(2 * time.Minute)
				m := s.Messages()[0]
				if m.Status != tt.status || m.Code != tt.code {
					t.Errorf("status = %s %d, want %s %d", m.Status, m.Code, tt.status, tt.code)
				}
				if diff := cmp.Diff(tt.hears, p.got("/status", "MessageStatus")); diff != "" {
					t.Errorf("callbacks (-want +got):\n%s", diff)
				}
				got := s.Phone(ana).LastText()
				if (got.SID == sid) != tt.arrives || tt.arrives && got.At.Sub(began).Round(time.Millisecond) != tt.after {
					t.Errorf("arrived: %+v, want %t after %v", got, tt.arrives, tt.after)
				}
				if tt.code != 0 {
					_, body := get(t, s, "Messages/"+sid+".json")
					if body["error_code"] != float64(tt.code) || body["error_message"] == nil || body["date_created"] == nil {
						t.Errorf("API says %v", body)
					}
				}
			})
		})
	}
}

// TestBehavioursTellAStory: limited behaviours are used up in order, a phone's before the street's.
func TestBehavioursTellAStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPager(t).street(Options{})
		defer s.Close()
		s.Behave(ServerError(500).Limit(1))
		s.Phone(ana).Behave(Throttle429(0).Limit(2))
		s.Phone(ana).Behave(Refuse(400, 21211).Limit(1))
		var got []int
		for range 5 {
			status, _ := post(t, s, "Messages.json", sms(ana))
			got = append(got, status)
		}
		if diff := cmp.Diff([]int{429, 429, 400, 500, 201}, got); diff != "" {
			t.Errorf("statuses (-want +got):\n%s", diff)
		}
		s.Behave(Hang())
		s.Calm()
		send(t, s, ana)
		s.Behave(ServerError(502).Only(Lookup))
		if status, _ := get(t, s, "Messages.json"); status != 502 {
			t.Errorf("lookup = %d, want 502", status)
		}
		send(t, s, ana)
	})
}

func TestSeededChanceRepeats(t *testing.T) {
	run := func() (got string) {
		synctest.Test(t, func(t *testing.T) {
			s := newPager(t).street(Options{Seed: 42})
			defer s.Close()
			s.Behave(ServerError(500).Often(0.5))
			for range 40 {
				status, _ := post(t, s, "Messages.json", sms(ana))
				got += map[int]string{201: ".", 500: "x"}[status]
			}
		})
		return got
	}
	first, second := run(), run()
	if first != second || strings.Count(first, "x") < 8 || strings.Count(first, "x") > 32 {
		t.Errorf("chances of one seed: %s and %s", first, second)
	}
}

// TestEveryTextHasOneEnd: whatever the behaviours, each text created ends in one final status, the log has no gaps, and each
// callback that the pager got is one that the log says was sent.
func TestEveryTextHasOneEnd(t *testing.T) {
	all := []Behaviour{Refuse(400, 21610), Throttle429(time.Second), ServerError(500), CreateThen500(), BadJSON(), Undelivered(30003),
		Failed(30001), DeliverAfter(3 * time.Second), Off(), LoseCallbacks(), DuplicateCallbacks(), ReorderCallbacks(), AutoReply("ack").Limit(1)}
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64Min(1).Draw(rt, "seed")
		var bs []Behaviour
		for range rapid.IntRange(0, 6).Draw(rt, "behaviours") {
			b := rapid.SampledFrom(all).Draw(rt, "behaviour")
			bs = append(bs, b.Often(rapid.Float64Range(0, 1).Draw(rt, "chance")))
		}
		n := rapid.IntRange(1, 12).Draw(rt, "texts")
		var wrong string
		synctest.Test(t, func(t *testing.T) { wrong = audit(t, seed, bs, n) })
		if wrong != "" {
			rt.Fatal(wrong)
		}
	})
}

// audit sends n texts and reads the log afterwards. It returns what is wrong with it.
func audit(t *testing.T, seed uint64, bs []Behaviour, n int) string {
	p := newPager(t)
	s := p.street(Options{Seed: seed})
	defer s.Close()
	for _, b := range bs {
		s.Behave(b)
	}
	for range n {
		post(t, s, "Messages.json", sms(ana))
	}
	time.Sleep(time.Minute)
	created, finals, sent := 0, map[string]int{}, 0
	for i, e := range s.Log() {
		switch {
		case e.Seq != i+1:
			return fmt.Sprintf("event %d has number %d", i, e.Seq)
		case e.Kind == Created && e.Status != "received":
			created++
		case e.Kind == Changed && e.Status != "queued" && e.Status != "sent":
			finals[e.SID]++
		case e.Kind == Called:
			sent++
		}
	}
	if len(finals) != created || created > n {
		return fmt.Sprintf("%d texts sent, %d created, %d ended", n, created, len(finals))
	}
	for sid, times := range finals {
		if times != 1 {
			return fmt.Sprintf("%s ended %d times", sid, times)
		}
	}
	if got := len(p.got("/status", "MessageSid")); got != sent {
		return fmt.Sprintf("the pager got %d callbacks, the log has %d", got, sent)
	}
	return ""
}
