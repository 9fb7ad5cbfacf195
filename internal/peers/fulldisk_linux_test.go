package peers

import (
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/rouse/rouse/web/client"
)

// newFullTown is a town whose store is on a small volume.
func newFullTown(t *testing.T) (*town, *volume) {
	t.Helper()
	v := newVolume(t, 480)
	w := newTown(t, tortureConfig(t))
	w.store = filepath.Join(v.dir, "store")
	w.write(tortureConfig(t))
	t.Cleanup(func() { // before the volume is unmounted
		if w.daemon != nil {
			w.daemon.kill()
		}
	})
	return w, v
}

// refusal waits until a new alert is refused for want of space, with word of when to come again.
func (w *town) refusal() {
	w.t.Helper()
	n := 0
	eventually(w.t, patience, func() error {
		n++
		name := fmt.Sprint("Early", n) // a repeat costs no space
		req, err := http.NewRequest(http.MethodPost, w.base+"/ingest/scripts", strings.NewReader(fmt.Sprintf(`{"key": %q, "title": "x", "severity": "info"}`, name)))
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer scripts-token")
		resp, err := w.http.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
			return fmt.Errorf("an alert on a full disk: %s, Retry-After %q; want 503 with it", resp.Status, resp.Header.Get("Retry-After"))
		}
		return nil
	})
}

func (w *town) accepted(name string) {
	w.t.Helper()
	eventually(w.t, patience, func() error {
		body := map[string]any{"key": name, "title": name, "severity": "critical", "labels": map[string]string{"alertname": name}}
		if code, text := send(w.http, http.MethodPost, w.base+"/ingest/scripts", "scripts-token", body); code/100 != 2 {
			return fmt.Errorf("POST /ingest/scripts: %d %s", code, text)
		}
		return nil
	})
}

// TestNearlyFullDisk goes below the floor: alerts are refused, whoever was paged goes on being paged and can acknowledge, and
// with room again everything is as before, without a hand.
func TestNearlyFullDisk(t *testing.T) {
	t.Parallel()
	w, v := newFullTown(t)
	w.start()
	w.accepted("Before") // INC-1, pages ana
	w.text(ana, patience, "INC-1")
	w.accepted("Climb") // INC-2, pages the next after three seconds
	v.fill(200 << 20)
	w.refusal()
	eventually(t, patience, func() error {
		if code, body := send(w.http, http.MethodGet, w.base+"/-/ready", "", nil); code != 503 || !strings.Contains(body, "nearly full") {
			return fmt.Errorf("/-/ready: %d %s; want 503 that says why", code, body)
		}
		return nil
	})
	w.text(climb[2].phone, patience, "INC-2")
	w.reply(ana, "a 1", "INC-1 acknowledged")
	if _, err := w.api.Ack(t.Context(), 2, client.Lease{}); err != nil {
		t.Errorf("acknowledging by the API: %v", err)
	}
	i := w.incident(2)
	for _, c := range climb {
		if !regexp.MustCompile(`SMS to ` + c.user + ` .* delivered`).MatchString(story(i)) {
			t.Errorf("the receipt of %s's text is missing:\n%s", c.user, story(i))
		}
	}
	if code, body := send(w.http, http.MethodGet, w.base+"/metrics", "", nil); code != 200 || !strings.Contains(body, "rouse_store_free_bytes") {
		t.Errorf("/metrics: %d, want it to tell the free space", code)
	}
	v.fill(400 << 20)
	w.accepted("After")
	w.text(ana, patience, "After")
	if said := w.daemon.out.String(); strings.Count(said, "the disk is nearly full:") != 1 || !strings.Contains(said, "has room again") {
		t.Errorf("it did not say once that the disk was nearly full, and once that it was not: %s", w.daemon.out.tail(3000))
	}
	w.faultless() // before nobody answers the phones' last reports
	w.stop()
}

// TestFullDisk leaves no byte free under load: nothing is lost, SIGTERM ends the daemon without a fault, it does not start
// without room and says why, and starts with it.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	w, v := newFullTown(t)
	x := newTorture(w)
	x.start()
	x.climb()
	eventually(t, patience, x.alerts.atLeast(30))
	v.fill(0)
	eventually(t, patience, func() error {
		if code, body := send(w.http, http.MethodGet, w.base+"/-/ready", "", nil); code != 503 {
			return fmt.Errorf("/-/ready: %d %s", code, body)
		}
		return nil
	})
	w.refusal()
	if _, err := w.api.Ack(t.Context(), 1, client.Lease{}); err == nil {
		t.Error("an acknowledgement was taken with no byte free")
	}
	v.fill(400 << 20)
	eventually(t, patience, x.alerts.atLeast(30)) // it goes on by itself
	v.fill(0)
	w.refusal()
	w.daemon.signal(syscall.SIGTERM)
	if status := w.daemon.wait(patience); status != 0 || strings.Contains(w.daemon.out.String(), "fault") {
		t.Errorf("SIGTERM on a full disk: status %d\n%s", status, w.daemon.out.tail(3000))
	}
	p := start(t, "rouse", w.command())
	if status, said := p.wait(patience), p.out.String(); status != 1 || !strings.Contains(said, "MiB free") || !strings.Contains(said, "make room") {
		t.Errorf("start on a full disk: status %d, %q; want 1 and what to do", status, said)
	}
	v.fill(400 << 20)
	x.settle("fillings of the disk", 2)
	w.stop()
}

// TestReadOnlyDisk starts on a directory that cannot be written: it says which, and has made nothing.
func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	w, v := newFullTown(t)
	w.start().accepted("Down")
	w.stop()
	v.remount("ro")
	p := start(t, "rouse", w.command())
	if status, said := p.wait(patience), p.out.String(); status != 1 || !strings.Contains(said, w.store+" must be writable for the user that runs rouse") {
		t.Errorf("status %d, %q; want 1 and the directory", status, said)
	}
	v.remount("rw")
	w.start()
	w.hasAll([]string{"Down"})
}
