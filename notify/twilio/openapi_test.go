package twilio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/rouse/rouse/notify"
)

// judge is Twilio as its own API description sees it: a request that does not fit is an error, one that fits is kept.
type judge struct {
	doc    *openapi3.T
	asked  []*http.Request
	forms  []url.Values
	answer func(*http.Request, url.Values) (int, string)
}

func newJudge(t *testing.T, answer func(*http.Request, url.Values) (int, string)) *judge {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("testdata/twilio_api_v2010.cut.json")
	if err != nil {
		t.Fatal(err)
	}
	return &judge{doc: doc, answer: answer}
}

// route finds the described operation; the library's own router cannot match a parameter that ends in .json.
func (j *judge) route(r *http.Request) (*routers.Route, map[string]string, error) {
	for path, item := range j.doc.Paths.Map() {
		pattern := regexp.MustCompile("^" + regexp.MustCompile(`\\{(\w+)\\}`).ReplaceAllString(regexp.QuoteMeta(path), `(?P<$1>[^/]+?)`) + "$")
		m := pattern.FindStringSubmatch(r.URL.Path)
		op := item.GetOperation(r.Method)
		if m == nil || op == nil || r.URL.Host != "api.twilio.com" || r.URL.Scheme != "https" {
			continue
		}
		params := map[string]string{}
		for i, name := range pattern.SubexpNames()[1:] {
			params[name] = m[i+1]
		}
		return &routers.Route{Spec: j.doc, Path: path, PathItem: item, Method: r.Method, Operation: op}, params, nil
	}
	return nil, nil, fmt.Errorf("%s %s is not described", r.Method, r.URL.Path)
}

func (j *judge) RoundTrip(r *http.Request) (*http.Response, error) {
	route, params, err := j.route(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	r.Body, r.GetBody = io.NopCloser(strings.NewReader(string(body))), nil
	err = openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{MultiError: true, AuthenticationFunc: func(_ context.Context, in *openapi3filter.AuthenticationInput) error {
			if u, p, ok := in.RequestValidationInput.Request.BasicAuth(); !ok || u != account || p != token {
				return errors.New("not authenticated")
			}
			return nil
		}},
	})
	if err != nil {
		return nil, err
	}
	j.asked, j.forms = append(j.asked, r), append(j.forms, form)
	status, reply := j.answer(r, form)
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(reply)), Request: r}, nil
}

func created(r *http.Request, _ url.Values) (int, string) {
	if strings.Contains(r.URL.Path, "/Calls") {
		return 201, `{"sid":"` + callSID + `","status":"queued"}`
	}
	return 201, `{"sid":"` + textSID + `","status":"accepted","error_code":null,"num_segments":"1"}`
}

func TestTextFitsTheDescription(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Config)
		m      func(*notify.Message)
		want   url.Values
	}{
		{"plain", nil, nil, url.Values{"From": {ours}}},
		{"by service", func(c *Config) { c.MessagingServiceSID = service }, nil, url.Values{"MessagingServiceSid": {service}}},
		{"valid for", nil, func(m *notify.Message) { m.ValidFor = 90*time.Second + 1 }, url.Values{"From": {ours}, "ValidityPeriod": {"91"}}},
		{"valid too short", nil, func(m *notify.Message) { m.ValidFor = time.Second }, url.Values{"From": {ours}, "ValidityPeriod": {"10"}}},
		{"valid too long", nil, func(m *notify.Message) { m.ValidFor = 100 * time.Hour }, url.Values{"From": {ours}, "ValidityPeriod": {"36000"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := newJudge(t, created)
			p := provider(t, func(c *Config) {
				c.Transport = j
				if tt.change != nil {
					tt.change(c)
				}
			})
			m := sms()
			m.ID = "42/1 ü&?"
			if tt.m != nil {
				tt.m(&m)
			}
			got, err := p.Send(t.Context(), m)
			if err != nil || got.ProviderID != textSID || got.Segments != 1 || got.Delivered {
				t.Fatalf("Send = %+v, %v", got, err)
			}
			tt.want.Set("To", ana)
			tt.want.Set("Body", m.Text)
			tt.want.Set("StatusCallback", public+"/twilio/main/status?page=42%2F1+%C3%BC%26%3F")
			if got := j.forms[0]; got.Encode() != tt.want.Encode() {
				t.Errorf("asked for\n%s\nwant\n%s", got.Encode(), tt.want.Encode())
			}
		})
	}
}

