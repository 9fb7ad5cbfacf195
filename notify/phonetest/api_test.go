package phonetest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

func TestInputErrors(t *testing.T) {
	s := newPager(t).street(Options{})
	tests := []struct {
		name, what string
		form       url.Values
		status     int
		code       float64
	}{
		{"no To", "Messages.json", sms(ana, "To", ""), 400, 21604},
		{"To without its plus", "Messages.json", sms("34600000001"), 400, 21211},
		{"plus that became a blank", "Messages.json", sms(" 34600000001"), 400, 21211},
		{"no From", "Messages.json", sms(ana, "From", ""), 400, 21603},
		{"bad From", "Messages.json", sms(ana, "From", "rouse!"), 400, 21212},
		{"to oneself", "Messages.json", sms(desk), 400, 21266},
		{"no Body", "Messages.json", sms(ana, "Body", ""), 400, 21602},
		{"Body of 1601", "Messages.json", sms(ana, "Body", strings.Repeat("é", 1601)), 400, 21617},
		{"relative callback", "Messages.json", sms(ana, "StatusCallback", "/status"), 400, 21609},
		{"endless validity", "Messages.json", sms(ana, "ValidityPeriod", "99999"), 400, 20001},
		{"call: no To", "Calls.json", voice(ana, "To", ""), 400, 21201},
		{"call: bad To", "Calls.json", voice("+0123"), 400, 21211},
		{"call: no From", "Calls.json", voice(ana, "From", ""), 400, 21213},
		{"call: bad From", "Calls.json", voice(ana, "From", "x"), 400, 21212},
		{"call: nothing to say", "Calls.json", voice(ana, "Url", ""), 400, 21205},
		{"call: relative Url", "Calls.json", voice(ana, "Url", "/voice"), 400, 21205},
		{"call: bad callback", "Calls.json", voice(ana, "StatusCallback", "ftp://x/y"), 400, 21609},
		{"call: bad timeout", "Calls.json", voice(ana, "Timeout", "soon"), 400, 20001},
		{"call: bad time limit", "Calls.json", voice(ana, "TimeLimit", "0"), 400, 20001},
		{"call: bad detection", "Calls.json", voice(ana, "MachineDetection", "yes"), 400, 20001},
		{"call: long Twiml", "Calls.json", voice(ana, "Url", "", "Twiml", strings.Repeat("x", 4001)), 400, 20001},
		{"unknown message", "Messages/SM0.json", nil, 405, 20004},
		{"unknown call", "Calls/CA0.json", url.Values{"Status": {"completed"}}, 404, 20404},
		{"unknown resource", "Faxes.json", nil, 404, 20404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, body := post(t, s, tt.what, tt.form)
			if status != tt.status || body["code"] != tt.code || body["status"] != float64(tt.status) || body["message"] == "" {
				t.Errorf("got %d %v, want %d with code %v", status, body, tt.status, tt.code)
			}
			if more := fmt.Sprintf("https://www.twilio.com/docs/errors/%v", tt.code); body["more_info"] != more {
				t.Errorf("more_info = %v, want %s", body["more_info"], more)
			}
		})
	}
	if got := len(s.Messages()) + len(s.Calls()); got != 0 {
		t.Errorf("%d things were created by refused requests", got)
	}
}

func TestAuthentication(t *testing.T) {
	s := newPager(t).street(Options{})
	own := apiRoot + s.AccountSID() + "/Messages.json"
	tests := []struct {
		name, user, pass, method, path string
		status                         int
	}{
		{"none", "", "", "GET", own, 401},
		{"wrong token", s.AccountSID(), "x", "GET", own, 401},
		{"wrong account", "AC1", password, "GET", own, 401},
		{"other account's resource", s.AccountSID(), password, "GET", apiRoot + "AC1/Messages.json", 404},
		{"right", s.AccountSID(), password, "GET", own, 200},
		{"the account itself", s.AccountSID(), password, "GET", apiRoot + s.AccountSID() + ".json", 200},
		{"method", s.AccountSID(), password, "DELETE", own, 405},
		{"without .json", s.AccountSID(), password, "GET", apiRoot + s.AccountSID() + "/Messages", 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tt.method, "https://api.twilio.com"+tt.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if tt.user != "" {
				req.SetBasicAuth(tt.user, tt.pass)
			}
			resp, err := s.RoundTripper().RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != tt.status {
				t.Errorf("status = %d, want %d", resp.StatusCode, tt.status)
			}
		})
	}
}

// twilioGo is Twilio's own client, reaching the street without sockets.
func twilioGo(s *Street) *api.ApiService {
	c := &client.Client{Credentials: client.NewCredentials(s.AccountSID(), password), HTTPClient: &http.Client{Transport: s.RoundTripper()}}
	c.SetAccountSid(s.AccountSID())
	return api.NewApiService(client.NewRequestHandler(c))
}

