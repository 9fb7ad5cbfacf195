package mail

import (
	"regexp"
	"strings"

	"github.com/rouse/rouse/ingest/tools"
)

// class is what a word says of a problem.
type class int

const (
	none  class = iota
	begin       // it is there
	end         // it is over
	acked       // somebody has it
	other       // neither: a downtime, the end of flapping
	rank        // how bad it is; as a word before a colon also that it is there
	weak        // that it is an alert
)

// classes are the words that monitors write in subjects, in small letters, by what they mean.
var classes = func() map[string]class {
	out := map[string]class{}
	for c, list := range map[class]string{
		end: `resolved,recovered,recovery,ok,up,closed,cleared,clear,normal,success,successful,succeeded,successfully,online,restored,green,healthy,passed,fixed,` +
			`back up,back online,back to normal,back to ok,returned to normal,returned to ok,all clear,auto-resolved,autoresolved,no longer alerting,` +
			`completed successfully,finished successfully,successfully completed,successfully finished,completed without errors,` +
			`behoben,entwarnung,erholt,résolu,rétabli,resuelto,recuperado,resolvido,risolto,opgelost,恢复,已恢复,復旧,解決,解決済み`,
		begin: `firing,problem,alerting,triggered,re-triggered,retriggered,down,failed,failure,fail,open,opened,unreachable,unavailable,offline,no data,nodata,lost,` +
			`degraded,unhealthy,insufficient_data,insufficient data,red,flappingstart,flapping started,not ok,not up,unsuccessful,completed with errors,completed with warnings,finished with errors,` +
			`error,fatal,failing,not responding,` +
			`störung,problème,problema,故障,告警,障害`,
		acked: `acknowledgement,acknowledged,ack`,
		other: `downtimestart,downtimeend,downtimecancelled,downtimeremoved,downtime start,downtime end,flappingstop,flappingend,flappingdisabled,flapping stopped`,
		rank:  `critical,crit,emergency,emerg,disaster,err,major,minor,warning,warn,info,information,informational,notice,unknown,p1,p2,p3,p4,p5,sev1,sev2,sev3,sev4,sev5,sev-1,sev-2,high,average,medium,low`,
		weak:  `alert,alarm,alerts,alarms,incident,notification,reminder,event,trigger`,
	} {
		for word := range strings.SplitSeq(list, ",") {
			out[word] = c
		}
	}
	return out
}()

// standing are the words that end a sentence by themselves, without "is" or a colon before them.
var standing = map[string]bool{
	"recovered": true, "resolved": true, "cleared": true, "restored": true, "succeeded": true, "successful": true, "successfully": true, "back up": true, "back online": true, "back to normal": true,
	"returned to normal": true, "returned to ok": true, "completed successfully": true, "finished successfully": true, "successfully completed": true, "successfully finished": true,
	"completed without errors": true, "failed": true, "failure": true, "lost": true, "triggered": true, "unsuccessful": true, "unreachable": true, "not responding": true,
	"completed with errors": true, "completed with warnings": true, "finished with errors": true, "no longer alerting": true, "behoben": true,
}

// severities are the words for how bad it is that mean nothing else.
var severities = map[string]string{
	"critical": "critical", "crit": "critical", "emergency": "critical", "emerg": "critical", "disaster": "critical", "fatal": "critical", "error": "error", "err": "error", "major": "error",
	"high": "error", "warning": "warning", "warn": "warning", "minor": "warning", "average": "warning", "medium": "warning", "unknown": "warning", "info": "info", "information": "info",
	"informational": "info", "notice": "info", "low": "info", "p1": "critical", "p2": "error", "p3": "warning", "p4": "info", "p5": "info",
	"sev1": "critical", "sev-1": "critical", "sev2": "error", "sev-2": "error", "sev3": "warning", "sev4": "info", "sev5": "info",
}

// form is a subject of one sender whose words for beginning and end stand apart from each other; topic is of the expression.
type form struct {
	is    *regexp.Regexp
	state tools.State
	topic string
	note  string
}

