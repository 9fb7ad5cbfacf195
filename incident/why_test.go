package incident

import "testing"

func TestFiredIsReadBack(t *testing.T) {
	for _, f := range []Fired{{"payments", 1, 1, "abc"}, {"a, level 7, round 2", 12, 3, "9f"}, {"x", 2, 1, ""}} {
		if got, ok := ReadFired(f.String()); !ok || got != f {
			t.Errorf("%q is read as %+v %t", f, got, ok)
		}
	}
	// as rouse 0.3 and later wrote it, and what is something else
	if got, ok := ReadFired("policy main, level 2, round 1, configuration 4f"); !ok || got != (Fired{"main", 2, 1, "4f"}) {
		t.Errorf("got %+v %t", got, ok)
	}
	for _, s := range []string{"", "delivery", "policy main", "policy main, level x, round 1", "level 1, round 1"} {
		if got, ok := ReadFired(s); ok {
			t.Errorf("%q is read as %+v", s, got)
		}
	}
}

func TestCutVersion(t *testing.T) {
	for why, want := range map[string][2]string{
		"silence 12, configuration 4f":        {"silence 12", "4f"},
		"route rouse.yaml:7":                  {"route rouse.yaml:7", ""}, // of an older store
		"a, configuration b, configuration c": {"a, configuration b", "c"},
	} {
		if rule, version := CutVersion(why); rule != want[0] || version != want[1] {
			t.Errorf("%q: %q %q", why, rule, version)
		}
	}
}

func TestReadRule(t *testing.T) {
	n := Notice{Why: "schedule/primary, layer east; of 2"}
	for _, tt := range []struct {
		why    string
		ground string
		rule   int
	}{
		{n.why(&Step{Rule: 2}), "schedule/primary, layer east; of 2", 2},
		{n.why(&Step{}), "schedule/primary, layer east; of 2", 0},
		{(&Notice{}).why(&Step{Rule: 3}), "", 3},
		{"", "", 0},
	} {
		if ground, rule := ReadRule(tt.why); ground != tt.ground || rule != tt.rule {
			t.Errorf("%q: %q %d", tt.why, ground, rule)
		}
	}
}
