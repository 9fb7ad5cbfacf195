package tools

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxBody is the most bytes that are looked at: all that the door lets in. maxWords is how many words or numbers of one list are kept.
const (
	maxBody  = 4 << 20
	maxWords = 1000
)

var lenient = []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}

// node is a JSON value. Names are in small letters without _ and -, for tools (and people who fill in their templates) write them
// in every way.
type node struct {
	text   string
	null   bool
	object bool
	list   bool
	fields map[string]*node
	items  []*node
}

var strokes = strings.NewReplacer("_", "", "-", "")

// fold is a name without case, _ and -.
func fold(name string) string {
	if !strings.ContainsFunc(name, func(r rune) bool { return r == '_' || r == '-' || r >= 'A' && r <= 'Z' || r >= 0x80 }) {
		return name
	}
	return strings.ToLower(strokes.Replace(name))
}

// parse reads a body; nil when it is not JSON.
func parse(body []byte) *node {
	body = bytes.TrimPrefix(body, []byte("\ufeff"))
	dec := jsontext.NewDecoder(bytes.NewReader(body), lenient...)
	n, err := parseValue(dec)
	if err != nil {
		return nil
	}
	return n
}

func parseValue(dec *jsontext.Decoder) (*node, error) {
	tok, err := dec.ReadToken()
	if err != nil {
		return nil, err
	}
	switch tok.Kind() {
	case '{':
		n := &node{object: true, fields: map[string]*node{}}
		for dec.PeekKind() != '}' {
			name, err := dec.ReadToken()
			if err != nil {
				return nil, err
			}
			key := fold(name.String())
			value, err := parseValue(dec)
			if err != nil {
				return nil, err
			}
			if old := n.fields[key]; old == nil || old.null || !value.null {
				n.fields[key] = value
			}
		}
		_, err = dec.ReadToken()
		return n, err
	case '[':
		n := &node{list: true}
		for dec.PeekKind() != ']' {
			value, err := parseValue(dec)
			if err != nil {
				return nil, err
			}
			if len(n.items) < maxWords || value.object || value.list {
				n.items = append(n.items, value)
			}
		}
		_, err = dec.ReadToken()
		return n, err
	case 'n':
		return &node{null: true}, nil
	}
	return &node{text: strings.ToValidUTF8(tok.String(), "\ufffd")}, nil
}

// at follows a path: names in any case, numbers for elements of a list, and "name=word" for the element whose name has that word.
// It returns nil where nothing is there.
func (n *node) at(path string) *node {
	if path == "" {
		return n
	}
	for step := range strings.SplitSeq(path, ".") {
		switch {
		case n == nil:
			return nil
		case n.list:
			n = n.element(step)
		default:
			n = n.fields[fold(step)]
		}
	}
	return n
}

func (n *node) element(step string) *node {
	if name, word, named := strings.Cut(step, "="); named {
		for _, item := range n.items {
			if item.at(name).str() == word {
				return item
			}
		}
		return nil
	}
	if k, err := strconv.Atoi(step); err == nil && k >= 0 && k < len(n.items) {
		return n.items[k]
	}
	return nil
}

// unfilled are the values that say nothing: variables that a tool did not fill in, and its words for none.
var unfilled = regexp.MustCompile(`^(\{[A-Z][A-Z0-9_.]*\}|\$[A-Z][A-Z0-9_]*|\*[A-Za-z ]+\*|null|None|N/A|\(null\)|undefined)$`)

// str is the text of a word or number, or of a list of them; empty for all else.
func (n *node) str() string {
	switch {
	case n == nil || n.object:
		return ""
	case n.list:
		var words []string
		for _, item := range n.items {
			if s := item.str(); s != "" {
				words = append(words, s)
			}
		}
		return strings.Join(words, ", ")
	}
	s := strings.TrimSpace(n.text)
	if unfilled.MatchString(s) {
		return ""
	}
	return s
}

// familiar reports whether the outermost names are those of some tool, without reading the rest.
func familiar(body []byte) bool {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
	if len(body) == 0 || len(body) > maxBody {
		return false
	}
	dec := jsontext.NewDecoder(bytes.NewReader(body), lenient...)
	if body[0] == '[' {
		if _, err := dec.ReadToken(); err != nil {
			return false
		}
	}
	if dec.PeekKind() != '{' {
		return false
	}
	if _, err := dec.ReadToken(); err != nil {
		return false
	}
	names := map[string]bool{}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			return false
		}
		names[fold(name.String())] = true
		if err := dec.SkipValue(); err != nil {
			return false
		}
	}
	return known(names)
}

// known reports whether an envelope or a tool of the table has these outermost names.
func known(names map[string]bool) bool {
	if names["topicarn"] || names["records"] || names["message"] && names["subscription"] {
		return true
	}
	for k := range table {
		if table[k].named(names) {
			return true
		}
	}
	return false
}
