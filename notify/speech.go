package notify

import (
	"fmt"
	"strconv"
	"strings"
)

// spokenTitle is how much of a title a call reads, in characters: some fifteen seconds.
const spokenTitle = 200

// Speak renders what a call about one incident says: priority, number, service, title. The keys are named by the
// provider, which alone knows how they are pressed.
func Speak(v View) Speech {
	words := spokenPriority(v.Priority)
	if v.Neutral {
		words = ""
	}
	if v.Test {
		words = "This is a test. " + words
	}
	return Speech{Words: strings.TrimSpace(words + " " + spoken(v)), Bundle: 1}
}

// SpeakBundle renders what a call about several incidents says: how many, how bad, and the first three of them.
func SpeakBundle(vs []View) Speech {
	if len(vs) == 1 {
		return Speak(vs[0])
	}
	words := []string{fmt.Sprintf("%s need you.", plural(len(vs), "incident"))}
	if p := worst(vs); p != "" {
		head, _, _ := strings.Cut(p, " ")
		if s := spokenPriority(head); s != "" {
			words = append(words, "The worst is "+strings.ToLower(s[:1])+s[1:])
		}
	}
	shown := min(len(vs), 3)
	for _, v := range vs[:shown] {
		words = append(words, spoken(v))
	}
	if rest := len(vs) - shown; rest > 0 {
		words = append(words, fmt.Sprintf("And %d more.", rest))
	}
	return Speech{Words: strings.Join(words, " "), Bundle: len(vs)}
}

// spoken says which incident: "Incident 42, checkout: HighErrorRate eu-1."
func spoken(v View) string {
	s := "Incident " + strconv.FormatInt(v.Number, 10)
	if service := cut(shownService(v), 60, ""); service != "" {
		s += ", " + service
	}
	s += ": " + cut(shownTitle(v), spokenTitle, "")
	return strings.TrimRight(s, ".") + "."
}

// spokenPriority says "Priority 1." for P1, and any other word as it is.
func spokenPriority(p string) string {
	p = cut(oneLine(p), 20, "")
	if len(p) == 2 && (p[0] == 'P' || p[0] == 'p') && p[1] >= '0' && p[1] <= '9' {
		return "Priority " + p[1:] + "."
	}
	if p == "" {
		return ""
	}
	return p + "."
}
