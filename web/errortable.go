package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/incident/review"
	"github.com/rouse/rouse/ingest"
	"github.com/rouse/rouse/notify"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/report"
	"github.com/rouse/rouse/store"
)

const (
	hintAsk   = "Ask whoever keeps rouse's configuration."
	hintAgain = "Nothing was done. Try again in a few seconds."
	hintText  = "Answer the text with its number to acknowledge, or log in."
	hintUsers = "See GET /api/v1/users."
	hintNext  = "Look at it again: somebody may have been faster."
)

// refusals says what every error means to who asked. The first that fits counts; what is not here is ours to repair: 500.
func refusals() []refusal {
	return slices.Concat(askingRefusals(), requestRefusals(), incidentRefusals(), reviewRefusals(), problemRefusals(), storeRefusals())
}

// askingRefusals are about who asks, and by which door.
func askingRefusals() []refusal {
	return []refusal{
		{is(errNoToken), 401, "no_token", "", "Send the header Authorization: Bearer TOKEN, with a token of access.tokens."},
		{is(errBadToken), 401, "unknown_token", "", "Check it for missing characters, or make a new one under access.tokens and reload."},
		{is(errNoSession), 401, "no_session", "", "Log in."},
		{as[*forbiddenError](), 403, "forbidden", "", hintAsk},
		{is(errNoTestRight), 403, "forbidden", "", "Send it to yourself, or ask a manager."},
		{is(errNotReporter), 403, "forbidden", "", "Ask whoever reported it, or a responder."},
		{is(errNotYourLeave), 403, "forbidden", "", "Ask them, or a responder."},
		{is(errNotYourself), 403, "forbidden", "", "Leave out the address and the receiver to mean yourself, or ask a responder."},
		{is(errForeign), 403, "cross_site", "", "Open rouse itself and do it there."},
		{is(errNoPower), 403, "link_forbids", "", "Log in, or answer the text."},
		{is(notify.ErrBadLink), 403, "bad_link", "this link is not one of rouse's, or it was cut off or changed", hintText},
		{is(notify.ErrExpiredLink), 410, "expired_link", "this link has expired", hintText},
		{is(errStaleLink), 409, "stale_link", "", "Use the link in the newest text, or answer it with the incident's number."},
	}
}

// requestRefusals are about what was sent, and what this rouse can do.
func requestRefusals() []refusal {
	return []refusal{
		{is(errNoRoute), 404, "no_such_address", "", "See /api/v1/openapi.yaml for what there is."},
		{as[*methodError](), 405, "method_not_allowed", "", ""},
		{as[*http.MaxBytesError](), 413, "too_large", "the request is larger than 64 KiB", "Send less text."},
		{as[*inputError](), 422, "invalid", "", ""},
		{is(errNoSchedule), 422, "unknown_schedule", "", "See GET /api/v1/schedules."},
		{is(oncall.ErrEndless), 422, "endless_shift", "", "Make an override for the time that is meant."},
		{is(oncall.ErrNoShift), 422, "no_shift", "", "See GET /api/v1/schedules/{id}/shifts."},
		{is(oncall.ErrOverlap), 422, "overlap", "", "Name shifts that lie apart."},
		{is(errNoContact), 422, "no_contact", "", "Add it to the user in the configuration, or use another method."},
		{is(errNoReceiver), 422, "unknown_receiver", "", "Name one of the receivers of the configuration, or add it and reload."},
		{as[*reloadError](), 422, "configuration_refused", "", "Nothing was changed: the configuration from before is in force."},
		{is(errStillThere), 409, "still_there", "", "Take them out of the configuration and reload first."},
		{is(errKeyUsed), 409, "key_used", "", "Take a new key for each report."},
		{is(errNoReload), 501, "cannot_reload", "", "Start it again instead."},
		{is(errNoFeeds), 501, "no_feeds", "", "Use the rouse that sends the pages."},
		{is(errNoTrace), 404, "not_found", "", "Write the id as it was in the configuration; the audit log and timelines have it."},
		{is(errNoErase), 501, "cannot_erase", "", "Use the rouse that keeps the data."},
		{as[*readyError](), 503, "not_ready", "", ""},
		{is(errBusy), 503, "busy", "", hintAgain},
		{is(report.ErrPeriod), 422, "invalid", "", "Name a time after from."},
		{is(report.ErrDimension), 422, "invalid", "", "See /api/v1/openapi.yaml."},
		{is(report.ErrFormat), 422, "invalid", "", "See /api/v1/openapi.yaml."},
		{is(report.ErrSection), 422, "invalid", "", "See /api/v1/openapi.yaml."},
	}
}

