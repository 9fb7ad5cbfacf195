package problem_test

import (
	"testing"

	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
)

func TestEffectApplies(t *testing.T) {
	held := func(class string) incident.Incident {
		i := incident.Incident{Number: 42, State: incident.OnHold}
		i.HeldClass = class
		return i
	}
	knows := incident.Incident{Number: 42, State: incident.Triggered}
	knows.Workaround, knows.Problem = "restart", 3
	tell := incident.Diagnose{Kind: incident.WorkaroundFound, Text: "restart"}
	for _, tc := range []struct {
		name string
		e    problem.Effect
		i    incident.Incident
		want bool
	}{
		{"held for the problem", problem.Effect{To: problem.ToHeld, Action: incident.Resume{}}, held("problem"), true},
		{"held for a vendor", problem.Effect{To: problem.ToHeld, Action: incident.Resume{}}, held("vendor"), false},
		{"held before, triggered now", problem.Effect{To: problem.ToHeld, Action: incident.Resume{}}, incident.Incident{Number: 42, State: incident.Triggered}, false},
		{"open", problem.Effect{To: problem.ToOpen, Action: tell}, held("vendor"), true},
		{"resolved", problem.Effect{To: problem.ToOpen, Action: tell}, incident.Incident{Number: 42, State: incident.Resolved}, false},
		{"knows the workaround", problem.Effect{To: problem.ToOpen, Action: tell}, knows, false},
		{"another incident", problem.Effect{Incident: 41, To: problem.ToOpen, Action: tell}, held("problem"), false},
		{"this incident", problem.Effect{Incident: 42, To: problem.ToOpen, Action: tell}, held("problem"), true},
		{"is of that problem already", problem.Effect{To: problem.ToAll, Action: incident.Relate{Kind: incident.ToProblem, To: 3}}, knows, false},
		{"is of another problem", problem.Effect{To: problem.ToAll, Action: incident.Relate{Kind: incident.ToProblem, To: 4}}, knows, true},
	} {
		if got := tc.e.Applies(&tc.i); got != tc.want {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
}
