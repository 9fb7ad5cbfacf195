package twilio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
)

const (
	account = "AC0123456789abcdef0123456789abcdef"
	service = "MG0123456789abcdef0123456789abcdef"
	token   = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	other   = "ffffeeeeddddccccbbbbaaaa99998888"
	ours    = "+15550100001"
	ana     = "+34600000001"
	public  = "https://rouse.example.com"
	textSID = "SM00000000000000000000000000000001"
	callSID = "CA00000000000000000000000000000001"
)

func config() Config {
	return Config{Name: "main", AccountSID: account, AuthTokens: []string{token, other}, From: ours, PublicURL: public}
}

func provider(t testing.TB, change func(*Config)) *Provider {
	t.Helper()
	cfg := config()
	if change != nil {
		change(&cfg)
	}
	p, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// trip is a Transport without a network.
type trip func(*http.Request) (*http.Response, error)

func (f trip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answering returns a transport that gives one answer, and counts.
func answering(status int, body string, header http.Header, count *int) http.RoundTripper {
	return trip(func(r *http.Request) (*http.Response, error) {
		if count != nil {
			*count++
		}
		if header == nil {
			header = http.Header{}
		}
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})
}

func sms() notify.Message {
	return notify.Message{ID: "42/1/0/0/ana/sms", Via: oncall.SMS, To: ana, Text: "P1 INC-42 checkout: HighErrorRate"}
}

func phone() notify.Message {
	return notify.Message{ID: "42/1/0/0/ana/call", Via: oncall.Call, To: ana, Speech: notify.Speech{Words: "Priority 1.", Bundle: 1}}
}

// desk is a Line that writes down what it is told.
type desk struct {
	texts    []Inbound
	statuses []notify.Status
	keys     []string
	speech   notify.Speech
	say      string
	done     bool
	err      error
}

func (d *desk) Text(_ context.Context, in Inbound) error {
	d.texts = append(d.texts, in)
	return d.err
}

func (d *desk) Status(_ context.Context, s notify.Status) error {
	d.statuses = append(d.statuses, s)
	return d.err
}

func (d *desk) Speech(context.Context, string, string, string) (notify.Speech, error) {
	return d.speech, d.err
}

func (d *desk) Key(_ context.Context, provider, page, sid, digits string) (string, bool, error) {
	d.keys = append(d.keys, strings.Join([]string{provider, page, sid, digits}, " "))
	return d.say, d.done, d.err
}

// touched reports whether anything reached the desk.
func (d *desk) touched() bool { return len(d.texts)+len(d.statuses)+len(d.keys) > 0 }

var errStore = errors.New("store is away")

// asks makes a request as Twilio would: signed over the public address.
func asks(method, path string, form url.Values, tok string) *http.Request {
	return asksAt(public, method, path, form, tok)
}

func asksAt(base, method, path string, form url.Values, tok string) *http.Request {
	var body string
	s := signed{url: base + path}
	if method == http.MethodPost {
		body, s.form = form.Encode(), form
	} else if len(form) > 0 {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		path += sep + form.Encode()
		s.url = base + path
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "attacker.example.net"
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	r.Header.Set("X-Twilio-Signature", sign(s, tok))
	return r
}

// serveTo lets a Handler with one provider and d behind it answer r.
func serveTo(t testing.TB, p *Provider, d *desk, r *http.Request) (*httptest.ResponseRecorder, string) {
	t.Helper()
	var log bytes.Buffer
	w := httptest.NewRecorder()
	Handler(func() []*Provider { return []*Provider{p} }, d, slog.New(slog.NewTextHandler(&log, nil))).ServeHTTP(w, r)
	return w, log.String()
}
