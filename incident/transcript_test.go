package incident_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

var update = flag.Bool("update", false, "write the transcripts anew")

// TestTranscripts runs every story in testdata. A story is a list of commands, each behind "> "; what the machine answers
// stands below it. Time moves with `wait`, which wakes the incident whenever it asked to be.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want))
			if *update {
				if err := os.WriteFile(f, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(want) {
				t.Errorf("the machine tells another story (go test ./incident -update writes it)\n--- want\n%s\n--- got\n%s", want, got)
			}
		})
	}
}

// stage is the world of a transcript: one incident, a small team, a clock.
type stage struct {
	t    *testing.T
	out  strings.Builder
	now  time.Time
	i    incident.Incident
	book *incident.Rulebook
	mute *router.Suppression
}

func play(t *testing.T, script string) string {
	s := &stage{t: t, now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), book: cast()}
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "#"):
			s.out.WriteString(line + "\n")
		case strings.HasPrefix(line, "> "):
			s.out.WriteString("\n" + line + "\n")
			s.command(strings.Fields(line[2:]))
		}
	}
	return s.out.String()
}

// cast is who plays: ana and bo with phones, cy in New York with quiet hours and a mail address, dee who has no phone.
func cast() *incident.Rulebook {
	ny, _ := time.LoadLocation("America/New_York")
	user := func(id, phone, email string) oncall.User {
		return oncall.User{ID: oncall.UserID(id), Zone: time.UTC, Phone: phone, Email: email}
	}
	cy := user("cy", "+12025550103", "cy@example.com")
	cy.Zone, cy.Quiet = ny, &oncall.QuietHours{From: 22 * 60, To: 7 * 60}
	users := []oncall.User{user("ana", "+34600000001", ""), user("bo", "+46700000002", ""), cy, user("dee", "", "")}
	target := func(s string) oncall.Target {
		tg, err := oncall.ParseTarget(s)
		if err != nil {
			panic(err)
		}
		return tg
	}
	level := func(wait time.Duration, targets ...string) oncall.Level {
		l := oncall.Level{Wait: wait}
		for _, x := range targets {
			l.Targets = append(l.Targets, target(x))
		}
		return l
	}
	turns := level(5*time.Minute, "user/ana", "user/bo", "user/cy")
	turns.RoundRobin = true
	policies := []oncall.Policy{
		{ID: "main", Levels: []oncall.Level{level(5*time.Minute, "user/ana"), level(5*time.Minute, "user/bo", "receiver/room"), level(10*time.Minute, "user/cy")}},
		{ID: "twice", Repeat: 2, Then: "boss", Levels: []oncall.Level{level(5*time.Minute, "user/ana")}},
		{ID: "boss", Levels: []oncall.Level{level(5*time.Minute, "user/bo")}},
		{ID: "empty", Levels: []oncall.Level{level(5*time.Minute, "schedule/gap"), level(5*time.Minute, "user/dee")}},
		{ID: "turns", Levels: []oncall.Level{turns}},
		{ID: "zone", Levels: []oncall.Level{level(5*time.Minute, "user/cy")}},
		{ID: "everyone", Levels: []oncall.Level{level(5*time.Minute, "team/all")}},
	}
	gap := &oncall.Schedule{ID: "gap", Zone: time.UTC}
	roster := oncall.NewRoster(users, []oncall.Team{{ID: "all", Members: []oncall.UserID{"ana", "bo", "cy"}}, {ID: "ops", Manager: "cy"}}, []*oncall.Schedule{gap}, policies, "everyone")
	services := map[string]incident.Service{}
	for _, p := range []string{"main", "twice", "empty", "turns", "zone"} {
		services[p] = incident.Service{Name: p, Policy: oncall.PolicyID(p), Impact: incident.GradeHigh}
	}
	lease := services["main"]
	lease.Name, lease.AckTimeout = "lease", time.Hour
	services["lease"] = lease
	low := services["zone"]
	low.Name, low.Impact = "low", incident.GradeLow
	services["low"] = low
	return &incident.Rulebook{
		Roster: roster, Services: services, Version: "c0ffee",
		Matrix: map[incident.Grade]map[incident.Grade]incident.Priority{
			incident.GradeHigh:   {incident.GradeHigh: "P1", incident.GradeMedium: "P2", incident.GradeLow: "P3"},
			incident.GradeMedium: {incident.GradeHigh: "P2", incident.GradeMedium: "P3", incident.GradeLow: "P4"},
			incident.GradeLow:    {incident.GradeHigh: "P3", incident.GradeMedium: "P4", incident.GradeLow: "P5"},
		},
		Page: map[incident.Priority]bool{"P1": true, "P2": true, "P3": true},
	}
}

