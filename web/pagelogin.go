package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// loginView is the login page.
type loginView struct {
	Next  string
	Wrong bool // the token that was sent is not one of the configuration
}

// loginPage is GET /login.
func (c *call) loginPage() error {
	next := local(c.r.URL.Query().Get("next"))
	if _, _, err := c.s.bySession(c.r, c.now); err == nil {
		http.Redirect(c.w, c.r, next, http.StatusSeeOther)
		return nil
	}
	return c.show(http.StatusOK, "login", frame{Title: "Log in", Body: loginView{Next: next}})
}

// login is POST /login: a token for a session. It always starts a new one, so that nobody can plant theirs beforehand.
func (c *call) login() error {
	form, err := c.form()
	if err != nil {
		return err
	}
	next := local(form.Get("next"))
	k, ok := c.s.keyring().find(strings.TrimSpace(form.Get("token")))
	if !ok {
		c.s.Log.Warn("login with an unknown token", "correlation", c.id)
		return c.show(http.StatusUnauthorized, "login", frame{Title: "Log in", Body: loginView{Next: next, Wrong: true}})
	}
	if err := c.s.give(c.w, c.r, c.s.newSession(k, c.now), c.now); err != nil {
		return err
	}
	c.s.Log.Info("logged in", "token", k.token.Name, "user", string(k.token.User))
	http.Redirect(c.w, c.r, next, http.StatusSeeOther)
	return nil
}

// logout is POST /logout. The cookie goes in any case; a session that cannot be ended for good is an error that is seen.
func (c *call) logout() error {
	_, se, err := c.s.bySession(c.r, c.now)
	c.s.setCookie(c.w, c.r, "", 0)
	if err == nil {
		err = c.s.end(c.r.Context(), se)
	}
	if err != nil && !errors.Is(err, errNoSession) {
		return err
	}
	http.Redirect(c.w, c.r, "/login", http.StatusSeeOther)
	return nil
}

// local keeps an address of this very site; any other becomes the front page.
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") || strings.HasPrefix(next, "/login") {
		return "/"
	}
	return next
}
