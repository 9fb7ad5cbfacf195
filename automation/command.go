package automation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	outputMost = 4 << 10         // bytes of a program's output that are kept: the last
	linger     = time.Second     // for output that something it left behind holds open
	grace      = 2 * time.Second // more, for a system that cannot even kill
	tempFail   = 75              // sysexits.h, EX_TEMPFAIL: the program asks for another try
	envMost    = 4 << 10         // bytes of a ROUSE_ variable
)

// command runs a program once. free gives back the slot of the run: when the program has ended, even if nobody waits any more.
func (r *Runner) command(outer context.Context, s Step, p Payload, v veil, free func()) (Result, error) {
	limit := within(s.Command.Timeout, DefaultCommandTimeout)
	ctx, cancel := context.WithTimeout(outer, limit)
	defer cancel()
	cmd, err := s.Command.prepare(ctx, p)
	if err != nil {
		free()
		return failure(s, v, false, err)
	}
	out := &tail{}
	cmd.Stdout, cmd.Stderr = out, out
	ended := make(chan error, 1)
	go func() {
		err := cmd.Run()
		if cmd.Process != nil {
			_ = killGroup(cmd.Process) // what it started and left behind
		}
		free()
		ended <- err
	}()
	if done, err := await(ctx, ended); done {
		var stopped error
		if ctx.Err() != nil {
			stopped = cut(outer, limit)
		}
		return judge(s, v, out, err, stopped)
	}
	// Start, kill and wait are the system's; on a dead network drive they may never return. out is still being written.
	return failure(s, v, false, fmt.Errorf("%w and could not be ended", cut(outer, limit)))
}

// await waits for the program's end, and a little longer than its context; false when it does not come.
func await(ctx context.Context, ended <-chan error) (done bool, err error) {
	select {
	case err := <-ended:
		return true, err
	case <-ctx.Done():
	}
	t := time.NewTimer(linger + grace)
	defer t.Stop()
	select {
	case err := <-ended:
		return true, err
	case <-t.C:
		return false, nil
	}
}

// judge says what a program's end means. stopped is why it was killed, if it was still running then.
func judge(s Step, v veil, out *tail, err, stopped error) (Result, error) {
	said := out.last(v)
	if said != "" {
		said = ": " + said
	}
	var exit *exec.ExitError
	retry := false
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return Result{Text: v.text(s.String()) + ": done" + said}, nil
	case stopped != nil:
		err, retry = stopped, errors.Is(stopped, ErrStopped)
	case errors.As(err, &exit) && exit.Exited():
		err = fmt.Errorf("exit code %d", exit.ExitCode())
		retry = exit.ExitCode() == tempFail
	case errors.As(err, &exit):
		err = errors.New("ended by " + exit.String())
	default:
		retry = passing(err)
		err = fmt.Errorf("could not be started: %w", err)
	}
	res, err := failure(s, v, retry, err)
	res.Text += said
	return res, err
}

// passing reports whether a program could not be started for a reason that may be over soon.
func passing(err error) bool {
	for _, e := range []error{syscall.EAGAIN, syscall.ENOMEM, syscall.EMFILE, syscall.ENFILE, syscall.ETXTBSY} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// prepare makes everything ready but starts nothing.
func (c *Command) prepare(ctx context.Context, p Payload) (*exec.Cmd, error) {
	argv, err := c.arguments(p)
	if err != nil {
		return nil, err
	}
	dir := c.Dir
	if dir == "" {
		dir = "/"
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("its dir %s is no directory that can be read", dir)
	}
	body, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = dir, c.environment(p)
	cmd.Stdin = bytes.NewReader(append(body, '\n'))
	cmd.WaitDelay = linger
	apart(cmd)
	cmd.Cancel = func() error { return killGroup(cmd.Process) }
	return cmd, nil
}

// arguments renders argv. Each argument stays one, whatever is in it.
func (c *Command) arguments(p Payload) ([]string, error) {
	if len(c.Argv) == 0 || !strings.HasPrefix(c.Argv[0], "/") {
		return nil, errors.New("its program is no absolute path")
	}
	argv, options := c.Argv[:1:1], true
	for n, source := range c.Argv[1:] {
		arg, err := RenderText(source, p)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", n+1, err)
		}
		if options && strings.HasPrefix(arg, "-") && !strings.HasPrefix(source, "-") {
			return nil, fmt.Errorf(`argument %d would be an option, %q: write "--" before it, or read a ROUSE_ variable instead`, n+1, bounded(arg, 40))
		}
		options = options && source != "--"
		argv = append(argv, strings.ReplaceAll(arg, "\x00", ""))
	}
	return argv, nil
}

// environment is all that the program gets: nothing of rouse's own.
func (c *Command) environment(p Payload) []string {
	home := c.Dir
	if home == "" {
		home = "/nonexistent"
	}
	env := []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=" + home}
	i := &p.Incident
	for _, v := range [][2]string{
		{"ID", p.ID}, {"EVENT", string(p.Event)}, {"RULE", p.Rule}, {"CONFIDENTIAL", strconv.FormatBool(p.Confidential)},
		{"NUMBER", strconv.FormatInt(i.Number, 10)}, {"REF", i.Ref}, {"STATE", i.State}, {"TITLE", i.Title}, {"SERVICE", i.Service},
		{"TEAM", i.Team}, {"TYPE", i.Type}, {"CATEGORY", i.Category}, {"IMPACT", i.Impact}, {"URGENCY", i.Urgency},
		{"PRIORITY", i.Priority}, {"SEVERITY", i.Severity}, {"ASSIGNEE", i.Assignee}, {"URL", i.URL},
		{"WHAT", p.Entry.What}, {"WHY", p.Entry.Why}, {"BY", p.Entry.By},
	} {
		env = append(env, "ROUSE_"+v[0]+"="+strings.ReplaceAll(bounded(v[1], envMost), "\x00", ""))
	}
	for _, name := range sorted(c.Env) {
		env = append(env, name+"="+c.Env[name])
	}
	return env
}

// tail keeps the end of what is written to it. It never refuses, so a program that says much is not held up.
type tail struct {
	b    []byte
	lost bool // there was more before it
}

func (t *tail) Write(p []byte) (int, error) {
	n := len(p)
	if n > outputMost {
		p, t.lost = p[n-outputMost:], true
	}
	t.b = append(t.b, p...)
	if over := len(t.b) - outputMost; over > 0 {
		t.b, t.lost = append(t.b[:0], t.b[over:]...), true
	}
	return n, nil
}

// last is the last line that says something.
func (t *tail) last(v veil) string {
	text := strings.TrimSpace(v.hide(string(t.b)))
	k := strings.LastIndexAny(text, "\n\r")
	if k < 0 && t.lost { // it began before what is kept
		return v.end(text)
	}
	return v.line(text[k+1:])
}
