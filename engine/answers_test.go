package engine

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

const anasPhone = "+34600000001"

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
