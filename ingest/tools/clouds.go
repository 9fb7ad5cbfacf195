package tools

// nothing is a state by itself, for what is never an alert.
var nothing = map[string]State{"nothing": Nothing}

// cloudwatch are the states of CloudWatch's alarms. Who sends INSUFFICIENT_DATA has asked for it.
var cloudwatch = map[string]State{"alarm": Firing, "insufficient_data": Firing}

// clouds are the monitors of Amazon and Google.
var clouds = []tool{
	{
		name: "Amazon CloudWatch", has: []string{"AlarmName", "NewStateValue"},
		state: "{NewStateValue}", words: cloudwatch,
		key: "{AlarmArn}|{AWSAccountId?} {Region?} {AlarmName}", title: "{AlarmName}",
		text: "{AlarmDescription?}\n{NewStateReason}|{AlarmDescription}", time: "{StateChangeTime}",
		labels: map[string]string{
			"region": `{AlarmArn/^arn:[^:]*:cloudwatch:([^:]+):/}|{Region}`, "account": "{AWSAccountId}",
			"namespace": "{Trigger.Namespace}|{Trigger.Metrics.0.MetricStat.Metric.Namespace}|{Trigger.Metrics.1.MetricStat.Metric.Namespace}",
			"metric":    "{Trigger.MetricName}|{Trigger.Metrics.0.MetricStat.Metric.MetricName}|{Trigger.Metrics.1.MetricStat.Metric.MetricName}",
			"instance":  "{Trigger.Dimensions.0.value}|{Trigger.Metrics.0.MetricStat.Metric.Dimensions.0.value}|{Trigger.Metrics.1.MetricStat.Metric.Dimensions.0.value}",
		},
	},
	{
		name: "Amazon CloudWatch", has: []string{"detail-type=CloudWatch Alarm State Change", "detail.alarmName"},
		state: "{detail.state.value}", words: cloudwatch,
		key: "{resources.0}|{account?} {region?} {detail.alarmName}", title: "{detail.alarmName}",
		text: "{detail.configuration.description?}\n{detail.state.reason}|{detail.configuration.description}", time: "{detail.state.timestamp}|{time}",
		labels: map[string]string{
			"region": "{region}", "account": "{account}", "namespace": "{detail.configuration.metrics.0.metricStat.metric.namespace}",
			"metric": "{detail.configuration.metrics.0.metricStat.metric.name}",
		},
	},
	{
		name: "Amazon CloudWatch", has: []string{"alarmArn", "alarmData.alarmName"}, // as an alarm calls a function
		state: "{alarmData.state.value}", words: cloudwatch, key: "{alarmArn}", title: "{alarmData.alarmName}",
		text: "{alarmData.configuration.description?}\n{alarmData.state.reason}|{alarmData.configuration.description}", time: "{alarmData.state.timestamp}|{time}",
		labels: map[string]string{"region": "{region}", "account": "{accountId}", "namespace": "{alarmData.configuration.metrics.0.metricStat.metric.namespace}"},
	},
	{
		name: "AWS Health", has: []string{"detail-type", "detail.eventTypeCode"},
		state: "{detail.statusCode}", words: map[string]State{"upcoming": Firing}, key: "{detail.eventArn}|{detail.service?} {detail.eventTypeCode} {detail.eventRegion?}",
		title: "{detail.service}: {detail.eventTypeCode}|{detail.eventTypeCode}", text: "{detail.eventDescription.0.latestDescription}", time: "{detail.startTime}|{time}",
		severity: "{detail.eventTypeCategory}", ranks: map[string]string{"issue": "error", "investigation": "warning", "accountnotification": "info", "scheduledchange": "info"},
		labels: map[string]string{"alertname": "{detail.eventTypeCode}", "region": "{detail.eventRegion}|{region}", "account": "{detail.affectedAccount}|{account}", "service": "{detail.service}", "instance": "{detail.affectedEntities.0.entityValue}"},
	},
	{
		name: "Amazon GuardDuty", has: []string{"detail-type=GuardDuty Finding", "detail.id"},
		state: "{detail.service.archived}", words: map[string]State{"true": Resolved, "false": Firing}, key: "{detail.arn}|{detail.id}", title: "{detail.title}|{detail.type}", text: "{detail.description}",
		severity: `{detail.severity/^(9|10)/:+critical}|{detail.severity/^([78])/:+high}|{detail.severity/^([456])/:+medium}|{detail.severity/^([0123])/:+low}|{detail.severity}`,
		time:     "{detail.service.eventFirstSeen}|{time}", labels: map[string]string{"alertname": "{detail.type}", "region": "{detail.region}|{region}", "account": "{detail.accountId}|{account}", "instance": "{detail.resource.instanceDetails.instanceId}"},
	},
	{
		name: "AWS Security Hub", has: []string{"detail-type", "detail.findings.0.Title|detail.findings.0.Id"},
		each: "detail.findings", state: "{Workflow.Status=RESOLVED:+resolved}|{Workflow.Status=SUPPRESSED:+resolved}|{RecordState=ARCHIVED:+resolved}|firing", key: "{Id}", title: "{Title}",
		text: "{Description}", severity: "{Severity.Label}", time: "{FirstObservedAt}|{CreatedAt}", url: "{SourceUrl}|{Remediation.Recommendation.Url}",
		labels: map[string]string{"region": "{Region}|{^region}", "account": "{AwsAccountId}|{^account}", "instance": "{Resources.0.Id}", "product": "{ProductName}"},
	},
	{
		name: "Amazon EventBridge", has: []string{"detail-type", "source", "detail", "account"},
		state: "{detail.state}|{detail.status}|{detail.build-status}",
		words: map[string]State{
			"archived": Resolved, "completed": Resolved, "succeeded": Resolved, "running": Resolved, "started": Nothing, "in_progress": Nothing, "resumed": Nothing, "superseded": Nothing,
			"pending": Nothing, "stopping": Nothing, "shutting-down": Nothing, "canceled": Nothing, "suppressed": Resolved,
		},
		key: "{detail.eventArn}|{detail.arn}|{detail.findingArn}|{detail.project-name} {detail-type}|{source} {detail.id}|{resources.0} {detail-type}",
		title: "{detail-type}: {detail.title}|{detail-type}: {detail.pipeline} {detail.state}|{detail-type}: {detail.project-name} {detail.build-status}|{detail-type}: {detail.check-name} {detail.status}|" +
			"{detail-type}: {detail.instance-id} {detail.state}|{detail-type}: {detail.eventName}|{detail-type}",
		text: "{detail.description}|{detail.message}|{detail.errorMessage}", time: "{time}", severity: "{detail.severity.label}|{detail.severity}",
		labels: map[string]string{"region": "{region}", "account": "{account}", "source": "{source}", "alertname": "{detail-type}"}, note: "{detail-type}: {detail.state}|{detail-type}: {detail.status}|{detail-type}",
	},
	{
		name: "Google Cloud Monitoring", has: []string{"incident.incident_id", "incident.state"},
		state: "{incident.state}", key: "{incident.incident_id}", title: "{incident.summary}|{incident.policy_name}|{incident.condition_name}",
		text:     "{incident.documentation.subject?}\n{incident.documentation.content}|{incident.condition_name}",
		severity: "{incident.severity}|{incident.policy_user_labels.severity}|{incident.metadata.system_labels.severity}", url: "{incident.url}", time: "{incident.started_at}",
		labels: map[string]string{
			"alertname": "{incident.policy_name}", "condition": "{incident.condition_name}", "instance": "{incident.resource_name}|{incident.resource.labels.instance_id}|{incident.resource.labels.host}",
			"project": "{incident.scoping_project_id}|{incident.resource.labels.project_id}", "metric": "{incident.metric.type}",
			"service": "{incident.policy_user_labels.service}", "team": "{incident.policy_user_labels.team}",
		},
		test: "{version=test:+test}",
	},
	{
		name: "Google Cloud budget", has: []string{"budgetDisplayName", "costAmount", "budgetAmount"}, // it comes several times a day, whether or not a threshold is passed
		state: "{alertThresholdExceeded:+firing}|{forecastThresholdExceeded:+firing}|nothing", words: nothing, key: "{budgetDisplayName} {costIntervalStart?}", severity: "warning",
		title: "Budget {budgetDisplayName}: {costAmount} of {budgetAmount} {currencyCode?} spent", time: "{costIntervalStart}", labels: map[string]string{"alertname": "{budgetDisplayName}"}, note: "a budget that is not passed",
	},
	{
		name: "Google Error Reporting", has: []string{"group_info.project_id", "exception_info.type|exception_info.message"},
		state: "firing", key: "{group_info.detail_link}|{group_info.project_id} {exception_info.type}", title: "{exception_info.type}: {exception_info.message}|{subject}|{exception_info.message}|{exception_info.type}", text: "{event_info.log_message}",
		url: "{group_info.detail_link}", severity: "error", labels: map[string]string{"alertname": "{exception_info.type}", "project": "{group_info.project_id}", "service": "{event_info.service}"},
	},
}
