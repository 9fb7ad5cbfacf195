package main

import (
	"github.com/rouse/rouse/incident"
	"github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/report"
)

// The terms of the trade that flags take, in the words of the API and in the order in which people are offered them.
var (
	states     = append(append([]string{"open"}, plainWords(incident.Triggered, incident.Acknowledged, incident.OnHold, incident.Resolved, incident.Closed)...), "all")
	codes      = incident.Codes()
	grades     = plainWords(incident.GradeHigh, incident.GradeMedium, incident.GradeLow)
	priorities = []string{"P1", "P2", "P3", "P4", "P5"}
	findings   = plainWords(incident.Hypothesis, incident.Found, incident.Factor, incident.WorkaroundFound, incident.CauseChangeFound)
	roles      = plainWords(incident.Roles()...)
	audiences  = plainWords(incident.Audiences()...)
	phases     = plainWords(incident.Phases()...)

	problemStates = append(append([]string{"live"}, plainWords(problem.StateOpen, problem.StateKnownError, problem.StateFixInProgress, problem.StateResolved, problem.StateClosed)...), "all")
	problemCodes  = plainWords(problem.Codes()...)
	reviewStates  = append(plainWords(review.StateDraft, review.StateInReview, review.StatePublished), "all")
	itemTypes     = plainWords(review.ItemTypes()...)

	numberForms = plainWords(report.Formats()...)
	dimensions  = plainWords(report.Dimensions()...)
	sections    = plainWords(report.Sections()...)
)

// plainWords are terms as they are written.
func plainWords[T ~string](terms ...T) []string {
	out := make([]string, len(terms))
	for k, t := range terms {
		out[k] = string(t)
	}
	return out
}
