package notify

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	oldKey = []byte("an old key of 24 bytes..")
	newKey = []byte("a new key of 23 bytes..")
)

func signer(t testing.TB, keys ...[]byte) *Signer {
	t.Helper()
	s, err := NewSigner(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSignerRotation(t *testing.T) {
	end := time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)
	before, after := signer(t, oldKey), signer(t, newKey, oldKey)
	link := before.Sign("ack", 42, "ana", 2, end)
	want := Grant{Purpose: "ack", Incident: 42, User: "ana", Epoch: 2, Expires: end}
	tests := []struct {
		name string
		s    *Signer
		link string
		now  time.Time
		want error
	}{
		{"good", before, link, end.Add(-time.Second), nil},
		{"previous key", after, link, end.Add(-time.Second), nil},
		{"new key", after, after.Sign("ack", 42, "ana", 2, end), end.Add(-time.Second), nil},
		{"new key at the old signer", before, after.Sign("ack", 42, "ana", 2, end), end.Add(-time.Second), ErrBadLink},
		{"dropped key", signer(t, newKey), link, end.Add(-time.Second), ErrBadLink},
		{"at its end", before, link, end, ErrExpiredLink},
		{"empty", before, "", end, ErrBadLink},
		{"shorter", before, link[:len(link)-1], end, ErrBadLink},
		{"longer", before, link + "A", end, ErrBadLink},
		{"newline", before, link + "\n", end, ErrBadLink},
		{"huge", before, strings.Repeat("A", 5000), end, ErrBadLink},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.s.Verify(tt.link, tt.now)
			if !errors.Is(err, tt.want) {
				t.Fatalf("error %v, want %v", err, tt.want)
			}
			if err == nil && got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
	if len(link) > 48 || url.QueryEscape(link) != link {
		t.Errorf("link %q is not short and URL-safe", link)
	}
}

func TestSignerRefusesWeakKeys(t *testing.T) {
	for _, keys := range [][][]byte{nil, {[]byte("short")}, {newKey, nil}} {
		if s, err := NewSigner(keys...); err == nil {
			t.Errorf("NewSigner(%q) = %v, want an error", keys, s)
		}
	}
	if link := signer(t, newKey).Sign(strings.Repeat("x", 256), 1, "", 1, time.Time{}); link != "" {
		t.Errorf("an oversized purpose gave %q", link)
	}
}

func TestSignerRoundTripAndForgery(t *testing.T) {
	s := signer(t, newKey, oldKey)
	rapid.Check(t, func(t *rapid.T) {
		want := Grant{
			Purpose: rapid.StringN(0, 20, 60).Draw(t, "purpose"), Incident: rapid.Int64().Draw(t, "incident"), User: rapid.StringN(0, 20, 60).Draw(t, "user"),
			Epoch: rapid.Int().Draw(t, "epoch"), Expires: time.Unix(rapid.Int64Range(1, 1<<40).Draw(t, "expires"), 0).UTC(),
		}
		link := s.Sign(want.Purpose, want.Incident, want.User, want.Epoch, want.Expires)
		if got, err := s.Verify(link, want.Expires.Add(-1)); err != nil || got != want {
			t.Fatalf("got %+v, %v; want %+v", got, err, want)
		}
		forged := []byte(link)
		i := rapid.IntRange(0, len(forged)-1).Draw(t, "at")
		c := rapid.SampledFrom([]byte("ABCxyz019-_=+/")).Draw(t, "char")
		if forged[i] == c {
			return
		}
		forged[i] = c
		if got, err := s.Verify(string(forged), want.Expires.Add(-1)); !errors.Is(err, ErrBadLink) {
			t.Fatalf("forged link gave %+v, %v", got, err)
		}
	})
}

func FuzzVerify(f *testing.F) {
	s := signer(f, newKey)
	f.Add(s.Sign("ack", 42, "ana", 1, time.Unix(1, 0)))
	f.Add("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, link string) {
		g, err := s.Verify(link, time.Unix(0, 0))
		if err == nil && s.Sign(g.Purpose, g.Incident, g.User, g.Epoch, g.Expires) != link {
			t.Fatalf("%q is accepted but is not the one form of %+v", link, g)
		}
	})
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"+34600000001": "+34…0001", "+12025550103": "+1…0103", "+351912345678": "+351…5678", "+46 700 000 002": "+46…0002", "0034600000001": "…0001",
		"12345": "…45", "+4912345": "…45", "123": "…", "": "…", "ROUSE": "…",
	} {
		if got := MaskNumber(in); got != want {
			t.Errorf("MaskNumber(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"ana@example.com": "a…@example.com", "émile@example.com": "é…@example.com", "@example.com": "…@example.com", "ana": "…", "": "…", "\xff@x": "…@x",
	} {
		if got := MaskMail(in); got != want {
			t.Errorf("MaskMail(%q) = %q, want %q", in, got, want)
		}
	}
}
