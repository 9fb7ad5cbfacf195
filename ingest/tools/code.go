package tools

// runs are the words for how a build, a job or a deployment stands: those that are under way say nothing yet.
var runs = map[string]State{
	"failure": Firing, "failed": Firing, "error": Firing, "timed_out": Firing, "startup_failure": Firing, "action_required": Nothing, "success": Resolved, "succeeded": Resolved, "passed": Resolved,
	"neutral": Nothing, "skipped": Nothing, "cancelled": Nothing, "canceled": Nothing, "stale": Nothing, "partiallysucceeded": Firing, "fixed": Resolved,
	"rejected": Firing, "nothing": Nothing,
}

// tickets are what happens to an issue; only its begin and its end are an alert.
var tickets = map[string]State{
	"open": Firing, "opened": Firing, "reopen": Firing, "reopened": Firing, "close": Resolved, "closed": Resolved, "deleted": Resolved, "transferred": Resolved, "update": Nothing, "nothing": Nothing,
}

// code is what builds, scans and deploys.
var code = []tool{
	{
		name: "GitHub", has: []string{"zen", "hook_id"}, state: "nothing", words: nothing, note: "GitHub's ping: {zen}|GitHub's ping",
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
		name: "GitHub", has: []string{"action", "workflow_job", "repository"},
		state: "{workflow_job.conclusion}|{workflow_job.status}", words: runs, other: Nothing, key: "{repository.full_name} {workflow_job.workflow_name?} {workflow_job.name} {workflow_job.head_branch?}",
		title: "{workflow_job.name} {workflow_job.conclusion} on {workflow_job.head_branch} of {repository.full_name}|{workflow_job.name} {workflow_job.conclusion}", text: "{workflow_job.workflow_name}", url: "{workflow_job.html_url}", time: "{workflow_job.started_at}",
		labels: map[string]string{"repository": "{repository.full_name}", "branch": "{workflow_job.head_branch}", "alertname": "{workflow_job.name}"}, note: "a job that is under way or was skipped",
	},
	{
		name: "GitHub", has: []string{"action", "check_suite", "repository"},
		state: "{check_suite.conclusion}", words: runs, other: Nothing, key: "{repository.full_name} {check_suite.app.slug?} {check_suite.head_branch?}", title: "{check_suite.app.name} {check_suite.conclusion} on {check_suite.head_branch} of {repository.full_name}|checks {check_suite.conclusion}",
		text: "{check_suite.head_commit.message}", time: "{check_suite.created_at}", url: "{repository.html_url}", labels: map[string]string{"repository": "{repository.full_name}", "branch": "{check_suite.head_branch}", "alertname": "{check_suite.app.name}"}, note: "checks that are under way or were skipped",
	},
	{
		name: "GitHub", has: []string{"context", "state", "sha", "repository"}, // the status of a commit
		state: "{state}", words: runs, other: Nothing, key: "{repository.full_name} {context} {branches.0.name?}", title: "{context} {state} on {branches.0.name} of {repository.full_name}|{context} {state} in {repository.full_name}", text: "{description}", url: "{target_url}", time: "{created_at}",
		labels: map[string]string{"repository": "{repository.full_name}", "branch": "{branches.0.name}", "alertname": "{context}"}, note: "a commit whose status is pending",
	},
	{
		name: "GitHub", has: []string{"action", "alert.number|alert.id", "repository"},
		state: "{action}", words: map[string]State{
			"created": Firing, "create": Firing, "reopen": Firing, "dismiss": Resolved, "auto_dismiss": Resolved, "updated_assignment": Nothing, "appeared_in_branch": Firing, "reintroduced": Firing, "reopened": Firing, "reopened_by_user": Firing, "auto_reopened": Firing, "publicly_leaked": Firing,
			"fixed": Resolved, "dismissed": Resolved, "auto_dismissed": Resolved, "closed_by_user": Resolved, "resolved": Resolved, "revoked": Resolved, "validated": Nothing, "assignees_changed": Nothing,
		},
		key: "{repository.full_name}#{alert.number}|{repository.full_name}#{alert.id}", title: "{alert.security_advisory.summary}|{alert.rule.description}|{alert.affected_package_name}: {alert.external_identifier}|{alert.secret_type_display_name}|{alert.secret_type}|Alert {alert.number} of {repository.full_name}",
		text: "{alert.security_advisory.description}|{alert.rule.full_description}", severity: "{alert.security_advisory.severity}|{alert.rule.security_severity_level}|{alert.rule.severity}|{alert.severity}|{alert.secret_type:+high}", url: "{alert.html_url}", time: "{alert.created_at}",
		labels: map[string]string{"repository": "{repository.full_name}", "package": "{alert.dependency.package.name}", "component": "{alert.tool.name}"},
	},
	{
		name: "GitHub", has: []string{"action", "issue.number", "issue.title", "repository"},
		state: "{comment:+nothing}|{action}", words: tickets, other: Nothing, key: "{repository.full_name}#issue {issue.number}", title: "{issue.title}", text: "{issue.body}", url: "{issue.html_url}", time: "{issue.created_at}",
		labels: map[string]string{"repository": "{repository.full_name}", "label": "{issue.labels.0.name}"}, note: "a change of an issue",
	},
	{
		name: "GitHub", has: []string{"repository.full_name", "sender.login"}, state: "nothing", words: nothing, note: "GitHub: {action}|GitHub's news of {repository.full_name}|GitHub's news",
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
		state: "{object_kind=merge_request:+nothing}|{object_attributes.action}|{object_attributes.state}", words: tickets, other: Nothing,
		key: "{project.id}#{object_attributes.iid}", title: "{object_attributes.title}", text: "{object_attributes.description}", severity: "{object_attributes.severity}", url: "{object_attributes.url}", time: "{object_attributes.created_at}",
		labels: map[string]string{"repository": "{project.path_with_namespace}"}, note: "a change of an issue or a merge request",
	},
	{
		name: "GitLab", has: []string{"object_kind=deployment", "status"},
		state: "{status}", words: runs, other: Nothing, key: "{project.id?} deployment {environment?}", title: "deployment to {environment}: {status}|deployment: {status}", text: "{commit_title}", url: "{deployable_url}", time: "{status_changed_at}",
		labels: map[string]string{"repository": "{project.path_with_namespace}", "environment": "{environment}", "alertname": "deployment"}, note: "a deployment that is under way",
	},
	{
		name: "GitLab", has: []string{"object_kind=vulnerability", "object_attributes.title"},
		state: "{object_attributes.state}", words: map[string]State{"detected": Firing, "confirmed": Firing, "dismissed": Resolved}, key: "{object_attributes.url}|{object_attributes.title}", title: "{object_attributes.title}", severity: "{object_attributes.severity}", url: "{object_attributes.url}",
		time: "{object_attributes.created_at}", labels: map[string]string{"component": "{object_attributes.location.file}"},
	},
	{
		name: "GitLab", has: []string{"object_kind", "project|project_id|group"}, state: "nothing", words: nothing, note: "GitLab's {object_kind}|GitLab's news",
	},
	{
		name: "Azure DevOps", has: []string{"eventType", "publisherId", "resource"},
		state: "{resource.result}|{resource.status}|{resource.environment.status}|{resource.stage.result}|{resource.job.result}|{resource.run.result}", words: runs, other: Nothing,
		key:   "{eventType} {resource.definition.id}|{eventType} {resource.environment.definitionEnvironmentId}|{eventType} {resource.pipeline.id} {resource.stage.name?}{resource.job.name?}|{eventType} {resource.id}",
		title: "{message.text}|{resource.definition.name} {resource.result}|{resource.pipeline.name} {resource.run.result}", text: "{detailedMessage.text}", url: "{resource._links.web.href}|{resource.url}", time: "{createdDate}", labels: map[string]string{"pipeline": "{resource.definition.name}|{resource.pipeline.name}", "alertname": "{resource.definition.name}|{resource.pipeline.name}|{eventType}"}, note: "Azure DevOps: {message.text}|Azure DevOps: {eventType}",
		test: "{subscriptionId=00000000-0000-0000-0000-000000000000:+test}",
	},
	{
		name: "Argo CD", has: []string{"app.metadata.name", "app.status.health|app.status.operationState|app.status.sync"}, // {"app": {{toJson .app}}}
		state: "{app.status.operationState.phase=Failed:+failed}|{app.status.operationState.phase=Error:+failed}|{app.status.health.status}",
		words: map[string]State{"degraded": Firing, "missing": Firing, "unknown": Firing, "healthy": Resolved, "progressing": Nothing, "suspended": Nothing}, key: "{app.metadata.namespace?} {app.metadata.name}",
		title: "{app.metadata.name}: sync {app.status.operationState.phase=Failed:+failed}|{app.metadata.name}: sync {app.status.operationState.phase=Error:+failed}|{app.metadata.name} is {app.status.health.status}|{app.metadata.name}", text: "{app.status.operationState.message}|{app.status.health.message}",
		labels: map[string]string{"alertname": "{app.metadata.name}", "project": "{app.spec.project}", "namespace": "{app.spec.destination.namespace}", "cluster": "{app.spec.destination.name}"}, note: "an application that is on its way",
	},
}
