package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/notify/phonetest"
	"github.com/rouse/rouse/store"
)

// TestReplayOfADayChangesNothing: a signature never expires, so whoever has recorded what the carrier sent can send it again. A day of
// texts, reports and keys is played once more, forwards and backwards, and nothing is different afterwards.
func TestReplayOfADayChangesNothing(t *testing.T) {
	tell(t, ownToCy(townConfig), false, func(w *town) {
		w.aDay()
		w.after(2 * time.Hour)
		day := w.street.Log()
		before, asked := w.everything(), w.asked()
		for _, backwards := range []bool{false, true} {
			for k := range day {
				e := day[k]
				if backwards {
					e = day[len(day)-1-k]
				}
				if e.Kind == phonetest.Called || e.Kind == phonetest.Fetched || e.Kind == phonetest.Inbound {
					w.again(e)
				}
			}
			synctest.Wait()
			for name, was := range before {
				if is := w.everything()[name]; is != was {
					t.Errorf("backwards %t: %s is\n%s\nand was\n%s", backwards, name, is, was)
				}
			}
		}
		if n := w.asked(); n != asked {
			t.Errorf("%d more requests to the carrier", n-asked)
		}
	})
}

// aDay is a day on which much happens: deliveries and failures, keys, texts, an incident that comes back.
func (w *town) aDay() {
	w.people["bo"].Behave(phonetest.DuplicateCallbacks())
	w.people["ana"].Behave(phonetest.Undelivered(30003).Limit(1))
	w.people["ana"].Behave(phonetest.Undelivered(30008).Limit(1))
	w.people["ana"].Behave(phonetest.Machine().Limit(1))
	w.people["ana"].Behave(phonetest.AutoPress("1").Limit(1))
	for k := range 4 {
		w.fire(fmt.Sprintf("alertname=Down%d", k), "severity=critical")
		w.after(7 * time.Minute)
	}
	w.says("ana", "ack all")
	w.says("bo", "4e")
	w.says("bo", "ack 4 1h")
	w.says("ana", "n 3 looking at it")
	w.says("ana", "1r restarted it")
	w.clear("alertname=Down1", "severity=critical")
	w.after(5 * time.Minute)
	w.people["ana"].Behave(phonetest.AutoPress("2").Limit(1))
	w.people["bo"].Behave(phonetest.AutoPress("3").Limit(1))
	w.fire("alertname=Down1", "severity=critical") // it comes back
	w.after(20 * time.Minute)
	w.says("ana", "STOP")
	w.says("ana", "START")
	w.says("bo", "ack all")
	w.says("bo", "who")
}

// again sends what the carrier sent, signed as it was.
func (w *town) again(e phonetest.Event) {
	req := httptest.NewRequest(http.MethodPost, e.URL, strings.NewReader(e.Params.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Twilio-Signature", phonetest.Sign("phones", e.URL, e.Params))
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, req)
	if rec.Code/100 != 2 {
		w.t.Errorf("%s %s: %d %s", e.Kind, e.URL, rec.Code, rec.Body)
	}
}

// everything is what the store has of incidents, timelines, pages and numbers.
func (w *town) everything() map[string]string {
	out := map[string]string{}
	put := func(name string, x any) {
		b, err := json.Marshal(x)
		if err != nil {
			w.t.Error(err)
		}
		out[name] = string(b)
	}
	err := w.st.View(context.Background(), func(tx store.Tx) error {
		for n := range int64(w.count()) {
			i, err := tx.Incident(n + 1)
			if err != nil {
				return err
			}
			put(i.Ref(), i)
			story, err := tx.Timeline(n + 1)
			if err != nil {
				return err
			}
			put(i.Ref()+"'s timeline", story)
			pages, err := tx.PagesOf(n + 1)
			if err != nil {
				return err
			}
			for _, p := range pages {
				put(p.ID, p)
			}
		}
		known, err := tx.Contacts()
		for _, c := range known {
			put(c.Address, c)
		}
		return err
	})
	if err != nil {
		w.t.Error(err)
	}
	return out
}

// asked counts requests to the carrier.
func (w *town) asked() (n int) {
	for _, e := range w.street.Log() {
		if e.Kind == phonetest.Requested {
			n++
		}
	}
	return n
}
