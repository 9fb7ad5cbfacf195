package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/notify/phonetest"
)

// with is the town's configuration with pairs of old and new text.
func with(t *testing.T, pairs ...string) string {
	t.Helper()
	c := townConfig
	for k := 0; k < len(pairs); k += 2 {
		if !strings.Contains(c, pairs[k]) {
			t.Fatalf("the configuration has no %q", pairs[k])
		}
		c = strings.Replace(c, pairs[k], pairs[k+1], 1)
	}
	return c
}

// silence mutes an alert name until an hour of the first day.
func (w *town) silence(name string, hour int) {
	w.t.Helper()
	w.post("/api/v2/silences", "p", "application/json", fmt.Sprintf(`{"matchers":[{"name":"alertname","value":%q,"isRegex":false,"isEqual":true}],`+
		`"startsAt":"2000-01-01T00:00:00Z","endsAt":"2000-01-01T%02d:00:00Z","createdBy":"ana","comment":"deploy"}`, name, hour))
}

// noFaults fails when the street saw a rule of Twilio's broken.
func (w *town) noFaults() {
	w.t.Helper()
	for _, f := range w.street.Faults() {
		w.t.Errorf("fault: %s", f)
	}
}

// deadHost fails every request to dead.test in one way; all others reach the street.
type deadHost struct {
	fail func(*http.Request) (*http.Response, error)
	rest http.RoundTripper
}

func (d deadHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == "dead.test" {
		return d.fail(r)
	}
	return d.rest.RoundTrip(r)
}

// carriedBy restarts the daemon with another carrier.
func (w *town) carriedBy(rt http.RoundTripper) {
	w.t.Helper()
	w.d.engine.Stop()
	o := w.options()
	o.carrier = rt
	c, problems := o.load()
	if err := problems.Err(); err != nil {
		w.t.Fatal(err)
	}
	d, err := newDaemon(w.st, c, o, slog.New(slog.DiscardHandler))
	if err != nil {
		w.t.Fatal(err)
	}
	d.engine.Start()
	door := d.handler(prometheus.NewRegistry(), make([]byte, 32))
	w.d = d
	w.door.Store(&door)
}

func TestFirstProviderIsDown(t *testing.T) {
	config := with(t, "providers:\n", `providers:
  - name: dead
    twilio: {account_sid: AC00000000000000000000000000000000, auth_token: phones, from: "+15550100009", base_url: "http://dead.test"}
`)
	for name, fail := range map[string]func(*http.Request) (*http.Response, error){
		"503": func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 503, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("down")), Request: r}, nil
		},
		"hangs":   func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() },
		"refuses": func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNREFUSED },
		"resets":  func(*http.Request) (*http.Response, error) { return nil, syscall.ECONNRESET },
	} {
		t.Run(name, func(t *testing.T) {
			tell(t, config, false, func(w *town) {
				w.carriedBy(deadHost{fail, w.street.RoundTripper()})
				w.fire("alertname=Down", "severity=critical")
				w.after(45 * time.Second)
				if len(w.got("ana")) == 0 {
					t.Errorf("the second provider carried no text in 45 s\n%s", w.timeline(1))
				}
			})
		})
	}
}

func TestNobodyAnywhereUntilTheShiftBegins(t *testing.T) {
	config := with(t, "everyone: {levels: [{notify: [team/shop]", "everyone: {levels: [{notify: [schedule/empty]",
		"  empty:\n", "  late:\n    timezone: UTC\n    layers: [{users: [ana], rotation: weekly, start: 2000-01-01, handoff: \"Sat 01:00\"}]\n  empty:\n",
		"nobody: {levels: [{notify: [schedule/empty]", "nobody: {levels: [{notify: [schedule/late]")
	story(t, config, func(w *town) {
		w.fire("alertname=Down", "service=empty", "severity=critical")
		w.after(58 * minute)
		w.noPages()
		w.tells(1, "NOBODY can be paged")
		w.after(4 * minute)
		if len(w.got("ana")) == 0 {
			w.t.Errorf("ana came on call at 01:00 and was not paged\n%s", w.timeline(1))
		}
	})
}

