package tools

// logs are what searches logs and events, and what watches a host for intruders.
var logs = []tool{
	{
		name: "Graylog", has: []string{"event_definition_id", "event"},
		state: "firing", key: "{event_definition_id} {event.key?}", title: "{event_definition_title}|{event.message}", text: "{event.message?}\n{event_definition_description?}\n{backlog.0.message?}",
		severity: "{event.priority}", ranks: map[string]string{"1": "info", "2": "warning", "3": "error", "4": "critical"}, time: "{event.timestamp}",
		labels: map[string]string{"alertname": "{event_definition_title}", "source": "{event.source}", "key": "{event.key}"}, test: "{event_definition_id=NotificationTestId:+test}",
	},
	{
		name: "Graylog", has: []string{"check_result.triggered|check_result.result_description", "stream.id|stream.title"},
		state: "{check_result.triggered}", words: map[string]State{"true": Firing, "false": Resolved}, key: "{stream.id} {check_result.triggered_condition.id}|{stream.id}",
		title: "{check_result.result_description}", text: "{check_result.matching_messages.0.message}", time: "{check_result.triggered_at}", labels: map[string]string{"alertname": "{stream.title}"},
	},
	{
		name: "Falco", has: []string{"rule", "priority", "output", "output_fields|time|hostname"},
		state: "firing", key: "{rule} {hostname}|{rule}", title: "{rule}", text: "{output}", severity: "{priority}", time: "{time}",
		ranks:  map[string]string{"emergency": "critical", "alert": "critical", "debug": "info"},
		labels: map[string]string{"alertname": "{rule}", "host": "{hostname}", "source": "{source}"}, tags: "{tags}", test: "{output=This is a test from falcosidekick:+test}",
	},
	{
		name: "Wazuh", has: []string{"rule.level", "rule.description", "agent.name|manager.name|agent.id"},
		state: "firing", key: "{rule.id} {agent.id?}", title: "{rule.description}", text: "{full_log}|{location}", time: "{timestamp}",
		severity: `{rule.level/^(1[5-9])$/:+critical}|{rule.level/^(1[2-4])$/:+high}|{rule.level/^([789]|1[01])$/:+medium}|{rule.level/^(\d+)$/:+low}`,
		labels:   map[string]string{"alertname": "{rule.description}", "rule": "{rule.id}", "host": "{agent.name}", "instance": "{agent.ip}", "group": "{rule.groups.0}"},
	},
	{
		name: "Kibana", has: []string{"ruleName|rule_name|rule.name", "signalId|alertId|alert_id|alert.id", "alertActionGroup|alertActionGroupName|action_group|alert_action_group|alert.actionGroup|alertState|date"},
		state: `{alertActionGroup/(?i)^(recovered)$/}|{alertActionGroupName/(?i)^(recovered)$/}|{action_group/(?i)^(recovered)$/}|{alert_action_group/(?i)^(recovered)$/}|{alert.actionGroup/(?i)^(recovered)$/}|{alertState/(?i)^(recovered)$/}|firing`,
		key:   "{signalId}|{ruleId?}{rule.id?} {alertId?}{alert.id?}", title: "{ruleName}|{rule.name}", text: "{reason}|{message}|{context.reason}|{context.message}|{alertActionGroupName}|{alert.actionGroupName}", severity: "{severity}|{context.rule.severity}",
		time: "{date}", url: "{rule.url}|{rule_url}|{url}|{context.alertDetailsUrl}", labels: map[string]string{"alertname": "{ruleName}|{rule.name}", "space": "{spaceId}|{rule.spaceId}"}, tags: "{tags}",
	},
	{
		name: "Axiom", has: []string{"action", "event.monitorID"},
		state: "{action}", words: map[string]State{"matchevent": Firing}, key: "{event.monitorID} {event.groupValues?}", title: "{event.title}", text: "{event.description}|{event.body}", time: "{event.timestamp}",
		labels: map[string]string{"alertname": `{event.title/^(?:\w+: )?(.+)$/}`, "group": "{event.groupValues}|{event.groupKeys.0}"},
	},
	{
		name: "Dash0", has: []string{"type", "data.issue.issueIdentifier"},
		state: "{data.issue.status}|{type}", words: map[string]State{"degraded": Firing, "alert.resolved": Resolved, "test": Firing, "alert.test": Firing}, key: "{data.issue.issueIdentifier}", title: "{data.issue.summary}|{data.issue.checkrules.0.name}",
		text: "{data.issue.description}", severity: "{data.issue.status}", ranks: map[string]string{"degraded": "warning"}, url: "{data.issue.url}|{data.issue.checkrules.0.url}", time: "{data.issue.start}",
		labels: map[string]string{"alertname": "{data.issue.checkrules.0.name}"}, test: "{type=test:+test}|{type=alert.test:+test}",
	},
	{
		name: "Coralogix", has: []string{"alert_id", "alert_action", "name"},
		state: "{alert_action}", key: "{fields.key=dedupKey.value}|{alert_id}", title: "{name}", text: "{description?}\n{fields.key=text.value?}", severity: "{fields.key=severity.value}|{alert_severity}",
		url: "{alert_url}", time: "{fields.key=timestampISO.value}", ranks: map[string]string{"verbose": "info"},
		labels: map[string]string{"team": "{fields.key=team.value}", "application": "{fields.key=application.value}", "subsystem": "{fields.key=subsystem.value}"},
	},
	{
		name: "Fastly", has: []string{"triggered", "definition_api|history_ui|definition_ui"},
		state: "{triggered}", words: map[string]State{"true": Firing, "false": Resolved}, key: `{definition_api/([^\/]+)$/}`, title: "{title}", text: "{description}", url: "{history_ui}", time: "{start}",
		labels: map[string]string{"alertname": `{title/^(?:\[[A-Z]+\] )?(.+)$/}`},
	},
	{
		name: "OpenObserve", has: []string{"org_name", "stream_name", "alert_name", "alert_type|alert_url|alert_start_time"},
		state: "firing", key: "{org_name} {stream_name} {alert_name}", title: "{alert_name}", text: "{stream_type?} {stream_name}: {alert_operator?} {alert_threshold?}, {alert_count?} rows", url: "{alert_url}", time: "{alert_start_time}", labels: map[string]string{"alertname": "{alert_name}", "source": "{stream_name}"},
	},
	{
		name: "Splunk", has: []string{"sid", "results_link", "search_name|owner|app"},
		state: "firing", key: "{search_name}", title: "{search_name}|{result.message}|{result._raw}", text: "{result._raw}|{result.message}", severity: "{result.severity}", url: "{results_link}", time: "{result._time}",
		labels: map[string]string{"alertname": "{search_name}", "app": "{app}", "host": "{result.host}"},
	},
}
