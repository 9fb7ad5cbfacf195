package engine

import (
	"context"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
	"github.com/rouse/rouse/store"
)

func peopleScenes() (all []scene) {
	ctx := context.Background()
	fired := func(s *stage) { s.fires("Down", "Up", "Both"); s.play(); s.later(time.Minute) }
	acked := func(s *stage) { fired(s); s.does(1, incident.Ack{By: ana, User: "ana"}) }
	held := func(s *stage) {
		acked(s)
		s.does(1, incident.Hold{By: ana, Reason: "vendor asked", Until: s.now.Add(time.Hour)})
	}
	resolved := func(s *stage) { fired(s); s.does(1, incident.Resolve{By: ana, Note: "restarted"}) }
	related := func(s *stage) {
		fired(s)
		s.related(s.Relate(ctx, 1, incident.Relate{By: ana, Kind: incident.ToChild, To: 2}))
		s.related(s.Relate(ctx, 2, incident.Relate{By: ana, Kind: incident.ToChild, To: 3}))
	}
	act := func(name string, before func(*stage), a incident.Action) {
		all = append(all, scene{name: "act/" + name, before: before, do: func(s *stage) error { _, err := s.Do(ctx, 1, a); return err }})
	}
	relate := func(name string, before func(*stage), n int64, r incident.Relate) {
		r.By = ana
		all = append(all, scene{name: "relate/" + name, before: before, do: func(s *stage) error { _, err := s.Relate(ctx, n, r); return err }})
	}
	act("ack", fired, incident.Ack{By: ana, User: "ana"})
	act("ack for a time", fired, incident.Ack{By: ana, User: "ana", Until: monday.Add(time.Hour)})
	act("escalate", fired, incident.Escalate{By: ana})
	act("resolve", fired, incident.Resolve{By: ana, Note: "restarted"})
	act("resolve with children", related, incident.Resolve{By: ana, Note: "restarted"})
	act("reassign", acked, incident.Reassign{By: ana, To: "bo"})
	act("hold", acked, incident.Hold{By: ana, Reason: "vendor asked", Until: monday.Add(time.Hour)})
	act("resume", held, incident.Resume{By: ana})
	act("note", fired, incident.Note{By: ana, Text: "looking"})
	act("close", resolved, incident.Close{By: ana, Confirmed: "bo"})
	act("reopen", resolved, incident.Reopen{By: ana, Reason: "it is back"})
	act("confirm", resolved, incident.Confirm{By: ana, Note: "fine", Satisfied: 5})
	act("amend", acked, incident.Amend{By: ana, Reason: "as seen", Service: "t", Urgency: incident.GradeLow, Category: "network"})
	act("amend to security", acked, incident.Amend{By: ana, Reason: "an attack", Type: incident.TypeSecurity})
	act("diagnose", acked, incident.Diagnose{By: ana, Kind: incident.Found, Text: "the disk"})
	act("attach", acked, incident.Attach{By: ana, Href: "https://example.com/graph", Text: "graph"})
	act("assign", acked, incident.Assign{By: ana, Role: incident.Scribe, To: "bo"})
	act("publish", acked, incident.Publish{By: ana, Audience: incident.ForStakeholders, Phase: incident.Investigating, Text: "we look"})
	relate("child", fired, 1, incident.Relate{Kind: incident.ToChild, To: 2})
	relate("another parent", related, 3, incident.Relate{Kind: incident.ToParent, To: 1})
	relate("no child", related, 1, incident.Relate{Kind: incident.ToChild, To: 2, Undo: true})
	relate("duplicate", fired, 1, incident.Relate{Kind: incident.ToPrevious, To: 2})
	return append(all,
		scene{name: "open", do: func(s *stage) error {
			_, err := s.Open(ctx, incident.Open{By: ana, Title: "it smells", Service: "s"})
			return err
		}},
		scene{name: "merge", before: related, do: func(s *stage) error { _, _, err := s.Merge(ctx, 2, 1, ana); return err }},
		scene{name: "merge what is suppressed", before: func(s *stage) {
			s.fires("Core", "Leaf", "Down")
		}, do: func(s *stage) error { _, _, err := s.Merge(ctx, 3, 2, ana); return err }},
		scene{name: "override/put", do: func(s *stage) error { _, err := s.PutOverride(ctx, night(), ana); return err }},
		scene{name: "override/swap", do: func(s *stage) error {
			_, err := s.Swap(ctx, oncall.SwapShifts{Schedule: "rota", User: "ana", With: "bo", Reason: "party"}, ana)
			return err
		}},
		scene{name: "override/delete", before: func(s *stage) { s.covers(s.PutOverride(ctx, night(), ana)); s.later(time.Hour) }, do: func(s *stage) error {
			return s.DeleteOverride(ctx, "ov-1", bo)
		}},
		scene{name: "leave/put", do: func(s *stage) error { _, err := s.PutLeave(ctx, "bo", away(), "", ana); return err }},
		scene{name: "leave/read anew", before: func(s *stage) {
			_, err := s.PutLeave(ctx, "bo", away(), "bo.ics", ana)
			s.ok(err)
		}, do: func(s *stage) error {
			_, err := s.PutLeave(ctx, "bo", away()[:1], "bo.ics", ana)
			return err
		}},
		scene{name: "leave/delete", before: func(s *stage) {
			_, err := s.PutLeave(ctx, "bo", away(), "", ana)
			s.ok(err)
		}, do: func(s *stage) error { return s.DeleteLeave(ctx, "lv-1", ana) }},
		scene{name: "silence/put", before: fired, do: func(s *stage) error { _, err := s.PutSilence(ctx, hush(s), ana); return err }},
		scene{name: "silence/change", before: func(s *stage) { s.silence() }, do: func(s *stage) error {
			x := hush(s)
			x.ID, x.Comment = s.silenceID(), "longer"
			_, err := s.PutSilence(ctx, x, ana)
			return err
		}},
		scene{name: "silence/expire", before: func(s *stage) { s.silence(); fired(s) }, do: func(s *stage) error { return s.ExpireSilence(ctx, s.silenceID(), ana) }},
		scene{name: "silence/list", view: true, do: func(s *stage) error { _, err := s.Silences(ctx); return err }},
		scene{name: "subscriber/put", do: func(s *stage) error {
			_, err := s.Subscribe(ctx, store.Subscriber{Service: "s", Recipient: incident.Recipient{User: "bo"}}, ana)
			return err
		}},
		scene{name: "subscriber/delete", before: func(s *stage) {
			_, err := s.Subscribe(ctx, store.Subscriber{Recipient: incident.Recipient{Address: "x@example.com"}}, ana)
			s.ok(err)
		}, do: func(s *stage) error { return s.Unsubscribe(ctx, "sub-1", ana) }},
		scene{name: "test page", do: func(s *stage) error { _, err := s.SendTest(ctx, "ana", oncall.SMS, "test", ana); return err }},
		scene{name: "note of an act", do: func(s *stage) error { return s.Note(ctx, ana, "backup", "made") }},
		scene{name: "drill/start", do: func(s *stage) error { _, err := s.StartDrill(ctx, "fire", ana); return err }},
		scene{name: "drill/list", view: true, do: func(s *stage) error { _, err := s.Drills(ctx); return err }},
		scene{name: "reload", parts: true, before: func(s *stage) { s.fires("Down", "Core", "Leaf"); s.play(); s.later(time.Minute) }, do: func(s *stage) error {
			set := everything(s.t, s.line)
			book := *set.Book
			book.Version = "v2"
			set.Book, set.Inhibit, set.Gate, set.Integrations = &book, nil, router.NewGate(nil, nil, nil), []string{"other"}
			return s.Reload(ctx, set)
		}},
		scene{name: "reload/rules of inhibition", parts: true, before: func(s *stage) {
			set := s.Settings()
			set.Inhibit, set.Gate = nil, router.NewGate(nil, nil, nil)
			s.ok(s.Reload(ctx, set))
			s.fires("Core", "Leaf")
		}, do: func(s *stage) error { return s.Reload(ctx, everything(s.t, s.line)) }},
	)
}

