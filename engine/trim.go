package engine

import (
	"unicode/utf8"

	"github.com/rouse/rouse/alert"
)

// alertBytes is how much of an alert is kept. What is over it is cut, from the annotations first: a page must go out whatever
// a source sends along.
const alertBytes = 24 << 10

func trim(a *alert.Alert) {
	if weigh(a) <= alertBytes {
		return
	}
	a.Description = clip(a.Description, 2<<10)
	a.Annotations = clipAll(a.Annotations, 512, alertBytes/3)
	if weigh(a) > alertBytes {
		a.Labels = clipAll(a.Labels, 256, alertBytes/3)
		a.Links = nil
	}
}

func weigh(a *alert.Alert) int {
	n := len(a.Title) + len(a.Description) + len(a.Source)
	for k, v := range a.Labels {
		n += len(k) + len(v)
	}
	for k, v := range a.Annotations {
		n += len(k) + len(v)
	}
	for _, l := range a.Links {
		n += len(l.Href) + len(l.Text)
	}
	return n
}

// clipAll cuts values to each bytes and leaves names out, in order, once all bytes are used. It never changes what it is given.
func clipAll(in alert.Labels, each, all int) alert.Labels {
	out := make(alert.Labels, len(in))
	for _, name := range in.Names() {
		v := clip(in[name], each)
		if all -= len(name) + len(v); all < 0 {
			break
		}
		out[name] = v
	}
	return out
}

// clip cuts text to n bytes without breaking a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
