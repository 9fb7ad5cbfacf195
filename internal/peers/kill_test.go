package peers

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rouse/rouse/notify/phonetest"
	"github.com/rouse/rouse/web/client"
)

// load fires alerts, each with a name of its own, whether or not the daemon answers.
type load struct {
	quit chan struct{}
	work sync.WaitGroup

	mu       sync.Mutex
	accepted []string             // names of those that were answered 2xx
	answered map[string]time.Time // when each of them was
}

// load starts some workers, each of which fires one alert every so often.
func (w *town) load(workers int, every time.Duration) *load {
	l := &load{quit: make(chan struct{}), answered: map[string]time.Time{}}
	for k := range workers {
		l.work.Go(func() { l.run(w, k, every) })
	}
	w.t.Cleanup(func() { l.stop() })
	return l
}

func (l *load) run(w *town, worker int, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-l.quit:
			return
		case <-tick.C:
		}
		name := fmt.Sprintf("Load%dx%d", worker, n)
		body := map[string]any{
			"version": "4", "status": "firing",
			"alerts": []any{map[string]any{"status": "firing", "labels": map[string]string{"alertname": name, "severity": "critical"}}},
		}
		if code, _ := send(w.http, http.MethodPost, w.base+"/ingest/alertmanager", "alertmanager-token", body); code/100 == 2 {
			l.mu.Lock()
			l.accepted = append(l.accepted, name)
			l.answered[name] = time.Now()
			l.mu.Unlock()
		}
	}
}

func (l *load) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.accepted)
}

// atLeast is missing until n more alerts were accepted than are now.
func (l *load) atLeast(n int) func() error {
	goal := l.count() + n
	return func() error {
		if got := l.count(); got < goal {
			return fmt.Errorf("%d alerts were accepted, not %d", got, goal)
		}
		return nil
	}
}

// stop ends the load and returns the names that were accepted.
func (l *load) stop() []string {
	select {
	case <-l.quit:
	default:
		close(l.quit)
	}
	l.work.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.accepted
}

// incidents reads all incidents, by the name of their alerts.
func (w *town) incidents() map[string]client.Incident {
	w.t.Helper()
	all, f := map[string]client.Incident{}, filterAll
	for {
		list, err := w.api.Incidents(w.t.Context(), f)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, i := range list.Incidents {
			name := i.GroupLabels["alertname"]
			if other, twice := all[name]; twice {
				w.t.Errorf("%s has two incidents, %s and %s", name, other.Ref, i.Ref)
			}
			all[name] = i
		}
		if f.Before = list.Next; f.Before == 0 {
			return all
		}
	}
}

// hasAll fails unless each alert has its incident, and returns the incidents.
func (w *town) hasAll(accepted []string) map[string]client.Incident {
	w.t.Helper()
	all := w.incidents()
	for _, name := range accepted {
		if all[name].Number == 0 {
			w.t.Errorf("%s was answered 2xx and is in no incident", name)
		}
	}
	return all
}

// after is missing until it was asked for n times.
func after(n int) func() error {
	return func() error {
		if n--; n >= 0 {
			return errors.New("it is too early")
		}
		return nil
	}
}

// TestKill kills the daemon again and again while alerts pour in, people acknowledge and the phones misbehave. Whatever was
// answered is there in the end: alerts have paged somebody, acknowledgements hold and page nobody any more, what nobody
// acknowledged has climbed every level; and nobody is told the same twice more often than the daemon died while telling it.
func TestKill(t *testing.T) {
	t.Parallel()
	x := newTorture(newTown(t, tortureConfig(t)))
	cycles := asked(t, "ROUSE_KILLS", 50)
	for k := range cycles {
		x.strike(k, x.kill)
		x.progress(k, cycles)
	}
	x.settle("kills", cycles)
}

// TestTerminate is the same with SIGTERM: the daemon ends in good order each time, and nothing is told twice at all.
func TestTerminate(t *testing.T) {
	t.Parallel()
	x := newTorture(newTown(t, tortureConfig(t)))
	cycles := asked(t, "ROUSE_TERMS", 12)
	for k := range cycles {
		x.strike(k, x.terminate)
		x.progress(k, cycles)
	}
	x.settle("ends in good order", cycles)
}

// TestTerminateUnderSends ends the daemon while a provider hangs: it waits no longer than it may, and what became of those texts is
// found out by the next.
func TestTerminateUnderSends(t *testing.T) {
	t.Parallel()
	w := open(t, tortureConfig(t))
	w.street.Behave(phonetest.Hang())
	for k := range 16 {
		w.fire(fmt.Sprint("Down", k))
	}
	eventually(t, patience, func() error {
		for _, p := range w.incident(1).Pages {
			if p.State == "sending" {
				return nil
			}
		}
		return errors.New("no text is under way")
	})
	w.stop()
	w.street.Calm()
	w.start()
	w.allTold(w.incidents())
}

