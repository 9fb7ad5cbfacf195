package peers

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rouse/rouse/notify/phonetest"
)

// hostileConfig has somebody who is called soon, an attic for what attackers get in, and a phone there that answers by itself.
func hostileConfig(t *testing.T) string {
	c := change(t, townConfig, `phone: "+34600000001"}`, `phone: "+34600000001", notify: {high: [{via: sms}, {via: call, after: 2s}], low: [{via: sms}]}}`)
	c = change(t, c, "fallback: shop\n", "  attic: {levels: [{notify: [user/bo], wait: 5m}], repeat: forever}\nfallback: shop\n")
	c = change(t, c, "impact: high}\n", "impact: high}\n  attic: {team: shop, escalation: attic, impact: high}\n")
	return change(t, c, "group_by: [alertname]\n", "group_by: [alertname]\n  routes: [{matchers: ['attack=\"yes\"'], service: attic}]\n")
}

// siege is what attackers do to a daemon until it is lifted.
type siege struct {
	w    *town
	ctx  context.Context
	lift context.CancelFunc
	work sync.WaitGroup

	conns, bytes, answers, forged, replayed atomic.Int64
}

func (w *town) besiege() *siege {
	s := &siege{w: w}
	s.ctx, s.lift = context.WithCancel(w.t.Context())
	w.t.Cleanup(s.end)
	return s
}

func (s *siege) end() { s.lift(); s.work.Wait() }

// attack runs f again and again, in several workers.
func (s *siege) attack(workers int, f func(k int)) {
	for n := range workers {
		s.work.Go(func() {
			for k := n; s.ctx.Err() == nil; k += workers {
				f(k)
			}
		})
	}
}

// dial connects from one of the addresses of this machine.
func (s *siege) dial(from string) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 2 * time.Second}
	return d.DialContext(s.ctx, "tcp", s.w.listen)
}

// drip opens a connection, sends what begins a request, and then a byte now and then, until it is closed.
func (s *siege) drip(from, begin string) {
	conn, err := s.dial(from)
	if err != nil {
		s.pause(50 * time.Millisecond)
		return
	}
	defer conn.Close()
	s.conns.Add(1)
	for text := begin; s.pause(100 * time.Millisecond); text = "a" {
		_ = conn.SetDeadline(time.Now().Add(time.Second))
		if _, err := io.WriteString(conn, text); err != nil {
			return
		}
		s.bytes.Add(int64(len(text)))
	}
}

// pause waits a little; false when the siege is over.
func (s *siege) pause(d time.Duration) bool {
	select {
	case <-s.ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// from is a client whose connections come from an address.
func (s *siege) from(address string) *http.Client {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	tr := &http.Transport{DialContext: d.DialContext, MaxIdleConnsPerHost: 16}
	s.w.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr, Timeout: 10 * time.Second}
}

// throw sends a body and forgets the answer.
func (s *siege) throw(hc *http.Client, path, token string, body []byte, header ...string) {
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, s.w.base+path, bytes.NewReader(body))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := hc.Do(req)
	s.bytes.Add(int64(len(body)))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	_ = resp.Body.Close()
	s.answers.Add(1)
}

// bodies are what nobody sends who means well.
func bodies(t *testing.T) map[string][]byte {
	t.Helper()
	junk := make([]byte, 512<<10-1)
	if _, err := rand.Read(junk); err != nil {
		t.Fatal(err)
	}
	var labels strings.Builder
	for k := range 1_000_000 {
		fmt.Fprintf(&labels, `,"l%d":"v"`, k)
	}
	alert := func(more string) []byte {
		return []byte(`{"key":"k","title":"attack","labels":{"attack":"yes"` + more + `}}`)
	}
	return map[string][]byte{
		"junk":          junk,
		"nested":        []byte(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)),
		"nested object": []byte(strings.Repeat(`{"a":`, 100_000) + "1" + strings.Repeat("}", 100_000)),
		"labels":        alert(labels.String()[:4_000_000-200-3]),
		"some labels":   alert(labels.String()[:strings.Index(labels.String(), `,"l90000"`)]),
		"twice":         alert(strings.Repeat(`,"attack":"yes"`, 50_000)),
		"bad UTF-8":     alert(`,"x":"` + strings.Repeat("\xff\xfe", 100_000) + `"`),
		"numbers":       alert(`,"n":1e999999999,"m":` + strings.Repeat("9", 1_000_000)),
		"strings":       alert(`,"s":"` + strings.Repeat(`\u0000\ud800`, 100_000) + `"`),
		"empty objects": []byte("[" + strings.Repeat("{},", 1_000_000) + "{}]"),
	}
}