// command runs one line: a verb and words, some of them key=value.
func (s *stage) command(w []string) {
	kv := map[string]string{}
	for _, x := range w[1:] {
		if k, v, ok := strings.Cut(x, "="); ok {
			kv[k] = strings.ReplaceAll(v, "_", " ")
		}
	}
	by := incident.Actor{Kind: incident.ByUser, Name: kv["by"], Channel: "sms"}
	switch w[0] {
	case "wait": // wait 5m
		s.wait(s.span(w[1]))
	case "fire": // fire a severity=critical service=main [again] [known]
		s.do(s.fire(w[1], kv, has(w, "again"), has(w, "known")))
	case "clear": // clear a [expired]
		s.do(incident.Clear{Alert: alert.Alert{Integration: "prom", Key: w[1], Title: "alert " + w[1]}, Expired: has(w, "expired")})
	case "mute": // mute silence=s1 for=10m
		s.mute = &router.Suppression{Kind: router.BySilence, Rule: kv["silence"], Until: s.now.Add(s.span(kv["for"]))}
		s.do(incident.Wake{Suppressed: s.mute})
	case "unmute":
		s.mute = nil
		s.do(incident.Wake{})
	case "will-be-muted": // the next alerts are muted
		s.mute = &router.Suppression{Kind: router.BySilence, Rule: kv["silence"], Until: s.now.Add(s.span(kv["for"]))}
	case "ack": // ack by=ana for=2h
		a := incident.Ack{By: by, User: oncall.UserID(kv["by"])}
		if kv["for"] != "" {
			a.Until = s.now.Add(s.span(kv["for"]))
		}
		s.do(a)
	case "escalate":
		s.do(incident.Escalate{By: by})
	case "resolve":
		if kv["channel"] != "" {
			by.Channel = kv["channel"]
		}
		s.do(incident.Resolve{By: by, Note: kv["note"], Code: kv["code"]})
	case "give": // give by=ana to=bo
		s.do(incident.Reassign{By: by, To: oncall.UserID(kv["to"])})
	case "hold": // hold by=ana for=1h reason=vendor
		h := incident.Hold{By: by, Reason: kv["reason"]}
		if kv["for"] != "" {
			h.Until = s.now.Add(s.span(kv["for"]))
		}
		s.do(h)
	case "note":
		s.do(incident.Note{By: by, Text: kv["text"]})
	case "report": // report PAGE missed detail=...
		s.do(incident.Report{Page: w[1], Outcome: incident.StepOutcome(w[2]), Detail: "said: " + w[2]})
	case "drill": // drill weekly policy=main: as at its time
		s.do(incident.Drill{Number: 7, Name: w[1], Policy: oncall.PolicyID(kv["policy"]), Team: oncall.TeamID(kv["team"]), By: incident.Actor{Kind: incident.BySystem}})
	case "lose": // lose timer|end: what a fault of the store or of rouse could do to the record
		s.i.WakeAt = time.Time{}
		if w[1] == "end" {
			s.i.Cursor.EndsAt = time.Time{}
		}
		fmt.Fprintf(&s.out, "      stuck: %s\n", incident.Stuck(&s.i, s.now, 20*time.Second))
	case "back": // back 1h: the wall clock is set back
		by := s.span(w[1])
		s.now = s.now.Add(-by)
		s.do(incident.SetBack{By: by})
	case "redrive":
		s.do(incident.Redrive{Why: incident.Stuck(&s.i, s.now, 20*time.Second), Suppressed: s.mute})
	case "open":
		s.do(incident.Open{Number: 7, By: by, Title: kv["title"], Service: kv["service"], Type: kv["type"]})
	default:
		s.process(w, kv, by)
	}
}

func has(w []string, x string) bool {
	for _, y := range w {
		if x == y {
			return true
		}
	}
	return false
}

func (s *stage) span(x string) time.Duration {
	d, err := time.ParseDuration(x)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

func (s *stage) fire(key string, kv map[string]string, again, known bool) incident.Fire {
	sev := alert.ParseSeverity(kv["severity"])
	f := incident.Fire{
		Number: 42, Again: again, Known: known, Suppressed: s.mute, Muted: s.mute,
		Alert: alert.Alert{Integration: "prom", Key: key, Title: "alert " + key, Severity: sev},
		Where: router.Decision{Service: kv["service"], GroupKey: "{}", ReopenWindow: 10 * time.Minute, Route: "rouse.yaml:9"},
	}
	if kv["delay"] != "" {
		f.Where.ResolveDelay = s.span(kv["delay"])
	}
	if kv["receiver"] != "" {
		f.Where.Receivers = []string{kv["receiver"]}
	}
	return f
}

// wait moves the clock, waking the incident whenever it is due.
func (s *stage) wait(d time.Duration) {
	end := s.now.Add(d)
	for n := 0; !s.i.WakeAt.IsZero() && !s.i.WakeAt.After(end); n++ {
		if n > 200 {
			s.t.Fatal("the incident does not come to rest")
		}
		if s.i.WakeAt.After(s.now) {
			s.now = s.i.WakeAt
		}
		mute := s.mute
		if mute != nil && !mute.Until.After(s.now) {
			s.mute, mute = nil, nil
		}
		s.do(incident.Wake{Suppressed: mute})
	}
	s.now = end
}

func (s *stage) do(a incident.Action) {
	ch, err := incident.Decide(s.i, a, s.book, s.now)
	if err != nil {
		var already *incident.AlreadyError
		fmt.Fprintf(&s.out, "%s refused: %v\n", s.clock(), err)
		if errors.As(err, &already) {
			fmt.Fprintf(&s.out, "      since %s\n", already.At.Format("15:04:05"))
		}
		return
	}
	was := s.i
	s.i = ch.Next
	for _, e := range ch.Entries {
		fmt.Fprintf(&s.out, "%s %s\n", s.clock(), e.What)
	}
	if ch.Void {
		fmt.Fprintf(&s.out, "      unsent pages are void\n")
	}
	for _, p := range ch.Pages {
		fmt.Fprintf(&s.out, "      page %s%s\n", p.ID, words(p))
	}
	if was.State != s.i.State || len(ch.Entries) > 0 || len(ch.Pages) > 0 {
		fmt.Fprintf(&s.out, "      = %s, epoch %d, %d of %d firing, wakes %s\n", s.i.State, s.i.Epoch, s.i.Firing, s.i.Total, hm(s.i.WakeAt))
	}
}

// words is what a page of news says.
func words(p incident.Page) string {
	if p.Kind != incident.PageNews {
		return ""
	}
	to := ""
	if p.Address != "" {
		to = " to " + p.Address
	}
	return to + ": " + p.Text
}

func (s *stage) clock() string { return s.now.Format("15:04:05") }

func hm(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Format("02 15:04:05")
}
