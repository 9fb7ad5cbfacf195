package migrate

import (
	"fmt"
	"strings"
	"unicode"
)

// longestName is the most bytes that a name may have in rouse.
const longestName = 64

// names gives out names that rouse takes, each once.
type names struct {
	taken map[string]bool
	of    map[string]string // by the source's identifier
}

func newNames(reserved ...string) *names {
	n := &names{taken: map[string]bool{}, of: map[string]string{}}
	for _, r := range reserved {
		n.taken[r] = true
	}
	return n
}

// give returns the name of what the source calls id and people call called: always the same for the same id.
func (n *names) give(id, called, kind string) string {
	if got := n.of[id]; got != "" && id != "" {
		return got
	}
	base := slug(called)
	if base == "" {
		base = kind
	}
	if strings.Trim(base, "0123456789") == "" {
		base = kind + "-" + base
	}
	name := base
	for k := 2; n.taken[name]; k++ {
		name = fmt.Sprintf("%s-%d", base, k)
	}
	n.taken[name] = true
	if id != "" {
		n.of[id] = name
	}
	return name
}

// slug makes a name of a text: letters and digits stay, the rest becomes a dash.
func slug(s string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(s) {
		switch {
		case unicode.IsLetter(r) || unicode.IsNumber(r) || (b.Len() > 0 && (r == '.' || r == '_')):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	out := b.String()
	for len(out) > longestName-4 { // room for a number behind it
		_, cut := lastRune(out)
		out = out[:cut]
	}
	return strings.TrimRight(out, "-")
}

func lastRune(s string) (r rune, at int) {
	for i, x := range s {
		r, at = x, i
	}
	return r, at
}

// lower is slug in lower case, as users are called.
func lower(s string) string { return strings.ToLower(slug(s)) }

// oneLine keeps a text of the source from ending a comment.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\uFEFF'
	}), " ")
}
