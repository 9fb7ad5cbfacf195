package tools

import "maps"

// problems are the words of Nagios and its family for the kind of a notification.
var problems = map[string]State{
	"problem": Firing, "recovery": Resolved, "acknowledgement": Acknowledged, "custom": Firing, "flappingstart": Firing, "flappingstop": Nothing, "flappingdisabled": Nothing,
	"flappingend": Nothing, "downtimestart": Nothing, "downtimeend": Nothing, "downtimecancelled": Nothing, "downtimeremoved": Nothing, "alerthandler": Nothing,
	"up": Resolved, "ok": Resolved, "down": Firing, "unreachable": Firing, "unreach": Firing, "unknown": Firing, "pending": Nothing,
}

// calmed finds the end of flapping in the kind of a notification, standing what it is then.
const (
	calmed   = `(?i)^flapping(?:stop|end|disabled)$`
	standing = `(?i)^(ok|up|warning|critical|unknown|down|unreachable)$`
)

// calm are the words for the end of flapping with what it is then: Nagios sends no recovery of what was well when it began to flap.
var calm = with(problems, map[string]State{
	"calm ok": Resolved, "calm up": Resolved, "calm warning": Nothing, "calm critical": Nothing, "calm unknown": Nothing, "calm down": Nothing, "calm unreachable": Nothing,
})

