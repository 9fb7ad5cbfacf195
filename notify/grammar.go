package notify

import (
	"regexp"
	"strconv"
	"strings"
)

// The words of the grammar. A letter or two is enough for each verb that a tired thumb types.
var verbs = map[string]Verb{
	"a": Ack, "ack": Ack, "acked": Ack, "acknowledge": Ack, "acknowledged": Ack,
	"r": Resolve, "res": Resolve, "resolve": Resolve, "resolved": Resolve,
	"e": Escalate, "esc": Escalate, "escalate": Escalate,
	"g": Give, "give": Give, "assign": Give, "reassign": Give,
	"n": Note, "note": Note, "h": Hold, "hold": Hold, "u": Update, "update": Update, "resume": Resume, "unhold": Resume,
	"report": Report, "cover": Cover, "swap": Swap, "decline": Decline,
	"s": AskStatus, "st": AskStatus, "status": AskStatus, "l": List, "ls": List, "list": List,
	"w": Who, "who": Who, "who's": Who, "whos": Who, "oncall": Who, "on-call": Who, "help": AskHelp,
}

// courtesies may follow a command and mean nothing.
var courtesies = map[string]bool{
	"please": true, "pls": true, "plz": true, "thanks": true, "thank": true, "you": true, "thx": true, "ty": true,
}

// refWord is an incident's number with what may be glued to it: inc-42, #42, 42a, 42ack.
// coverWord is an override's number: 7, ov-7. bundleWord is a bundle's code: b7, #b7, b7a. gluedWord is a verb with its number: a42, ack42, r#42.
var (
	refWord     = regexp.MustCompile(`^(?:inc)?[-_.:]?#?(\d{1,30})([a-z]*)$`)
	secondsWord = regexp.MustCompile(`^\d+(?:s|secs?|seconds?)$`) // too short a time for anybody to mean, and no other incident's
	bundleWord  = regexp.MustCompile(`^#?b-?(\d{1,9})([a-z]*)$`)
	coverWord   = regexp.MustCompile(`^(ov-?)?#?(\d{1,9})$`)
	gluedWord   = regexp.MustCompile(`^([a-z]+)[-.:]?(?:inc-?)?#?(\d{1,30})$`)
)

// target is which incident or bundle a word names, and the verb glued to it.
type target struct {
	number int64
	bundle string
	verb   Verb // "" when none is glued to it
	asks   bool
}

// parse reads "verb target rest", "target rest" and "target verb rest".
func (p *parser) parse() (Command, error) {
	p.join()
	first := p.words[0]
	if first.clean == "" { // a question mark alone
		if len(p.words) == 1 {
			return Command{Verb: AskHelp}, nil
		}
		return p.verb(AskStatus, 1)
	}
	if v, ok := verbs[first.clean]; ok {
		return p.verb(v, 1)
	}
	if p.refusesCover() {
		return p.decline(1)
	}
	t, h := p.target(0)
	switch {
	case h != "":
		return refuse(h)
	case t.number == 0 && t.bundle == "":
		return refuse(p.whyNot(first.clean))
	case t.verb != "":
		return p.act(t.verb, t, 1)
	}
	if len(p.words) > 1 {
		next := p.words[1]
		if v, ok := verbs[next.clean]; ok && v != List && v != Who && v != AskHelp {
			t.asks = t.asks || (next.asks && v != Note)
			return p.act(v, t, 2)
		}
		t.asks = t.asks || next.clean == ""
		if next.clean == "" && len(p.words) == 2 {
			return p.act(AskStatus, t, 2)
		}
	}
	if t.asks {
		return p.act(AskStatus, t, 1)
	}
	return p.act(Ack, t, 1)
}

// whyNot says what was wrong with a text that begins with no command.
func (p *parser) whyNot(first string) Hint {
	if _, ok := keywords[first]; ok {
		return hintKeyword
	}
	return hintUnknown
}

// join makes one word of "INC 42", "# 42", "b 7" and "on call", and splits a glued "a42" into its two.
func (p *parser) join() {
	var out []word
	for i := 0; i < len(p.words); i++ {
		w := p.words[i]
		if i+1 < len(p.words) {
			next := p.words[i+1]
			number := len(next.clean) > 0 && next.clean[0] >= '0' && next.clean[0] <= '9'
			switch {
			case number && len(out) < 2 && (w.clean == "inc" || w.clean == "incident" || w.clean == "#" || w.clean == "b"):
				next.clean = strings.TrimPrefix(strings.Replace(w.clean, "incident", "", 1), "inc") + next.clean
				next.from, w = w.from, next
				i++
			case len(out) == 0 && w.clean == "on" && next.clean == "call":
				w = word{clean: "oncall", from: w.from, asks: next.asks}
				i++
			}
		}
		m := gluedWord.FindStringSubmatch(w.clean)
		if m != nil && len(out) == 0 && verbs[m[1]] != "" {
			out = append(out, word{clean: m[1], from: w.from})
			w.clean = m[2]
		}
		out = append(out, w)
	}
	p.words = out
}

// target reads word i as an incident or a bundle. A zero target without a hint means that it is neither.
func (p *parser) target(i int) (target, Hint) {
	if i >= len(p.words) {
		return target{}, ""
	}
	w := p.words[i]
	if m := bundleWord.FindStringSubmatch(w.clean); m != nil {
		n, _ := strconv.ParseInt(m[1], 10, 64) // nine digits at most
		if n == 0 {
			return target{}, hintNumber
		}
		t := target{bundle: "B" + strconv.FormatInt(n, 10), asks: w.asks}
		return t, glued(&t, m[2])
	}
	m := refWord.FindStringSubmatch(w.clean)
	if m == nil {
		return target{}, ""
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || n <= 0 {
		return target{}, hintNumber
	}
	t := target{number: n, asks: w.asks}
	return t, glued(&t, m[2])
}

// glued reads the letters behind a number into t. 42h and 42m may mean a time, so they are refused.
func glued(t *target, letters string) Hint {
	if letters == "" {
		return ""
	}
	v, ok := verbs[letters]
	switch {
	case unit(letters) != 0:
		return hintHours
	case !ok || v == List || v == Who || v == AskHelp:
		return hintNumber
	}
	t.verb = v
	return ""
}