// incidentRefusals are what incidents refuse.
func incidentRefusals() []refusal {
	return []refusal{
		{as[*incident.AlreadyError](), 409, "already", "", "Nothing is left to do about it."},
		{is(incident.ErrFinal), 409, "closed", "", "Report a new incident."},
		{is(incident.ErrDrill), 409, "drill", "", "Report an incident instead, if something is broken."},
		{is(incident.ErrNotAcked), 409, "not_acknowledged", "", "Acknowledge it first."},
		{is(incident.ErrNotResolved), 409, "not_resolved", "", "Resolve it first."},
		{is(incident.ErrNotHeld), 409, "not_held", "", hintNext},
		{is(incident.ErrMerged), 409, "merged", "", "See duplicateOf for its number."},
		{is(incident.ErrNothing), 409, "unchanged", "", hintNext},
		{is(incident.ErrNoteOwed), 409, "note_owed", "", "Send a note with it."},
		{is(incident.ErrReviewFirst), 409, "review_first", "", "Publish its review, then close it."},
		{is(incident.ErrNoIncident), 404, "not_found", "there is no such incident, or it is not yours to see", ""},
		{is(incident.ErrNoteFirst), 422, "needs_note", "", "Send a note that says what was done."},
		{is(incident.ErrNeedsReason), 422, "needs_reason", "", "Say what is waited for."},
		{is(incident.ErrWhy), 422, "needs_reason", "", "Send a reason with it."},
		{is(incident.ErrNeedsNote), 422, "needs_text", "some text is needed", "Write what happened."},
		{is(incident.ErrNobody), 422, "unknown_user", "", hintUsers},
		{is(incident.ErrItself), 422, "itself", "", "Name another one, which is not below it already."},
		{is(incident.ErrConfidential), 422, "confidential", "", "Publish it with the audience responders."},
		{is(incident.ErrMixed), 422, "confidential", "", "Change the type and the service of one of them first."},
		{is(errManyAlerts), 422, "too_many_alerts", "", "Merge the smaller one into the larger."},
		{as[*incident.UnknownServiceError](), 422, "unknown_service", "", "See the services of the configuration, or GET /api/v1/oncall."},
		{as[*incident.FieldError](), 422, "invalid", "", "See /api/v1/openapi.yaml."},
	}
}

// reviewRefusals are what reviews refuse.
func reviewRefusals() []refusal {
	return []refusal{
		{is(review.ErrNoReview), 404, "no_review", "", "Draft one: POST /api/v1/incidents/{n}/review."},
		{is(review.ErrNoItem), 404, "not_found", "", "See the items of the review."},
		{is(review.ErrNoLine), 404, "not_found", "", "See the timeline of the review."},
		{is(review.ErrPublished), 409, "published", "", "Add what was learnt since to the action items."},
		{is(review.ErrNotDraft), 409, "not_draft", "", hintNext},
		{is(review.ErrNotInReview), 409, "not_in_review", "", "Submit it first."},
		{is(review.ErrApproved), 409, "already", "", "Nothing is left to do about it."},
		{as[*review.MissingError](), 422, "incomplete", "", "Fill in what is missing, then publish it."},
		{is(review.ErrNeedsText), 422, "needs_text", "", "Write what is to be said."},
		{is(review.ErrNeedsReason), 422, "needs_reason", "", "Say why."},
		{is(review.ErrNeedsOwner), 422, "needs_owner", "", "Send an owner and a due date."},
		{is(review.ErrItemType), 422, "invalid", "", "Write one of the four as type."},
		{is(review.ErrItemState), 422, "invalid", "", "Write one of the three as state."},
		{is(review.ErrDate), 422, "invalid", "", "Write it as 2026-11-23T09:00:00Z."},
		{is(review.ErrDuration), 422, "invalid", "", "Write seconds."},
		{is(review.ErrOther), 422, "invalid", "", "Act on the other incident's review."},
	}
}

