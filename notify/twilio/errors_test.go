package twilio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/notify"
)

// TestCodes is the table of failures: what each code of Twilio's means for what is tried next.
func TestCodes(t *testing.T) {
	want := map[notify.Class][]int{
		notify.Throttle:  {20429},
		notify.Queue:     {21611, 30001, 30036, 22005},
		notify.Transient: {30008, 30410},
		notify.Unlisted:  {12345},
		notify.Handset:   {30003, 34002},
		notify.Dead:      {30005, 30006, 21635, 21214, 21211, 21614},
		notify.Consent:   {21610},
		notify.Filtered:  {30007, 30004, 30450, 30034, 30032},
		notify.Account:   {20003, 30002, 21601, 21606, 21216, 21408, 21215},
		notify.Content:   {21617, 21602},
	}
	for class, codes := range want {
		for _, code := range codes {
			n := 0
			body := fmt.Sprintf(`{"code":%d,"message":"no","more_info":"https://www.twilio.com/docs/errors/%d","status":400}`, code, code)
			p := provider(t, func(c *Config) { c.Transport = answering(400, body, nil, &n) })
			_, err := p.Send(t.Context(), sms())
			var e *notify.Error
			if !errors.As(err, &e) || e.Class != class || e.Code != code || e.Unknown || n != 1 {
				t.Errorf("code %d: %#v after %d requests, want class %s", code, err, n, class)
			}
		}
	}
}

func TestAnswers(t *testing.T) {
	header := func(kv ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(kv); i += 2 {
			h.Set(kv[i], kv[i+1])
		}
		return h
	}
	tests := []struct {
		name    string
		status  int
		body    string
		header  http.Header
		class   notify.Class
		code    int
		after   time.Duration
		unknown bool
	}{
		{"429", 429, `{"code":20429,"message":"Too Many Requests","status":429}`, header("Retry-After", "7"), notify.Throttle, 20429, 7 * time.Second, false},
		{"429 bare", 429, ``, nil, notify.Throttle, 429, 0, false},
		{"429 with another code", 429, `{"code":30006}`, nil, notify.Throttle, 30006, 0, false},
		{"429 with dates", 429, ``, header("Retry-After", "Mon, 23 Nov 2026 03:00:30 GMT", "Date", "Mon, 23 Nov 2026 03:00:00 GMT"), notify.Throttle, 429, 30 * time.Second, false},
		{"429 with one date", 429, ``, header("Retry-After", "Mon, 23 Nov 2026 03:00:30 GMT"), notify.Throttle, 429, 20 * time.Second, false},
		{"429 in the past", 429, ``, header("Retry-After", "Mon, 23 Nov 2026 02:00:00 GMT"), notify.Throttle, 429, 0, false},
		{"429 for ever", 429, ``, header("Retry-After", "4000000000"), notify.Throttle, 429, time.Hour, false},
		{"429 nonsense", 429, ``, header("Retry-After", "-5"), notify.Throttle, 429, 0, false},
		{"500", 500, `{"code":20500,"message":"Internal Server Error"}`, nil, notify.Transient, 20500, 0, true},
		{"502 page", 502, `<html>bad gateway</html>`, nil, notify.Transient, 502, 0, true},
		{"503", 503, ``, header("Retry-After", "2"), notify.Transient, 503, 2 * time.Second, true},
		{"504", 504, ``, nil, notify.Transient, 504, 0, true},
		{"408", 408, ``, nil, notify.Transient, 408, 0, true},
		{"401", 401, `{"code":20003,"message":"Authenticate","status":401}`, nil, notify.Account, 20003, 0, false},
		{"401 bare", 401, ``, nil, notify.Account, 401, 0, false},
		{"403 bare", 403, `[]`, nil, notify.Account, 403, 0, false},
		{"404 bare", 404, ``, nil, notify.Account, 404, 0, false},
		{"413", 413, ``, nil, notify.Content, 413, 0, false},
		{"400 bare", 400, `null`, nil, notify.Unlisted, 400, 0, false},
		{"redirect", 302, ``, header("Location", "https://elsewhere.example.com/"), notify.Unlisted, 302, 0, false},
		{"201 without SID", 201, `{"status":"queued"}`, nil, notify.Transient, 0, 0, true},
		{"201 with bad SID", 201, `{"sid":"../x"}`, nil, notify.Transient, 0, 0, true},
		{"201 with null", 201, `null`, nil, notify.Transient, 0, 0, true},
		{"201 empty", 201, ``, nil, notify.Transient, 0, 0, true},
		{"201 cut off", 201, `{"sid":"SM0000`, nil, notify.Transient, 0, 0, true},
		{"200 page", 200, `<html>log in</html>`, nil, notify.Transient, 0, 0, true},
		{"201 wrong types", 201, `{"sid":5}`, nil, notify.Transient, 0, 0, true},
		{"201 failed at once, no reason", 201, `{"sid":"` + textSID + `","status":"failed","error_code":null}`, nil, notify.Unlisted, 0, 0, false},
		{"201 failed at once", 201, `{"sid":"` + textSID + `","status":"failed","error_code":30005}`, nil, notify.Dead, 30005, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := 0
			p := provider(t, func(c *Config) {
				c.Transport = answering(tt.status, tt.body, tt.header, &n)
				c.Now = func() time.Time { return time.Date(2026, 11, 23, 3, 0, 10, 0, time.UTC) }
			})
			_, err := p.Send(t.Context(), sms())
			var e *notify.Error
			if !errors.As(err, &e) {
				t.Fatalf("error %v, want a *notify.Error", err)
			}
			if e.Class != tt.class || e.Code != tt.code || e.RetryAfter != tt.after || e.Unknown != tt.unknown {
				t.Errorf("got %+v, want class %s code %d after %v unknown %v", *e, tt.class, tt.code, tt.after, tt.unknown)
			}
			if n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

func TestSendRefusesWithoutAsking(t *testing.T) {
	n := 0
	p := provider(t, func(c *Config) { c.Transport, c.From = answering(201, `{}`, nil, &n), "ROUSE" })
	for name, tt := range map[string]struct {
		m    notify.Message
		want notify.Class
	}{
		"too long":    {notify.Message{Via: "sms", To: ana, Text: strings.Repeat("ü", 1601)}, notify.Content},
		"empty":       {notify.Message{Via: "sms", To: ana, Text: " \n"}, notify.Content},
		"no number":   {notify.Message{Via: "sms", To: "", Text: "x"}, notify.Dead},
		"a sip user":  {notify.Message{Via: "sms", To: "sip:ana@example.com", Text: "x"}, notify.Dead},
		"local":       {notify.Message{Via: "sms", To: "600000001", Text: "x"}, notify.Dead},
		"a mail":      {notify.Message{Via: "email", To: ana, Text: "x"}, notify.Account},
		"call by tag": {phone(), notify.Account},
	} {
		_, err := p.Send(t.Context(), tt.m)
		if e := notify.Classify(err); err == nil || e.Class != tt.want || e.Unknown || strings.Contains(err.Error(), ana) {
			t.Errorf("%s: %v, want class %s", name, err, tt.want)
		}
	}
	if n != 0 {
		t.Errorf("%d requests, want none", n)
	}
}

// TestSilence lets Twilio hang: Send gives up after ten seconds and cannot know.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := provider(t, func(c *Config) {
			c.Transport = trip(func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() })
		})
		start := time.Now()
		_, err := p.Send(t.Context(), sms())
		if e := notify.Classify(err); !e.Unknown || e.Class != notify.Transient || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want an unknown outcome", err)
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("gave up after %v, want 10s", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := p.Send(ctx, sms()); notify.Classify(err).Unknown || !errors.Is(err, context.Canceled) {
			t.Errorf("%v: nothing was sent under a context that had ended", err)
		}
	})
}

