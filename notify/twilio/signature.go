package twilio

import (
	"crypto/hmac"
	"crypto/sha1" // what Twilio signs with
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"slices"
	"sort"
	"strings"
)

// signed is one inbound request as far as its signature covers it.
type signed struct {
	url       string     // the public address as Twilio called it, query included
	form      url.Values // the parameters of a form body; nil without one
	body      []byte     // checked against bodySHA256, if the address has it
	signature string     // X-Twilio-Signature
}

// verify reports whether Twilio signed the request with one of the tokens: the address with every parameter of the form
// appended, sorted by name, and the values of a name sorted and each once; or the address alone when it carries the hash
// of the body (twilio.com/docs/usage/security). Twilio is not consistent about a port in the address, so it is tried as it
// stands, without a port, and with the scheme's. All combinations are computed, whatever fits first.
func (s signed) verify(tokens []string) bool {
	u, err := url.Parse(s.url)
	if err != nil || s.signature == "" {
		return false
	}
	tail, ok := s.tail(u)
	good := 0
	for _, address := range forms(s.url, u) {
		for _, t := range tokens {
			m := hmac.New(sha1.New, []byte(t))
			m.Write([]byte(address))
			m.Write([]byte(tail))
			want := base64.StdEncoding.EncodeToString(m.Sum(nil))
			good |= subtle.ConstantTimeCompare([]byte(want), []byte(s.signature))
		}
	}
	return ok && good == 1
}

// tail is what is signed behind the address. ok is false when the body is not the one whose hash the address carries.
func (s signed) tail(u *url.URL) (tail string, ok bool) {
	if want := u.Query().Get("bodySHA256"); want != "" {
		sum := sha256.Sum256(s.body)
		return "", subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(strings.ToLower(want))) == 1
	}
	names := make([]string, 0, len(s.form))
	for n := range s.form {
		names = append(names, n)
	}
	sort.Strings(names)
	var b strings.Builder
	for _, n := range names {
		values := slices.Clone(s.form[n])
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			b.WriteString(n)
			b.WriteString(v)
		}
	}
	return b.String(), true
}

// forms returns the ways in which Twilio may have written an address: as it stands, without a port, with the default one.
// Everything but the port is kept byte for byte.
func forms(raw string, u *url.URL) []string {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return []string{raw}
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority, path := rest[:end], rest[end:]
	bare := strings.TrimSuffix(authority, ":"+u.Port())
	port := ":443"
	if strings.EqualFold(u.Scheme, "http") {
		port = ":80"
	}
	return []string{raw, scheme + "://" + bare + path, scheme + "://" + bare + port + path}
}
