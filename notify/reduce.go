package notify

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// reduce returns a text of somebody else's, one field of a message, with fewer characters outside GSM-7: without emoji, and with
// Latin letters that GSM-7 lacks as their base letter. One emoji or one such accent would halve what a message holds, and the
// page of the incident shows the text as it is. A text of which nothing would be left stays itself, and so does one with a bracket of
// which nothing would be. What is in other scripts stays too, so whoever has use for GSM-7 alone has to look.
func reduce(text string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(text) {
		switch {
		case gsmCost(r) > 0:
			b.WriteRune(r)
		case extends(r) && !strikes(r), r == keycap:
		case isEmoji(r):
			b.WriteByte(' ')
		default:
			b.WriteString(base(r))
		}
	}
	out := oneLine(b.String())
	if !strings.Contains(text, "( ") {
		out = strings.ReplaceAll(out, "( ", "(")
	}
	if out == "" || emptied(out) && !emptied(text) {
		return text
	}
	return out
}

const keycap = '\u20E3' // makes a key of the digit before it

// base is a Latin letter without its accents, or a sign in plain characters; any other character is itself.
func base(r rune) string {
	if s, ok := spelled[r]; ok {
		return s
	}
	if !unicode.Is(unicode.Latin, r) {
		return string(r)
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(string(r)))
}

// strikes reports whether r is an accent that makes another sign, or the opposite, of what it stands on.
func strikes(r rune) bool { return r >= 0x0334 && r <= 0x0338 || r >= 0x20D0 && r <= 0x20FF }

// spelled are letters whose stroke or ligature is no accent to Unicode, and signs that have a plain form.
var spelled = map[rune]string{
	'ł': "l", 'Ł': "L", 'đ': "d", 'Đ': "D", 'ð': "d", 'Ð': "D", 'þ': "th", 'Þ': "Th", 'œ': "oe", 'Œ': "OE", 'ı': "i", 'ħ': "h", 'Ħ': "H",
	'ŧ': "t", 'Ŧ': "T", 'ŋ': "n", 'Ŋ': "N", 'ŀ': "l", 'Ŀ': "L", 'ẞ': "SS", 'º': "o", 'ª': "a", '°': "",
	'µ': "u", '±': "+/-", '½': "1/2", '¼': "1/4", '¾': "3/4",
	'→': "->", '←': "<-", '≥': ">=", '≤': "<=", '≠': "!=", '×': "x", '•': "-", '·': ".", '«': `"`, '»': `"`, '‹': "'", '›': "'", '`': "'", '´': "'",
}

// isEmoji reports whether r is a picture. Signs that say something, such as arrows, are none.
func isEmoji(r rune) bool {
	switch {
	case r >= 0x1F000 && r <= 0x1FAFF, r >= 0x2600 && r <= 0x2793, r >= 0x231A && r <= 0x23FF:
		return unicode.In(r, unicode.So, unicode.Sk)
	}
	return r == '⭐' || r == '⭕' || r == '⬛' || r == '⬜'
}

// emptied reports whether a text has brackets with nothing in them.
func emptied(text string) bool { return strings.Contains(strings.ReplaceAll(text, "( ", "("), "()") }
