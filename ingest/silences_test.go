package ingest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/alertmanager/api/v2/models"

	"github.com/rouse/rouse/router"
)

// sil is the body of POST /silences; times are hours from now, a start of 999 is left out.
func sil(id string, start, end float64, matchers string) string {
	at := func(h float64) string {
		return clock.Add(time.Duration(h * float64(time.Hour))).Format(time.RFC3339Nano)
	}
	s := fmt.Sprintf(`{"id":%q,"matchers":[%s],"endsAt":%q,"createdBy":"ana","comment":"work"`, id, matchers, at(end))
	if start != 999 {
		s += fmt.Sprintf(`,"startsAt":%q`, at(start))
	}
	return s + "}"
}

const onA = `{"name":"alertname","value":"A","isRegex":false}`

func putSilence(t *testing.T, b *bench, body string) string {
	t.Helper()
	w := b.post("/api/v2/silences", body, "prom-token")
	var out struct {
		SilenceID string `json:"silenceID"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != 200 || out.SilenceID == "" {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	return out.SilenceID
}

func TestSilenceUpdate(t *testing.T) {
	for _, c := range []struct {
		name         string
		start        float64 // of the silence that is there
		change       func(id string) string
		inPlace, old bool // old: the first one was expired
	}{
		{"longer", -1, func(id string) string { return sil(id, -1, 5, onA) }, true, false},
		{"other matcher", -1, func(id string) string {
			return sil(id, -1, 5, `{"name":"alertname","value":"B","isRegex":false}`)
		}, false, true},
		{"negated", -1, func(id string) string {
			return sil(id, -1, 5, onA+`,{"name":"team","value":"B","isRegex":false,"isEqual":false}`)
		}, false, true},
		{"active, start moved", -1, func(id string) string { return sil(id, 1, 5, onA) }, false, true},
		{"pending, start moved", 1, func(id string) string { return sil(id, 2, 5, onA) }, true, false},
		{"pending, start to the past", 1, func(id string) string { return sil(id, -2, 5, onA) }, false, true},
		{"expired", -9, func(id string) string { return sil(id, -9, 5, onA) }, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			ends := clock.Add(3 * time.Hour)
			if c.name == "expired" {
				ends = clock.Add(-time.Hour)
			}
			b.silences = []router.Silence{{ID: "first", Matchers: []router.Matcher{{Name: "alertname", Value: "A", IsEqual: true}},
				StartsAt: clock.Add(time.Duration(c.start) * time.Hour), EndsAt: ends, CreatedBy: "ana"}}
			id := putSilence(t, b, c.change("first"))
			if (id == "first") != c.inPlace || (len(b.expired) == 1) != c.old {
				t.Errorf("id %q, expired %v", id, b.expired)
			}
			last := b.silences[len(b.silences)-1]
			if !c.inPlace && last.StartsAt.Before(clock) || last.ID != id || !last.UpdatedAt.Equal(clock) {
				t.Errorf("stored %+v", last)
			}
		})
	}
}

func TestSilenceRefused(t *testing.T) {
	for body, want := range map[string]string{
		sil("", 999, 1, ``): "no matchers and would mute everything",
		sil("", 999, 1, `{"name":"a","value":".*","isRegex":true}`): "must not match the empty string",
		sil("", 999, 1, `{"name":"a","value":"(","isRegex":true}`):  "error parsing regexp",
		sil("", 999, 1, `{"value":"x","isRegex":false}`):            "needs a name",
		sil("", 2, 1, onA):                           "the end must be after the start",
		sil("", -2, -1, onA):                         "the end is in the past",
		`{"matchers":[` + onA + `]}`:                 "createdBy, comment and endsAt are required",
		`{"matchers":[` + onA + `],"endsAt":"soon"}`: "bad silence",
		strings.Repeat(`{"a":`, 70):                  "deeper than 64",
	} {
		b := newBench(t)
		w := b.post("/api/v2/silences", body, "prom-token")
		var said string
		if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || w.Code != 400 || !strings.Contains(said, want) || len(b.silences) != 0 {
			t.Errorf("%.80s: got %d %s, want %q", body, w.Code, w.Body, want)
		}
	}
	b := newBench(t)
	if w := b.post("/api/v2/silences", `{"matchers":[`+onA+`],"startsAt":"9999-12-31T23:00:00Z","endsAt":"9999-12-31T23:59:59Z","createdBy":"a","comment":"c"}`, "prom-token"); w.Code != 400 {
		t.Errorf("one that never starts: got %d %s", w.Code, w.Body)
	}
	if w := b.post("/api/v2/silences", sil("unknown", 999, 1, onA), "prom-token"); w.Code != 404 {
		t.Errorf("unknown id: got %d %s", w.Code, w.Body)
	}
}

// TestSilenceTaken: what Alertmanager takes is taken, and an end at the end of all days is one that every JSON has.
func TestSilenceTaken(t *testing.T) {
	b := newBench(t)
	putSilence(t, b, sil("", 999, 1, `{"name":"env","value":"prod","isRegex":false,"isEqual":false}`))
	for _, end := range []string{"9999-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00", "9998-06-01T00:00:00Z"} {
		putSilence(t, b, `{"matchers":[`+onA+`],"endsAt":"`+end+`","createdBy":"ana","comment":"for ever"}`)
		last := b.silences[len(b.silences)-1]
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("east", 14*3600)} {
			if _, err := json.Marshal(last.EndsAt.In(zone)); err != nil || last.EndsAt.Year() < 9998 {
				t.Errorf("%s became %s: %v", end, last.EndsAt, err)
			}
		}
	}
}

// TestSilenceRound is amtool's: add, query, show, expire. amtool sends zero times for what is unset.
func TestSilenceRound(t *testing.T) {
	b := newBench(t)
	pending := putSilence(t, b, sil("", 1, 2, onA))
	active := putSilence(t, b, strings.Replace(sil("", 999, 3, onA), `"endsAt"`, `"startsAt":"0001-01-01T00:00:00.000Z","endsAt"`, 1))
	longer := putSilence(t, b, sil("", 999, 9, `{"name":"alertname","value":"B.*","isRegex":true}`))
	order := func(query string) string {
		var list models.GettableSilences
		get(t, b, "/api/v2/silences"+query, &list)
		var out []string
		for _, s := range list {
			name := map[string]string{pending: "pending", active: "active", longer: "longer"}[*s.ID]
			out = append(out, name+"/"+*s.Status.State)
		}
		return strings.Join(out, " ")
	}
	if got := order(""); got != "active/active longer/active pending/pending" {
		t.Errorf("got %s", got)
	}
	if w := b.do("DELETE", "/api/v2/silence/"+active, "", "X-Rouse-Token", "prom-token"); w.Code != 200 || w.Body.Len() != 0 {
		t.Fatalf("expire: got %d %s", w.Code, w.Body)
	}
	for query, want := range map[string]string{
		"":                            "longer/active pending/pending active/expired",
		"?active=false&expired=false": "pending/pending",
		"?pending=false":              "longer/active active/expired",
		"?filter=alertname%3DA":       "pending/pending active/expired",
	} {
		if got := order(query); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
	var one models.GettableSilence
	get(t, b, "/api/v2/silence/"+longer, &one)
	if *one.Matchers[0].IsRegex != true || *one.Matchers[0].IsEqual != true || *one.CreatedBy != "ana" {
		t.Errorf("got %+v", one)
	}
}
