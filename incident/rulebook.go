package incident

import (
	"time"

	"github.com/rouse/rouse/oncall"
)

// Rulebook is an immutable snapshot of everything a decision may consult beside the incident itself. It is swapped whole
// on reload and whenever an override changes; a decision sees one version of it.
type Rulebook struct {
	Roster   *oncall.Roster
	Services map[string]Service
	Matrix   map[Grade]map[Grade]Priority // impact, then urgency
	Page     map[Priority]bool            // priorities that notify with high urgency
	Types    map[string][]string          // incident types and their categories
	Version  string                       // of the configuration file, for the timeline
	CloseIn  time.Duration                // a resolved incident closes by itself after this; 0: DefaultCloseIn
}

// Service is something that breaks and somebody who answers for it.
type Service struct {
	Name       string
	Team       oncall.TeamID
	Policy     oncall.PolicyID
	Impact     Grade         // default of its incidents
	DependsOn  []string      //
	Runbook    string        //
	AckTimeout time.Duration // an acknowledgement lapses and pages again; 0: never
}

// Prioritise reads the matrix. A pair that the matrix lacks is P3, the middle, so that nothing is ever without a priority.
func (b *Rulebook) Prioritise(impact, urgency Grade) Priority {
	if p, ok := b.Matrix[impact][urgency]; ok {
		return p
	}
	return "P3"
}

// NotifyUrgency says which of a person's notification rules a priority uses.
func (b *Rulebook) NotifyUrgency(p Priority) oncall.Urgency {
	if b.Page[p] {
		return oncall.High
	}
	return oncall.Low
}

// DefaultCloseIn is how long a resolved incident stays open to corrections before it closes by itself.
const DefaultCloseIn = 72 * time.Hour
