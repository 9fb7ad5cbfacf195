package peers

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// room is a chat service or webhook receiver that keeps what it is told.
type room struct {
	url   string
	mu    sync.Mutex
	notes []map[string]any
}

func newRoom(t *testing.T, answer string) *room {
	t.Helper()
	r := &room{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		var note map[string]any
		if err != nil || req.Method != http.MethodPost || json.Unmarshal(body, &note) != nil {
			http.Error(w, "post JSON", http.StatusBadRequest)
			return
		}
		r.mu.Lock()
		r.notes = append(r.notes, note)
		r.mu.Unlock()
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// note waits for the n-th note, from 0.
func (r *room) note(t *testing.T, n int) map[string]any {
	t.Helper()
	var note map[string]any
	eventually(t, patience, func() error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.notes) <= n {
			return fmt.Errorf("the room was told %d times, not %d", len(r.notes), n+1)
		}
		note = r.notes[n]
		return nil
	})
	return note
}

func TestRooms(t *testing.T) {
	t.Parallel()
	hook, slack := newRoom(t, ""), newRoom(t, "ok")
	config := change(t, townConfig, "notify: [schedule/primary]", "notify: [schedule/primary, receiver/shop-room]")
	config += fmt.Sprintf(`
receivers:
  - name: shop-room
    webhook_configs: [{url: "%s/hook"}]
    slack_configs: [{api_url: "%s/slack", channel: "#shop", send_resolved: true}]
`, hook.url, slack.url)
	w := open(t, config)

	steps := []struct {
		act                   func()
		status, state, titled string
	}{
		{func() { w.fire("Down") }, "firing", "triggered", "[FIRING:1] P1 INC-1"},
		{func() { w.text(ana, patience, "INC-1"); w.reply(ana, "1", "acknowledged") }, "firing", "acknowledged", "[ACKNOWLEDGED by "},
		{func() { w.script("Down", "resolved") }, "resolved", "resolved", "[RESOLVED"},
	}
	for n, s := range steps {
		s.act()
		note := hook.note(t, n)
		said, _ := note["commonAnnotations"].(map[string]any)
		if note["version"] != "4" || note["status"] != s.status || said["incident_state"] != s.state || said["incident"] != "INC-1" {
			t.Errorf("note %d: version %v, status %v, annotations %v; want 4, %s, %s", n+1, note["version"], note["status"], said, s.status, s.state)
		}
		text, err := json.Marshal(slack.note(t, n)["attachments"])
		if err != nil || !holds(string(text), []string{s.titled, w.base + "/i/1"}) {
			t.Errorf("slack's note %d: %s, want %q and the incident's address", n+1, text, s.titled)
		}
	}
}