func TestGrowthOnHoldIsTold(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "instance=a", "severity=warning")
		w.after(time.Second)
		w.asks("ana", "hold 1 2h vendor", "on hold")
		w.fire("alertname=Down", "instance=b", "severity=warning")
		w.after(minute)
		w.expect("ana", 3, 0, "INC-1", "1 more alert")
		w.is(1, incident.OnHold)
	})
}

func TestSlowTextMakesOneCallNotTwo(t *testing.T) {
	story(t, "", func(w *town) {
		w.people["ana"].Behave(phonetest.DeliverAfter(90 * time.Second))
		w.fire("alertname=Down", "severity=critical")
		w.after(70 * time.Second)
		w.expect("ana", 0, 1)
	})
}

func TestKeyOfAPersonWhomAReloadRemoved(t *testing.T) {
	tell(t, "", false, func(w *town) {
		w.fire("alertname=Down", "severity=critical")
		w.after(65 * time.Second)
		call, ok := w.people["ana"].Ringing()
		if !ok {
			t.Fatal("ana's phone does not ring")
		}
		w.config = strings.NewReplacer("  ana: {name: Ana Ruiz, timezone: Europe/Madrid, phone: \"+34600000001\"}\n", "", "users: [ana]", "users: [bo]",
			"[ana, bo, cy]", "[bo, cy]", "user/ana, ", "", "user: ana", "user: bo").Replace(w.config)
		if err := w.d.reload(context.Background()); err != nil {
			t.Fatal(err)
		}
		if err := w.people["ana"].Answer(call.SID); err != nil {
			t.Fatal(err)
		}
		w.after(12 * time.Second)
		if err := w.people["ana"].Press("1"); err != nil {
			t.Fatal(err)
		}
		w.after(20 * time.Second)
		w.tells(1, "Acknowledged by ana")
	})
}

func TestBundledCallHearsWhatChanged(t *testing.T) {
	// Of three incidents one is taken by somebody else before the call: it speaks of two, key 2 does nothing, * repeats.
	tell(t, "", false, func(w *town) {
		w.people["ana"].Behave(phonetest.Throttle429(3 * time.Second).Limit(2))
		for _, name := range []string{"One", "Two", "Three"} {
			w.fire("alertname="+name, "severity=critical")
		}
		w.after(8 * time.Second)
		_ = w.says("bo", "2")
		w.after(45 * time.Second)
		call, ok := w.people["ana"].Ringing()
		if !ok {
			t.Fatal("ana's phone does not ring")
		}
		if err := w.people["ana"].Answer(call.SID); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"2", "*", "1"} {
			w.after(14 * time.Second)
			if err := w.people["ana"].Press(key); err != nil {
				t.Fatal(err)
			}
		}
		w.after(10 * time.Second)
		for n := int64(1); n <= 3; n++ {
			w.is(n, incident.Acknowledged)
		}
		w.noFaults()
	})
}

func TestOutageOfTenMinutes(t *testing.T) {
	// Nobody of the policy is forgotten and nobody is flooded: a text or two per person and round for all five, and one about the line.
	for _, b := range []phonetest.Behaviour{phonetest.ServerError(503), phonetest.Hang(), phonetest.Refuse(401, 20003), phonetest.Throttle429(20 * minute)} {
		t.Run(string(b.Kind), func(t *testing.T) {
			tell(t, "", false, func(w *town) {
				for _, on := range []phonetest.Channel{phonetest.SMS, phonetest.Voice, phonetest.Lookup} {
					w.street.Behave(b.Only(on))
				}
				for k := range 5 {
					w.fire(fmt.Sprintf("alertname=D%d", k), "severity=critical")
				}
				w.after(10 * minute)
				w.noPages()
				w.street.Calm()
				w.after(7 * minute)
				for who, least := range map[string]int{"ana": 1, "bo": 1, "cy": 0} { // cy is paged when a level fails as a whole
					if n := len(w.got(who)); n < least || n > 5 {
						t.Errorf("%s got %d texts after the outage: %q", who, n, w.got(who))
					}
				}
				w.noFaults()
			})
		})
	}
}

