package web

import "github.com/rouse/rouse/incident/review"

// incidentRoutes are incidents, and what people do about them.
func incidentRoutes() []route {
	return []route{
		{"GET /api/v1/incidents", doorAPI, Viewer, (*call).listIncidents},
		{"POST /api/v1/incidents", doorAPI, Viewer, (*call).report}, // whoever sees that something is broken may say so
		{"GET /api/v1/incidents/{n}", doorAPI, Viewer, (*call).getIncident},
		{"GET /api/v1/incidents/{n}/similar", doorAPI, Viewer, (*call).similar},
		{"GET /api/v1/incidents/{n}/changes", doorAPI, Viewer, (*call).incidentChanges},
		{"GET /api/v1/incidents/{n}/sla", doorAPI, Viewer, (*call).sla},
		{"GET /api/v1/incidents/{n}/explanation", doorAPI, Viewer, (*call).explanation},
		{"GET /api/v1/incidents/{n}/updates", doorAPI, Viewer, (*call).updates},
		{"PATCH /api/v1/incidents/{n}", doorAPI, Responder, act(amendVerb)},
		{"POST /api/v1/incidents/{n}/ack", doorAPI, Responder, act(ackVerb)},
		{"POST /api/v1/incidents/{n}/resolve", doorAPI, Responder, act(resolveVerb)},
		{"POST /api/v1/incidents/{n}/escalate", doorAPI, Responder, act(escalateVerb)},
		{"POST /api/v1/incidents/{n}/reassign", doorAPI, Responder, act(reassignVerb)},
		{"POST /api/v1/incidents/{n}/hold", doorAPI, Responder, act(holdVerb)},
		{"POST /api/v1/incidents/{n}/resume", doorAPI, Responder, act(resumeVerb)},
		{"POST /api/v1/incidents/{n}/note", doorAPI, Responder, act(noteVerb)},
		{"POST /api/v1/incidents/{n}/close", doorAPI, Responder, act(closeVerb)},
		{"POST /api/v1/incidents/{n}/confirm", doorAPI, Viewer, act(confirmVerb)}, // of what somebody else reported: Responder
		{"POST /api/v1/incidents/{n}/reopen", doorAPI, Responder, act(reopenVerb)},
		{"POST /api/v1/incidents/{n}/diagnosis", doorAPI, Responder, act(diagnoseVerb)},
		{"POST /api/v1/incidents/{n}/links", doorAPI, Responder, act(linkVerb)},
		{"POST /api/v1/incidents/{n}/roles", doorAPI, Responder, act(roleVerb)},
		{"POST /api/v1/incidents/{n}/updates", doorAPI, Responder, act(updateVerb)},
		{"POST /api/v1/incidents/{n}/responders", doorAPI, Responder, act(respondersVerb)},
		{"POST /api/v1/incidents/{n}/merge", doorAPI, Responder, act(mergeVerb)},
		{"POST /api/v1/incidents/{n}/relations", doorAPI, Responder, act(relateVerb)},
		{"POST /api/v1/bulk", doorAPI, Responder, (*call).bulk},
	}
}

// recordRoutes are what stays of incidents: reviews, problems, numbers, and what people outside are told.
func recordRoutes() []route {
	return []route{
		{"GET /api/v1/reviews", doorAPI, Viewer, (*call).listReviews},
		{"GET /api/v1/incidents/{n}/review", doorAPI, Viewer, (*call).getReview},
		{"POST /api/v1/incidents/{n}/review", doorAPI, Responder, (*call).draftReview},
		{"PATCH /api/v1/incidents/{n}/review", doorAPI, Responder, onReview(editReview)},
		{"POST /api/v1/incidents/{n}/review/require", doorAPI, Responder, act(requireVerb)},
		{"POST /api/v1/incidents/{n}/review/submit", doorAPI, Responder, onReview(submitReview)},
		{"POST /api/v1/incidents/{n}/review/approve", doorAPI, Responder, onReview(approveReview)},
		{"POST /api/v1/incidents/{n}/review/return", doorAPI, Responder, onReview(returnReview)},
		{"POST /api/v1/incidents/{n}/review/publish", doorAPI, Responder, onReview(publishReview)},
		{"POST /api/v1/incidents/{n}/review/items", doorAPI, Responder, onReview(addItem)},
		{"PATCH /api/v1/incidents/{n}/review/items/{id}", doorAPI, Responder, onItem(editItem)},
		{"POST /api/v1/incidents/{n}/review/items/{id}/done", doorAPI, Responder, onItem(putItem(review.ItemDone))},
		{"POST /api/v1/incidents/{n}/review/items/{id}/drop", doorAPI, Responder, onItem(putItem(review.ItemDropped))},
		{"POST /api/v1/incidents/{n}/review/items/{id}/reopen", doorAPI, Responder, onItem(putItem(review.ItemOpen))},
		{"POST /api/v1/incidents/{n}/review/lines", doorAPI, Responder, onReview(addLine)},
		{"PATCH /api/v1/incidents/{n}/review/lines/{id}", doorAPI, Responder, onLine(editLine)},
		{"GET /api/v1/problems", doorAPI, Viewer, (*call).listProblems},
		{"POST /api/v1/problems", doorAPI, Responder, (*call).openProblem},
		{"GET /api/v1/problems/{n}", doorAPI, Viewer, (*call).getProblem},
		{"PATCH /api/v1/problems/{n}", doorAPI, Responder, onProblem(editProblem)},
		{"POST /api/v1/problems/{n}/analyse", doorAPI, Responder, onProblem(analyseProblem)},
		{"POST /api/v1/problems/{n}/fix", doorAPI, Responder, onProblem(fixProblem)},
		{"POST /api/v1/problems/{n}/resolve", doorAPI, Responder, onProblem(resolveProblem)},
		{"POST /api/v1/problems/{n}/reopen", doorAPI, Responder, onProblem(reopenProblem)},
		{"POST /api/v1/problems/{n}/close", doorAPI, Responder, onProblem(closeProblem)},
		{"POST /api/v1/problems/{n}/note", doorAPI, Responder, onProblem(noteProblem)},
		{"POST /api/v1/problems/{n}/link", doorAPI, Responder, onProblem(linkProblem)},
		{"POST /api/v1/problems/{n}/unlink", doorAPI, Responder, onProblem(unlinkProblem)},
		{"GET /api/v1/subscribers", doorAPI, Viewer, (*call).subscribers},
		{"POST /api/v1/subscribers", doorAPI, Viewer, (*call).subscribe},          // others: Responder
		{"DELETE /api/v1/subscribers/{id}", doorAPI, Viewer, (*call).unsubscribe}, // others: Responder
		{"GET /api/v1/changes", doorAPI, Viewer, (*call).listChanges},
		{"GET /api/v1/report", doorAPI, Viewer, (*call).numbersReport},
		{"GET /api/v1/status", doorStatus, Viewer, (*call).statusReport},
	}
}

