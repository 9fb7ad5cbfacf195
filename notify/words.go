package notify

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is one word of a reply: as a command it reads as clean, as text it begins at from in the parser's body.
type word struct {
	clean string // folded to lower-case ASCII where it can be, without punctuation around it
	asks  bool   // a question mark stood at its end
	from  int
}

// parser reads one reply.
type parser struct {
	body   string // as written, but for exotic spaces
	words  []word
	no     bool  // contains a sign such as a thumb down
	number int64 // the incident that the text is certainly about; 0 while there is none
}

// newParser splits a body into words. Words of nothing but punctuation or emoji do not count, save the question mark.
func newParser(body string) *parser {
	p := &parser{body: dropSignature(body), no: strings.ContainsAny(body, "👎❌✖❎🚫⛔🙅🛑")}
	from := -1
	flush := func(to int) {
		if from < 0 {
			return
		}
		if w, ok := fold(p.body[from:to]); ok {
			w.from = from
			p.words = append(p.words, w)
		}
		from = -1
	}
	for i, r := range p.body {
		switch {
		case unicode.IsSpace(r) || r == '\u200B' || r == '\uFEFF' || r == '\u2060':
			flush(i)
		case from < 0:
			from = i
		}
	}
	flush(len(p.body))
	return p
}

// dropSignature cuts what a mail or phone program appends by itself.
func dropSignature(body string) string {
	ls := strings.Split(body, "\n")
	for i, l := range ls {
		l = strings.ToLower(strings.TrimSpace(l))
		if i > 0 && (l == "--" || strings.HasPrefix(l, "sent from my ")) {
			return strings.Join(ls[:i], "\n")
		}
	}
	return body
}

// around is the punctuation that may stand around a command word.
const around = "\"'`.,;:!()[]{}<>*_~-/\\"

// fold makes a word comparable. ok is false when nothing is left of it.
func fold(raw string) (w word, ok bool) {
	var b strings.Builder
	for _, r := range raw {
		if r = plainRune(r); r >= 0 {
			b.WriteRune(r)
		}
	}
	s := strings.ToLower(typography.Replace(b.String()))
	bare := strings.Trim(s, around+"?¿")
	if bare == "" {
		asks := strings.Contains(s, "?")
		return word{asks: asks}, asks
	}
	tail := s[strings.LastIndex(s, bare)+len(bare):]
	return word{clean: bare, asks: strings.Contains(tail, "?") || strings.HasPrefix(s, "?")}, true
}

// plainRune maps full-width forms, question marks and decimal digits of any script to ASCII, and drops (-1) emoji, what modifies them,
// control characters and marks without width.
func plainRune(r rune) rune {
	switch {
	case strings.ContainsRune("❓❔⁇⁈؟", r):
		return '?'
	case r >= '\uFF01' && r <= '\uFF5E': // full-width ASCII
		return r - 0xFEE0
	case r < utf8.RuneSelf && r >= ' ':
		return r
	case r == '\u3002' || r == '\u3001': // ideographic full stop and comma
		return '.'
	case r == '«' || r == '»' || r == '\u2039' || r == '\u203A' || r == '\u300C' || r == '\u300D':
		return '"'
	case unicode.Is(unicode.Nd, r):
		return digit(r)
	case unicode.IsControl(r), r == utf8.RuneError, unicode.In(r, unicode.Cf, unicode.Mn, unicode.Me):
		return -1
	case r >= 0x2190 && unicode.In(r, unicode.So, unicode.Sk, unicode.Sm), r == '•':
		return -1
	}
	return r
}

// digit returns the ASCII digit of the same value: in Unicode, decimal digits come in runs of ten from zero.
func digit(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if uint16(r) >= t.Lo && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if uint32(r) >= t.Lo && uint32(r) <= t.Hi {
			return '0' + (r-rune(t.Lo))%10
		}
	}
	return r
}

// The words that a carrier acts on when they are the whole text.
var keywords = map[string]Verb{
	"stop": Stop, "stopall": Stop, "unsubscribe": Stop, "end": Stop, "quit": Stop, "revoke": Stop, "optout": Stop, "cancel": Stop,
	"start": Start, "yes": Start, "unstop": Start, "help": AskHelp, "info": AskHelp,
}

// keyword recognises a text that is nothing but a keyword, however it is spaced or punctuated.
func (p *parser) keyword() (Command, bool) {
	var b strings.Builder
	for _, w := range p.words {
		for _, r := range w.clean {
			if r != '-' && r != '\'' {
				b.WriteRune(r)
			}
		}
	}
	v, ok := keywords[b.String()]
	return Command{Verb: v}, ok
}

// text returns the body from word i on, as written, in one line; "" when there is no such word.
func (p *parser) text(i int) string {
	if i >= len(p.words) {
		return ""
	}
	return oneLine(p.body[p.words[i].from:])
}
