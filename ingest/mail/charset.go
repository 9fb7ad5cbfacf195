package mail

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
)

// toUTF8 decodes a text. A charset that is unknown, or that the text is not in, is guessed.
func toUTF8(b []byte, charset string) string {
	enc := encodingOf(charset)
	if enc == nil {
		return guess(b)
	}
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return guess(b)
	}
	return string(out)
}

// encodingOf is nil for what is best guessed: UTF-8, ASCII and unknown names.
func encodingOf(charset string) encoding.Encoding {
	name := strings.ToLower(strings.Trim(charset, " \t\"'"))
	name = strings.Trim(strings.TrimPrefix(name, "charset="), "\"'") // charset="charset=us-ascii"
	name, _, _ = strings.Cut(name, "*")                              // of RFC 2231: the language
	switch name {
	case "", "us-ascii", "ascii", "utf-8", "utf8":
		return nil
	}
	if enc, err := htmlindex.Get(name); err == nil && enc != encoding.Replacement {
		return enc
	}
	if enc, err := ianaindex.MIME.Encoding(name); err == nil && enc != encoding.Replacement {
		return enc
	}
	return nil
}

// guess reads UTF-8 with a few faults as such, and everything else as Windows-1252, which has a letter for every byte.
func guess(b []byte) string {
	good, bad := 0, 0
	for rest := b; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		rest = rest[n:]
	}
	if bad == 0 || good > bad {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	return string(out)
}
