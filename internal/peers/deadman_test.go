package peers

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestDeadManIsPinged has a daemon ping a real address for as long as it lives, and one that is stopped not.
func TestDeadManIsPinged(t *testing.T) {
	t.Parallel()
	var pings atomic.Int64
	outside := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/ping/x" {
			pings.Add(1)
		}
	}))
	defer outside.Close()
	w := open(t, change(t, townConfig, `store: "badger:STORE"}`, fmt.Sprintf(`store: "badger:STORE", dead_man: {url: %q, every: 1s}}`, outside.URL+"/ping/x")))
	eventually(t, patience, func() error {
		if n := pings.Load(); n < 3 {
			return fmt.Errorf("%d pings", n)
		}
		return nil
	})
	w.daemon.signal(syscall.SIGSTOP)
	defer w.daemon.signal(syscall.SIGCONT)
	time.Sleep(2 * time.Second) // what was under way
	before := pings.Load()
	time.Sleep(3 * time.Second)
	if n := pings.Load(); n != before {
		t.Errorf("%d pings of a process that is stopped", n-before)
	}
	w.daemon.signal(syscall.SIGCONT)
	eventually(t, patience, func() error {
		if pings.Load() == before {
			return fmt.Errorf("no ping after it went on")
		}
		return nil
	})
	w.faultless()
}