// away is leave of two stretches.
func away() []oncall.Leave {
	return []oncall.Leave{{From: monday, To: monday.Add(48 * time.Hour), Reason: "sea"}, {From: monday.Add(96 * time.Hour), To: monday.Add(120 * time.Hour)}}
}

func hush(s *stage) router.Silence {
	return router.Silence{Matchers: []router.Matcher{{Name: "alertname", Value: "Down", IsEqual: true}}, StartsAt: s.now, EndsAt: s.now.Add(time.Hour), CreatedBy: "ana", Comment: "works"}
}

func (s *stage) silence() {
	_, err := s.PutSilence(context.Background(), hush(s), ana)
	s.ok(err)
}

func (s *stage) silenceID() string {
	all, err := s.rowsSilences()
	s.ok(err)
	return all[0].ID
}

func (s *stage) rowsSilences() (all []router.Silence, err error) {
	err = s.rows.View(context.Background(), func(tx store.Tx) error { all, err = tx.Silences(); return err })
	return all, err
}

func (s *stage) related(_ incident.Incident, err error) { s.ok(err) }
func (s *stage) covers(_ oncall.Override, err error)    { s.ok(err) }

func recordScenes() []scene {
	ctx := context.Background()
	fired := func(s *stage) { s.fires("Down", "Up"); s.play(); s.later(time.Minute) }
	drafted := func(s *stage) {
		fired(s)
		_, err := s.DraftReview(ctx, 1, ana)
		s.ok(err)
	}
	opened := func(s *stage) {
		fired(s)
		_, err := s.OpenProblem(ctx, problem.Open{By: ana, Title: "the disk", Service: "s", Incidents: []int64{1}})
		s.ok(err)
	}
	analysed := func(s *stage) {
		opened(s)
		_, err := s.DoProblem(ctx, 1, problem.Analyse{By: ana, Cause: "firmware", Workaround: "restart"}, ana)
		s.ok(err)
	}
	return []scene{
		{name: "review/draft", before: fired, do: func(s *stage) error { _, err := s.DraftReview(ctx, 1, ana); return err }},
		{name: "review/draft anew", before: drafted, do: func(s *stage) error { _, err := s.DraftReview(ctx, 1, ana); return err }},
		{name: "review/act", before: drafted, do: func(s *stage) error {
			_, err := s.DoReview(ctx, 1, review.AddItem{By: ana, Text: "more disks", Owner: "bo", Due: s.now.Add(24 * time.Hour)}, ana)
			return err
		}},
		{name: "problem/open", before: fired, do: func(s *stage) error {
			_, err := s.OpenProblem(ctx, problem.Open{By: ana, Title: "the disk", Service: "s", Incidents: []int64{1, 2}})
			return err
		}},
		{name: "problem/analyse", before: opened, do: func(s *stage) error {
			_, err := s.DoProblem(ctx, 1, problem.Analyse{By: ana, Cause: "firmware", Workaround: "restart"}, ana)
			return err
		}},
		{name: "problem/link", before: opened, do: func(s *stage) error {
			_, err := s.Relate(ctx, 2, incident.Relate{By: ana, Kind: incident.ToProblem, To: 1})
			return err
		}},
		{name: "problem/another", before: func(s *stage) {
			opened(s)
			_, err := s.OpenProblem(ctx, problem.Open{By: ana, Title: "the net", Service: "s"})
			s.ok(err)
		}, do: func(s *stage) error {
			_, err := s.Relate(ctx, 1, incident.Relate{By: ana, Kind: incident.ToProblem, To: 2})
			return err
		}},
		{name: "problem/duplicate", before: func(s *stage) {
			opened(s)
			_, err := s.OpenProblem(ctx, problem.Open{By: ana, Title: "the net", Service: "s"})
			s.ok(err)
		}, do: func(s *stage) error {
			_, err := s.DoProblem(ctx, 1, problem.Resolve{By: ana, Code: problem.Duplicate, DuplicateOf: 2, Note: "same"}, ana)
			return err
		}},
		{name: "problem/known error", before: func(s *stage) {
			analysed(s)
			s.ok(s.Accept(ctx, alerts(alert.Resolved, "Down")))
			s.later(2 * time.Hour)
		}, do: func(s *stage) error { return s.Accept(ctx, alerts(alert.Firing, "Down")) }},
		{name: "erase", parts: true, before: func(s *stage) {
			drafted(s)
			s.does(1, incident.Note{By: incident.Actor{Kind: incident.ByUser, Name: "dee"}, Text: "dee was here"})
			x := hush(s)
			x.CreatedBy = "dee"
			_, err := s.PutSilence(ctx, x, ana)
			s.ok(err)
			s.ok(s.Note(ctx, incident.Actor{Kind: incident.ByUser, Name: "dee"}, "backup", "made by dee"))
			_, err = s.Subscribe(ctx, store.Subscriber{Recipient: incident.Recipient{User: "bo"}}, incident.Actor{Kind: incident.ByUser, Name: "dee"})
			s.ok(err)
			_, err = s.OpenProblem(ctx, problem.Open{By: ana, Title: "dee's disk"})
			s.ok(err)
			shift := night()
			shift.Reason = "for dee"
			s.covers(s.PutOverride(ctx, shift, ana))
			gone := holiday()[0]
			gone.ID, gone.User = "lv-9", "dee"
			s.ok(s.rows.Update(ctx, func(tx store.Tx) error { return tx.PutLeave(gone) }))
			_, err = s.PutLeave(ctx, "ana", holiday(), "", incident.Actor{Kind: incident.ByUser, Name: "dee"})
			s.ok(err)
			s.ok(s.rows.Update(ctx, func(tx store.Tx) error { return tx.PutContact(store.Contact{Address: "+34600000009", User: "dee"}) }))
		}, do: func(s *stage) error {
			if counter(s, "erased") > 0 { // each try takes an alias of its own
				s.ok(s.rows.Update(ctx, func(tx store.Tx) error { _, err := tx.AddCounter("erased", -counter(s, "erased")); return err }))
			}
			_, err := s.Erase(ctx, Person{User: "dee"}, ana)
			return err
		}},
	}
}