// with is both tables in one.
func with(a, b map[string]State) map[string]State {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// hardness are the severities of Nagios and its family.
var hardness = map[string]string{"down": "critical", "crit": "critical", "unreach": "error", "unreachable": "error", "unknown": "warning", "unkn": "warning"}

// zabbixRanks are Zabbix's severities by number.
var zabbixRanks = map[string]string{
	"0": "info", "1": "info", "2": "warning", "3": "warning", "4": "error", "5": "critical", "not classified": "info", "information": "info", "average": "warning", "disaster": "critical",
}

// zabbixWords: updates of a problem are no alert of their own; neither are what discovery finds and registers.
var zabbixWords = map[string]State{"1": Firing, "0": Resolved, "update": Nothing}

// syslogWords are the severities of Icinga Notifications.
var syslogWords = map[string]State{"emerg": Firing, "alert": Firing, "crit": Firing, "err": Firing, "notice": Firing, "info": Firing, "debug": Firing, "nothing": Nothing}

// agents are monitors that one runs oneself.
var agents = []tool{
	{
		name: "Zabbix", has: []string{"event_id|eventid", "trigger_id|trigger_name|event_nseverity|event_severity|trigger_severity|event_update_status|event_value"},
		state: `{event_source=1:+update}|{event_source=2:+update}|{event_update_action/(?:^|[ ,])(acknowledged)/}|{event_update_status=1:+update}|{trigger_status}|{event_value}|{event_status}|{status}`,
		words: zabbixWords, key: "{event_id}",
		title: "{event_name}|{trigger_name}|{alert_subject}|{subject}|{name}", text: "{alert_message}|{message}|{trigger_description}|{event_opdata}",
		severity: "{event_severity}|{trigger_severity}|{event_nseverity}|{trigger_priority}|{severity}", ranks: zabbixRanks, url: "{trigger_url}|{event_url}|{zabbix_url}",
		time:   "{event_timestamp}",
		labels: map[string]string{"alertname": "{trigger_name}|{event_name}", "host": "{host_name}|{host}", "trigger": "{trigger_id}"}, tags: "{event_tags}",
		note: "an update of a problem, or what discovery found",
	},
	{
		name: "Zabbix", has: []string{"id", "triggerId", "hostName|hostIp"},
		state: "{status}", words: zabbixWords, key: "{id}", title: "{name}", text: "{description}|{message}", severity: "{severity}", ranks: zabbixRanks, labels: map[string]string{"alertname": "{name}", "host": "{hostName}", "trigger": "{triggerId}"},
	},
	{
		name: "Zabbix", has: []string{"eventid", "clock", "value", "name|p_eventid"}, // as its connectors stream
		state: "{value}", words: zabbixWords, key: "{p_eventid}|{eventid}", title: "{name}", severity: "{severity}", ranks: zabbixRanks, time: "{clock}", labels: map[string]string{"host": "{hosts.0.host}"},
	},
	{
		name: "Zabbix", has: []string{"hostname", "trigger", "item", "status"},
		state: "{status}", words: zabbixWords, key: `{event_id}|{link/(triggerid=\d+)/}|{hostname} {trigger}`, title: "{trigger}", text: "{item}", severity: "{severity}", ranks: zabbixRanks,
		url: "{link}", labels: map[string]string{"alertname": "{trigger}", "host": "{hostname}"},
	},
	{
		name: "Icinga Notifications", has: []string{"tags.host", "type", "severity", "name"},
		state: "{severity}", words: syslogWords, key: "{tags.host} {tags.service?}", title: "{name}", text: "{message}", severity: "{severity}", url: "{url}",
		labels: map[string]string{"host": "{tags.host}", "check": "{tags.service}", "alertname": "{tags.service}|{tags.host}"},
	},
	{
		name: "Icinga Notifications", has: []string{"object.name", "object.tags", "event.time|event.message", "incident"},
		state: "{event.type=acknowledgement-set:+ack}|{incident.recovered=true:+ok}|{incident.severity}|nothing", words: syslogWords, key: "{object.tags.host} {object.tags.service?}|{object.name}", title: "{object.name} is {incident.severity}|{object.name}",
		text: "{event.message}", severity: "{incident.severity}", url: "{object.url}", time: "{event.time}", labels: map[string]string{"host": "{object.tags.host}", "check": "{object.tags.service}", "alertname": "{object.tags.service}|{object.tags.host}"}, note: "{object.name}: {event.message}|no change of state",
	},
	{
		name: "Checkmk", has: []string{"site", "host", "notification_type", "what"},
		state: "{notification_type/" + calmed + "/:+calm} {status/" + standing + "/}|{notification_type/^([A-Za-z]+)/}|{status}", words: calm, key: "{site} {host} {service?}", title: "{summary}|{host}: {service} is {status}|{host} is {status}",
		text: "{output?}\n{long_output?}", severity: "{severity}|{status}", time: "", ranks: hardness,
		labels: map[string]string{"host": "{host}", "check": "{service}", "alertname": "{service}|{host}"},
	},
	{
		name: "Checkmk", has: []string{"NOTIFY_HOSTNAME", "NOTIFY_NOTIFICATIONTYPE|NOTIFY_WHAT"}, // its variables, as a script hands them on
		state: "{NOTIFY_NOTIFICATIONTYPE/" + calmed + "/:+calm} {NOTIFY_SERVICESTATE/" + standing + "/}|{NOTIFY_NOTIFICATIONTYPE/" + calmed + "/:+calm} {NOTIFY_HOSTSTATE/" + standing + "/}|" +
			`{NOTIFY_NOTIFICATIONTYPE/^([A-Za-z]+)/}|{NOTIFY_SERVICESTATE}|{NOTIFY_HOSTSTATE}`, words: calm, key: "{OMD_SITE?} {NOTIFY_HOSTNAME} {NOTIFY_SERVICEDESC?}",
		title: "{NOTIFY_HOSTNAME}/{NOTIFY_SERVICEDESC} is {NOTIFY_SERVICESTATE}|{NOTIFY_HOSTNAME} is {NOTIFY_HOSTSTATE}|{NOTIFY_HOSTNAME}", text: "{NOTIFY_SERVICEOUTPUT}|{NOTIFY_HOSTOUTPUT}", severity: "{NOTIFY_SERVICESTATE}|{NOTIFY_HOSTSTATE}", ranks: hardness,
		labels: map[string]string{"host": "{NOTIFY_HOSTNAME}", "check": "{NOTIFY_SERVICEDESC}", "alertname": "{NOTIFY_SERVICEDESC}|{NOTIFY_HOSTNAME}"},
	},
	{
		name: "Nagios", has: []string{"host", "state", "type", "output"},
		state: "{type/" + calmed + "/:+calm} {state/" + standing + "/}|{type}|{state}", words: calm, key: "{host}/{service}|{host}",
		title: "{host}/{service} {type=FLAPPINGSTART:+is flapping}|{host} {type=FLAPPINGSTART:+is flapping}|{host}/{service} is {state}|{host} is {state}", text: "{output?}\n{long_output?}", severity: "{state}", ranks: hardness,
		labels: map[string]string{"host": "{host}", "check": "{service}", "alertname": "{service}|{host}"},
	},
	{
		name: "Nagios", has: []string{"notification_type", "host_name|host", "service_state|host_state|service_output|host_output|service_desc|service_description"}, // its macros, as scripts of Nagios and Icinga send them
		state: "{notification_type/" + calmed + "/:+calm} {service_state/" + standing + "/}|{notification_type/" + calmed + "/:+calm} {host_state/" + standing + "/}|{notification_type}|{service_state}|{host_state}", words: calm,
		key: "{host_name?}{host?}/{service_description}|{host_name?}{host?}/{service_desc}|{host_name?}{host?}/{service_name}|{host_name}|{host}",
		title: "{host_name?}{host?}/{service_description} {notification_type=FLAPPINGSTART:+is flapping}|{host_name?}{host?}/{service_desc} {notification_type=FLAPPINGSTART:+is flapping}|{host_name?}{host?}/{service_name} {notification_type=FLAPPINGSTART:+is flapping}|" +
			"{host_name?}{host?}/{service_description} is {service_state}|{host_name?}{host?}/{service_desc} is {service_state}|{host_name?}{host?}/{service_name} is {service_state}|{host_name?}{host?} is {host_state}",
		text: "{service_output}|{host_output}|{output}", severity: "{service_state}|{host_state}", ranks: hardness,
		labels: map[string]string{"host": "{host_name}|{host}", "check": "{service_description}|{service_desc}|{service_name}", "alertname": "{service_description}|{service_desc}|{service_name}|{host_name}|{host}"},
	},
	{
		name: "LibreNMS", has: []string{"device_id", "rule_id", "alert_id"},
		state: "{state}", words: map[string]State{"0": Resolved, "1": Firing, "2": Acknowledged, "3": Firing, "4": Firing, "5": Firing},
		key: "{device_id} {alert_id}", title: "{title}|{name}", text: "{msg}|{faults}|{description}", severity: "{severity}", time: "{timestamp}",
		labels: map[string]string{"alertname": "{name}", "host": "{hostname}|{sysName}", "location": "{location}"},
	},
	{
		// One notification tells of several metrics, and the worst of them is what the trigger is.
		name: "Moira", has: []string{"trigger.id", "trigger.name", "events"},
		state: "{events.state=EXCEPTION.state}|{events.state=ERROR.state}|{events.state=WARN.state}|{events.state=NODATA.state}|{events.state=TEST.state}|{events.0.state}",
		words: map[string]State{"nodata": Firing, "exception": Firing, "test": Firing, "del": Nothing}, key: "{trigger.id}", title: "{trigger.name}", text: "{trigger.description}",
		severity: "{events.state=EXCEPTION.state}|{events.state=ERROR.state}|{events.state=WARN.state}|{events.state=NODATA.state}|{events.0.state}", ranks: map[string]string{"nodata": "warning", "exception": "error"}, tags: "{trigger.tags}",
		labels: map[string]string{"metric": "{events.0.metric}"}, test: "{events.0.state=TEST:+test}", note: "a metric that was deleted",
	},
	{
		name: "Netdata Cloud", has: []string{"alarm|alert", "chart", "severity", "alarm_url|alert_url"},
		state: "{severity}", key: "{node?} {host?} {space?} {chart} {alarm?}{alert?}", title: "{message}|{info}|{alarm}|{alert}", text: "{info}", severity: "{severity}", ranks: map[string]string{"clear": ""}, url: "{alarm_url}|{alert_url}", time: "{date}",
		labels: map[string]string{"alertname": "{alarm}|{alert}", "host": "{host}|{node}", "service": "{space}"},
	},
	{
		name: "Netdata Cloud", has: []string{"host", "message", "status.reachable"},
		state: "{status.reachable}", words: map[string]State{"true": Resolved, "false": Firing}, key: "{host} reachable", title: "{message}|{host} is {status.text}", severity: "{severity}", url: "{url}", labels: map[string]string{"alertname": "NodeUnreachable", "host": "{host}"},
	},
	{
		name: "Fail2ban", has: []string{"resource", "event", "attributes.bannedIp"}, // in Alerta's words
		state: "firing", key: "{resource} {attributes.bannedIp}", title: "{event}", text: "{message}", severity: "{severity}",
		labels: map[string]string{"host": "{hostname}", "environment": "{environment}", "instance": "{resource}", "alertname": "{resource}"},
	},
	{
		name: "Alerta", has: []string{"resource", "event", "environment", "severity", "status|createTime|origin|text|service"},
		state: "{status}|{severity}", words: map[string]State{"expired": Resolved, "assign": Acknowledged, "ack": Acknowledged, "shelved": Nothing, "blackout": Nothing, "indeterminate": Firing}, key: "{environment} {resource} {event}",
		title: "{event} on {resource}", text: "{text}|{value}", severity: "{severity}", time: "{createTime}", ranks: map[string]string{"security": "critical", "major": "error", "indeterminate": "warning"},
		labels: map[string]string{"alertname": "{event}", "environment": "{environment}", "instance": "{resource}", "service": "{service.0}", "group": "{group}"}, note: "an alert that is shelved or blacked out",
	},
	{
		name: "Sensu", has: []string{"entity.metadata.name", "check.metadata.name"},
		state: "{check.status}", words: map[string]State{"0": Resolved, "1": Firing, "2": Firing}, key: "{entity.metadata.name}/{check.metadata.name}", title: "{check.metadata.name} on {entity.metadata.name}",
		text: "{check.output}", severity: "{check.status}", ranks: map[string]string{"0": "info", "1": "warning", "2": "critical"}, time: "{check.issued}|{timestamp}",
		labels: map[string]string{"host": "{entity.metadata.name}", "check": "{check.metadata.name}", "alertname": "{check.metadata.name}", "namespace": "{entity.metadata.namespace}"},
	},
}
