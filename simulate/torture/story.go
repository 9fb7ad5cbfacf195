package torture

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rouse/rouse/incident"
)

// story tells what happened in a seed that failed: the faults, and all that was of the incident concerned.
func (t *run) story() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Seed %d broke a law after %s:\n", t.seed, t.w.Elapsed())
	for _, f := range t.w.Failures() {
		fmt.Fprintf(&b, "  %s\n", f)
	}
	ref := t.blamed()
	fmt.Fprintf(&b, "\nWhat happened (faults%s):\n", map[bool]string{true: ", and all about " + ref}[ref != ""])
	about := regexp.MustCompile(`\b` + regexp.QuoteMeta(ref) + `\b`)
	sids := t.sidsOf(ref)
	always := []string{"fault", "BROKEN", "calm", "house"}
	for _, l := range t.w.Trace() {
		named := ref != "" && (about.MatchString(l.What) || slices.ContainsFunc(sids, func(sid string) bool { return strings.Contains(l.What+" ", sid+" ") }))
		if l.Kind == "source" {
			named = slices.ContainsFunc(t.w.Failures(), func(f string) bool { return strings.Contains(f, strings.SplitN(l.What, " (", 2)[0]) })
		}
		if named || slices.Contains(always, l.Kind) {
			fmt.Fprintln(&b, l)
		}
	}
	fmt.Fprintf(&b, "\nAgain: make simulate SEEDS=1 FROM=%d\n", t.seed)
	return b.String()
}

// blamed is the incident that the first broken law is about.
func (t *run) blamed() string {
	if t.stay.blame != 0 {
		return incident.Ref(t.stay.blame)
	}
	for _, f := range t.w.Failures() {
		if m := mentioned.FindString(f); m != "" {
			return m
		}
	}
	return ""
}

// sidsOf are the carriers' names of messages that told of an incident.
func (t *run) sidsOf(ref string) (sids []string) {
	for _, c := range t.carriers {
		for _, i := range c.Items {
			if strings.HasPrefix(i.Message.ID, ref+"/") {
				sids = append(sids, i.SID)
			}
		}
	}
	return sids
}
