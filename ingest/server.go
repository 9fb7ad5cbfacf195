package ingest

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rouse/rouse/alert"
)

// Server answers sources. It keeps no state but the time of its start, what bodies take, and which signed deliveries came.
type Server struct {
	cfg     func() *Config
	sink    Sink
	desk    Desk
	log     *slog.Logger
	now     func() time.Time
	started time.Time

	// Refused counts requests that were refused, in whole or in part, by integration and status: many senders show nobody what they
	// are answered. Those that name no integration of the configuration are not counted.
	Refused *prometheus.CounterVec

	room, strangers *room // for bodies
	replays         replays
}

// New returns a Server. cfg is asked on each request, so a reload takes effect at once; now is the clock (nil: time.Now).
func New(cfg func() *Config, sink Sink, desk Desk, log *slog.Logger, now func() time.Time) *Server {
	if now == nil {
		now = time.Now
	}
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rouse_ingest_refused_total", Help: "Requests of sources that were refused, in whole or in part, by integration and status."}, []string{"integration", "status"})
	s := &Server{cfg: cfg, sink: sink, desk: desk, log: log, now: now, started: now(), Refused: refused, room: newRoom(knownRoom), strangers: newRoom(strangersRoom)}
	s.Announce()
	return s
}

// Announce has the integrations of the configuration counted from nothing, so that the first refusal of each is seen as one. It is for
// the start and every reload.
func (s *Server) Announce() {
	for _, src := range s.cfg().Sources {
		for _, status := range []int{http.StatusBadRequest, http.StatusUnauthorized} {
			s.Refused.WithLabelValues(src.Name, strconv.Itoa(status))
		}
	}
}

// Routes lists the patterns of http.ServeMux that Handler answers, for mounting it beside other handlers.
func Routes() []string {
	return []string{
		"/ingest/", "/heartbeat/", "/api/v2/", "/api/v1/alerts",
		"/v2/enqueue", "/v2/change/enqueue", "/generic/2010-04-15/create_event.json",
		"/v2/alerts", "/v2/alerts/", "/v2/heartbeats/", "/jsm/ops/",
	}
}

// Handler returns the handler of all Routes. Slow senders are for the timeouts of the http.Server around it.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/ingest/{name}", s.ingest)
	mux.HandleFunc("/ingest/{name}/{rest...}", s.under)
	mux.HandleFunc("/heartbeat/{name}", s.heartbeat)
	mux.HandleFunc("/api/v2/{rest...}", func(w http.ResponseWriter, r *http.Request) { s.rootAPI(w, r, "v2", r.PathValue("rest")) })
	mux.HandleFunc("/api/v1/alerts", func(w http.ResponseWriter, r *http.Request) { s.rootAPI(w, r, "v1", "alerts") })
	mux.HandleFunc("/v2/enqueue", func(w http.ResponseWriter, r *http.Request) { s.event(w, r, nil) })
	mux.HandleFunc("/v2/change/enqueue", func(w http.ResponseWriter, r *http.Request) { s.change(w, r, nil) })
	mux.HandleFunc("/generic/2010-04-15/create_event.json", func(w http.ResponseWriter, r *http.Request) { s.event(w, r, nil) })
	for _, path := range []string{"/v2/alerts", "/v2/alerts/", "/v2/heartbeats/", "/jsm/ops/"} {
		mux.HandleFunc(path, s.opsgenieRoot)
	}
	return mux
}

// under answers what lies below an integration: Alertmanager's API for Prometheus (path_prefix: /ingest/NAME), and
// PagerDuty's and Opsgenie's for their clients.
func (s *Server) under(w http.ResponseWriter, r *http.Request) {
	rest := r.PathValue("rest")
	if rest == "" {
		s.ingest(w, r)
		return
	}
	src, ok := s.known(w, r)
	if !ok {
		return
	}
	api, below, _ := strings.Cut(rest, "/v2/")
	switch {
	case src.Type == TypeOpsgenie:
		s.opsgenieBelow(w, r, &src)
	case src.Type == TypePrometheus && api == "api" && below != "":
		s.namedAPI(w, r, src, "v2", below)
	case src.Type == TypePrometheus && rest == "api/v1/alerts":
		s.namedAPI(w, r, src, "v1", "alerts")
	case src.Type == TypePagerDuty && rest == "v2/enqueue", src.Type == TypePagerDuty && rest == "generic/2010-04-15/create_event.json":
		s.event(w, r, &src)
	case src.Type == TypePagerDuty && rest == "v2/change/enqueue":
		s.change(w, r, &src)
	default:
		say(w, speakRouse, refuse(http.StatusNotFound, "Post to /ingest/NAME itself; only the types prometheus, pagerduty and opsgenie have paths below it.",
			"an integration of type %s has no such path", src.Type))
	}
}

