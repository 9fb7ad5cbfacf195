package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// TestRooted: a slash too many and the path of the public address are taken for what they mean, where a mux would redirect.
func TestRooted(t *testing.T) {
	for _, c := range []struct{ base, asked, seen string }{
		{"", "/ingest/am", "/ingest/am"},
		{"", "//ingest//am", "/ingest/am"},
		{"", "/heartbeat///cron", "/heartbeat/cron"},
		{"", "/ingest/am/", "/ingest/am/"},
		{"/on-call", "/on-call/twilio/phones/sms", "/twilio/phones/sms"},
		{"/on-call", "//on-call//v2/enqueue", "/v2/enqueue"},
		{"/on-call", "/v2/enqueue", "/v2/enqueue"},
		{"/on-call", "/on-caller/x", "/on-caller/x"},
		{"/a", "/a/a/x", "/a/x"},
	} {
		var got string
		h := rooted(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.URL.Path }), func() string { return c.base })
		r := httptest.NewRequest(http.MethodPost, "http://rouse.test"+c.asked, nil)
		r.RequestURI = c.asked
		h.ServeHTTP(httptest.NewRecorder(), r)
		if got != c.seen || r.RequestURI != c.asked {
			t.Errorf("below %q, %s is %s (%s), want %s", c.base, c.asked, got, r.RequestURI, c.seen)
		}
	}
}

// TestBelowAPath: where the proxy leaves the path of the public address on, alerts come in and the carrier is heard.
func TestBelowAPath(t *testing.T) {
	config := strings.Replace(townConfig, `public_url: "https://rouse.test"`, `public_url: "https://rouse.test/on-call"`, 1)
	story(t, config, func(w *town) {
		w.post("/on-call//ingest/scripts", "s", "text/plain", "Backup failed")
		w.after(time.Second)
		w.tells(1, "SMS to ana .* delivered") // so said the carrier, to the address that it was given
	})
}

// inForce is what the metric says of the configuration that was last read.
func (w *town) inForce() float64 {
	w.t.Helper()
	reg := prometheus.NewRegistry()
	reg.MustRegister(w.d.read.ok)
	all, err := reg.Gather()
	if err != nil {
		w.t.Fatal(err)
	}
	return all[0].GetMetric()[0].GetGauge().GetValue()
}

// TestRefusedConfigurationIsSeen: a file that is not taken over is on the metrics until one is.
func TestRefusedConfigurationIsSeen(t *testing.T) {
	tell(t, "", false, func(w *town) {
		if got := w.inForce(); got != 1 {
			t.Errorf("at the start: %v", got)
		}
		good := w.config
		w.config += "nonsense: true\n"
		if err := w.d.reload(context.Background()); err == nil {
			t.Fatal("nonsense was taken over")
		}
		if got := w.inForce(); got != 0 {
			t.Errorf("after nonsense: %v", got)
		}
		w.config = strings.Replace(good, `listen: ":0"`, `listen: ":8888", log: {level: debug}`, 1)
		if err := w.d.reload(context.Background()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := w.inForce(); got != 1 {
			t.Errorf("mended: %v", got)
		}
		if keys := unread(&w.d.began, &w.d.parts.Load().config.Server); !slices.Equal(keys, []string{"server.listen", "server.log"}) {
			t.Errorf("what takes a restart: %q", keys)
		}
	})
}