func TestLeaseLapsesInASilence(t *testing.T) {
	story(t, "", func(w *town) {
		w.fire("alertname=Down", "service=lease", "severity=critical")
		w.after(time.Second)
		w.asks("ana", "1", "acknowledged")
		w.silence("Down", 2)
		w.after(90 * minute)
		w.expect("ana", 2, 0)
		w.after(30 * minute)
		w.expect("ana", 3, 0, "INC-1")
	})
}

func TestOwnCallDoesNotMakeAPersonBusy(t *testing.T) {
	// Two incidents ten seconds apart: while the first call rings, the second must wait or join it, not count as busy twice.
	tell(t, "", false, func(w *town) {
		w.fire("alertname=One", "severity=critical")
		w.after(10 * time.Second)
		w.fire("alertname=Two", "severity=critical")
		w.after(65 * time.Second)
		if n := len(w.got("bo")); n > 0 {
			t.Errorf("bo was paged while ana's phone rang with another call of rouse's\n%s", w.timeline(2))
		}
	})
}

func TestStormOfGrowthKeepsTheLimit(t *testing.T) {
	config := with(t, "users:\n", "limits:\n  sms: {per_number: 6 in 15m}\nusers:\n")
	tell(t, config, false, func(w *town) {
		for k := range 30 {
			w.fire(fmt.Sprintf("alertname=D%d", k), "severity=critical")
		}
		w.after(time.Second)
		w.asks("ana", "ack all", "acknowledged")
		before := len(w.got("ana"))
		for k := range 30 {
			w.fire(fmt.Sprintf("alertname=D%d", k), "instance=b", "severity=critical")
		}
		w.after(45 * time.Second)
		if n := len(w.got("ana")) - before; n > 6 {
			t.Errorf("%d texts of growth at once, with a limit of 6 in 15m", n)
		}
	})
}

func TestAckAllAfterSixtyTexts(t *testing.T) {
	tell(t, "", false, func(w *town) {
		for k := range 60 {
			w.fire(fmt.Sprintf("alertname=D%d", k), "severity=critical")
			w.after(time.Second / 2)
		}
		w.asks("ana", "ack all", "All 60 acknowledged")
		w.is(1, incident.Acknowledged)
	})
}

func TestHelpIsLouderThanASilence(t *testing.T) {
	for _, text := range []string{"1e", "give 1 bo"} {
		t.Run(text, func(t *testing.T) {
			story(t, "", func(w *town) {
				w.fire("alertname=Down", "severity=critical")
				w.after(time.Second)
				w.silence("Down", 2)
				w.after(time.Second)
				_ = w.says("ana", text)
				w.after(2 * minute)
				if len(w.people["bo"].Calls()) == 0 {
					w.t.Errorf("bo was not called: the silence won\n%s", w.timeline(1))
				}
			})
		})
	}
}

func TestTextOfAFlapIsNotLost(t *testing.T) {
	tell(t, "", false, func(w *town) {
		w.street.Behave(phonetest.Throttle429(4 * time.Second).Limit(1))
		l := []string{"alertname=Flap", "service=flappy", "severity=critical"}
		w.fire(l...)
		w.after(time.Second)
		w.clear(l...)
		w.after(10 * time.Second)
		w.fire(l...)
		w.after(10 * time.Second)
		w.expect("ana", 1, 0)
	})
}

