package alert

import "time"

// Change is a change event: a deploy, a merge, a configuration push. It pages nobody; it helps to diagnose.
type Change struct {
	Integration string            `json:"integration"`
	Summary     string            `json:"summary"`
	Source      string            `json:"source,omitempty"`
	At          time.Time         `json:"at"`
	Details     map[string]string `json:"details,omitempty"`
	Links       []Link            `json:"links,omitempty"`
}
