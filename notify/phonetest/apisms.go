package phonetest

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxBody is the longest text that Twilio takes (error 21617).
const maxBody = 1600

type messageJSON struct {
	SID            string            `json:"sid"`
	AccountSID     string            `json:"account_sid"`
	APIVersion     string            `json:"api_version"`
	Body           string            `json:"body"`
	DateCreated    *string           `json:"date_created"`
	DateSent       *string           `json:"date_sent"`
	DateUpdated    *string           `json:"date_updated"`
	Direction      string            `json:"direction"`
	ErrorCode      *int              `json:"error_code"`
	ErrorMessage   *string           `json:"error_message"`
	From           *string           `json:"from"`
	To             string            `json:"to"`
	Service        *string           `json:"messaging_service_sid"`
	NumMedia       string            `json:"num_media"`
	NumSegments    string            `json:"num_segments"`
	Price          *string           `json:"price"`
	PriceUnit      *string           `json:"price_unit"`
	Status         string            `json:"status"`
	URI            string            `json:"uri"`
	SubresourceURI map[string]string `json:"subresource_uris"`
}

func (s *Street) messageJSON(m *message) messageJSON {
	uri := apiRoot + s.opt.AccountSID + "/Messages/" + m.SID
	out := messageJSON{SID: m.SID, AccountSID: s.opt.AccountSID, APIVersion: apiVersion, Body: m.Body, DateCreated: rfc2822(m.created),
		DateSent: rfc2822(m.sent), DateUpdated: rfc2822(m.updated), Direction: m.direction, From: &m.From, To: m.To, NumMedia: "0",
		NumSegments: strconv.Itoa(m.Segments), Status: m.Status, URI: uri + ".json", SubresourceURI: map[string]string{"media": uri + "/Media.json"}}
	if m.Code != 0 {
		code, words := m.Code, wordsOf(m.Code)
		out.ErrorCode, out.ErrorMessage = &code, &words
	}
	if m.service != "" {
		out.Service = &m.service
	}
	return out
}

func (s *Street) serveMessages(r *http.Request) reply {
	switch r.Method {
	case http.MethodGet:
		return s.lookup(r, func() reply {
			entries := make([]listed, len(s.messages))
			for i, m := range s.messages {
				sent := m.sent
				if sent.IsZero() {
					sent = m.created
				}
				entries[i] = listed{sid: m.SID, fields: map[string]string{"To": m.To, "From": m.From},
					times: map[string]time.Time{"DateSent": sent}, render: func() any { return s.messageJSON(m) }}
			}
			return list(r, "messages", entries)
		})
	case http.MethodPost:
		return s.create(r, SMS, func(p *Phone) (any, *reply) { return s.createMessageLocked(p, r.PostForm) })
	}
	return notAllowed()
}

func (s *Street) serveMessage(r *http.Request) reply {
	if r.Method != http.MethodGet {
		return notAllowed()
	}
	return s.lookup(r, func() reply {
		sid, ok := strings.CutSuffix(r.PathValue("file"), ".json")
		if m, found := s.bySID[sid].(*message); ok && found {
			return reply{status: 200, body: s.messageJSON(m)}
		}
		return notFound(r)
	})
}

// createMessageLocked checks a form in Twilio's order, creates the message and sets it on its way.
func (s *Street) createMessageLocked(p *Phone, f url.Values) (any, *reply) {
	if bad := s.checkMessageLocked(p, f); bad != nil {
		return nil, bad
	}
	m := &message{Text: Text{From: f.Get("From"), To: p.number, Body: f.Get("Body"), Status: "queued"}, phone: p,
		service: f.Get("MessagingServiceSid"), callback: f.Get("StatusCallback"), direction: "outbound-api"}
	if m.From == "" {
		m.From, m.Status = s.opt.Sender, "accepted"
	}
	if n, err := strconv.Atoi(f.Get("ValidityPeriod")); err == nil {
		m.ValidFor = time.Duration(n) * time.Second
	}
	s.addTextLocked(m)
	made := s.messageJSON(m)
	if f.Get("From") == "" {
		made.From = nil // a service chooses its sender later
	}
	return made, nil
}

func (s *Street) checkMessageLocked(p *Phone, f url.Values) *reply {
	bad := func(code int, message string) *reply {
		a := refusal(400, code, message)
		return &a
	}
	from, body := f.Get("From"), f.Get("Body")
	switch {
	case f.Get("To") == "":
		return bad(21604, "A 'To' phone number is required.")
	case p == nil:
		return bad(21211, "The 'To' number "+f.Get("To")+" is not a valid phone number.")
	case from == "" && f.Get("MessagingServiceSid") == "":
		return bad(21603, "A 'From' phone number is required.")
	case from != "" && !validNumber(from):
		return bad(21212, "The 'From' number "+from+" is not a valid phone number, shortcode, or alphanumeric sender ID.")
	case from == p.number:
		return bad(21266, "'To' and 'From' number cannot be the same")
	case body == "":
		return bad(21602, "Message body is required.")
	case utf8.RuneCountInString(body) > maxBody:
		return bad(21617, "The concatenated message body exceeds the 1600 character limit")
	case f.Get("StatusCallback") != "" && !validURL(f.Get("StatusCallback")):
		return bad(21609, "The 'StatusCallback' URL "+f.Get("StatusCallback")+" is not a valid URL.")
	case !inRange(f.Get("ValidityPeriod"), 1, 36000):
		a := invalid("ValidityPeriod")
		return &a
	}
	if from == "" {
		from = s.opt.Sender
	}
	if s.optedOut[pair{phone: p.number, sender: from}] {
		return bad(21610, "Attempt to send to unsubscribed recipient")
	}
	return nil
}

// inRange reports whether a parameter is absent or a whole number in the range.
func inRange(value string, least, most int) bool {
	if value == "" {
		return true
	}
	n, err := strconv.Atoi(value)
	return err == nil && n >= least && n <= most
}
