package engine

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

const anasPhone, bosPhone = "+34600000001", "+34600000002"

// texts sends a text from a phone and returns the answer; "" for none.
func (s *stage) texts(phone, body string) string {
	s.t.Helper()
	s.sids++
	sid := fmt.Sprintf("SM-in-%d", s.sids)
	s.ok(s.Text(context.Background(), "line", sid, phone, "+1", body))
	s.play()
	for _, m := range s.line.sent {
		if m.ID == "reply/"+sid {
			return m.Text
		}
	}
	return ""
}

// answers sends a text from ana's phone and wants an answer.
func (s *stage) answers(body, want string) {
	s.t.Helper()
	if got := s.texts(anasPhone, body); got != want {
		s.t.Errorf("%q is answered\n%s\nwant\n%s", body, got, want)
	}
}

// TestHintsNameTheNewestPage: what is no command is answered with the sender's own newest incident, also for somebody half awake
// who types what stands there.
func TestHintsNameTheNewestPage(t *testing.T) {
	s := newStage(t, nil)
	s.answers("ok", "Sorry, I did not get that; nothing was done. Reply N to ack INC-N, ? for help.")
	s.fires("Down")
	s.play()
	s.answers("ok", "Sorry, I did not get that; nothing was done. Reply 1 to ack INC-1, ? for help.")
	s.later(time.Minute)
	s.fires("Up")
	s.play()
	s.answers("ok", "Sorry, I did not get that; nothing was done. Reply 2 to ack INC-2, ? for help.")
	s.answers("resolve", "Which incident? Nothing was done. Put its number: resolve 2 is for INC-2. Reply list for yours.")
	s.texts(anasPhone, "2")
	s.answers("ok", "Sorry, I did not get that; nothing was done. Reply 1 to ack INC-1, ? for help.")
	s.texts(anasPhone, "1")
	s.answers("ok", "Sorry, I did not get that; nothing was done. Reply N to ack INC-N, ? for help.")
	s.answers("resolve", "Which incident? Nothing was done. Put its number: resolve 2 is for INC-2. Reply list for yours.")
	if got := s.texts(anasPhone, "?"); !strings.HasPrefix(got, "2 ack") {
		t.Errorf("help is %q, and not about INC-2", got)
	}
}

// TestYesAcknowledgesNothing: carriers take YES for an opting in, so nobody may believe that it acknowledged.
func TestYesAcknowledgesNothing(t *testing.T) {
	s := newStage(t, nil)
	s.answers("yes", "You get texts from rouse already; nothing was done.")
	s.fires("Down")
	s.play()
	s.answers("Yes!", "You get texts from rouse already; nothing was acknowledged. Reply 1 to ack INC-1.")
	s.answers("STOP", "")
	s.answers("yes", "Welcome back: you get texts from rouse again; nothing was acknowledged. Reply 1 to ack INC-1.")
	s.texts(anasPhone, "1")
	s.answers("STOP", "")
	s.answers("START", "Welcome back: you get texts from rouse again.")
}

// TestSilenceIsSaid: who asks a lot in an hour is told before the answers end, hears all the same of what a text did, and is answered
// again when the hour is over, also if they went on texting.
func TestSilenceIsSaid(t *testing.T) {
	s := newStage(t, nil)
	s.fires("Down", "Up")
	s.play()
	for k := 1; k < repliesAnHour; k++ {
		if got := s.texts(anasPhone, "who"); got == "" || strings.Contains(got, "a lot") {
			t.Fatalf("answer %d is %q", k, got)
		}
	}
	if got, want := s.texts(anasPhone, "who"), "\nThat was a lot. Until 03:00 UTC I answer only what does something; what you text still counts."; !strings.HasSuffix(got, want) {
		t.Errorf("the last answer is %q, want it to end with %q", got, want)
	}
	s.answers("who", "")
	s.answers("is that you?", "")
	if got := s.texts(anasPhone, "1"); !strings.HasPrefix(got, "INC-1 acknowledged") {
		t.Errorf("an ack is answered %q", got)
	}
	s.answers("1", "") // which changes nothing
	for range 60 {
		s.later(time.Minute)
		s.answers("who", "")
	}
	s.later(time.Second)
	if got := s.texts(anasPhone, "who"); got == "" {
		t.Error("no answer after an hour: what was not answered counted as well")
	}
}

// TestMachinesFallSilent: a machine that answers every text is not answered for ever, whatever it says.
func TestMachinesFallSilent(t *testing.T) {
	for _, tt := range []struct {
		says string
		most int
	}{
		{"I am out of the office", passiveADay}, {"?", passiveADay}, {"list", repliesAnHour}, {"yes", repliesAnHour}, {"1", repliesAnHour + 1},
		{"99r", repliesAnHour}, {"1 2h", actsAnHour}, {"n 1 I am out of the office", actsAnHour}, {"report s is slow", actsAnHour},
	} {
		s := newStage(t, nil)
		s.fires("Down")
		s.play()
		last, n := "", 0
		for ; n < 200; n++ {
			got := s.texts(anasPhone, tt.says)
			if got == "" {
				break
			}
			last = got
		}
		if n > tt.most || tt.most > passiveADay && !strings.Contains(last, "That was a lot.") {
			t.Errorf("%q is answered %d times, at last by %q; want at most %d", tt.says, n, last, tt.most)
		}
	}
}

