package peers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rouse/rouse/notify/phonetest"
	"github.com/rouse/rouse/web/client"
)

// climb is the policy of incidents that nobody ever acknowledges, and of three people who are paged for nothing else.
var climb = []struct{ user, phone string }{{"cleo", "+34600000011"}, {"dan", "+34600000012"}, {"eve", "+34600000013"}}

// tortureConfig is the town's, with texts alone, limits that hold nothing back, and a ladder to climb.
func tortureConfig(t *testing.T) string {
	config := change(t, townConfig, `phone: "+34600000001"}`, `phone: "+34600000001", notify: {high: [{via: sms}], low: [{via: sms}]}}`)
	users, levels := "", ""
	for k, c := range climb {
		users += fmt.Sprintf("  %s: {timezone: Europe/Madrid, phone: %q, notify: {high: [{via: sms}], low: [{via: sms}]}}\n", c.user, c.phone)
		levels += fmt.Sprintf("      - {notify: [user/%s], wait: %s}\n", c.user, []string{"3s", "3s", "2h"}[k])
	}
	config = change(t, config, `phone: "+46700000002"}`, `phone: "+46700000002", notify: {high: [{via: sms}], low: [{via: sms}]}}`)
	config = change(t, config, "teams:\n", users+"teams:\n")
	config = change(t, config, "fallback: shop\n", "  climb:\n    levels:\n"+levels+"    repeat: forever\nfallback: shop\n")
	config = change(t, config, "services:\n", "services:\n  stairs: {team: shop, escalation: climb, impact: high}\n")
	return change(t, config, "  group_by: [alertname]\n", "  group_by: [alertname]\n  routes: [{matchers: ['alertname=~\"Climb.*\"'], service: stairs}]\n")
}

// torture is a town under load, and a ledger of everything that its daemon has answered for.
type torture struct {
	*town
	alerts *load
	acks   *acks
	climbs []string    // names of alerts that nobody acknowledges, all answered 2xx
	deaths []time.Time // of the daemon, by force
	dark   []darkness  // while the power went
}

// newTorture starts the load on a town whose daemon does not run yet, and whose phones misbehave.
func newTorture(w *town) *torture {
	for _, number := range []string{ana, bo} { // not those who are climbed to: a phone that fails twice is gone past
		w.street.Phone(number).Behave(phonetest.ServerError(503).Often(0.1))
		w.street.Phone(number).Behave(phonetest.CreateThen500().Often(0.05))
	}
	w.street.Behave(phonetest.LoseCallbacks().Often(0.2))
	x := &torture{town: w}
	x.alerts, x.acks = w.load(4, 20*time.Millisecond), w.acknowledge(60*time.Millisecond)
	return x
}

// darkness is from when the power is cut until it is on again. The daemon outlives its disk by some milliseconds, in which the kernel
// now and then says of a sync that was under way that it went well: the journal is gone, and what it knew of the transaction with it.
// A machine without power answers nobody, so an answer of that time is none.
type darkness struct{ from, to time.Time }

// answeredBy reports whether an answer came while there was power.
func (x *torture) answeredBy(at time.Time) bool {
	return !slices.ContainsFunc(x.dark, func(d darkness) bool { return !at.Before(d.from) && at.Before(d.to) })
}

// acks acknowledges incidents, by the API and by text.
type acks struct {
	quit context.CancelFunc
	work sync.WaitGroup

	mu   sync.Mutex
	done map[int64]time.Time // when the API answered
}

func (w *town) acknowledge(every time.Duration) *acks {
	ctx, cancel := context.WithCancel(w.t.Context())
	a := &acks{quit: cancel, done: map[int64]time.Time{}}
	a.work.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			a.one(ctx, w, n%12 == 0) // answers to one number are limited
		}
	})
	w.t.Cleanup(a.stop)
	return a
}

// one acknowledges one incident that is triggered. Whether it was answered is all that counts: the daemon may be dead.
func (a *acks) one(ctx context.Context, w *town, byText bool) {
	list, err := w.api.Incidents(ctx, client.Filter{States: []string{"triggered"}, Service: "checkout", Limit: 30})
	if err != nil || len(list.Incidents) == 0 {
		return
	}
	n := list.Incidents[rand.IntN(len(list.Incidents))].Number
	if byText {
		_ = w.street.Phone(ana).ReplyTo(ctx, sender, fmt.Sprint("a ", n)) // the phone has the answer, or none
		return
	}
	if _, err := w.api.Ack(ctx, n, client.Lease{}); err == nil {
		a.mu.Lock()
		a.done[n] = time.Now()
		a.mu.Unlock()
	}
}

