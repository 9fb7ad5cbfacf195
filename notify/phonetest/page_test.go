package phonetest

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
)

func serve(t *testing.T, s *Street) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	t.Cleanup(s.Close) // first: it ends the streams that the server waits for
	return srv
}

func TestPageIsServedUnderAStrictPolicy(t *testing.T) {
	srv := serve(t, New(Options{}))
	for path, kind := range map[string]string{"/": "text/html", "/street/street.css": "text/css", "/street/street.js": "text/javascript",
		"/street/sound.js": "text/javascript",
		"/street/icon.svg": "image/svg", "/street/near.svg": "image/svg", "/street/far.svg": "image/svg"} {
		resp, err := srv.Client().Get(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), kind) {
			t.Errorf("%s: %d %s %v", path, resp.StatusCode, resp.Header.Get("Content-Type"), err)
		}
		if csp := resp.Header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if outside := regexp.MustCompile(`(?:src|href)="(?:https?:)?//|@import|url\(["']?http`).Find(body); outside != nil {
			t.Errorf("%s loads from elsewhere: %s", path, outside)
		}
		if inline := regexp.MustCompile(`<script>|<style|\sstyle=|\son[a-z]+="|innerHTML|\beval\(`).Find(body); inline != nil {
			t.Errorf("%s: %s would need a weaker policy", path, inline)
		}
	}
}

// stream reads server-sent events and hands over each event's name and data.
func stream(t *testing.T, srv *httptest.Server) func() (string, map[string]any) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, "GET", srv.URL+"/street/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	return func() (name string, data map[string]any) {
		for lines.Scan() {
			if n, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				name = n
			}
			if d, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				if err := json.Unmarshal([]byte(d), &data); err != nil {
					t.Fatal(err)
				}
				return name, data
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return "", nil
	}
}

func doAct(t *testing.T, srv *httptest.Server, number, act, body string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "POST", srv.URL+"/street/phones/"+url.PathEscape(number)+"/"+act, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(out)
}

// TestPageLivesOverSockets: what a browser does and sees, from a text to an acknowledged call, over a real server.
func TestPageLivesOverSockets(t *testing.T) {
	p := voicePager(t)
	s := p.street(Options{Names: map[string]string{ana: "Ana Ruiz"}, DeliverAfter: 1, WordTime: 1})
	srv := serve(t, s)
	next := stream(t, srv)
	name, state := next()
	first := state["phones"].([]any)[0].(map[string]any)
	if name != "street" || first["name"] != "Ana Ruiz" || first["canReply"] != false || len(state["menu"].([]any)) != len(menu) {
		t.Fatalf("first event %s: %v", name, state)
	}
	until := func(what string, ok func(map[string]any) bool) map[string]any {
		t.Helper()
		for range 200 {
			if name, v := next(); name == "phone" && ok(v) {
				return v
			}
		}
		t.Fatalf("the page never sees %s", what)
		return nil
	}
	inCall := func(v map[string]any, status string) bool {
		c, _ := v["call"].(map[string]any)
		return c != nil && c["status"] == status
	}
	send(t, s, ana, "Body", "<b>P1</b> INC-42")
	v := until("the text", func(v map[string]any) bool { return len(v["thread"].([]any)) == 1 })
	if got := v["thread"].([]any)[0].(map[string]any); got["body"] != "<b>P1</b> INC-42" || got["kind"] != "text" || v["canReply"] != true {
		t.Errorf("thread = %v", v)
	}
	if status, body := doAct(t, srv, ana, "reply", `{"body":"42"}`); status != 200 {
		t.Errorf("reply = %d %s", status, body)
	}
	until("the reply", func(v map[string]any) bool { return len(v["thread"].([]any)) == 2 })
	dial(t, s, ana)
	until("the ringing", func(v map[string]any) bool { return inCall(v, "ringing") })
	if status, body := doAct(t, srv, ana, "answer", `{}`); status != 200 {
		t.Errorf("answer = %d %s", status, body)
	}
	until("the call listening", func(v map[string]any) bool {
		return inCall(v, "in-progress") && v["call"].(map[string]any)["listening"] == true
	})
	if status, body := doAct(t, srv, ana, "press", `{"digits":"1"}`); status != 200 {
		t.Errorf("press = %d %s", status, body)
	}
	v = until("the end of the call", func(v map[string]any) bool { return v["call"] == nil && len(v["thread"].([]any)) == 3 })
	if got := v["thread"].([]any)[2].(map[string]any)["body"].(string); !strings.Contains(got, "pressed 1") {
		t.Errorf("the call is remembered as %q", got)
	}
	noFaults(t, s)
}

