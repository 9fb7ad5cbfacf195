package ingest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestOverlongWebhook: Alertmanager and Grafana send nothing again that was answered 413 (notify/util.go, Retrier.Check), so of a group
// that is too long for the limit the alerts that came in full are stored.
func TestOverlongWebhook(t *testing.T) {
	const all = 6000
	var group strings.Builder
	random := rand.New(rand.NewPCG(1, 2)) // what does not shrink under gzip
	group.WriteString(`{"receiver":"r","status":"firing","alerts":[`)
	for i := range all {
		if i > 0 {
			group.WriteString(",")
		}
		fmt.Fprintf(&group, `{"status":"firing","labels":{"alertname":"Down","n":"%d"},"annotations":{"description":"}]%0900x"}}`, i, noise(random, 450))
	}
	group.WriteString(`],"commonLabels":{"alertname":"Down"},"version":"4"}`)
	for name, c := range map[string]struct {
		body   string
		header []string
	}{
		"plain": {group.String(), []string{"Authorization", "Bearer am-token"}},
		"gzip":  {packed(t, group.String()), []string{"Authorization", "Bearer am-token", "Content-Encoding", "gzip"}},
	} {
		b := newBench(t)
		w := b.do("POST", "/ingest/am", c.body, c.header...)
		n := len(b.alerts)
		if w.Code != 413 || !strings.Contains(w.Body.String(), fmt.Sprintf(`"accepted":%d`, n)) || n < all/2 || n >= all {
			t.Errorf("%s: got %d %s with %d of %d alerts stored", name, w.Code, w.Body, n, all)
		}
	}
}

func noise(from *rand.Rand, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(from.Uint32())
	}
	return out
}

func TestBeginning(t *testing.T) {
	for cut, want := range map[string]string{
		"":                                   "",
		`{"alerts":[{"a":"x"`:                "",
		`{"alerts":[{"a":{"b":"}]"}},{"a`:    `{"alerts":[{"a":{"b":"}]"}}]}`,
		`{"alerts":[{"a":1}],"c":{"d":{}},"`: `{"alerts":[{"a":1}]}`,
		`{"c":{"d":{}},"e":[1,2],"alerts":[`: "",
		`{"alerts":[{"a":1},{"a":"\"}]`:      `{"alerts":[{"a":1}]}`,
	} {
		if got := string(beginning([]byte(cut))); got != want {
			t.Errorf("%s: got %s, want %s", cut, got, want)
		}
	}
}
