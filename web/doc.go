// Package web is how people and programs look at rouse and act: the HTTP API under /api/v1, the pages for browsers, and the
// signed page of one incident that a text links to.
//
// It decides nothing and remembers nothing of its own but who logged out: it reads by Store.View and acts through the Engine.
// It pages nobody. Its law: every route stands in one table with the role that it needs, and what is not granted there is
// refused; a GET changes nothing, but that the audit log has a line of each backup; whatever a source or a person wrote is
// text, never markup, and a link only as http or https.
//
// # What there is
//
// The API has incidents and every act on them, one by one and in bulk; what they are like, what was changed around them, their
// SLA clocks and status updates; reviews, problems, subscribers, change events, the numbers of a period, and the status page;
// on-call, schedules, overrides, silences, test pages, contacts and heartbeats; and for who runs rouse the audit log, erasure,
// a backup, a reload, health and metrics. openapi.yaml describes all of it.
//
// The pages are the list of incidents (/), one incident (/i/N) with its review (/i/N/review), all reviews (/reviews), problems
// (/problems), the numbers (/reports), on-call (/oncall), the form that reports an incident (/report), the status page
// (/status), and the page of a signed link (/i/N/TOKEN). They work without a script; with one they look for news by themselves.
//
// A verb reads and checks what an action needs to know. The API gives it the body of a request, a page what was filled into a
// form, so that both may do the same and are refused the same.
//
// # Who is asking
//
// The API takes a bearer token of the configuration. A token with a user acts as that user, one without acts as itself. A
// browser logs in with such a token and gets a signed cookie, which the API does not take; a POST from a page of another
// site is refused. A session ends after 12 hours without use, after 7 days, at logout, and when its token leaves the
// configuration.
//
// A signed link names an incident, a user and an epoch. For 24 hours it shows the incident and lets its holder acknowledge,
// escalate and write a note, but not resolve: that takes a login or a text. A link of an earlier epoch shows but does not
// act. Of a security incident a link shows only what its text said, for both went over the same air.
//
// # Who sees what
//
// Incidents and problems of type security, and their reviews, are there for their team's members, its manager, and admins.
// For anybody else they do not exist: lists, searches, counts and reports leave them out, everything about one answers as what
// is not there, and a veil leaves their numbers out of fields and texts of other records. The status page tells of none of
// them, whoever looks.
//
// Whoever sees that something is broken may say so: a viewer reports incidents, confirms that those are over, and subscribes
// to status updates. All else that changes something takes a responder.
//
// # Who waits
//
// What reads through all incidents, such as a report or a search, takes turns on half of the processors, so that paging has
// the others. Who has waited ten seconds is asked to come again.
package web
