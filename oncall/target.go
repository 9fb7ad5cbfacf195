package oncall

import (
	"fmt"
	"strings"
)

// TargetKind says what an escalation level's target is.
type TargetKind string

// The kinds of target.
const (
	ToUser     TargetKind = "user"
	ToSchedule TargetKind = "schedule"
	ToTeam     TargetKind = "team"
	ToReceiver TargetKind = "receiver" // a chat room or mail list, configured as Alertmanager receivers are
)

// Target is what an escalation level notifies, written "user/ana".
type Target struct {
	Kind TargetKind
	Name string
}

// ParseTarget reads "user/ana", "schedule/x", "team/x" or "receiver/x". The name is everything after the first slash, with
// the space around it removed; that it names something is not checked here. Its error says how a target is written.
func ParseTarget(s string) (Target, error) {
	kind, name, found := strings.Cut(strings.TrimSpace(s), "/")
	t := Target{Kind: TargetKind(kind), Name: strings.TrimSpace(name)}
	if !found || t.Name == "" {
		return Target{}, fmt.Errorf("target %q has no name: write user/NAME, schedule/NAME, team/NAME or receiver/NAME", s)
	}
	switch t.Kind {
	case ToUser, ToSchedule, ToTeam, ToReceiver:
		return t, nil
	}
	return Target{}, fmt.Errorf("target %q is of no known kind: write user/NAME, schedule/NAME, team/NAME or receiver/NAME", s)
}

// String writes the target as the configuration does.
func (t Target) String() string { return string(t.Kind) + "/" + t.Name }
