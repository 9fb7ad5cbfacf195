package ingest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rouse/rouse/alert"
)

// TestGuess recognises what real tools send, and reads it as the door does.
func TestGuess(t *testing.T) {
	for _, s := range samples(t) {
		body := file(t, "testdata/payloads/"+s.File)
		bare := s.File == "own/alertmanager-no-status-not-ascii.json" // {"alerts": […]} alone may be anybody's
		if got := Guess(body); got != s.Type && !bare {
			t.Errorf("%s is of type %s, guessed %s", s.File, s.Type, got)
		}
		if strings.HasSuffix(s.File, ".form") {
			continue // only its header tells it
		}
		got, faults, err := Decode(s.Type, body, clock)
		if err != nil || len(faults) > 0 {
			t.Errorf("%s: %v %v", s.File, faults, err)
			continue
		}
		want := decodeSample(t, s.Type, s.ContentType, body).alerts
		for k := range want {
			if want[k].Key == "minted" {
				want[k].Key = "new"
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, -door +Decode:\n%s", s.File, diff)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for kind, body := range map[string]string{
		TypeAlertmanager: "[FIRING] no JSON", TypeGrafana: "", TypePagerDuty: `{"event_action": "explode"}`, "carrier-pigeon": "{}",
	} {
		if got, _, err := Decode(kind, []byte(body), clock); err == nil {
			t.Errorf("%s: got %v", kind, got)
		}
	}
	got, faults, err := Decode(TypeGeneric, []byte("disk is full on db1"), clock)
	if err != nil || len(faults) > 0 || len(got) != 1 || got[0].Title != "disk is full on db1" || got[0].State != alert.Firing {
		t.Errorf("a text: %+v %v %v", got, faults, err)
	}
	got, faults, err = Decode(TypeGeneric, []byte(`[{"title": "a"}, {"severity": "x"}]`), clock)
	if err != nil || len(got) != 1 || len(faults) != 1 {
		t.Errorf("half good: %+v %v %v", got, faults, err)
	}
}

// FuzzGuess never panics, and what Decode takes has an identity.
func FuzzGuess(f *testing.F) {
	for _, s := range []string{"", "{}", "[]", `{"routing_key":1}`, `{"alerts":[],"groupLabels":{}}`, "a=b", "\ufeff[{}]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		alerts, _, err := Decode(Guess(body), body, clock)
		if err != nil {
			return
		}
		for k := range alerts {
			if alerts[k].Key == "" {
				t.Errorf("an alert without a key: %+v", alerts[k])
			}
		}
	})
}
