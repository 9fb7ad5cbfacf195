// Package plan says what a change of the configuration does, before it is made: which alerts go elsewhere, and for the weeks to
// come who gains or loses which hours on call, where nobody is on call any more, and whom nothing can reach.
//
// It compares what two configurations answer, not how they are written. It reads no clock and does no I/O. Its law: what it
// calls a difference is one, at the instant or for the labels that it names.
package plan

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

// Side is one of the two configurations.
type Side struct {
	Roster   *oncall.Roster
	Tree     *router.Tree
	Services map[string]oncall.PolicyID // the escalation policy of each service
	Quiet    map[string]string          // what keeps people from being paged, in words: see router.Gate.Words
	Carried  []oncall.Method            // what some provider carries; nil: everything
	Written  map[string]string          // what else the file says: a fingerprint by path, see configs.Config.Outline
}

// Options say what is looked at.
type Options struct {
	From, To time.Time // of schedules
	Alerts   []Seen    // that came of late, or nil
}

// Report is what a change does. Lists are in the order of names, or of time.
type Report struct {
	From        time.Time     `json:"from"`
	To          time.Time     `json:"to"`
	Schedules   []Schedule    `json:"schedules"` // that differ
	People      []Person      `json:"people"`    // whose hours differ, over all schedules
	Policies    []Rewritten   `json:"policies"`  // that differ
	Services    []Rewritten   `json:"services"`  // whose policy differs
	Quiet       []Rewritten   `json:"quiet"`     // inhibition, maintenance and time intervals that differ
	Routes      []Reroute     `json:"routes"`    // where alerts go elsewhere
	Unreachable []Unreachable `json:"unreachable"`
	Written     []Other       `json:"written"`          // what else is written differently, and was not weighed
	Alerts      *Replayed     `json:"alerts,omitempty"` // nil: none were given
}

// Rewritten is something that is written differently, in words. An empty Before is new, an empty After is gone.
type Rewritten struct {
	Name   string `json:"name"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Other is a setting of which no more is known than that it is written differently.
type Other struct {
	Path string `json:"path"`
	What string `json:"what"` // new | gone | changed
}

// Compare says what it does to go from one configuration to the other.
func Compare(before, after Side, o Options) Report {
	r := Report{
		From: o.From, To: o.To,
		Schedules: schedules(before.Roster, after.Roster, o), People: people(before.Roster, after.Roster, o),
		Policies: rewritten(policies(before.Roster), policies(after.Roster)), Services: rewritten(services(before), services(after)),
		Quiet:  rewritten(before.Quiet, after.Quiet),
		Routes: reroutes(before, after), Unreachable: unreachable(before, after),
		Written: others(before.Written, after.Written),
	}
	if o.Alerts != nil {
		r.Alerts = replay(before, after, o.Alerts)
	}
	return r
}

// Same reports whether nothing differs.
func (r *Report) Same() bool {
	return len(r.Schedules)+len(r.People)+len(r.Policies)+len(r.Services)+len(r.Quiet)+len(r.Routes)+len(r.Unreachable)+len(r.Written) == 0
}

// Gaps counts the schedules with new gaps.
func (r *Report) Gaps() (n int) {
	for _, s := range r.Schedules {
		if len(s.NewGaps) > 0 {
			n++
		}
	}
	return n
}

// rewritten compares two sets of things by their words.
func rewritten(before, after map[string]string) []Rewritten {
	all := maps.Clone(before)
	maps.Copy(all, after)
	out := []Rewritten{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if before[name] != after[name] {
			out = append(out, Rewritten{name, before[name], after[name]})
		}
	}
	return out
}

// others compares what is written by its fingerprints.
func others(before, after map[string]string) []Other {
	all := []Other{}
	for _, w := range rewritten(before, after) {
		o := Other{w.Name, "changed"}
		switch {
		case w.Before == "":
			o.What = "new"
		case w.After == "":
			o.What = "gone"
		}
		all = append(all, o)
	}
	return all
}

func services(s Side) map[string]string {
	out := map[string]string{}
	for name, p := range s.Services {
		out[name] = "policy " + cmp.Or(string(p), string(s.Roster.Fallback()))
	}
	return out
}