func TestTwiliosOwnClientUnderstands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPager(t)
		p.twiml("/voice", `<Response><Say>Priority one</Say></Response>`)
		s := p.street(Options{AccountSID: "AC" + strings.Repeat("a1", 16), AutoAnswer: 3 * time.Second})
		defer s.Close()
		tw := twilioGo(s)
		since := time.Now()
		for i := range 7 {
			params := (&api.CreateMessageParams{}).SetTo(ana).SetFrom(desk).SetBody(fmt.Sprint("page ", i)).SetValidityPeriod(600)
			m, err := tw.CreateMessage(params)
			if err != nil || *m.Status != "queued" || *m.NumSegments != "1" || m.ErrorCode != nil {
				t.Fatalf("CreateMessage = %+v, %v", m, err)
			}
			time.Sleep(time.Second)
		}
		c, err := tw.CreateCall((&api.CreateCallParams{}).SetTo(bo).SetFrom(desk).SetUrl(daemon + "/voice"))
		if err != nil || *c.Status != "queued" {
			t.Fatalf("CreateCall = %+v, %v", c, err)
		}
		time.Sleep(time.Minute)
		list, err := tw.ListMessage((&api.ListMessageParams{}).SetTo(ana).SetFrom(desk).SetDateSentAfter(since).SetPageSize(3))
		if err != nil {
			t.Fatal(err)
		}
		var bodies []string
		for _, m := range list {
			bodies = append(bodies, *m.Body+" "+*m.Status)
		}
		want := []string{"page 6 delivered", "page 5 delivered", "page 4 delivered", "page 3 delivered", "page 2 delivered", "page 1 delivered", "page 0 delivered"}
		if diff := cmp.Diff(want, bodies); diff != "" {
			t.Errorf("list over pages of three (-want +got):\n%s", diff)
		}
		if one, err := tw.FetchCall(*c.Sid, nil); err != nil || *one.Status != "completed" || *one.Duration != "1" {
			t.Errorf("FetchCall = %+v, %v", one, err)
		}
		_, err = tw.CreateMessage((&api.CreateMessageParams{}).SetTo("911").SetFrom(desk).SetBody("x"))
		if e, ok := err.(*client.TwilioRestError); !ok || e.Code != 21211 || e.Status != 400 {
			t.Errorf("error = %#v, want 21211", err)
		}
		noFaults(t, s)
	})
}

func TestListFilters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // a bubble's clock starts at 2000-01-01 00:00 UTC
		s := newPager(t).street(Options{})
		defer s.Close()
		send(t, s, ana, "Body", "first")
		time.Sleep(36 * time.Hour)
		send(t, s, bo, "Body", "second")
		time.Sleep(24 * time.Hour)
		send(t, s, ana, "Body", "third")
		tests := []struct {
			query string
			want  string
		}{
			{"", "third second first"},
			{"To=" + url.QueryEscape(ana), "third first"},
			{"From=" + url.QueryEscape(desk), "third second first"},
			{"From=" + url.QueryEscape(ana), ""},
			{"DateSent=2000-01-02", "second"},
			{"DateSent%3E=2000-01-02", "third second"},
			{"DateSent%3C=2000-01-02", "second first"},
			{"DateSent%3E=2000-01-02T12:00:01Z", "third"},
			{"DateSent%3E=2000-01-02T12:00:00Z", "third second"},
			{"DateSent%3C=2000-01-01T00:00:00Z", "first"},
			{"PageSize=2", "third second"},
			{"PageSize=2&Page=1", "first"},
		}
		for _, tt := range tests {
			status, body := get(t, s, "Messages.json?"+tt.query)
			var got []string
			for _, m := range body["messages"].([]any) {
				got = append(got, m.(map[string]any)["body"].(string))
			}
			if status != 200 || strings.Join(got, " ") != tt.want {
				t.Errorf("%q: %d %q, want %q", tt.query, status, got, tt.want)
			}
		}
		if status, body := get(t, s, "Messages.json?DateSent=yesterday"); status != 400 {
			t.Errorf("unreadable date: %d %v, want 400", status, body)
		}
	})
}

func TestPagesDoNotShift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPager(t).street(Options{})
		defer s.Close()
		for i := range 4 {
			send(t, s, ana, "Body", fmt.Sprint(i))
		}
		_, page := get(t, s, "Messages.json?PageSize=2")
		send(t, s, ana, "Body", "newer")
		next := strings.TrimPrefix(page["next_page_uri"].(string), apiRoot+s.AccountSID()+"/")
		_, page = get(t, s, next)
		var got []string
		for _, m := range page["messages"].([]any) {
			got = append(got, m.(map[string]any)["body"].(string))
		}
		if diff := cmp.Diff([]string{"1", "0"}, got); diff != "" {
			t.Errorf("second page (-want +got):\n%s", diff)
		}
		if page["next_page_uri"] != nil {
			t.Errorf("next_page_uri = %v, want null at the end", page["next_page_uri"])
		}
	})
}
