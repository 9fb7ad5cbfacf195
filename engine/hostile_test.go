package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

// slowMail takes texts at once; every mail hangs until its time is over.
type slowMail struct {
	mu    sync.Mutex
	texts []time.Time
	mails int
}

func (s *slowMail) Name() string               { return "slow" }
func (s *slowMail) Carries(oncall.Method) bool { return true }
func (s *slowMail) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	if m.Via == oncall.Email {
		<-ctx.Done()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.mails++
		return notify.Receipt{}, &notify.Error{Class: notify.Transient, Err: errors.New("the mail server hangs")}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, time.Now())
	return notify.Receipt{ProviderID: fmt.Sprint("id", len(s.texts)), Delivered: true}, nil
}

func TestSlowMailStarvesNoPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, _ := start(t, nil)
		slow := &slowMail{}
		set := e.Settings()
		set.Providers = []notify.Provider{slow}
		if err := e.Reload(context.Background(), set); err != nil {
			t.Fatal(err)
		}
		ctx, ana := context.Background(), incident.Actor{Kind: incident.ByUser, Name: "ana", Channel: "api"}
		for k := range 2500 { // more than one claim looks at
			if _, err := e.Subscribe(ctx, store.Subscriber{Recipient: incident.Recipient{Address: fmt.Sprintf("x%d@example.com", k)}}, ana); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.Accept(ctx, []alert.Alert{firing(1)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if _, err := e.Do(ctx, 1, incident.Ack{By: ana, User: "ana"}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Do(ctx, 1, incident.Publish{By: ana, Audience: incident.ForStakeholders, Phase: incident.Investigating, Text: "we look"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		begin, before := time.Now(), len(slow.texts)
		if err := e.Accept(ctx, []alert.Alert{firing(2)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		slow.mu.Lock()
		defer slow.mu.Unlock()
		if len(slow.texts) == before {
			t.Fatal("never paged")
		}
		if late := slow.texts[before].Sub(begin); late > 5*time.Second {
			t.Errorf("a status update to 500 mail addresses over a slow mail server delayed the first text of the next incident by %s (%d mails tried)", late, slow.mails)
		}
	})
}

// fails fails the first n sends, then takes everything.
type fails struct {
	mu   sync.Mutex
	n    int
	sent []notify.Message
}

func (c *fails) Name() string               { return "carrier" }
func (c *fails) Carries(oncall.Method) bool { return true }
func (c *fails) Send(_ context.Context, m notify.Message) (notify.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n > 0 {
		c.n--
		return notify.Receipt{}, &notify.Error{Class: notify.Transient, Err: errors.New("502")}
	}
	c.sent = append(c.sent, m)
	return notify.Receipt{ProviderID: fmt.Sprint("id", len(c.sent)), Delivered: true}, nil
}

func TestNewsBundleRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, st := start(t, nil)
		f := &fails{}
		set := e.Settings()
		set.Providers = []notify.Provider{f}
		if err := e.Reload(context.Background(), set); err != nil {
			t.Fatal(err)
		}
		ctx, bo := context.Background(), incident.Actor{Kind: incident.ByUser, Name: "bo", Channel: "api"}
		for k := range 4 {
			if err := e.Accept(ctx, []alert.Alert{firing(k)}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		for n := int64(1); n <= 4; n++ {
			if _, err := e.Do(ctx, n, incident.Ack{By: bo, User: "ana"}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		f.mu.Lock()
		f.n, f.sent = 1, nil
		f.mu.Unlock()
		news := func(n int64) {
			err := e.commit(ctx, func(b *batch) error {
				return b.enqueue(incident.Page{ID: fmt.Sprintf("news-%d", n), Kind: incident.PageNews, Incident: n, User: "ana", Via: oncall.SMS, Text: fmt.Sprintf("WORD%d", n), At: b.now})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		err := e.commit(ctx, func(b *batch) error {
			for n := int64(1); n <= 2; n++ {
				if err := b.enqueue(incident.Page{ID: fmt.Sprintf("news-%d", n), Kind: incident.PageNews, Incident: n, User: "ana", Via: oncall.SMS, Text: fmt.Sprintf("WORD%d", n), At: b.now}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond) // the bundle of 1 and 2 has failed and waits
		// news 3 is due at the same moment as the retry
		var at time.Time
		_ = st.View(ctx, func(tx store.Tx) error { p, _ := tx.Page("news-1"); at = p.NextAt; return nil })
		_ = e.commit(ctx, func(b *batch) error {
			return b.enqueue(incident.Page{ID: "news-3", Kind: incident.PageNews, Incident: 3, User: "ana", Via: oncall.SMS, Text: "WORD3", At: b.now, After: at})
		})
		time.Sleep(10 * time.Minute)
		news(4)
		time.Sleep(time.Minute)
		f.mu.Lock()
		defer f.mu.Unlock()
		all := ""
		for _, m := range f.sent {
			all += m.Text + "\n"
		}
		for n := 1; n <= 4; n++ {
			if !strings.Contains(all, fmt.Sprintf("WORD%d", n)) {
				t.Errorf("news %d was never told: %q", n, all)
			}
		}
	})
}

func TestManyEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, st := start(t, nil)
		ctx, ana := context.Background(), incident.Actor{Kind: incident.ByUser, Name: "ana", Channel: "api"}
		var batch []alert.Alert
		for k := range 1500 {
			l := alert.Labels{"alertname": "Mail", "id": fmt.Sprint(k)}
			batch = append(batch, alert.Alert{Integration: "ev", Key: l.Fingerprint(), State: alert.Firing, Event: true, Severity: alert.Warning, Title: "Mail", Labels: l})
		}
		if err := e.Accept(ctx, batch); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		for range 5 {
			if _, err := e.Do(ctx, 1, incident.Resolve{By: ana, Note: "x"}); err != nil {
				t.Fatal(err)
			}
			var i incident.Incident
			_ = st.View(ctx, func(tx store.Tx) (err error) { i, err = tx.Incident(1); return err })
			if i.Firing == 0 {
				return
			}
			time.Sleep(15 * time.Minute)
			_ = st.View(ctx, func(tx store.Tx) (err error) { i, err = tx.Incident(1); return err })
		}
		t.Error("an incident of 1500 events comes back and pages for ever, however often it is resolved")
	})
}

// A known error recurs for years: its record grows until no alert of its group is taken any more.
func TestProblemGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, c, _ := start(t, nil)
		ctx, ana := context.Background(), incident.Actor{Kind: incident.ByUser, Name: "ana", Channel: "api"}
		if err := e.Accept(ctx, []alert.Alert{firing(1)}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.OpenProblem(ctx, problem.Open{By: ana, Title: "p", Cause: "c", Workaround: "restart", Incidents: []int64{1}}); err != nil {
			t.Fatal(err)
		}
		// as if it had recurred so often already
		err := e.commit(ctx, func(b *batch) error {
			p, err := b.tx.Problem(1)
			if err != nil {
				return err
			}
			for n := int64(2); n < 10248; n++ { // what LinkIncident leaves behind each time
				p.Incidents = append(p.Incidents, n+1000)
				p.Log = append(p.Log, incident.Entry{Seq: len(p.Log) + 1, At: b.now, Kind: incident.DidLink, By: incident.Actor{Kind: incident.BySystem}, What: "Linked " + incident.Ref(n+1000)})
			}
			return b.tx.PutProblem(p)
		})
		if err != nil {
			t.Fatal(err)
		}
		for k := 0; k < 40; k++ {
			a := firing(1)
			a.State = alert.Resolved
			if err := e.Accept(ctx, []alert.Alert{a}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
			before := c.count()
			if err := e.Accept(ctx, []alert.Alert{firing(1)}); err != nil {
				t.Errorf("recurrence %d: the alert is refused: %v", k, err)
				return
			}
			time.Sleep(time.Second)
			if c.count() == before {
				t.Error("nobody was paged")
			}
		}
	})
}

// An incident that flaps within its reopen window for weeks.
func TestMarksGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, c, _ := start(t, nil)
		ctx := context.Background()
		a := firing(1)
		if err := e.Accept(ctx, []alert.Alert{a}); err != nil {
			t.Fatal(err)
		}
		err := e.commit(ctx, func(b *batch) error { // as after so many flaps
			i, err := b.incident(1)
			if err != nil {
				return err
			}
			next := *i
			for range 12650 {
				next.Marks = append(next.Marks, sla.Mark{At: b.now, Kind: sla.Resolved}, sla.Mark{At: b.now, Kind: sla.Reopened})
			}
			b.cases[1].now, b.cases[1].dirty = next, true
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for k := range 300 {
			before := c.count()
			a.State = alert.Resolved
			if err := e.Accept(ctx, []alert.Alert{a}); err != nil {
				t.Fatalf("flap %d: the recovery is refused: %v", k, err)
			}
			a.State = alert.Firing
			if err := e.Accept(ctx, []alert.Alert{a}); err != nil {
				t.Fatalf("flap %d: the alert is refused, nobody is paged: %v (%d)", k, err, before)
			}
		}
	})
}
