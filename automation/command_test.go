//go:build unix

package automation_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rouse/rouse/automation"
)

// shell is a step that runs a script. In a configuration a script is a file; -c is for tests.
func shell(script string, args ...string) automation.Step {
	return automation.Step{Command: &automation.Command{Argv: append([]string{"/bin/sh", "-c", script, "script"}, args...)}}
}

func TestACommandSaysHowItEnded(t *testing.T) {
	tests := []struct {
		name, script string
		text         string
		ok, retry    bool
	}{
		{"well", "exit 0", "command sh: done", true, false},
		{"its last line", `printf 'one\ntwo\n\n'`, "command sh: done: two", true, false},
		{"errors too", "echo out; echo trouble >&2; exit 3", "command sh: exit code 3: trouble", false, false},
		{"one day", "echo busy; exit 75", "command sh: exit code 75: busy", false, true},
		{"by a signal", "kill -TERM $$", "command sh: ended by signal: terminated", false, false},
		{"in colours", `printf '\033[31mred\033[0m\a \t alert\n'`, "command sh: done: red alert", true, false},
		{"as no text", `printf 'a\377b\n'`, "command sh: done: a\uFFFDb", true, false},
		{"with its secrets", `echo "$API_TOKEN and hidden-one"`, "command sh: done: <secret> and <secret>", true, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			step := shell(tt.script)
			step.Command.Env = map[string]string{"API_TOKEN": "open-sesame"}
			r := runner(t, func(o *automation.Options) { o.Secrets = []string{"hidden-one"} })
			res, err := r.Run(t.Context(), step, payload())
			if res.Text != tt.text || (err == nil) != tt.ok || res.Retry != tt.retry {
				t.Errorf("got  %+v, %v\nwant %q, ok %v, retry %v", res, err, tt.text, tt.ok, tt.retry)
			}
		})
	}
}

func TestACommandGetsNothingOfRouse(t *testing.T) {
	t.Setenv("ROUSE_MASTER_KEY", "of-rouse-itself")
	dir := t.TempDir()
	out := filepath.Join(dir, "env")
	step := automation.Step{Command: &automation.Command{
		Argv: []string{"/bin/sh", "-c", `/usr/bin/env > "$1"; pwd`, "script", out}, Dir: dir,
		Env: map[string]string{"PATH": "/usr/bin:/bin", "EXTRA": "a b"},
	}}
	res, err := runner(t).Run(t.Context(), step, payload())
	if err != nil {
		t.Fatal(res, err)
	}
	written, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(string(written)), "\n")
	own := []string{"PWD=", "OLDPWD=", "SHLVL=", "_="} // what a shell adds by itself
	got = slices.DeleteFunc(got, func(l string) bool {
		return slices.ContainsFunc(own, func(p string) bool { return strings.HasPrefix(l, p) })
	})
	want := []string{
		"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + dir, "EXTRA=a b",
		"ROUSE_ID=INC-42/17/opened/vendor/0", "ROUSE_EVENT=opened", "ROUSE_RULE=vendor", "ROUSE_CONFIDENTIAL=false", "ROUSE_NUMBER=42",
		"ROUSE_REF=INC-42", "ROUSE_STATE=triggered", "ROUSE_TITLE=Disk is full", "ROUSE_SERVICE=database", "ROUSE_TEAM=dba",
		"ROUSE_TYPE=technical", "ROUSE_CATEGORY=", "ROUSE_IMPACT=high", "ROUSE_URGENCY=high", "ROUSE_PRIORITY=P1",
		"ROUSE_SEVERITY=critical", "ROUSE_ASSIGNEE=", "ROUSE_URL=https://rouse.example.com/incidents/42",
		"ROUSE_WHAT=Opened as P1", "ROUSE_WHY=route", "ROUSE_BY=prometheus",
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestACommandGetsNoFiles(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows a program its files in /proc")
	}
	fd, err := syscall.Dup(2) // as rouse may have inherited one: open for programs too
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	res, err := runner(t).Run(t.Context(), shell("cd /proc/self/fd && echo *"), payload())
	if err != nil {
		t.Fatal(res, err)
	}
	_, list, _ := strings.Cut(res.Text, "done: ")
	if n := len(strings.Fields(list)); n > 4 { // the fourth is the shell's, which reads the directory
		t.Errorf("it has files %s", list)
	}
}

func TestThePayloadIsOnStandardInput(t *testing.T) {
	out := filepath.Join(t.TempDir(), "stdin")
	if res, err := runner(t).Run(t.Context(), shell(`cat > "$1"`, out), payload()); err != nil {
		t.Fatal(res, err)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var p automation.Payload
	if err := json.Unmarshal(b, &p); err != nil || p.ID != payload().ID {
		t.Errorf("got %s: %v", b, err)
	}
}

func TestArguments(t *testing.T) {
	title := func(s string) automation.Payload {
		p := payload()
		p.Incident.Title = s
		return p
	}
	tests := []struct {
		name, title string
		args        []string
		want        string
	}{
		{"one stays one", `a; rm -rf "$HOME" $(id)`, []string{"{{.Incident.Title}}", ""}, `done: 2 a; rm -rf "$HOME" $(id)`},
		{"a NUL is dropped", "a\x00b", []string{"{{.Incident.Title}}"}, "done: 1 ab"},
		{"an option of the operator's", "x", []string{"--title={{.Incident.Title}}"}, "done: 1 --title=x"},
		{"an option of a stranger's", "--exec=x", []string{"{{.Incident.Title}}"}, `argument 4 would be an option, "--exec=x"`},
		{"behind --", "--exec=x", []string{"--", "{{.Incident.Title}}"}, "done: 2 -- --exec=x"},
		{"a broken template", "x", []string{"{{.Titel}}"}, "argument 4: template: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res, _ := runner(t).Run(t.Context(), shell(`printf '%s %s' $# "$*"`, tt.args...), title(tt.title))
			if !strings.Contains(res.Text, tt.want) {
				t.Errorf("got %q, want %q", res.Text, tt.want)
			}
		})
	}
}