// rotaRoutes are who answers, and whom rouse can reach.
func rotaRoutes() []route {
	return []route{
		{"GET /api/v1/oncall", doorAPI, Viewer, (*call).onCall},
		{"GET /api/v1/users", doorAPI, Viewer, (*call).users},
		{"GET /api/v1/schedules", doorAPI, Viewer, (*call).schedules},
		{"GET /api/v1/schedules/{id}/shifts", doorAPI, Viewer, (*call).shifts},
		{"GET /api/v1/schedules/{id}/rota", doorAPI, Viewer, (*call).rota},
		{"GET /api/v1/schedules/{id}/ical", doorAPI, Viewer, (*call).feed},
		{"DELETE /api/v1/schedules/{id}/ical", doorAPI, Responder, (*call).revokeFeed},
		{"GET /api/v1/users/{id}/ical", doorAPI, Viewer, (*call).feed},
		{"DELETE /api/v1/users/{id}/ical", doorAPI, Viewer, (*call).revokeFeed}, // of others: Manager
		{"GET /api/v1/overrides", doorAPI, Viewer, (*call).overrides},
		{"POST /api/v1/overrides", doorAPI, Responder, (*call).addOverride},
		{"POST /api/v1/overrides/swap", doorAPI, Responder, (*call).swapShifts},
		{"DELETE /api/v1/overrides/{id}", doorAPI, Responder, (*call).removeOverride},
		{"GET /api/v1/fairness", doorAPI, Viewer, (*call).fairness},
		{"GET /api/v1/leave", doorAPI, Viewer, (*call).listLeave},
		{"POST /api/v1/leave", doorAPI, Viewer, (*call).addLeave},           // of others: Responder
		{"DELETE /api/v1/leave/{id}", doorAPI, Viewer, (*call).removeLeave}, // of others: Responder
		{"GET /api/v1/silences", doorAPI, Viewer, (*call).silences},
		{"POST /api/v1/silences", doorAPI, Responder, (*call).addSilence},
		{"DELETE /api/v1/silences/{id}", doorAPI, Responder, (*call).expireSilence},
		{"POST /api/v1/send", doorAPI, Responder, (*call).send}, // to others: Manager
		{"GET /api/v1/pages/{id...}", doorAPI, Viewer, (*call).page},
		{"GET /api/v1/contacts", doorAPI, Responder, (*call).contacts},
		{"GET /api/v1/lines", doorAPI, Responder, (*call).lines},
		{"GET /api/v1/heartbeats", doorAPI, Viewer, (*call).heartbeats},
		{"GET /api/v1/drills", doorAPI, Viewer, (*call).listDrills},
		{"POST /api/v1/drills/{name}", doorAPI, Manager, (*call).startDrill},
	}
}

// ownRoutes are rouse itself: what was done to it, its data, how it is.
func ownRoutes() []route {
	return []route{
		{"GET /api/v1/acts", doorAPI, Manager, (*call).acts},
		{"GET /api/v1/audit/verify", doorAPI, Manager, (*call).verifyAudit},
		{"POST /api/v1/erase", doorAPI, Admin, (*call).erase},
		{"GET /api/v1/backup", doorAPI, Admin, (*call).backup},
		{"POST /-/reload", doorAPI, Admin, (*call).reload},
		{"GET /api/v1/openapi.yaml", doorOpen, "", (*call).openapiYAML},
		{"GET /api/v1/openapi.json", doorOpen, "", (*call).openapiJSON},
		{"GET /-/healthy", doorOpen, "", (*call).healthy},
		{"GET /-/ready", doorOpen, "", (*call).ready},
		{"GET /metrics", doorMetrics, "", (*call).metrics},
	}
}
