package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/store"
)

// crowded is the town's configuration where an integration may have twenty incidents.
var crowded = strings.Replace(townConfig, "users:\n", "limits:\n  incidents_per_integration: 20\n  sms: {per_number: 6 in 15m}\nusers:\n", 1)

// bomb fires or ends alerts that are each a group of their own.
func (w *town) bomb(status string, from, to int, labels ...string) {
	w.t.Helper()
	for k := from; k < to; k++ {
		w.am(status, append([]string{fmt.Sprintf("alertname=Order%d", k), "severity=critical"}, labels...)...)
	}
}

// members returns how many alerts an incident has.
func (w *town) members(n int64) int {
	w.t.Helper()
	var all []store.Alert
	err := w.st.View(context.Background(), func(tx store.Tx) (err error) {
		all, err = tx.AlertsOf(n, alert.ID{}, 0)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return len(all)
}

// A label with a number in it makes a group of each alert: what is beyond reading is one incident, which pages, keeps every alert
// and ends with them.
func TestCardinalityBomb(t *testing.T) {
	story(t, crowded, func(w *town) {
		w.bomb("firing", 0, 60)
		w.after(2 * time.Second)
		w.bomb("firing", 60, 120)
		if n := w.count(); n != 21 {
			t.Fatalf("%d incidents, want 20 and one of what overflows", n)
		}
		over := w.inc(21)
		if over.Total != 100 || over.Firing != 100 || w.members(21) != 100 {
			t.Errorf("%d alerts, %d firing, %d members, want 100", over.Total, over.Firing, w.members(21))
		}
		if want := "overflow: 100 alerts of am, in more groups than one can read"; over.Title != want {
			t.Errorf("its title is %q, want %q", over.Title, want)
		}
		w.tells(21, "am has opened as many incidents as are let to be open at once")
		w.after(14 * minute)
		w.tells(21, "Paging ana by sms")
		if n := len(w.people["ana"].Texts()); n > 6 {
			t.Errorf("ana got %d texts", n)
		}
		w.asks("ana", "ack 21", "acknowledged")
		w.bomb("firing", 0, 120) // repeats change nothing
		if n := w.count(); n != 21 || w.inc(21).Total != 100 {
			t.Errorf("%d incidents, %d alerts after a repeat of everything", n, w.inc(21).Total)
		}
		w.bomb("resolved", 0, 119)
		w.is(1, incident.Resolved)
		w.is(21, incident.Acknowledged)
		w.bomb("resolved", 119, 120)
		w.is(21, incident.Resolved)
	})
}

// What is over counts for an hour: alerts that come and go open no endless row of incidents. After it there is room again.
func TestCardinalityBombThatComesAndGoes(t *testing.T) {
	story(t, crowded, func(w *town) {
		for k := range 60 {
			w.bomb("firing", k, k+1)
			w.bomb("resolved", k, k+1)
		}
		if n := w.count(); n != 21 {
			t.Errorf("%d incidents, want 20 and one of what overflows", n)
		}
		w.after(61 * minute)
		w.bomb("firing", 100, 101)
		if n := w.count(); n != 22 || w.inc(22).Title != "Order100 " && w.inc(22).Title != "Order100" {
			t.Errorf("%d incidents an hour later, want 22", n)
		}
	})
}

// What overflows keeps its road to people: a mild alert makes no urgent one quiet, and another source has room of its own.
func TestOverflowKeepsTheRoads(t *testing.T) {
	story(t, crowded, func(w *town) {
		w.bomb("firing", 0, 25, "service=quiet")
		w.bomb("firing", 25, 30)
		w.bomb("firing", 30, 35, "service=lease")
		w.after(2 * time.Second)
		if n := w.count(); n != 23 {
			t.Fatalf("%d incidents, want 20 and three of what overflows", n)
		}
		for n, service := range map[int64]string{21: "quiet", 22: "checkout", 23: "lease"} {
			if i := w.inc(n); i.Service != service || i.Total != 5 {
				t.Errorf("%s has %d alerts of %s, want 5 of %s", i.Ref(), i.Total, i.Service, service)
			}
		}
		if w.inc(21).Urgency != incident.GradeLow || w.inc(22).Urgency != incident.GradeHigh {
			t.Errorf("urgencies %s and %s", w.inc(21).Urgency, w.inc(22).Urgency)
		}
		w.heard("ana", "overflow: ", "of am, in more groups")
		w.post("/ingest/scripts", "s", "application/json", `{"title":"disk full","status":"firing"}`)
		if i := w.inc(24); i.Title != "disk full" || i.Overflow != "" {
			t.Errorf("another source's alert went to %s %q", i.Ref(), i.Title)
		}
	})
}

// Two thousand alerts, each a group of its own, where two hundred are let to be: somebody is paged within a second and told six
// times at most in a quarter of an hour, and not one alert is lost.
func TestStormBeyondReading(t *testing.T) {
	config := strings.Replace(townConfig, "users:\n", "limits:\n  incidents_per_integration: 200\n  sms: {per_number: 6 in 15m}\n  call: {per_number: 4 in 15m}\nusers:\n", 1)
	tell(t, config, false, func(w *town) {
		for part := range 4 {
			var alerts []any
			for k := range 500 {
				alerts = append(alerts, map[string]any{"status": "firing", "labels": map[string]string{"alertname": fmt.Sprintf("Order%d", 500*part+k), "severity": "critical"}})
			}
			w.post("/ingest/am", "t", "application/json", asJSON(map[string]any{"version": "4", "status": "firing", "alerts": alerts}))
		}
		w.after(time.Second)
		if w.texts("ana") == 0 {
			t.Error("nobody is paged within a second")
		}
		w.after(14 * minute)
		for who := range w.people {
			if n := w.texts(who); n > 6 {
				t.Errorf("%s got %d texts in 15 minutes, want at most 6", who, n)
			}
		}
		if n, over := w.count(), w.inc(201); n != 201 || over.Total != 1800 || w.members(201) != 1800 {
			t.Errorf("%d incidents, the last with %d alerts and %d members, want 201 and 1800", n, over.Total, w.members(201))
		}
	})
}
