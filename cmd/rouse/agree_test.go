package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify/phonetest"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/simulate"
	"github.com/rouse/rouse/simulate/rehearsal"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/badger"
	"github.com/rouse/rouse/store/memory"
)

var agreeFrom = flag.Uint64("agree-from", 1, "the first of them")
var agreeSeeds = flag.Uint64("agree", 25, "how many random configurations TestRehearsalAgrees compares")

// night is how long they are compared.
const night = 50 * time.Minute

// script draws what happens: alerts, recoveries, answers, phones that are off. Each has milliseconds of its own, so that no two things
// coincide, of which the loops of a started engine may take either first.
func (d *drawn) script(s *rehearsal.Stage) (rehearsal.Script, error) {
	at := func(most time.Duration) time.Duration {
		return time.Duration(d.Int64N(int64(most/time.Second)))*time.Second + time.Duration(50+d.IntN(800))*time.Millisecond
	}
	script := rehearsal.Script{Start: d.start, Length: night}
	add := func(at time.Duration, a rehearsal.Act) {
		script.Events = append(script.Events, rehearsal.Event{At: at, Do: a})
	}
	if d.Float64() < 0.4 {
		add(at(20*time.Minute), rehearsal.Break{Fault: rehearsal.Fault{User: oncall.UserID(pick(d, d.users...)), Phone: pick(d, simulate.Off, simulate.Busy, simulate.Dead)}})
	}
	for n := range 1 + d.IntN(4) {
		a := d.alert()
		when := at(30 * time.Minute)
		if n == 0 {
			when = at(2 * time.Minute)
		}
		add(when, rehearsal.Receive{Alerts: []alert.Alert{a}})
		if d.Float64() < 0.4 {
			a.State = alert.Resolved
			add(when+at(15*time.Minute), rehearsal.Receive{Alerts: []alert.Alert{a}})
		}
	}
	for range d.IntN(4) {
		add(at(night), rehearsal.Text{User: oncall.UserID(pick(d, d.users...)), Words: pick(d, "ack", "ack", "ack all", "1", "1r fixed it", "1e", "ack 1 5m", "list", "2", "hello")})
	}
	if d.Float64() < 0.3 {
		by := incident.Actor{Kind: incident.ByUser, Name: "bo", Channel: "web"}
		add(at(night), rehearsal.Do{Number: 1, Action: pick[incident.Action](d, incident.Ack{By: by, User: "bo"}, incident.Escalate{By: by}, incident.Reassign{By: by, To: "cy"})})
	}
	line, err := s.Play(script)
	if err != nil || d.Float64() < 0.5 {
		return script, err
	}
	var calls []rehearsal.Moment // somebody takes one of them
	rang := map[string]time.Time{}
	for _, m := range line.Moments {
		if m.Kind == rehearsal.Sent && m.Via == oncall.Call {
			rang[m.Page] = m.At
		}
		if m.Kind == rehearsal.Missed && m.Outcome == "no-answer" && m.At.Sub(rang[m.Page]) == simulate.RingsFor {
			calls = append(calls, m)
		}
	}
	if len(calls) > 0 {
		m := pick(d, calls...)
		took := m.At.Add(-12 * time.Second)
		soon := func(x rehearsal.Moment) bool { // how long the confirmation is spoken is no part of the comparison
			return x.Kind == rehearsal.Sent && x.User == m.User && x.At.After(took) && x.At.Before(took.Add(15*time.Second))
		}
		if slices.ContainsFunc(line.Moments, soon) {
			return script, nil
		}
		add(m.At.Sub(line.Start)-11*time.Second-300*time.Millisecond, rehearsal.Press{User: m.User, Key: pick(d, "1", "1", "")})
	}
	return script, nil
}

func (d *drawn) alert() alert.Alert {
	name := pick(d, d.alerts...)
	l := alert.Labels{"alertname": name, "cluster": pick(d, "a", "b"), "severity": pick(d, "critical", "critical", "warning", "info"), "instance": fmt.Sprint(d.IntN(3))}
	return alert.Alert{Integration: "am", State: alert.Firing, Severity: alert.ParseSeverity(l["severity"]), Title: name + " " + l["instance"], Labels: l}
}

// page is a message that a provider was asked to send.
type page struct {
	at   time.Time
	to   string
	via  oncall.Method
	text string // the first line, without how many alerts there are: at the instant of one that joins, either number is right
}

func (p page) String() string {
	return fmt.Sprintf("%s %s %s %q", p.at.UTC().Format("15:04:05.000"), p.to, p.via, p.text)
}