func TestThenPolicyHasItsOwnRounds(t *testing.T) {
	config := with(t, "  everyone: {", "  first: {levels: [{notify: [user/ana], wait: 5m}], repeat: 2, then: second}\n  second: {levels: [{notify: [user/bo], wait: 5m}], repeat: 3, then: everyone}\n  everyone: {",
		"lease: {team: shop, escalation: shop", "lease: {team: shop, escalation: first")
	story(t, config, func(w *town) {
		w.fire("alertname=Down", "service=lease", "severity=critical")
		w.after(24 * minute)
		if n := len(w.got("bo")); n != 3 || len(w.got("cy")) != 0 {
			w.t.Errorf("bo got %d texts, cy %d; want 3 rounds for bo and none for cy yet\n%s", n, len(w.got("cy")), w.timeline(1))
		}
	})
}

func TestEmptyLastLevelIsNotAnEmptyPolicy(t *testing.T) {
	story(t, with(t, "- {notify: [user/bo], wait: 5m}", "- {notify: [schedule/empty], wait: 5m}"), func(w *town) {
		w.people["ana"].Behave(phonetest.AnswerAndSilence())
		w.fire("alertname=Down", "severity=critical")
		w.after(12 * minute)
		w.expect("cy", 0, 0)
	})
}

func TestQuietHoursThatBeginBetweenTwoMethods(t *testing.T) {
	config := with(t, "low: [{via: sms}]", "low: [{via: sms}, {via: call, after: 15m}]", "cyonly: {levels: [{notify: [user/cy], wait: 10m}]", "cyonly: {levels: [{notify: [user/cy], wait: 30m}]")
	story(t, config, func(w *town) {
		w.after(2*time.Hour + 50*minute) // 21:50 in New York; quiet from 22:00
		w.fire("alertname=Disk", "service=quiet", "instance=a", "severity=info")
		w.after(25 * minute)
		w.expect("cy", 1, 0)
		w.asks("cy", "1", "acknowledged")
		w.fire("alertname=Disk", "service=quiet", "instance=b", "severity=info")
		w.after(minute)
		w.expect("cy", 2, 0) // growth of low urgency waits for the morning too
	})
}

func TestCapOfCallsIsNoSilence(t *testing.T) {
	config := with(t, "users:\n", "limits:\n  daily_spend: {messages: 500, calls: 1}\nusers:\n", "notify: {high: [{via: sms}, {via: call, after: 1m}]", "notify: {high: [{via: call}]",
		"service: quiet, urgency: low", "service: quiet, urgency: high", "fallback: everyone", "fallback: cyonly")
	tell(t, config, false, func(w *town) {
		w.fire("alertname=Disk", "service=quiet", "severity=critical")
		w.after(3 * time.Hour)
		if n := len(w.people["cy"].Calls()) + len(w.got("cy")); n < 5 {
			t.Errorf("cy was disturbed %d times in three hours of an unacknowledged P1", n)
		}
	})
}

func TestRoundRobinIsFairBesideAnotherService(t *testing.T) {
	tell(t, "", false, func(w *town) {
		turns := map[string]int{}
		for k := range 20 {
			w.fire(fmt.Sprintf("alertname=C%d", k), "service=lease", "severity=critical")
			w.fire(fmt.Sprintf("alertname=T%d", k), "service=turns", "severity=critical")
			for _, p := range w.inc(int64(2*k + 2)).Cursor.People {
				turns[string(p.User)]++
			}
		}
		if turns["ana"] != 10 || turns["bo"] != 10 {
			t.Errorf("turns: %v, want ten each", turns)
		}
	})
}

func TestAnswersAreShortAndNeutral(t *testing.T) {
	tell(t, with(t, "service: lease}", "service: lease, type: security}"), false, func(w *town) {
		w.fire("alertname="+strings.Repeat("數據庫磁盤已滿", 150), "severity=critical")
		w.fire("alertname=Breach", "service=lease", "severity=critical")
		w.after(time.Second)
		if _, _, n := notify.Segments(w.says("ana", "1?")); n > 2 {
			t.Errorf("the status of a long title takes %d segments", n)
		}
		if said := w.says("ana", "2?"); strings.Contains(said, "lease") || strings.Contains(said, "P1") {
			t.Errorf("the status of a security incident tells more than its number: %q", said)
		}
	})
}