func TestActsThatAreRefused(t *testing.T) {
	s := New(Options{})
	srv := serve(t, s)
	tests := []struct {
		name, number, act, body string
		header                  []string
		status                  int
		says                    string
	}{
		{"not a number", "ana", "hangup", `{}`, nil, 404, "no phone number"},
		{"unknown act", ana, "dance", `{}`, nil, 404, "cannot"},
		{"no JSON", ana, "hangup", `digits=1`, nil, 400, "body"},
		{"no call", ana, "hangup", `{}`, nil, 409, "not in a call"},
		{"nobody to answer", ana, "reply", `{"body":"ack"}`, nil, 409, "nobody has texted"},
		{"nothing rings", ana, "answer", `{}`, nil, 409, "does not ring"},
		{"unknown way", ana, "behave", `{"id":"dance"}`, nil, 409, "no way to behave"},
		{"another site", ana, "behave", `{"id":"off"}`, []string{"Sec-Fetch-Site", "cross-site"}, 403, ""},
		{"another origin", ana, "behave", `{"id":"off"}`, []string{"Origin", "https://evil.example"}, 403, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, body := doAct(t, srv, tt.number, tt.act, tt.body, tt.header...)
			if status != tt.status || !strings.Contains(body, tt.says) {
				t.Errorf("got %d %s, want %d %q", status, body, tt.status, tt.says)
			}
			if strings.Contains(body, ana) {
				t.Errorf("the whole number is in an error: %s", body)
			}
		})
	}
}

// TestMenu: each entry works, shows as a label, and is gone after calm.
func TestMenu(t *testing.T) {
	s := New(Options{})
	srv := serve(t, s)
	for _, e := range menu {
		if status, body := doAct(t, srv, ana, "behave", `{"id":"`+e.ID+`","times":1}`); status != 200 {
			t.Errorf("%s: %d %s", e.ID, status, body)
		}
		s.mu.Lock()
		got := s.phones[ana].viewLocked().Behaviours
		s.mu.Unlock()
		if want := e.Label + " (1×)"; len(got) != 1 || got[0] != want {
			t.Errorf("%s: labels %q, want %q", e.ID, got, want)
		}
		doAct(t, srv, ana, "calm", `{}`)
	}
}

// TestManySendersAtOnce: sockets, many goroutines, odd behaviours; for the race detector, and the ledger must balance.
func TestManySendersAtOnce(t *testing.T) {
	p := newPager(t)
	s := p.street(Options{DeliverAfter: 1})
	srv := serve(t, s)
	s.Behave(CreateThen500().Often(0.2))
	s.Behave(DuplicateCallbacks().Often(0.2))
	s.Behave(ReorderCallbacks().Often(0.2))
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 10 {
				req, err := http.NewRequest("POST", srv.URL+apiRoot+s.AccountSID()+"/Messages.json", strings.NewReader(sms(ana).Encode()))
				if err != nil {
					t.Error(err)
					return
				}
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				req.SetBasicAuth(s.AccountSID(), password)
				resp, err := srv.Client().Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close()
				s.Phone(ana).Texts()
				s.Log()
			}
		})
	}
	wg.Wait()
	if got := len(s.Messages()); got != 160 {
		t.Errorf("%d texts created, want 160", got)
	}
}

func TestLogMasksNumbers(t *testing.T) {
	if got := mask(ana); got != "…0001" {
		t.Errorf("mask = %q", got)
	}
	if got := mask("911"); got != "…" {
		t.Errorf("mask of a short number = %q", got)
	}
}