// predicted are the messages of a rehearsal.
func predicted(c *configs.Config, line *rehearsal.Timeline) (all []page) {
	for _, m := range line.Moments {
		if m.Kind != rehearsal.Sent {
			continue
		}
		u, _ := c.Roster().User(m.User)
		p := page{m.At, u.Address(m.Via), m.Via, ""}
		if m.Via == oncall.SMS {
			p.text = heading(m.Text)
		}
		all = append(all, p)
	}
	return all
}

// live plays a script on the real, started daemon, over the street of fake phones, and returns what was asked of the provider.
func live(t *testing.T, d *drawn, script rehearsal.Script) (all []page) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(d.start))
		var st store.Store = memory.New()
		if d.IntN(10) == 0 { // production's own, which costs more
			none := 0
			b, err := badger.Open("", badger.Options{InMemory: true, Compactors: &none})
			if err != nil {
				t.Fatal(err)
			}
			st = b
		}
		w := &town{t: t, st: st, config: d.config, people: map[string]*phonetest.Phone{}}
		w.street = phonetest.New(phonetest.Options{AuthToken: "phones", InboundURL: "https://rouse.test/twilio/phones/sms", Callbacks: phonetest.InMemory(w), Seed: 1, DeliverAfter: 2 * time.Millisecond})
		for k, name := range d.users {
			w.people[name] = w.street.Phone(numbers[k])
		}
		var mu sync.Mutex
		watch := func(r *http.Request) bool {
			if p, ok := asked(r); ok {
				mu.Lock()
				defer mu.Unlock()
				all = append(all, p)
			}
			return false
		}
		w.cut.Store(&watch)
		w.start()
		events := slices.Clone(script.Events)
		slices.SortStableFunc(events, func(a, b rehearsal.Event) int { return int(a.At - b.At) })
		for _, e := range events {
			time.Sleep(time.Until(d.start.Add(e.At)))
			synctest.Wait()
			w.act(d, e.Do)
		}
		time.Sleep(time.Until(d.start.Add(script.Length)))
		synctest.Wait()
		w.street.Close()
		w.d.engine.Stop()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return all
}

// asked reads a request to the carrier that creates a text or a call.
func asked(r *http.Request) (p page, ok bool) {
	p = page{at: time.Now(), via: oncall.SMS}
	switch {
	case r.Method != http.MethodPost || r.Body == nil:
		return p, false
	case strings.HasSuffix(r.URL.Path, "/Calls.json"):
		p.via = oncall.Call
	case !strings.HasSuffix(r.URL.Path, "/Messages.json"):
		return p, false
	}
	body, err := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, err2 := url.ParseQuery(string(body))
	p.to = form.Get("To")
	if p.via == oncall.SMS {
		p.text = heading(form.Get("Body"))
	}
	return p, err == nil && err2 == nil
}

// heading is the first line of a text, without the number of alerts.
func heading(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return counted.ReplaceAllString(s, "")
}

var counted = regexp.MustCompile(` \([^()]*\)$`)

// act does to the daemon what an event of a rehearsal does.
func (w *town) act(d *drawn, a rehearsal.Act) {
	ctx := context.Background()
	var err error
	switch a := a.(type) {
	case rehearsal.Receive:
		batch := slices.Clone(a.Alerts)
		for k := range batch {
			batch[k].StartsAt = time.Now().UTC()
			if err := batch[k].Identify(); err != nil {
				w.t.Fatal(err)
			}
		}
		err = w.d.engine.Accept(ctx, batch)
	case rehearsal.Text:
		err = w.people[string(a.User)].ReplyTo(ctx, "+15550100001", a.Words)
	case rehearsal.Press:
		w.press(string(a.User), a.Key)
	case rehearsal.Do:
		_, _ = w.d.engine.Do(ctx, a.Number, a.Action) // what cannot be done is refused by both
	case rehearsal.Break:
		w.people[string(a.User)].Behave(map[simulate.PhoneState]phonetest.Behaviour{
			simulate.Off: phonetest.Off(), simulate.Busy: phonetest.Busy(), simulate.Dead: phonetest.Refuse(400, 21211)}[a.Phone])
	default:
		w.t.Fatalf("what is %T?", a)
	}
	if err != nil {
		w.t.Errorf("%T: %v", a, err)
	}
	synctest.Wait()
}

func (w *town) press(who, key string) {
	p := w.people[who]
	c, ok := p.Ringing()
	if !ok {
		w.t.Errorf("%s's phone does not ring at %s", who, time.Now().UTC())
		return
	}
	if err := p.Answer(c.SID); err != nil {
		w.t.Error(err)
	}
	time.Sleep(50 * time.Millisecond)
	if key == "" {
		_ = p.HangUp()
		return
	}
	if err := p.Press(key); err != nil {
		w.t.Error(err)
	}
}

