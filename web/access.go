package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

// Role is what somebody may do. Each may do what the one before it may.
type Role string

// The roles.
const (
	Viewer    Role = "viewer"    // looks
	Responder Role = "responder" // acts on incidents, overrides and silences
	Manager   Role = "manager"   // pages others for a test, reads the audit log
	Admin     Role = "admin"     // everything, security incidents of all teams included
)

// rank orders the roles; a word that is none is 0.
func (r Role) rank() int {
	switch r {
	case Viewer:
		return 1
	case Responder:
		return 2
	case Manager:
		return 3
	case Admin:
		return 4
	}
	return 0
}

// allows reports whether somebody with this role may do what needs that one. What names no role is allowed to nobody.
func (r Role) allows(need Role) bool { return need.rank() > 0 && r.rank() >= need.rank() }

// Token is a credential for the API, and for the login of a browser.
type Token struct {
	Name    string
	User    oncall.UserID // who acts with it; empty: the token itself
	Role    Role
	Secrets []string // any of them; several while one replaces another
}

// identity is who is asking.
type identity struct {
	token   string
	user    oncall.UserID
	role    Role
	channel string // api | web | link
}

// actor is the identity as timelines and the audit log name it.
func (i identity) actor() incident.Actor {
	if i.user != "" {
		return incident.Actor{Kind: incident.ByUser, Name: string(i.user), Channel: i.channel}
	}
	return incident.Actor{Kind: incident.ByToken, Name: i.token, Channel: i.channel}
}

// reported reports whether somebody is who reported an incident. A link shows an incident to whoever holds it, so it is nobody's.
func (i identity) reported(in *incident.Incident) bool {
	return in.Reporter != "" && i.channel != "link" && in.Reporter == i.actor().Name
}

// keyring is the tokens of one configuration as hashes, so that comparing them takes the same time whatever is offered.
type keyring struct {
	of      *Config
	keys    []key
	metrics [][sha256.Size]byte
}

type key struct {
	hash  [sha256.Size]byte
	token *Token
}

func newKeyring(c *Config) *keyring {
	k := &keyring{of: c}
	for i := range c.Tokens {
		for _, secret := range c.Tokens[i].Secrets {
			if secret != "" {
				k.keys = append(k.keys, key{sha256.Sum256([]byte(secret)), &c.Tokens[i]})
			}
		}
	}
	for _, secret := range c.MetricsTokens {
		if secret != "" {
			k.metrics = append(k.metrics, sha256.Sum256([]byte(secret)))
		}
	}
	return k
}

// keyring returns the hashes of the configuration in force.
func (s *Server) keyring() *keyring {
	c := s.Config()
	if k := s.keys.Load(); k != nil && k.of == c {
		return k
	}
	k := newKeyring(c)
	s.keys.Store(k)
	return k
}

// find returns the key that a secret is. It looks at all of them, whichever fits.
func (k *keyring) find(secret string) (key, bool) {
	given := sha256.Sum256([]byte(secret))
	at := -1
	for i := range k.keys {
		hit := subtle.ConstantTimeCompare(given[:], k.keys[i].hash[:])
		at = subtle.ConstantTimeSelect(hit, i, at)
	}
	if at < 0 || secret == "" {
		return key{}, false
	}
	return k.keys[at], true
}

// opensMetrics reports whether a secret opens /metrics.
func (k *keyring) opensMetrics(secret string) bool {
	given := sha256.Sum256([]byte(secret))
	hit := 0
	for i := range k.metrics {
		hit |= subtle.ConstantTimeCompare(given[:], k.metrics[i][:])
	}
	return hit == 1
}

// print is a key's fingerprint for sessions: it ties them to the secret and tells nothing of it.
func (s *Server) print(k key) string {
	m := hmac.New(sha256.New, s.SessionKey)
	_, _ = m.Write([]byte("rouse session token 1")) // a hash does not fail
	_, _ = m.Write(k.hash[:])
	return hex.EncodeToString(m.Sum(nil)[:16])
}

// bearer returns the bearer token that a request offers, or "".
func bearer(r *http.Request) string {
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(rest)
}

// byToken says who is asking the API.
func (s *Server) byToken(r *http.Request) (identity, error) {
	secret := bearer(r)
	if secret == "" {
		return identity{}, errNoToken
	}
	k, ok := s.keyring().find(secret)
	if !ok {
		return identity{}, errBadToken
	}
	return identity{token: k.token.Name, user: k.token.User, role: k.token.Role, channel: "api"}, nil
}
