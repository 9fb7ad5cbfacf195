// Package router says where an alert belongs: which service, which escalation policy, which group, how urgent, and
// whether something (a silence, an inhibition, a maintenance window, a mute interval) keeps people from hearing of it.
//
// The tree, its matchers, time intervals and inhibition mean what they mean in Alertmanager, whose libraries do the matching.
// The package reads no clock, starts no timer and does no I/O. Its law: every answer carries its reason, and nothing falls through.
package router

import (
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
)

// Decision is where one alert goes by one matched route. An alert that matches several routes (continue) has several.
type Decision struct {
	Service       string            // never empty
	Policy        string            // escalation policy; empty: the service's own
	Urgency       string            // high | medium | low as the route says; empty: not said
	Impact        string            // high | medium | low as the route says; empty: the service's own
	Type          string            // incident type and category as the route says, or empty
	Category      string            //
	GroupKey      string            // alerts of one service with the same group key share one open incident
	GroupLabels   map[string]string // the labels that made the key
	Receivers     []string          // rooms told as well, from `receiver:` of the route
	ReopenWindow  time.Duration     // a group back within it reopens its incident
	ResolveDelay  time.Duration     // after the last recovery, before the incident resolves
	Route         string            // the matched route, as "file:line" or a path such as route.routes[2]
	MuteIntervals []string          // names of the route's mute_time_intervals and, negated with '!', active_time_intervals
	Why           []string          // each step in words, root first
	Overflow      string            // never by a Tree: the integration whose groups are too many, and gathered under this key
}

// SuppressionKind says what keeps people from being paged.
type SuppressionKind string

// The kinds of suppression, in the order in which they are tried.
const (
	BySilence     SuppressionKind = "silence"
	ByInhibition  SuppressionKind = "inhibition"
	ByMaintenance SuppressionKind = "maintenance"
	ByMute        SuppressionKind = "mute"
)

// Suppression is why nobody is paged for an alert that is firing.
type Suppression struct {
	Kind  SuppressionKind `json:"kind"`
	Rule  string          `json:"rule"`           // silence id, name of the window or interval, or the inhibition rule in words
	Until time.Time       `json:"until,omitzero"` // when it may end by itself; zero: unknown, ask again
}

// Silence mutes people, not facts: alerts that match are recorded but page nobody while it is active.
type Silence struct {
	ID          string            `json:"id"`
	Matchers    []Matcher         `json:"matchers"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt"`
	UpdatedAt   time.Time         `json:"updatedAt"`
	CreatedBy   string            `json:"createdBy"`
	Comment     string            `json:"comment"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Matcher is Alertmanager's matcher in a form that can be stored.
type Matcher struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	IsRegex bool   `json:"isRegex"`
	IsEqual bool   `json:"isEqual"`
}

// Compile turns the stored form into Alertmanager's Matcher; a bad regular expression is an error.
func (m Matcher) Compile() (*labels.Matcher, error) {
	kind := labels.MatchEqual
	switch {
	case m.IsEqual && m.IsRegex:
		kind = labels.MatchRegexp
	case !m.IsEqual && m.IsRegex:
		kind = labels.MatchNotRegexp
	case !m.IsEqual:
		kind = labels.MatchNotEqual
	}
	return labels.NewMatcher(kind, m.Name, m.Value)
}