// settled reports whether a night comes out the same, to the second, when carriers take some milliseconds for what they do. One that
// does not hangs on which of two things at one instant is first, which the loops of a started engine do not promise either.
func settled(s *rehearsal.Stage, c *configs.Config, script rehearsal.Script, line *rehearsal.Timeline) bool {
	if tied(line) {
		return false
	}
	for seed := range uint64(10) {
		slow, err := s.Slowed(25*time.Millisecond, seed).Play(script)
		if err != nil {
			return false
		}
		if diff, _ := differ(predicted(c, line), predicted(c, slow)); diff != "" {
			return false
		}
	}
	return true
}

// tied reports whether a page that a limit holds back may be due at the very instant at which another for the same phone is decided, or
// two incidents ask for a message to one phone at one instant. The two loops of a started engine may then take them in one message or in
// two, or the second after the first; either is right, and neither can be predicted.
func tied(line *rehearsal.Timeline) bool {
	type message struct {
		user oncall.UserID
		via  oncall.Method
		at   int64
	}
	sent := map[message]bool{}
	for _, m := range line.Moments {
		if m.Kind == rehearsal.Sent {
			sent[message{m.User, m.Via, m.At.UnixMicro()}] = true
		}
	}
	for _, p := range line.Pages {
		for _, q := range line.Pages {
			if p.Via == q.Via && p.User == q.User && p.Incident != q.Incident && p.At.Equal(q.At) {
				return true
			}
			meets := p.Held && q.User == p.User && q.Via == p.Via && q.At.After(p.At) && (p.SentAt.IsZero() || !p.SentAt.Before(q.At))
			if meets && sent[message{q.User, q.Via, q.At.UnixMicro()}] {
				return true
			}
		}
	}
	return false
}

// rehearse draws configurations until one has a night that does not hang on milliseconds, and plays it.
func rehearse(t *testing.T, seed uint64) (d *drawn, c *configs.Config, script rehearsal.Script, line *rehearsal.Timeline, drawn int) {
	for ; ; seed += 10_000 {
		drawn++
		d = draw(seed)
		var problems configs.Problems
		if c, problems = configs.Load("rouse.yaml", []byte(d.config), configs.Options{Literal: true}); problems.Err() != nil {
			t.Fatalf("seed %d: %v\n%s", seed, problems, d.config)
		}
		s := stage(c)
		script, err := d.script(s)
		if err != nil {
			t.Fatal(err)
		}
		if line, err = s.Play(script); err != nil {
			t.Fatal(err)
		}
		if settled(s, c, script, line) {
			return d, c, script, line, drawn
		}
	}
}

// TestRehearsalAgrees: for random configurations and nights, the messages that a rehearsal predicts are those that the started engine
// hands to fake phones, to the second, and of the incidents that they name.
func TestRehearsalAgrees(t *testing.T) {
	total, bad, nights := 0, 0, 0
	for seed := *agreeFrom; seed < *agreeFrom+*agreeSeeds && bad < 3; seed++ {
		d, c, script, line, drawn := rehearse(t, seed)
		nights += drawn
		want, got := predicted(c, line), live(t, d, script)
		total += len(got)
		if diff, at := differ(want, got); diff != "" {
			bad++
			t.Errorf("seed %d: %s\n%s%s", seed, diff, d.config, around(at, line, got))
		}
	}
	t.Logf("%d configurations of %d drawn (the others hang on milliseconds), %d messages predicted and sent", *agreeSeeds, nights, total)
}

// around tells what was predicted and what was sent within two minutes of an instant.
func around(at time.Time, line *rehearsal.Timeline, got []page) string {
	var b strings.Builder
	near := func(t time.Time) bool { return t.Sub(at).Abs() < 2*time.Minute }
	for _, m := range line.Moments {
		if near(m.At) {
			what, more := m.Words()
			fmt.Fprintf(&b, "%s %-10s %s %s\n", m.At.Format("15:04:05.000"), m.Kind, what, more)
		}
	}
	for _, p := range got {
		if near(p.at) {
			fmt.Fprintln(&b, "sent:", p)
		}
	}
	return b.String()
}

// differ compares messages in the order of time; those of one second may come in any.
func differ(want, got []page) (string, time.Time) {
	for _, l := range [][]page{want, got} {
		slices.SortStableFunc(l, func(a, b page) int { return a.at.Compare(b.at) })
	}
	used := make([]bool, len(got))
	for _, p := range want {
		found := -1
		for k, g := range got {
			if !used[k] && g.to == p.to && g.via == p.via && g.text == p.text && g.at.Sub(p.at).Abs() < time.Second {
				found = k
				break
			}
		}
		if found < 0 {
			return "predicted, and not sent: " + p.String(), p.at
		}
		used[found] = true
	}
	for k, u := range used {
		if !u {
			return "sent, and not predicted: " + got[k].String(), got[k].at
		}
	}
	return "", time.Time{}
}
