package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rouse/rouse/web/client"
)

// shellWord takes a line of an example apart as a shell does: bare, or in quotes of either kind.
var shellWord = regexp.MustCompile(`"[^"]*"|'[^']*'|[^\s"']+`)

// Every command has an example, and every example is one that the program takes.
func TestExamples(t *testing.T) {
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		if cmd.Runnable() && cmd.Example == "" && cmd.HasParent() && cmd.Name() != "version" {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Example) {
			example(t, cmd.CommandPath(), line)
		}
		for _, c := range cmd.Commands() {
			walk(c)
		}
	}
	walk(newRoot(env{getenv: noEnv}))
}

// The commands that the documents show are such as the program takes.
func TestDocumentedCommands(t *testing.T) {
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d documents, %v", len(files), err)
	}
	found := 0
	for _, name := range append(files, "../../README.md") {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(b)) {
			if words, ok := strings.CutPrefix(line, "$ rouse "); ok {
				found++
				example(t, filepath.Base(name), "rouse "+words)
			}
		}
	}
	if found < 5 {
		t.Errorf("only %d commands were found in the documents: are they written otherwise now?", found)
	}
}

// parted takes the commands of one line apart.
var parted = strings.NewReplacer(" && ", " | ")

func example(t *testing.T, of, line string) {
	t.Helper()
	line, _, _ = strings.Cut(line, " # ")
	for part := range strings.SplitSeq(parted.Replace(line), " | ") {
		part, _, _ = strings.Cut(part, " > ")
		words := shellWord.FindAllString(strings.TrimSpace(part), -1)
		if len(words) == 0 || words[0] != "rouse" {
			continue
		}
		for k := range words {
			words[k] = strings.Trim(words[k], `"'`)
		}
		cmd, rest, err := newRoot(env{getenv: noEnv}).Find(words[1:])
		if err == nil {
			err = cmd.ParseFlags(rest)
		}
		if err == nil && cmd.HasSubCommands() && cmd.Flags().NArg() > 0 {
			err = fmt.Errorf("%s has no such command", cmd.CommandPath())
		}
		if err == nil {
			err = cmd.ValidateArgs(cmd.Flags().Args())
		}
		if err != nil {
			t.Errorf("the example of %s cannot be run: %s: %v", of, strings.TrimSpace(line), err)
		}
	}
}

// Every flag says what it is for.
func TestFlagsAreExplained(t *testing.T) {
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("%s --%s is not explained", cmd.CommandPath(), f.Name)
			}
		})
		for _, c := range cmd.Commands() {
			walk(c)
		}
	}
	walk(newRoot(env{getenv: noEnv}))
}

// daemonOf serves answers by method and path; what it has not is a 404.
func daemonOf(t *testing.T, answers map[string]func(*http.Request) any) (url string) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := answers[r.Method+" "+r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			_ = json.NewEncoder(w).Encode(client.Error{Code: "not_found", Message: "not found"})
			return
		}
		_ = json.NewEncoder(w).Encode(f(r))
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// ran runs the program with words on standard input, and returns its exit status and what it said.
func ran(t *testing.T, url, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	getenv := func(name string) string { return map[string]string{"ROUSE_URL": url, "ROUSE_TOKEN": "t"}[name] }
	code = run(context.Background(), env{args: args, stdin: strings.NewReader(stdin), stdout: &out, stderr: &errs, getenv: getenv})
	return code, out.String(), errs.String()
}

func TestAuditVerifyNamesTheBrokenAct(t *testing.T) {
	url := daemonOf(t, map[string]func(*http.Request) any{"GET /api/v1/audit/verify": func(*http.Request) any {
		return client.Verdict{Acts: 9, Broken: 7, Why: "it, or what was before it, is not what was written", LastSeq: 9}
	}})
	for _, form := range []string{"table", "json"} {
		code, out, errs := ran(t, url, "", "audit", "verify", "-o", form)
		if code != 1 || !strings.Contains(errs, "broken at act 7: it, or what was before it") {
			t.Errorf("as %s: status %d, said %q", form, code, errs)
		}
		if strings.Contains(out, `"broken": 7`) != (form == "json") {
			t.Errorf("as %s it wrote %q", form, out)
		}
	}
}