func TestWhatCannotBeStarted(t *testing.T) {
	for _, tt := range []struct {
		name    string
		command automation.Command
		want    string
	}{
		{"no program", automation.Command{Argv: []string{"/nonexistent/program"}}, "could not be started"},
		{"no argv", automation.Command{}, "no absolute path"},
		{"a name", automation.Command{Argv: []string{"sh"}}, "no absolute path"},
		{"no dir", automation.Command{Argv: []string{"/bin/true"}, Dir: "/nonexistent"}, "its dir /nonexistent is no directory"},
		{"not executable", automation.Command{Argv: []string{"/etc/passwd"}}, "permission denied"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, err := runner(t).Run(t.Context(), automation.Step{Command: &tt.command}, payload())
			if err == nil || res.Retry || !strings.Contains(res.Text, tt.want) {
				t.Errorf("got %+v, %v; want %q", res, err, tt.want)
			}
		})
	}
	if _, err := runner(t).Run(t.Context(), automation.Step{Note: &automation.Note{Text: "x"}}, payload()); !errors.Is(err, automation.ErrNotExternal) {
		t.Errorf("a note: got %v", err)
	}
}

// lifeline makes a pipe in the file system, and a channel that says "open" when some process holds it for writing, and "gone"
// when none does any more.
func lifeline(t *testing.T) (name string, says <-chan string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "lifeline")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	ch := make(chan string, 2)
	go func() {
		f, err := os.Open(name)
		if err != nil {
			ch <- err.Error()
			return
		}
		defer f.Close()
		ch <- "open"
		_, _ = io.Copy(io.Discard, f)
		ch <- "gone"
	}()
	return name, ch
}

func expect(t *testing.T, says <-chan string, want string) {
	t.Helper()
	select {
	case got := <-says:
		if got != want {
			t.Fatalf("the grandchild's pipe is %s, want %s", got, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("the grandchild's pipe is not %s", want)
	}
}

func TestATimeoutEndsEverythingItStarted(t *testing.T) {
	name, says := lifeline(t)
	step := shell(`echo waiting; sleep 300 > "$1" & trap "" TERM INT; wait; sleep 300`, name)
	step.Command.Timeout = 300 * time.Millisecond
	res, err := runner(t).Run(t.Context(), step, payload())
	if !errors.Is(err, automation.ErrTimedOut) || res.Retry || res.Text != "command sh: it took too long: cut off after 300ms: waiting" {
		t.Errorf("got %+v, %v", res, err)
	}
	expect(t, says, "open")
	expect(t, says, "gone")
}

func TestAStopOfRouseEndsItAndAsksForAnotherTry(t *testing.T) {
	name, says := lifeline(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		expect(t, says, "open")
		cancel()
	}()
	res, err := runner(t).Run(ctx, shell(`sleep 300 > "$1"`, name), payload())
	if !errors.Is(err, automation.ErrStopped) || !res.Retry {
		t.Errorf("got %+v, %v", res, err)
	}
	expect(t, says, "gone")
}

func TestWhatACommandLeavesBehindIsEnded(t *testing.T) {
	name, says := lifeline(t)
	// The second sleep keeps standard output open, which alone would hold up whoever reads it.
	begin := time.Now()
	res, err := runner(t).Run(t.Context(), shell(`sleep 300 > "$1" & sleep 300 & : > "$1"; echo left`, name), payload())
	if err != nil || res.Text != "command sh: done: left" {
		t.Errorf("got %+v, %v", res, err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("it held us up for %s", took)
	}
	expect(t, says, "open")
	expect(t, says, "gone")
}

func TestMuchOutputIsNotKept(t *testing.T) {
	tests := []struct{ name, script, want string }{
		{"many lines", `i=0; while [ $i -lt 20000 ]; do echo "line $i of a long story"; i=$((i+1)); done; echo end`, "command sh: done: end"},
		{"one long line", `head -c 3000000 /dev/zero | tr '\0' x; echo tail`, "command sh: done: …" + strings.Repeat("x", 195) + "tail"},
		{"a line for its beginning", `echo head; head -c 3000 /dev/zero | tr '\0' y`, "command sh: done: " + strings.Repeat("y", 199) + "…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res, err := runner(t).Run(t.Context(), shell(tt.script), payload())
			if err != nil || res.Text != tt.want {
				t.Errorf("got  %q, %v\nwant %q", res.Text, err, tt.want)
			}
		})
	}
}

func TestALargePayloadThatNobodyReads(t *testing.T) {
	p := payload()
	p.Incident.Labels = map[string]string{"big": strings.Repeat("x", 1<<20)}
	if res, err := runner(t).Run(t.Context(), shell("exit 0"), p); err != nil {
		t.Errorf("got %+v, %v", res, err)
	}
}

func TestACommandGivesItsPlaceBack(t *testing.T) {
	r := runner(t, func(o *automation.Options) { o.AtOnce = 1 })
	for _, step := range []automation.Step{
		shell("exit 0"), shell("exit 1"), shell("{{.Titel}}", "{{.Titel}}"), {Command: &automation.Command{Argv: []string{"/nonexistent/x"}}}, shell("exit 0"),
	} {
		if _, err := r.Run(t.Context(), step, payload()); errors.Is(err, automation.ErrBusy) {
			t.Errorf("%v: a run before it kept its place", step)
		}
	}
}