func bomb(t *testing.T, size int64) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := io.CopyN(z, zeros{}, size); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// memory reads what the daemon has of the machine's memory in MiB, now and at most so far.
func (w *town) memory() (now, peak int) {
	w.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", w.daemon.cmd.Process.Pid))
	if err != nil {
		w.t.Fatal(err)
	}
	of := func(name string) int {
		m := regexp.MustCompile(`(?m)^` + name + `:\s+(\d+) kB$`).FindSubmatch(text)
		if m == nil {
			w.t.Fatalf("no %s in /proc/pid/status", name)
		}
		n, _ := strconv.Atoi(string(m[1]))
		return n >> 10
	}
	return of("VmRSS"), of("VmHWM")
}

// siegePatience is how long anything may take in a siege, whatever else the machine does meanwhile.
const siegePatience = 3 * patience

// grownMost is how many MiB a siege may cost.
const grownMost = 200

// TestHostileLoad besieges a daemon from all sides at once. Meanwhile alerts are taken, whoever is on call is paged, and what they
// text and press acknowledges; what the siege costs in memory is bounded.
func TestHostileLoad(t *testing.T) {
	t.Parallel()
	w := open(t, hostileConfig(t))
	w.street.Phone(bo).Behave(phonetest.AutoReply("thank you for your message, I am on holiday"))
	w.fire("Before")
	w.text(ana, patience, "INC-1")
	w.reply(ana, "1", "INC-1 acknowledged") // the text that is replayed later
	before, _ := w.memory()

	s := w.besiege()
	s.attack(600, func(k int) { s.drip("127.0.0.2", "GET /-/healthy HTTP/1.1\r\nHost: x\r\nX-Slow: ") })
	s.attack(150, func(k int) {
		s.drip("127.0.0.3", "POST /v2/enqueue HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n{")
	})
	s.attack(150, func(k int) {
		s.drip("127.0.0.1", "POST /twilio/phones/sms HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nBody=")
	})
	s.attack(100, func(k int) {
		s.drip("127.0.0.4", "POST /ingest/scripts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer scripts-token\r\nContent-Length: 4000000\r\n\r\n{")
	})
	all, bombs := bodies(t), bomb(t, 64<<20)
	strangers, insiders := s.from("127.0.0.5"), s.from("127.0.0.6")
	s.attack(8, func(k int) {
		s.throw(strangers, []string{"/v2/enqueue", "/ingest/scripts", "/twilio/phones/sms", "/login"}[k%4], "", all["junk"])
	})
	s.attack(2, func(k int) {
		for _, body := range all {
			s.throw(insiders, "/ingest/scripts", "scripts-token", body)
		}
		s.throw(insiders, "/ingest/scripts", "scripts-token", bombs, "Content-Encoding", "gzip")
		s.pause(20 * time.Millisecond)
	})
	s.forge()
	s.replay()

	begin := time.Now()
	w.ackedByText("Text")
	textIn := time.Since(begin)
	w.ackedByCall("Call")
	callIn := time.Since(begin) - textIn
	eventually(t, siegePatience, func() error {
		if f, r, a := s.forged.Load(), s.replayed.Load(), s.answers.Load(); f < 1000 || r < 500 || a < 100 {
			return fmt.Errorf("the siege is not done yet: %d forged, %d replayed, %d answers", f, r, a)
		}
		if code, text := send(w.http, http.MethodGet, w.base+"/-/healthy", "", nil); code != http.StatusOK {
			return fmt.Errorf("/-/healthy: %d %s", code, text)
		}
		return nil
	})
	_, peak := w.memory()
	s.end()
	t.Logf("%.1f s: %d slow connections, %d MiB, %d answers, %d forged and %d replayed texts; acknowledged by text after %d ms, by call after %d ms; memory %d MiB before, %d at most",
		time.Since(begin).Seconds(), s.conns.Load(), s.bytes.Load()>>20, s.answers.Load(), s.forged.Load(), s.replayed.Load(),
		textIn.Milliseconds(), callIn.Milliseconds(), before, peak)
	if peak-before > grownMost {
		t.Errorf("the siege cost %d MiB, want at most %d", peak-before, grownMost)
	}
	if said := w.daemon.out.String(); strings.Contains(said, "panic") {
		t.Error("it panicked")
	}
	if n := len(w.street.Phone(bo).Texts()); n > 60 {
		t.Errorf("a machine that answers by itself got %d texts: two machines talk for ever", n)
	}
}

