package review

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/rouse/rouse/oncall"
)

// Doubts says where the text may blame somebody: a contributing factor or a trigger that names a person as a cause, or calls
// it a human error. It is advice to whoever writes the review and refuses nothing. A nil roster knows nobody.
func Doubts(r Review, roster *oncall.Roster) []string {
	var people []oncall.User
	if roster != nil {
		people = roster.Users()
	}
	var out []string
	for k, f := range r.Factors {
		out = append(out, doubt(fmt.Sprintf("contributing factor %d", k+1), f, people)...)
	}
	return append(out, doubt("the trigger", r.Trigger, people)...)
}

func doubt(where, text string, people []oncall.User) []string {
	var out []string
	words := strings.FieldsFunc(text, func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("-_.", c)
	})
	for k := range words {
		words[k] = strings.Trim(words[k], "-_.")
	}
	for _, u := range people {
		if names(words, u) {
			out = append(out, fmt.Sprintf("%s names a person as a cause (%s): say what made it possible, whoever it had been", where, nameOf(u)))
		}
	}
	low := strings.ToLower(text)
	for _, p := range []string{"human error", "operator error", "user error", "carelessness", "negligence"} {
		if strings.Contains(low, p) {
			out = append(out, fmt.Sprintf("%s stops at %q: say what made the error easy to make and hard to notice", where, p))
		}
	}
	return out
}

// names reports whether the words name the user: by id, or by a part of the full name with its capital. What has fewer than
// three letters is too often a word: such an id counts only as it is written, such a name not at all.
func names(words []string, u oncall.User) bool {
	id := string(u.ID)
	if slices.Contains(words, id) {
		return true
	}
	if len(id) >= 3 && slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, id) }) {
		return true
	}
	for part := range strings.FieldsSeq(u.Name) {
		first := []rune(part)
		if len(first) >= 3 && unicode.IsUpper(first[0]) && slices.Contains(words, part) {
			return true
		}
	}
	return false
}

func nameOf(u oncall.User) string {
	if u.Name == "" {
		return string(u.ID)
	}
	return u.Name
}
