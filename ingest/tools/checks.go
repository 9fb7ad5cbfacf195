package tools

// beats are the states of a heartbeat of Uptime Kuma: a monitor that is pending or in maintenance says nothing.
var beats = map[string]State{"0": Firing, "1": Resolved, "2": Nothing, "3": Nothing}

// ohDearOver finds what ended in the type of a notification of Oh Dear, ohDearCheck which check it is of.
const (
	ohDearOver  = `(?i)(recovered|resolved|fixed|succeeded|renewed)`
	ohDearCheck = `(?i)^(.+?)-?(?:problem|failed|recovered|resolved|fixed|found|succeeded|renewed|expires|expiring)`
)

// checks are the tools that look at a site from outside.
var checks = []tool{
	{
		name: "Pingdom", has: []string{"check_id", "check_name", "current_state"},
		state: "{current_state}", words: map[string]State{"failing": Firing, "unconfirmed": Firing},
		key: "{check_id}", title: "{check_name}: {description}|{check_name} is {current_state}", text: "{long_description}", severity: "{importance_level}",
		url: "{check_params.full_url}|{check_params.url}", time: "{state_changed_timestamp}",
		labels: map[string]string{"alertname": "{check_name}", "check": "{check_name}", "host": "{check_params.hostname}"}, tags: "{tags}",
	},
	{
		name: "Uptime Kuma", has: []string{"heartbeat.status", "monitor.name|monitor.id"},
		state: "{heartbeat.status}", words: beats, key: "{monitor.id}|{heartbeat.monitorID}",
		title: "{monitor.name} is {heartbeat.status=0:+down}|{monitor.name} is {heartbeat.status=1:+up}|{monitor.name}|{msg}", text: "{heartbeat.msg}|{msg}", url: "{monitor.url}", time: "{heartbeat.time}|{heartbeat.localDateTime}{heartbeat.timezoneOffset}",
		labels: map[string]string{"alertname": "{monitor.name}", "host": "{monitor.hostname}", "check": "{monitor.type}"}, note: "a monitor that is pending or in maintenance",
	},
	{
		name: "Uptime Kuma", has: []string{"heartbeat.status", "msg"}, // of certificates that end soon, and the like
		state: "{heartbeat.status}", words: beats, key: "{heartbeat.monitorID}", title: "{msg}", time: "{heartbeat.time}",
	},
	{
		name: "Uptime Kuma", has: []string{"heartbeat=null", "monitor=null", "msg"}, // of its test button, and of certificates and domains that end soon
		state: "firing", title: "{msg}", test: `{msg/( Testing)$/}`,
	},
	{
		name: "UptimeRobot", has: []string{"monitorFriendlyName|monitorURL", "alertType|alertTypeFriendlyName"},
		state: "{alertType}|{alertTypeFriendlyName}", words: map[string]State{"1": Firing, "2": Resolved, "3": Firing}, // 3: of a certificate or domain that ends soon
		key: "{monitorID} {alertType=3:+expiry}|{monitorURL?} {monitorFriendlyName?} {alertType=3:+expiry}|{monitorID}|{monitorURL?} {monitorFriendlyName?}", title: "{alertType=3:+Expiry of} {monitorFriendlyName}: {alertDetails}|{alertType=3:+Expiry of} {monitorFriendlyName}|{monitorFriendlyName} is {alertTypeFriendlyName}|{monitorFriendlyName} is {alertType=1:+down}|{monitorFriendlyName} is {alertType=2:+up}|{monitorFriendlyName}|{monitorURL}",
		text: "{alertDetails}|{friendlyMessage}", severity: "{alertType=3:+warning}", url: "{monitorURL}", time: "{alertDateTime}", labels: map[string]string{"alertname": "{monitorFriendlyName}"},
	},
	{
		name: "StatusCake", has: []string{"Name", "Status", "StatusCode", "IP|CheckRate|Token|TestID|Method"},
		state: "{Status}", severity: "{Status/(?i)expir/:+warning}", key: "{URL} {Name?} {Status/(?i)expir/:+expiry}|{URL} {Name?}|{TestID}|{Name}", title: "{Name} is {Status}|{Name}", text: "{URL} answered {StatusCode}", url: "{URL}", labels: map[string]string{"alertname": "{Name}"}, tags: "{Tags}",
	},
	{
		name: "Checkly", has: []string{"check_id", "alert_type", "check_name"},
		state: "{alert_type}", words: map[string]State{
			"alert_failure": Firing, "alert_failure_remain": Firing, "alert_degraded": Firing, "alert_degraded_remain": Firing, "alert_degraded_failure": Firing, "alert_failure_degraded": Firing,
			"alert_recovery": Resolved, "alert_degraded_recovery": Resolved, "alert_ssl": Firing,
		},
		key: "{check_id} {alert_type=alert_ssl:+ssl}|{check_id}", title: "{event}|{alert_title}|{check_name}", text: "{check_error_message}", url: "{link}", time: "{started_at}",
		severity: `{alert_type/(?i)^(alert_degraded|alert_degraded_remain|alert_failure_degraded|alert_ssl)$/:+warning}`,
		labels:   map[string]string{"alertname": "{check_name}", "group": "{group_name}", "region": "{run_location}"}, tags: "{tags}",
	},
	{
		name: "Freshping", has: []string{"webhook_event_data.check_id", "webhook_event_data.check_state_name"},
		state: "{webhook_event_data.check_state_name}", words: map[string]State{"available": Resolved, "performance degraded": Firing, "reporting error": Firing, "not responding": Firing, "paused": Nothing, "restarted": Nothing},
		key: "{webhook_event_data.check_id}", title: "{webhook_event_data.check_name}: {webhook_event_data.check_state_name}|{webhook_event_data.check_name}", url: "{webhook_event_data.request_url}", time: "{webhook_event_data.request_start_time}",
		text:   "{webhook_event_data.check_state_name}: {webhook_event_data.request_url?} answered {webhook_event_data.http_status_code}|{webhook_event_data.check_state_name}",
		labels: map[string]string{"alertname": "{webhook_event_data.check_name}", "service": "{webhook_event_data.application_name}"}, note: "a check that was paused or started",
	},
	{
		name: "Better Stack", has: []string{"data.type=incident", "data.attributes.started_at|data.attributes.cause"},
		state: "{data.attributes.resolved_at:+resolved}|{data.attributes.acknowledged_at:+acknowledged}|{data.attributes.status}", words: map[string]State{"started": Firing, "unconfirmed": Firing, "validating": Firing},
		key: "{data.id}", title: "{data.attributes.name}: {data.attributes.cause}|{data.attributes.name}|{data.attributes.cause}", text: "{data.attributes.response_content}", url: "{data.attributes.origin_url}|{data.attributes.url}", time: "{data.attributes.started_at}",
		severity: "{data.attributes.metadata.severity.0.value}", labels: map[string]string{"alertname": "{data.attributes.name}", "team": "{data.attributes.team_name}"},
	},
	{
		name: "Better Stack", has: []string{"data.type=monitor", "data.attributes.monitor_type"}, state: "nothing", words: nothing, note: "a monitor of Better Stack that changed; its incidents page",
	},
	{
		name: "Site24x7", has: []string{"MONITORNAME", "STATUS", "MONITORTYPE|MONITOR_ID|INCIDENT_REASON"},
		state: "{STATUS}", words: map[string]State{"trouble": Firing}, key: "{MONITOR_ID}|{MONITORNAME}", title: "{MONITORNAME} is {STATUS}", text: "{INCIDENT_REASON}|{FAILED_LOCATIONS}", severity: "{STATUS}", ranks: map[string]string{"trouble": "warning", "up": ""},
		url: "{MONITOR_DASHBOARD_LINK}|{MONITORURL}", time: "{INCIDENT_TIME_ISO}", labels: map[string]string{"alertname": "{MONITORNAME}", "check": "{MONITORTYPE}", "group": "{MONITOR_GROUPNAME}"}, tags: "{TAGS}",
	},
	{
		name: "HetrixTools", has: []string{"monitor_id", "monitor_name", "monitor_status|resource_usage"},
		state: "{monitor_status}", words: map[string]State{"offline": Firing, "online": Resolved, "maintenance": Nothing}, key: "{monitor_id} {resource_usage.resource_type}|{monitor_id}", title: "{monitor_name} is {monitor_status}|{monitor_name}: {resource_usage.resource_type}|{monitor_name}",
		text: "{monitor_target}", time: "{timestamp}", labels: map[string]string{"alertname": "{monitor_name}", "check": "{monitor_type}", "group": "{monitor_category}"}, note: "a monitor in maintenance",
	},
	{
		name: "Oh Dear", has: []string{"type", "dateTime", "site.url|monitor.url"},
		state: "{type/" + ohDearOver + "/:+recovered}|firing", key: "{site.id?}{monitor.id?} {type/" + ohDearCheck + "/}|{site.id?}{monitor.id?} {type}",
		title: `{site.label}: {type/^(.+?)(?:Notification)?$/}|{site.url}: {type/^(.+?)(?:Notification)?$/}|{monitor.label}: {type}|{monitor.url}: {type}`, text: "{run.result_payload.error}|{run.summary}",
		url: "{site.url}|{monitor.url}", labels: map[string]string{"alertname": "{site.label}|{site.url}|{monitor.label}|{monitor.url}", "check": "{type/" + ohDearCheck + "/}"},
	},
	{
		name: "updown.io", has: []string{"event", "check.token", "check.url"},
		state: "{event}", words: map[string]State{"check.down": Firing, "check.still_down": Firing, "check.up": Resolved, "check.ssl_invalid": Firing, "check.ssl_valid": Resolved, "check.ssl_expiration": Firing, "check.ssl_renewed": Resolved, "check.performance_drop": Firing},
		key: `{check.token} {event/(ssl)_/}|{check.token} {event/(performance)/}|{check.token}`, title: "{description}|{check.alias} is {event}|{check.url}", text: "{downtime.error}", url: "{check.url}", time: "{downtime.started_at}|{time}",
		severity: `{event/(ssl_expiration|performance)/:+warning}`, labels: map[string]string{"alertname": "{check.alias}|{check.url}"},
	},
	{
		name: "Cronitor", has: []string{"id", "monitor", "rule", "type|description"},
		state: `{type}|{description/^(All )\w+ assertions are passing/:+recovery}|firing`, key: "{id} {environment?}", title: "{monitor}: {rule}|{monitor}", text: "{description}", url: "{issue_url}|{monitor_url}", labels: map[string]string{"alertname": "{monitor}", "environment": "{environment}", "group": "{group}"},
	},
	{
		name: "OpenStatus", has: []string{"monitor.id", "cronTimestamp", "status"},
		state: "{status}", words: map[string]State{"degraded": Firing}, key: "{monitor.id}", title: "{monitor.name}: {status}", text: "{errorMessage}|{monitor.url} answered {statusCode}", url: "{monitor.url}", time: "{cronTimestamp}",
		severity: "{status=degraded:+warning}", labels: map[string]string{"alertname": "{monitor.name}"},
	},
}