func TestCallFitsTheDescription(t *testing.T) {
	status := public + "/twilio/main/status?page=42%2F1%2F0%2F0%2Fana%2Fcall"
	base := url.Values{"To": {ana}, "From": {ours}, "Url": {strings.Replace(status, "status", "voice", 1)}, "Method": {"POST"}, "StatusCallback": {status},
		"StatusCallbackMethod": {"POST"}, "StatusCallbackEvent": {"initiated", "ringing", "answered", "completed"}, "Timeout": {"30"}, "TimeLimit": {"300"}}
	detect := url.Values{"MachineDetection": {"Enable"}, "AsyncAmd": {"true"}, "AsyncAmdStatusCallback": {status}, "AsyncAmdStatusCallbackMethod": {"POST"}}
	for _, machine := range []bool{false, true} {
		j := newJudge(t, created)
		p := provider(t, func(c *Config) { c.Transport, c.MachineDetection = j, machine })
		got, err := p.Send(t.Context(), phone())
		if err != nil || got.ProviderID != callSID {
			t.Fatalf("Send = %+v, %v", got, err)
		}
		want := url.Values{}
		for k, v := range base {
			want[k] = v
		}
		if machine {
			for k, v := range detect {
				want[k] = v
			}
		}
		if got := j.forms[0]; got.Encode() != want.Encode() {
			t.Errorf("machine detection %v: asked for\n%s\nwant\n%s", machine, got.Encode(), want.Encode())
		}
	}
}

func TestJudgeIsStrict(t *testing.T) {
	j := newJudge(t, created)
	for name, change := range map[string]func(*http.Request){
		"no authentication": func(r *http.Request) { r.Header.Del("Authorization") },
		"JSON":              func(r *http.Request) { r.Header.Set("Content-Type", "application/json") },
		"bad account":       func(r *http.Request) { r.URL.Path = "/2010-04-01/Accounts/AC1/Messages.json" },
		"bad number":        func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("To=%2B1&ValidityPeriod=soon")) },
	} {
		p := provider(t, func(c *Config) {
			c.Transport = trip(func(r *http.Request) (*http.Response, error) { change(r); return j.RoundTrip(r) })
		})
		if _, err := p.Send(t.Context(), sms()); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if len(j.asked) > 0 {
		t.Errorf("%d requests passed", len(j.asked))
	}
}

func TestCancel(t *testing.T) {
	const wrongState = `{"code":21220,"message":"Call is not in-progress. Cannot redirect.","status":400}`
	tests := []struct {
		name    string
		answers map[string]int // by the Status asked for
		body    string
		asked   []string
		ok      bool
	}{
		{"talks", map[string]int{"completed": 200}, `{"sid":"` + callSID + `"}`, []string{"completed"}, true},
		{"queued", map[string]int{"completed": 400, "canceled": 200}, wrongState, []string{"completed", "canceled"}, true},
		{"over", map[string]int{"completed": 400, "canceled": 400}, wrongState, []string{"completed", "canceled"}, true},
		{"unknown", map[string]int{"completed": 404}, `{"code":20404,"message":"not found","status":404}`, []string{"completed"}, true},
		{"down", map[string]int{"completed": 503}, ``, []string{"completed"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var asked []string
			j := newJudge(t, func(_ *http.Request, form url.Values) (int, string) {
				asked = append(asked, form.Get("Status"))
				status := tt.answers[form.Get("Status")]
				if status == 200 {
					return 200, `{"sid":"` + callSID + `"}`
				}
				return status, tt.body
			})
			err := provider(t, func(c *Config) { c.Transport = j }).Cancel(t.Context(), callSID)
			if (err == nil) != tt.ok || !slices.Equal(asked, tt.asked) {
				t.Errorf("Cancel = %v after %v, want %v", err, asked, tt.asked)
			}
			if err != nil && notify.Classify(err).Unknown {
				t.Error("ending a call sends nothing, so its outcome is never Unknown")
			}
		})
	}
	for _, sid := range []string{"", textSID, "CA/../../x", "CA?x=1"} {
		if err := provider(t, func(c *Config) { c.Transport = answering(200, "{}", nil, nil) }).Cancel(t.Context(), sid); err == nil {
			t.Errorf("Cancel(%q) did not refuse", sid)
		}
	}
}
