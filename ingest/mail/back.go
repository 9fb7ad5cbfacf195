package mail

import (
	"regexp"
	"slices"
	"strings"
)

var (
	// arrow is the change that Checkmk and others write: "WARN -> OK".
	arrow = regexp.MustCompile(`(?i)[\s:(\[-]*\b([a-z]+)\s*(?:->|→|=>|⇒)\s*([a-z]+)[)\]]?$`)
	// job is a word that "successful" may stand after a colon with: "status (pve1): backup successful".
	job = regexp.MustCompile(`(?i)[:|]\s*(?:the )?(?:backup|job|task|check|test|replication|sync|scrub|verification|verify|gc|prune|garbage collection)$`)
	// introduced is what stands before a word of state at the end.
	introduced = regexp.MustCompile(`(?i)(?:[:|>]|\s[-–—]+|\s(?:is|are|was|were|has|have|now|been|went|came|gone|status|state|back|again|reported))$`)
	linking    = regexp.MustCompile(`(?i)(?:[\s:|>–—-]+|\s(?:is|are|was|were|has|have|now|been|went|came|gone|status|state|back|again|reported))+$`)
	// lasting is how long it took, at the end.
	lasting = regexp.MustCompile(`(?i)[\s(,-]*\b(?:after|was down for|down for|downtime:?|duration:?|lasted|outage of)\s+(?:\d+(?:\.\d+)?\s?(?:milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)\b[ ,]*(?:and )?)+\)?$`)
	// objects is how many took part in one of Veeam's jobs.
	objects = regexp.MustCompile(`(?i)\s*\(\d+ (?:objects?|vms?|machines?)\)(?:,? \d+ (?:failed|warnings?|error|errors))*$`)
	// doubt are the words after which nothing at the end of a sentence is believed.
	doubt = regexp.MustCompile(`(?i)(?:^|\s)(?:not|no|none|nothing|never|nobody|neither|nor|cannot|can't|if|when|whether|unless|until|till|before|be|being|should|must|yet|partially|almost|nearly|why|how|\w+n't)(?:\s|$)`)
)

// frontOnly are words that say something else at the end of a sentence: "the deadline has passed", "port 443 is closed".
var frontOnly = map[string]bool{"passed": true, "fixed": true, "clear": true, "red": true, "open": true, "opened": true, "closed": true, "problem": true, "fail": true}

var (
	// ticket may be open or closed.
	ticket = regexp.MustCompile(`(?i)^(.*\b(?:incident|alert|alarm|problem|case|issue)(?: #?\w+)?) (?:is |was |has been )?(?:now )?(open(?:ed)?|closed)$`)
	// rising are what is up without being well.
	rising = regexp.MustCompile(`(?i)\b(?:rate|load|temperature|temp|usage|utili[sz]ation|traffic|latency|errors?|count|cpu|memory|costs?|price|number|queue|delay)\b[^:]*$`)
)

