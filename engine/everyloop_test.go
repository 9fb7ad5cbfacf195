package engine

import (
	"context"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/store"
)

func loopScenes() []scene {
	all := turns()
	for k := range all {
		all[k].view = true
	}
	return all
}

func turns() []scene {
	ctx := context.Background()
	fired := func(s *stage) { s.fires("Down", "Up"); s.play() }
	wake := func(s *stage) error { _, err := s.Wake(s.now); return err }
	deliver := func(s *stage) error { _, err := s.Deliver(s.now); return err }
	after := func(d time.Duration, before func(*stage)) func(*stage) {
		return func(s *stage) { before(s); s.later(d) }
	}
	return []scene{
		{name: "wake/next level", parts: true, before: after(5*time.Minute, fired), do: wake},
		{name: "wake/a lease lapses", parts: true, before: after(time.Hour, func(s *stage) { fired(s); s.does(1, incident.Ack{By: ana, User: "ana"}) }), do: wake},
		{name: "wake/an alert expires", parts: true, before: after(time.Hour, func(s *stage) {
			batch := alerts(alert.Firing, "Core", "Leaf")
			batch[0].EndsAt = s.now.Add(time.Minute)
			s.ok(s.Accept(ctx, batch))
		}), do: wake},
		{name: "wake/a heartbeat stops", parts: true, before: after(2*time.Hour, func(*stage) {}), do: wake},
		{name: "wake/a drill", parts: true, before: after(10*time.Hour, func(s *stage) { s.play() }), do: wake},
		{name: "wake/a missed drill", parts: true, before: after(13*time.Hour, func(s *stage) { s.play() }), do: wake},
		{name: "wake/a handoff", parts: true, before: after(22*time.Hour, func(s *stage) { s.play() }), do: wake},
		{name: "wake/before a handoff", parts: true, before: after(21*time.Hour+30*time.Minute, func(s *stage) { s.play() }), do: wake},
		{name: "wake/a review is due", parts: true, before: after(72*time.Hour, func(s *stage) {
			fired(s)
			s.does(1, incident.Resolve{By: ana, Note: "x"})
			_, err := s.DraftReview(ctx, 1, ana)
			s.ok(err)
			_, err = s.DoReview(ctx, 1, review.AddItem{By: ana, Text: "more disks", Owner: "bo", Due: s.now.Add(time.Hour)}, ana)
			s.ok(err)
		}), do: wake},
		{name: "wake/the clock was set back", parts: true, before: func(s *stage) {
			fired(s)
			s.does(1, incident.Ack{By: ana, User: "ana"})
			s.later(-time.Hour)
			s.jumped(-time.Hour)
		}, do: wake},
		{name: "deliver/first", before: func(s *stage) { s.fires("Down", "Up") }, do: deliver},
		{name: "deliver/the call", before: after(time.Minute, func(s *stage) { fired(s); s.wakes(s.Wake(s.now.Add(time.Minute))) }), do: deliver},
		{name: "deliver/news", before: func(s *stage) {
			fired(s)
			for n := range int64(2) {
				s.does(n+1, incident.Ack{By: bo, User: "bo"})
				s.does(n+1, incident.Assign{By: bo, Role: incident.Scribe, To: "ana"})
			}
			s.later(time.Minute)
		}, do: deliver},
		{name: "deliver/update to many", before: func(s *stage) {
			fired(s)
			s.does(1, incident.Ack{By: ana, User: "ana"})
			s.does(1, incident.Publish{By: ana, Audience: incident.ForStakeholders, Phase: incident.Investigating, Text: "we look"})
		}, do: deliver},
		{name: "deliver/automation", before: func(s *stage) { fired(s); s.does(1, incident.Ack{By: ana, User: "ana"}) }, do: deliver},
		{name: "deliver/a number without texts", before: func(s *stage) { s.ok(s.Text(ctx, "line", "SM0", "+34600000001", "+1", "STOP")); s.fires("Down") }, do: deliver},
		{name: "deliver/news to a number without texts", before: func(s *stage) {
			s.fires("Down")
			s.does(1, incident.Ack{By: bo, User: "bo"})
			s.play()
			s.ok(s.Text(ctx, "line", "SM0", "+34600000001", "+1", "STOP"))
			s.does(1, incident.Assign{By: bo, Role: incident.Scribe, To: "ana"})
		}, do: deliver},
		{name: "deliver/while the line is busy", before: func(s *stage) {
			fired(s)
			s.later(time.Minute)
			s.play()
			s.fires("Both")
			s.later(time.Minute)
			s.wakes(s.Wake(s.now))
		}, do: deliver},
		{name: "deliver/nobody carries it", before: func(s *stage) {
			set := s.Settings()
			set.Providers = nil
			s.ok(s.Reload(ctx, set))
			s.fires("Down")
		}, do: deliver},
		{name: "deliver/a limit", before: func(s *stage) {
			set := s.Settings()
			set.Limits.SMS = Rate{N: 1, Per: time.Hour}
			s.ok(s.Reload(ctx, set))
			fired(s)
			s.later(2 * time.Minute)
			s.fires("Both")
		}, do: deliver},
		{name: "deliver/a cap", before: func(s *stage) {
			set := s.Settings()
			set.Limits.DailyMessages = 1
			s.ok(s.Reload(ctx, set))
			fired(s)
			s.later(2 * time.Minute)
			s.fires("Both")
		}, do: deliver},
		{name: "deliver/what a crash left", before: func(s *stage) {
			s.fires("Down")
			s.Step()
			s.open()
		}, do: deliver},
		{name: "deliver/hang up", before: func(s *stage) {
			fired(s)
			s.later(time.Minute)
			s.play()
			s.does(1, incident.Ack{By: bo, User: "bo"})
			s.does(2, incident.Ack{By: bo, User: "bo"})
		}, do: deliver},
		settling("taken", nil, false), settling("taken, and acknowledged meanwhile", nil, true),
		settling("refused", &notify.Error{Class: notify.Transient, Code: 500, Err: errBroken}, false),
		settling("no answer", &notify.Error{Class: notify.Transient, Unknown: true, Err: errBroken}, false),
		settling("the account is shut", &notify.Error{Class: notify.Account, Code: 20003, Wide: true, Err: errBroken}, false),
		settling("dead", &notify.Error{Class: notify.Dead, Code: 21211, Err: errBroken}, false),
		settling("words", &notify.Error{Class: notify.Content, Code: 21617, Err: errBroken}, false),
		lookingUp("found delivered", notify.Delivered), lookingUp("found going", notify.Accepted), lookingUp("not found", ""), lookingUp("found failed", notify.Failed),
		{name: "review of what is suppressed", parts: true, before: func(s *stage) {
			s.silence()
			fired(s)
			s.later(2 * time.Hour)
		}, do: func(s *stage) error { return s.Review() }},
		{name: "review of new promises", parts: true, before: func(s *stage) {
			fired(s)
			set := s.Settings()
			book := *set.Book
			book.Version = "v2"
			set.Book = &book
			s.ok(s.Reload(ctx, set))
		}, do: func(s *stage) error { return s.Review() }},
		{name: "retire", parts: true, before: func(s *stage) {
			s.fires("Core", "Leaf")
			set := s.live.Load().Settings
			set.Integrations = []string{"other"}
			l := *s.live.Load()
			l.Settings = set
			s.live.Store(&l)
		}, do: func(s *stage) error { return s.retire() }},
		{name: "audit", parts: true, before: after(time.Minute, fired), do: func(s *stage) error { _, err := s.Audit(s.now); return err }},
		{name: "audit/what is stuck", parts: true, before: after(time.Hour, fired), do: func(s *stage) error { _, err := s.Audit(s.now); return err }},
		{name: "audit/rows without a record", parts: true, before: func(s *stage) {
			fired(s)
			i := s.incident(1)
			i.WakeAt = s.now.Add(-time.Hour)
			s.ok(s.rows.Update(ctx, func(tx store.Tx) error { return tx.PutIncident(i) }))
			clear(s.lately)
			s.later(time.Hour)
		}, do: func(s *stage) error { _, err := s.Audit(s.now); return err }},
		{name: "forget", before: func(s *stage) {
			s.silence()
			s.ok(s.Text(ctx, "line", "SM0", "+34600000001", "+1", "list"))
			s.later(200 * 24 * time.Hour)
		}, do: func(s *stage) error { s.said.Reset(); s.forget(s.now); return nil }},
		{name: "retain", parts: true, before: func(s *stage) {
			s.fires("Down", "Up")
			s.play()
			s.ok(s.Record(ctx, alert.Change{Integration: "am", Summary: "x", At: s.now}))
			s.ok(s.Accept(ctx, alerts(alert.Resolved, "Down", "Up")))
			for n := range int64(2) {
				s.does(n+1, incident.Close{By: ana})
			}
			s.play()
			s.later(72 * time.Hour)
		}, do: func(s *stage) error { s.said.Reset(); s.retain(s.now); return nil }},
		{name: "start", parts: true, view: true, before: func(s *stage) { fired(s); s.silence() }, do: func(s *stage) error {
			again, err := NewStepped(s.deps())
			if err == nil {
				s.Stepped = again
			}
			return err
		}},
	}
}

