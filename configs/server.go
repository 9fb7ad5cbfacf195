package configs

import (
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

func (l *loader) server(v value) {
	o := v.object("listen", "public_url", "store", "log", "tls", "dead_man", "metrics_token")
	s := Server{Listen: ":8420", Store: Store{Kind: Badger, Path: "./data"}, Log: Log{Level: "info", Format: "text"}}
	if listen, ok := o.get("listen").hostPort(true); ok && listen != "" {
		s.Listen = listen
	}
	s.PublicURL = l.publicURL(o.get("public_url"))
	if store := o.get("store"); store.given() {
		s.Store = store.store()
	}
	log := o.get("log").object("level", "format")
	if level, ok := log.get("level").word("debug", "info", "warn", "error"); ok {
		s.Log.Level = level
	}
	if format, ok := log.get("format").word("text", "json"); ok {
		s.Log.Format = format
	}
	if tls := o.get("tls"); tls.given() {
		s.TLS = tls.tls()
	}
	if dm := o.get("dead_man"); dm.given() {
		s.DeadMan = dm.deadMan()
	}
	s.MetricsToken = o.get("metrics_token").secrets()
	l.c.Server = s
}

func (l *loader) publicURL(v value) string {
	if !v.given() {
		v.warn("no-public-url", "is missing, so links and callbacks are built from http://localhost:8420", "write the address at which phones and browsers reach rouse")
		return "http://localhost:8420"
	}
	address, ok := v.webURL()
	if !ok || address == "" {
		return address
	}
	u, _ := url.Parse(address)
	if u.RawQuery != "" || u.User != nil {
		v.fail("holds more than scheme, host and path", "write an address such as https://rouse.example.com")
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		v.warn("plain-http", "is not encrypted, so links that acknowledge can be read on the way", "use https, if need be through a proxy")
	}
	return address
}

// loopback says whether a host is this machine, or a name that never leaves it (RFC 6761).
func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// store reads badger:PATH, memory:, postgres:env:NAME or postgres:file:PATH.
func (v value) store() Store {
	s, ok := v.text()
	if !ok {
		return Store{}
	}
	kind, rest, _ := strings.Cut(s, ":")
	switch {
	case kind == string(Memory) && rest == "":
		v.warn("memory-store", "keeps incidents in memory alone, so a restart forgets them", "write badger:PATH")
		return Store{Kind: Memory}
	case kind == string(Badger) && rest != "":
		return Store{Kind: Badger, Path: rest}
	case kind == string(Postgres):
		if dsn, is := v.reference(rest, false); is {
			return Store{Kind: Postgres, DSN: dsn}
		}
	}
	if kind == string(Postgres) || kind == "postgresql" {
		v.l.hide[v.n] = hidden
		v.fail("the connection string is written in the file itself", "put it in an environment variable and write postgres:env:NAME")
		return Store{}
	}
	v.fail("is not a store that rouse knows", "write badger:PATH, memory: or postgres:env:NAME")
	return Store{}
}

func (v value) tls() *TLS {
	o := v.object("cert", "key")
	cert, _ := o.need("cert", "write file:PATH of the certificate, PEM").pem()
	if key := o.need("key", "write file:PATH of its private key, PEM"); key.given() {
		return &TLS{Cert: cert, Key: key.secret()}
	}
	return &TLS{Cert: cert}
}

// pem reads a reference to something that is not secret.
func (v value) pem() (Secret, bool) {
	s, ok := v.text()
	if !ok {
		return Secret{}, false
	}
	ref, is := v.reference(s, true)
	if !is {
		v.fail("is not a reference", "write file:PATH or env:NAME")
	}
	return ref, is
}

func (v value) deadMan() *DeadMan {
	o := v.object("url", "every")
	d := &DeadMan{Every: time.Minute}
	u := o.need("url", "write the address to fetch, or env:NAME")
	d.URL, _ = u.open()
	if u.given() && d.URL.Ref() == "" {
		l := v.l
		l.hide[u.n] = hidden
	}
	if address := d.URL.Reveal(); address != "" {
		if what := badURL(address); what != "" {
			u.fail(what, "write an address such as https://dead-man.example.com/ping")
		}
	}
	if every, ok := o.get("every").duration(time.Second); ok {
		d.Every = every
	}
	return d
}

func (l *loader) access(v value) {
	o := v.object("tokens", "oidc")
	seen := map[string]int{}
	var tokens sharing
	for _, item := range o.get("tokens").list() {
		t := item.object("name", "user", "role", "token")
		name, _ := t.uniqueName(seen)
		user, _ := t.get("user").ref(aUser)
		role, _ := t.need("role", "write one of viewer, responder, manager, admin").role()
		secret := t.need("token", secretAdvice)
		token := Token{Name: name, Role: role, Token: secret.secrets()}
		token.User = userID(user)
		tokens.check(secret, "access", token.Token)
		secret.guessable(token.Token)
		l.c.Access.Tokens = append(l.c.Access.Tokens, token)
	}
	if oidc := o.get("oidc"); oidc.given() {
		l.c.Access.OIDC = oidc.oidc()
	}
}

func (v value) role() (Role, bool) {
	s, ok := v.word(string(Viewer), string(Responder), string(Manager), string(Admin))
	return Role(s), ok
}

func (v value) oidc() *OIDC {
	o := v.object("issuer", "client_id", "client_secret", "role_claim", "roles")
	c := &OIDC{RoleClaim: "groups", Roles: map[string]Role{}}
	c.Issuer, _ = o.need("issuer", "write the address of the identity provider").webURL()
	c.ClientID, _ = o.need("client_id", "write the id that the identity provider gave rouse").setting()
	c.ClientSecret = o.need("client_secret", secretAdvice).secret()
	if claim, ok := o.get("role_claim").text(); ok {
		c.RoleClaim = claim
	}
	roles := o.need("roles", "write who gets which role, such as roles: {sre: manager}")
	roles.object().each(func(group string, role value) {
		if r, ok := role.role(); ok {
			c.Roles[group] = r
		} else if !role.given() {
			role.fail("has no role", "write one of viewer, responder, manager, admin")
		}
	})
	return c
}

// sharing finds tokens that are used twice, by their reference and by their value.
type sharing map[string]string

// check refuses a token that another holder of the same kind has already, because the token alone tells them apart.
func (s *sharing) check(v value, kind string, tokens []Secret) {
	if *s == nil {
		*s = sharing{}
	}
	for _, t := range tokens {
		for _, id := range []string{t.ref, "=" + t.Reveal()} {
			if id == "" || id == "=" {
				continue
			}
			first, again := (*s)[kind+" "+id]
			if again && first != v.key {
				v.fail(fmt.Sprintf("is the same token as %s", first), "give each its own, since the token says who it is")
				return
			}
			(*s)[kind+" "+id] = v.key
		}
	}
}
