package cases

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is one word of a sentence, or what stands in quotes.
type token struct {
	text   string
	at     int // in characters, from the start of the sentence
	quoted bool
}

// split cuts a sentence into words. Quotes keep words together, also within one: cluster="eu 1". Commas after words are forgiven.
func split(s string) (all []token) {
	var now strings.Builder
	begin, at, in, quoted := -1, 0, false, false
	end := func() {
		if begin >= 0 {
			t := now.String()
			if !quoted {
				t = strings.TrimRight(t, ",")
			}
			if t != "" || quoted {
				all = append(all, token{t, begin, quoted})
			}
		}
		now.Reset()
		begin, quoted = -1, false
	}
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		switch {
		case r == '"':
			if begin < 0 {
				begin, quoted = at, true
			}
			in = !in
		case in && r == '\\' && strings.HasPrefix(s, `"`):
			now.WriteByte('"')
			s = s[1:]
			at++
		case !in && unicode.IsSpace(r):
			end()
		default:
			if begin < 0 {
				begin = at
			}
			now.WriteRune(r)
		}
		at++
	}
	end()
	return all
}

// element is one place in a form: a word that must stand there, a slot for one of the story's own, or an optional group.
type element struct {
	words []string  // any of these; nil for a slot or a group
	slot  string    // the name of what stands here
	many  bool      // a slot of any number of words
	group []element // may be left out
}

// parseForm reads a form: words with their alternatives (gets|get), <slots>, <slots...> for any number of words, [optional groups].
func parseForm(form string) []element {
	elements, rest := parseElements(strings.Fields(strings.NewReplacer("[", " [ ", "]", " ] ").Replace(form)))
	if len(rest) > 0 {
		panic("cases: a form with a stray bracket: " + form)
	}
	return elements
}

func parseElements(words []string) (out []element, rest []string) {
	for len(words) > 0 {
		w := words[0]
		words = words[1:]
		switch {
		case w == "]":
			return out, words
		case w == "[":
			var e element
			e.group, words = parseElements(words)
			out = append(out, e)
		case strings.HasPrefix(w, "<"):
			name, many := strings.CutSuffix(strings.Trim(w, "<>"), "...")
			out = append(out, element{slot: name, many: many})
		default:
			out = append(out, element{words: strings.Split(w, "|")})
		}
	}
	return out, nil
}

// caught is what stood in the slots of a form.
type caught map[string][]token

// text is a slot's words; empty when it was left out.
func (c caught) text(slot string) string {
	var words []string
	for _, t := range c[slot] {
		words = append(words, t.text)
	}
	return strings.Join(words, " ")
}

// match compares a sentence with a form. far is how many of its words fit before it went wrong, and wanted what would have.
func match(form []element, words []token, into caught) (ok bool, far int, wanted string) {
	m := matcher{total: len(words)}
	ok = m.all(form, words, into)
	return ok, m.far, m.wanted
}

type matcher struct {
	total, far int
	wanted     string
}

func (m *matcher) stuck(words []token, wanted string) bool {
	if at := m.total - len(words); at > m.far || m.wanted == "" {
		m.far, m.wanted = at, wanted
	}
	return false
}

func (m *matcher) all(form []element, words []token, into caught) bool {
	if len(form) == 0 {
		if len(words) > 0 {
			return m.stuck(words, "")
		}
		m.far = m.total
		return true
	}
	e, rest := form[0], form[1:]
	switch {
	case e.group != nil:
		return m.all(append(append([]element{}, e.group...), rest...), words, into) || m.all(rest, words, into)
	case len(words) == 0:
		return m.stuck(words, e.String())
	case e.words != nil:
		return (e.is(words[0]) && m.all(rest, words[1:], into)) || m.stuck(words, e.String())
	case !e.many:
		if !fits(e.slot, words[0]) {
			return m.stuck(words, e.String())
		}
		into[e.slot] = words[:1]
		return m.all(rest, words[1:], into)
	}
	most := 0
	for most < len(words) && (e.slot == "words" || fits(e.slot, words[most])) {
		most++
	}
	for n := most; n > 0; n-- { // the most first
		if into[e.slot] = words[:n]; m.all(rest, words[n:], into) {
			return true
		}
	}
	delete(into, e.slot)
	return m.stuck(words, e.String())
}

// is reports whether a word is one of those that may stand here.
func (e *element) is(t token) bool {
	for _, w := range e.words {
		if !t.quoted && strings.EqualFold(w, t.text) {
			return true
		}
	}
	return false
}

// String says what is wanted, for errors.
func (e *element) String() string {
	if e.words != nil {
		return strings.Join(e.words, " or ")
	}
	if of := choices[e.slot]; of != nil {
		return strings.Join(of, " or ")
	}
	return "<" + e.slot + ">"
}

// choices are the slots in which one of a few words stands.
var choices = map[string][]string{
	"state":    {"triggered", "acknowledged", "resolved", "closed", "on_hold"},
	"priority": {"P1", "P2", "P3", "P4", "P5"},
	"means":    {"text", "sms", "call", "mail", "email"},
	"traffic":  {"texts", "sms", "calls", "mail"},
	"why":      {"silence", "inhibition", "maintenance", "mute"},
	"promise":  {"response", "resolution"},
	"stage":    {"running", "paused", "outside_hours", "kept", "breached"},
	"phone":    {"off", "busy", "dead", "voicemail"},
	"mood":     {"down", "silent", "locked", "throttling"},
	"woken":    {"paged", "woken"},
	"heard":    {"triggered", "acknowledged", "resolved"},
}

// fits keeps slots from taking words that are plainly something else.
func fits(slot string, t token) bool {
	label := strings.Contains(t.text, "=")
	if of := choices[slot]; of != nil {
		return !t.quoted && slices.ContainsFunc(of, func(w string) bool { return strings.EqualFold(w, t.text) })
	}
	switch slot {
	case "labels":
		return label
	case "words", "title", "alert":
		return t.quoted || !label
	case "for", "key", "count":
		return t.text != "" && (unicode.IsDigit(rune(t.text[0])) || slot == "count" && t.text == "no")
	case "whose":
		return strings.HasSuffix(t.text, "'s")
	}
	return !t.quoted && !label
}