// tellBy is how long it may take until somebody was reached. Nearly all are at once, and a page that died with the daemon when its
// lease of 30 seconds ends; but once in some thousand the provider fails all four texts of a round, and the next round comes when
// the last level's five minutes are over.
const tellBy = 8 * time.Minute

// allTold waits until each incident has paged somebody.
func (w *town) allTold(all map[string]client.Incident) {
	w.t.Helper()
	parents := map[string]client.Page{}
	waiting := slices.Collect(maps.Values(all))
	eventually(w.t, tellBy, func() error {
		clear(parents)
		waiting = slices.DeleteFunc(waiting, func(i client.Incident) bool { return w.told(i.Number, parents) })
		if len(waiting) > 0 {
			return fmt.Errorf("%d incidents have paged nobody, such as %s:\n%s", len(waiting), waiting[0].Ref, story(w.incident(waiting[0].Number)))
		}
		return nil
	})
}

// told reports whether some page of an incident is with the provider, by itself or inside another one, or somebody has acknowledged
// it before: what became of a text whose answer was lost is then asked no more.
func (w *town) told(n int64, parents map[string]client.Page) bool {
	w.t.Helper()
	out := func(p client.Page) bool { return p.State == "accepted" || p.State == "delivered" }
	i := w.incident(n)
	if i.State == "acknowledged" {
		return true
	}
	for _, p := range i.Pages {
		if out(p) {
			return true
		}
		if p.State != "bundled" || p.Parent == "" {
			continue
		}
		parent, ok := parents[p.Parent]
		if !ok {
			var err error
			if parent, err = w.api.Page(w.t.Context(), p.Parent); err != nil {
				w.t.Fatalf("page %s, in which %s is told: %v", p.Parent, p.ID, err)
			}
			parents[p.Parent] = parent
		}
		if out(parent) {
			return true
		}
	}
	return false
}

// answerText is a text that answers one of somebody's about an incident.
var answerText = regexp.MustCompile(`^(INC-\d+ |Not done: INC-\d+|Already )`)

// sent reads the street's log: which page made which text, and when.
func (w *town) sent() (page map[string]string, created map[string]time.Time, err error) {
	page, created = map[string]string{}, map[string]time.Time{}
	for _, e := range w.street.Log() {
		switch e.Kind {
		case phonetest.Created:
			created[e.SID] = e.At
		case phonetest.Called, phonetest.Lost: // the address of a status callback names the page
			if u, err := url.Parse(e.URL); err == nil && u.Query().Get("page") != "" {
				page[e.SID] = u.Query().Get("page")
			}
		}
	}
	bodies := map[string]string{}
	for _, text := range w.street.Messages() {
		bodies[text.SID] = text.Body
		if text.Inbound || answerText.MatchString(text.Body) { // it is somebody's, or answers one
			delete(created, text.SID)
			delete(page, text.SID)
		}
	}
	for sid := range created {
		if page[sid] == "" {
			err = fmt.Errorf("nobody knows which page made the text %s of %s: %q", sid, created[sid].Format("15:04:05.000"), bodies[sid])
		}
	}
	return page, created, err
}

// named is sent, once every text has its page: it is named by its first callback, which waits for a processor as well.
func (w *town) named() (page map[string]string, created map[string]time.Time) {
	w.t.Helper()
	eventually(w.t, 6*patience, func() (err error) {
		page, created, err = w.sent()
		return err
	})
	return page, created
}

// duplicates fails when a page made more texts than one and one more for each death of the daemon between them. It returns
// how many texts were a repetition.
func (w *town) duplicates(deaths []time.Time) (extra int) {
	w.t.Helper()
	page, created := w.named()
	texts := map[string][]time.Time{}
	for sid, id := range page {
		texts[id] = append(texts[id], created[sid])
	}
	for id, at := range texts {
		slices.SortFunc(at, time.Time.Compare)
		extra += len(at) - 1
		first, last := at[0], at[len(at)-1]
		died := 0
		for _, d := range deaths {
			if d.After(first.Add(-time.Second)) && d.Before(last) {
				died++
			}
		}
		if len(at)-1 > died {
			w.t.Errorf("page %s made %d texts, though the daemon died %d times meanwhile: %v", id, len(at), died, at)
		}
	}
	return extra
}
