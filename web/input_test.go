package web_test

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/web"
)

func TestWhen(t *testing.T) {
	madrid := zone("Europe/Madrid")
	tests := map[string]string{
		"2026-11-23T09:00:00Z":      "2026-11-23T09:00:00Z",
		"2026-11-23T09:00:00+05:30": "2026-11-23T03:30:00Z",
		"2026-11-23 09:00":          "2026-11-23T08:00:00Z",
		"2026-11-23T09:00":          "2026-11-23T08:00:00Z",
		"2026-07-01":                "2026-06-30T22:00:00Z",
		"2026-10-25 02:30":          "2026-10-25T00:30:00Z", // twice on that night: the first
		"2026-03-29 02:30":          "2026-03-29T01:30:00Z", // skipped on that night: later
		"2026-02-30":                "", "2026-11-23 25:00": "", "09:00": "", "": "", "1066-10-14": "", "99999-01-01": "", "2026-11-23T09:00:00": "",
	}
	for in, want := range tests {
		got, err := web.When("at", in, madrid)
		if (err != nil) != (want == "") || err == nil && got.Format(time.RFC3339) != want {
			t.Errorf("%q: got %s, %v, want %q", in, got, err, want)
		}
	}
}

func FuzzWhen(f *testing.F) {
	for _, s := range []string{"2026-11-23T09:00:00Z", "2026-11-23 09:00", "2026-11-23", "9999-12-31 23:59", "0000-00-00", "-1"} {
		f.Add(s)
	}
	for _, z := range []string{"UTC", "Europe/Madrid", "Pacific/Apia"} {
		zone(z)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, z := range []*time.Location{time.UTC, zone("Europe/Madrid"), zone("Pacific/Apia")} {
			if got, err := web.When("at", s, z); err == nil {
				if _, err := got.MarshalJSON(); err != nil {
					t.Errorf("%q in %s: %v", s, z, err)
				}
			}
		}
	})
}

func FuzzWebLink(f *testing.F) {
	for _, s := range append(badLinks, "https://example.com/a?b#c") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := web.WebLink(s); got != "" && !strings.HasPrefix(got, "http://") && !strings.HasPrefix(got, "https://") {
			t.Errorf("%q became %q", s, got)
		}
		if got := web.Local(s); !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\r\n") {
			t.Errorf("%q leads to %q", s, got)
		}
	})
}

// FuzzCookie: no cookie that rouse did not make is a session.
func FuzzCookie(f *testing.F) {
	key := make([]byte, 32) // another one in each of the fuzzer's processes, so that none takes the seeds of the other for its own
	_, _ = rand.Read(key)
	w := newWorld(f, func(d *web.Deps) { d.SessionKey = key })
	h := web.New(w.deps).Handler()
	good := w.browse("viewer").cookie.Value
	f.Add(good)
	f.Add(strings.Split(good, ".")[0] + ".")
	f.Add("e30.x")
	f.Fuzz(func(t *testing.T, v string) {
		r := httptest.NewRequest(http.MethodGet, "/oncall", nil)
		r.Header["Cookie"] = []string{"rouse=" + v}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		c, err := r.Cookie("rouse")
		if in := rec.Code == http.StatusOK; in && (err != nil || c.Value != good) {
			t.Errorf("%q is in", v)
		}
	})
}
