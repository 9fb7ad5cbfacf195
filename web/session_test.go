package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/web"
)

// TestSessionsEnd: by idleness, by age, at logout and with their token.
func TestSessionsEnd(t *testing.T) {
	in := func(b *browser) bool { return b.get("/").status == http.StatusOK }
	t.Run("12 hours without use", func(t *testing.T) {
		w := newWorld(t)
		b := w.browse("viewer")
		w.clock.Add(12*time.Hour - time.Second)
		if !in(b) {
			t.Error("it ended too early")
		}
		w.clock.Add(time.Second)
		if in(b) {
			t.Error("it did not end")
		}
	})
	t.Run("7 days in use", func(t *testing.T) {
		w := newWorld(t)
		b := w.browse("viewer")
		for day := range 14 {
			got := b.get("/")
			if got.status != http.StatusOK {
				t.Fatalf("it ended after %d half days", day)
			}
			if day > 0 {
				b.cookie = cookieOf(t, got)
			}
			w.clock.Add(12*time.Hour - time.Minute)
		}
		w.clock.Add(15 * time.Minute)
		if in(b) {
			t.Error("it did not end")
		}
	})
	t.Run("logout, for a copy of the cookie as well", func(t *testing.T) {
		w := newWorld(t)
		b, other := w.browse("viewer"), w.browse("viewer")
		got := b.post("/logout", "x=y")
		if got.status != http.StatusSeeOther || cookieOf(t, got).MaxAge >= 0 {
			t.Errorf("got %d %v", got.status, got.header)
		}
		if in(b) {
			t.Error("the copy is still good")
		}
		if !in(other) {
			t.Error("another session ended too")
		}
	})
	t.Run("its token is gone, or has another secret, or another role", func(t *testing.T) {
		w := newWorld(t)
		b := w.browse("responder")
		w.change(func(c *web.Config) {
			c.Tokens = []web.Token{{Name: "responder", User: "bo", Role: web.Viewer, Secrets: []string{"another", "secret-responder"}}}
		})
		if !in(b) {
			t.Error("a second secret ended it")
		}
		if got := b.post("/i/1/act", "do=ack"); got.status != http.StatusForbidden {
			t.Errorf("the old role still counts: %d", got.status)
		}
		w.change(func(c *web.Config) {
			c.Tokens = []web.Token{{Name: "responder", User: "bo", Role: web.Admin, Secrets: []string{"another"}}}
		})
		if in(b) {
			t.Error("it outlived its secret")
		}
	})
}

func TestForgedCookies(t *testing.T) {
	w := newWorld(t)
	b := w.browse("viewer")
	good := b.cookie.Value
	for k := range len(good) {
		b.cookie.Value = good[:k] + string(good[k]^1) + good[k+1:]
		if strings.ContainsAny(b.cookie.Value, `",;\ `) {
			continue
		}
		if got := b.get("/oncall"); got.status == http.StatusOK {
			t.Fatalf("byte %d changed, and still in", k)
		}
	}
	for _, v := range []string{"", ".", "a.b", strings.Split(good, ".")[0], strings.Split(good, ".")[0] + "."} {
		b.cookie.Value = v
		if got := b.get("/oncall"); got.status == http.StatusOK {
			t.Errorf("%q is in", v)
		}
	}
	other := newWorld(t, func(d *web.Deps) { d.SessionKey = []byte("another key of the tests") })
	if got := (&browser{other, &http.Cookie{Name: "rouse", Value: good}}).get("/"); got.status == http.StatusOK {
		t.Error("a cookie of another rouse is in")
	}
}

func TestCookieOverHTTPS(t *testing.T) {
	w := newWorld(t)
	plain := w.browse("viewer").cookie
	if plain.Name != "rouse" || plain.Secure || !plain.HttpOnly || plain.SameSite != http.SameSiteLaxMode || plain.Path != "/" {
		t.Errorf("over http: got %+v", plain)
	}
	w.change(func(c *web.Config) { c.PublicURL = "https://rouse.test" })
	c := w.browse("viewer").cookie
	if c.Name != "__Host-rouse" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("over https: got %+v", c)
	}
	if c.Value == plain.Value {
		t.Error("two logins share a session")
	}
}

// TestLoginLeadsBackHereOnly: no address of another site.
func TestLoginLeadsBackHereOnly(t *testing.T) {
	tests := map[string]string{
		"/i/42": "/i/42", "/?show=all": "/?show=all", "": "/", "https://evil.example": "/", "//evil.example": "/", `/\evil.example`: "/",
		"/\t/evil.example": "/", "javascript:alert(1)": "/", "evil": "/", "/login?next=/login": "/", "/\r\nSet-Cookie: x": "/", "http:///evil": "/",
	}
	for next, want := range tests {
		if got := web.Local(next); got != want {
			t.Errorf("%q: got %q, want %q", next, got, want)
		}
	}
	w := newWorld(t)
	if got := w.post("/login", "token=secret-viewer&next=//evil.example/"); got.header.Get("Location") != "/" {
		t.Errorf("got %q", got.header.Get("Location"))
	}
	if got := w.browse("viewer").get("/login?next=/oncall"); got.header.Get("Location") != "/oncall" {
		t.Errorf("logged in already: got %q", got.header.Get("Location"))
	}
}

func TestWrongLogin(t *testing.T) {
	w := newWorld(t)
	got := w.post("/login", "token=secret-nobody")
	if got.status != http.StatusUnauthorized || len(got.header["Set-Cookie"]) != 0 || !strings.Contains(got.body, "not one of rouse") {
		t.Errorf("got %d: %s", got.status, got.body)
	}
	if strings.Contains(w.log.String(), "secret-nobody") || strings.Contains(got.body, "secret-nobody") {
		t.Error("what was typed is repeated")
	}
}