// endings are the words of classes, the longest first.
var endings = func() (out []string) {
	for word, c := range classes {
		if c != weak && !frontOnly[word] {
			out = append(out, word)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return out
}()

// readBack takes the words of state off the end of a sentence and returns the rest. What the front has said stays said.
func readBack(r *reading, s string) string {
	short := trimDecoration(lasting.ReplaceAllString(objects.ReplaceAllString(s, ""), ""))
	word, rest := lastWord(short)
	if at := arrow.FindStringSubmatchIndex(short); at != nil && classes[strings.ToLower(short[at[2]:at[3]])] != none {
		word, rest = strings.ToLower(short[at[4]:at[5]]), short[:at[0]]
	}
	c := classes[word]
	if c == none || c == weak || c == end && r.state == "" && (doubt.MatchString(rest) || strings.HasSuffix(s, "?")) {
		c, rest = none, short
	}
	if c == rank && !vague[word] || c == begin {
		r.severity = firstOf(r.severity, severities[word])
	}
	if r.calmed && c == end {
		r.state, r.note = c.state() // Nagios sends no recovery of what was well when it began to flap
	}
	if r.state == "" {
		if c == rank || c == none {
			c = begin
		}
		r.state, r.note = c.state()
	}
	return rest
}

// vague are words for how bad it is that are also said of a measured value: "free memory is low".
var vague = map[string]bool{"high": true, "low": true, "average": true, "medium": true, "minor": true, "major": true, "info": true, "information": true, "informational": true, "notice": true}

// lastWord finds a word of state at the end of a sentence: after "is", a colon or a dash, in brackets, one that stands by itself, or
// in capitals among small letters.
func lastWord(s string) (word, rest string) {
	low := strings.ToLower(s)
	if len(low) != len(s) { // letters that change their length
		return "", s
	}
	for _, close := range []string{"]", ")"} {
		if k := strings.LastIndexAny(s, "[("); k > 0 && strings.HasSuffix(s, close) {
			if inside := strings.TrimSpace(low[k+1 : len(s)-1]); classes[inside] != none && classes[inside] != rank {
				return inside, strings.TrimRight(s[:k], " -:")
			}
		}
	}
	if at := ticket.FindStringSubmatch(s); at != nil {
		return strings.ToLower(at[2]), at[1]
	}
	for _, w := range endings {
		before, found := strings.CutSuffix(low, w)
		if !found || before == "" || !strings.HasSuffix(before, " ") && !strings.HasSuffix(before, ":") {
			continue
		}
		before = strings.TrimRight(s[:len(before)], " ")
		written := s[len(s)-len(w):]
		switch {
		case w == "up" && written != "UP" && rising.MatchString(before):
			return "", s
		case job.MatchString(before) && classes[w] != rank:
			return w, strings.TrimRight(job.ReplaceAllString(before, ""), " :-")
		case introduced.MatchString(before), standing[w], written == strings.ToUpper(w) && w != "ok" && before != strings.ToUpper(before):
			return w, strings.TrimSpace(linking.ReplaceAllString(before, ""))
		}
		return "", s
	}
	return "", s
}

// moments are dates and times of day, which say when and not what.
var moments = func() (out []*regexp.Regexp) {
	const (
		day   = `(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+`
		month = `(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?`
		clock = `\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?(?:\s?[ap]m)?`
		zone  = `(?:\s?(?:z|utc|gmt|cet|cest|est|edt|pst|pdt|cst|cdt|jst|bst|ist|[+-]\d{2}:?\d{2}))?`
	)
	for _, e := range []string{
		`\d{4}-\d{2}-\d{2}(?:[t ,]+` + clock + `)?` + zone,
		`(?:` + day + `)?\d{1,2}\.?[\s-]` + month + `[\s-]\d{4}(?:,?\s+` + clock + `)?` + zone,
		`(?:` + day + `)?` + month + `\s+\d{1,2},?(?:\s+` + clock + zone + `)?(?:\s+\d{4})?(?:,?\s+` + clock + `)?` + zone,
		`\d{1,2}/\d{1,2}/\d{2,4}(?:,?\s+` + clock + `)?` + zone,
		`\d{1,2}\.\d{1,2}\.(?:19|20)\d{2}(?:,?\s+` + clock + `)?` + zone,
		`(?:at |@ ?)?` + clock + zone,
	} {
		out = append(out, regexp.MustCompile(`(?i)(^|[\s(\[,])`+e+`($|[\s)\],;.])`))
	}
	return out
}()

// clean is a topic without dates and times, and without what hangs loose at its ends.
func clean(s string) string {
	short := s
	for _, m := range moments {
		short = m.ReplaceAllString(short, "$1$2")
	}
	short = strings.NewReplacer("()", "", "[]", "", "( )", "", "[ ]", "").Replace(short)
	short = strings.Trim(oneLine(short), " -–—:|!*.,;")
	for _, word := range []string{" at", " on", " since", " from"} {
		if short != strings.Trim(s, " -–—:|!*.,;") { // only where something was taken out
			short = strings.TrimSuffix(short, word)
		}
	}
	return firstOf(short, oneLine(s))
}
