package notify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// oneLine makes a text of somebody else's fit to stand in one line of ours: white space of any kind becomes one space,
// control characters, bytes that are not UTF-8 and the invisible marks that reorder text are removed. Everything that a
// reader would see is kept.
func oneLine(s string) string {
	var b strings.Builder
	gap := false
	for i, w := 0, 0; i < len(s); i += w {
		r, n := utf8.DecodeRuneInString(s[i:])
		w = n
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			gap = b.Len() > 0
		case r == utf8.RuneError && n == 1, unwritten(r):
		default:
			if gap {
				b.WriteByte(' ')
				gap = false
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// lines cleans a text of several lines as oneLine does, line by line, and keeps at most one empty line in a row.
func lines(s string) string {
	var out []string
	for _, l := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if l = oneLine(l); l != "" || (len(out) > 0 && out[len(out)-1] != "") {
			out = append(out, l)
		}
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

// unwritten reports whether r is a control character, a noncharacter, or a mark that reorders the text around it.
func unwritten(r rune) bool {
	switch {
	case unicode.IsControl(r), r == '\uFEFF', r&0xFFFE == 0xFFFE, r >= 0xFDD0 && r <= 0xFDEF:
		return true
	case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
		return true
	}
	return false
}

// typography maps marks that a typesetter sets and a reader takes for their plain form.
var typography = strings.NewReplacer(
	"\u2018", "'", "\u2019", "'", "\u201A", "'", "\u201B", "'", "\u2032", "'",
	"\u201C", `"`, "\u201D", `"`, "\u201E", `"`, "\u201F", `"`, "\u2033", `"`,
	"\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2014", "-", "\u2212", "-",
	"\u2026", "...", "\u200B", "", "\u2060", "", "\u00AD", "",
)

// plainest returns text with typographic quotes, dashes and ellipses in their plain form when that alone makes it GSM-7,
// and text itself otherwise.
func plainest(text string) string {
	if plain(text) {
		return text
	}
	if set := typography.Replace(text); plain(set) {
		return set
	}
	return text
}

// plainer returns the plainest form of a text, or of the same text with its fields reduced where only that is GSM-7.
func plainer(text, reduced string) string {
	text = plainest(text)
	if plain(text) {
		return text
	}
	if reduced = plainest(reduced); plain(reduced) {
		return reduced
	}
	return text
}

// plain reports whether a text travels as GSM-7.
func plain(text string) bool {
	enc, _, _ := Segments(text)
	return enc == GSM7
}

// cut shortens s to at most n runes, ellipsis included, without parting a letter from its accents or an emoji from its
// modifiers. n below one gives the empty string. mark is the ellipsis.
func cut(s string, n int, mark string) string {
	rs := []rune(s)
	if len(rs) <= n {
		return s
	}
	keep := n - utf8.RuneCountInString(mark)
	for keep > 0 && !between(rs, keep) {
		keep--
	}
	if keep <= 0 {
		return ""
	}
	return strings.TrimRight(string(rs[:keep]), " ") + mark
}

// between reports whether a text may be cut before rs[i].
func between(rs []rune, i int) bool {
	r, before := rs[i], rs[i-1]
	switch {
	case before == zwj, extends(r):
		return false
	case isFlag(r) && isFlag(before): // flags are pairs of letters
		run := 0
		for j := i - 1; j >= 0 && isFlag(rs[j]); j-- {
			run++
		}
		return run%2 == 0
	}
	return true
}

const zwj = '\u200D' // joins emoji

// extends reports whether r only changes the character before it: an accent, a joiner, a variation or a skin tone.
func extends(r rune) bool {
	return r == zwj || unicode.Is(unicode.M, r) || (r >= 0x1F3FB && r <= 0x1F3FF) || (r >= 0xE0020 && r <= 0xE007F)
}

func isFlag(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }
