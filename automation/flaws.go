package automation

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/oncall"
)

const (
	stepsMost = 20
	argsMost  = 64
	clockMost = 7 * 24 * time.Hour
)

var (
	ruleName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)
	envName  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	token    = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$") // a header's name, RFC 9110, section 5.6.2
	level    = regexp.MustCompile(`^P[1-5]$`)
)

// Flaws says what is wrong with rules, each with its place, rule and step, and what to write instead; nothing when they can be
// used. It judges what it can see: that users, receivers, types and directories exist is for others to know.
func Flaws(rules []Rule) []string {
	var l list
	first := map[string]string{}
	for _, r := range rules {
		l.at = place(r)
		switch before, twice := first[r.Name]; {
		case !ruleName.MatchString(r.Name):
			l.add("its name must be 1 to 64 letters, digits, dots, dashes or underscores")
		case twice:
			l.add("there is an automation of this name at %s already", before)
		default:
			first[r.Name] = r.Pos
		}
		l.rule(r)
	}
	return l.flaws
}

// list gathers flaws.
type list struct {
	at    string
	flaws []string
}

func (l *list) add(format string, args ...any) {
	l.flaws = append(l.flaws, l.at+": "+fmt.Sprintf(format, args...))
}

func place(r Rule) string {
	if r.Pos == "" {
		return fmt.Sprintf("automation %q", r.Name)
	}
	return fmt.Sprintf("%s: automation %q", r.Pos, r.Name)
}

func (l *list) rule(r Rule) {
	if len(r.On) == 0 {
		l.add("it never runs: write in on: which events it waits for, such as opened")
	}
	for _, ev := range r.On {
		if _, err := ParseEvent(string(ev)); err != nil {
			l.add("%v", err)
		}
	}
	switch n := len(r.Steps); {
	case n == 0:
		l.add("it does nothing: write at least one step in do:")
	case n > stepsMost:
		l.add("it has %d steps, more than %d", n, stepsMost)
	}
	for n, s := range r.Steps {
		l.at = fmt.Sprintf("%s, step %d", place(r), n+1)
		l.step(s)
	}
}

func (l *list) step(s Step) {
	if n := s.count(); n != 1 {
		l.add("a step does one thing, this one %d: write one of webhook, command, add_responders, set, room, update_clock, note", n)
		return
	}
	switch {
	case s.Webhook != nil:
		l.webhook(s.Webhook)
	case s.Command != nil:
		l.command(s.Command)
	case s.AddResponders != nil:
		l.responders(s.AddResponders)
	case s.Set != nil:
		l.set(s.Set)
	case s.Room != nil:
		if s.Room.Receiver == "" {
			l.add("room: write which receiver")
		}
		l.text("room", s.Room.Text)
	case s.UpdateClock != nil:
		if e := s.UpdateClock.Every; e != 0 && (e < time.Minute || e > clockMost) {
			l.add("update_clock: every must be from 1m to 7d, not %s", e)
		}
	case s.Note != nil:
		l.text("note", s.Note.Text)
	}
}

func (s Step) count() int {
	n := 0
	for _, is := range []bool{
		s.Webhook != nil, s.Command != nil, s.AddResponders != nil, s.Set != nil, s.Room != nil, s.UpdateClock != nil, s.Note != nil,
	} {
		if is {
			n++
		}
	}
	return n
}

func (l *list) text(what, text string) {
	if strings.TrimSpace(text) == "" {
		l.add("%s: its text is empty", what)
		return
	}
	if err := CheckText(text); err != nil {
		l.add("%s: %v", what, err)
	}
}

func (l *list) timeout(what string, t time.Duration) {
	if t != 0 && (t < LeastTimeout || t > MostTimeout) {
		l.add("%s: its timeout must be from %s to 5m, not %s", what, LeastTimeout, t)
	}
}

