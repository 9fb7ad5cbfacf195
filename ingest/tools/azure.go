package tools

// azureRanks are Azure's five severities; 0 is the worst.
var azureRanks = map[string]string{
	"sev0": "critical", "sev1": "error", "sev2": "warning", "sev3": "info", "sev4": "info", "0": "critical", "1": "error", "2": "warning", "3": "info", "4": "info", "verbose": "info",
}

// azureLevels are the levels of Azure's activity log, which count from 1; beside them the severities of a rule.
var azureLevels = map[string]string{"1": "critical", "2": "error", "3": "warning", "4": "info", "sev0": "critical", "sev1": "error", "sev2": "warning", "sev3": "info", "sev4": "info"}

// stages are the words of Azure for how far a trouble of its own is.
var stages = map[string]State{
	"activated": Firing, "planned": Firing, "inprogress": Firing, "in progress": Firing, "updated": Firing, "complete": Resolved, "completed": Resolved, "canceled": Resolved, "cancelled": Resolved, "rca": Resolved,
	"nothing": Nothing,
}

// azure are the bodies of Azure's action groups: the common schema, and those before it.
var azure = []tool{
	{
		name: "Azure Service Health", has: []string{"data.essentials.monitoringService=ServiceHealth", "data.alertContext"}, // its condition is always Fired
		state: "{data.alertContext.properties.stage}|{data.alertContext.status}|{data.essentials.monitorCondition}", words: stages,
		key: "{data.alertContext.properties.trackingId}|{data.essentials.originAlertId}|{data.essentials.alertId}", title: "{data.alertContext.properties.title}|{data.alertContext.properties.defaultLanguageTitle}|{data.essentials.alertRule}",
		text: "{data.alertContext.properties.defaultLanguageContent}|{data.alertContext.properties.communication}|{data.essentials.description}", severity: "{data.alertContext.level}|{data.essentials.severity}", ranks: azureLevels,
		time: "{data.alertContext.properties.impactStartTime}|{data.essentials.firedDateTime}", labels: map[string]string{
			"alertname": "{data.essentials.alertRule}", "service": "{data.alertContext.properties.service}", "region": "{data.alertContext.properties.region}", "component": "Azure",
		},
	},
	{
		name: "Azure Resource Health", has: []string{"data.essentials.monitoringService=Resource Health", "data.alertContext"},
		state: "{data.alertContext.status}|{data.essentials.monitorCondition}", words: stages, key: "{data.essentials.alertTargetIDs.0} health|{data.essentials.originAlertId}|{data.essentials.alertId}",
		title: "{data.essentials.configurationItems.0} is {data.alertContext.properties.currentHealthStatus}|{data.essentials.alertRule}", text: "{data.alertContext.properties.details}|{data.alertContext.properties.title}|{data.essentials.description}",
		severity: "{data.alertContext.level}|{data.essentials.severity}", ranks: azureLevels, time: "{data.alertContext.eventTimestamp}|{data.essentials.firedDateTime}", labels: map[string]string{
			"alertname": "{data.essentials.alertRule}", "instance": "{data.essentials.configurationItems.0}", "group": `{data.essentials.alertTargetIDs.0/(?i)resourcegroups\/([^\/]+)/}`,
		},
	},
	{
		name: "Azure budget", has: []string{"data.essentials.monitoringService=CostAlerts", "data.alertContext"},
		state: "firing", key: "{data.alertContext.AlertData.BudgetId}|{data.alertContext.AlertData.BudgetName}|{data.essentials.alertId}", title: "{data.essentials.description}|Budget {data.alertContext.AlertData.BudgetName} is passed",
		severity: "{data.essentials.severity}|warning", ranks: azureRanks, time: "{data.essentials.firedDateTime}", labels: map[string]string{"alertname": "{data.alertContext.AlertData.BudgetName}"},
	},
	{
		name: "Azure Monitor", has: []string{"schemaId", "data.essentials.alertId|data.essentials.monitorCondition|data.essentials.alertRule"},
		state: "{data.essentials.monitorCondition}", words: map[string]State{"fired": Firing},
		key: "{data.essentials.originAlertId}|{data.essentials.alertId}", title: "{data.essentials.alertRule}",
		text: "{data.essentials.description}|{data.alertContext.condition.allOf.0.metricName} is {data.alertContext.condition.allOf.0.metricValue}|" +
			"{data.alertContext.condition.allOf.0.metricMeasureColumn} is {data.alertContext.condition.allOf.0.metricValue}|{data.alertContext.condition.allOf.0.searchQuery}|" +
			"{data.alertContext.DetectionSummary}|{data.alertContext.ResultCount} results: {data.alertContext.SearchQuery}|{data.alertContext.properties.title}|{data.alertContext.operationName}",
		severity: "{data.essentials.severity}", ranks: azureRanks, time: "{data.essentials.firedDateTime}",
		url: "{data.essentials.investigationLink}|{data.alertContext.condition.allOf.0.linkToSearchResultsUI}|{data.alertContext.LinkToFilteredSearchResultsUI}|{data.alertContext.LinkToSearchResultsUI}|{data.alertContext.LinkToSearchResults}",
		labels: map[string]string{
			"instance": "{data.essentials.configurationItems.0}", "signal": "{data.essentials.signalType}", "component": "{data.essentials.monitoringService}",
			"group": `{data.essentials.targetResourceGroup}|{data.essentials.alertTargetIDs.0/(?i)resourcegroups\/([^\/]+)/}`,
		},
		test: `{data.essentials.alertRule/^(test-)/}{data.essentials.alertId/(12345678-1234-1234-1234-1234567890ab)$/}`, // of the button of an action group
	},
	{
		name: "Azure activity log", has: []string{"schemaId", "data.context.activityLog"},
		state: `{data.context.activityLog.properties.stage}|{data.context.activityLog.eventSource=ResourceHealth:+health} {data.context.activityLog.status}|firing`,
		words: map[string]State{
			"planned": Firing, "inprogress": Firing, "complete": Resolved, "canceled": Resolved, "rca": Resolved, "health active": Firing, "health resolved": Resolved, "health in progress": Firing, "health updated": Firing,
		},
		key:   "{data.context.activityLog.properties.trackingId}|{data.context.activityLog.eventSource=ResourceHealth:+health} {data.context.activityLog.resourceId}|{data.context.activityLog.correlationId}",
		title: "{data.context.activityLog.properties.title}|{data.context.activityLog.operationName}",
		text:  "{data.context.activityLog.description}|{data.context.activityLog.properties.communication}|{data.context.activityLog.properties.message}", severity: "{data.context.activityLog.level}",
		ranks: azureLevels, time: "{data.context.activityLog.eventTimestamp}",
		labels: map[string]string{"component": "{data.context.activityLog.eventSource}", "instance": "{data.context.activityLog.resourceId}", "group": "{data.context.activityLog.resourceGroupName}"},
	},
	{
		name: "Azure Monitor", has: []string{"schemaId", "data.context.name", "data.status"},
		state: "{data.status}", words: map[string]State{"activated": Firing, "deactivated": Resolved},
		key: "{data.context.id}", title: "{data.context.name}", time: "{data.context.timestamp}", url: "{data.context.portalLink}",
		text:     "{data.context.description}|{data.context.condition.allOf.0.metricName} is {data.context.condition.allOf.0.metricValue}, threshold {data.context.condition.allOf.0.threshold}",
		severity: "{data.context.severity}", ranks: azureRanks,
		labels: map[string]string{"instance": "{data.context.resourceName}", "group": "{data.context.resourceGroupName}"},
	},
	{
		name: "Azure log alert", has: []string{"schemaId", "data.AlertRuleName"},
		state: "firing", key: "{data.AlertRuleName} {data.SubscriptionId?}", title: "{data.AlertRuleName}", text: "{data.Description}|{data.ResultCount} results: {data.SearchQuery}",
		severity: "{data.Severity}", ranks: azureRanks, url: "{data.LinkToSearchResults}", time: "{data.SearchIntervalStartTimeUtc}",
		labels: map[string]string{"instance": "{data.WorkspaceId}"},
	},
	{
		name: "Azure budget", has: []string{"schemaId", "data.BudgetName", "data.SpendingAmount"},
		state: "firing", key: "{data.BudgetName} {data.SubscriptionId?}", title: "Budget {data.BudgetName}: {data.SpendingAmount} {data.Unit?} spent", severity: "warning",
		labels: map[string]string{"alertname": "{data.BudgetName}", "group": "{data.ResourceGroup}"},
	},
	{
		name: "Azure Monitor", has: []string{"status", "context.name", "context.timestamp"}, // before 2019; and autoscale, which tells of what it did
		state: "{operation/^(Scale)/:+nothing}|{status}", words: map[string]State{"activated": Firing, "nothing": Nothing},
		key: "{context.id}|{context.resourceId} {context.name}", title: "{context.name}", time: "{context.timestamp}", url: "{context.portalLink}",
		text:   "{context.description?}\n{context.condition.metricName} is {context.condition.metricValue}, threshold {context.condition.threshold}|{context.description}",
		labels: map[string]string{"instance": "{context.resourceName}", "group": "{context.resourceGroupName}", "region": "{context.resourceRegion}"}, note: "Azure autoscale: {context.details}|Azure autoscale",
	},
}
