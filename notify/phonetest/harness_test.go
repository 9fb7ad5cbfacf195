package phonetest

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twilio/twilio-go/client"
)

const (
	ana      = "+34600000001"
	bo       = "+46700000002"
	desk     = "+15550100001" // the daemon's number
	daemon   = "http://rouse.test"
	password = "0123456789abcdef0123456789abcdef"
)

// pager is a daemon in memory: it checks each signature with Twilio's own library, remembers what came, and answers by route.
type pager struct {
	t      *testing.T
	mux    *http.ServeMux
	mu     sync.Mutex
	hooks  []arrival
	unwell int // answer this many requests with 500
}

type arrival struct {
	path string
	form url.Values
	at   time.Time
}

func newPager(t *testing.T) *pager {
	p := &pager{t: t, mux: http.NewServeMux()}
	p.mux.HandleFunc("/status", func(http.ResponseWriter, *http.Request) {})
	p.mux.HandleFunc("/sms", func(http.ResponseWriter, *http.Request) {})
	return p
}

func (p *pager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		p.t.Errorf("form of %s: %v", r.URL, err)
	}
	params := map[string]string{}
	for k := range r.PostForm {
		params[k] = r.PostForm.Get(k)
	}
	v := client.NewRequestValidator(password)
	if !v.Validate("http://"+r.Host+r.URL.RequestURI(), params, r.Header.Get("X-Twilio-Signature")) {
		p.t.Errorf("Twilio's library refuses the signature of %s %s", r.Method, r.URL)
	}
	p.mu.Lock()
	p.hooks = append(p.hooks, arrival{path: r.URL.Path, form: maps.Clone(r.Form), at: now()})
	unwell := p.unwell > 0
	p.unwell--
	p.mu.Unlock()
	if unwell {
		http.Error(w, "not now", http.StatusInternalServerError)
		return
	}
	p.mux.ServeHTTP(w, r)
}

// twiml answers a path with a document.
func (p *pager) twiml(path, doc string) {
	p.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = io.WriteString(w, doc)
	})
}

// got returns the values that one parameter had in the requests to a path.
func (p *pager) got(path, param string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []string
	for _, h := range p.hooks {
		if h.path == path {
			out = append(out, h.form.Get(param))
		}
	}
	return out
}

// street builds a street whose callbacks reach the pager without sockets. It is closed when the test ends.
func (p *pager) street(o Options) *Street {
	o.AuthToken = password
	o.Callbacks = InMemory(p)
	o.InboundURL = daemon + "/sms"
	if o.Seed == 0 {
		o.Seed = 7
	}
	s := New(o)
	p.t.Cleanup(s.Close)
	return s
}

// ask sends one API request and returns status and body; -1 when no answer came.
func ask(t *testing.T, s *Street, ctx context.Context, method, path string, form url.Values) (int, map[string]any, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, "https://api.twilio.com"+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(s.AccountSID(), password)
	resp, err := s.RoundTripper().RoundTrip(req)
	if err != nil {
		return -1, map[string]any{"error": err.Error()}, nil
	}
	defer resp.Body.Close()
	body := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		body = map[string]any{"not json": err.Error()}
	}
	return resp.StatusCode, body, resp.Header
}

func post(t *testing.T, s *Street, what string, form url.Values) (int, map[string]any) {
	t.Helper()
	status, body, _ := ask(t, s, t.Context(), "POST", apiRoot+s.AccountSID()+"/"+what, form)
	return status, body
}

func get(t *testing.T, s *Street, what string) (int, map[string]any) {
	t.Helper()
	status, body, _ := ask(t, s, t.Context(), "GET", apiRoot+s.AccountSID()+"/"+what, nil)
	return status, body
}

// sms and voice are forms as the daemon sends them; more are pairs that change them (an empty value removes).
func sms(to string, more ...string) url.Values {
	return with(url.Values{"To": {to}, "From": {desk}, "Body": {"P1 INC-42 checkout"}, "StatusCallback": {daemon + "/status?page=1"}}, more)
}

func voice(to string, more ...string) url.Values {
	return with(url.Values{"To": {to}, "From": {desk}, "Url": {daemon + "/voice?page=1"}, "StatusCallback": {daemon + "/status?page=1"},
		"StatusCallbackEvent": {"initiated", "ringing", "answered", "completed"}}, more)
}

func with(v url.Values, more []string) url.Values {
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
		if more[i+1] == "" {
			v.Del(more[i])
		}
	}
	return v
}

func send(t *testing.T, s *Street, to string, more ...string) string {
	t.Helper()
	status, body := post(t, s, "Messages.json", sms(to, more...))
	if status != 201 {
		t.Fatalf("POST Messages = %d %v", status, body)
	}
	return body["sid"].(string)
}

func dial(t *testing.T, s *Street, to string, more ...string) string {
	t.Helper()
	status, body := post(t, s, "Calls.json", voice(to, more...))
	if status != 201 {
		t.Fatalf("POST Calls = %d %v", status, body)
	}
	return body["sid"].(string)
}

func noFaults(t *testing.T, s *Street) {
	t.Helper()
	for _, e := range s.Faults() {
		t.Errorf("fault: %v", e)
	}
}
