package migrate

import (
	"bytes"
	"strings"

	"gopkg.in/yaml.v3"
)

// text is a scalar that is read back as this very text; the encoder quotes it where it would mean something else.
func text(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

// quoted is text in quotes, as phone numbers and times of day are written.
func quoted(s string) *yaml.Node {
	n := text(s)
	n.Style = yaml.DoubleQuotedStyle
	return n
}

// bare is a number, a date or a word that needs no quotes.
func bare(tag, s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: s} }

func block() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"} }

func flow() *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle}
}

func list(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: items}
}

// words is a list in brackets.
func words(items ...string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
	for _, s := range items {
		n.Content = append(n.Content, text(s))
	}
	return n
}

// set puts a key into a mapping and returns its node, which may carry a comment.
func set(m *yaml.Node, key string, value *yaml.Node) *yaml.Node {
	k := text(key)
	m.Content = append(m.Content, k, value)
	return k
}

// get returns a key of a mapping and its value, aliases followed; nil when there is none.
func get(m *yaml.Node, key string) (k, v *yaml.Node) {
	m = plain(m)
	if m == nil || m.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i], plain(m.Content[i+1])
		}
	}
	return nil, nil
}

// str is a scalar of a mapping, empty when there is none.
func str(m *yaml.Node, key string) string {
	if _, v := get(m, key); v != nil && v.Kind == yaml.ScalarNode && v.Tag != "!!null" {
		return v.Value
	}
	return ""
}

func plain(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// comment writes notes above a node, after what stands there.
func comment(n *yaml.Node, all notes) {
	var lines []string
	if n.HeadComment != "" {
		lines = append(lines, n.HeadComment)
	}
	for _, s := range all {
		lines = append(lines, wrap(s)...)
	}
	n.HeadComment = strings.Join(lines, "\n")
}

// wide is how long a line of a comment may be.
const wide = 110

// wrap breaks a comment into lines.
func wrap(s string) []string {
	var lines []string
	line := "#"
	for _, w := range strings.Fields(capital(oneLine(s))) {
		if len(line)+1+len(w) > wide && line != "#" {
			lines, line = append(lines, line), "#"
		}
		line += " " + w
	}
	return append(lines, line)
}

// capital begins a sentence, but for one that begins with a name.
func capital(s string) string {
	first, _, _ := strings.Cut(s, " ")
	if first == "rouse" || strings.ContainsFunc(first, func(r rune) bool { return r < 'a' || r > 'z' }) {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// encode writes one section.
func encode(key string, value *yaml.Node, head string) ([]byte, error) {
	root := block()
	set(root, key, value).HeadComment = head
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, err
	}
	return out.Bytes(), enc.Close()
}
