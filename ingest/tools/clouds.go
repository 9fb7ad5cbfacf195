package tools

// clouds are the monitors of clouds and the suites that one rents.
var clouds = []tool{
	{
		name: "Amazon CloudWatch", has: []string{"AlarmName", "NewStateValue"},
		state: "{NewStateValue}", words: map[string]State{"alarm": Firing, "insufficient_data": Firing},
		key: "{AlarmArn}|{AWSAccountId?} {Region?} {AlarmName}", title: "{AlarmName}",
		text: "{AlarmDescription?}\n{NewStateReason}|{AlarmDescription}", time: "{StateChangeTime}",
		labels: map[string]string{"region": "{Region}", "account": "{AWSAccountId}", "namespace": "{Trigger.Namespace}", "metric": "{Trigger.MetricName}", "instance": "{Trigger.Dimensions.0.value}"},
	},
	{
		name: "Amazon CloudWatch", has: []string{"detail-type=CloudWatch Alarm State Change", "detail.alarmName"},
		state: "{detail.state.value}", words: map[string]State{"alarm": Firing, "insufficient_data": Firing},
		key: "{resources.0}|{account?} {region?} {detail.alarmName}", title: "{detail.alarmName}",
		text: "{detail.configuration.description?}\n{detail.state.reason}", time: "{detail.state.timestamp}|{time}",
		labels: map[string]string{"region": "{region}", "account": "{account}", "namespace": "{detail.configuration.metrics.0.metricStat.metric.namespace}"},
	},
	{
		name: "Amazon EventBridge", has: []string{"detail-type", "source", "detail", "account"},
		state: "{detail.state}|{detail.status}", words: map[string]State{"archived": Resolved, "completed": Resolved, "succeeded": Resolved},
		key: "{detail.eventArn}|{detail.arn}|{source} {detail.id}|{resources.0} {detail-type}", title: "{detail-type}: {detail.title}|{detail-type}: {detail.eventTypeCode}|{detail-type}",
		text: "{detail.description}|{detail.eventDescription.0.latestDescription}", time: "{time}", severity: "{detail.severity.label}|{detail.severity}",
		labels: map[string]string{"region": "{region}", "account": "{account}", "source": "{source}"},
	},
	{
		name: "Azure Monitor", has: []string{"schemaId", "data.essentials.monitorCondition"},
		state: "{data.essentials.monitorCondition}", words: map[string]State{"fired": Firing},
		key: "{data.essentials.originAlertId}|{data.essentials.alertId}", title: "{data.essentials.alertRule}",
		text:     "{data.essentials.description}|{data.alertContext.condition.allOf.0.metricName} is {data.alertContext.condition.allOf.0.metricValue}|{data.alertContext.properties.title}",
		severity: "{data.essentials.severity}", time: "{data.essentials.firedDateTime}", url: "{data.essentials.investigationLink}|{data.alertContext.condition.allOf.0.linkToSearchResultsUI}",
		labels: map[string]string{
			"instance": "{data.essentials.configurationItems.0}", "signal": "{data.essentials.signalType}", "component": "{data.essentials.monitoringService}",
			"group": `{data.essentials.alertTargetIDs.0/(?i)resourcegroups/([^/]+)/}`,
		},
	},
	{
		name: "Azure activity log", has: []string{"schemaId", "data.context.activityLog"},
		state: "{data.context.activityLog.properties.stage}|firing",
		key:   "{data.context.activityLog.properties.trackingId}|{data.context.activityLog.correlationId}",
		title: "{data.context.activityLog.properties.title}|{data.context.activityLog.operationName}",
		text:  "{data.context.activityLog.description}|{data.context.activityLog.properties.communication}|{data.context.activityLog.properties.message}", severity: "{data.context.activityLog.level}",
		time:   "{data.context.activityLog.eventTimestamp}",
		labels: map[string]string{"component": "{data.context.activityLog.eventSource}", "instance": "{data.context.activityLog.resourceId}", "group": "{data.context.activityLog.resourceGroupName}"},
	},
	{
		name: "Azure Monitor", has: []string{"schemaId", "data.context.name", "data.status"},
		state: "{data.status}", words: map[string]State{"activated": Firing, "deactivated": Resolved},
		key: "{data.context.id}", title: "{data.context.name}", time: "{data.context.timestamp}", url: "{data.context.portalLink}",
		text:     "{data.context.description}|{data.context.condition.allOf.0.metricName} is {data.context.condition.allOf.0.metricValue}, threshold {data.context.condition.allOf.0.threshold}",
		severity: "Sev{data.context.severity}",
		labels:   map[string]string{"instance": "{data.context.resourceName}", "group": "{data.context.resourceGroupName}"},
	},
	{
		name: "Azure log alert", has: []string{"schemaId", "data.AlertRuleName"},
		state: "firing", key: "{data.AlertRuleName} {data.SubscriptionId?}", title: "{data.AlertRuleName}", text: "{data.Description}",
		severity: "Sev{data.Severity}|{data.Severity}", url: "{data.LinkToSearchResults}", time: "{data.SearchIntervalStartTimeUtc}",
		labels: map[string]string{"instance": "{data.WorkspaceId}"},
	},
	{
		name: "Azure Monitor", has: []string{"status", "context.name", "context.timestamp"},
		state: "{status}", words: map[string]State{"activated": Firing},
		key: "{context.id}|{context.resourceId} {context.name}", title: "{context.name}", time: "{context.timestamp}", url: "{context.portalLink}",
		text:   "{context.description?}\n{context.condition.metricName} is {context.condition.metricValue}, threshold {context.condition.threshold}|{context.description}",
		labels: map[string]string{"instance": "{context.resourceName}", "group": "{context.resourceGroupName}", "region": "{context.resourceRegion}"},
	},
	{
		name: "Google Cloud Monitoring", has: []string{"incident.incident_id", "incident.state"},
		state: "{incident.state}", key: "{incident.incident_id}", title: "{incident.summary}|{incident.policy_name}|{incident.condition_name}",
		text:     "{incident.documentation.subject?}\n{incident.documentation.content}|{incident.condition_name}",
		severity: "{incident.severity}|{incident.policy_user_labels.severity}|{incident.metadata.system_labels.severity}", url: "{incident.url}", time: "{incident.started_at}",
		labels: map[string]string{
			"alertname": "{incident.policy_name}", "condition": "{incident.condition_name}", "instance": "{incident.resource_name}|{incident.resource.labels.instance_id}",
			"project": "{incident.scoping_project_id}|{incident.resource.labels.project_id}", "metric": "{incident.metric.type}",
			"service": "{incident.policy_user_labels.service}", "team": "{incident.policy_user_labels.team}",
		},
	},
	{
		name: "Datadog", has: []string{"title", "alert_transition"},
		state: "{alert_transition}", words: map[string]State{
			"triggered": Firing, "re-triggered": Firing, "renotify": Firing, "re-notify": Firing, "warn": Firing, "re-warn": Firing, "no data": Firing, "re-no data": Firing, "recovered": Resolved,
		},
		key: "{monitor_id} {scopes?}|{alert_id} {alert_scope?}|{aggreg_key}|{alert_cycle_key}", title: "{title}",
		text: "{body}|{text_only_msg}|{event_msg}", severity: "{severity}|{priority}|{alert_priority}|{alert_type}",
		url: "{link}|{url}", time: "{date}|{last_updated}",
		labels: map[string]string{"alertname": `{alert_title}|{title/^(?:\[[^\]]*\] )*(.+)$/}`, "host": "{host}|{hostname}"}, tags: "{tags}",
	},
	{
		name: "Datadog", has: []string{"title", "event_type", "last_updated", "body"}, // what a new webhook sends when nobody changes its payload
		state: `{title/^(?:\[P\d\] )?\[(?:Re-)?(Triggered|Warn|Recovered|No Data)/}|{title/^(Recovered)/}`, words: map[string]State{"no data": Firing},
		key: `{title/^(?:\[[^\]]*\] )*(.+)$/}`, title: "{title}", text: "{body}", severity: `{title/^\[(P\d)\]/}|{severity}|{alert_type}`, time: "{date}|{last_updated}",
		labels: map[string]string{"alertname": `{title/^(?:\[[^\]]*\] )*(.+)$/}`},
	},
	{
		name: "New Relic", has: []string{"issueUrl", "state", "title"},
		state: "{state}", words: map[string]State{"activated": Firing, "created": Firing, "deactivated": Resolved},
		key: "{issueId}|{id}", title: "{title}", severity: "{priority}", url: "{issueUrl}", time: "{activatedAt}|{createdAt}",
		text:   "{annotations.description.0}|{annotations.description}|Conditions: {alertConditionNames}",
		labels: map[string]string{"alertname": "{alertConditionNames}", "policy": "{alertPolicyNames}", "instance": "{impactedEntities}"},
	},
	{
		name: "New Relic", has: []string{"incident_id", "current_state", "condition_name"},
		state: "{current_state}", key: "{incident_id}", title: "{condition_name}", text: "{details}", severity: "{severity}", url: "{incident_url}", time: "{timestamp}",
		labels: map[string]string{"policy": "{policy_name}", "account": "{account_name}", "instance": "{targets.0.name}"},
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
		state: `{messageTitle/(?i)(resolved|cleared|back to normal|stopped)/:+resolved}|{messageBody/(?i)\b(cleared) at /:+resolved}|{statusExtended}|{status}`,
		words: map[string]State{"anomalous": Firing, "too high": Firing, "too low": Firing, "stopped": Resolved, "manually resolved": Resolved, "auto resolved": Resolved},
		key:   "{incidentId}", title: "{messageTitle}|{inputs.messageTitle}|{rule}|{detector}", text: "{messageBody}|{description}|{tip}", severity: "{severity}",
		ranks: map[string]string{"major": "error", "minor": "warning"}, url: "{runbookUrl}|{detectorUrl}", time: "{timestamp}",
		labels: map[string]string{"alertname": "{rule}", "metric": "{originatingMetric}"},
	},
	{
		name: "VMware Aria Operations", has: []string{"alertId", "criticality", "resourceName"},
		state: "{status}", words: map[string]State{"canceled": Resolved, "cancelled": Resolved}, key: "{alertId}", title: "{info}|{alertName}|{subType}", time: "{startDate}",
		text: "{alertName?} {resourceName} ({resourceKind?})", severity: `{criticality/(?i)([A-Z]+)$/}`, ranks: map[string]string{"immediate": "error"},
		labels: map[string]string{"instance": "{resourceName}", "kind": "{resourceKind}"},
	},
}
