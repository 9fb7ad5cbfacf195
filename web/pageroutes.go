package web

// pageRoutes are for browsers.
func pageRoutes() []route {
	return []route{
		{"GET /{$}", doorPage, Viewer, (*call).listPage},
		{"GET /oncall", doorPage, Viewer, (*call).onCallPage},
		{"GET /i/{n}", doorPage, Viewer, (*call).incidentPage},
		{"POST /i/{n}/act", doorPage, Responder, (*call).incidentAct},
		{"GET /i/{n}/{token}", doorLink, "", (*call).linkPage},
		{"POST /i/{n}/{token}/act", doorLink, "", (*call).linkAct},
		{"GET /login", doorOpen, "", (*call).loginPage},
		{"POST /login", doorOpen, "", (*call).login},
		{"POST /logout", doorOpen, "", (*call).logout},
		{"GET /assets/{name}", doorOpen, "", (*call).asset},

		{"POST /i/{n}/reporter", doorPage, Viewer, (*call).reporterAct}, // who reported it
		{"POST /i/{n}/follow", doorPage, Viewer, (*call).followForm},
		{"GET /i/{n}/act", doorPage, Viewer, (*call).backToIncident}, // where a form was refused, and somebody reloads
		{"GET /i/{n}/reporter", doorPage, Viewer, (*call).backToIncident},
		{"POST /bulk", doorPage, Responder, (*call).bulkAct},
		{"GET /report", doorPage, Viewer, (*call).reportPage},
		{"POST /report", doorPage, Viewer, (*call).reportForm}, // whoever sees that something is broken may say so
		{"GET /status", doorOpen, "", (*call).statusPage},      // asks for a session itself where it is not public
		{"GET /i/{n}/review", doorPage, Viewer, (*call).reviewPage},
		{"GET /i/{n}/review.md", doorPage, Viewer, (*call).reviewMarkdown},
		{"GET /i/{n}/review/edit", doorPage, Responder, (*call).reviewEditPage},
		{"POST /i/{n}/review", doorPage, Responder, (*call).reviewForm},
		{"GET /reviews", doorPage, Viewer, (*call).reviewsPage},
		{"GET /problems", doorPage, Viewer, (*call).problemsPage},
		{"POST /problems", doorPage, Responder, (*call).openProblemForm},
		{"GET /problems/{n}", doorPage, Viewer, (*call).problemPage},
		{"POST /problems/{n}", doorPage, Responder, (*call).problemForm},
		{"GET /reports", doorPage, Viewer, (*call).reportsPage},
		{"GET /reports/{format}", doorPage, Viewer, (*call).reportFile},
	}
}
