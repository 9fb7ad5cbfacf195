package notify

import (
	"fmt"
	"strconv"
	"strings"
)

// spokenTitle is how much of a title a call reads, in characters: some fifteen seconds.
const spokenTitle = 200

// greeting is how every call begins: a voice in the night says first whose it is.
const greeting = "This is rouse. "

// Speak renders what a call about one incident says: whose voice it is, priority, number, service, title. The keys are named by the
// provider, which alone knows how they are pressed.
func Speak(v View) Speech {
	words := spokenPriority(v.Priority)
	if v.Neutral {
		words = ""
	}
	if v.Test {
		words = "This is a test. " + words
	}
	return Speech{Words: greeting + strings.TrimSpace(words+" "+spoken(v)), Bundle: 1}
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
	return Speech{Words: greeting + strings.Join(words, " "), Bundle: len(vs)}
}

// SpeakTest renders what the call of a test page says that belongs to no incident. note is what its sender wanted to say, or empty.
func SpeakTest(note string) Speech {
	words := greeting + "This is a test, nothing is broken."
	if note = cut(oneLine(note), spokenTitle, ""); note != "" {
		words += " " + strings.TrimRight(note, ".") + "."
	}
	return Speech{Words: words}
}

// SpeakNews renders what a call says that tells news.
func SpeakNews(words string) Speech { return Speech{Words: greeting + words} }

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
