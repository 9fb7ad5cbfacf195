package ingest

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxSkew is how far the clock of a signing sender may be off.
const maxSkew = 5 * time.Minute

// credentials returns every token that a request offers: bearer, Opsgenie's GenieKey, basic (the password, or the user where
// there is none), the header X-Rouse-Token, and ?token= for senders that cannot set a header.
func credentials(r *http.Request) []string {
	var out []string
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case strings.EqualFold(scheme, "bearer"), strings.EqualFold(scheme, "token"), strings.EqualFold(scheme, "geniekey"):
		add(rest)
	case strings.EqualFold(scheme, "basic"):
		user, password, _ := r.BasicAuth()
		add(password)
		if password == "" {
			add(user)
		}
	}
	add(r.Header.Get("X-Rouse-Token"))
	add(r.Header.Get("X-Routing-Key"))  // of PagerDuty's clients
	add(r.Header.Get("X-Gitlab-Token")) // of GitLab's webhooks
	add(r.URL.Query().Get("token"))
	return out
}

// opens reports whether any of the offered is one of the tokens. It compares hashes, all of them, in constant time.
func opens(tokens, offered []string) bool {
	found := 0
	for _, o := range offered {
		given := sha256.Sum256([]byte(o))
		for _, t := range tokens {
			want := sha256.Sum256([]byte(t))
			usable := 1
			if t == "" {
				usable = 0
			}
			found |= usable & subtle.ConstantTimeCompare(given[:], want[:])
		}
	}
	return found == 1
}

// admits reports whether a request with these credentials may speak for the source.
func (s *Source) admits(offered []string) bool { return s.Insecure || opens(s.Tokens, offered) }

// bySignature reports whether the signature alone decides: there is a secret and no token.
func (s *Source) bySignature() bool {
	return s.HMACSecret != "" && !slices.ContainsFunc(s.Tokens, func(t string) bool { return t != "" })
}

// signed checks a signature of the body: hexadecimal HMAC-SHA256 of it, or of timestamp, colon and body where the sender is set up to
// send a timestamp too, as Grafana can (then it must be within maxSkew of now). Without a secret everything passes.
func (s *Source) signed(h http.Header, body []byte, now time.Time) bool {
	if s.HMACSecret == "" {
		return true
	}
	mac := hmac.New(sha256.New, []byte(s.HMACSecret))
	at := timestamp(h)
	if at != "" {
		seconds, err := strconv.ParseInt(at, 10, 64)
		if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > maxSkew {
			return false
		}
		_, _ = mac.Write([]byte(at + ":")) // a hash does not fail
	}
	_, _ = mac.Write(body)
	want := mac.Sum(nil)
	return slices.ContainsFunc(signatures(h), func(given []byte) bool { return hmac.Equal(given, want) })
}

// timestamp is what a sender that can signs with the body, in seconds of Unix time.
func timestamp(h http.Header) string {
	return firstOf(h.Get("X-Grafana-Alerting-Timestamp"), h.Get("X-Rouse-Timestamp"))
}

// signatures are those that a request bears: Grafana's or rouse's own; and without a timestamp, which they have none of, those of tools
// whose webhooks cannot be changed (GitHub, Jira, Sentry, and PagerDuty, which sends several while its secret is changed).
func signatures(h http.Header) (out [][]byte) {
	given := firstOf(h.Get("X-Grafana-Alerting-Signature"), h.Get("X-Rouse-Signature"))
	if given == "" && timestamp(h) == "" {
		given = firstOf(h.Get("X-Hub-Signature-256"), h.Get("X-Hub-Signature"), h.Get("Sentry-Hook-Signature"), h.Get("X-PagerDuty-Signature"))
	} else {
		given = strings.ReplaceAll(given, ",", " ") // one alone
	}
	for word := range strings.SplitSeq(given, ",") {
		word = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(word), "sha256="), "v1=")
		if mac, err := hex.DecodeString(word); err == nil && len(mac) > 0 {
			out = append(out, mac)
		}
	}
	return out
}
