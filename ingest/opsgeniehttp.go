package ingest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ogCall is one request to Opsgenie's API, with the integration it speaks for.
type ogCall struct {
	*Server
	w     http.ResponseWriter
	r     *http.Request
	src   *Source
	began time.Time
}

// opsgenieRoot answers Opsgenie's API at the root, and below the paths of Jira Service Management's: the key says which
// integration of type opsgenie is meant.
func (s *Server) opsgenieRoot(w http.ResponseWriter, r *http.Request) {
	sources := s.cfg().ofType(TypeOpsgenie)
	if len(sources) == 0 {
		say(w, speakOpsgenie, refuse(http.StatusNotFound, "Add an integration of type opsgenie to the configuration.", "Opsgenie's API is not offered: there is no such integration"))
		return
	}
	src := pick(sources, credentials(r))
	if src == nil {
		s.turnAway(w, speakOpsgenie, "", badGenieKey())
		return
	}
	c := &ogCall{s, w, r, src, s.now()}
	if strings.HasPrefix(r.URL.Path, "/jsm/ops/api/") && strings.HasSuffix(r.URL.Path, "/heartbeats/ping") {
		c.answer(c.beat(r.URL.Query().Get("name")))
		return
	}
	c.answer(c.route(pathAfter(r, "/v2/")))
}

// opsgenieBelow answers it below an integration. An address that ends in the integration's name is taken for that of its alerts,
// which some senders append to.
func (s *Server) opsgenieBelow(w http.ResponseWriter, r *http.Request, src *Source) {
	if !src.admits(credentials(r)) {
		s.turnAway(w, speakOpsgenie, src.Name, badGenieKey())
		return
	}
	c := &ogCall{s, w, r, src, s.now()}
	rest := strings.TrimPrefix(pathAfter(r, "/ingest/"+src.Name), "/")
	if below, ok := strings.CutPrefix(strings.TrimPrefix(rest, "jsm/ops/integration/"), "v2/"); ok {
		c.answer(c.route(below))
		return
	}
	c.answer(c.route(strings.TrimSuffix("alerts/"+rest, "/")))
}

// badGenieKey has Opsgenie's words, and says what is asked for.
func badGenieKey() *refusal {
	return refuse(http.StatusUnauthorized, "Send a token of an integration of type opsgenie as 'Authorization: GenieKey TOKEN'.", "Could not authenticate")
}

// pathAfter is what follows a part of a request's path, escaped as it came. The address as it came is looked at first: who stands
// before this handler may have made one slash of two, and in an identifier both count.
func pathAfter(r *http.Request, part string) string {
	asked, _, _ := strings.Cut(r.RequestURI, "?")
	if _, after, ok := strings.Cut(asked, part); ok {
		return after
	}
	_, after, _ := strings.Cut(r.URL.EscapedPath(), part)
	return after
}

// route runs what a path below /v2/ and a method ask for.
func (c *ogCall) route(path string) error {
	method := c.r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	kind, rest, below := strings.Cut(path, "/")
	switch {
	case kind == "heartbeats":
		return c.heartbeat(rest)
	case kind != "alerts":
		return refuse(http.StatusNotFound, "Offered are alerts and heartbeats.", "rouse has no such part of Opsgenie's API")
	case !below || rest == "":
		return c.choose(method, map[string]func() error{http.MethodPost: c.create, http.MethodGet: c.list})
	case method == http.MethodGet:
		return c.read(rest)
	}
	id, verb := rest, ""
	if k := strings.LastIndexByte(rest, '/'); k > 0 && ogVerb(rest[k+1:]) {
		id, verb = rest[:k], rest[k+1:]
	}
	if k := strings.LastIndex(rest, "/actions/"); k > 0 {
		id, verb = rest[:k], "actions"
	}
	return c.act(method, id, verb)
}

// choose runs what a method asks for.
func (c *ogCall) choose(method string, by map[string]func() error) error {
	if do := by[method]; do != nil {
		return do()
	}
	var allowed []string
	for m := range by {
		allowed = append(allowed, m)
	}
	slices.Sort(allowed)
	list := strings.Join(allowed, ", ")
	c.w.Header().Set("Allow", list)
	return refuse(http.StatusMethodNotAllowed, "Use "+list+".", "%s is not possible here", brief(c.r.Method))
}

