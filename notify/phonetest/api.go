package phonetest

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	apiVersion = "2010-04-01"
	apiRoot    = "/" + apiVersion + "/Accounts/"
	maxRequest = 1 << 20
)

// Handler serves the Twilio-shaped API under /2010-04-01/, the page at / and what the page needs under /street/. All
// addresses inside the page are relative, so it may be mounted below a prefix with http.StripPrefix.
func (s *Street) Handler() http.Handler { return s.api }

func (s *Street) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(apiRoot+"{file}", s.twilio(s.serveAccount))
	mux.HandleFunc(apiRoot+"{account}/Messages.json", s.twilio(s.serveMessages))
	mux.HandleFunc(apiRoot+"{account}/Messages/{file}", s.twilio(s.serveMessage))
	mux.HandleFunc(apiRoot+"{account}/Calls.json", s.twilio(s.serveCalls))
	mux.HandleFunc(apiRoot+"{account}/Calls/{file}", s.twilio(s.serveCall))
	mux.HandleFunc("/"+apiVersion+"/", s.twilio(func(r *http.Request) reply { return notFound(r) }))
	s.pageRoutes(mux)
	return mux
}

// reply is what the API answers.
type reply struct {
	status  int
	body    any           // JSON
	raw     string        // instead of body
	retry   time.Duration // Retry-After
	silence bool          // never answer
}

// apiError is the body of an error, as Twilio writes it.
type apiError struct {
	Code     int    `json:"code"`
	Message  string `json:"message"`
	MoreInfo string `json:"more_info"`
	Status   int    `json:"status"`
}

func refusal(status, code int, message string) reply {
	if message == "" {
		message = wordsOf(code)
	}
	return reply{status: status, body: apiError{Code: code, Message: message, Status: status,
		MoreInfo: "https://www.twilio.com/docs/errors/" + strconv.Itoa(code)}}
}

func notFound(r *http.Request) reply {
	return refusal(404, 20404, "The requested resource "+r.URL.Path+" was not found")
}

func notAllowed() reply { return refusal(405, 20004, "Method not allowed") }

// invalid names a parameter that cannot be read.
func invalid(name string) reply { return refusal(400, 20001, "Invalid parameter: "+name) }

// twilio wraps an API handler: body limit, authentication, the log of what was asked and answered, the answer itself.
func (s *Street) twilio(serve func(*http.Request) reply) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
		err := r.ParseForm()
		s.note(Event{Kind: Requested, Phone: r.PostForm.Get("To"), URL: r.URL.Path, Params: r.Form, Detail: r.Method})
		var a reply
		switch {
		case err != nil:
			a = refusal(400, 20001, "The request's form could not be read")
		case s.ctx.Err() != nil:
			a = refusal(503, 20503, "The street is closed")
		case !s.authentic(r):
			a = refusal(401, 20003, "Authenticate")
		case !s.owns(r.PathValue("account")):
			a = notFound(r)
		default:
			a = serve(r)
		}
		s.answer(w, r, a)
	}
}

func (s *Street) authentic(r *http.Request) bool {
	user, password, ok := r.BasicAuth()
	good := subtle.ConstantTimeCompare([]byte(user), []byte(s.opt.AccountSID)) &
		subtle.ConstantTimeCompare([]byte(password), []byte(s.opt.AuthToken))
	return ok && good == 1
}

func (s *Street) owns(account string) bool { return account == "" || account == s.opt.AccountSID }

func (s *Street) answer(w http.ResponseWriter, r *http.Request, a reply) {
	e := Event{Kind: Answered, Phone: r.PostForm.Get("To"), URL: r.URL.Path, Code: a.status, Detail: r.Method}
	if a.silence {
		e.Code = 0
		s.note(e)
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		panic(http.ErrAbortHandler) // not a word, not even an empty 200
	}
	s.note(e)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Twilio-Request-Id", "RQ"+strings.Repeat("0", 32))
	if a.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="Twilio API"`)
	}
	if a.retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((a.retry+time.Second-1)/time.Second)))
	}
	if a.raw != "" {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.raw) // the client went away
		return
	}
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body) // the client went away
}

func (s *Street) serveAccount(r *http.Request) reply {
	sid, ok := strings.CutSuffix(r.PathValue("file"), ".json")
	if !ok || sid != s.opt.AccountSID {
		return notFound(r)
	}
	if r.Method != http.MethodGet {
		return notAllowed()
	}
	return reply{status: 200, body: map[string]any{"sid": sid, "friendly_name": "A street of phones", "status": "active", "type": "Full",
		"owner_account_sid": sid, "uri": r.URL.Path}}
}

// create runs what is common to creating texts and calls: behaviours of the request, before and after make.
func (s *Street) create(r *http.Request, on Channel, make func(p *Phone) (any, *reply)) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	var p *Phone
	if to := r.PostForm.Get("To"); validNumber(to) {
		p = s.phoneLocked(to)
	}
	b, odd := s.pickLocked(p, atRequest, on)
	if odd && slices.Contains([]Kind{KindHang, KindThrottle, KindServerError, KindRefuse}, b.Kind) {
		return b.reply()
	}
	made, bad := make(p)
	if bad != nil {
		return *bad
	}
	if odd {
		return b.reply()
	}
	return reply{status: http.StatusCreated, body: made}
}

// lookup runs what is common to reading and updating.
func (s *Street) lookup(r *http.Request, read func() reply) reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b, odd := s.pickLocked(nil, atRequest, Lookup); odd {
		return b.reply()
	}
	return read()
}

// reply is what a behaviour of the API request answers.
func (b Behaviour) reply() reply {
	switch b.Kind {
	case KindHang, KindCreateThenHang:
		return reply{silence: true}
	case KindBadJSON:
		return reply{status: 201, raw: `{"sid": "SM<html><body>this is not what you asked for`}
	case KindThrottle:
		a := refusal(429, 20429, "Too Many Requests")
		a.retry = b.After
		return a
	case KindRefuse:
		status := b.Status
		if status == 0 {
			status = 400
		}
		return refusal(status, b.Code, "")
	}
	if b.Status == 0 || b.Status == 500 {
		return refusal(500, 20500, "An internal server error has occurred")
	}
	return reply{status: b.Status, raw: fmt.Sprintf("<html><body><h1>%d %s</h1></body></html>", b.Status, http.StatusText(b.Status))}
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

func validNumber(n string) bool { return e164.MatchString(n) }

func validURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// hopFrom reads an address and its method from a form; the zero hop when the address is absent.
func hopFrom(f url.Values, name, method string) (h hop, ok bool) {
	h = hop{url: f.Get(name), method: http.MethodPost}
	if f.Get(method) == http.MethodGet {
		h.method = http.MethodGet
	}
	return h, h.url == "" || validURL(h.url)
}
