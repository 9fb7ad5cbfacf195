package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/rouse/rouse/notify"
)

// Inbound is a text that somebody sent to one of our numbers.
type Inbound struct {
	Provider string // name in the configuration
	SID      string // of the message: a text that comes twice has the same
	From, To string // E.164
	Body     string // as written; notify.ParseReply reads it
}

// Line is the engine as Twilio's requests need it. Each method may be called twice with the same arguments and then does
// nothing more. An error that is not notify.ErrGone is answered with 503, so that Twilio may come again.
type Line interface {
	// Text takes a text from a phone. The answer, if any, goes out as a message of its own.
	Text(ctx context.Context, in Inbound) error
	// Status takes a report about one of our messages or calls. A call that ended is reported as notify.HungUp, as Twilio
	// does not say whether a key was pressed: the Line leaves that out when the page's call had a key. Reports come in any order.
	Status(ctx context.Context, s notify.Status) error
	// Speech says what the call sid for page says now, or notify.ErrGone: the caller is then told that it is over.
	Speech(ctx context.Context, provider, page, sid string) (notify.Speech, error)
	// Key takes a key pressed in that call: "1" acknowledge, "2" escalate, "3" resolve. say is read out; then the call ends
	// if done, and otherwise offers the keys again.
	Key(ctx context.Context, provider, page, sid, digits string) (say string, done bool, err error)
}

// maxForm bounds an inbound request's body.
const maxForm = 64 << 10

// handler answers Twilio.
type handler struct {
	providers func() []*Provider
	line      Line
	log       *slog.Logger
}

// request is an inbound request that Twilio signed.
type request struct {
	ctx   context.Context
	p     *Provider
	route string
	form  url.Values // the parameters of body and address
}

// Handler answers what Twilio asks and reports:
//
//	/twilio/NAME/sms       a text came in; answered with an empty TwiML document
//	/twilio/NAME/status    what became of a text or call
//	/twilio/NAME/voice     a call of ours was answered: what to say
//	/twilio/NAME/key       a key was pressed in it, or none
//	/twilio/NAME/inbound   somebody calls us: told politely that a call cannot acknowledge
//
// by GET and POST. providers is asked at each request, so that a reload counts at once. The signature is checked before
// anything else, over the configured public URL and the request's path and query: never over Host, which the sender
// chooses. A request that does not pass is 403 with no detail, whatever was wrong with it. The Handler may be mounted at
// the root or under the path of the public URL.
func Handler(providers func() []*Provider, line Line, log *slog.Logger) http.Handler {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &handler{providers: providers, line: line, log: log}
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p, route := h.find(r.URL.Path)
	if route == "" {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil {
		http.Error(w, "request too large", http.StatusRequestEntityTooLarge)
		return
	}
	if p == nil {
		h.forbid(w, "provider", route)
		return
	}
	form, why := p.admit(r, route, body)
	if why != "" {
		h.forbid(w, why, route)
		return
	}
	h.serve(w, request{ctx: r.Context(), p: p, route: route, form: form})
}

func (h *handler) forbid(w http.ResponseWriter, why, route string) {
	h.log.Warn("request to a twilio address refused", "reason", why, "route", route)
	http.Error(w, "forbidden", http.StatusForbidden)
}

// routes are the last elements of our addresses.
var routes = map[string]func(*handler, http.ResponseWriter, request){
	"sms": (*handler).sms, "status": (*handler).status, "voice": (*handler).voice, "key": (*handler).key, "inbound": (*handler).inbound,
}

// find reads /twilio/NAME/ROUTE, with the path of the public URL before it or without. p is nil for a name that is not
// configured, route empty for any other path.
func (h *handler) find(path string) (p *Provider, route string) {
	_, route = split(path, "")
	for _, p := range h.providers() {
		for _, prefix := range []string{"", p.public.Path} {
			if name, route := split(path, prefix); route != "" && name == p.cfg.Name {
				return p, route
			}
		}
	}
	return nil, route
}

// split takes a path of ours apart. A name may contain anything, "/" included.
func split(path, prefix string) (name, route string) {
	rest, ok := strings.CutPrefix(path, prefix+"/twilio/")
	i := strings.LastIndexByte(rest, '/')
	if !ok || i <= 0 || routes[rest[i+1:]] == nil {
		return "", ""
	}
	return rest[:i], rest[i+1:]
}

// serve answers a signed request.
func (h *handler) serve(w http.ResponseWriter, r request) { routes[r.route](h, w, r) }

// admit checks that Twilio sent a request, and about our account and number. why is empty when all is well.
func (p *Provider) admit(r *http.Request, route string, body []byte) (form url.Values, why string) {
	sig := r.Header.Values("X-Twilio-Signature")
	if len(sig) != 1 {
		return nil, "signature"
	}
	s := signed{url: p.called(r), body: body, signature: sig[0]}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	if r.Method == http.MethodPost && kind != "application/json" {
		if s.form, err = url.ParseQuery(string(body)); err != nil {
			return nil, "body"
		}
	}
	if !s.verify(p.cfg.AuthTokens) {
		return nil, "signature"
	}
	form, err = url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, "query"
	}
	if kind == "application/json" && r.Method == http.MethodPost {
		if form.Get("bodySHA256") == "" { // the signature did not cover the body
			return nil, "body"
		}
		s.form = jsonForm(body)
	}
	for name, values := range s.form {
		if name != "page" && name != "round" { // ours, from the address alone
			form[name] = values
		}
	}
	return form, p.belongs(route, form)
}

