package tools

// ddName is the name of a monitor in the title of Datadog's message, ddScope whom it is about.
const (
	ddName  = `{title/^(?:\[[^\]]*\] )*(.+)$/}`
	ddScope = `{title?/^(?:\[P\d\] )?\[[A-Za-z -]+ on \x7b(.*?)\x7d\]/}`
)

// suites are the observability suites that one rents.
var suites = []tool{
	{
		name: "Datadog", has: []string{"alert_transition"},
		state: "{alert_transition}", words: map[string]State{
			"triggered": Firing, "re-triggered": Firing, "renotify": Firing, "re-notify": Firing, "warn": Firing, "re-warn": Firing, "no data": Firing, "re-no data": Firing, "recovered": Resolved,
		},
		key: "{monitor_id} {scopes?}|{alert_id} {alert_scope?}|{aggreg_key}|{alert_cycle_key}", title: "{title}|{event_title}|{alert_title}|{monitor_name}|{name}|{alert_status}",
		text: "{body}|{text_only_msg}|{event_msg}|{message}", severity: "{severity}|{priority}|{alert_priority}|{alert_type}",
		url: "{link}|{url}", time: "{date}|{last_updated}",
		labels: map[string]string{"alertname": "{alert_title}|" + ddName, "host": "{host}|{hostname}"}, tags: "{tags}", test: `{title/^(?:\[[^\]]*\] )*?(\[TEST\])/}`,
	},
	{
		name: "Datadog", has: []string{"title", "event_type", "last_updated", "body"}, // what a new webhook sends when nobody changes its payload
		state: `{title/^(?:\[P\d\] )?\[(?:Re-)?(Triggered|Warn|Recovered|No Data|Renotify)/}|{title/^(Recovered)/}`, words: map[string]State{"no data": Firing},
		key: ddScope + " " + ddName, title: "{title}", text: "{body}", severity: `{title/^\[(P\d)\]/}|{severity}|{alert_type}`, time: "{date}|{last_updated}",
		labels: map[string]string{"alertname": ddName}, test: `{title/^(?:\[[^\]]*\] )*?(\[TEST\])/}`,
	},
	{
		name: "New Relic", has: []string{"issueUrl|issuePageUrl", "state|status", "title|name|priority"},
		state: `{state=CLOSED:+closed}|{trigger/(?i)(acknowledged)$/}|{state}|{status}`, words: map[string]State{"activated": Firing, "created": Firing, "deactivated": Resolved},
		key: "{issueId}|{id}", title: "{title}|{name}|{title.0}", severity: "{priority}|{severity}", url: "{issueUrl}|{issuePageUrl}", time: "{activatedAt}|{createdAt}",
		text:   "{annotations.description.0}|{annotations.description}|Conditions: {alertConditionNames}",
		labels: map[string]string{"alertname": "{alertConditionNames}", "policy": "{alertPolicyNames}", "instance": "{impactedEntities}"},
	},
	{
		name: "New Relic", has: []string{"incident_id", "current_state", "condition_name|details|policy_name"},
		state: "{current_state}", words: map[string]State{"test": Firing}, key: "{incident_id}", title: "{condition_name}", text: "{details}", severity: "{severity}", url: "{incident_url}", time: "{timestamp}",
		labels: map[string]string{"policy": "{policy_name}", "account": "{account_name}", "instance": "{targets.0.name}"}, test: "{current_state=test:+test}",
	},
	{
		name: "Dynatrace", has: []string{"ProblemTitle", "State"},
		state: "{State}", words: map[string]State{"merged": Resolved},
		key: "{ProblemID}|{PID}", title: "{ProblemTitle}", text: "{ProblemDetailsText}|{ProblemDetailsMarkdown}|{ImpactedEntity}", severity: "{ProblemSeverity}",
		ranks: map[string]string{"availability": "critical", "error": "error", "performance": "warning", "resource_contention": "warning", "custom_alert": "warning", "monitoring_unavailable": "error"},
		url:   "{ProblemURL}", test: "{ProblemID=999:+test}",
		labels: map[string]string{"instance": "{ImpactedEntity}", "impact": "{ProblemImpact}"}, tags: "{Tags}",
	},
	{
		name: "Splunk Observability", has: []string{"incidentId", "detectorUrl"},
		state: `{messageTitle/^(?i)(manually resolved|auto-?resolved|stopped|cleared|back to normal):?/:+resolved}|{inputs.messageTitle/^(?i)(manually resolved|auto-?resolved|stopped|cleared|back to normal):?/:+resolved}|` +
			`{messageBody/^(?:\w+ )?Rule .{1,400} (cleared) at /:+resolved}|{statusExtended}|{status}`,
		words: map[string]State{"anomalous": Firing, "too high": Firing, "too low": Firing, "stopped": Resolved, "manually resolved": Resolved, "auto resolved": Resolved},
		key:   "{incidentId}", title: "{messageTitle}|{inputs.messageTitle}|{rule}|{detector}", text: "{messageBody}|{description}|{tip}", severity: "{severity}",
		ranks: map[string]string{"major": "error", "minor": "warning"}, url: "{runbookUrl}|{detectorUrl}", time: "{timestamp}",
		labels: map[string]string{"alertname": "{rule}|{inputs.rule}|{detector}", "metric": "{originatingMetric}"},
	},
	{
		name: "VMware Aria Operations", has: []string{"alertId", "criticality", "resourceName"},
		state: "{status}", words: map[string]State{"canceled": Resolved, "cancelled": Resolved}, key: "{alertId}", title: "{info}|{alertName}|{subType}", time: "{startDate}",
		text: "{alertName?} {resourceName} ({resourceKind?})", severity: `{criticality/(?i)([A-Z]+)$/}`, ranks: map[string]string{"immediate": "error"},
		labels: map[string]string{"alertname": "{alertName}|{info}", "instance": "{resourceName}", "kind": "{resourceKind}"},
	},
	{
		name: "Instana", has: []string{"issue.id", "issue.state|issue.type", "issue.text|issue.suggestion|issue.severity"},
		state: "{issue.state}|{issue.type}", words: map[string]State{"change": Nothing, "online": Nothing, "presence": Nothing, "offline": Firing}, key: "{issue.id}", title: "{issue.text}", text: "{issue.suggestion}", severity: "{issue.severity}",
		ranks: map[string]string{"10": "critical", "5": "warning", "-1": "info"}, url: "{issue.link}", time: "{issue.start}",
		labels: map[string]string{"host": "{issue.fqdn}", "instance": "{issue.entityLabel}", "component": "{issue.entity}", "zone": "{issue.zone}"}, note: "Instana: {issue.text}|a change",
	},
	{
		name: "ThousandEyes", has: []string{"eventType", "alert.alertId", "alert.ruleName|alert.ruleId"},
		state: `{eventType/_(TRIGGER|CLEAR)$/}|{alert.active=0:+clear}`, key: "{alert.alertId}", title: "{alert.ruleName}: {alert.testName}|{alert.ruleName}: {alert.agentName}|{alert.ruleName}", text: "{alert.ruleExpression}",
		severity: "{alert.severity}", url: "{alert.permalink}|{alert.agents.0.permalink}", time: "{alert.dateStart}", labels: map[string]string{"alertname": "{alert.ruleName}", "check": "{alert.testName}", "host": "{alert.hostname}"},
		test: "{eventType=WEBHOOK_TEST:+test}",
	},
	{
		name: "Honeycomb", has: []string{"trigger_url", "status", "name"},
		state: "{status}", key: "{id}|{trigger_url}|{name}", title: "{summary}|{name}", text: "{trigger_description?}\n{description}|{description}|{trigger_description}", url: "{result_url}|{trigger_url}",
		labels: map[string]string{"alertname": "{name}"}, test: "{isTest=true:+test}",
	},
	{
		name: "Cloudflare", has: []string{"alert_type", "policy_id|policy_name", "text", "ts"},
		state: `{alert_event/(START|END)$/}|{data.status}|{data.new_health}|{data.new_status/(HEALTHY|DOWN|DEGRADED|INACTIVE)$/}|firing`, words: map[string]State{"start": Firing, "end": Resolved, "healthy": Resolved, "unhealthy": Firing},
		key: "{alert_correlation_id}|{policy_id?} {alert_type} {data.health_check_id?}{data.pool_id?}{data.tunnel_id?}{data.zone_id?}", title: "{text}|{name}", severity: "{data.severity}", time: "{ts}",
		labels: map[string]string{"alertname": "{policy_name}|{name}|{alert_type}", "account": "{account_id}"},
	},
	{
		name: "Sumo Logic", has: []string{"triggerType", "monitorType|detectionMethod|triggerCondition", "name|alertName"},
		state: "{triggerType}", words: map[string]State{"resolvedcritical": Resolved, "resolvedwarning": Resolved, "resolvedmissingdata": Resolved},
		key: "{id}|{name}|{alertName}", title: "{name}|{alertName}", text: "{description}|{triggerCondition}", severity: `{triggerType/(Critical|Warning)$/}`, url: "{alertResponseUrl}|{queryURL}|{sourceURL}", time: "{triggerTime}", labels: map[string]string{"alertname": "{name}|{alertName}"},
	},
}
