package web

// pageRoutes are for browsers.
func pageRoutes() []route {
	return []route{
		{"GET /{$}", doorPage, Viewer, (*call).listPage},
		{"POST /bulk", doorPage, Responder, (*call).bulkAct},
		{"GET /i/{n}", doorPage, Viewer, (*call).incidentPage},
		{"POST /i/{n}/act", doorPage, Responder, (*call).incidentAct},
		{"POST /i/{n}/reporter", doorPage, Viewer, (*call).reporterAct}, // who reported it
		{"POST /i/{n}/follow", doorPage, Viewer, (*call).followAct},
		{"GET /i/{n}/act", doorPage, Viewer, (*call).backToIncident}, // where a form was refused, and somebody reloads
		{"GET /i/{n}/reporter", doorPage, Viewer, (*call).backToIncident},
		{"GET /i/{n}/{token}", doorLink, "", (*call).linkPage},
		{"POST /i/{n}/{token}/act", doorLink, "", (*call).linkAct},
		{"GET /i/{n}/{token}/act", doorLink, "", (*call).backToLink}, // as above, for who has no login
		{"GET /report", doorPage, Viewer, (*call).reportPage},
		{"POST /report", doorPage, Viewer, (*call).reportAct}, // whoever sees that something is broken may say so
		{"GET /i/{n}/review", doorPage, Viewer, (*call).reviewPage},
		{"GET /i/{n}/review.md", doorPage, Viewer, (*call).reviewMarkdown},
		{"GET /i/{n}/review/edit", doorPage, Responder, (*call).reviewEditPage},
		{"POST /i/{n}/review", doorPage, Responder, (*call).reviewAct},
		{"GET /reviews", doorPage, Viewer, (*call).reviewsPage},
		{"GET /problems", doorPage, Viewer, (*call).problemsPage},
		{"POST /problems", doorPage, Responder, (*call).openProblemAct},
		{"GET /problems/{n}", doorPage, Viewer, (*call).problemPage},
		{"POST /problems/{n}", doorPage, Responder, (*call).problemAct},
		{"GET /reports", doorPage, Viewer, (*call).reportsPage},
		{"GET /reports/{format}", doorPage, Viewer, (*call).reportFile},
		{"GET /oncall", doorPage, Viewer, (*call).onCallPage},
		{"GET /oncall/{id}", doorPage, Viewer, (*call).schedulePage},
		{"POST /oncall/{id}/ical", doorPage, Viewer, (*call).feedAct},
		{"GET /ical/{file}", doorOpen, "", (*call).icalFeed}, // a signed token in the path
		{"POST /oncall/{id}/override", doorPage, Responder, (*call).overrideAct},
		{"GET /oncall/{id}/override", doorPage, Viewer, (*call).backToSchedule}, // where the form was refused, and somebody reloads
		{"GET /silences", doorPage, Viewer, (*call).silencesPage},
		{"POST /silences", doorPage, Responder, (*call).silenceAct},
		{"GET /status", doorOpen, "", (*call).statusPage}, // asks for a session itself where it is not public
		{"GET /login", doorOpen, "", (*call).loginPage},
		{"POST /login", doorOpen, "", (*call).login},
		{"POST /logout", doorOpen, "", (*call).logout},
		{"GET /assets/{name}", doorOpen, "", (*call).asset},
	}
}
