package review

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A document is read by renderers that we do not know, some of which let HTML through. So nothing that a person or a
// monitor wrote keeps a meaning in Markdown or HTML, except a plain http(s) address, which most renderers make a link. There
// is no "<" in a whole document.

// address finds web addresses, without what follows them in a sentence, made of characters that are safe as they are.
var address = regexp.MustCompile(`https?://[A-Za-z0-9./?&=#%:@~+,_-]*[A-Za-z0-9/=#%~_-]`)

// bare writes a web address so that it stays one: a backslash would become part of it, so what may have a meaning in
// Markdown is written in the address's own way.
func bare(address string) string {
	var b strings.Builder
	for k, c := range address {
		switch {
		case c == '~':
			b.WriteString("%7E")
		case c == '_' && !within(address, k):
			b.WriteString("%5F")
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// within reports whether the character of one byte at k stands between two letters or digits, where "_" is no emphasis.
func within(text string, k int) bool {
	was, _ := utf8.DecodeLastRuneInString(text[:k])
	next, _ := utf8.DecodeRuneInString(text[k+1:])
	return wordy(was) && wordy(next)
}

// lead finds what at the start of a line would make it a heading, a list, a rule, an underline or a definition.
var lead = regexp.MustCompile(`^([#+\-=:]|\d+[.)])`)

// inline writes text on one line: white space is one space, and no character has a meaning.
func inline(text string) string {
	text = strings.Join(strings.Fields(visible(text)), " ")
	var b strings.Builder
	for {
		at := address.FindStringIndex(text)
		if at == nil {
			break
		}
		escape(&b, text[:at[0]])
		b.WriteString(bare(text[at[0]:at[1]]))
		text = text[at[1]:]
	}
	escape(&b, text)
	out := b.String()
	if m := lead.FindString(out); m != "" {
		last := len(m) - 1
		out = m[:last] + `\` + out[last:]
	}
	return out
}

// escape writes text without a web address in it.
func escape(b *strings.Builder, text string) {
	for k, c := range text {
		switch c {
		case '\\', '`', '*', '[', ']', '|', '~', '$':
			b.WriteRune('\\')
			b.WriteRune(c)
		case '_':
			if !within(text, k) {
				b.WriteRune('\\')
			}
			b.WriteRune(c)
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '&':
			b.WriteString("&amp;")
		default:
			b.WriteRune(c)
		}
	}
}

func wordy(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }

// visible drops what cannot be seen but can mislead: control characters, marks that turn the direction of text, and bytes
// that are no text.
func visible(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return c
		case unicode.IsControl(c), c >= '\u202a' && c <= '\u202e', c >= '\u2066' && c <= '\u2069', c == '\ufeff':
			return -1
		}
		return c
	}, strings.ToValidUTF8(text, "\ufffd"))
}

// prose writes text of several lines: an empty line parts paragraphs, any other end of a line is kept.
func prose(text string) string {
	var b strings.Builder
	open := false
	for line := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		out := inline(line)
		switch {
		case out == "" && open:
			b.WriteString("\n\n")
			open = false
		case out == "":
		default:
			if open {
				b.WriteString("\\\n")
			}
			b.WriteString(out)
			open = true
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