func (a *acks) stop() {
	a.quit()
	a.work.Wait()
}

var ackAnswer = regexp.MustCompile(`^INC-(\d+) acknowledged`)

// answered is when each acknowledgement was answered, by the API or on the phone.
func (x *torture) answered() map[int64]time.Time {
	all := map[int64]time.Time{}
	x.acks.mu.Lock()
	defer x.acks.mu.Unlock()
	for n, at := range x.acks.done {
		all[n] = at
	}
	for _, text := range x.street.Phone(ana).Texts() {
		if m := ackAnswer.FindStringSubmatch(text.Body); m != nil {
			n, _ := strconv.ParseInt(m[1], 10, 64)
			if at, ok := all[n]; !ok || text.At.Before(at) {
				all[n] = text.At
			}
		}
	}
	return all
}

// start starts the daemon and waits until it takes alerts.
func (x *torture) start() {
	x.t.Helper()
	x.town.start()
	eventually(x.t, patience, x.alerts.atLeast(1))
}

// climb fires one alert that nobody will acknowledge; the daemon must run.
func (x *torture) climb() {
	x.t.Helper()
	name := fmt.Sprintf("Climb%d", len(x.climbs))
	eventually(x.t, patience, func() error {
		body := map[string]any{"key": name, "title": name, "status": "firing", "severity": "critical", "labels": map[string]string{"alertname": name}}
		if code, text := send(x.http, http.MethodPost, x.base+"/ingest/scripts", "scripts-token", body); code/100 != 2 {
			return fmt.Errorf("POST /ingest/scripts: %d %s", code, text)
		}
		return nil
	})
	x.climbs = append(x.climbs, name)
}

// strike starts the daemon and strikes it down at some moment: on its way up, in the middle of commits, when a text was just
// sent, while an acknowledgement is under way.
func (x *torture) strike(cycle int, blow func()) {
	x.t.Helper()
	if cycle%4 == 0 {
		x.daemon = start(x.t, "rouse", x.command())
		eventually(x.t, patience, after(rand.IntN(12)))
		blow()
		return
	}
	x.start()
	switch {
	case cycle%8 == 1:
		x.climb()
	case cycle%4 == 2:
		was := len(x.street.Messages())
		eventually(x.t, patience, func() error {
			if len(x.street.Messages()) == was {
				return errors.New("no text was sent")
			}
			return nil
		})
	case cycle%4 == 3:
		go x.acks.one(x.t.Context(), x.town, cycle%16 == 3)
	}
	eventually(x.t, patience, x.alerts.atLeast(rand.IntN(60)))
	blow()
}

// kill is the blow of kill -9.
func (x *torture) kill() {
	x.deaths = append(x.deaths, time.Now())
	x.daemon.kill()
}

// terminate is the blow of systemd: the daemon ends by itself, in good order and within its time.
func (x *torture) terminate() {
	x.t.Helper()
	x.daemon.signal(syscall.SIGTERM)
	if status := x.daemon.wait(patience); status != 0 && status != -1 { // -1: it was still on its way up and had no ears
		x.t.Errorf("rouse ended with status %d after SIGTERM", status)
	}
}

