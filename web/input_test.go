package web_test

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/web"
	"github.com/rouse/rouse/web/client"
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

// FuzzBodies sends anything to every route that acts: whatever it is, the answer is one of ours.
func FuzzBodies(f *testing.F) {
	w := newProcessWorld(f)
	w.report("responder", client.Report{Service: "checkout", Title: "Nobody can pay"})
	h := web.New(w.deps).Handler()
	var acts []web.Route
	for _, rt := range web.Routes() {
		if rt.API && rt.Method != http.MethodGet && !strings.HasSuffix(rt.Path, "/erase") {
			f.Add(uint(len(acts)), strings.ReplaceAll(bodies[rt.Pattern], "OPEN", "1"))
			acts = append(acts, rt)
		}
	}
	f.Fuzz(func(t *testing.T, k uint, body string) {
		rt := acts[k%uint(len(acts))]
		r := httptest.NewRequestWithContext(t.Context(), rt.Method, fill(rt.Path), strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer secret-admin")
		r.Header.Set("Content-Type", "application/json")
		got := httptest.NewRecorder()
		if h.ServeHTTP(got, r); got.Code >= 500 || got.Code == http.StatusUnauthorized {
			t.Errorf("%s %q: got %d %s", rt.Pattern, body, got.Code, got.Body)
		}
	})
}

// FuzzList asks for lists by anything.
func FuzzList(f *testing.F) {
	w := newProcessWorld(f)
	w.fire("vault", "Zanzibar")
	h := web.New(w.deps).Handler()
	for _, s := range []string{"q=x&priority=P1,P2", "label=a=b&label=c", "parent=INC-1&problem=PRB-1", "format=csv&limit=9", "since=2026-01-01T00:00:00Z", "%zz", "label==", "before=-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/incidents", nil)
		r.URL.RawQuery = query
		r.Header.Set("Authorization", "Bearer secret-viewer")
		got := httptest.NewRecorder()
		if h.ServeHTTP(got, r); got.Code >= 500 || strings.Contains(got.Body.String(), "Zanzibar") && !strings.Contains(query, "Zanzibar") {
			t.Errorf("%q: got %d %s", query, got.Code, got.Body)
		}
	})
}

// TestHiddenNumbers: a number that the caller may not see is left out of texts, however it is written.
func TestHiddenNumbers(t *testing.T) {
	w := newProcessWorld(t)
	w.fire("vault", "Zanzibar") // INC-1
	open := w.fire("checkout", "HighErrorRate")
	by := incident.Actor{Kind: incident.ByUser, Name: "bo", Channel: "web"}
	for text, want := range map[string]string{
		"see INC-1": "see INC-…", "inc-1,INC-2": "INC-…,INC-2", "_INC-1_": "_INC-…_", "INC-01": "INC-…", "INC-12": "INC-12", "INC-99": "INC-99", "PRB-1": "PRB-1",
		"https://rouse/i/INC-1?x": "https://rouse/i/INC-…?x", "INC - 1": "INC - 1",
	} {
		_, err := w.engine.Do(t.Context(), open, incident.Note{By: by, Text: text})
		must(t, err)
		d, err := w.api("viewer").Incident(t.Context(), open, 0)
		must(t, err)
		if got := d.Timeline[len(d.Timeline)-1].What; got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		d, err = w.api("responder").Incident(t.Context(), open, 0)
		must(t, err)
		if got := d.Timeline[len(d.Timeline)-1].What; got != text {
			t.Errorf("%q to the team: got %q", text, got)
		}
	}
}
