package twilio

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/notify"
)

func TestFind(t *testing.T) {
	since := time.Date(2026, 11, 23, 3, 0, 0, 700e6, time.UTC)
	stamp := func(d time.Duration) string { return since.Add(d).Format(time.RFC1123Z) }
	words := sms().Text
	message := func(sid, to, body, status, code, direction string, d time.Duration) string {
		return `{"sid":"` + sid + `","to":"` + to + `","body":"` + body + `","status":"` + status + `","error_code":` + code +
			`,"direction":"` + direction + `","date_created":"` + stamp(d) + `","date_sent":null}`
	}
	call := func(sid, status, answered string, d time.Duration) string {
		return `{"sid":"` + sid + `","to":"` + ana + `","status":"` + status + `","answered_by":` + answered + `,"direction":"outbound-api","date_created":"` + stamp(d) + `"}`
	}
	const sid2, sid3 = "SM00000000000000000000000000000002", "SM00000000000000000000000000000003"
	tests := []struct {
		name  string
		m     notify.Message
		sid   string
		dated string // the answer to a search with a date, or to a fetch
		all   string // the answer to a search without
		want  notify.Status
		found bool
		asked int
	}{
		{"text by SID", sms(), textSID, message(textSID, ana, words, "delivered", "null", "outbound-api", 0), "",
			notify.Status{ProviderID: textSID, Outcome: notify.Delivered, Detail: "delivered"}, true, 1},
		{"text by SID failed", sms(), textSID, message(textSID, ana, words, "undelivered", "30006", "outbound-api", 0), "",
			notify.Status{ProviderID: textSID, Outcome: notify.Failed, Class: notify.Dead, Code: 30006, Detail: "undelivered"}, true, 1},
		{"text by SID missing", sms(), textSID, "404", "", notify.Status{}, false, 1},
		{"call by SID", phone(), callSID, call(callSID, "completed", `"machine_start"`, 0), "",
			notify.Status{ProviderID: callSID, Outcome: notify.Machine, Class: notify.Handset, Detail: "completed machine_start"}, true, 1},
		{"text sent", sms(), "", `{"messages":[` + strings.Join([]string{
			message(sid3, ana, words, "sent", "null", "outbound-api", 9*time.Second), message(sid2, ana, words, "sent", "null", "outbound-api", -5*time.Second),
			message(sid2, ana, "another", "sent", "null", "outbound-api", 0), message(sid2, ana, words, "received", "null", "inbound", 0),
			message(textSID, ana, words, "sent", "null", "outbound-api", 0)}, ",") + `]}`, "",
			notify.Status{ProviderID: textSID, Outcome: notify.Accepted, Detail: "sent"}, true, 1},
		{"text still queued", sms(), "", `{"messages":[]}`, `{"messages":[` + message(textSID, ana, words, "queued", "null", "outbound-api", time.Second) + `]}`,
			notify.Status{ProviderID: textSID, Outcome: notify.Queued, Detail: "queued"}, true, 2},
		{"text never made", sms(), "", `{"messages":[]}`, `{"messages":null}`, notify.Status{}, false, 2},
		{"call rings", phone(), "", `{"calls":[` + call(callSID, "ringing", "null", 0) + "," + call("CA2", "completed", "null", -time.Minute) + `]}`, "",
			notify.Status{ProviderID: callSID, Outcome: notify.Ringing, Detail: "ringing"}, true, 1},
		{"call never made", phone(), "", `{"calls":[]}`, `{}`, notify.Status{}, false, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := newJudge(t, func(r *http.Request, _ url.Values) (int, string) {
				q := r.URL.Query()
				switch {
				case tt.dated == "404":
					return 404, `{"code":20404,"message":"The requested resource was not found","status":404}`
				case tt.sid == "" && q.Get("To") != ana:
					t.Errorf("searched for %q", q.Get("To"))
				case tt.sid == "" && !q.Has("DateSent>") && !q.Has("StartTime>"):
					return 200, tt.all
				}
				return 200, tt.dated
			})
			got, found, err := provider(t, func(c *Config) { c.Transport = j }).Find(t.Context(), tt.m, tt.sid, since)
			if tt.found {
				tt.want.Provider, tt.want.MessageID = "main", tt.m.ID
			}
			if err != nil || found != tt.found || got != tt.want || len(j.asked) != tt.asked {
				t.Errorf("Find = %+v, %v, %v after %d requests; want %+v, %v after %d", got, found, err, len(j.asked), tt.want, tt.found, tt.asked)
			}
		})
	}
}

func TestFindFails(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		sid    string
	}{
		"down":           {503, "", ""},
		"bad JSON":       {200, "<html>", ""},
		"no status":      {200, `{"sid":"` + textSID + `"}`, textSID},
		"not a SID":      {200, `{}`, "SM/../Calls"},
		"wrong base URL": {404, "nothing here", ""},
	} {
		p := provider(t, func(c *Config) { c.Transport = answering(tt.status, tt.body, nil, nil) })
		if s, found, err := p.Find(t.Context(), sms(), tt.sid, time.Unix(0, 0)); err == nil || found {
			t.Errorf("%s: Find = %+v, %v, %v; want an error", name, s, found, err)
		}
	}
}
