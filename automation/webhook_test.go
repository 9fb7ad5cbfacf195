package automation_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse/rouse/automation"
)

const secret = "a-secret-of-the-webhook"

// runner is a Runner that may dial this machine, at noon.
func runner(t *testing.T, change ...func(*automation.Options)) *automation.Runner {
	t.Helper()
	o := automation.Options{DialContext: (&net.Dialer{}).DialContext, Now: func() time.Time { return noon }}
	for _, c := range change {
		c(&o)
	}
	r, err := automation.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func hook(url string) automation.Step {
	return automation.Step{Webhook: &automation.Webhook{URL: url + "/secret-path-token", Secrets: []string{secret}}}
}

func TestAWebhookIsSigned(t *testing.T) {
	var got *http.Request
	var body []byte
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
	})
	step := hook(s.URL)
	step.Webhook.Secrets = []string{secret, "the-next-secret-of-it"}
	step.Webhook.Header = map[string]string{"Authorization": "Bearer of-good-news"}
	res, err := runner(t).Run(t.Context(), step, payload())
	if err != nil || !strings.HasSuffix(res.Text, ": answered 202") || res.Retry {
		t.Fatalf("got %+v, %v", res, err)
	}
	header, stamp := got.Header.Get("X-Rouse-Signature"), got.Header.Get("X-Rouse-Timestamp")
	for _, sec := range step.Webhook.Secrets {
		if err := automation.Verify(sec, header, stamp, body, noon.Add(time.Minute), 0); err != nil {
			t.Errorf("secret %s: %v", sec, err)
		}
	}
	for name, want := range map[string]string{
		"X-Rouse-Event": "opened", "X-Rouse-Delivery": "INC-42/17/opened/vendor/0", "Content-Type": "application/json",
		"Authorization": "Bearer of-good-news", "X-Rouse-Timestamp": strconv.FormatInt(noon.Unix(), 10),
	} {
		if v := got.Header.Get(name); v != want {
			t.Errorf("%s is %q, want %q", name, v, want)
		}
	}
	var p automation.Payload
	if err := json.Unmarshal(body, &p); err != nil || p.Incident.Ref != "INC-42" || p.Version != 1 {
		t.Errorf("body %s: %v", body, err)
	}
}

func TestTheAnswersOfAWebhook(t *testing.T) {
	tests := []struct {
		code  int
		after string
		ok    bool
		retry bool
		wait  time.Duration
	}{
		{200, "", true, false, 0},
		{204, "", true, false, 0},
		{302, "", false, false, 0},
		{400, "", false, false, 0},
		{401, "", false, false, 0},
		{404, "30", false, false, 0},
		{410, "", false, false, 0},
		{429, "30", false, true, 30 * time.Second},
		{500, "", false, true, 0},
		{503, noon.Add(time.Minute).Format(http.TimeFormat), false, true, time.Minute},
		{503, "999999999999", false, true, time.Hour},
		{503, "-5", false, true, 0},
		{503, "soon", false, true, 0},
	}
	for _, tt := range tests {
		t.Run(strconv.Itoa(tt.code)+" "+tt.after, func(t *testing.T) {
			hits := 0
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				hits++
				w.Header().Set("Retry-After", tt.after)
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(tt.code)
				_, _ = io.WriteString(w, "words of a stranger")
			})
			res, err := runner(t).Run(t.Context(), hook(s.URL), payload())
			if (err == nil) != tt.ok || res.Retry != tt.retry || res.After != tt.wait {
				t.Errorf("got %+v, %v", res, err)
			}
			if !strings.Contains(res.Text, "answered "+strconv.Itoa(tt.code)) || strings.Contains(res.Text, "stranger") || strings.Contains(res.Text, "token") {
				t.Errorf("the timeline says %q", res.Text)
			}
			if hits != 1 {
				t.Errorf("asked %d times, want once", hits)
			}
		})
	}
}