// called is the public address that Twilio must have called to reach r: built from the configuration, never from what
// the request says of its host.
func (p *Provider) called(r *http.Request) string {
	uri := r.RequestURI
	if !strings.HasPrefix(uri, "/") {
		uri = r.URL.RequestURI()
	}
	base := *p.public
	if base.Path != "" && strings.HasPrefix(uri, base.EscapedPath()+"/twilio/") {
		base.Path, base.RawPath = "", ""
	}
	return base.String() + uri
}

// belongs checks that a signed request is about our account and, when it comes from a phone, for one of our numbers.
func (p *Provider) belongs(route string, form url.Values) (why string) {
	if form.Get("AccountSid") != p.cfg.AccountSID {
		return "account"
	}
	if route != "sms" && route != "inbound" {
		return ""
	}
	if to := first(form, "To", "Called"); to != "" && to == p.cfg.From {
		return ""
	}
	if p.cfg.MessagingServiceSID != "" && form.Get("MessagingServiceSid") == p.cfg.MessagingServiceSID {
		return ""
	}
	return "number"
}

// jsonForm reads a JSON object's plain members as parameters.
func jsonForm(body []byte) url.Values {
	var members map[string]any
	if json.Unmarshal(body, &members) != nil {
		return nil
	}
	form := url.Values{}
	for name, v := range members {
		switch v := v.(type) {
		case string:
			form.Set(name, v)
		case bool, float64:
			form.Set(name, fmt.Sprint(v))
		}
	}
	return form
}

// later answers that the request could not be taken now.
func (h *handler) later(w http.ResponseWriter, r request, err error) {
	h.log.Error("twilio request could not be taken", "provider", r.p.cfg.Name, "route", r.route, "error", err)
	w.Header().Set("Retry-After", "5")
	http.Error(w, "not now, please come again", http.StatusServiceUnavailable)
}

// sms takes a text.
func (h *handler) sms(w http.ResponseWriter, r request) {
	in := Inbound{
		Provider: r.p.cfg.Name, SID: first(r.form, "MessageSid", "SmsMessageSid", "SmsSid"),
		From: r.form.Get("From"), To: r.form.Get("To"), Body: r.form.Get("Body"),
	}
	switch meant := strings.ToUpper(r.form.Get("OptOutType")); meant {
	case "STOP", "START", "HELP":
		in.Body = meant // Twilio has acted on a word of the account's own, such as ALTA
	}
	if in.SID == "" || in.From == "" {
		http.Error(w, "no MessageSid or From", http.StatusBadRequest)
		return
	}
	if err := h.line.Text(r.ctx, in); err != nil && !errors.Is(err, notify.ErrGone) {
		h.later(w, r, err)
		return
	}
	answer(w)
}

// status takes a report.
func (h *handler) status(w http.ResponseWriter, r request) {
	s, ok := r.p.readStatus(r.form)
	if !ok {
		h.log.Warn("twilio reported a status that rouse does not know", "provider", r.p.cfg.Name, "route", r.route)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if err := h.line.Status(r.ctx, s); err != nil && !errors.Is(err, notify.ErrGone) {
		h.later(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
