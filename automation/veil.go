package automation

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

const (
	hidden    = "<secret>"
	minSecret = 4   // shorter ones would blot out half of every text
	lineMost  = 200 // characters of what a program or a network said, in a timeline
)

// veil takes secrets out of a text that goes into a timeline.
type veil []string

// newVeil hides each of the secrets, in the forms in which a program may show it: whole, in an address, line by line.
func newVeil(secrets ...string) veil {
	var v veil
	for _, s := range secrets {
		s = strings.TrimSpace(s)
		if len(s) < minSecret || s == hidden {
			continue
		}
		v = append(v, s, url.QueryEscape(s), url.PathEscape(s))
		if !strings.Contains(s, "\n") {
			continue
		}
		for l := range strings.Lines(s) { // a key: its lines are shown one at a time
			if l = strings.TrimSpace(l); len(l) >= 2*minSecret {
				v = append(v, l)
			}
		}
	}
	slices.SortFunc(v, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	return slices.Compact(v)
}

// veilOf hides what is secret in a step too: what signs, what headers hold, and variables whose names say so.
func veilOf(s Step, all []string) veil {
	secrets := slices.Clone(all)
	if w := s.Webhook; w != nil {
		secrets = append(secrets, w.Secrets...)
		for _, value := range w.Header {
			_, credentials, _ := strings.Cut(value, " ") // after Bearer or Basic
			secrets = append(secrets, value, credentials)
		}
	}
	if c := s.Command; c != nil {
		for name, value := range c.Env {
			if secretName.MatchString(name) {
				secrets = append(secrets, value)
			}
		}
	}
	return newVeil(secrets...)
}

var secretName = regexp.MustCompile(`(?i)token|key|secret|passw|credential|auth`)

// escapes are what terminals understand as colours and movements.
var escapes = regexp.MustCompile("\x1b\\[[0-9;:?]*[ -/]*[@-~]")

func (v veil) hide(s string) string {
	for _, secret := range v {
		s = strings.ReplaceAll(s, secret, hidden)
	}
	return s
}

// text hides secrets and makes what is left one printable line, as long as it is.
func (v veil) text(s string) string {
	s = v.hide(escapes.ReplaceAllString(s, ""))
	words := strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), unicode.IsSpace)
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.Join(words, " "))
	return v.hide(strings.TrimSpace(s))
}

// line is text, cut at its end.
func (v veil) line(s string) string {
	s = v.text(s)
	if rs := []rune(s); len(rs) > lineMost {
		return string(rs[:lineMost-1]) + "…"
	}
	return s
}

// end is text, cut at its beginning.
func (v veil) end(s string) string {
	s = v.text(s)
	if rs := []rune(s); len(rs) > lineMost {
		return "…" + string(rs[len(rs)-lineMost+1:])
	}
	return s
}
