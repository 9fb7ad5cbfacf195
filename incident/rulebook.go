package incident

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/incident/sla"
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

	SLAs        []*sla.Definition
	HoldReasons []string                   // reason classes; a hold's class is the first word of its reason, if it is one of these
	NoteFor     map[Priority]bool          // priorities whose resolution needs a note
	Cadence     map[Priority]time.Duration // how often an open incident owes an update to its stakeholders
	Templates   map[string]string          // texts of status updates by phase, as text/template over Incident
	Reviews     Reviews
}

// Reviews says which incidents need a review before they close, and by when.
type Reviews struct {
	Required map[Priority]bool
	Due      time.Duration // after the resolution; 0: no due date
}

// Service is something that breaks and somebody who answers for it.
type Service struct {
	Name       string
	Team       oncall.TeamID
	Policy     oncall.PolicyID
	Impact     Grade         // default of its incidents
	DependsOn  []string      // services that it needs; see Upstream
	Runbook    string        //
	AckTimeout time.Duration // an acknowledgement lapses and pages again; 0: never

	Subscribers []Recipient // who is told of status updates, by the configuration
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

// HoldClass is the class of a hold's reason: its first word, where that is one of the configured reasons; else empty.
func (b *Rulebook) HoldClass(reason string) string {
	for w := range strings.FieldsSeq(reason) {
		w = strings.ToLower(strings.Trim(w, ".,:;"))
		if slices.Contains(b.HoldReasons, w) {
			return w
		}
		break
	}
	return ""
}

// usualType is the type of an incident of which nobody says: technical, or the first that the configuration has.
func (b *Rulebook) usualType() string {
	const usual = "technical"
	if _, ok := b.Types[usual]; ok || len(b.Types) == 0 {
		return usual
	}
	return slices.Min(slices.Collect(maps.Keys(b.Types)))
}

// teamOf is the team that answers for an incident: its own, else its service's.
func (b *Rulebook) teamOf(team, service string) oncall.TeamID {
	if team != "" {
		return oncall.TeamID(team)
	}
	return b.Services[service].Team
}
