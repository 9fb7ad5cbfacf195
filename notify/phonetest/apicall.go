package phonetest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxTwiml is the longest Twiml parameter that Twilio takes.
const maxTwiml = 4000

type callJSON struct {
	SID            string            `json:"sid"`
	AccountSID     string            `json:"account_sid"`
	APIVersion     string            `json:"api_version"`
	AnsweredBy     *string           `json:"answered_by"`
	CallerName     *string           `json:"caller_name"`
	DateCreated    *string           `json:"date_created"`
	DateUpdated    *string           `json:"date_updated"`
	Direction      string            `json:"direction"`
	Duration       *string           `json:"duration"`
	StartTime      *string           `json:"start_time"`
	EndTime        *string           `json:"end_time"`
	ForwardedFrom  *string           `json:"forwarded_from"`
	From           string            `json:"from"`
	FromFormatted  string            `json:"from_formatted"`
	To             string            `json:"to"`
	ToFormatted    string            `json:"to_formatted"`
	GroupSID       *string           `json:"group_sid"`
	ParentSID      *string           `json:"parent_call_sid"`
	PhoneNumberSID *string           `json:"phone_number_sid"`
	Price          *string           `json:"price"`
	PriceUnit      string            `json:"price_unit"`
	QueueTime      string            `json:"queue_time"`
	Status         string            `json:"status"`
	TrunkSID       *string           `json:"trunk_sid"`
	URI            string            `json:"uri"`
	SubresourceURI map[string]string `json:"subresource_uris"`
}

func (s *Street) callJSON(c *call) callJSON {
	uri := apiRoot + s.opt.AccountSID + "/Calls/" + c.SID
	out := callJSON{SID: c.SID, AccountSID: s.opt.AccountSID, APIVersion: apiVersion, DateCreated: rfc2822(c.CreatedAt),
		DateUpdated: rfc2822(c.updated), Direction: "outbound-api", StartTime: rfc2822(c.started), EndTime: rfc2822(c.EndedAt), From: c.From,
		FromFormatted: c.From, To: c.To, ToFormatted: c.To, PriceUnit: "USD", QueueTime: "0", Status: c.Status, URI: uri + ".json",
		SubresourceURI: map[string]string{"events": uri + "/Events.json", "notifications": uri + "/Notifications.json",
			"recordings": uri + "/Recordings.json"}}
	if c.AnsweredBy != "" {
		out.AnsweredBy = &c.AnsweredBy
	}
	if c.Over() {
		d := strconv.Itoa(c.seconds())
		out.Duration = &d
	}
	return out
}

func (s *Street) serveCalls(r *http.Request) reply {
	switch r.Method {
	case http.MethodGet:
		return s.lookup(r, func() reply {
			entries := make([]listed, len(s.calls))
			for i, c := range s.calls {
				started := c.started
				if started.IsZero() {
					started = c.CreatedAt
				}
				entries[i] = listed{sid: c.SID, fields: map[string]string{"To": c.To, "From": c.From, "Status": c.Status},
					times:  map[string]time.Time{"StartTime": started, "EndTime": c.EndedAt},
					render: func() any { return s.callJSON(c) }}
			}
			return list(r, "calls", entries)
		})
	case http.MethodPost:
		return s.create(r, Voice, func(p *Phone) (any, *reply) { return s.createCallLocked(p, r.PostForm) })
	}
	return notAllowed()
}

func (s *Street) serveCall(r *http.Request) reply {
	sid, ok := strings.CutSuffix(r.PathValue("file"), ".json")
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return notAllowed()
	}
	return s.lookup(r, func() reply {
		c, found := s.bySID[sid].(*call)
		if !ok || !found {
			return notFound(r)
		}
		if r.Method == http.MethodPost {
			if bad := s.updateCallLocked(c, r.PostForm); bad != nil {
				return *bad
			}
		}
		return reply{status: 200, body: s.callJSON(c)}
	})
}