func TestBulkGoesInParts(t *testing.T) {
	var parts []int
	url := daemonOf(t, map[string]func(*http.Request) any{"POST /api/v1/bulk": func(r *http.Request) any {
		var in client.Bulk
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Action != "ack" {
			t.Errorf("got %+v, %v", in, err)
		}
		parts = append(parts, len(in.Numbers))
		var out client.BulkResult
		for _, n := range in.Numbers {
			out.Results = append(out.Results, client.Done{Number: n, OK: true, Incident: &client.Incident{Number: n, Ref: ref(n), State: "acknowledged"}})
		}
		return out
	}})
	var numbers strings.Builder
	for n := range 450 {
		fmt.Fprintf(&numbers, "INC-%d,%d\n", n+1, n+1) // each twice
	}
	code, out, errs := ran(t, url, numbers.String(), "incidents", "bulk", "ack", "-")
	if code != 0 || errs != "" || strings.Count(out, "is acknowledged") != 450 {
		t.Errorf("status %d, said %q, and of %d incidents", code, errs, strings.Count(out, "\n"))
	}
	if fmt.Sprint(parts) != "[200 200 50]" {
		t.Errorf("asked for parts of %v", parts)
	}
}

// Who waits for the record at night gets it, also when what stands beside it cannot be read.
func TestShowWithoutTheRest(t *testing.T) {
	now := time.Now()
	url := daemonOf(t, map[string]func(*http.Request) any{"GET /api/v1/incidents/42": func(*http.Request) any {
		return client.IncidentDetail{
			Incident: client.Incident{Number: 42, Ref: "INC-42", State: "triggered", Title: "it burns", CreatedAt: now},
			Clocks: []client.Clock{
				{SLA: "gold", Kind: "resolution", Stage: "running", TargetSeconds: 3600, ElapsedSeconds: 4000, Breached: true, Percent: 111, BreachAt: now.Add(-time.Minute)},
			},
		}
	}})
	code, out, errs := ran(t, url, "", "incidents", "show", "42", "--zone", "UTC")
	if code != 0 || !strings.Contains(out, "it burns") || !strings.Contains(out, "breached, running") || !strings.Contains(out, "6m40s over") {
		t.Errorf("status %d:\n%s", code, out)
	}
	if !strings.Contains(errs, "similar incidents could not be read") || !strings.Contains(errs, "SLA clocks as they are now could not be read") {
		t.Errorf("said %q", errs)
	}
}

func TestConfirmed(t *testing.T) {
	for line, want := range map[string]bool{"ana\n": true, " ana ": true, "": false, "y\n": false, "anna\n": false, "\nana\n": false} {
		if err := confirmed(bufio.NewReader(strings.NewReader(line)), "ana"); (err == nil) != want {
			t.Errorf("confirmed(%q) = %v, want it taken: %t", line, err, want)
		}
	}
}

func TestParseProblem(t *testing.T) {
	for in, want := range map[string]int64{"3": 3, "PRB-3": 3, "prb-3": 3, "#3": 3, "INC-3": 0, "": 0, "-1": 0, "+1": 0, "PRB-": 0, "0": 0} {
		if got, err := parseProblem(in); got != want || (err == nil) != (want > 0) {
			t.Errorf("parseProblem(%q) = %d, %v, want %d", in, got, err, want)
		}
	}
}