// settling is the end of a send, with or without an error, of which the incident may be acknowledged by then.
func settling(name string, failure error, acked bool) scene {
	var c *Call
	return scene{name: "settle/" + name, before: func(s *stage) {
		s.fires("Down")
		calls, _ := s.Step()
		s.line.err = failure
		for _, one := range calls {
			one.Make()
			if one.job.kind == jobSend {
				c = one
			} else {
				one.Settle()
			}
		}
		if acked {
			s.does(1, incident.Ack{By: bo, User: "bo"})
		}
	}, do: func(s *stage) error { return s.Engine.must(c.settle) }}
}

// lookingUp is what becomes of a page that is asked about.
func lookingUp(name string, found notify.Outcome) scene {
	var c *Call
	return scene{name: "lookup/" + name, before: func(s *stage) {
		s.line.err = &notify.Error{Class: notify.Transient, Unknown: true, Err: errBroken}
		s.fires("Down")
		s.line.found = found
		for range 20 {
			calls, _ := s.Step()
			for _, one := range calls {
				one.Make()
				if one.job.kind == jobFind {
					c = one
					return
				}
				one.Settle()
			}
			s.later(5 * time.Second)
		}
		s.t.Fatal("nobody asked")
	}, do: func(s *stage) error { return s.Engine.must(c.settle) }}
}

func (s *stage) wakes(_ time.Time, err error) { s.ok(err) }

func (s *stage) incident(n int64) (i incident.Incident) {
	s.ok(s.rows.View(context.Background(), func(tx store.Tx) (err error) { i, err = tx.Incident(n); return err }))
	return i
}