// createCallLocked checks a form in Twilio's order, creates the call and dials.
func (s *Street) createCallLocked(p *Phone, f url.Values) (any, *reply) {
	c := &call{Call: Call{From: f.Get("From"), To: f.Get("To")}, phone: p, events: f["StatusCallbackEvent"],
		ringFor: time.Minute, limit: 4 * time.Hour, async: f.Get("AsyncAmd") == "true"}
	if bad := s.readCall(c, f); bad != nil {
		return nil, bad
	}
	if n, err := strconv.Atoi(f.Get("Timeout")); err == nil {
		c.ringFor = time.Duration(n) * time.Second
	}
	if n, err := strconv.Atoi(f.Get("TimeLimit")); err == nil {
		c.limit = time.Duration(n) * time.Second
	}
	if len(c.events) == 0 {
		c.events = []string{"completed"}
	}
	s.addCallLocked(c)
	for _, e := range c.events {
		if !slices.Contains([]string{"initiated", "ringing", "answered", "completed"}, e) {
			s.noteLocked(Event{Kind: Fault, Phone: p.number, SID: c.SID, Code: 21626, Detail: "there is no StatusCallbackEvent " + e})
		}
	}
	return s.callJSON(c), nil
}

func (s *Street) readCall(c *call, f url.Values) *reply {
	bad := func(code int, message string) *reply {
		a := refusal(400, code, message)
		return &a
	}
	var scripted, fallback, status, amd bool
	c.script, scripted = hopFrom(f, "Url", "Method")
	c.fallback, fallback = hopFrom(f, "FallbackUrl", "FallbackMethod")
	c.status, status = hopFrom(f, "StatusCallback", "StatusCallbackMethod")
	c.amd, amd = hopFrom(f, "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod")
	if c.script.url == "" {
		c.script.doc = f.Get("Twiml")
	}
	c.detect = f.Get("MachineDetection")
	switch {
	case c.To == "":
		return bad(21201, "No 'To' number is specified")
	case c.phone == nil:
		return bad(21211, "The phone number you are attempting to call, "+c.To+", is not valid.")
	case c.From == "":
		return bad(21213, "A 'From' phone number is required.")
	case !validNumber(c.From):
		return bad(21212, "The 'From' number "+c.From+" is not a valid phone number.")
	case !scripted || c.script.url == "" && c.script.doc == "":
		return bad(21205, "Url is not a valid URL: "+c.script.url)
	case !fallback || !status || !amd:
		return bad(21609, "A callback URL is not a valid URL.")
	}
	for _, p := range []struct {
		name string
		ok   bool
	}{
		{"Twiml", utf8.RuneCountInString(f.Get("Twiml")) <= maxTwiml},
		{"Timeout", inRange(f.Get("Timeout"), 1, 600)},
		{"TimeLimit", inRange(f.Get("TimeLimit"), 1, 86400)},
		{"MachineDetection", slices.Contains([]string{"", "Enable", "DetectMessageEnd"}, c.detect)},
	} {
		if !p.ok {
			a := invalid(p.name)
			return &a
		}
	}
	return nil
}

// updateCallLocked ends a live call (Status canceled while it has not been answered, completed at any time) or gives it new
// words (Url or Twiml).
func (s *Street) updateCallLocked(c *call, f url.Values) *reply {
	status := f.Get("Status")
	next, ok := hopFrom(f, "Url", "Method")
	next.doc = f.Get("Twiml")
	live := !c.Over() && (status != "canceled" || c.Status != "in-progress")
	var a reply
	switch {
	case !slices.Contains([]string{"", "canceled", "completed"}, status):
		a = invalid("Status")
	case !ok:
		a = refusal(400, 21205, "Url is not a valid URL: "+next.url)
	case !live || status == "" && c.Status != "in-progress":
		a = refusal(400, 21220, "Unable to update record. Call is "+c.Status+".")
	case status != "":
		s.endLocked(c, ending{status: status})
		return nil
	case next.url == "" && next.doc == "":
		return nil
	default:
		c.jump = &next
		if c.cut != nil {
			c.cut()
		}
		return nil
	}
	return &a
}
