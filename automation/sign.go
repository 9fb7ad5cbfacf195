package automation

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Headers of a webhook.
const (
	HeaderEvent     = "X-Rouse-Event"
	HeaderDelivery  = "X-Rouse-Delivery"  // the payload's id: the same when it is tried again
	HeaderTimestamp = "X-Rouse-Timestamp" // when this try was sent, in seconds since 1970
	HeaderSignature = "X-Rouse-Signature" // see Sign
)

// Errors of Verify.
var (
	ErrSignature = errors.New("the signature does not fit the body, the timestamp and the secret")
	ErrStale     = errors.New("the timestamp is too far from now")
)

// Sign is the value of X-Rouse-Signature: for each secret "v1=" and the HMAC-SHA256 of timestamp, a dot and the body as it
// stands, in hexadecimal, with a comma between two. Empty without a secret.
func Sign(secrets []string, timestamp string, body []byte) string {
	var parts []string
	for _, s := range secrets {
		parts = append(parts, "v1="+hex.EncodeToString(mac(s, timestamp, body)))
	}
	return strings.Join(parts, ",")
}

func mac(secret, timestamp string, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(timestamp + "."))
	h.Write(body)
	return h.Sum(nil)
}

// Verify is for those who receive webhooks: header, timestamp and body are X-Rouse-Signature, X-Rouse-Timestamp and the body as
// they came. One signature that fits is enough. tolerance bounds how far the timestamp may be from now, either way; 0 means
// five minutes. Within it the same request can be sent again by whoever saw it, so remember the payload's id too. The errors
// are ErrSignature and ErrStale.
func Verify(secret, header, timestamp string, body []byte, now time.Time, tolerance time.Duration) error {
	if secret == "" || !signed(secret, header, timestamp, body) {
		return ErrSignature
	}
	if tolerance <= 0 {
		tolerance = 5 * time.Minute
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return ErrStale
	}
	if now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return ErrStale
	}
	return nil
}

func signed(secret, header, timestamp string, body []byte) bool {
	want := mac(secret, timestamp, body)
	for part := range strings.SplitSeq(header, ",") {
		digits, ok := strings.CutPrefix(strings.TrimSpace(part), "v1=")
		got, err := hex.DecodeString(digits)
		if ok && err == nil && hmac.Equal(got, want) {
			return true
		}
	}
	return false
}
