package ingest

import (
	"strings"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/ingest/tools"
)

// reported turns what a tool says into what the generic format would have said.
func reported(reports []tools.Report) batch {
	var b batch
	for i, r := range reports {
		if r.State == tools.Nothing {
			b.notes = append(b.notes, oneLine(r.Note, maxValue))
			continue
		}
		if err := fromTool(&r).into(&b); err != nil {
			b.fail(i, "%v", err)
		}
	}
	return b
}

func fromTool(r *tools.Report) *message {
	m := &message{fields: map[string]string{}, sent: map[string]string{}, labels: pairs(r.Labels), tags: tagLabels(r.Tags)}
	for name, value := range map[string]string{
		"key": r.Key, "state": string(r.State), "title": r.Title, "description": r.Description, "severity": r.Severity, "url": r.URL, "startsat": r.Time, "tags": r.Tags,
	} {
		m.set(name, value)
	}
	if r.Test {
		m.set("test", "true")
	}
	return m
}

// tagLabels reads the tags of many tools, name:value or name=value with commas or spaces between them, as labels where they are fit to
// be some. A tag without a value is none.
func tagLabels(list string) pairs {
	var out alert.Labels
	for tag := range strings.FieldsFuncSeq(strings.Trim(list, "[]"), func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
		if k := strings.IndexAny(tag, ":="); k > 0 {
			out = lend(out, tag[:k], strings.Trim(tag[k+1:], `"`))
		}
	}
	return pairs(out)
}

// foreign reports whether a body is in the words of a tool that has no type of its own.
func foreign(body []byte) bool {
	_, known := tools.Read(body)
	return known
}
