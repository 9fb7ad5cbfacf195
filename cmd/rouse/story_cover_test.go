package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/store"
)

// coverConfig is the town with three people who take turns of a day, handing over at 09:00 in Madrid, and a second rota.
var coverConfig = strings.NewReplacer(
	`layers: [{users: [ana], rotation: weekly, start: 1999-01-04, handoff: "Mon 09:00"}]`,
	`layers: [{users: [bo, ana, cy], rotation: daily, start: 1999-12-30, handoff: "09:00"}]`,
).Replace(townConfig)

func (w *town) acts(verb string) (n int) {
	w.t.Helper()
	err := w.st.View(context.Background(), func(tx store.Tx) error {
		all, err := tx.Acts(0, 0)
		for _, a := range all {
			if a.Verb == verb {
				n++
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// last is the last text that somebody got.
func (w *town) last(who string) string {
	all := w.got(who)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// hears fails unless the last text that somebody got has these words.
func (w *town) hears(who string, words ...string) {
	w.t.Helper()
	for _, word := range words {
		if text := w.last(who); !strings.Contains(text, word) {
			w.t.Errorf("%s heard %q, want %q in it", who, text, word)
		}
	}
}

// It is Saturday, 01:00 in Madrid: ana is on call since Friday 09:00, cy follows at 09:00, bo on Sunday.
func TestCoverByText(t *testing.T) {
	story(t, coverConfig, func(w *town) {
		w.asks("bo", "cover sun 12:00-18:00 cy", "Done: cy is on call for primary Sun 2 Jan 12:00-18:00 CET (cy: 06:00-12:00 EST)", "decline 1")
		w.after(time.Second)
		w.hears("cy", "From bo: you are on call for primary Sun 2 Jan 06:00-12:00 EST (bo: 12:00-18:00 CET).", "Cannot? Reply decline 1.")
		w.asks("bo", "cover tomorrow ana dentist", "ana is on call for primary Sun 2 Jan 09:00-12:00 CET, primary Sun 2 Jan 18:00-24:00 CET.")
		w.after(time.Second)
		w.hears("ana", "From bo: you are on call for primary Sun 2 Jan 09:00-12:00 CET", "Why: dentist.")
		if n := w.acts("override.add"); n != 3 {
			t.Errorf("%d overrides in the audit log, want 3", n)
		}
		w.asks("cy", "decline 1", "bo is on call for primary Sun 2 Jan 06:00-12:00 EST (bo: 12:00-18:00 CET)")
		w.after(time.Second)
		w.hears("bo", "cy declined: you are on call for primary Sun 2 Jan 12:00-18:00 CET (cy: 06:00-12:00 EST).")
		w.asks("ana", "decline", "Done: bo is on call for primary Sun 2 Jan 09:00-12:00 CET; bo is on call for primary Sun 2 Jan 18:00-24:00 CET")
		w.asks("cy", "decline 1", "There is no cover 1 of yours that is not over.")
	})
}

// Cy goes on at 09:00 in Madrid, which is 03:00 in New York and in the middle of quiet hours.
func TestHandoff(t *testing.T) {
	story(t, coverConfig, func(w *town) {
		w.after(8*time.Hour + minute)
		w.expect("ana", 1, 0, "You came off call: primary, since Sat 1 Jan 09:00 CET it is cy. Nothing is open.")
		w.expect("cy", 0, 0)
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.hears("cy", "INC-1")
		w.asks("cy", "1", "INC-1 acknowledged")
		texts := len(w.got("cy"))
		w.after(4 * time.Hour)
		if n := len(w.got("cy")); n != texts+1 {
			t.Errorf("cy got %d texts after quiet hours, want one: %q", n-texts, w.got("cy"))
		}
		w.hears("cy", "You are on call: primary Sat 1 Jan 03:00-Sun 03:00 EST. Open (1): P1 INC-1 checkout: Down (ack cy)")
		w.asks("cy", "1r done", "resolved")
		w.clear("alertname=Down", "severity=critical")
		w.after(24 * time.Hour)
		w.hears("bo", "You are on call: primary Sun 2 Jan 09:00-Mon 09:00 CET. Nothing is open.")
	})
}

func TestCoverFromNow(t *testing.T) {
	story(t, coverConfig, func(w *town) {
		w.asks("ana", "cover me 2h", "Covered by whom? Nothing was done. On primary there are bo and cy. Reply such as cover tonight bo")
		w.asks("ana", "cover me 2h bo", "Done: bo is on call for primary Sat 1 Jan 01:00-03:00 CET")
		w.after(time.Second)
		w.expect("bo", 1, 0, "From ana: you are on call for primary Sat 1 Jan 01:00-03:00 CET.", "Nothing is open")
		w.fire("alertname=Down", "severity=critical")
		w.after(time.Second)
		w.hears("bo", "INC-1")
		_ = w.says("bo", "1")
		texts := len(w.got("ana"))
		w.after(2 * time.Hour)
		if n := len(w.got("ana")); n != texts+1 {
			t.Errorf("ana got %d texts when her hours came back, want one: %q", n-texts, w.got("ana"))
		}
		w.hears("ana", "You are on call: primary Sat 1 Jan 03:00-09:00 CET. Open (1): P1 INC-1 checkout: Down (ack bo)")
		w.hears("bo", "You came off call: primary, since Sat 1 Jan 03:00 CET it is ana.")
	})
}