// known says how many there are; their names are not told to whoever asks.
func known(n int) string {
	if n == 1 {
		return "1 is known"
	}
	return strconv.Itoa(n) + " are known"
}

// known returns the integration named in the path, or answers 404. How many there are is told, their names are not.
func (s *Server) known(w http.ResponseWriter, r *http.Request) (Source, bool) {
	cfg := s.cfg()
	src, ok := cfg.source(r.PathValue("name"))
	if !ok {
		say(w, speakRouse, refuse(http.StatusNotFound, "The name must be one of the integrations in the configuration.",
			"no integration has this name; %s", known(len(cfg.Sources))))
	}
	return src, ok
}

// ingest answers POST /ingest/NAME.
func (s *Server) ingest(w http.ResponseWriter, r *http.Request) {
	src, ok := s.known(w, r)
	if !ok {
		return
	}
	if src.Type == TypePagerDuty {
		s.event(w, r, &src)
		return
	}
	if src.Type == TypeOpsgenie {
		s.opsgenieBelow(w, r, &src)
		return
	}
	asked := inAddress(&src, r)
	if (r.Method != http.MethodGet || asked == nil) && wrongMethod(w, r, speakRouse, http.MethodPost, http.MethodPut) { // PUT: a choice in Grafana's contact point, and in others' webhooks
		return
	}
	body, done, err := s.receive(w, r, &src)
	var over *refusal
	if err != nil && body != nil {
		over, err = asRefusal(err), nil
	}
	if err != nil {
		s.turnAway(w, speakRouse, src.Name, err)
		return
	}
	kind := r.Header.Get("Content-Type")
	if asked != nil && len(body) == 0 {
		kind, body = "application/x-www-form-urlencoded", asked
	}
	b, err := decodeFor(&src, kind, body, s.now())
	done()
	id, once := delivery(&src, r.Header)
	if err == nil && !(once && s.replays.seen(id)) {
		err = s.store(r.Context(), &src, b)
	}
	if err != nil {
		s.turnAway(w, speakRouse, src.Name, err)
		return
	}
	if once {
		s.replays.stored(id, s.now())
	}
	if over != nil {
		s.answerCut(w, &src, over, b)
		return
	}
	s.noteFaults(src.Name, b.problems)
	for _, n := range b.notes {
		s.log.Info("no alert", "integration", src.Name, "note", n)
	}
	answer(w, &src, b)
}

// inAddress is the form that UptimeRobot and others write into the address itself, with no body or by GET; nil where there is none, or the
// integration reads no forms.
func inAddress(src *Source, r *http.Request) []byte {
	q := r.URL.Query()
	q.Del("token")
	if src.Type != TypeGeneric || len(q) == 0 {
		return nil
	}
	return []byte(q.Encode())
}

// receive admits the sender, reads the body, which it keeps room for until done is called, and checks its signature. A body beside an
// error is the beginning of one that was too long.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, src *Source) (body []byte, done func(), err error) {
	offered := credentials(r)
	if !src.admits(offered) && !src.bySignature() {
		return nil, nil, unauthorized(src)
	}
	body, done, err = s.readBody(w, r, s.cfg().maxBody(), opens(src.Tokens, offered))
	if err != nil {
		body, done = s.salvage(src, body, err)
		return body, done, err
	}
	if !src.signed(r.Header, body, s.now()) {
		done()
		return nil, nil, refuse(http.StatusUnauthorized, "Set the integration's secret in the sender, and check that its clock is right.",
			"the signature of the body is missing, wrong or older than %s", maxSkew)
	}
	return body, done, nil
}

func unauthorized(src *Source) *refusal {
	const hint = "Send the integration's token as 'Authorization: Bearer TOKEN', as the password of basic authentication, or as X-Rouse-Token; only where a sender can set no header, as ?token=TOKEN."
	if len(src.Tokens) == 0 && src.HMACSecret == "" {
		return refuse(http.StatusUnauthorized, "Give the integration a token in the configuration, or set insecure: true.", "the integration has no token, so nobody can send to it")
	}
	return refuse(http.StatusUnauthorized, hint, "the token is missing or wrong")
}

