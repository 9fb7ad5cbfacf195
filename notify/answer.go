package notify

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Answer renders what a text is answered: in GSM-7 where that is possible, line by line as in every message.
func Answer(text string) string {
	few := strings.Split(text, "\n")
	for k := range few {
		few[k] = reduce(few[k])
	}
	return plainer(text, strings.Join(few, "\n"))
}

// Lines joins as many lines as a text of two segments holds, one at least, and counts those that it leaves out with the more of
// which it was not given the lines.
func Lines(all []string, more int) string {
	text := ""
	for shown := len(all); shown > 0; shown-- {
		lines := all[:shown:shown]
		if rest := len(all) - shown + more; rest > 0 {
			lines = append(lines, fmt.Sprintf("and %d more", rest))
		}
		if text = Answer(strings.Join(lines, "\n")); fits(text) {
			break
		}
	}
	return text
}

// Named renders an answer that says what was done, and to what: "INC-1 acknowledged: HighErrorRate eu-1". The title is cut so that
// it is one segment; where nothing of it has room, or there is none, it is left out.
func Named(did, title string) string {
	title = oneLine(title)
	for n := utf8.RuneCountInString(title); n > 0; n-- {
		t := cut(title, n, "…")
		if t == "" {
			break
		}
		if text := plainer(did+": "+t, did+": "+cut(reduce(title), n, "…")); oneSegment(text) {
			return text
		}
	}
	return did + "."
}

// Title is a title for a line of an answer: at most width characters of it, or half as many where it needs Unicode. It is as plain as
// the message that it comes to stand in.
func Title(title string, width int) string {
	title = oneLine(title)
	if !plain(plainer(title, reduce(title))) {
		width /= 2
	}
	return cut(title, width, "…")
}