func (l *list) webhook(w *Webhook) {
	u, err := url.Parse(w.URL)
	switch { // the address itself may hold a token, so no message repeats it
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		l.add("webhook: its url must be a whole address, such as https://hooks.example.com/rouse")
	case u.User != nil:
		l.add("webhook: its url holds a name or a password: write them in a header instead")
	case u.Fragment != "" || strings.Contains(w.URL, "{{"):
		l.add("webhook: its url must be plain: no fragment, no template")
	}
	for _, s := range w.Secrets {
		if len(s) < 16 {
			l.add("webhook: a secret of fewer than 16 characters can be guessed: take a longer one")
		}
	}
	for _, name := range sorted(w.Header) {
		if why := badHeader(name, w.Header[name]); why != "" {
			l.add("webhook: header %q %s", name, why)
		}
	}
	l.timeout("webhook", w.Timeout)
}

// reserved are headers that rouse or the transport writes.
var reserved = []string{
	"host", "content-length", "content-type", "transfer-encoding", "connection", "te", "trailer", "upgrade", "expect", "accept-encoding",
}

func badHeader(name, value string) string {
	low := strings.ToLower(name)
	switch {
	case !token.MatchString(name):
		return "is no name of a header"
	case slices.Contains(reserved, low) || strings.HasPrefix(low, "x-rouse-") || strings.HasPrefix(low, "proxy-"):
		return "is not for you to write"
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7F }):
		return "has a value with a line break or another control character"
	}
	return ""
}

func (l *list) command(c *Command) {
	switch {
	case len(c.Argv) == 0:
		l.add("command: write the program and its arguments")
	case !path.IsAbs(c.Argv[0]) || strings.Contains(c.Argv[0], "{{"):
		l.add("command: the program must be an absolute path without a template, such as /usr/local/bin/tell-vendor")
	case len(c.Argv) > argsMost:
		l.add("command: it has %d arguments, more than %d", len(c.Argv)-1, argsMost-1)
	}
	for n, arg := range c.Argv {
		if err := CheckText(arg); n > 0 && err != nil {
			l.add("command: argument %d: %v", n, err)
		}
		if strings.ContainsRune(arg, 0) {
			l.add("command: argument %d has a NUL character", n)
		}
	}
	for _, name := range sorted(c.Env) {
		switch {
		case !envName.MatchString(name):
			l.add("command: %q is no name of an environment variable", name)
		case strings.HasPrefix(name, "ROUSE_"):
			l.add("command: environment variable %s: names that begin with ROUSE_ are for rouse to write", name)
		case strings.ContainsRune(c.Env[name], 0):
			l.add("command: environment variable %s has a NUL character", name)
		}
	}
	if c.Dir != "" && !path.IsAbs(c.Dir) {
		l.add("command: its dir must be an absolute path")
	}
	l.timeout("command", c.Timeout)
}

func (l *list) responders(a *AddResponders) {
	if len(a.Targets) == 0 {
		l.add("add_responders: write whom: user/NAME, schedule/NAME or team/NAME")
	}
	for _, t := range a.Targets {
		switch t.Kind {
		case oncall.ToUser, oncall.ToSchedule, oncall.ToTeam:
		default:
			l.add("add_responders: %s is nobody who can be paged: write user/NAME, schedule/NAME or team/NAME, or a room step", t)
		}
	}
}

func (l *list) set(s *Set) {
	if (Set{Reason: s.Reason}) == *s {
		l.add("set: it sets nothing: write category, impact, urgency, priority or type")
	}
	l.grade("impact", s.Impact)
	l.grade("urgency", s.Urgency)
	if s.Priority != "" && !level.MatchString(string(s.Priority)) {
		l.add("set: priority must be P1 to P5, not %q", s.Priority)
	}
}

func (l *list) grade(name string, g incident.Grade) {
	switch g {
	case "", incident.GradeHigh, incident.GradeMedium, incident.GradeLow:
	default:
		l.add("set: %s must be high, medium or low, not %q", name, g)
	}
}

func sorted(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
