package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Why a link is refused.
var (
	ErrBadLink     = errors.New("link is not one of ours, or was changed")
	ErrExpiredLink = errors.New("link has expired")
)

// Grant is what a link lets its holder do: one purpose, for one incident, as one user, until a time. Epoch is the
// incident's when the link was made, so that a link of an earlier trigger can be refused.
type Grant struct {
	Purpose  string // "ack", "view"
	Incident int64
	User     string
	Epoch    int
	Expires  time.Time // UTC, whole seconds; the grant ends at this instant
}

// Signer makes and checks the tokens of signed links. A link acts only on a POST; that is the web's to see to.
type Signer struct {
	keys [][]byte
}

const (
	tagSize = 16 // 128 bits of HMAC-SHA256
	minKey  = 16
	maxLink = 1024
	maxWord = 255 // bytes of a purpose or a user
)

// NewSigner returns a Signer that signs with the first key and accepts all of them, so that a key can be replaced without
// breaking links already sent. Each key must have at least 16 bytes.
func NewSigner(keys ...[]byte) (*Signer, error) {
	if len(keys) == 0 {
		return nil, errors.New("signed links need a key")
	}
	s := &Signer{}
	for i, k := range keys {
		if len(k) < minKey {
			return nil, fmt.Errorf("key %d for signed links has %d bytes; at least %d are needed", i+1, len(k), minKey)
		}
		// A key of its own for links, so that the same secret can serve elsewhere.
		m := hmac.New(sha256.New, k)
		m.Write([]byte("rouse signed link 1"))
		s.keys = append(s.keys, m.Sum(nil))
	}
	return s, nil
}

// Sign returns a token for a link: URL-safe, about 45 characters. A purpose or user of more than 255 bytes gives the
// empty token, which Verify refuses.
func (s *Signer) Sign(purpose string, incident int64, user string, epoch int, expires time.Time) string {
	if len(purpose) > maxWord || len(user) > maxWord {
		return ""
	}
	b := append([]byte{byte(len(purpose))}, purpose...)
	b = binary.AppendVarint(b, incident)
	b = binary.AppendVarint(b, int64(epoch))
	b = binary.AppendVarint(b, expires.Unix())
	b = append(b, user...)
	return base64.RawURLEncoding.EncodeToString(append(b, tag(s.keys[0], b)...))
}

// Verify checks a token at the time now and returns what it grants. The error is ErrBadLink or ErrExpiredLink; with the
// latter the Grant is returned too, so that a page can say what the link was for.
func (s *Signer) Verify(token string, now time.Time) (Grant, error) {
	if len(token) > maxLink || strings.ContainsAny(token, "\r\n") { // which the decoder would skip
		return Grant{}, ErrBadLink
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) <= tagSize {
		return Grant{}, ErrBadLink
	}
	body, got := raw[:len(raw)-tagSize], raw[len(raw)-tagSize:]
	good := 0
	for _, k := range s.keys { // every key, so that time does not tell which
		if hmac.Equal(tag(k, body), got) {
			good++
		}
	}
	if good == 0 {
		return Grant{}, ErrBadLink
	}
	g, ok := readGrant(body)
	if !ok {
		return Grant{}, ErrBadLink
	}
	if !now.Before(g.Expires) {
		return g, ErrExpiredLink
	}
	return g, nil
}

func tag(key, body []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(body)
	return m.Sum(nil)[:tagSize]
}

func readGrant(b []byte) (Grant, bool) {
	n := int(b[0])
	if len(b) < 1+n {
		return Grant{}, false
	}
	g := Grant{Purpose: string(b[1 : 1+n])}
	b = b[1+n:]
	var nums [3]int64
	for i := range nums {
		v, w := binary.Varint(b)
		if w <= 0 {
			return Grant{}, false
		}
		nums[i], b = v, b[w:]
	}
	g.Incident, g.Epoch, g.Expires, g.User = nums[0], int(nums[1]), time.Unix(nums[2], 0).UTC(), string(b)
	return g, true
}
