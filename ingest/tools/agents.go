package tools

// problems are the words of Nagios and its family for the kind of a notification.
var problems = map[string]State{
	"problem": Firing, "recovery": Resolved, "acknowledgement": Acknowledged, "custom": Firing, "flappingstart": Firing, "flappingstop": Nothing,
	"downtimestart": Nothing, "downtimeend": Nothing, "downtimecancelled": Nothing, "up": Resolved, "ok": Resolved, "down": Firing, "unreachable": Firing,
	"unknown": Firing, "pending": Nothing,
}

// zabbixRanks are Zabbix's severities by number.
var zabbixRanks = map[string]string{
	"0": "info", "1": "info", "2": "warning", "3": "warning", "4": "error", "5": "critical", "not classified": "info", "information": "info", "average": "warning", "disaster": "critical",
}

// agents are monitors that one runs oneself.
var agents = []tool{
	{
		name: "Zabbix", has: []string{"event_id", "trigger_id"},
		state: "{event_update_status=1:+update}|{trigger_status}|{event_value}|{event_status}|{status}",
		words: map[string]State{"1": Firing, "0": Resolved, "update": Nothing}, key: "{event_id}",
		title: "{event_name}|{trigger_name}|{subject}|{alert_subject}", text: "{alert_message}|{message}|{trigger_description}|{event_opdata}",
		severity: "{event_severity}|{trigger_severity}|{event_nseverity}|{trigger_priority}", ranks: zabbixRanks, url: "{trigger_url}|{zabbix_url}|{event_url}",
		time:   "{event_timestamp}",
		labels: map[string]string{"alertname": "{trigger_name}|{event_name}", "host": "{host_name}|{hostname}|{host}", "trigger": "{trigger_id}"}, tags: "{event_tags}",
		note: "an update of a problem",
	},
	{
		name: "Zabbix", has: []string{"hostname", "trigger", "item", "status"},
		state: "{status}", key: `{event_id}|{link/(triggerid=\d+)/}|{hostname} {trigger}`, title: "{trigger}", text: "{item}", severity: "{severity}", ranks: zabbixRanks,
		url: "{link}", labels: map[string]string{"alertname": "{trigger}", "host": "{hostname}"},
	},
	{
		name: "Icinga Notifications", has: []string{"tags.host", "type", "severity", "name"},
		state: "{severity}", words: map[string]State{"emerg": Firing, "alert": Firing, "crit": Firing, "err": Firing, "notice": Firing, "info": Firing, "debug": Firing},
		key: "{tags.host} {tags.service?}", title: "{name}", text: "{message}", severity: "{severity}", url: "{url}",
		labels: map[string]string{"host": "{tags.host}", "check": "{tags.service}", "alertname": "{tags.service}|{tags.host}"},
	},
	{
		name: "Checkmk", has: []string{"site", "host", "notification_type", "what"},
		state: `{notification_type/^([A-Za-z]+)/}|{status}`, words: problems, key: "{site} {host} {service?}", title: "{summary}|{host}: {service} is {status}|{host} is {status}",
		text: "{output?}\n{long_output?}", severity: "{severity}|{status}", time: "",
		ranks:  map[string]string{"down": "critical", "crit": "critical", "unreach": "error", "unknown": "warning"},
		labels: map[string]string{"host": "{host}", "check": "{service}", "alertname": "{service}|{host}"},
	},
	{
		name: "Nagios", has: []string{"host", "state", "type", "output"},
		state: "{type}|{state}", words: problems, key: "{host}/{service}|{host}", title: "{host}/{service} is {state}|{host} is {state}", text: "{output?}\n{long_output?}", severity: "{state}",
		ranks:  map[string]string{"down": "critical", "unreachable": "error", "unknown": "warning"},
		labels: map[string]string{"host": "{host}", "check": "{service}", "alertname": "{service}|{host}"},
	},
	{
		name: "LibreNMS", has: []string{"device_id", "rule_id", "alert_id"},
		state: "{state}", words: map[string]State{"0": Resolved, "1": Firing, "2": Acknowledged, "3": Firing, "4": Firing, "5": Firing},
		key: "{device_id} {alert_id}", title: "{title}|{name}", text: "{msg}|{faults}|{description}", severity: "{severity}", time: "{timestamp}",
		labels: map[string]string{"alertname": "{name}", "host": "{hostname}|{sysName}", "location": "{location}"},
	},
	{
		name: "Moira", has: []string{"trigger.id", "trigger.name", "events"},
		state: "{events.trigger_event=true.state}|{events.0.state}", words: map[string]State{"nodata": Firing, "exception": Firing, "ok": Resolved, "test": Firing},
		key: "{trigger.id}", title: "{trigger.name}", text: "{trigger.description}", severity: "{events.0.state}", ranks: map[string]string{"nodata": "warning", "exception": "error"}, tags: "{trigger.tags}",
		labels: map[string]string{"metric": "{events.0.metric}"}, test: "{events.0.state=TEST:+test}",
	},
	{
		name: "Graylog", has: []string{"event_definition_id", "event"},
		state: "firing", key: "{event_definition_id} {event.key?}", title: "{event_definition_title}|{event.message}", text: "{event.message?}\n{event_definition_description?}\n{backlog.0.message?}",
		severity: "{event.priority}", ranks: map[string]string{"1": "info", "2": "warning", "3": "error", "4": "critical"}, time: "{event.timestamp}",
		labels: map[string]string{"alertname": "{event_definition_title}", "source": "{event.source}", "key": "{event.key}"}, test: "{event_definition_id=NotificationTestId:+test}",
	},
	{
		name: "Graylog", has: []string{"check_result.triggered", "stream.id"},
		state: "{check_result.triggered}", words: map[string]State{"true": Firing, "false": Resolved}, key: "{stream.id} {check_result.triggered_condition.id}|{stream.id}",
		title: "{check_result.result_description}", text: "{check_result.matching_messages.0.message}", time: "{check_result.triggered_at}", labels: map[string]string{"alertname": "{stream.title}"},
	},
	{
		name: "Falco", has: []string{"rule", "priority", "output", "output_fields"},
		state: "firing", key: "{rule} {hostname}|{rule}", title: "{rule}", text: "{output}", severity: "{priority}", time: "{time}",
		ranks:  map[string]string{"emergency": "critical", "alert": "critical", "debug": "info"},
		labels: map[string]string{"alertname": "{rule}", "host": "{hostname}", "source": "{source}"}, tags: "{tags}",
	},
	{
		name: "Kibana", has: []string{"ruleName", "signalId"},
		state: `{alertActionGroupName/(?i)^(recovered)$/}|firing`, key: "{signalId}", title: "{ruleName}", text: "{alertActionGroupName}", severity: "{severity}", time: "{date}",
		labels: map[string]string{"alertname": "{ruleName}", "space": "{spaceId}"}, tags: "{tags}",
	},
	{
		name: "Axiom", has: []string{"action", "event.monitorID"},
		state: "{action}", words: map[string]State{"matchevent": Firing}, key: "{event.monitorID}", title: "{event.title}", text: "{event.description}|{event.body}", time: "{event.timestamp}",
		labels: map[string]string{"group": "{event.groupKeys.0}"},
	},
	{
		name: "Dash0", has: []string{"type", "data.issue.issueIdentifier"},
		state: "{data.issue.status}|{type}", words: map[string]State{"degraded": Firing, "alert.resolved": Resolved, "test": Firing, "alert.test": Firing}, key: "{data.issue.issueIdentifier}", title: "{data.issue.summary}|{data.issue.checkrules.0.name}",
		text: "{data.issue.description}", severity: "{data.issue.status}", ranks: map[string]string{"degraded": "warning"}, url: "{data.issue.url}|{data.issue.checkrules.0.url}", time: "{data.issue.start}",
		labels: map[string]string{"alertname": "{data.issue.checkrules.0.name}"}, test: "{type=test:+test}",
	},
	{
		name: "Coralogix", has: []string{"alert_id", "alert_action", "name"},
		state: "{alert_action}", key: "{fields.key=dedupKey.value}|{alert_id}", title: "{name}", text: "{description?}\n{fields.key=text.value?}", severity: "{fields.key=severity.value}|{alert_severity}",
		url: "{alert_url}", time: "{fields.key=timestampISO.value}", ranks: map[string]string{"verbose": "info"},
		labels: map[string]string{"team": "{fields.key=team.value}", "application": "{fields.key=application.value}", "subsystem": "{fields.key=subsystem.value}"},
	},
	{
		name: "Fastly", has: []string{"triggered", "definition_api"},
		state: "{triggered}", words: map[string]State{"true": Firing, "false": Resolved}, key: `{definition_api/([^\/]+)$/}`, title: "{title}", text: "{description}", url: "{history_ui}", time: "{start}",
		labels: map[string]string{"alertname": `{title/^(?:\[[A-Z]+\] )?(.+)$/}`},
	},
	{
		name: "Netdata Cloud", has: []string{"alarm", "chart", "severity", "alarm_url"},
		state: "{severity}", key: "{node?} {host?} {chart} {alarm}", title: "{message}|{info}|{alarm}", text: "{info}", severity: "{severity}", url: "{alarm_url}", time: "{date}",
		labels: map[string]string{"alertname": "{alarm}", "host": "{host}|{node}", "service": "{space}"},
	},
	{
		name: "Fail2ban", has: []string{"resource", "event", "attributes.bannedIp"},
		state: "firing", key: "{resource} {attributes.bannedIp}", title: "{event}", text: "{message}", severity: "{severity}",
		labels: map[string]string{"host": "{hostname}", "environment": "{environment}", "instance": "{resource}", "alertname": "{resource}"},
	},
	{
		name: "Alerta", has: []string{"resource", "event", "environment", "severity"},
		state: "{status}|{severity}", words: map[string]State{"expired": Resolved, "assign": Acknowledged, "ack": Acknowledged, "shelved": Nothing, "blackout": Nothing, "indeterminate": Firing}, key: "{environment} {resource} {event}",
		title: "{event} on {resource}", text: "{text}|{value}", severity: "{severity}", time: "{createTime}", ranks: map[string]string{"security": "critical", "major": "error", "indeterminate": "warning"},
		labels: map[string]string{"alertname": "{event}", "environment": "{environment}", "instance": "{resource}", "service": "{service.0}", "group": "{group}"},
	},
	{
		name: "Sensu", has: []string{"entity.metadata.name", "check.metadata.name"},
		state: "{check.status}", words: map[string]State{"0": Resolved, "1": Firing, "2": Firing}, key: "{entity.metadata.name}/{check.metadata.name}", title: "{check.metadata.name} on {entity.metadata.name}",
		text: "{check.output}", severity: "{check.status}", ranks: map[string]string{"0": "info", "1": "warning", "2": "critical"}, time: "{check.last_ok}",
		labels: map[string]string{"host": "{entity.metadata.name}", "check": "{check.metadata.name}", "alertname": "{check.metadata.name}", "namespace": "{entity.metadata.namespace}"},
	},
	{
		name: "Splunk", has: []string{"search_name", "sid", "results_link"},
		state: "firing", key: "{search_name}", title: "{search_name}", text: "{result._raw}|{result.message}", severity: "{result.severity}", url: "{results_link}", time: "{result._time}",
		labels: map[string]string{"alertname": "{search_name}", "app": "{app}", "host": "{result.host}"},
	},
}