// settle starts the daemon for good, ends the load, and compares what is there with the ledger.
func (x *torture) settle(what string, cycles int) {
	x.t.Helper()
	x.start()
	all2xx := x.alerts.stop()
	accepted := slices.DeleteFunc(slices.Clone(all2xx), func(name string) bool { return !x.answeredBy(x.alerts.answered[name]) })
	x.acks.stop()
	begin := time.Now()
	all := x.hasAll(append(slices.Clone(accepted), x.climbs...))
	gone := func(names []string) (n int) {
		for _, name := range names {
			if all[name].Number == 0 {
				n++
			}
		}
		return n
	}
	lost, dark, darkLost := gone(accepted), len(all2xx)-len(accepted), gone(all2xx)-gone(accepted)
	acked := x.answered()
	maps.DeleteFunc(acked, func(_ int64, at time.Time) bool { return !x.answeredBy(at) })
	x.stayAcknowledged(acked)
	for _, i := range all {
		if _, ok := acked[i.Number]; ok || i.State != "triggered" {
			delete(all, i.GroupLabels["alertname"])
		}
	}
	x.allTold(all)
	x.climbed()
	extra := x.duplicates(x.deaths)
	x.quietAfter(acked)
	for _, f := range x.street.Faults() {
		if f.Code != daemonGone {
			x.t.Errorf("the phones complain: %s", f)
		}
	}
	if dark > 0 {
		x.t.Logf("%d more alerts were answered while the power went, and %d of those are not there", dark, darkLost)
	}
	x.t.Logf("%d %s: %d lost of %d alerts accepted, %d acknowledgements answered and %d climbs; all told %.1f s after the load ended; %d texts, %d of them a second time",
		cycles, what, lost, len(accepted), len(acked), len(x.climbs), time.Since(begin).Seconds(), len(x.street.Messages()), extra)
}

// stayAcknowledged fails for an acknowledgement that was answered and is no more.
func (x *torture) stayAcknowledged(acked map[int64]time.Time) {
	x.t.Helper()
	for n := range acked {
		i := x.incident(n)
		last := ""
		for _, e := range i.Timeline {
			if e.Kind == "acknowledged" || e.Kind == "triggered" || e.Kind == "reopened" {
				last = e.Kind
			}
		}
		if i.State == "triggered" || last != "acknowledged" {
			x.t.Errorf("INC-%d was answered to be acknowledged and is %s:\n%s", n, i.State, story(i))
		}
	}
}

// daemonGone is Twilio's code for a webhook that nobody answered.
const daemonGone = 11200

var levelPage = regexp.MustCompile(`^INC-(\d+)/e\d+/r\d+/l(\d+)/`)

// sendTime is how long a call to a provider may have been under way when an acknowledgement came.
const sendTime = 15 * time.Second

// quietAfter fails for a text that pages about an incident whose acknowledgement had been answered.
func (x *torture) quietAfter(acked map[int64]time.Time) {
	x.t.Helper()
	page, created := x.named()
	for sid, id := range page {
		if m := levelPage.FindStringSubmatch(id); m != nil {
			n, _ := strconv.ParseInt(m[1], 10, 64)
			if at, ok := acked[n]; ok && created[sid].After(at.Add(sendTime)) {
				x.t.Errorf("page %s was sent %s after the acknowledgement was answered", id, created[sid].Sub(at))
			}
		}
	}
}

// climbed waits until each level of each climb has fired, in the timeline and on its phone.
func (x *torture) climbed() {
	x.t.Helper()
	all := x.incidents()
	for _, name := range x.climbs {
		var i client.IncidentDetail
		eventually(x.t, 90*time.Second, func() error {
			i = x.incident(all[name].Number)
			return x.missed(i)
		})
	}
}

// missed says which level of an incident has not fired, or has told nobody.
func (x *torture) missed(i client.IncidentDetail) error {
	fired := 0
	for _, e := range i.Timeline {
		if e.Kind == "escalated" && fired < len(climb) && strings.Contains(e.What, climb[fired].user) {
			fired++
		}
	}
	if fired < len(climb) {
		return fmt.Errorf("%s has reached level %d of %d:\n%s", i.Ref, fired, len(climb), story(i))
	}
	for _, c := range climb {
		if !slices.ContainsFunc(x.street.Phone(c.phone).Texts(), func(text phonetest.Text) bool { return strings.Contains(text.Body, i.Ref) }) {
			return fmt.Errorf("%s has no text about %s:\n%s", c.user, i.Ref, story(i))
		}
	}
	return nil
}

// asked is a number of cycles from the environment.
func asked(t *testing.T, name string, unasked int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return unasked
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%s is no number of cycles", name, text)
	}
	return n
}

// progress logs now and then how far a long run is.
func (x *torture) progress(cycle, of int) {
	if cycle%10 == 9 {
		x.t.Logf("%d of %d, %d alerts accepted", cycle+1, of, x.alerts.count())
	}
}
