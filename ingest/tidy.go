package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rouse/rouse/alert"
)

// What is kept of one alert. The rest is cut and noted in the annotation cutNote: a page must still go out.
const (
	maxTitle       = 1024     // runes
	maxDescription = 16 << 10 // bytes
	maxLabels      = 128      // labels, and as many annotations
	maxName        = 256      // bytes
	maxValue       = 4 << 10  // bytes
	maxLinks       = 32
	maxHref        = 4 << 10 // bytes
	maxKey         = 512     // bytes; a longer key is replaced by its hash
	cutNote        = "rouse_cut"
)

// tidy makes an alert fit to be stored, shown and spoken. Its Key must be set: identity is that of the whole label set as
// sent, so that two alerts which differ only beyond a limit stay two.
func tidy(a *alert.Alert) {
	var cuts []string
	a.Key = safeKey(a.Key)
	a.Title = oneLine(a.Title, maxTitle)
	if a.Title == "" && a.State == alert.Firing { // it was made of nothing but control characters
		a.Title = firstOf(oneLine(a.Labels["alertname"], maxTitle), a.Key)
	}
	a.Description = block(a.Description, maxDescription, "description", &cuts)
	a.Labels = tidySet(a.Labels, "label", &cuts)
	a.Annotations = tidySet(a.Annotations, "annotation", &cuts)
	a.Source = webAddress(a.Source)
	a.Links = tidyLinks(a.Links)
	if len(cuts) == 0 {
		return
	}
	if a.Annotations == nil {
		a.Annotations = alert.Labels{}
	}
	const most = 10
	if n := len(cuts); n > most {
		cuts = append(cuts[:most], fmt.Sprintf("and %d more", n-most))
	}
	a.Annotations[cutNote] = strings.Join(cuts, "; ")
}

// named gives an alert of a source that has no labels of its own the label alertname, its title, so that routes which group
// by alertname tell different alerts apart. Its identity stays what it was.
func named(a *alert.Alert) {
	if a.State != alert.Firing || a.Labels["alertname"] != "" || a.Title == "" {
		return
	}
	if a.Labels == nil {
		a.Labels = alert.Labels{}
	}
	a.Labels["alertname"] = a.Title
}

// safeKey keeps a key as it is where it can be stored and printed, and otherwise uses its hash.
func safeKey(k string) string {
	if len(k) <= maxKey && plain(k) {
		return k
	}
	sum := sha256.Sum256([]byte(k))
	return "sha256-" + hex.EncodeToString(sum[:16])
}

// plain reports whether s is valid UTF-8 without control or direction characters.
func plain(s string) bool { return harmless(s) && !strings.ContainsAny(s, "\n\t") }

// harmless is plain, but line breaks and tabs are allowed.
func harmless(s string) bool {
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' && s[i] != '\n' && s[i] != '\t' || s[i] == 0x7f {
			return false
		}
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	return ascii || utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && r != '\t' && unwanted(r)
	})
}

// unwanted are characters that move the cursor, forge a line or turn the text around.
func unwanted(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\ufeff' ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// oneLine makes s one line of at most n runes: terminal escapes go, other control characters become one space.
func oneLine(s string, n int) string {
	if !plain(s) {
		s = strings.ToValidUTF8(dropEscapes(s), "\ufffd")
		s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || unwanted(r) }), " ")
	}
	s = strings.TrimSpace(s)
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

// multiline keeps line breaks and tabs and drops every other control character.
func multiline(s string) string {
	if harmless(s) {
		return s
	}
	s = strings.ToValidUTF8(dropEscapes(s), "\ufffd")
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unwanted(r) {
			return -1
		}
		return r
	}, s)
}

// block is multiline, cut to n bytes at a character.
func block(s string, n int, what string, cuts *[]string) string {
	s = multiline(s)
	if len(s) <= n {
		return s
	}
	*cuts = append(*cuts, fmt.Sprintf("%s cut from %d to %d bytes", what, len(s), n))
	return cutBytes(s, n)
}

func cutBytes(s string, n int) string {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// dropEscapes removes terminal escape sequences (ESC [ ... letter).
func dropEscapes(s string) string {
	if !strings.Contains(s, "\x1b[") {
		return s
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		end := strings.IndexFunc(after, func(r rune) bool { return r >= '@' && r <= '~' })
		if end < 0 {
			return b.String()
		}
		s = after[end+1:]
	}
}

// keepFirst are the labels that routes and people need most; they survive when there are too many.
var keepFirst = []string{"alertname", "severity", "service", "team", "cluster", "namespace", "instance", "job", "rulename"}

// tidySet returns the set itself where nothing is wrong with it.
func tidySet(set alert.Labels, what string, cuts *[]string) alert.Labels {
	good := len(set) <= maxLabels
	for n, v := range set {
		good = good && n != "" && v != "" && len(n) <= maxName && len(v) <= maxValue && plain(n) && harmless(v)
	}
	if good {
		return set
	}
	names := set.Names()
	slices.SortStableFunc(names, func(a, b string) int { return importance(a) - importance(b) })
	out := make(alert.Labels, min(len(set), maxLabels))
	left := 0
	for _, n := range names {
		name, value := oneLine(n, maxName), set[n]
		if len(name) > maxName {
			name = cutBytes(name, maxName)
		}
		if _, taken := out[name]; taken || len(out) == maxLabels {
			left++
			continue
		}
		value = block(value, maxValue, what+" "+oneLine(name, 40), cuts)
		if name != "" && value != "" {
			out[name] = value
		}
	}
	if left > 0 {
		*cuts = append(*cuts, fmt.Sprintf("%d of %d %ss left out", left, len(set), what))
	}
	return out
}

func importance(name string) int {
	if i := slices.Index(keepFirst, name); i >= 0 {
		return i
	}
	return len(keepFirst)
}

// webAddress returns an absolute http or https address as it was, and nothing else.
func webAddress(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxHref || !plain(s) {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") {
		return ""
	}
	return s
}

// tidyLinks keeps web addresses, each once.
func tidyLinks(links []alert.Link) []alert.Link {
	var out []alert.Link
	for _, l := range links {
		l.Href = webAddress(l.Href)
		seen := slices.ContainsFunc(out, func(o alert.Link) bool { return o.Href == l.Href })
		if l.Href == "" || seen || len(out) == maxLinks {
			continue
		}
		l.Text = oneLine(l.Text, 200)
		out = append(out, l)
	}
	return out
}