func counter(s *stage, name string) (n int64) {
	s.ok(s.rows.View(context.Background(), func(tx store.Tx) (err error) { n, err = tx.Counter(name); return err }))
	return n
}

func phoneScenes() (all []scene) {
	ctx := context.Background()
	const phone = "+34600000001"
	fired := func(s *stage) { s.fires("Down", "Up"); s.play(); s.later(30 * time.Second) }
	texted := func(name string, before func(*stage), body string) {
		all = append(all, scene{name: "text/" + name, before: before, do: func(s *stage) error {
			return s.Text(ctx, "line", "SMx", phone, "+1", body)
		}})
	}
	for _, body := range []string{"1", "ack", "ack all", "ack 1 2h", "1r", "e 1", "give 1 bo", "n 1 hello", "list", "who", "1?", "?", "nonsense", "STOP", "report s it smells", "B1", "decline", "swap tonight bo tomorrow"} {
		texted(body, fired, body)
	}
	for _, body := range []string{"ack 1 morning", "ack 9", "9r", "1r done", "who s", "B1?", "cover tonight", "cover tonight nobody", "cover tonight bo on rota party", "cover sat 09:00-18:00 bo", "swap tonight ana tomorrow", "decline 7", "n 1", "give 1 nobody"} {
		texted(body, fired, body)
	}
	texted("a bundle", func(s *stage) { fired(s); s.later(time.Minute) }, "B1")
	texted("what is confidential", func(s *stage) {
		fired(s)
		s.does(1, incident.Amend{By: bo, Type: incident.TypeSecurity, Reason: "an attack"})
	}, "1")
	texted("decline, of two", func(s *stage) {
		other := night()
		other.From, other.To, other.User = other.To, other.To.Add(time.Hour), "ana"
		s.covers(s.PutOverride(ctx, other, bo))
		other.From, other.To = other.To.Add(48*time.Hour), other.To.Add(49*time.Hour)
		s.covers(s.PutOverride(ctx, other, bo))
	}, "decline")
	texted("START", func(s *stage) { fired(s); s.ok(s.Text(ctx, "line", "SM0", phone, "+1", "STOP")) }, "START")
	texted("cover", fired, "cover tonight bo")
	texted("decline 1", func(s *stage) { s.covers(s.PutOverride(ctx, night(), bo)) }, "decline 1")
	acked := func(s *stage) { fired(s); s.does(1, incident.Ack{By: ana, User: "ana"}) }
	texted("hold", acked, "hold 1 2h vendor")
	texted("update", acked, "u 1 we look")
	ringing := func(s *stage) { fired(s); s.later(time.Minute); s.play(); s.later(20 * time.Second) }
	status := func(name string, before func(*stage), via oncall.Method, st notify.Status) {
		all = append(all, scene{name: "status/" + name, before: before, do: func(s *stage) error {
			x := st
			x.Provider, x.MessageID = "line", s.paged(store.Accepted, via)
			return s.Status(ctx, x)
		}})
	}
	status("delivered", fired, oncall.SMS, notify.Status{ProviderID: "SM1", Outcome: notify.Delivered})
	status("failed", fired, oncall.SMS, notify.Status{ProviderID: "SM1", Outcome: notify.Failed, Class: notify.Handset, Code: 30003})
	status("dead", fired, oncall.SMS, notify.Status{ProviderID: "SM1", Outcome: notify.Failed, Class: notify.Dead, Code: 30006})
	status("opted out", fired, oncall.SMS, notify.Status{ProviderID: "SM1", Outcome: notify.Failed, Class: notify.Consent, Code: 21610})
	status("once more", fired, oncall.SMS, notify.Status{ProviderID: "SM1", Outcome: notify.Failed, Class: notify.Transient, Code: 30008})
	status("filtered", fired, oncall.SMS, notify.Status{ProviderID: "SM1", Outcome: notify.Failed, Class: notify.Filtered, Code: 30007, Wide: true})
	status("hung up", ringing, oncall.Call, notify.Status{Outcome: notify.HungUp})
	status("ringing", ringing, oncall.Call, notify.Status{Outcome: notify.Ringing})
	all = append(all,
		scene{name: "status/by its provider's id", before: fired, do: func(s *stage) error {
			return s.Status(ctx, notify.Status{Provider: "line", ProviderID: s.providerID(s.paged(store.Accepted, oncall.SMS)), Outcome: notify.Delivered})
		}},
		scene{name: "status/late", before: func(s *stage) {
			fired(s)
			s.ok(s.Status(ctx, notify.Status{Provider: "line", ProviderID: "SM1", MessageID: s.paged(store.Accepted, oncall.SMS), Outcome: notify.Failed, Class: notify.Handset, Code: 30003}))
		}, do: func(s *stage) error {
			return s.Status(ctx, notify.Status{Provider: "line", ProviderID: "SM1", MessageID: s.paged(store.Failed, oncall.SMS), Outcome: notify.Delivered})
		}},
		scene{name: "speech", before: ringing, do: func(s *stage) error {
			_, err := s.Speech(ctx, "line", s.paged(store.Accepted, oncall.Call), "")
			return err
		}},
		scene{name: "speech/of another call", before: func(s *stage) {
			s.line.err = &notify.Error{Class: notify.Transient, Unknown: true, Err: errBroken}
			s.tests(s.SendTest(ctx, "ana", oncall.Call, "x", ana))
			s.play()
		}, do: func(s *stage) error { _, err := s.Speech(ctx, "line", "TEST-1/ana/call", "CA9"); return err }},
	)
	for _, key := range []string{"1", "2", "3", "*", "7"} {
		all = append(all, scene{name: "key/" + key, before: ringing, do: func(s *stage) error {
			_, _, err := s.Key(ctx, "line", s.callOf(), "", key)
			return err
		}})
	}
	return all
}

func (s *stage) tests(_ string, err error) { s.ok(err) }

// callOf is the call that was placed, whatever became of it.
func (s *stage) callOf() (id string) {
	for _, m := range s.line.sent {
		if m.Via == oncall.Call {
			id = m.ID
		}
	}
	return id
}

func (s *stage) providerID(page string) (id string) {
	s.ok(s.rows.View(context.Background(), func(tx store.Tx) error { p, err := tx.Page(page); id = p.ProviderID; return err }))
	return id
}
