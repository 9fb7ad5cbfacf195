package peers

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"sync"
	"testing"
	"time"
)

// weakSignal stands before the daemon and never answers the first request that would change something.
func weakSignal(t *testing.T, base string) (address string, lost <-chan struct{}) {
	t.Helper()
	to, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	swallowed, over := make(chan struct{}), make(chan struct{})
	var first sync.Once
	through := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host
	}}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hangs := false
		if r.Method == http.MethodPost {
			first.Do(func() { hangs = true })
		}
		if hangs {
			close(swallowed)
			<-over
			return
		}
		through.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		close(over)
		srv.Close()
	})
	return srv.URL, swallowed
}

// TestWeakSignal loses a tap on the way, and a login while somebody writes.
func TestWeakSignal(t *testing.T) {
	t.Parallel()
	d, b := newDemo(t), newBrowser(t)
	d.shows(ana, "text", patience, "/i/1/")
	p, err := d.phone(ana)
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`/i/1/\S+`).FindString(fmt.Sprint(p.Thread))
	address, lost := weakSignal(t, d.base)

	page := b.open(address + link)
	page.picture("before-the-tap")
	page.click("form.bar button.primary")
	select {
	case <-lost:
	case <-time.After(patience):
		page.picture("no-tap")
		t.Fatal("the tap never came")
	}
	page.call("Page.stopLoading", nil, nil)
	page.until(`document.getElementById("fresh").innerText.includes("tap again")`)
	page.picture("no-answer")
	var top float64
	page.eval(`document.getElementById("fresh").getBoundingClientRect().bottom`, &top)
	if top <= 0 || top > 300 {
		t.Errorf("the words about the lost tap end %v px from the top of the window, want them in sight", top)
	}
	page.click("form.bar button.primary")
	page.until(`document.body.innerText.includes("You have it")`)

	in := b.open(d.base + "/")
	in.until(`location.pathname === "/login"`)
	in.write(`input[name="token"]`, "demo")
	in.until(`location.pathname === "/"`)
	page = b.open(d.base + "/i/1")
	var ok bool
	page.eval(`(() => { const f = document.querySelector("textarea"); for (let e = f; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true; f.focus(); return true; })()`, &ok)
	page.call("Input.insertText", object{"text": "my precious words"}, nil)
	page.call("Network.clearBrowserCookies", nil, nil)
	page.until(`document.getElementById("fresh").innerText.includes("login has ended")`)
	page.picture("login-ended")
	page.until(`location.pathname === "/i/1" && document.activeElement.value === "my precious words"`)
}
