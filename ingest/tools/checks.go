package tools

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
		name: "Uptime Kuma", has: []string{"heartbeat.status", "monitor.name"},
		state: "{heartbeat.status}", words: map[string]State{"0": Firing, "1": Resolved, "2": Nothing, "3": Nothing},
		key: "{monitor.id}|{heartbeat.monitorID}", title: "{monitor.name}", text: "{heartbeat.msg}|{msg}", url: "{monitor.url}", time: "{heartbeat.time}",
		labels: map[string]string{"alertname": "{monitor.name}", "host": "{monitor.hostname}", "check": "{monitor.type}"}, note: "a monitor that is pending or in maintenance",
	},
	{
		name: "Uptime Kuma", has: []string{"heartbeat.status", "msg"}, // of certificates that end soon, and the like
		state: "{heartbeat.status}", words: map[string]State{"0": Firing, "1": Resolved, "2": Nothing, "3": Nothing}, key: "{heartbeat.monitorID}", title: "{msg}", time: "{heartbeat.time}",
	},
	{
		name: "Uptime Kuma", has: []string{"heartbeat=null", "monitor=null", "msg"}, // of its test button, and of certificates that end soon
		state: "firing", title: "{msg}", test: `{msg/( Testing)$/}`,
	},
	{
		name: "UptimeRobot", has: []string{"monitorFriendlyName", "alertType"},
		state: "{alertType}", words: map[string]State{"1": Firing, "2": Resolved, "3": Firing, "4": Resolved},
		key: "{monitorID}|{monitorURL} {monitorFriendlyName}", title: "{monitorFriendlyName} is {alertTypeFriendlyName}|{monitorFriendlyName}", text: "{alertDetails}", url: "{monitorURL}", time: "{alertDateTime}",
		labels: map[string]string{"alertname": "{monitorFriendlyName}"},
	},
	{
		name: "StatusCake", has: []string{"Name", "Status", "StatusCode", "URL"},
		state: "{Status}", key: "{URL} {Name?}", title: "{Name}", text: "{URL} answered {StatusCode}", url: "{URL}",
		labels: map[string]string{"alertname": "{Name}"}, tags: "{Tags}",
	},
	{
		name: "Checkly", has: []string{"check_id", "alert_type", "check_name"},
		state: "{alert_type}", words: map[string]State{
			"alert_failure": Firing, "alert_failure_remain": Firing, "alert_degraded": Firing, "alert_degraded_remain": Firing, "alert_degraded_failure": Firing, "alert_failure_degraded": Firing,
			"alert_recovery": Resolved, "alert_degraded_recovery": Resolved, "alert_ssl": Firing,
		},
		key: "{check_id}", title: "{event}|{alert_title}|{check_name}", text: "{check_error_message}", url: "{link}", time: "{started_at}",
		labels: map[string]string{"alertname": "{check_name}", "group": "{group_name}", "region": "{run_location}"}, tags: "{tags}",
	},
	{
		name: "Freshping", has: []string{"webhook_event_data.check_id", "webhook_event_data.check_state_name"},
		state: "{webhook_event_data.check_state_name}", words: map[string]State{"available": Resolved, "performance degraded": Firing, "reporting error": Firing, "not responding": Firing, "paused": Nothing, "restarted": Nothing},
		key: "{webhook_event_data.check_id}", title: "{webhook_event_data.check_name}", url: "{webhook_event_data.request_url}", time: "{webhook_event_data.request_start_time}",
		text:   "{webhook_event_data.check_state_name}: {webhook_event_data.request_url?} answered {webhook_event_data.http_status_code}|{webhook_event_data.check_state_name}",
		labels: map[string]string{"alertname": "{webhook_event_data.check_name}", "service": "{webhook_event_data.application_name}"},
	},
}
