package alert

import "strings"

// Severity is how bad a source says that it is, normalised to five words and ordered by Rank.
type Severity string

// The severities, worst first. Unknown is the empty word: the source said nothing, or a word of its own.
const (
	Critical Severity = "critical"
	Error    Severity = "error"
	Warning  Severity = "warning"
	Info     Severity = "info"
	Unknown  Severity = ""
)

// words maps what tools write, lower case, to a Severity.
var words = map[string]Severity{
	"critical": Critical, "crit": Critical, "fatal": Critical, "emergency": Critical, "emerg": Critical, "panic": Critical,
	"disaster": Critical, "page": Critical, "blocker": Critical, "p1": Critical, "sev1": Critical, "sev-1": Critical, "s1": Critical, "down": Critical,
	"error": Error, "err": Error, "high": Error, "major": Error, "alert": Error, "p2": Error, "sev2": Error, "sev-2": Error, "s2": Error,
	"warning": Warning, "warn": Warning, "average": Warning, "medium": Warning, "moderate": Warning, "minor": Warning, "p3": Warning, "sev3": Warning, "s3": Warning, "ticket": Warning,
	"info": Info, "information": Info, "informational": Info, "notice": Info, "low": Info, "none": Info, "debug": Info, "ok": Info, "p4": Info, "p5": Info, "sev4": Info, "sev5": Info,
}

// ParseSeverity normalises a tool's word for severity, whatever its case; an unknown word is Unknown.
func ParseSeverity(word string) Severity { return words[strings.ToLower(strings.TrimSpace(word))] }

// Rank orders severities: 4 critical, 3 error, 2 warning, 1 info, 0 unknown.
func (s Severity) Rank() int {
	switch s {
	case Critical:
		return 4
	case Error:
		return 3
	case Warning:
		return 2
	case Info:
		return 1
	}
	return 0
}

// Worst returns the worse of two severities.
func Worst(a, b Severity) Severity {
	if b.Rank() > a.Rank() {
		return b
	}
	return a
}