func TestSeconds(t *testing.T) {
	for n, want := range map[int64]string{0: "0s", 59: "59s", 60: "1m", 90: "1m30s", 3600: "1h", 4000: "1h6m", 90000: "25h", -90: "1m30s"} {
		if got := seconds(n); got != want {
			t.Errorf("seconds(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestClockWords(t *testing.T) {
	s := &session{zone: time.UTC}
	for _, tt := range []struct {
		c           client.Clock
		stage, left string
	}{
		{client.Clock{Stage: "running", TargetSeconds: 600, ElapsedSeconds: 60}, "running", "9m"},
		{client.Clock{Stage: "running", TargetSeconds: 600, ElapsedSeconds: 660, Breached: true}, "breached, running", "1m over"},
		{client.Clock{Stage: "paused", PausedBy: "vendor", TargetSeconds: 600}, "paused by vendor", "10m"},
		{client.Clock{Stage: "closed", Calendar: "office", TargetSeconds: 600}, "waits: office is closed", "10m"},
		{client.Clock{Stage: "done", TargetSeconds: 600, ElapsedSeconds: 60}, "kept", "-"},
		{client.Clock{Stage: "done", TargetSeconds: 600, ElapsedSeconds: 660, Breached: true}, "breached", "1m over"},
	} {
		if got := s.stage(tt.c); got != tt.stage {
			t.Errorf("stage %+v = %q, want %q", tt.c, got, tt.stage)
		}
		if got := left(tt.c); got != tt.left {
			t.Errorf("left %+v = %q, want %q", tt.c, got, tt.left)
		}
	}
}

func TestOneOf(t *testing.T) {
	for in, want := range map[string]string{"": "", "false_alarm": "false_alarm", "false-alarm": "false_alarm", "False_Alarm": "false_alarm", "magic": "!"} {
		got := in
		err := oneOf("--code", "resolution code", &got, codes)
		if want == "!" {
			if err == nil || !strings.Contains(err.Error(), `--code: "magic" is no resolution code: write one of fixed`) {
				t.Errorf("oneOf(%q): %v", in, err)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("oneOf(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestZoneID(t *testing.T) {
	link, _ := os.Readlink("/etc/localtime") // a machine may have none
	_, machine, _ := strings.Cut(link, "zoneinfo/")
	for _, tt := range []struct{ flag, tz, want string }{
		{"UTC", "Europe/Madrid", "UTC"}, {"", "Europe/Madrid", "Europe/Madrid"}, {"", ":Europe/Madrid", "Europe/Madrid"},
		{"", "", machine}, {"Asia/Tokyo", "", "Asia/Tokyo"}, {"", "/etc/localtime", ""}, {"", "CET-1CEST", ""}, {"", "Local", ""},
	} {
		r := &remote{env: env{getenv: func(string) string { return tt.tz }}, zone: tt.flag}
		if got := (&session{r: r}).zoneID(); got != tt.want {
			t.Errorf("--zone %q, TZ %q: %q, want %q", tt.flag, tt.tz, got, tt.want)
		}
	}
}

// TestCoverNamesAZone: the command that leave offers works on any machine, also where it was offered by one whose zone has no name.
func TestCoverNamesAZone(t *testing.T) {
	var b strings.Builder
	s := &session{out: newPrinter(&b, func(string) string { return "" }), zone: time.Local}
	from := time.Date(2026, time.December, 24, 6, 0, 0, 0, time.UTC)
	s.leaveClashes([]client.Leave{{User: "ana", Clashes: []client.LeaveClash{{Schedule: "primary", From: from, To: from.Add(time.Hour), Cover: "bo"}}}})
	if want := `--from "2026-12-24 06:00" --to "2026-12-24 07:00" --zone UTC`; !strings.Contains(b.String(), want) {
		t.Errorf("got %s\nwant %s", b.String(), want)
	}
}

// TestHangupRow: what cuts a ringing call short names whose call it was.
func TestHangupRow(t *testing.T) {
	var b strings.Builder
	s := &session{out: newPrinter(&b, func(string) string { return "" }), zone: time.UTC}
	at := time.Date(2026, time.November, 27, 6, 0, 0, 0, time.UTC)
	s.pages(client.IncidentDetail{Pages: []client.Page{
		{ID: "INC-1/e1/r1/l1/ana/1-call", Kind: "alert", User: "ana", Via: "call", To: "+34…0001", State: "accepted", At: at},
		{ID: "INC-1/e1/r1/l1/ana/1-call/hangup", Kind: "hangup", Via: "call", State: "delivered", At: at.Add(time.Second)},
	}})
	if want := "2026-11-27 06:00:01  ana  hangup  +34…0001  delivered"; !strings.Contains(b.String(), want) {
		t.Errorf("got %s\nwant %s", b.String(), want)
	}
}
