package ingest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/rouse/rouse/alert"
)

// seeds adds every payload of the test data, and the shapes that break decoders.
func seeds(f *testing.F) {
	f.Helper()
	err := filepath.WalkDir("testdata/payloads", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f.Add(file(f, path))
		return nil
	})
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{
		"", "null", "[]", "{}", `"x"`, "1e999", "[null]", `[{"labels":null}]`, `{"alerts":{}}`, `{"alerts":[[]]}`, `[{"labels":{"a":["x"]}}]`,
		`{"alerts":[{"labels":{"":"x"}}]}`, "[{\"labels\":{\"a\":\"\\u0000\\u001b[31m\"}}]", "\xff\xfe", `{"title":"\ud800","key":"\u0000"}`,
		`{"payload":[],"routing_key":{},"event_action":"trigger"}`, `[[[[[[`, `{"endsAt":99999999999999999999}`, `{"title":{"alerts":[{"alerts":1}]}}`,
		"a=b&title=%ff&label.=x", "\ufeff{\"title\":\"x\"}", `{"ruleId":0,"state":"alerting"}`, `[{"labels":{"a":"b"},"endsAt":"9999-12-31T23:59:59-23:00"}]`,
	} {
		f.Add([]byte(s))
	}
}

// sound checks a batch: every alert is fit, every acknowledgement has a key, and a body that gave nothing says why.
func sound(t *testing.T, b batch) {
	t.Helper()
	for _, a := range b.alerts {
		fit(t, a)
	}
	for _, a := range b.acks {
		if a.key == "" || !plain(a.key) || !plain(a.by) {
			t.Errorf("ack %+v", a)
		}
	}
	for _, p := range b.problems {
		if p.Error() == "" {
			t.Error("a problem without words")
		}
	}
}

func FuzzAlertmanager(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) { sound(t, decodeAlertmanager(body)) })
}

func FuzzGrafana(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) { sound(t, decodeGrafana(body)) })
}

func FuzzPrometheus(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		b := decodePrometheus(body, clock)
		sound(t, b)
		for _, a := range b.alerts {
			if past := !a.EndsAt.IsZero() && !a.EndsAt.After(clock); past != (a.State == alert.Resolved) {
				t.Errorf("state %s with end %v", a.State, a.EndsAt)
			}
		}
	})
}

func FuzzPagerDuty(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		b, key := decodePagerDuty(body, func() string { return "minted" })
		sound(t, b)
		if n := len(b.alerts) + len(b.acks); n > 1 || n == 1 && (key == "" || len(b.problems) > 0) || n == 0 && len(b.problems) == 0 {
			t.Errorf("got %+v, key %q", b, key)
		}
	})
}

func FuzzOpsgenie(f *testing.F) {
	seeds(f)
	f.Add([]byte(`{"message":"\u001b[31m","alias":" ","tags":["a:b","::",null,[]],"responders":[null,{"type":"team","name":7}],"details":"words","priority":{}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		b, alias := decodeOpsgenie(body, func() string { return "minted" })
		sound(t, b)
		if n := len(b.alerts); n > 1 || n == 1 && (alias == "" || len(b.problems) > 0 || b.alerts[0].Severity == "" || b.alerts[0].Key != safeKey(alias)) || n == 0 && len(b.problems) == 0 {
			t.Errorf("got %+v, alias %q", b, alias)
		}
	})
}

func FuzzChange(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		e, err := decodeEvent(body)
		if err != nil {
			return
		}
		c, problems := e.change(clock)
		if len(problems) == 0 && (c.Summary == "" && plain(c.Summary) && c.At.IsZero()) {
			t.Errorf("got %+v", c)
		}
	})
}

func FuzzGeneric(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, contentType := range []string{"application/json", "text/plain", "application/x-www-form-urlencoded", "message/rfc822", "multipart/form-data; boundary=xYzZY"} {
			b, err := decodeFor(&Source{Type: TypeGeneric}, contentType, body, clock)
			if err != nil {
				t.Fatal(err)
			}
			sound(t, b)
		}
	})
}

func FuzzSilence(f *testing.F) {
	f.Add([]byte(sil("", 999, 1, onA)))
	f.Add([]byte(sil("x", -1, 1, `{"name":"a","value":".+","isRegex":true}`)))
	f.Add([]byte(`{"matchers":[null],"createdBy":"","comment":"","endsAt":"2030-01-01T00:00:00Z"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := decodeSilence(body, clock)
		if err == nil && (len(s.Matchers) == 0 || !s.EndsAt.After(clock) || !harmless(s.Comment)) {
			t.Errorf("got %+v", s)
		}
	})
}

// BenchmarkDecodeAlertmanager decodes a webhook of ten alerts.
func BenchmarkDecodeAlertmanager(b *testing.B) {
	body := []byte(webhook(10))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if got := decodeAlertmanager(body); len(got.alerts) != 10 {
			b.Fatal(got.problems)
		}
	}
}

// BenchmarkDecodePrometheus decodes an array of 64 alerts, as Prometheus posts them at most by default.
func BenchmarkDecodePrometheus(b *testing.B) {
	var hook struct{ Alerts json.RawMessage }
	if err := json.Unmarshal([]byte(webhook(64)), &hook); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(hook.Alerts)))
	b.ReportAllocs()
	for b.Loop() {
		if got := decodePrometheus(hook.Alerts, clock); len(got.alerts) != 64 {
			b.Fatal(got.problems)
		}
	}
}
