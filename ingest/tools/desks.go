package tools

// jiraRanks are Jira's priorities, where nobody has renamed them.
var jiraRanks = map[string]string{"highest": "critical", "high": "error", "lowest": "info", "blocker": "critical", "trivial": "info"}

// zendesk are the states and priorities of Zendesk's tickets.
var (
	zendesk      = map[string]State{"pending": Firing, "on-hold": Firing, "hold": Firing, "solved": Resolved, "deleted": Resolved, "nothing": Nothing}
	zendeskRanks = map[string]string{"urgent": "critical", "high": "error", "normal": "warning", "low": "info"}
)

// desks are ticket systems, status pages and other pagers.
var desks = []tool{
	{
		name: "PagerDuty", has: []string{"event_action", "dedup_key|payload.summary"}, // what its clients send, to the wrong type of integration
		state: "{event_action}", words: map[string]State{"trigger": Firing, "acknowledge": Acknowledged, "resolve": Resolved}, key: "{dedup_key}", title: "{payload.summary}|{dedup_key}",
		severity: "{payload.severity}", url: "{client_url}|{links.0.href}", time: "{payload.timestamp}",
		labels: map[string]string{"source": "{payload.source}", "component": "{payload.component}", "group": "{payload.group}", "class": "{payload.class}"},
	},
	{
		name: "PagerDuty", has: []string{"service_key", "event_type=trigger|event_type=acknowledge|event_type=resolve"}, // version 1
		state: "{event_type}", words: map[string]State{"trigger": Firing, "acknowledge": Acknowledged, "resolve": Resolved}, key: "{incident_key}", title: "{description}|{incident_key}", url: "{client_url}",
	},
	{
		name: "PagerDuty", has: []string{"event.event_type", "event.data.id", "event.data.status"},
		state: "{event.event_type/^(service|pagey)/:+nothing}|{event.data.status}", words: nothing, key: "{event.data.id}", title: "{event.data.title}", severity: "{event.data.priority.summary}|{event.data.urgency}", url: "{event.data.html_url}", time: "{event.data.created_at}|{event.occurred_at}",
		labels: map[string]string{"service": "{event.data.service.summary}", "escalation": "{event.data.escalation_policy.summary}"}, note: "PagerDuty's {event.event_type}",
	},
	{
		name: "PagerDuty", has: []string{"event.event_type", "event.data"}, state: "nothing", words: nothing, note: "PagerDuty's {event.event_type}|PagerDuty's news",
	},
	{
		name: "PagerDuty", has: []string{"messages.0.incident.status"}, each: "messages", // version 2 of its webhooks
		state: "{incident.status}", key: "{incident.id}", title: "{incident.title}|{incident.summary}", severity: "{incident.priority.summary}|{incident.urgency}", url: "{incident.html_url}", time: "{incident.created_at}",
		labels: map[string]string{"service": "{incident.service.name}|{incident.service.summary}"},
	},
	{
		name: "PagerDuty", has: []string{"messages.0.data.incident.id"}, each: "messages", // version 1
		state: `{type/^incident\.(\w+)$/}|{data.incident.status}`, words: map[string]State{"unacknowledge": Firing, "escalate": Firing, "reopen": Firing, "annotate": Nothing, "assign": Nothing, "delegate": Nothing},
		key: "{data.incident.id}", title: "{data.incident.trigger_summary_data.subject}|{data.incident.trigger_summary_data.description}|{data.incident.incident_key}", url: "{data.incident.html_url}", time: "{data.incident.created_on}",
		severity: "{data.incident.urgency}", labels: map[string]string{"service": "{data.incident.service.name}"},
	},
	{
		name: "Opsgenie", has: []string{"action", "alert.alertId", "integrationName|integrationId|source|alert.message"},
		state: "{action}", words: map[string]State{"create": Firing, "delete": Resolved, "unacknowledge": Firing, "escalate": Firing, "escalatenext": Firing, "escalatetonext": Firing}, other: Nothing,
		key: "{alert.alertId}", title: "{alert.message}", text: "{alert.description}", severity: "{alert.priority}", ranks: map[string]string{"1": "P1", "2": "P2", "3": "P3", "4": "P4", "5": "P5"}, time: "{alert.createdAt}", tags: "{alert.tags}",
		labels: map[string]string{"source": "{alert.source}", "entity": "{alert.entity}", "team": "{alert.team}", "alias": "{alert.alias}"}, note: "Opsgenie's {action}",
	},
	{
		name: "Grafana OnCall", has: []string{"event.type|alert_group_id", "alert_group.id", "alert_group.state"},
		state: "{alert_group.state}", words: map[string]State{"silenced": Nothing}, key: "{alert_group.id}", title: "{alert_group.title}", text: "{alert_payload.annotations.description}|{alert_payload.commonAnnotations.description}|{alert_payload.message}", severity: "{alert_payload.labels.severity}|{alert_payload.commonLabels.severity}|{alert_group.labels.severity}",
		url: "{alert_group.permalinks.web}", time: "{alert_group.created_at}", labels: map[string]string{"alertname": "{alert_payload.labels.alertname}|{alert_payload.commonLabels.alertname}|{alert_group.title}", "integration": "{integration.name}", "team": "{integration.team}"},
	},
	{
		name: "Jira", has: []string{"webhookEvent", "issue.key"},
		state: "{webhookEvent=jira:issue_deleted:+closed}|{webhookEvent/^(comment|worklog|issuelink|attachment)/:+edit}|{issue.fields.resolution:+resolved}|{issue.fields.status.statusCategory.key=done:+resolved}|" +
			"{changelog.items.field=status.field=status:+firing}|{changelog.items.field=resolution.field=resolution:+firing}|{changelog.items.field=priority.field=priority:+firing}|{comment:+edit}|{changelog.items.0.field:+edit}|firing",
		words: map[string]State{"edit": Nothing}, key: "{issue.key}", title: "{issue.fields.summary}", text: "{issue.fields.description}",
		severity: "{issue.fields.priority.name}", ranks: jiraRanks, time: "{issue.fields.created}",
		labels: map[string]string{"project": "{issue.fields.project.key}", "type": "{issue.fields.issuetype.name}", "component": "{issue.fields.components.0.name}"}, url: `{issue.self/^(.+?)\/rest\//}/browse/{issue.key}|{issue.self}`, note: "an edit of {issue.key}|an edit of an issue",
	},
	{
		name: "Jira", has: []string{"key", "fields.summary", "fields.status|fields.issuetype"}, // as its automation sends an issue
		state: "{fields.resolution:+resolved}|{fields.status.statusCategory.key=done:+resolved}|firing", key: "{key}", title: "{fields.summary}", text: "{fields.description}", severity: "{fields.priority.name}", ranks: jiraRanks, time: "{fields.created}",
		labels: map[string]string{"project": "{fields.project.key}", "type": "{fields.issuetype.name}", "component": "{fields.components.0.name}"}, url: `{self/^(.+?)\/rest\//}/browse/{key}|{self}`,
	},
	{
		name: "ServiceNow", has: []string{"number", "short_description", "sys_id|state|incident_state|priority|opened_at"},
		state: "{state}|{incident_state}", words: map[string]State{"1": Firing, "2": Firing, "3": Firing, "6": Resolved, "7": Resolved, "8": Resolved, "in progress": Firing, "on hold": Firing, "canceled": Resolved}, key: "{number}", title: "{short_description}", text: "{description}",
		severity: `{priority/^(\d)/}|{priority}`, ranks: map[string]string{"1": "critical", "2": "error", "3": "warning", "4": "info", "5": "info"}, time: "{opened_at}", labels: map[string]string{"category": "{category}", "service": "{business_service}", "instance": "{cmdb_ci}"},
	},
	{
		name: "Zendesk", has: []string{"ticket_id", "ticket_title"},
		state: "{ticket_status}", words: zendesk, key: "{ticket_id}", title: "{ticket_title}", text: "{ticket_description}", severity: "{ticket_priority}",
		ranks: zendeskRanks, url: "{link}|{ticket_url}", labels: map[string]string{"type": "{ticket_type}"},
	},
	{
		name: "Zendesk", has: []string{"zendesk_event_version", "type", "detail.id"}, // of its events
		state: `{type/(ticket\.(?:created|status_changed|priority_changed|merged|soft_deleted|marked_as_spam))$/:+ticket} {detail.status}|{detail.status:+nothing}|nothing`,
		words: map[string]State{"ticket new": Firing, "ticket open": Firing, "ticket pending": Firing, "ticket hold": Firing, "ticket solved": Resolved, "ticket closed": Resolved, "ticket deleted": Resolved, "nothing": Nothing},
		key:   "{detail.id}", title: "{detail.subject}", text: "{detail.description}", severity: "{detail.priority}", ranks: zendeskRanks, time: "{detail.created_at}|{time}", labels: map[string]string{"type": "{detail.type}"}, tags: "{detail.tags}", note: "Zendesk: {type}|Zendesk's news",
	},
	{
		name: "Statuspage", has: []string{"page.id", "incident.id"},
		state: "{incident.status}", words: map[string]State{"investigating": Firing, "identified": Firing, "monitoring": Firing, "postmortem": Resolved, "completed": Resolved, "scheduled": Nothing, "in_progress": Nothing, "verifying": Nothing, "update": Firing},
		key: "{incident.id}", title: "{incident.name}", text: "{incident.incident_updates.0.body}", severity: "{incident.impact}", ranks: map[string]string{"maintenance": "info"}, url: "{incident.shortlink}", time: "{incident.created_at}",
		labels: map[string]string{"component": "{incident.components.0.name}", "page": "{page.id}"}, note: "planned work on a status page",
	},
	{
		name: "Statuspage", has: []string{"page.id", "component_update", "component.name"},
		state: "{component_update.new_status}|{component.status}", words: map[string]State{"operational": Resolved, "under_maintenance": Nothing}, key: "{component.id}", title: "{component.name}: {component_update.new_status}", severity: "{component.status}",
		ranks: map[string]string{"degraded_performance": "warning", "partial_outage": "error", "major_outage": "critical"}, time: "{component_update.created_at}", labels: map[string]string{"component": "{component.name}", "alertname": "{component.name}"}, note: "a component in maintenance",
	},
	{
		name: "NetBox", has: []string{"event", "model", "request_id", "data.id"},
		state: "nothing", words: nothing, note: "a change in NetBox: {model} {event}: {data.display}|a change in NetBox",
	},
	{
		name: "Squadcast", has: []string{"event.type", "event.resource", "data.resource_data.id"},
		state: `{event.type/^incident\.(triggered|acknowledged|resolved|reassigned|suppressed)$/}|nothing`, words: map[string]State{"reassigned": Firing, "suppressed": Nothing, "nothing": Nothing}, key: "{data.resource_data.id}", title: "{data.resource_data.message}", text: "{data.resource_data.description}",
		severity: "{data.resource_data.priority}", url: "{data.resource_data.url}", time: "{data.resource_data.created_at}", labels: map[string]string{"service": "{data.resource_data.service.name}"}, note: "Squadcast's {event.type}|Squadcast's news",
	},
}