// forge has thousands of texts arrive that Twilio did not sign, for one who is on call.
func (s *siege) forge() {
	hc := s.from("127.0.0.7")
	s.attack(4, func(k int) {
		form := url.Values{"AccountSid": {s.w.street.AccountSID()}, "From": {ana}, "To": {sender}, "Body": {"ack all"}, "MessageSid": {fmt.Sprint("SMf", k)}}
		signature := phonetest.Sign("not the token", s.w.base+"/twilio/phones/sms", form)
		s.throw(hc, "/twilio/phones/sms", "", []byte(form.Encode()), "Content-Type", "application/x-www-form-urlencoded", "X-Twilio-Signature", signature)
		s.forged.Add(1)
	})
}

// replay has an old text of somebody's come again and again, with its true signature.
func (s *siege) replay() {
	s.attack(2, func(int) {
		if err := s.w.street.Phone(bo).ReplyTo(s.ctx, sender, "hello"); err != nil { // whoever owns a phone may text
			s.pause(10 * time.Millisecond)
		}
		for range 20 {
			_ = s.w.street.Phone(bo).Resend(s.ctx)
			s.replayed.Add(1)
		}
	})
}

// number finds the incident that a text on ana's phone tells of.
func (w *town) number(title string) string {
	w.t.Helper()
	text := w.text(ana, siegePatience, title)
	m := regexp.MustCompile(`INC-(\d+)`).FindStringSubmatch(text.Body)
	if m == nil {
		w.t.Fatalf("no incident in %q", text.Body)
	}
	return m[1]
}

// tryFire is fire for a daemon that may ask to come again.
func (w *town) tryFire(name string) {
	w.t.Helper()
	alert := map[string]any{"status": "firing", "labels": map[string]string{"alertname": name}, "annotations": map[string]string{"summary": name}}
	eventually(w.t, siegePatience, func() error {
		if code, text := send(w.http, http.MethodPost, w.base+"/ingest/alertmanager", "alertmanager-token", map[string]any{"alerts": []any{alert}}); code/100 != 2 {
			return fmt.Errorf("POST /ingest/alertmanager: %d %s", code, text)
		}
		return nil
	})
}

func (w *town) ackedByText(name string) {
	w.t.Helper()
	w.tryFire(name)
	n := w.number(name)
	eventually(w.t, siegePatience, func() error { return w.street.Phone(ana).ReplyTo(w.t.Context(), sender, n) })
	w.text(ana, siegePatience, "INC-"+n+" ")
	w.acked(n)
}

func (w *town) ackedByCall(name string) {
	w.t.Helper()
	w.street.Phone(ana).Behave(phonetest.AutoPress("1"))
	w.tryFire(name)
	w.acked(w.number(name))
}

// acked waits until ana has acknowledged an incident, and bears with an API that is slow to answer.
func (w *town) acked(n string) {
	w.t.Helper()
	number, err := strconv.ParseInt(n, 10, 64)
	if err != nil {
		w.t.Fatal(err)
	}
	eventually(w.t, siegePatience, func() error {
		i, err := w.api.Incident(w.t.Context(), number, 0)
		if err == nil && (i.State != "acknowledged" || i.AckedBy != "ana") {
			err = fmt.Errorf("INC-%s is %s by %q:\n%s", n, i.State, i.AckedBy, story(i))
		}
		return err
	})
}
