package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/configs"
)

// watcher is somebody outside who is pinged, reached without a network.
type watcher struct {
	status atomic.Int64 // 0: it does not answer at all
	pings  atomic.Int64
}

func (w *watcher) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.status.Load() == 0 {
		return nil, fmt.Errorf("dial %s: connection refused", r.URL.Host)
	}
	w.pings.Add(1)
	rec := httptest.NewRecorder()
	rec.WriteHeader(int(w.status.Load()))
	return rec.Result(), nil
}

func TestDeadManHearsOfRouseWhileAllIsWell(t *testing.T) {
	tell(t, "", false, func(w *town) {
		out := &watcher{}
		out.status.Store(200)
		var said strings.Builder
		var at atomic.Pointer[configs.DeadMan]
		at.Store(&configs.DeadMan{URL: configs.NewSecret("https://watch.test/ping/s3cret"), Every: time.Minute})
		m := newDeadMan(at.Load, w.d.well, out, slog.New(slog.NewTextHandler(&said, nil)))
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() { defer close(done); m.run(ctx) }()
		defer func() { cancel(); <-done }()
		hears := func(after time.Duration, want int64) {
			t.Helper()
			before := out.pings.Load()
			time.Sleep(after)
			synctest.Wait()
			if got := out.pings.Load() - before; got != want {
				t.Errorf("%d pings in %s, want %d", got, after, want)
			}
		}
		hears(6*time.Second, 1)
		hears(10*time.Minute, 10)
		w.breakStore(errors.New("disk on fire"))
		hears(5*time.Minute, 0)
		if n := strings.Count(said.String(), "does not hear of rouse"); n != 1 || !strings.Contains(said.String(), "disk on fire") {
			t.Errorf("said %d times: %s", n, said.String())
		}
		w.mendStore()
		time.Sleep(15 * time.Second) // the auditor's next look
		hears(5*time.Minute, 5)
		out.status.Store(0)
		time.Sleep(3 * time.Minute)
		out.status.Store(503)
		hears(3*time.Minute, 3) // no tries beyond the rhythm
		out.status.Store(200)
		hears(2*time.Minute, 2)
		got := said.String()
		for _, x := range []string{"connection refused", "it answers 503", "hears of rouse again"} {
			if !strings.Contains(got, x) {
				t.Errorf("the log lacks %q: %s", x, got)
			}
		}
		if strings.Contains(got, "s3cret") || strings.Count(got, "connection refused") != 1 {
			t.Errorf("the log shows the address, or repeats itself: %s", got)
		}
		at.Store(nil) // a reload that takes it away
		hears(5*time.Minute, 0)
	})
}

func TestReadyAndHealthySayWhy(t *testing.T) {
	tell(t, "", false, func(w *town) {
		get := func(path string) (int, string) {
			rec := httptest.NewRecorder()
			w.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "https://rouse.test"+path, nil))
			return rec.Code, rec.Body.String()
		}
		for _, path := range []string{"/-/ready", "/-/healthy"} {
			if status, body := get(path); status != 200 {
				t.Errorf("%s: %d %s", path, status, body)
			}
		}
		w.breakStore(errors.New("disk on fire"))
		time.Sleep(proofKept)
		if status, body := get("/-/ready"); status != 503 || !strings.Contains(body, "disk on fire") {
			t.Errorf("ready: %d %s", status, body)
		}
		if status, body := get("/-/healthy"); status != 200 { // to start it anew would mend no disk
			t.Errorf("healthy: %d %s", status, body)
		}
		w.mendStore()
	})
}

func TestStoreThatHangsEndsTheProcess(t *testing.T) {
	tell(t, "", false, func(w *town) {
		free := make(chan struct{})
		w.failing.Hang(free)
		status := make(chan int, 1)
		w.d.exit = func(code int) { status <- code }
		go w.try("/ingest/am", "t", `{"version":"4","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"Down"}}]}`)
		time.Sleep(5 * time.Second)
		begin := time.Now()
		err := w.d.canServe(context.Background())
		if took := time.Since(begin); err == nil || took > 11*time.Second {
			t.Errorf("ready said %v after %s", err, took)
		}
		time.Sleep(20 * time.Second)
		synctest.Wait()
		select {
		case code := <-status:
			if code != exitStalled {
				t.Errorf("exit status %d", code)
			}
		default:
			t.Error("the process goes on although no commit ends")
		}
		close(free)
	})
}
