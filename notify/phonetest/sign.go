package phonetest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// Sign computes X-Twilio-Signature as Twilio documents it: HMAC-SHA1, keyed with the auth token, over the address followed
// by each parameter's name and value, names sorted by their bytes, in base64. A repeated parameter contributes its values
// sorted, each once. For a GET or a JSON body params is nil. It shares no code with the daemon's check, so that one mistake
// cannot hide in both.
func Sign(token, address string, params url.Values) string {
	names := make([]string, 0, len(params))
	for n := range params {
		names = append(names, n)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(address)
	for _, n := range names {
		values := slices.Clone(params[n])
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			b.WriteString(n)
			b.WriteString(v)
		}
	}
	h := hmac.New(sha1.New, []byte(token))
	h.Write([]byte(b.String()))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}
