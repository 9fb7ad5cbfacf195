package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/rouse/rouse/oncall/rota"
)

// embedded is everything that a browser needs: nothing comes from another host.
//
//go:embed templates/*.html assets/*
var embedded embed.FS

// file is an asset ready to be served.
type file struct {
	body []byte
	kind string
	url  string // with a mark of its content, so that it may be kept for ever
}

// kinds are the content types of assets by the end of their names.
var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

func assetFiles() map[string]file {
	files := map[string]file{"grid.css": {body: gridCSS()}, "rota.css": {body: []byte(rota.CSS)}}
	list, err := embedded.ReadDir("assets")
	if err != nil {
		panic("web: embedded assets: " + err.Error())
	}
	for _, e := range list {
		body, err := embedded.ReadFile("assets/" + e.Name())
		if err != nil {
			panic("web: embedded assets: " + err.Error())
		}
		files[e.Name()] = file{body: body}
	}
	for name, f := range files {
		sum := sha256.Sum256(f.body)
		f.kind = kinds[name[strings.LastIndexByte(name, '.'):]]
		f.url = "/assets/" + name + "?v=" + hex.EncodeToString(sum[:6])
		files[name] = f
	}
	return files
}

// asset is GET /assets/{name}.
func (c *call) asset() error {
	f, ok := c.s.files[c.r.PathValue("name")]
	if !ok {
		return errNoRoute
	}
	c.w.Header().Set("Content-Type", f.kind)
	if c.r.URL.Query().Get("v") != "" {
		c.w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = c.w.Write(f.body) // the browser is gone; nothing is left to do
	return nil
}

// views are the pages; each is templates/NAME.html inside templates/frame.html.
var views = []string{
	"incident", "list", "bulk", "report", "status", "review", "reviewedit", "reviews", "problems", "problem", "reports", "oncall", "schedule", "silences", "login", "error",
}

// longTitle is from how many characters on a title is set smaller: as a heading it would be all that a phone shows.
const longTitle = 120

func parseTemplates(files map[string]file) map[string]*template.Template {
	asset := func(name string) (string, error) {
		f, ok := files[name]
		if !ok {
			return "", fmt.Errorf("there is no asset %s", name)
		}
		return f.url, nil
	}
	funcs := template.FuncMap{"asset": asset, "long": func(title string) bool { return utf8.RuneCountInString(title) > longTitle }}
	out := map[string]*template.Template{}
	for _, v := range views {
		t := template.New("frame.html").Funcs(funcs).Option("missingkey=error")
		out[v] = template.Must(t.ParseFS(embedded, "templates/frame.html", "templates/parts.html", "templates/acts.html", "templates/record.html", "templates/"+v+".html"))
	}
	return out
}

// frame is what every page has around its own content.
type frame struct {
	Title   string
	Here    string // list | oncall | report | reviews | problems | reports | status | "": the entry of the menu that is lit
	Me      string // who is logged in; empty: nobody
	Role    string
	Refresh int    // seconds after which the page looks for news; 0: never
	Reload  bool   // a browser without script may reload the whole page for news: nothing is typed on it
	From    string // where news is fetched when that is not the page's own address, as after a form that was refused
	Bare    bool   // no menu and no script: a page for people outside
	Zone    string // of the times on the page
	Version string
	Body    any
}

// show renders a page. Nothing is sent before all of it is rendered.
func (c *call) show(status int, view string, f frame) error {
	f.Version = c.s.Config().Version
	if c.who.channel == "web" {
		f.Me, f.Role = c.user().Name, string(c.who.role)
		if f.Me == "" {
			f.Me = c.who.token
		}
	}
	var b bytes.Buffer
	if err := c.s.templates[view].Execute(&b, f); err != nil {
		return fmt.Errorf("render %s: %w", view, err)
	}
	c.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(b.Bytes()) // the browser is gone; nothing is left to do
	return nil
}

// errorView is a page that says what went wrong and what to do.
type errorView struct {
	Head, What, Hint string
	Number           int64 // of the incident it is about; 0: none
	Correlation      string
	Login            string // where to log in, when that helps
	Kept             string // what was typed in a form that nobody was logged in for
	Back             option // the list that the page may belong to
}

// heads are the headings of error pages by code.
var heads = map[string]string{
	"bad_link": "This link does not work", "expired_link": "This link has expired", "stale_link": "This link is an old one",
	"link_forbids": "That takes a login", "forbidden": "Not with this login", "cross_site": "Nothing was done",
	"not_found": "Not found", "no_such_address": "Not found", "no_session": "Please log in",
}

// failPage answers an error with a page, or with the way to the login.
func (c *call) failPage(p refusal, err error) {
	if p.code == "no_session" && c.r.Method == http.MethodGet {
		http.Redirect(c.w, c.r, "/login?next="+template.URLQueryEscaper(c.r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	v := errorView{Head: heads[p.code], What: sentence(p.message), Hint: p.hint, Back: c.back()}
	if v.Head == "" {
		v.Head = "That did not work"
	}
	if n, nerr := c.number(); nerr == nil && strings.HasPrefix(c.r.URL.Path, "/i/") {
		v.Number = n
	}
	switch p.code {
	case "bad_link", "expired_link", "stale_link", "link_forbids":
		v.Login = "/login"
		if v.Number > 0 {
			v.Login = incidentAddress(v.Number)
		}
	case "no_session":
		v.Hint, v.Login, v.Kept = "", c.formPage(), c.typed()
	case "no_such_address":
		v.Hint = "" // it is for programs; the way back is a button
	}
	if p.status >= 500 {
		v.Correlation = c.id
	}
	if rerr := c.show(p.status, "error", frame{Title: v.Head, Body: v}); rerr != nil {
		c.s.Log.Error("an error page cannot be shown", "correlation", c.id, "err", rerr, "cause", err)
		http.Error(c.w, v.Head, http.StatusInternalServerError)
	}
}

// back is the list that leads on from a page that went wrong.
func (c *call) back() option {
	for _, o := range []option{{"/problems", "All problems"}, {"/reviews", "All reviews"}, {"/oncall", "On call"}} {
		if strings.HasPrefix(c.r.URL.Path, o.Value+"/") {
			return o
		}
	}
	return option{"/", "All incidents"}
}

// formPage is the page that a form was on, which asks for a login and then is there; else the login itself.
func (c *call) formPage() string {
	path := c.r.URL.EscapedPath()
	probe := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: c.r.URL.Path}, Host: c.r.Host}
	if _, pattern := c.s.mux.Handler(probe); pattern == "" || pattern == "/" {
		return "/login"
	}
	return path
}

// typed is what somebody wrote in a form for which they were no longer logged in, so that it is not lost with the session. A
// form that another site sent is not shown: nobody here wrote it.
func (c *call) typed() string {
	if c.r.Method != http.MethodPost || c.sameSite() != nil {
		return ""
	}
	form, err := c.form()
	if err != nil {
		return ""
	}
	fields := []string{"title", "text", "reason", "note", "cause", "workaround"}
	for _, f := range reviewFields {
		fields = append(fields, f.name)
	}
	var kept []string
	for _, f := range fields {
		if s := strings.TrimSpace(form.Get(f)); s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, "\n\n")
}

// sentence makes an error's words a sentence.
func sentence(s string) string {
	return upper(strings.TrimRight(s, ".")) + "."
}
