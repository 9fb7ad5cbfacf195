package web

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// door is how a route knows who is asking, and how it words its answers.
type door int

const (
	doorAPI     door = iota // a bearer token; JSON
	doorPage                // a session, or the way to the login; HTML
	doorLink                // the signed token in the path; HTML
	doorOpen                // nobody is asked
	doorMetrics             // a token for metrics, where there is one
	doorStatus              // as doorAPI, unless the status page is public: nobody is asked then
)

// route is one line of what this package serves. A door of API, status or page needs a role; without one the route is shut.
type route struct {
	pattern string // of http.ServeMux
	door    door
	needs   Role
	do      func(*call) error
}

// method returns the method of the route's pattern.
func (rt *route) method() string {
	m, _, _ := strings.Cut(rt.pattern, " ")
	return m
}

// path returns the path of the route's pattern.
func (rt *route) path() string {
	_, p, _ := strings.Cut(rt.pattern, " ")
	return p
}

// routes is everything that is served, and the role that each needs. What is not here is refused.
func routes() []route {
	return slices.Concat(incidentRoutes(), recordRoutes(), rotaRoutes(), ownRoutes(), pageRoutes())
}

// call is one request on its way through.
type call struct {
	s   *Server
	w   http.ResponseWriter
	r   *http.Request
	now time.Time
	who identity
	id  string // to find the request in the log
}

// maxBody bounds what a person or a program may send here.
const maxBody = 64 << 10

// serve wraps a route: headers, who is asking, whether they may, and what an error means.
func (s *Server) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := s.newCall(w, r)
		defer c.rescue(&rt)
		if err := c.run(&rt); err != nil {
			c.fail(&rt, err)
		}
	})
}

func (s *Server) newCall(w http.ResponseWriter, r *http.Request) *call {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails, by its documentation
	c := &call{s: s, w: w, r: r, now: s.Now(), id: hex.EncodeToString(id[:])}
	guard(w.Header())
	w.Header().Set("X-Correlation-Id", c.id)
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	return c
}

// guard sets what every answer carries. The referrer goes to our own pages alone; without it a form's Origin would be null.
func guard(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "+
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
}

// run finds out who is asking, lets in who may, and does what the route does.
func (c *call) run(rt *route) (err error) {
	switch rt.door {
	case doorAPI:
		c.who, err = c.s.byToken(c.r)
	case doorStatus:
		err = c.mayRead(rt.needs)
	case doorPage:
		err = c.enter()
	case doorMetrics:
		err = c.mayMeasure()
	}
	if err != nil {
		return err
	}
	if (rt.door == doorAPI || rt.door == doorPage) && !c.who.role.allows(rt.needs) {
		return errForbidden(rt.needs)
	}
	if rt.door != doorAPI && rt.door != doorStatus {
		if err := c.sameSite(); err != nil {
			return err
		}
	}
	return rt.do(c)
}

// enter lets a browser with a session in, and keeps the session awake.
func (c *call) enter() error {
	who, se, err := c.s.bySession(c.r, c.now)
	if err != nil {
		return err
	}
	c.who = who
	return c.s.keep(c.w, c.r, se, c.now)
}

// mayMeasure refuses who has no token for metrics, where one is needed.
func (c *call) mayMeasure() error {
	if len(c.s.Config().MetricsTokens) == 0 {
		return nil
	}
	switch secret := bearer(c.r); {
	case secret == "":
		return errNoToken
	case !c.s.keyring().opensMetrics(secret):
		return errBadToken
	}
	return nil
}

// mayRead refuses who has no token for the status page, where it is not public.
func (c *call) mayRead(need Role) (err error) {
	if c.s.Config().StatusPage.Public {
		return nil
	}
	if c.who, err = c.s.byToken(c.r); err == nil && !c.who.role.allows(need) {
		return errForbidden(need)
	}
	return err
}

// sameSite refuses a POST that a page of another site made a browser send. A proxy may change the Host, so the public
// address counts as ours too.
func (c *call) sameSite() error {
	guard := http.NewCrossOriginProtection()
	if u, err := url.Parse(c.s.Config().PublicURL); err == nil && u.Host != "" {
		if err := guard.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return fmt.Errorf("the public address %q: %w", c.s.Config().PublicURL, err)
		}
	}
	if err := guard.Check(c.r); err != nil {
		return errForeign
	}
	return nil
}

// rescue turns a panic into an answer. What was committed stays committed.
func (c *call) rescue(rt *route) {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	c.fail(rt, fmt.Errorf("panic: %v", p))
}

// lost answers what no route is for. For a path that has other methods it says which.
func (s *Server) lost(w http.ResponseWriter, r *http.Request) {
	c := s.newCall(w, r)
	rt := route{pattern: "GET /", door: doorPage}
	if strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/-/") {
		rt.door = doorAPI
	} else if who, _, err := s.bySession(r, c.now); err == nil {
		c.who = who // who is logged in keeps the menu
	}
	var allowed []string
	for _, m := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete} {
		probe := &http.Request{Method: m, URL: r.URL, Host: r.Host}
		if _, pattern := s.mux.Handler(probe); pattern != "/" && pattern != "" {
			allowed = append(allowed, m)
		}
	}
	if len(allowed) == 0 {
		c.fail(&rt, errNoRoute)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	c.fail(&rt, errWrongMethod(allowed))
}
