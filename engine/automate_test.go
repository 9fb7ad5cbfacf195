package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/automation"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/store"
	"github.com/rouse/rouse/store/storetest"
)

// hands carries out steps: `hang` waits for its end, `busy` wants to be tried again three times, all else succeeds.
type hands struct {
	mu    sync.Mutex
	tried map[string]int // by payload id
}

// Run does what the first word of the command asks for.
func (h *hands) Run(ctx context.Context, s automation.Step, p automation.Payload) (automation.Result, error) {
	h.mu.Lock()
	h.tried[p.ID]++
	n := h.tried[p.ID]
	h.mu.Unlock()
	switch s.Command.Argv[0] {
	case "/hang":
		<-ctx.Done()
		return automation.Result{Text: "cut short"}, ctx.Err()
	case "/busy":
		if n < 3 {
			return automation.Result{Text: "busy", Retry: true}, errors.New("busy")
		}
	}
	return automation.Result{Text: "done"}, nil
}

func (h *hands) total() (ids, tries int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, n := range h.tried {
		tries += n
	}
	return len(h.tried), tries
}

// all is what was sent so far.
func (c *carrier) all() []notify.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sent)
}

func command(name string, on automation.Event, program string) automation.Rule {
	return automation.Rule{Name: name, On: []automation.Event{on}, Steps: []automation.Step{{Command: &automation.Command{Argv: []string{program}}}}}
}

// automated is an engine with rules.
func automated(t *testing.T, rules ...automation.Rule) (*Engine, *carrier, store.Store, *hands) {
	t.Helper()
	e, c, st := start(t, storetest.Rerun)
	h := &hands{tried: map[string]int{}}
	s := settings(c)
	s.Automations, s.Runner = rules, h
	if err := e.Reload(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return e, c, st, h
}

func timeline(t *testing.T, st store.Store, n int64) string {
	t.Helper()
	var b strings.Builder
	err := st.View(context.Background(), func(tx store.Tx) error {
		lines, err := tx.Timeline(n)
		for _, l := range lines {
			b.WriteString(l.What + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Forty incidents each start a step that hangs; there are slots for eight. All forty are paged within the second.
func TestRunsThatHangHoldUpNoPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, c, _, _ := automated(t, command("stuck", automation.Opened, "/hang"))
		var batch []alert.Alert
		for k := range 40 {
			batch = append(batch, firing(k))
		}
		if err := e.Accept(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		told := 0
		for _, m := range c.all() {
			if strings.Contains(m.Text, "40 incidents") || strings.Contains(m.Text, "INC-") {
				told++
			}
		}
		if told == 0 {
			t.Error("nobody was paged while automations hang")
		}
	})
}

func TestRunIsTriedAgainAndToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, _, st, h := automated(t, command("vendor", automation.Opened, "/busy"), command("other", automation.Resolved, "/fine"))
		if err := e.Accept(t.Context(), []alert.Alert{firing(1)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		if ids, tries := h.total(); ids != 1 || tries != 3 {
			t.Errorf("%d runs with %d tries, want 1 with 3", ids, tries)
		}
		if n := strings.Count(timeline(t, st, 1), "Automation vendor, command busy ran: done"); n != 1 {
			t.Errorf("the timeline tells of the run %d times:\n%s", n, timeline(t, st, 1))
		}
	})
}

// A rule without its rule, after a reload, is a line of the timeline.
func TestRunOfARuleThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, c, st, h := automated(t, command("vendor", automation.Opened, "/busy"))
		if err := e.Accept(t.Context(), []alert.Alert{firing(1)}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := e.Reload(t.Context(), settings(c)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		if _, tries := h.total(); tries != 1 {
			t.Errorf("%d tries, want the one before the reload", tries)
		}
		if !strings.Contains(timeline(t, st, 1), "FAILED") {
			t.Errorf("nobody is told of the run that was given up:\n%s", timeline(t, st, 1))
		}
	})
}

// News that waits for one person by text is one text, and an incident that is confidential gives nothing but its number.
func TestNewsIsGathered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, c, _ := start(t, storetest.Rerun)
		if err := e.Accept(t.Context(), []alert.Alert{firing(1), firing(2), firing(3)}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		me := incident.Actor{Kind: incident.ByUser, Name: "bo", Channel: "api"}
		before := c.count()
		err := e.commit(t.Context(), func(b *batch) error {
			for n := int64(1); n <= 3; n++ {
				if _, err := b.act(n, incident.Assign{By: me, Role: incident.Scribe, To: "ana"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if got := c.count() - before; got != 1 {
			t.Errorf("%d messages for three pieces of news, want 1", got)
		}
		sent := c.all()
		last := sent[len(sent)-1].Text
		for _, want := range []string{"INC-1", "INC-2", "scribe"} {
			if !strings.Contains(last, want) {
				t.Errorf("the text %q lacks %q", last, want)
			}
		}
		if _, _, n := notify.Segments(last); n > 2 {
			t.Errorf("%d segments", n)
		}
		if _, err := e.Do(t.Context(), 1, incident.Amend{By: me, Type: incident.TypeSecurity, Reason: "an attack"}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Do(t.Context(), 1, incident.Assign{By: me, Role: incident.Commander, To: "ana"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		told := false
		for _, m := range c.all() {
			told = told || strings.Contains(m.Text, "INC-1: there is news")
			if strings.Contains(m.Text, "commander") {
				t.Errorf("a text about a security incident says %q", m.Text)
			}
		}
		if !told {
			t.Error("the commander of a security incident was not told")
		}
	})
}