// problemRefusals are what problem records refuse.
func problemRefusals() []refusal {
	return []refusal{
		{is(prb.ErrNoProblem), 404, "not_found", "there is no such problem, or it is not yours to see", ""},
		{is(prb.ErrFinal), 409, "closed", "", "Open a new problem."},
		{is(prb.ErrResolved), 409, "resolved", "", "Reopen it first."},
		{is(prb.ErrNotResolved), 409, "not_resolved", "", "Resolve it first."},
		{is(prb.ErrUnderWay), 409, "already", "", "Nothing is left to do about it."},
		{is(prb.ErrLinked), 409, "linked", "", "Nothing is left to do about it."},
		{is(prb.ErrNotLinked), 409, "not_linked", "", "Nothing is left to do about it."},
		{is(prb.ErrExists), 409, "exists", "", hintNext},
		{is(prb.ErrNeedsTitle), 422, "needs_text", "", "Say in one line what keeps coming back."},
		{is(prb.ErrNeedsAnalysis), 422, "needs_text", "", "Send a cause, a workaround, or both."},
		{is(prb.ErrNeedsNote), 422, "needs_text", "", "Send a note that says what was done."},
		{is(prb.ErrNeedsReason), 422, "needs_reason", "", "Say why."},
		{is(prb.ErrCode), 422, "invalid", "", "Write one of the four as code."},
		{is(prb.ErrNeedsOther), 422, "invalid", "", "Send the number of the other problem as duplicateOf."},
		{is(prb.ErrNoIncident), 422, "invalid", "", "Send the number of the incident as incident."},
	}
}

// storeRefusals are what cannot be kept, or not now. They come last, for what is refused wraps what is missing.
func storeRefusals() []refusal {
	return []refusal{
		{is(errGone), 404, "not_found", "", ""},
		{is(store.ErrNotFound), 404, "not_found", "not found", ""},
		{is(ingest.ErrNotFound), 404, "not_found", "not found", ""},
		{is(store.ErrFull), 503, "disk_full", "the disk is nearly full, so nothing can be kept", "Nothing was done. Free some space on rouse's disk."},
		{is(store.ErrTooBig), 413, "too_large", "this is too much for one commit", "Send less text."},
		{is(store.ErrRecord), 413, "too_large", "this is too much for one record", "Send less text."},
		{is(store.ErrNoBackup), 501, "no_backup", "", "Use the tools of the database that keeps it."},
		{is(store.ErrFailed), 503, "unavailable", "the store has failed", "Somebody has to start rouse again; answering texts will not work either."},
		{is(store.ErrClosed), 503, "stopping", "rouse is stopping", hintAgain},
		{is(ingest.ErrOverloaded), 503, "overloaded", "too much is waiting to be stored", hintAgain},
		{is(ingest.ErrUnavailable), 503, "unavailable", "the store cannot commit now", hintAgain},
		{is(context.DeadlineExceeded), 504, "timeout", "it took too long, and whether it was done is not known", "Look before you try again."},
		{is(context.Canceled), 499, "gone", "the request ended before its answer", ""},
	}
}
