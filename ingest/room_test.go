package ingest

import (
	"net/http"
	"strings"
	"testing"
)

// TestLargeBodiesOfStrangers: whoever has not shown a token takes nobody else's room, and an ordinary alert needs none.
func TestLargeBodiesOfStrangers(t *testing.T) {
	b := newBench(t)
	b.server.strangers = newRoom(40 << 10)
	event := func(size int) string {
		return `{"routing_key":"pd-token","event_action":"trigger","payload":{"summary":"x","source":"y","severity":"critical","custom_details":{"a":"` + strings.Repeat("b", size) + `"}}}`
	}
	held := &lease{of: b.server.strangers}
	if err := held.grow(bodyFree + 30<<10); err != nil { // somebody is sending
		t.Fatal(err)
	}
	if got := b.do("POST", "/v2/enqueue", event(60<<10)); got.Code != http.StatusServiceUnavailable || got.Header().Get("Retry-After") == "" {
		t.Errorf("a large event while strangers fill their room: %d %s", got.Code, got.Body)
	}
	if got := b.do("POST", "/v2/enqueue", event(4<<10)); got.Code != http.StatusAccepted {
		t.Errorf("an ordinary event meanwhile: %d %s", got.Code, got.Body)
	}
	large := `{"alerts":[{"status":"firing","labels":{"alertname":"A","x":"` + strings.Repeat("y", 1<<20) + `"}}]}`
	if got := b.post("/ingest/am", large, "am-token"); got.Code != http.StatusAccepted {
		t.Errorf("a large body with a token: %d %s", got.Code, got.Body)
	}
	if got := b.do("POST", "/ingest/am", packed(t, strings.Repeat("ab", 1<<16)), "Authorization", "Bearer am-token", "Content-Encoding", "gzip"); got.Code/100 != 4 {
		t.Errorf("a body that is no JSON: %d", got.Code)
	}
	held.end()
	if s, k := b.server.strangers.left.Load(), b.server.room.left.Load(); s != 40<<10 || k != knownRoom {
		t.Errorf("%d bytes are left for strangers and %d for others, want all", s, k)
	}
}
