package web

import (
	"maps"
	"slices"
	"strings"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/router"
)

// The terms of the trade as pages word them, and the choices that forms make of them. The API has the terms themselves.

// option is a choice of a form.
type option struct{ Value, Word string }

// options are choices of several terms.
func options[T ~string](terms []T, word func(T) string) []option {
	var out []option
	for _, t := range terms {
		out = append(out, option{string(t), word(t)})
	}
	return out
}

// stateOptions are the choices of a list of incidents.
func stateOptions() []option {
	order := []incident.State{incident.Triggered, incident.Acknowledged, incident.OnHold, incident.Resolved, incident.Closed}
	return append([]option{{"open", "Open"}, {"all", "Every state"}}, options(order, func(s incident.State) string { return stateWords[s] })...)
}

// services are those of the configuration.
func (t teller) services() []string { return slices.Sorted(maps.Keys(t.book.Services)) }

// types are those of the configuration.
func (t teller) types() []string { return slices.Sorted(maps.Keys(t.book.Types)) }

// priorities are those that there are, the gravest first.
var priorities = []string{"P1", "P2", "P3", "P4", "P5"}

// suppressed are what keeps people from being paged, in words.
var suppressed = map[router.SuppressionKind]string{
	router.BySilence: "silenced", router.ByInhibition: "inhibited", router.ByMaintenance: "in maintenance", router.ByMute: "muted",
}

// stateWords are the states in words.
var stateWords = map[incident.State]string{
	incident.Triggered: "Triggered", incident.Acknowledged: "Acknowledged", incident.OnHold: "On hold", incident.Resolved: "Resolved", incident.Closed: "Closed",
}

// codeWords are the resolution codes as people are offered them.
var codeWords = map[incident.Code]string{
	incident.Fixed: "Fixed", incident.Workaround: "A workaround is in place", incident.Restored: "Service restored, cause not known",
	incident.Recovered: "Recovered by itself", incident.Duplicate: "Duplicate of another", incident.FalseAlarm: "False alarm",
	incident.ByChange: "Ended by a change", incident.ByProblem: "Ended by a problem's fix",
}

// codeWord is a resolution code within a sentence.
func codeWord(code string) string { return strings.ReplaceAll(code, "_", " ") }

// codeOptions are the choices of how an incident ended.
func codeOptions() []option {
	return options(incident.Codes(), func(code incident.Code) string { return orWord(codeWords[code], codeWord(code)) })
}

// audienceWords are whom a status update is for.
var audienceWords = map[incident.Audience]string{
	incident.ForResponders: "responders", incident.ForStakeholders: "stakeholders", incident.ForPublic: "everybody",
}

// audienceLong says who hears of an update.
var audienceLong = map[incident.Audience]string{
	incident.ForResponders:   "Responders: who works on it",
	incident.ForStakeholders: "Stakeholders and subscribers",
	incident.ForPublic:       "Everybody: and the status page",
}

// problemWords are the states of a problem in words.
var problemWords = map[prb.State]string{
	prb.StateOpen: "Open", prb.StateKnownError: "Known error", prb.StateFixInProgress: "Fix in progress", prb.StateResolved: "Resolved", prb.StateClosed: "Closed",
}

// problemCodes are the ways in which a problem ends, in words.
var problemCodes = map[prb.Code]string{
	prb.FixApplied: "Fixed for good: incidents on hold for it are resolved", prb.RiskAccepted: "The risk is accepted: nobody will fix it",
	prb.Duplicate: "A duplicate of another problem", prb.Canceled: "It was no problem",
}

// reviewWords are the states of a review in words.
var reviewWords = map[review.State]string{review.StateDraft: "Draft", review.StateInReview: "In review", review.StatePublished: "Published"}

// itemWords say what an action item is to change.
var itemWords = map[review.ItemType]string{
	review.Prevent: "Prevent: it does not happen again", review.Mitigate: "Mitigate: it does less harm",
	review.Detect: "Detect: it is known sooner", review.Process: "Process: people work on it better",
}

// problemRef is what people call a problem; nothing for none.
func problemRef(n int64) string {
	if n == 0 {
		return ""
	}
	return prb.Ref(n)
}