// TestConnections uses real sockets: what was refused before a byte left is known, what broke after is not.
func TestConnections(t *testing.T) {
	var asked atomic.Int32
	breaks := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		io.Copy(io.Discard, r.Body)
		c, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			c.Close()
		}
	}))
	defer breaks.Close()
	plain, err := net.Listen("tcp", "127.0.0.1:0") // speaks no TLS
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	go func() {
		for {
			c, err := plain.Accept()
			if err != nil {
				return
			}
			c.Write([]byte("220 this is no TLS\r\n"))
			c.Close()
		}
	}()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for name, tt := range map[string]struct {
		base    string
		unknown bool
	}{
		"refused":         {"http://" + closed.Addr().String(), false},
		"no such host":    {"http://rouse.invalid", false},
		"handshake fails": {"https://" + plain.Addr().String(), false},
		"reset after":     {breaks.URL, true},
	} {
		p := provider(t, func(c *Config) { c.BaseURL = tt.base })
		_, err := p.Send(t.Context(), sms())
		if e := notify.Classify(err); err == nil || e.Class != notify.Transient || e.Unknown != tt.unknown {
			t.Errorf("%s: %v unknown %v, want unknown %v", name, err, e.Unknown, tt.unknown)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("the request was sent %d times, want once", n)
	}
}