func TestAWebhookThatHangs(t *testing.T) {
	over := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Half") != "" { // the status, and then nothing
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
		}
		<-over
	})
	defer close(over)
	step := hook(s.URL)
	step.Webhook.Timeout = 50 * time.Millisecond
	res, err := runner(t).Run(t.Context(), step, payload())
	if !errors.Is(err, automation.ErrTimedOut) || !res.Retry || !strings.Contains(res.Text, "cut off after 50ms") {
		t.Errorf("got %+v, %v", res, err)
	}
	step.Webhook.Header = map[string]string{"X-Half": "yes"}
	if res, err := runner(t).Run(t.Context(), step, payload()); err != nil {
		t.Errorf("got %+v, %v; want that the status counts", res, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if res, err := runner(t).Run(ctx, hook(s.URL), payload()); !errors.Is(err, automation.ErrStopped) || !res.Retry {
		t.Errorf("got %+v, %v; want a stop that may be tried again", res, err)
	}
}

// counted counts what is read from a connection.
type counted struct {
	net.Conn
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n.Add(int64(n))
	return n, err
}

func TestAHugeAnswerIsNotRead(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 10_000 {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	var read atomic.Int64
	r := runner(t, func(o *automation.Options) {
		o.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := (&net.Dialer{}).DialContext(ctx, network, address)
			return counted{c, &read}, err
		}
	})
	if res, err := r.Run(t.Context(), hook(s.URL), payload()); err != nil {
		t.Fatalf("got %+v, %v", res, err)
	}
	if n := read.Load(); n > 64<<10 {
		t.Errorf("read %d bytes of an answer without end", n)
	}
}

func TestAnAddressThatCannotBeReached(t *testing.T) {
	s := httptest.NewServer(nil)
	s.Close()
	res, err := runner(t).Run(t.Context(), hook(s.URL), payload())
	if err == nil || !res.Retry || !strings.Contains(res.Text, "refused") || strings.Contains(res.Text, "secret-path-token") || strings.Contains(err.Error(), "secret-path-token") {
		t.Errorf("got %+v, %v", res, err)
	}
	forbidden := errors.New("not a public address")
	r := runner(t, func(o *automation.Options) {
		o.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, forbidden }
	})
	if res, err := r.Run(t.Context(), hook("http://10.0.0.1"), payload()); !errors.Is(err, forbidden) || !strings.Contains(res.Text, "not a public address") {
		t.Errorf("got %+v, %v", res, err)
	}
}

func TestRunsBeyondTheLimitDoNotWait(t *testing.T) {
	begun, over := make(chan struct{}), make(chan struct{})
	s := serve(t, func(http.ResponseWriter, *http.Request) {
		close(begun)
		<-over
	})
	r := runner(t, func(o *automation.Options) { o.AtOnce = 1 })
	first := make(chan error, 1)
	go func() {
		_, err := r.Run(context.Background(), hook(s.URL), payload())
		first <- err
	}()
	<-begun
	res, err := r.Run(t.Context(), hook(s.URL), payload())
	if !errors.Is(err, automation.ErrBusy) || !res.Retry {
		t.Errorf("got %+v, %v; want that it is busy", res, err)
	}
	close(over)
	if err := <-first; err != nil {
		t.Error(err)
	}
	for range 3 { // each gives its place back
		if _, err := r.Run(t.Context(), hook("http://127.0.0.1:1"), payload()); errors.Is(err, automation.ErrBusy) {
			t.Error("a run that ended kept its place")
		}
	}
}

func TestVerify(t *testing.T) {
	body := []byte(`{"version":1}`)
	stamp := strconv.FormatInt(noon.Unix(), 10)
	good := automation.Sign([]string{secret}, stamp, body)
	tests := []struct {
		name, secret, header, stamp string
		body                        string
		now                         time.Time
		want                        error
	}{
		{"good", secret, good, stamp, string(body), noon, nil},
		{"among others", secret, "v1=00, v2=abc , " + good, stamp, string(body), noon, nil},
		{"another secret", "another", good, stamp, string(body), noon, automation.ErrSignature},
		{"no secret", "", automation.Sign([]string{""}, stamp, body), stamp, string(body), noon, automation.ErrSignature},
		{"another body", secret, good, stamp, string(body) + " ", noon, automation.ErrSignature},
		{"another time", secret, good, stamp + "0", string(body), noon, automation.ErrSignature},
		{"another version", secret, "v2" + good[2:], stamp, string(body), noon, automation.ErrSignature},
		{"nothing", secret, "", stamp, string(body), noon, automation.ErrSignature},
		{"too old", secret, good, stamp, string(body), noon.Add(6 * time.Minute), automation.ErrStale},
		{"too early", secret, good, stamp, string(body), noon.Add(-6 * time.Minute), automation.ErrStale},
		{"no number", secret, automation.Sign([]string{secret}, "noon", body), "noon", string(body), noon, automation.ErrStale},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := automation.Verify(tt.secret, tt.header, tt.stamp, []byte(tt.body), tt.now, 0); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
	// Computed with: printf '1772366400.{"version":1}' | openssl dgst -sha256 -hmac a-secret-of-the-webhook
	if want := "v1=8d37616f3f9c0ffa91b01a79febf7623b0672d9a7a1aa7f5b28351f8e0b6ba86"; good != want {
		t.Errorf("got %s, want %s", good, want)
	}
}

func FuzzVerify(f *testing.F) {
	stamp := strconv.FormatInt(noon.Unix(), 10)
	f.Add("v1=00,v1=", stamp, []byte("{}"))
	f.Fuzz(func(t *testing.T, header, stamp string, body []byte) {
		if automation.Verify(secret, header, stamp, body, noon, 0) == nil {
			t.Errorf("forged %q", header)
		}
		good := header + "," + automation.Sign([]string{secret}, stamp, body)
		if err := automation.Verify(secret, good, stamp, body, noon, 0); err != nil && !errors.Is(err, automation.ErrStale) {
			t.Errorf("a good signature is refused: %v", err)
		}
	})
}
