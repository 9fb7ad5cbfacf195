package configs

import "slices"

// Need is what a rule of lint has to know beside the file.
type Need string

// What rules need.
const (
	NeedsFile   Need = ""
	NeedsClock  Need = "clock"  // Options.Now
	NeedsDaemon Need = "daemon" // what a running rouse knows; rouse check asks it
)

// Rule is one thing that lint doubts.
type Rule struct {
	Name  string
	Why   string // what goes wrong at night
	Mend  string // what to do
	Needs Need
}

// LookAhead is how far ahead lint looks at schedules, in days.
const LookAhead = 90

// rules are all of lint, in the order of docs/lint.md, which a test compares with them.
var rules = []Rule{
	// people and schedules
	{"schedule-gap", "Nobody is on call for a time within the next 90 days.", "Extend the hours of a layer, or add a layer below that has somebody always.", NeedsClock},
	{"covered-layer", "A layer has somebody within the next 90 days and pages nobody: at all its times a layer below it has somebody too, and the last one wins.", "Move it down, or give the layers below it `hours`.", NeedsClock},
	{"empty-level", "For a time within the next 90 days all schedules of a level are empty together, so the level pages nobody.", "Close the gap in one of them, or name a person or a team on the level.", NeedsClock},
	{"nobody-at-all", "For a time within the next 90 days the fallback policy finds nobody at any level: an alert then wakes no one.", "Put a person or a team on a level of the fallback.", NeedsClock},
	{"on-call-share", "Somebody is on call for more of the next 90 days than `lint.max_share` (or `--max-share`) allows.", "Add people to the rota.", NeedsClock},
	{"past-override", "An override is over.", "Remove it.", NeedsClock},
	{"void-override", "An override made at run time names a schedule or a person that the file does not have, so the rotation counts instead.", "Put somebody else there with `rouse override add`, and remove it.", NeedsDaemon},
	{"on-leave", "Somebody is on call within the next 90 days while on leave, and will be paged.", "Have somebody stand in: the message has the command.", NeedsClock},
	{"past-leave", "Leave is over.", "Remove it.", NeedsClock},
	{"leave-calendar", "A calendar of leave cannot be read, so the leave in it is not known.", "Put it there, or export it again.", NeedsFile},
	{"start-not-handoff", "The first turn of a layer is a short one: it starts on another weekday, or day of the month, than turns change on.", "Start on the day of the handoff.", NeedsFile},
	{"unreachable-user", "Somebody on a level has no number or address that their notification rules use.", "Add phone or email, or change `notify`.", NeedsFile},
	{"email-without-address", "A notification step names mail for somebody without an address.", "Add `email`, or remove the step.", NeedsFile},
	{"phone-without-number", "A notification step names a phone for somebody without a number.", "Add `phone`, or remove the step.", NeedsFile},
	{"phone-number", "A number is not one that its country gives out.", "Correct it; `rouse send` tries it.", NeedsFile},
	{"contact-broken", "The daemon found that no number or address of somebody on a level works.", "Correct it, or have them undo what stopped it; `rouse contacts` says what.", NeedsDaemon},
	{"contact-unproven", "Nothing has ever arrived at any number or address of somebody on a level.", "Send a test page: `rouse send USER --via sms`; or hold a drill.", NeedsDaemon},

	// policies
	{"finite-repeat", "A policy ends without saying what comes then, so the fallback follows.", "Add `then`, or repeat forever.", NeedsFile},
	{"call-after-level", "A level ends before somebody whom it pages would be called, so they get texts alone.", "Let the level wait longer, or have the notification rules call sooner.", NeedsFile},
	{"then-never-reached", "A policy that repeats forever has a `then`.", "Give `repeat` a number, or remove `then`.", NeedsFile},
	{"policy-loop", "Policies hand over to each other in a circle, so the fallback never gets its turn.", "Let one of them end without `then`, or name the fallback.", NeedsFile},
	{"fallback-without-people", "The last resort pages nobody but rooms.", "Name a policy with a user, team or schedule.", NeedsFile},
	{"drill-without-people", "A drill tries a policy that nobody can answer.", "Name a policy with a user, team or schedule.", NeedsFile},
	{"service-without-escalation", "A service names no policy, so the fallback is its first resort as well as its last.", "Add `escalation`.", NeedsFile},

	// routes
	{"shadowed-route", "No alert reaches a route: those before it take all that it matches.", "Move it up, or write `continue: true` there.", NeedsFile},
	{"impossible-route", "No alert can match a route: its matchers and those above it exclude each other.", "Correct the matchers, or move the route out.", NeedsFile},
	{"label-never-seen", "A matcher asks for a label that no alert of the last 30 days has.", "Correct the name of the label, or remove the route.", NeedsDaemon},
	{"muted-high-urgency", "A route of high urgency is muted at times, so what it takes then wakes nobody until the interval ends.", "Remove the interval from the route, or lower its urgency.", NeedsFile},
	{"low-urgency-wakes", "A route of low urgency leads, by the impact of its service, to a priority that is in `priorities.page`.", "Give the route `impact: low`.", NeedsFile},
	{"high-urgency-waits", "A route of high urgency leads to a priority that is not in `priorities.page`, so quiet hours hold it until the morning.", "Add the priority to `priorities.page`, or raise the impact.", NeedsFile},
	{"group-timers", "group_wait, group_interval and repeat_interval do nothing here.", "Remove them.", NeedsFile},
	{"route-labels", "Labels of a route do nothing here.", "Remove them.", NeedsFile},
	{"deprecated-match", "match and match_re are the old form of matchers.", "Write `matchers`.", NeedsFile},
	{"past-maintenance", "A maintenance window is over.", "Remove it.", NeedsClock},

	// the process
	{"page-nothing", "No priority wakes anybody.", "List priorities under `priorities.page`.", NeedsFile},
	{"sla-never-starts", "A promise is about priorities that no incident of its services gets by itself.", "Correct `match`, the impact of the services, or the matrix.", NeedsFile},
	{"sla-target", "A promise matches a priority for which it promises nothing.", "Make match and targets name the same priorities.", NeedsFile},
	{"sla-late-warning", "No warning comes before the breach.", "Add a percent below 100 to `warn_at`.", NeedsFile},
	{"sla-long-target", "A target is over more than a year after the start.", "Check the unit.", NeedsClock},
	{"sla-odd-order", "A more urgent priority has the longer target.", "Check which of the two is meant.", NeedsFile},
	{"event-never", "An automation waits for an event that cannot happen.", "Add `slas`, or remove the event.", NeedsFile},
	{"unreachable-subscriber", "A subscriber has neither a mail address nor a phone number.", "Add one to the user, or remove the subscription.", NeedsFile},

	// what nobody uses
	{"unused-user", "A user is on no team, schedule or level.", "Put them on one, or remove them.", NeedsFile},
	{"unused-team", "No service, schedule, level or promise names a team.", "Name it, or remove it.", NeedsFile},
	{"unused-schedule", "No level names a schedule.", "Name it as schedule/NAME, or remove it.", NeedsFile},
	{"unused-policy", "No service, route or drill leads to a policy.", "Name it as a service's escalation, or remove it.", NeedsFile},
	{"unused-interval", "No route names a time interval.", "Name it in mute_time_intervals, or remove it.", NeedsFile},
	{"unused-receiver", "No level, route or subscription names a room.", "Name it, or remove it.", NeedsFile},
	{"unrouted-service", "No route leads to a service.", "Add a route, or remove it.", NeedsFile},

	// the daemon itself
	{"no-public-url", "Links, callbacks and signatures have no address, so calls and replies cannot come back.", "Set `server.public_url`.", NeedsFile},
	{"plain-http", "What goes there can be read and changed on its way.", "Use https.", NeedsFile},
	{"memory-store", "Everything is forgotten when the process ends.", "Use badger:PATH.", NeedsFile},
	{"no-integration", "No monitoring tool can send alerts.", "Add one under `integrations`.", NeedsFile},
	{"insecure-integration", "Anybody who reaches the address can send alerts.", "Give it a token.", NeedsFile},
	{"short-token", "A token can be found by trying.", "Make a long one: openssl rand -hex 24.", NeedsFile},
	{"secret-in-file", "A receiver, or `global`, holds a password, key or secret address in the file itself.", "Write it into a file of mode 0600, and `KEY_file: PATH` here.", NeedsFile},
	{"no-provider", "People are to be paged by a method that no provider carries.", "Add a twilio or smtp provider.", NeedsFile},
	{"no-voice", "A provider has no number to call from, so it carries texts alone.", "Add `from`.", NeedsFile},
	{"plain-smtp", "The password goes to the mail server in the clear.", "Set `tls`.", NeedsFile},

	// silences; these three cannot be silenced
	{silenceReason, "A `rouse:ignore` says no reason, and so silences nothing.", "Write why after the name of the rule.", NeedsFile},
	{silenceRule, "A `rouse:ignore` names a rule that does not exist.", "Correct the name.", NeedsFile},
	{silenceNothing, "A `rouse:ignore` silences nothing: what it was for is mended.", "Remove it.", NeedsFile},
}

// The rules about silences.
const (
	silenceReason  = "silence-without-reason"
	silenceRule    = "silence-of-unknown"
	silenceNothing = "silence-of-nothing"
)

// Rules are all rules of lint.
func Rules() []Rule { return slices.Clone(rules) }

// RuleNamed finds a rule.
func RuleNamed(name string) (Rule, bool) {
	k := slices.IndexFunc(rules, func(r Rule) bool { return r.Name == name })
	if k < 0 {
		return Rule{}, false
	}
	return rules[k], true
}
