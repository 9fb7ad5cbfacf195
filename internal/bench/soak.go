package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/rouse/rouse/notify/phonetest"
)

const (
	soakRate     = 50   // alerts a second
	soakAlerts   = 3000 // identities
	soakGroups   = 200
	soakEvery    = 30 * time.Second
	soakOutage   = 2 * time.Minute // of the provider, every ten minutes
	soakFiring   = 300             // about so many alerts fire at a time
	soakAck      = 45 * time.Second
	soakWarm     = 5 * time.Minute // before the first sample that counts
	bars         = "▁▂▃▄▅▆▇█"
	barsInALine  = 60
	soakResolved = `"status":"resolved"`
)

// reading is what a daemon takes at one moment.
type reading struct{ resident, anon, goroutines, descriptors, disk float64 }

// soak runs for -soak at fifty alerts a second, four of five of them repeats, with a provider that fails: refusals, lost
// answers, lost reports, and two minutes of outage in every ten. It draws what the daemon takes.
func (b *bench) soak() error {
	d, err := b.start(options{limits: `sms: {per_number: "6 in 15m"}, call: {per_number: "4 in 15m"}`, wait: "2m"})
	if err != nil {
		return err
	}
	misbehave(d.street)
	c, err := dial(d.listen, "/ingest/alertmanager")
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(b.ctx, b.soakFor)
	defer stop()
	go soakPeople(ctx, d.street)
	var readings []reading
	var sent, refused int
	firing := map[int64]bool{}
	begin, sampled := time.Now(), time.Now()
	tick := time.NewTicker(time.Second / soakRate)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
			status, err := c.post(soakBody(firing))
			if err != nil {
				return fmt.Errorf("after %s and %d alerts: %w\n%s", time.Since(begin), sent, err, d.out.String())
			}
			if sent++; status/100 != 2 {
				refused++
			}
		}
		if time.Since(sampled) >= soakEvery {
			sampled = time.Now()
			r, err := d.reading()
			if err != nil {
				return err
			}
			if time.Since(begin) >= min(soakWarm, b.soakFor/10) {
				readings = append(readings, r)
			}
		}
	}
	fmt.Printf("%d alerts in %s, %d refused, %d texts and calls, %d readings.\n\n", sent, time.Since(begin).Round(time.Second), refused, len(d.street.Messages())+len(d.street.Calls()), len(readings))
	draw(readings)
	return d.close()
}

// misbehave has the provider fail in every way, but not always.
func misbehave(s *phonetest.Street) {
	s.Behave(phonetest.ServerError(503).Often(0.1))
	s.Behave(phonetest.CreateThen500().Often(0.05))
	s.Behave(phonetest.CreateThenHang().Often(0.02))
	s.Behave(phonetest.LoseCallbacks().Often(0.2))
	s.Behave(phonetest.Undelivered(30003).Often(0.1))
	s.Behave(phonetest.DuplicateCallbacks().Often(0.1))
}

// soakPeople acknowledges now and then, and has the provider fail altogether for a while.
func soakPeople(ctx context.Context, s *phonetest.Street) {
	ana := s.Phone("+34600000001")
	begin, out := time.Now(), false
	tick := time.NewTicker(soakAck)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_ = ana.ReplyTo(ctx, "+15550100001", "ack all") // lost while the provider is out, as in life
		if now := time.Since(begin)%(10*time.Minute) > 10*time.Minute-soakOutage; now != out {
			if out = now; out {
				s.Behave(phonetest.ServerError(500))
			} else {
				s.Calm()
				misbehave(s)
			}
		}
	}
}

// soakBody is one alert: mostly a repeat, else one that begins or ends.
func soakBody(firing map[int64]bool) []byte {
	n := 1 + rand.Int64N(soakAlerts)
	if len(firing) > 0 && rand.Float64() < .8 {
		for n = range firing { // any
			break
		}
	}
	over := firing[n] && rand.Float64() < .05
	if firing[n] = !over; over {
		delete(firing, n)
	}
	if len(firing) > soakFiring && !over {
		delete(firing, n)
		over = true
	}
	text := string(appendWebhook(nil, n, shape{size: 1}))
	text = strings.Replace(text, `"alertname":"HighErrorRate`+strconv.FormatInt(n%20, 10), `"alertname":"HighErrorRate`+strconv.FormatInt(n%soakGroups, 10), 1)
	if over {
		text = strings.ReplaceAll(text, `"status":"firing"`, soakResolved)
	}
	return []byte(text)
}

func (d *daemon) reading() (r reading, err error) {
	u, err := d.usage()
	if err != nil {
		return r, err
	}
	m, err := d.metrics()
	if err != nil {
		return r, err
	}
	out, err := exec.CommandContext(d.b.ctx, "du", "-sm", d.dir).Output()
	if err != nil {
		return r, err
	}
	megabytes, _, _ := strings.Cut(string(out), "\t")
	disk, err := strconv.ParseFloat(megabytes, 64)
	return reading{float64(u.resident >> 20), float64(u.anon >> 20), m["go_goroutines"], m["process_open_fds"], disk}, err
}

// draw prints a line of bars for each figure, with its range, and its mean in the first and in the last quarter.
func draw(readings []reading) {
	if len(readings) < 4 {
		return
	}
	t := newTable("figure", "least", "most", "first quarter", "last quarter", "over time")
	for _, f := range []struct {
		name string
		of   func(reading) float64
	}{
		{"resident, MiB", func(r reading) float64 { return r.resident }}, {"of it anonymous, MiB", func(r reading) float64 { return r.anon }},
		{"goroutines", func(r reading) float64 { return r.goroutines }}, {"descriptors", func(r reading) float64 { return r.descriptors }},
		{"disk, MiB", func(r reading) float64 { return r.disk }},
	} {
		var values []float64
		for _, r := range readings {
			values = append(values, f.of(r))
		}
		quarter := len(values) / 4
		least, most := span(values)
		t.row(f.name, least, most, mean(values[:quarter]), mean(values[len(values)-quarter:]), line(values, most))
	}
}

func span(v []float64) (least, most float64) {
	least, most = v[0], v[0]
	for _, x := range v {
		least, most = min(least, x), max(most, x)
	}
	return least, most
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(max(len(v), 1))
}

// line draws values from 0 to the most.
func line(v []float64, most float64) string {
	levels := []rune(bars)
	var b strings.Builder
	for k := range min(len(v), barsInALine) {
		x := v[k*len(v)/min(len(v), barsInALine)]
		b.WriteRune(levels[min(int(x/max(most, 1)*float64(len(levels))), len(levels)-1)])
	}
	return b.String()
}