// decodeFor picks the decoder of a source. Its error is a *refusal.
func decodeFor(src *Source, contentType string, body []byte, now time.Time) (batch, error) {
	form := bodyForm(contentType, body)
	generic := src.Type == TypeGeneric
	switch {
	case generic && form == formQuery:
		return decodeGenericForm(body), nil
	case generic && form == formMail:
		return decodeMail(body), nil
	case generic && form == formParts:
		return decodeMultipart(contentType, body), nil
	case generic && form == formText:
		return decodeGenericText(body), nil
	case form != formJSON:
		return batch{}, unsupported(contentType, generic)
	case generic:
		return decodeGeneric(body, now), nil
	case src.Type == TypeGrafana:
		return decodeGrafana(body), nil
	case src.Type == TypePrometheus:
		return decodePrometheus(body, now), nil
	}
	return decodeAlertmanager(body), nil
}

func unsupported(contentType string, generic bool) *refusal {
	hint := "Send application/json."
	if generic {
		hint = "Send application/json, application/x-www-form-urlencoded, multipart/form-data, text/plain or message/rfc822."
	}
	return refuse(http.StatusUnsupportedMediaType, hint, "Content-Type %q is not supported here", brief(contentType))
}

// store hands a batch to the Sink: alerts first, then what is acknowledged. An empty batch stores nothing.
func (s *Server) store(ctx context.Context, src *Source, b batch) error {
	for i := range b.alerts {
		b.alerts[i].Integration = src.Name
	}
	if len(b.alerts) > 0 {
		if err := s.sink.Accept(ctx, b.alerts); err != nil {
			return err
		}
	}
	for _, a := range b.acks {
		id := alert.ID{Integration: src.Name, Key: a.key}
		if err := s.sink.Acknowledge(ctx, id, firstOf(a.by, src.Name)); err != nil {
			return err
		}
	}
	return nil
}

// noteFaults writes down what was refused of a body.
func (s *Server) noteFaults(integration string, problems []problem) {
	if len(problems) > 0 {
		s.log.Warn("refused, in whole or in part", "integration", integration, "status", http.StatusBadRequest, "faults", len(problems), "err", problems[0].Error())
		s.count(integration, http.StatusBadRequest)
	}
}

func (s *Server) count(integration string, status int) {
	if integration != "" {
		s.Refused.WithLabelValues(integration, strconv.Itoa(status)).Inc()
	}
}

// answer says what was stored: 202, or 400 where a part was bad; the good part is stored all the same.
func answer(w http.ResponseWriter, src *Source, b batch) {
	if len(b.problems) == 0 {
		a := accepted{Status: "accepted", Alerts: len(b.alerts), Acknowledged: len(b.acks), Notes: b.notes, Errors: []string{}}
		if src.Type == TypeGeneric {
			a.Keys = b.keys()
		}
		writeJSON(w, cmp.Or(b.status, http.StatusAccepted), a)
		return
	}
	n := len(b.alerts) + len(b.acks)
	faults := lines(b.problems)
	f := failed{Error: faults[0], Hint: "Correct what is listed and send it again; see docs on integrations of type " + src.Type + ".", Accepted: &n, Errors: faults}
	if n > 0 {
		f.Hint = "The other alerts were stored. " + f.Hint
	}
	writeJSON(w, http.StatusBadRequest, f)
}

// keys are the identities in a batch, so that a sender without keys of its own learns them; not of long ones.
func (b *batch) keys() []string {
	const most = 20
	var out []string
	for i := range b.alerts {
		out = append(out, b.alerts[i].Key)
	}
	for _, a := range b.acks {
		out = append(out, a.key)
	}
	return out[:min(len(out), most)]
}

// turnAway answers an error and notes those that are ours.
func (s *Server) turnAway(w http.ResponseWriter, speak dialect, integration string, err error) {
	r := asRefusal(err)
	s.count(integration, r.status)
	if r.status >= 500 {
		s.log.Error("not stored, the source was asked to send again", "integration", integration, "err", err)
	} else {
		s.log.Info("refused", "integration", integration, "status", r.status, "err", r.what)
	}
	say(w, speak, r)
}

// heartbeat answers /heartbeat/NAME.
func (s *Server) heartbeat(w http.ResponseWriter, r *http.Request) {
	cfg, name := s.cfg(), r.PathValue("name")
	if !cfg.beats(name) {
		say(w, speakRouse, refuse(http.StatusNotFound, "The name must be one of the heartbeats in the configuration.",
			"no heartbeat has this name; %s", known(len(cfg.Heartbeats))))
		return
	}
	if wrongMethod(w, r, speakRouse, http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut) {
		return
	}
	if err := s.sink.Beat(r.Context(), name); err != nil {
		s.turnAway(w, speakRouse, name, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok\n"))
}
