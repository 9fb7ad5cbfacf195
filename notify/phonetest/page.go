package phonetest

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"time"
)

//go:embed page
var pageFiles embed.FS

const (
	pageSecurity = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	keepAlive  = 20 * time.Second
	maxCommand = 16 << 10
)

// pageRoutes adds the page and what it needs. Its acts are POSTs with a JSON body; those that another site's page makes a
// browser send are refused.
func (s *Street) pageRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", s.file("index.html"))
	files, err := fs.ReadDir(pageFiles, "page")
	if err != nil {
		panic(err) // the files are part of the program
	}
	for _, f := range files {
		if f.Name() == "index.html" {
			continue
		}
		mux.HandleFunc("GET /street/"+f.Name(), s.file(f.Name()))
	}
	mux.HandleFunc("GET /street/state", s.serveState)
	mux.HandleFunc("GET /street/events", s.serveEvents)
	guard := http.NewCrossOriginProtection()
	mux.Handle("POST /street/phones/{number}/{act}", guard.Handler(http.HandlerFunc(s.serveAct)))
}

func (s *Street) file(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pageSecurity)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, pageFiles, "page/"+name)
	}
}

func (s *Street) serveState(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	state := s.stateLocked()
	s.mu.Unlock()
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusOK, state)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client went away
}

// serveEvents streams the street to one page: first all of it, then each phone that changed, as it is at that moment. A page
// that comes back after a break starts with all of it again.
func (s *Street) serveEvents(w http.ResponseWriter, r *http.Request) {
	rc := http.NewResponseController(w)
	if err := rc.SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		http.Error(w, "this server cannot stream: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	watcher := s.watch()
	defer s.unwatch(watcher)
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case <-s.ctx.Done():
			return
		case <-alive.C:
			if _, err := io.WriteString(w, ": still here\n\n"); err != nil {
				return
			}
		case <-watcher.wake:
			if s.stream(w, watcher) != nil {
				return
			}
		}
		if rc.Flush() != nil {
			return
		}
	}
}

// stream writes what changed since it was last called for this watcher.
func (s *Street) stream(w io.Writer, watcher *watcher) error {
	s.mu.Lock()
	var state *stateView
	var changed []phoneView
	if watcher.all {
		state = s.stateLocked()
	} else {
		for p := range watcher.dirty {
			changed = append(changed, p.viewLocked())
		}
	}
	watcher.all = false
	clear(watcher.dirty)
	s.mu.Unlock()
	if state != nil {
		return writeEvent(w, "street", state)
	}
	for _, v := range changed {
		if err := writeEvent(w, "phone", v); err != nil {
			return err
		}
	}
	return nil
}

func writeEvent(w io.Writer, name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("street event: %w", err)
	}
	_, err = fmt.Fprintf(w, "event: %s\nretry: 1000\ndata: %s\n\n", name, data)
	return err
}

// act is what a person does at a phone.
type act struct {
	SID    string `json:"sid"`    // answer
	Body   string `json:"body"`   // reply
	Digits string `json:"digits"` // press
	ID     string `json:"id"`     // behave: an entry of the menu
	Times  int    `json:"times"`  // behave: 0 for ever
}

func (s *Street) serveAct(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, err error) { writeJSON(w, status, map[string]string{"error": err.Error()}) }
	number := r.PathValue("number")
	if !validNumber(number) {
		refuse(http.StatusNotFound, fmt.Errorf("%q is no phone number: it takes + and 7 to 15 digits", number))
		return
	}
	var a act
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxCommand)).Decode(&a); err != nil {
		refuse(http.StatusBadRequest, fmt.Errorf("the request's body: %w", err))
		return
	}
	p := s.Phone(number)
	var err error
	switch r.PathValue("act") {
	case "reply":
		err = p.Reply(r.Context(), a.Body)
	case "answer":
		err = p.Answer(a.SID)
	case "press":
		err = p.Press(a.Digits)
	case "hangup":
		err = p.HangUp()
	case "calm":
		p.Calm()
	case "behave":
		err = p.behaveAs(a.ID, a.Times)
	default:
		refuse(http.StatusNotFound, fmt.Errorf("a phone cannot %q", r.PathValue("act")))
		return
	}
	if err != nil {
		refuse(http.StatusConflict, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]bool{"ok": true})
}