// answer turns an error into an answer, here and nowhere else.
func (c *ogCall) answer(err error) {
	if err != nil {
		c.turnAway(c.w, speakOpsgenie, c.src.Name, err)
	}
}

// body reads the body; one that is not there is empty. done gives its room back.
func (c *ogCall) body() (body []byte, done func(), err error) {
	body, done, err = c.readBody(c.w, c.r, c.cfg().maxBody(), opens(c.src.Tokens, credentials(c.r)))
	if err != nil {
		return nil, nil, err
	}
	if form := c.r.Header.Get("Content-Type"); len(body) > 0 && bodyForm(form, body) != formJSON {
		done()
		return nil, nil, unsupported(form, false)
	}
	return body, done, nil
}

// create answers POST /v2/alerts.
func (c *ogCall) create() error {
	body, done, err := c.body()
	if err != nil {
		return err
	}
	b, alias := decodeOpsgenie(body, mintUUID)
	done()
	if len(b.problems) > 0 {
		if what := b.problems[0].what; strings.HasPrefix(what, "'message'") {
			return invalid("message", what)
		}
		return refuse(http.StatusBadRequest, "", "JSON parse error: %s", b.problems[0].what)
	}
	if err := c.store(c.r.Context(), c.src, b); err != nil {
		return err
	}
	c.accepted("Create", alias)
	return nil
}

// invalid refuses a body for what is wrong with one field of it.
func invalid(field, what string) *refusal {
	r := refuse(http.StatusUnprocessableEntity, "", "The request cannot be processed: %s", what)
	r.fields = map[string]string{field: what}
	return r
}

// accepted answers what was done to an alert. The identifier of the request says what that was, so that nothing has to be kept for
// who asks later.
func (c *ogCall) accepted(action, alias string) {
	if len(alias) > maxKey {
		alias = safeKey(alias)
	}
	var salt [4]byte
	_, _ = rand.Read(salt[:]) // never fails; see crypto/rand
	at := strconv.FormatInt(c.now().UnixMilli(), 10)
	c.say(http.StatusAccepted, strings.Join([]string{action, at, hex.EncodeToString(salt[:]), base64.RawURLEncoding.EncodeToString([]byte(alias))}, "."),
		map[string]any{"result": "Request will be processed"})
}

// say answers in Opsgenie's envelope.
func (c *ogCall) say(status int, id string, said map[string]any) {
	took := max(c.now().Sub(c.began).Seconds(), 0)
	said["took"], said["requestId"] = took, id
	h := c.w.Header()
	h.Set("X-Request-Id", id)
	h.Set("X-Response-Time", strconv.FormatFloat(took, 'f', 3, 64))
	h.Set("X-Ratelimit-State", "OK")
	writeJSON(c.w, status, said)
}

// heartbeat answers /v2/heartbeats/NAME/ping; path is what follows heartbeats/.
func (c *ogCall) heartbeat(path string) error {
	name, ok := strings.CutSuffix(path, "/ping")
	name, err := url.PathUnescape(name)
	if !ok || err != nil {
		return refuse(http.StatusNotFound, "Offered is heartbeats/NAME/ping; heartbeats are made in the configuration.", "rouse has no such part of Opsgenie's API")
	}
	return c.beat(name)
}

func (c *ogCall) beat(name string) error {
	if !c.cfg().beats(name) {
		return refuse(http.StatusNotFound, "The name must be one of the heartbeats in the configuration.", "No heartbeat has this name")
	}
	ping := func() error {
		if err := c.sink.Beat(c.r.Context(), name); err != nil {
			return err
		}
		c.say(http.StatusAccepted, mintUUID(), map[string]any{"result": "PONG - Heartbeat received", "message": "PONG - Heartbeat received"})
		return nil
	}
	return c.choose(c.r.Method, map[string]func() error{http.MethodGet: ping, http.MethodHead: ping, http.MethodPost: ping, http.MethodPut: ping, http.MethodPatch: ping})
}

// mintUUID makes a random identifier in the form of Opsgenie's.
func mintUUID() string {
	k := mintKey()
	return strings.Join([]string{k[:8], k[8:12], k[12:16], k[16:20], k[20:]}, "-")
}