func TestConnectionIsUsedAgain(t *testing.T) {
	remotes := map[string]bool{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		remotes[r.RemoteAddr] = true
		if r.URL.Path != "/proxy/2010-04-01/Accounts/"+account+"/Messages.json" {
			t.Errorf("path %s", r.URL.Path)
		}
		w.WriteHeader(400)
		fmt.Fprint(w, `{"code":21610,"message":"opted out"}`)
	}))
	defer s.Close()
	p := provider(t, func(c *Config) { c.BaseURL = s.URL + "/proxy/" })
	for range 5 {
		if _, err := p.Send(t.Context(), sms()); notify.Classify(err).Class != notify.Consent {
			t.Fatal(err)
		}
	}
	if len(remotes) != 1 {
		t.Errorf("%d connections for five requests, want 1: a body was left open", len(remotes))
	}
}

// TestNothingLeaks looks for secrets in whatever comes out.
func TestNothingLeaks(t *testing.T) {
	var log bytes.Buffer
	said := fmt.Sprintf(`{"code":99999,"status":400,"message":"The 'To' number %s (+34 600 000 001, 34600000001) is bad for %s with %s and %s, see /Accounts/%s/x"}`,
		ana, account, token, textSID, strings.ToUpper(account[2:]))
	for name, rt := range map[string]http.RoundTripper{
		"said": answering(400, said, nil, nil),
		"failed": trip(func(r *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("cannot reach %s with %s", r.URL, token)
		}),
		"bad": answering(200, said[:40], nil, nil),
	} {
		p := provider(t, func(c *Config) { c.Transport, c.Log = rt, slog.New(slog.NewTextHandler(&log, nil)) })
		_, err := p.Send(t.Context(), sms())
		_, _, err2 := p.Find(t.Context(), sms(), textSID, time.Unix(0, 0))
		all := fmt.Sprint(err, err2, p.Cancel(t.Context(), callSID), log.String())
		for _, secret := range []string{account, token, other, ana, ana[1:], "600000001", "600 000 001", textSID, callSID} {
			if strings.Contains(all, secret) {
				t.Errorf("%s: %q leaks in %s", name, secret, all)
			}
		}
	}
	if !strings.Contains(log.String(), "99999") {
		t.Error("an unlisted code was not noted")
	}
}

func TestNewRefuses(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"name":                  func(c *Config) { c.Name = "" },
		"account_sid":           func(c *Config) { c.AccountSID = "AC12/../x" },
		"auth_token is missing": func(c *Config) { c.AuthTokens = nil },
		"auth_token 2":          func(c *Config) { c.AuthTokens = []string{token, ""} },
		"from":                  func(c *Config) { c.From = "" },
		"messaging_service_sid": func(c *Config) { c.MessagingServiceSID = "MG1" },
		"base_url":              func(c *Config) { c.BaseURL = "ftp://x" },
		"public_url":            func(c *Config) { c.PublicURL = "" },
		"public_url: must have": func(c *Config) { c.PublicURL = "https://u:p@rouse.example.com" },
		"must have no user":     func(c *Config) { c.PublicURL = "https://rouse.example.com/?a=b" },
	} {
		cfg := config()
		change(&cfg)
		_, err := New(cfg)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), token) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}

// FuzzAnswer throws anything at what reads Twilio's answers.
func FuzzAnswer(f *testing.F) {
	f.Add(201, `{"sid":"`+textSID+`","status":"queued"}`, "")
	f.Add(201, `{"sid":null}`, "")
	f.Add(200, `{"messages":[{"sid":"SM1","to":"`+ana+`","status":"sent","date_created":"Mon, 23 Nov 2026 03:00:00 +0000"}],"calls":[{}]}`, "")
	f.Add(429, `{"code":"20429"}`, "1")
	f.Add(400, `{"code":21610,"details":{"a":[1]}}`, "Mon, 23 Nov 2026 03:00:00 GMT")
	f.Add(599, "\x00\xff", "99999999999999999999")
	f.Fuzz(func(t *testing.T, status int, body, after string) {
		if status < 200 || status > 599 {
			return
		}
		h := http.Header{"Retry-After": {after}}
		p := provider(t, func(c *Config) { c.Transport = answering(status, body, h, nil) })
		for _, m := range []notify.Message{sms(), phone()} {
			got, err := p.Send(t.Context(), m)
			e := notify.Classify(err)
			switch {
			case err == nil && (!isSID(got.ProviderID) || status > 299):
				t.Fatalf("%d %q: Send = %+v", status, body, got)
			case err != nil && (e.Class == notify.None || e.RetryAfter < 0 || e.RetryAfter > time.Hour):
				t.Fatalf("%d %q: %+v", status, body, e)
			case err != nil && status >= 500 && !e.Unknown && e.Class != notify.Throttle:
				t.Fatalf("%d %q: %+v, want unknown", status, body, e)
			}
			if s, found, err := p.Find(t.Context(), m, "", time.Unix(0, 0)); found && (err != nil || s.Outcome == "" || !isSID(s.ProviderID)) {
				t.Fatalf("%d %q: Find = %+v, %v", status, body, s, err)
			}
		}
	})
}
