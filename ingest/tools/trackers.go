package tools

// fatal is how trackers of errors call the worst.
var fatal = map[string]string{"fatal": "critical"}

// trackers gather the errors of programs.
var trackers = []tool{
	{
		name: "Sentry", has: []string{"action", "data.metric_alert"},
		state: "{action}", key: "{data.metric_alert.alert_rule.id}|{data.metric_alert.id}", title: "{data.description_title}|{data.metric_alert.title}", text: "{data.description_text}", severity: "{action}",
		url: "{data.web_url}", time: "{data.metric_alert.date_started}", labels: map[string]string{"alertname": "{data.metric_alert.alert_rule.name}|{data.metric_alert.title}", "project": "{data.metric_alert.projects.0}", "environment": "{data.metric_alert.alert_rule.environment}"},
	},
	{
		name: "Sentry", has: []string{"action", "data.event"},
		state: "firing", key: `{data.event.issue_id}|{data.event.issue_url/issues\/(\d+)/}|{data.event.event_id}`, title: "{data.event.title}|{data.event.message}", text: "{data.event.culprit}|{data.event.location}", severity: "{data.event.level}",
		ranks: fatal, url: "{data.event.web_url}|{data.event.url}", time: "{data.event.datetime}|{data.event.timestamp}",
		labels: map[string]string{"rule": "{data.triggered_rule}", "environment": "{data.event.environment}", "project": "{data.event.project_slug}|{data.event.project}", "alertname": "{data.event.title}"},
	},
	{
		name: "Sentry", has: []string{"action", "data.issue.id"},
		state: "{action}", words: map[string]State{"created": Firing, "unresolved": Firing, "ignored": Nothing, "archived": Nothing, "assigned": Nothing}, key: "{data.issue.id}", title: "{data.issue.title}", text: "{data.issue.culprit}", severity: "{data.issue.level}",
		ranks: fatal, url: "{data.issue.web_url}|{data.issue.permalink}", time: "{data.issue.firstSeen}",
		labels: map[string]string{"project": "{data.issue.project.slug}", "platform": "{data.issue.platform}", "alertname": "{data.issue.title}"}, note: "an issue that was assigned or set aside",
	},
	{
		name: "Sentry", has: []string{"action", "data.error"},
		state: "firing", key: `{data.error.issue_id}|{data.error.issue_url/issues\/(\d+)/}|{data.error.event_id}`, title: "{data.error.title}|{data.error.message}", text: "{data.error.culprit}", severity: "{data.error.level}", ranks: fatal,
		url: "{data.error.web_url}", time: "{data.error.datetime}", labels: map[string]string{"environment": "{data.error.environment}", "alertname": "{data.error.title}"},
	},
	{
		name: "Sentry", has: []string{"action", "installation.uuid", "data.comment|data.comment_id|data.installation"}, state: "nothing", words: nothing, note: "Sentry: a comment or an installation was {action}|Sentry",
	},
	{
		name: "Sentry", has: []string{"project", "culprit", "event"},
		state: "firing", key: "{id}", title: "{event.title}|{message}", text: "{message?}\n{culprit?}", severity: "{level}|{event.level}", ranks: fatal, url: "{url}", time: "{event.timestamp}|{event.received}",
		labels: map[string]string{"project": "{project_slug}|{project}", "environment": "{event.environment}", "alertname": "{event.title}|{message}"},
	},
	{
		name: "Rollbar", has: []string{"event_name", "data.item"},
		state: "{event_name}", words: map[string]State{"resolved_item": Resolved, "new_item": Firing, "reactivated_item": Firing, "reopened_item": Firing, "occurrence": Firing, "exp_repeat_item": Firing, "item_velocity": Firing, "test": Firing},
		key: "{data.item.id}", title: "{data.item.title}", text: "{data.item.last_occurrence.body.message.body}|{data.occurrence.body.message.body}", severity: "{data.item.level}|{data.item.last_occurrence.level}|{data.occurrence.level}", url: "{data.url}",
		ranks: map[string]string{"50": "critical", "40": "error", "30": "warning", "20": "info", "10": "info"}, labels: map[string]string{"environment": "{data.item.environment}", "alertname": "{data.item.title}"},
	},
	{
		name: "Rollbar", has: []string{"event_name=deploy", "data.deploy"}, state: "nothing", words: nothing, note: "a deployment that Rollbar was told of",
	},
	{
		name: "Rollbar", has: []string{"event_name=test", "data.message"}, state: "firing", title: "{data.message}", test: "{event_name}",
	},
	{
		name: "Honeybadger", has: []string{"event", "message", "fault.id"},
		state: "{event}", words: map[string]State{"occurred": Firing, "unresolved": Firing, "rate_exceeded": Firing, "volume_spike": Firing, "assigned": Nothing, "commented": Nothing}, key: "fault {fault.id}", title: "{message}|{fault.klass}: {fault.message}",
		text: "{fault.message}", url: "{fault.url}|{notice.url}", time: "{fault.last_notice_at}", labels: map[string]string{"alertname": "{fault.klass}", "environment": "{fault.environment}", "project": "{project.name}|{fault.project_name}", "component": "{fault.component}"}, note: "Honeybadger: {message}|a comment",
	},
	{
		name: "Honeybadger", has: []string{"event", "message", "site.id|check_in.id|alarm.id"},
		state: "{event}", words: map[string]State{"check_in_missing": Firing, "check_in_reporting": Resolved, "alarm_alert": Firing, "alarm_ok": Resolved, "cert_will_expire": Firing}, key: "site {site.id} {event=cert_will_expire:+certificate}|site {site.id}|check-in {check_in.id}|alarm {alarm.id}",
		title: "{message}", text: "{outage.reason}", url: "{site.url}|{check_in.url}|{alarm.url}", time: "{outage.down_at}", labels: map[string]string{"alertname": "{site.name}|{check_in.name}|{alarm.name}", "project": "{project.name}"},
	},
	{
		name: "Honeybadger", has: []string{"event=deployed", "deploy", "message"}, state: "nothing", words: nothing, note: "{message}",
	},
	{
		name: "BugSnag", has: []string{"trigger.type", "project.id|project.name", "account|error|comment"},
		state: "{trigger.stateChange}|{trigger.type}", words: map[string]State{"fixed": Resolved, "reopened": Firing, "ignored": Nothing, "snoozed": Nothing, "assigned": Nothing, "unassigned": Nothing, "comment": Nothing, "collaboratorfixed": Resolved, "release": Nothing, "errorstatemanualchange": Nothing},
		key: "{error.errorId}|{error.id}|{project.id?}{project.name?} {trigger.type}", title: "{error.exceptionClass}: {error.message}|{error.exceptionClass}|{project.name}: {trigger.message}|{trigger.message}", text: "{error.context}", severity: "{error.severity}", url: "{error.url}|{project.url}",
		time: "{error.firstReceived}", labels: map[string]string{"alertname": "{error.exceptionClass}|{trigger.type}", "project": "{project.name}", "environment": "{error.releaseStage}|{error.app.releaseStage}"}, note: "BugSnag: {trigger.message}|a change of an error",
	},
	{
		name: "Airbrake", has: []string{"error.error_message|error.error_class", "airbrake_error_url|error.project"},
		state: "firing", key: "{error.id}", title: "{error.error_message}|{error.error_class}", text: "{error.file}:{error.line_number}", url: "{airbrake_error_url}", severity: "error", time: "{error.first_occurred_at}",
		labels: map[string]string{"alertname": "{error.error_class}", "project": "{error.project.name}", "environment": "{error.environment}"},
	},
}