// TestAnswersSayWhat: an answer says which incident it was about, who has it, and until when.
func TestAnswersSayWhat(t *testing.T) {
	s := newStage(t, nil)
	s.fires("🔥 Sesión caducada", "Up")
	s.play()
	s.answers("99", "There is no INC-99. Nothing was done. Reply list for yours.")
	s.answers("99?", "There is no INC-99. Nothing was done. Reply list for yours.")
	s.answers("1?", "P3 INC-1 s: Sesion caducada. triggered 0s ago, now paging ana. 1 alert firing.")
	s.answers("1", "INC-1 acknowledged: Sesion caducada")
	s.answers("ack 2h", "INC-2 acknowledged until Mon 04:00 UTC: Up")
	s.answers("give 2 bo", "INC-2 given to bo, who is being paged.")
	s.answers("list", "P3 INC-1 s: Sesion caducada (acknowledged, yours)\nP3 INC-2 s: Up (triggered, bo)")
	s.texts(bosPhone, "ack 2")
	if got, want := s.texts(bosPhone, "list"), "P3 INC-2 s: Up (acknowledged, yours)"; got != want {
		t.Errorf("bo's list is %q, want %q", got, want)
	}
	s.answers("hold 1 2h vendor", "INC-1 on hold until Mon 04:00 UTC.")
	s.answers("1?", "P3 INC-1 s: Sesion caducada. on hold (vendor) until Mon 04:00 UTC. 1 alert firing.")
	s.ok(s.Accept(context.Background(), alerts(alert.Resolved, "Up")))
	s.answers("2?", "P3 INC-2 s: Up. resolved. No alert firing.")
	s.answers("who", "rota: ana until Tue 00:00 UTC")
	s.answers("who s", "s: ana, then bo")
}

// TestAnswersSayWhoIsPagedWhen: nobody is said to be paged who sleeps on, and who is not paged now is named with the hour.
func TestAnswersSayWhoIsPagedWhen(t *testing.T) {
	s := newStage(t, nil)
	settings := everything(t, s.line)
	settings.Book.Page = nil // everything is of low urgency
	settings.Book.Roster = oncall.NewRoster([]oncall.User{
		{ID: "ana", Name: "Ana", Zone: time.UTC, Phone: anasPhone},
		{ID: "bo", Name: "Bo", Zone: time.UTC, Phone: bosPhone, Quiet: &oncall.QuietHours{From: 22 * 60, To: 7 * 60}},
		{ID: "cy", Name: "Cy", Zone: time.UTC},
	}, nil, nil, []oncall.Policy{{ID: "p", Levels: []oncall.Level{{Targets: []oncall.Target{{Kind: oncall.ToUser, Name: "ana"}}, Wait: time.Hour}}}}, "p")
	s.ok(s.Reload(context.Background(), settings))
	s.fires("Slow")
	s.play()
	s.answers("give 1 bo", "INC-1 given to bo, who is paged at 07:00 UTC.")
	s.answers("1?", "P3 INC-1 s: Slow. triggered 0s ago, bo is paged at 07:00 UTC. 1 alert firing.")
	s.answers("give 1 cy", "INC-1 given to cy, who has no number and no address, now paging ana.")
	s.answers("1", "INC-1 acknowledged: Slow")
}

// TestAnswersSayWhyNobodyIsPaged: an incident whose alerts have recovered pages nobody while it waits whether they come back.
func TestAnswersSayWhyNobodyIsPaged(t *testing.T) {
	s := newStage(t, nil)
	settings := everything(t, s.line)
	delay := 5 * time.Minute
	settings.Tree = router.NewTree(&router.Route{Service: "s", GroupBy: []string{"alertname"}, ResolveDelay: &delay})
	s.ok(s.Reload(context.Background(), settings))
	s.fires("Down")
	s.play()
	s.ok(s.Accept(context.Background(), alerts(alert.Resolved, "Down")))
	s.play()
	s.answers("1?", "P3 INC-1 s: Down. triggered 0s ago, recovered: it resolves at 02:05 UTC. No alert firing.")
	const only = ", but its alerts have recovered: it resolves at 02:05 UTC, and pages only if one fires again."
	s.answers("1e", "INC-1 escalated"+only)
	s.answers("give 1 bo", "INC-1 given to bo"+only)
	s.answers("hold 1 vendor", "INC-1 on hold, without an end. Reply resume 1 to go on.")
}
