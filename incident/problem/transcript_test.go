package problem_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/oncall"
)

var update = flag.Bool("update", false, "write the transcripts anew")

// TestTranscripts runs every story in testdata: commands behind "> ", and below each what the log says, what the linked
// incidents are told, and where the problem stands.
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
				t.Errorf("another story (go test ./incident/problem -update writes it)\n--- want\n%s\n--- got\n%s", want, got)
			}
		})
	}
}

// stage is the world of a transcript: one problem, and four incidents that may be linked to it.
type stage struct {
	t         *testing.T
	out       strings.Builder
	now       time.Time
	p         problem.Problem
	incidents []incident.Incident
}

func play(t *testing.T, script string) string {
	held := incident.Incident{Number: 41, State: incident.OnHold}
	held.HeldClass = "problem"
	vendor := incident.Incident{Number: 42, State: incident.OnHold}
	vendor.HeldClass = "vendor"
	s := &stage{t: t, now: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC), incidents: []incident.Incident{
		held, vendor, {Number: 43, State: incident.Triggered}, {Number: 44, State: incident.Resolved},
	}}
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "#"):
			s.out.WriteString(line + "\n")
		case strings.HasPrefix(line, "> "):
			s.out.WriteString("\n" + line + "\n")
			s.command(line[2:])
		}
	}
	return s.out.String()
}

var argument = regexp.MustCompile(`(\w+)=("[^"]*"|\S+)`)

type arguments map[string]string

func (a arguments) number(t *testing.T, k string) int64 {
	if a[k] == "" {
		return 0
	}
	n, err := strconv.ParseInt(a[k], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (a arguments) text(k string) *string {
	if v, ok := a[k]; ok {
		return &v
	}
	return nil
}

func (s *stage) command(line string) {
	verb, rest, _ := strings.Cut(line, " ")
	args := arguments{}
	for _, m := range argument.FindAllStringSubmatch(rest, -1) {
		args[m[1]] = strings.Trim(m[2], `"`)
	}
	before := len(s.p.Log)
	c, err := problem.Decide(s.p, s.action(verb, args), s.now)
	s.now = s.now.Add(10 * time.Minute)
	if err != nil {
		fmt.Fprintf(&s.out, "      refused: %v\n", err)
		return
	}
	s.p = c.Next
	for _, e := range s.p.Log[before:] {
		fmt.Fprintf(&s.out, "%s %d %s %s: %s", e.At.Format("15:04"), e.Seq, e.By, e.Kind, e.What)
		if len(e.Data) > 0 {
			fmt.Fprintf(&s.out, " %v", e.Data)
		}
		s.out.WriteString("\n")
	}
	s.effects(c.Effects)
	fmt.Fprintf(&s.out, "      = %s, linked %v\n", s.p.State, s.p.Incidents)
}

func (s *stage) effects(all []problem.Effect) {
	for _, e := range all {
		for k := range s.incidents {
			i := &s.incidents[k]
			if !s.p.Linked(i.Number) || !e.Applies(i) {
				continue
			}
			fmt.Fprintf(&s.out, "      %s (%s): %s\n", i.Ref(), i.State, tells(e.Action))
			suffer(i, e.Action)
		}
	}
}

// suffer does to an incident what an effect says, as far as the next command can notice.
func suffer(i *incident.Incident, a incident.Action) {
	switch a := a.(type) {
	case incident.Diagnose:
		i.Workaround = a.Text
	case incident.Resume:
		i.State, i.HeldClass = incident.Acknowledged, ""
	case incident.Resolve:
		i.State, i.HeldClass = incident.Resolved, ""
	}
}

func tells(a incident.Action) string {
	switch a := a.(type) {
	case incident.Diagnose:
		return string(a.Kind) + ": " + a.Text
	case incident.Resolve:
		return "resolve " + a.Code + ": " + a.Note
	case incident.Resume:
		return "resume"
	case incident.Note:
		return "note: " + a.Text
	case incident.Relate:
		return fmt.Sprintf("relate to %s %d", a.Kind, a.To)
	}
	return fmt.Sprintf("%#v", a)
}

func (s *stage) action(verb string, a arguments) problem.Action {
	by := incident.Actor{Kind: incident.ByUser, Name: "ana", Channel: "web"}
	switch verb {
	case "open":
		o := problem.Open{Number: 7, By: by, Title: a["title"], Service: a["service"], Team: a["team"], Type: a["type"], Cause: a["cause"], Workaround: a["workaround"]}
		for _, n := range strings.Fields(a["incidents"]) {
			o.Incidents = append(o.Incidents, arguments{"n": n}.number(s.t, "n"))
		}
		return o
	case "edit":
		e := problem.Edit{By: by, Title: a.text("title"), Service: a.text("service"), Team: a.text("team"), Type: a.text("type"), Cause: a.text("cause"), Workaround: a.text("workaround")}
		if o := a.text("owner"); o != nil {
			e.Owner = (*oncall.UserID)(o)
		}
		return e
	case "link":
		return problem.LinkIncident{By: by, Incident: a.number(s.t, "n")}
	case "unlink":
		return problem.UnlinkIncident{By: by, Incident: a.number(s.t, "n")}
	case "analyse":
		return problem.Analyse{By: by, Cause: a["cause"], Workaround: a["workaround"]}
	case "fix":
		return problem.StartFix{By: by, Note: a["note"]}
	case "resolve":
		return problem.Resolve{By: by, Code: problem.Code(a["code"]), Note: a["note"], DuplicateOf: a.number(s.t, "of")}
	case "reopen":
		return problem.Reopen{By: by, Reason: a["reason"]}
	case "close":
		return problem.Close{By: by, Note: a["note"]}
	case "note":
		return problem.Note{By: by, Text: a["text"]}
	}
	s.t.Fatalf("unknown command %q", verb)
	return nil
}
