package configs

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Bounds of a configuration file. They are far above what people write and far below what hurts.
const (
	maxBytes = 1 << 20
	maxNodes = 200_000
	maxDepth = 64
)

// parse reads exactly one YAML document and returns its root with aliases and merges expanded, or nil after reporting why not.
func (l *loader) parse(data []byte) *yaml.Node {
	if len(data) > maxBytes {
		l.problem(1, 1, "", "the file is larger than 1 MiB", "make it smaller; data does not belong in it")
		return nil
	}
	if line, column, what := badByte(data); what != "" {
		l.problem(line, column, "", what, "save the file as UTF-8 text")
		return nil
	}
	docs, err := documents(data, 2)
	if err != nil {
		l.syntax(data, err)
		return nil
	}
	if len(docs) == 0 || len(docs[0].Content) == 0 || null(docs[0].Content[0]) {
		l.problem(1, 1, "", "the file is empty", cmp.Or(l.empty, "write at least users, escalations, fallback, services and route"))
		return nil
	}
	if len(docs) > 1 {
		l.problem(docs[1].Line, docs[1].Column, "", "a second YAML document starts here", "keep one document: remove the `---` above, or move the rest to its own file")
		return nil
	}
	e := expander{l: l, open: map[*yaml.Node]bool{}}
	root := e.expand(docs[0].Content[0], 0, "")
	if e.aborted {
		return nil
	}
	return root
}

// documents decodes at most limit documents. The YAML library is not trusted not to panic.
func documents(data []byte, limit int) (docs []*yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("the YAML cannot be read")
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for len(docs) < limit {
		var doc yaml.Node
		err := dec.Decode(&doc)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return docs, err
		}
		docs = append(docs, &doc)
	}
	return docs, nil
}

// badByte finds the first byte that cannot be in a text file.
func badByte(data []byte) (line, column int, what string) {
	line, column = 1, 1
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return line, column, "a byte that is not UTF-8"
		case r < 0x20 && r != '\n' && r != '\r' && r != '\t', r == 0x7f, r >= 0x80 && r < 0xa0 && r != 0x85:
			return line, column, "a control character"
		}
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
		i += size
	}
	return 0, 0, ""
}

var (
	yamlPrefix = regexp.MustCompile(`^yaml: (line \d+: )?`)
	yamlEcho   = regexp.MustCompile("`[^`]*`")
	noAnchor   = regexp.MustCompile(`^unknown anchor '(.*)' referenced`)
)

// advice translates what the YAML library says into what a person can do.
var advice = []struct{ says, what, do string }{
	{"did not find expected ',' or ']'", "a list in brackets is not closed or lacks a comma", "add the missing `]` or `,`"},
	{"did not find expected ',' or '}'", "a mapping in braces is not closed or lacks a comma", "add the missing `}` or `,`"},
	{"mapping values are not allowed", "a `:` where no key can be", "put the value in quotes if it holds `: `, and check the indentation"},
	{"unexpected end of stream", "a quoted text is not closed", "add the missing quote"},
	{"cannot start any token", "a character that cannot start a value", "put the value in quotes"},
	{"did not find expected key", "neither a key nor the end of the block", "check the indentation here and on the line above, and that brackets and quotes are closed"},
	{"did not find expected '-' indicator", "neither a list item nor the end of the list", "indent it like the items above, or as a key of its own"},
	{"could not find expected ':'", "a key without its `:`", "write `key: value`"},
}

// syntax reports a document that is no YAML, at the line where it stops being one.
func (l *loader) syntax(data []byte, err error) {
	lines := bytes.SplitAfter(data, []byte("\n"))
	n := faultLine(lines)
	text := string(lines[n-1])
	body := strings.TrimLeft(text, " ")
	column := len(text) - len(body) + 1
	if strings.HasPrefix(body, "\t") {
		l.problem(n, column, "", "a tab in the indentation", "indent with spaces; YAML does not allow tabs there")
		return
	}
	if n, column, r := unseen(lines, n); r != 0 {
		l.problem(n, column, "", fmt.Sprintf("not valid YAML: a character that nobody sees (U+%04X) where spaces belong", r), "write it again by hand; it comes along when text is copied from a page or a chat")
		return
	}
	if n, column := glued(lines, n); column > 0 {
		l.problem(n, column, "", "not valid YAML: a `:` without a space behind it makes no key", "write `key: value`")
		return
	}
	if quotes := strings.Count(body, `"`) - strings.Count(body, `\"`); quotes%2 == 1 {
		l.problem(n, column, "", "not valid YAML: a quoted text is not closed", "add the missing quote")
		return
	}
	says := yamlEcho.ReplaceAllString(yamlPrefix.ReplaceAllString(err.Error(), ""), "a value")
	if m := noAnchor.FindStringSubmatch(says); m != nil {
		name := clip(m[1])
		l.problem(n, max(strings.Index(text, "*"+m[1])+1, column), "", "not valid YAML: an alias (`*"+name+"`) without its anchor", "define `&"+name+"` above it, or quote a value that starts with `*`")
		return
	}
	for _, a := range advice {
		if strings.Contains(says, a.says) {
			l.problem(n, column, "", "not valid YAML: "+a.what, a.do)
			return
		}
	}
	l.problem(n, column, "", "not valid YAML: "+says, "check the indentation, quotes and brackets of this line and the one above")
}

// unseen finds a space that is none of YAML's, or a character without width, at the beginning of a line or of the one above it.
func unseen(lines [][]byte, n int) (line, column int, r rune) {
	for k := n; k > 0 && k >= n-1; k-- {
		rest := bytes.TrimLeft(lines[k-1], " ")
		r, _ := utf8.DecodeRune(rest)
		if unicode.Is(unicode.Zs, r) && r != ' ' || unicode.Is(unicode.Cf, r) {
			return k, len(lines[k-1]) - len(rest) + 1, r
		}
	}
	return 0, 0, 0
}

// noSpace is a key whose value begins at once; an address is none.
var noSpace = regexp.MustCompile(`^ *(?:- )?[A-Za-z_]+:["'\w\[{]`)

// glued finds a key without a space behind its colon, in a line or the one above it. column is 0 when there is none.
func glued(lines [][]byte, n int) (line, column int) {
	for k := n; k > 0 && k >= n-1; k-- {
		if at := noSpace.FindIndex(lines[k-1]); at != nil {
			return k, at[1] - 1
		}
	}
	return 0, 0
}

// faultLine finds the line, from 1, after which nothing can save the document: the last prefix of lines that is valid ends
// just above it. The library's own line numbers may lie before or after the fault.
func faultLine(lines [][]byte) int {
	budget := 4 << 20 // bytes to parse beyond the first search, so that a huge file cannot take minutes
	valid := func(n int) bool {
		prefix := bytes.Join(lines[:n], nil)
		budget -= len(prefix)
		_, err := documents(prefix, maxNodes)
		return err == nil
	}
	good, bad := 0, len(lines)
	for good+1 < bad {
		for good+1 < bad {
			if mid := (good + bad) / 2; valid(mid) {
				good = mid
			} else {
				bad = mid
			}
		}
		// A value over several lines is invalid until it is closed, so look a little further for a longer valid prefix.
		next := good + 2
		for next < min(len(lines), good+60) && budget > 0 && !valid(next) {
			next++
		}
		if next >= min(len(lines), good+60) || budget <= 0 {
			break
		}
		good, bad = next, len(lines)
	}
	return good + 1
}
