package incident

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rouse/rouse/oncall"
)

// Fired names the level of a policy that fired, as the Why of its entry says it.
type Fired struct {
	Policy  oncall.PolicyID
	Level   int    // from 1
	Round   int    // from 1
	Version string // of the configuration
}

// String is what Why says.
func (f Fired) String() string {
	return fmt.Sprintf("policy %s, level %d, round %d%s%s", f.Policy, f.Level, f.Round, versionWord, f.Version)
}

// ReadFired reads what String wrote; false for what is something else.
func ReadFired(why string) (Fired, bool) {
	rule, version := CutVersion(why)
	rule, ok := strings.CutPrefix(rule, "policy ")
	at := strings.LastIndex(rule, ", level ")
	if !ok || at < 0 {
		return Fired{}, false
	}
	level, round, ok := strings.Cut(rule[at+len(", level "):], ", round ")
	l, err1 := strconv.Atoi(level)
	r, err2 := strconv.Atoi(round)
	return Fired{oncall.PolicyID(rule[:at]), l, r, version}, ok && err1 == nil && err2 == nil
}

// versionWord parts what did something from the version of the configuration that says so.
const versionWord = ", configuration "

// version is the end of a Why: the configuration that the rule is of.
func (d *draft) version() string { return versionWord + d.book.Version }

// CutVersion parts the Why of an entry into the rule and the version of the configuration that has it; an entry of an older rouse, or
// whose rule is not of the configuration, has no version.
func CutVersion(why string) (rule, version string) {
	at := strings.LastIndex(why, versionWord)
	if at < 0 {
		return why, ""
	}
	return why[:at], why[at+len(versionWord):]
}

// why says what made a page: what named the person, and which of their notification rules it is.
func (n *Notice) why(s *Step) string {
	if s.Rule == 0 { // an older rouse set it up
		return n.Why
	}
	rule := "notification rule " + strconv.Itoa(s.Rule)
	if n.Why == "" {
		return rule
	}
	return n.Why + "; " + rule
}

// ReadRule reads the Why of a page that wakes somebody: what named the person, and the number of their notification rule, from 1; 0
// where an older rouse wrote it.
func ReadRule(why string) (ground string, rule int) {
	ground, number, ok := strings.Cut(why, "notification rule ")
	if !ok {
		return why, 0
	}
	rule, _ = strconv.Atoi(number)
	return strings.TrimSuffix(ground, "; "), rule
}
