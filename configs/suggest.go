package configs

import (
	"fmt"
	"strings"
)

// Suggest advises the known word that is nearest to what was written, or else what to do.
func Suggest(word string, known []string, otherwise string) string {
	return suggest(word, known, otherwise)
}

// Near reports whether one word is so near to another that it was probably meant.
func Near(word, meant string) bool { return suggest(word, []string{meant}, "") != "" }

// suggest advises the known word that is nearest to what was written, or else what to do.
func suggest(word string, known []string, otherwise string) string {
	best, least := "", 1+len([]rune(word))/4
	if len(word) < 3 {
		return otherwise
	}
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d <= least && (best == "" || d < least) {
			best, least = k, d
		}
	}
	if best == "" {
		return otherwise
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// distance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 64 || len(t) > 64 {
		return max(len(s), len(t))
	}
	before, last, row := make([]int, len(t)+1), make([]int, len(t)+1), make([]int, len(t)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(s); i++ {
		row[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(t)]
}
