package tools

// runs are the words for how a build, a job or a deployment stands: those that are under way say nothing yet.
var runs = map[string]State{
	"failure": Firing, "failed": Firing, "error": Firing, "timed_out": Firing, "startup_failure": Firing, "action_required": Nothing, "success": Resolved, "succeeded": Resolved, "passed": Resolved,
	"neutral": Nothing, "skipped": Nothing, "cancelled": Nothing, "canceled": Nothing, "stale": Nothing, "partiallysucceeded": Firing, "fixed": Resolved,
}

// code are trackers of errors and what builds, scans and deploys.
var code = []tool{
	{
		name: "Sentry", has: []string{"action", "data.metric_alert"},
		state: "{action}", key: "{data.metric_alert.alert_rule.id}|{data.metric_alert.id}", title: "{data.description_title}|{data.metric_alert.title}", text: "{data.description_text}", severity: "{action}",
		url: "{data.web_url}", time: "{data.metric_alert.date_started}", labels: map[string]string{"alertname": "{data.metric_alert.alert_rule.name}|{data.metric_alert.title}", "project": "{data.metric_alert.projects.0}", "environment": "{data.metric_alert.alert_rule.environment}"},
	},
	{
		name: "Sentry", has: []string{"action", "data.event"},
		state: "firing", key: "{data.event.issue_id}|{data.event.event_id}", title: "{data.event.title}|{data.event.message}", text: "{data.event.culprit}|{data.event.location}", severity: "{data.event.level}",
		ranks: map[string]string{"fatal": "critical"}, url: "{data.event.web_url}|{data.event.url}", time: "{data.event.datetime}|{data.event.timestamp}",
		labels: map[string]string{"rule": "{data.triggered_rule}", "environment": "{data.event.environment}", "project": "{data.event.project_slug}|{data.event.project}", "alertname": "{data.event.title}"},
	},
	{
		name: "Sentry", has: []string{"action", "data.issue.id"},
		state: "{action}", words: map[string]State{"created": Firing, "unresolved": Firing, "ignored": Nothing, "archived": Nothing, "assigned": Nothing}, key: "{data.issue.id}", title: "{data.issue.title}", text: "{data.issue.culprit}", severity: "{data.issue.level}",
		ranks: map[string]string{"fatal": "critical"}, url: "{data.issue.web_url}|{data.issue.permalink}", time: "{data.issue.firstSeen}",
		labels: map[string]string{"project": "{data.issue.project.slug}", "platform": "{data.issue.platform}", "alertname": "{data.issue.title}"}, note: "an issue that was assigned or set aside",
	},
	{
		name: "Sentry", has: []string{"action", "data.error"},
		state: "firing", key: "{data.error.issue_id}|{data.error.event_id}", title: "{data.error.title}|{data.error.message}", text: "{data.error.culprit}", severity: "{data.error.level}", ranks: map[string]string{"fatal": "critical"},
		url: "{data.error.web_url}", time: "{data.error.datetime}", labels: map[string]string{"environment": "{data.error.environment}", "alertname": "{data.error.title}"},
	},
	{
		name: "Sentry", has: []string{"project", "culprit", "event"},
		state: "firing", key: "{id}", title: "{event.title}|{message}", text: "{message?}\n{culprit?}", severity: "{level}|{event.level}", ranks: map[string]string{"fatal": "critical"}, url: "{url}", time: "{event.timestamp}|{event.received}",
		labels: map[string]string{"project": "{project_slug}|{project}", "environment": "{event.environment}", "alertname": "{event.title}|{message}"},
	},
	{
		name: "Rollbar", has: []string{"event_name", "data.item"},
		state: "{event_name}", words: map[string]State{"resolved_item": Resolved, "new_item": Firing, "reactivated_item": Firing, "reopened_item": Firing, "occurrence": Firing, "exp_repeat_item": Firing, "item_velocity": Firing, "deploy": Nothing, "test": Firing},
		key: "{data.item.id}", title: "{data.item.title}", text: "{data.item.last_occurrence.body.message.body}", severity: "{data.item.level}|{data.item.last_occurrence.level}", url: "{data.url}",
		ranks: map[string]string{"50": "critical", "40": "error", "30": "warning", "20": "info", "10": "info"}, labels: map[string]string{"environment": "{data.item.environment}", "alertname": "{data.item.title}"},
	},
	{
		name: "GitHub", has: []string{"zen", "hook_id"}, state: "nothing", words: map[string]State{"nothing": Nothing}, note: "GitHub's ping: {zen}",
	},
	{
		name: "GitHub", has: []string{"action", "workflow_run", "repository"},
		state: "{workflow_run.conclusion}|{workflow_run.status}", words: runs, other: Nothing, key: "{repository.full_name} {workflow_run.workflow_id} {workflow_run.head_branch}",
		title: "{workflow.name} {workflow_run.conclusion} on {workflow_run.head_branch} of {repository.full_name}|{workflow_run.name} {workflow_run.conclusion}", text: "{workflow_run.display_title}|{workflow_run.head_commit.message}",
		url: "{workflow_run.html_url}", time: "{workflow_run.run_started_at}|{workflow_run.created_at}",
		labels: map[string]string{"repository": "{repository.full_name}", "branch": "{workflow_run.head_branch}", "alertname": "{workflow.name}|{workflow_run.name}"}, note: "a workflow that is under way or was skipped",
	},
	{
		name: "GitHub", has: []string{"action", "deployment_status", "repository"},
		state: "{deployment_status.state}", words: runs, other: Nothing, key: "{repository.full_name} {deployment_status.environment}|{repository.full_name} {deployment.environment}",
		title: "deployment to {deployment_status.environment}: {deployment_status.state}|deployment: {deployment_status.state}", text: "{deployment_status.description}", url: "{deployment_status.log_url}|{deployment_status.target_url}", time: "{deployment_status.created_at}",
		labels: map[string]string{"repository": "{repository.full_name}", "environment": "{deployment_status.environment}"}, note: "a deployment that is under way",
	},
	{
		name: "GitHub", has: []string{"action", "check_run", "repository"},
		state: "{check_run.conclusion}", words: runs, other: Nothing, key: "{repository.full_name} {check_run.name} {check_run.check_suite.head_branch}", title: "{check_run.name} {check_run.conclusion} on {check_run.check_suite.head_branch} of {repository.full_name}",
		text: "{check_run.output.title}", url: "{check_run.html_url}", time: "{check_run.started_at}", labels: map[string]string{"repository": "{repository.full_name}", "branch": "{check_run.check_suite.head_branch}", "alertname": "{check_run.name}"}, note: "a check that is under way or was skipped",
	},
	{
		name: "GitHub", has: []string{"action", "alert.number", "repository"},
		state: "{action}", words: map[string]State{
			"created": Firing, "appeared_in_branch": Firing, "reintroduced": Firing, "reopened": Firing, "reopened_by_user": Firing, "auto_reopened": Firing, "publicly_leaked": Firing,
			"fixed": Resolved, "dismissed": Resolved, "auto_dismissed": Resolved, "closed_by_user": Resolved, "resolved": Resolved, "revoked": Resolved, "validated": Nothing, "assignees_changed": Nothing,
		},
		key: "{repository.full_name}#{alert.number}", title: "{alert.security_advisory.summary}|{alert.rule.description}|{alert.secret_type_display_name}|{alert.secret_type}|Alert {alert.number} of {repository.full_name}",
		text: "{alert.security_advisory.description}|{alert.rule.full_description}", severity: "{alert.security_advisory.severity}|{alert.rule.security_severity_level}|{alert.rule.severity}", url: "{alert.html_url}", time: "{alert.created_at}",
		labels: map[string]string{"repository": "{repository.full_name}", "package": "{alert.dependency.package.name}", "component": "{alert.tool.name}"},
	},
	{
		name: "GitLab", has: []string{"object_kind=pipeline", "object_attributes.status", "project"},
		state: "{object_attributes.status}", words: runs, other: Nothing, key: "{project.id} {object_attributes.ref}", title: "pipeline {object_attributes.status} on {object_attributes.ref} of {project.path_with_namespace}|pipeline {object_attributes.status} on {object_attributes.ref}",
		text: "{commit.title}|{commit.message}", url: "{object_attributes.url}", time: "{object_attributes.created_at}", labels: map[string]string{"repository": "{project.path_with_namespace}", "branch": "{object_attributes.ref}", "alertname": "pipeline"}, note: "a pipeline that is under way",
	},
	{
		name: "GitLab", has: []string{"object_kind=build", "build_status"},
		state: "{build_allow_failure=true:+skipped}|{build_status}", words: runs, other: Nothing, key: "{project_id} {build_name} {ref}", title: "job {build_name} {build_status}", text: "{build_failure_reason} on {ref} of {project_name}|on {ref} of {project_name}", time: "{build_started_at}",
		labels: map[string]string{"repository": "{project_name}", "branch": "{ref}", "environment": "{environment.name}", "alertname": "{build_name}"}, note: "a job that is under way, or may fail",
	},
	{
		name: "GitLab", has: []string{"object_kind", "object_attributes.iid", "object_attributes.title", "project"},
		state: "{object_kind=merge_request:+nothing}|{object_attributes.action}|{object_attributes.state}", words: map[string]State{"nothing": Nothing, "reopen": Firing, "update": Nothing, "closed": Resolved},
		key: "{project.id}#{object_attributes.iid}", title: "{object_attributes.title}", text: "{object_attributes.description}", severity: "{object_attributes.severity}", url: "{object_attributes.url}", time: "{object_attributes.created_at}",
		labels: map[string]string{"repository": "{project.path_with_namespace}"}, note: "a change of an issue or a merge request",
	},
	{
		name: "GitLab", has: []string{"object_kind", "project"}, state: "nothing", words: map[string]State{"nothing": Nothing}, note: "GitLab's {object_kind}",
	},
	{
		name: "Azure DevOps", has: []string{"eventType", "publisherId", "resource"},
		state: "{resource.result}|{resource.status}|{resource.environment.status}", words: runs, other: Nothing, key: "{eventType} {resource.definition.id}|{eventType} {resource.environment.definitionEnvironmentId}|{eventType} {resource.id}",
		title: "{message.text}", text: "{detailedMessage.text}", url: "{resource._links.web.href}|{resource.url}", time: "{createdDate}", labels: map[string]string{"pipeline": "{resource.definition.name}", "alertname": "{resource.definition.name}|{eventType}"}, note: "Azure DevOps: {message.text}",
	},
}
