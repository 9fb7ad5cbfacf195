package incident_test

import (
	"strconv"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/sla"
	"github.com/rouse/rouse/oncall"
)

// process runs the commands of the ITIL process.
func (s *stage) process(w []string, kv map[string]string, by incident.Actor) {
	switch w[0] {
	case "rules": // rules sla cadence=30m note review: what the configuration asks for
		s.rules(w, kv)
	case "amend": // amend by=ana priority=P1 reason=...
		a := incident.Amend{
			By: by, Reason: kv["reason"], Title: kv["title"], Service: kv["service"], Type: kv["type"], Category: kv["category"],
			Impact: incident.Grade(kv["impact"]), Urgency: incident.Grade(kv["urgency"]), Priority: incident.Priority(kv["priority"]), Matrix: has(w, "matrix"),
		}
		if kv["clock"] != "" {
			a.UpdateEvery = s.span(kv["clock"])
		}
		s.do(a)
	case "diagnose":
		s.do(incident.Diagnose{By: by, Kind: incident.Finding(kv["kind"]), Text: kv["text"]})
	case "attach":
		s.do(incident.Attach{By: by, Href: kv["href"], Text: kv["text"]})
	case "role":
		s.do(incident.Assign{By: by, Role: incident.Role(kv["role"]), To: oncall.UserID(kv["to"])})
	case "publish": // publish by=ana to=public phase=identified text=... mail=x@example.com
		a := incident.Publish{By: by, Audience: incident.Audience(kv["to"]), Phase: incident.Phase(kv["phase"]), Text: kv["text"]}
		if kv["mail"] != "" {
			a.To = append(a.To, incident.Recipient{Address: kv["mail"]})
		}
		if kv["room"] != "" {
			a.To = append(a.To, incident.Recipient{Receiver: kv["room"]})
		}
		s.do(a)
	case "resume":
		s.do(incident.Resume{By: by})
	case "reopen":
		s.do(incident.Reopen{By: by, Reason: kv["reason"]})
	case "confirm":
		n, _ := strconv.Atoi(kv["stars"])
		s.do(incident.Confirm{By: by, Note: kv["note"], Satisfied: n})
	case "close":
		s.do(incident.Close{By: by, Note: kv["note"]})
	case "review":
		s.do(incident.Reviewed{By: by, State: kv["state"]})
	case "relate": // relate by=ana kind=parent to=7 [undo]
		s.do(incident.Relate{By: by, Kind: incident.Relation(kv["kind"]), To: number(kv["to"]), Undo: has(w, "undo")})
	case "merge-into":
		s.do(incident.MergeInto{By: by, Target: number(kv["to"]), Moved: int(number(kv["moved"]))})
	case "absorb":
		s.do(incident.Absorb{By: by, Source: number(kv["from"]), Title: kv["title"], Firing: int(number(kv["firing"])), Total: int(number(kv["total"])), Severity: alert.ParseSeverity(kv["severity"])})
	case "inform":
		var who []oncall.UserID
		for _, u := range strings.Split(kv["who"], ",") {
			who = append(who, oncall.UserID(u))
		}
		s.do(incident.Inform{By: by, Who: who, Why: kv["why"]})
	case "automated":
		s.do(incident.Automated{Rule: kv["rule"], Step: kv["step"], Text: kv["text"], Failed: has(w, "failed")})
	default:
		s.t.Fatalf("unknown command %q", w[0])
	}
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// rules changes the rulebook of one story.
func (s *stage) rules(w []string, kv map[string]string) {
	b := s.book
	b.HoldReasons = []string{"customer", "vendor", "problem", "change"}
	if has(w, "sla") {
		b.SLAs = []*sla.Definition{{
			Name: "standard", CalendarName: "always", WarnAt: []int{50, 75, 100}, PauseOnHold: []string{"vendor"}, Escalate: has(w, "escalate"),
			Response:   map[string]time.Duration{"P1": 15 * time.Minute, "P2": 30 * time.Minute},
			Resolution: map[string]time.Duration{"P1": 4 * time.Hour, "P2": 8 * time.Hour},
		}}
	}
	if kv["cadence"] != "" {
		b.Cadence = map[incident.Priority]time.Duration{"P1": s.span(kv["cadence"])}
	}
	if has(w, "note") {
		b.NoteFor = map[incident.Priority]bool{"P1": true, "P2": true}
	}
	if has(w, "review") {
		b.Reviews = incident.Reviews{Required: map[incident.Priority]bool{"P1": true}, Due: 120 * time.Hour}
	}
	if has(w, "types") {
		b.Types = map[string][]string{"technical": {"latency", "data"}, "security": {"breach"}}
	}
}
