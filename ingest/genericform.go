package ingest

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/ingest/tools"
)

// decodeGenericForm reads a form, as `curl -d summary=... -d action=close` sends it: the same words as in JSON, and
// label.NAME=VALUE for labels. A body that is no such form is taken as text.
func decodeGenericForm(body []byte) batch {
	return formed(lenientForm(strings.TrimSpace(string(body))), body)
}

func genericForm(form url.Values, body []byte) batch {
	if reports, known := tools.ReadForm(form); known {
		return reported(reports)
	}
	m := message{fields: map[string]string{}, sent: map[string]string{}}
	for n, values := range form {
		value := values[len(values)-1]
		if label, is := strings.CutPrefix(n, "label."); is && label != "" && value != "" {
			m.labels = pairs(put(alert.Labels(m.labels), text(label), text(value)))
			continue
		}
		m.set(n, value)
	}
	if !m.known() {
		return decodeGenericText(body)
	}
	return messages([]*message{&m})
}

// lenientForm reads a form as browsers do: what is no escape stands for itself, for `curl -d 'title=Disk is 95% full'` escapes nothing.
func lenientForm(body string) url.Values {
	form := url.Values{}
	for pair := range strings.SplitSeq(body, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name != "" {
			form.Add(unescape(name), unescape(value))
		}
	}
	return form
}

var stray = regexp.MustCompile(`%([0-9A-Fa-f]{2})?`)

func unescape(s string) string {
	s = stray.ReplaceAllStringFunc(s, func(e string) string {
		if e == "%" {
			return "%25"
		}
		return e
	})
	out, err := url.QueryUnescape(s)
	if err != nil { // every % stands before two digits by now
		return s
	}
	return out
}

// decodeGenericText takes the first line as the title of a firing alert, and the rest as its description.
func decodeGenericText(body []byte) batch {
	title := firstLine(string(body))
	if title == "" {
		return unreadable(fmt.Errorf("%w: the body is empty", errNoTitle))
	}
	_, rest, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	m := message{fields: map[string]string{"title": title, "description": strings.TrimSpace(rest)}}
	return messages([]*message{&m})
}