// forms are read before the words, with symbols taken out.
var forms = []form{
	// Zabbix: somebody wrote or acknowledged something.
	{regexp.MustCompile(`^Updated problem(?: in [0-9a-z ]+)?: (.+)$`), tools.Nothing, "$1", "an update of a problem"},
	{regexp.MustCompile(`^Resolved in [0-9][0-9a-z ]*: (.+)$`), tools.Resolved, "$1", ""},
	// Netdata.
	{regexp.MustCompile(`^(\S+) recovered - (.+)$`), tools.Resolved, "$1 - $2", ""},
	{regexp.MustCompile(`^(\S+) (?:is critical|needs attention|was (?:raised|demoted|escalated) to \w+|escalated to \w+|demoted to \w+) - (.+)$`), tools.Firing, "$1 - $2", ""},
	// LibreNMS.
	{regexp.MustCompile(`^Alert for device (\S+) - (.+)$`), tools.Firing, "$1 - $2", ""},
	{regexp.MustCompile(`^Device (\S+) recovered from (.+)$`), tools.Resolved, "$1 - $2", ""},
	// apcupsd, and NUT.
	{regexp.MustCompile(`^(.*\bUPS\b.*?) Power Failure[ !]*$`), tools.Firing, "$1 power", ""},
	{regexp.MustCompile(`^(.*\bUPS\b.*?) Power has returned[ .!]*$`), tools.Resolved, "$1 power", ""},
	{regexp.MustCompile(`(?i)^(.*\bUPS\b.*?)(?: is)?(?: running)? on battery[ .!]*$`), tools.Firing, "$1 power", ""},
	{regexp.MustCompile(`(?i)^(.*\bUPS\b.*?)(?: is)?(?: back)? on (?:line|utility|mains)(?: power)?[ .!]*$`), tools.Resolved, "$1 power", ""},
	{regexp.MustCompile(`(?i)^(.*\bcommunications? with (?:the )?UPS\b.*?)(?: has been| is)? lost[ .!]*$`), tools.Firing, "$1", ""},
	{regexp.MustCompile(`(?i)^(.*\bcommunications? with (?:the )?UPS\b.*?)(?: has been| is)? (?:established|restored)[ .!]*$`), tools.Resolved, "$1", ""},
	// Monit.
	{regexp.MustCompile(`^(monit alert --) Does not exist (\S+)$`), tools.Firing, "$1 exists $2", ""},
	{regexp.MustCompile(`^(monit alert --) Exists (\S+)$`), tools.Resolved, "$1 exists $2", ""},
	{regexp.MustCompile(`^(monit alert --) (.+) (?:failed|matched|down) (\S+)$`), tools.Firing, "$1 $2 $3", ""},
	{regexp.MustCompile(`^(monit alert --) (.+) (?:succeeded|recovery|up) (\S+)$`), tools.Resolved, "$1 $2 $3", ""},
	// PRTG: the message at the end changes.
	{regexp.MustCompile(`^(.+?) (?:Down|Warning|Unusual|Error)(?: \w+)? ended \(now: (?:Up|OK)\).*$`), tools.Resolved, "$1", ""},
	{regexp.MustCompile(`^(\[PRTG[^\]]*\] .+?) (?:Down|Warning|Unusual|Error)(?: ESCALATION| REPEAT)?(?: \(.*)?$`), tools.Firing, "$1", ""},
	{regexp.MustCompile(`^(\[PRTG[^\]]*\] .+?) Up(?: \(.*)?$`), tools.Resolved, "$1", ""},
	// vCenter and others that paint.
	{regexp.MustCompile(`(?i)^(.+?) changed (?:status |state )?from \w+ to (?:green|ok|normal|up)\b[ .!]*$`), tools.Resolved, "$1", ""},
	{regexp.MustCompile(`(?i)^(.+?) changed (?:status |state )?from \w+ to (?:red|yellow|gr[ae]y|critical|warning|down|unknown)\b[ .!]*$`), tools.Firing, "$1", ""},
}

// grouped is the subject of Alertmanager and Grafana: "[FIRING:2, RESOLVED:1] HighLatency eu (critical web)".
var grouped = regexp.MustCompile(`^\[(FIRING:\d+(?:, ?RESOLVED:\d+)?|RESOLVED(?::\d+)?)\] ?(.*?)\s*(\((?:[^()]|\([^()]*\))*\))?$`)

// kuma is Uptime Kuma's subject, whose rest changes; it is told by its symbol.
var kuma = regexp.MustCompile(`^\[(.+)\] \[(?:🔴|✅|⚠️) ?(Down|Up|Pending)\]`)

// cleared is how TrueNAS and FreeNAS say, in the text alone, that what was is gone.
var (
	appliance = regexp.MustCompile(`(?i)\b(truenas|freenas)\b`)
	gone      = regexp.MustCompile(`(?i)\balerts? (?:has|have) been cleared\b`)
	left      = regexp.MustCompile(`(?i)\b(?:new|current) alerts?\b`)
)

// allCleared reports whether a mail of these appliances tells that no alert is left.
func allCleared(subject, text string) bool {
	return appliance.MatchString(subject+" "+text) && gone.MatchString(text) && !left.MatchString(text)
}
