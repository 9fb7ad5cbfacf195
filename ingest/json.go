package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/rouse/rouse/alert"
)

// Bounds of a body, whatever its source: they stop bodies built to exhaust memory, long before real ones are near
// (1000 alerts are some 4000 objects).
const (
	maxDepth   = 64
	maxObjects = 50_000
	maxMembers = 100_000 // names in objects; those of 1000 alerts are some 30,000
)

// lenient: vmalert 1.79 sends one label name twice, and old tools send Latin-1. The last of equal names wins.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// problem is what is wrong with one element of a body, or with all of it.
type problem struct {
	index int // element counted from 0; -1: the whole body
	what  string
}

// Error says where and what.
func (p problem) Error() string {
	if p.index < 0 {
		return p.what
	}
	return fmt.Sprintf("alerts[%d]: %s", p.index, p.what)
}

// batch is what a decoder found: what is good, and what is wrong with the rest.
type batch struct {
	alerts   []alert.Alert
	acks     []ack
	problems []problem
	notes    []string // what came that is no alert, and what there is to do about it
	status   int      // of the answer to what is good; 0: 202
}

// ack is an acknowledgement sent by a source; by is empty where the source did not name itself.
type ack struct{ key, by string }

// fail notes what is wrong with element i.
func (b *batch) fail(i int, format string, args ...any) {
	b.problems = append(b.problems, problem{i, fmt.Sprintf(format, args...)})
}

// unreadable is a batch of nothing with one fault of the whole body.
func unreadable(err error) batch { return batch{problems: []problem{{-1, err.Error()}}} }

// decode reads JSON into v. Its error says line, column and offset.
func decode(body []byte, v any) error {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	if len(bytes.TrimSpace(body)) == 0 {
		return errors.New("the body is empty; JSON is expected")
	}
	if err := bound(body); err != nil {
		return err
	}
	err := json.Unmarshal(body, v, lenient)
	var syntax *jsontext.SyntacticError
	var meaning *json.SemanticError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("not valid JSON at %s: %v", place(body, syntax.ByteOffset), syntax.Err)
	case errors.As(err, &meaning) && meaning.GoType != nil:
		return fmt.Errorf("unexpected JSON %v at %s (%s)", meaning.JSONKind, place(body, meaning.ByteOffset), pointer(meaning.JSONPointer))
	}
	return err
}

func pointer(p jsontext.Pointer) string {
	if p == "" {
		return "the top level"
	}
	return string(p)
}

// place turns an offset into words a person can go to.
func place(body []byte, offset int64) string {
	offset = min(max(offset, 0), int64(len(body)))
	before := body[:offset]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + len(before) - (1 + bytes.LastIndexByte(before, '\n'))
	return fmt.Sprintf("line %d, column %d (offset %d)", line, column, offset)
}

// bound refuses nesting and numbers of objects that no monitoring tool sends, before anything is allocated for them.
func bound(body []byte) error {
	depth, objects, members := 0, 0, 0
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			i = endOfString(body, i+1)
		case '{', '[':
			objects++
			depth++
			if depth > maxDepth {
				return fmt.Errorf("nested deeper than %d levels at %s", maxDepth, place(body, int64(i)))
			}
			if objects > maxObjects {
				return fmt.Errorf("more than %d objects and arrays in one body; send fewer alerts at a time", maxObjects)
			}
		case ':':
			if members++; members > maxMembers {
				return fmt.Errorf("more than %d members in the objects of one body; send fewer alerts at a time", maxMembers)
			}
		case '}', ']':
			depth--
		}
	}
	return nil
}

// endOfString returns the index of the quote that ends the string whose first byte is at i.
func endOfString(body []byte, i int) int {
	for ; i < len(body); i++ {
		if body[i] == '\\' {
			i++
		} else if body[i] == '"' {
			return i
		}
	}
	return i
}

// text is a JSON value taken as text: a number or true where a word is usual must not cost a page. null is "",
// an object or array its compact JSON.
type text string

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (t *text) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if k := dec.PeekKind(); k == '{' || k == '[' {
		v, err := dec.ReadValue()
		if err != nil {
			return err
		}
		v = v.Clone()
		_ = v.Compact(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) // as it stands, if it cannot be made smaller
		*t = text(strings.ToValidUTF8(string(v), "\ufffd"))
		return nil
	}
	tok, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if tok.Kind() == 'n' {
		*t = ""
		return nil
	}
	*t = text(tok.String())
	return nil
}

// count reads t as a whole number that is not negative; 0 when it is none.
func (t text) count() int {
	n, err := strconv.Atoi(string(t))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// pairs is a JSON object taken as a label set: values become text, empty values are left out (they mean absent).
// Anything but an object is an empty set.
type pairs map[string]string

// UnmarshalJSONFrom implements json.UnmarshalerFrom. Of a name that stands twice, the last wins.
func (p *pairs) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	*p = nil
	if dec.PeekKind() != '{' {
		return dec.SkipValue()
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	m := make(pairs, 8)
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		n := name.String()
		var v text
		if err := v.UnmarshalJSONFrom(dec); err != nil {
			return err
		}
		delete(m, n)
		if v != "" && n != "" {
			m[n] = string(v)
		}
	}
	*p = m
	_, err := dec.ReadToken()
	return err
}

// list is a JSON array of objects; an element of another kind is a nil, to be reported by its index. Anything but an
// array leaves seen false.
type list[T any] struct {
	items []*T
	seen  bool
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (l *list[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	*l = list[T]{}
	if dec.PeekKind() != '[' {
		return dec.SkipValue()
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	l.seen = true
	for dec.PeekKind() != ']' {
		if dec.PeekKind() != '{' {
			if err := dec.SkipValue(); err != nil {
				return err
			}
			l.items = append(l.items, nil)
			continue
		}
		item := new(T)
		if err := json.UnmarshalDecode(dec, item); err != nil {
			return err
		}
		l.items = append(l.items, item)
	}
	_, err := dec.ReadToken()
	return err
}

// isJSON reports whether body is one JSON value, by the lenient rules.
func isJSON(body []byte) bool {
	return jsontext.Value(body).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}
