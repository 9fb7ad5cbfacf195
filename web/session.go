package web

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/rouse/rouse/store"
)

const (
	sessionIdle  = 12 * time.Hour       // a session ends after so long without a request
	sessionLife  = 7 * 24 * time.Hour   // and after so long in any case
	sessionRenew = 5 * time.Minute      // how stale the cookie's note of its last use may get
	sessionSkew  = time.Minute          // how far ahead of the clock a cookie may be, where several replicas make them
	sessionMark  = "web/session/ended/" // what a logout remembers, followed by the session's id
)

// session is what the cookie of a browser says. It is signed, not secret; the token itself is not in it.
type session struct {
	ID     string `json:"i"` // 256 random bits
	Token  string `json:"t"` // name of the token in the configuration
	Print  string `json:"p"` // of the token's secret, so that the session ends with it
	Issued int64  `json:"a"` // seconds since 1970
	Seen   int64  `json:"s"`
}

var errNoSession = errors.New("there is no session, or it has ended")

// newSession starts a session for a key of the configuration.
func (s *Server) newSession(k key, now time.Time) session {
	var id [32]byte
	_, _ = rand.Read(id[:]) // never fails, by its documentation
	return session{
		ID: base64.RawURLEncoding.EncodeToString(id[:]), Token: k.token.Name, Print: s.print(k),
		Issued: now.Unix(), Seen: now.Unix(),
	}
}

func (s *Server) seal(se session) (string, error) {
	b, err := json.Marshal(se)
	if err != nil {
		return "", fmt.Errorf("write the session: %w", err)
	}
	body := base64.RawURLEncoding.EncodeToString(b)
	return body + "." + s.sign(body), nil
}

func (s *Server) sign(body string) string {
	m := hmac.New(sha256.New, s.SessionKey)
	_, _ = m.Write([]byte("rouse session 1\x00" + body)) // a hash does not fail
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// unseal reads a cookie of ours that is still good at now; errNoSession for any other.
func (s *Server) unseal(cookie string, now time.Time) (session, error) {
	var se session
	body, mac, _ := strings.Cut(cookie, ".")
	if !hmac.Equal([]byte(mac), []byte(s.sign(body))) {
		return se, errNoSession
	}
	b, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil || json.Unmarshal(b, &se) != nil {
		return session{}, errNoSession
	}
	issued, seen := time.Unix(se.Issued, 0), time.Unix(se.Seen, 0)
	if now.Sub(seen) >= sessionIdle || now.Sub(issued) >= sessionLife || seen.Sub(now) > sessionSkew {
		return session{}, errNoSession
	}
	return se, nil
}

// bySession says who is asking a page. errNoSession means that a login is needed.
func (s *Server) bySession(r *http.Request, now time.Time) (identity, session, error) {
	c, err := r.Cookie(s.cookieName(r))
	if err != nil {
		return identity{}, session{}, errNoSession
	}
	se, err := s.unseal(c.Value, now)
	if err != nil {
		return identity{}, session{}, err
	}
	t, ok := s.tokenOf(se)
	if !ok {
		return identity{}, session{}, errNoSession
	}
	ended, err := s.ended(r.Context(), se, now)
	switch {
	case err != nil:
		return identity{}, session{}, err
	case ended:
		return identity{}, session{}, errNoSession
	}
	return identity{token: t.Name, user: t.User, role: t.Role, channel: "web"}, se, nil
}

// tokenOf finds the token that a session was made with, by name and secret, in the configuration in force.
func (s *Server) tokenOf(se session) (*Token, bool) {
	for _, k := range s.keyring().keys {
		if k.token.Name == se.Token && hmac.Equal([]byte(s.print(k)), []byte(se.Print)) {
			return k.token, true
		}
	}
	return nil, false
}

func (s *Server) ended(ctx context.Context, se session, now time.Time) (ended bool, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) (err error) {
		ended, err = tx.Seen(sessionMark+se.ID, now)
		return err
	})
	return ended, err
}

// end makes a session worthless for good, also to whoever copied its cookie, and over a restart.
func (s *Server) end(ctx context.Context, se session) error {
	return s.Store.Update(ctx, func(tx store.Tx) error {
		return tx.MarkSeen(sessionMark+se.ID, time.Unix(se.Issued, 0).Add(sessionLife))
	})
}

// secure reports whether people reach rouse by https.
func (s *Server) secure(r *http.Request) bool {
	return r.TLS != nil || strings.HasPrefix(s.Config().PublicURL, "https://")
}

// cookieName has the prefix by which browsers refuse the cookie from anybody but this very host over https.
func (s *Server) cookieName(r *http.Request) string {
	if s.secure(r) {
		return "__Host-rouse"
	}
	return "rouse"
}

func (s *Server) setCookie(w http.ResponseWriter, r *http.Request, value string, age time.Duration) {
	c := &http.Cookie{
		Name: s.cookieName(r), Value: value, Path: "/", MaxAge: int(age / time.Second),
		HttpOnly: true, Secure: s.secure(r), SameSite: http.SameSiteLaxMode,
	}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// keep renews a session's note of its last use, now and then.
func (s *Server) keep(w http.ResponseWriter, r *http.Request, se session, now time.Time) error {
	if now.Sub(time.Unix(se.Seen, 0)) < sessionRenew {
		return nil
	}
	se.Seen = now.Unix()
	return s.give(w, r, se, now)
}

// give hands the browser its session.
func (s *Server) give(w http.ResponseWriter, r *http.Request, se session, now time.Time) error {
	value, err := s.seal(se)
	if err != nil {
		return err
	}
	s.setCookie(w, r, value, min(sessionIdle, time.Unix(se.Issued, 0).Add(sessionLife).Sub(now)))
	return nil
}
