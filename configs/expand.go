package configs

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// expander copies a YAML tree with its aliases and merge keys written out, so that every later step sees plain values.
// It bounds what aliases can grow to and reports what no configuration may hold: cycles, tags, duplicate keys, odd keys.
type expander struct {
	l       *loader
	open    map[*yaml.Node]bool // anchors that are being expanded
	outer   *yaml.Node          // the outermost alias that is being expanded, and its path
	path    string
	nodes   int
	aborted bool
}

func (e *expander) abort(n *yaml.Node, key, what, do string) *yaml.Node {
	at := n
	if e.outer != nil {
		at, key = e.outer, e.path
	}
	if !e.aborted {
		e.l.problem(at.Line, at.Column, key, what, do)
	}
	e.aborted = true
	return nothing(n)
}

func (e *expander) expand(n *yaml.Node, depth int, key string) *yaml.Node {
	e.nodes++
	switch {
	case e.aborted:
		return nothing(n)
	case e.nodes > maxNodes:
		return e.abort(n, key, fmt.Sprintf("more than %d values once aliases are expanded", maxNodes), "use fewer aliases")
	case depth > maxDepth:
		return e.abort(n, key, fmt.Sprintf("nested more than %d deep", maxDepth), "flatten it")
	}
	if n.Kind == yaml.AliasNode {
		return e.alias(n, depth, key)
	}
	if n.Style&yaml.TaggedStyle != 0 && !coreTag(n.ShortTag()) {
		e.l.problem(n.Line, n.Column, key, "a YAML tag ("+clip(n.Tag)+")", "remove the tag")
	}
	switch n.Kind {
	case yaml.MappingNode:
		return e.mapping(n, depth, key)
	case yaml.SequenceNode:
		c := bare(n)
		for i, item := range n.Content {
			c.Content = append(c.Content, e.expand(item, depth+1, fmt.Sprintf("%s[%d]", key, i)))
		}
		return c
	}
	return bare(n)
}

func (e *expander) alias(n *yaml.Node, depth int, key string) *yaml.Node {
	if n.Alias == nil || e.open[n.Alias] {
		return e.abort(n, key, "the alias *"+clip(n.Value)+" stands inside its own anchor", "write the value out")
	}
	if e.outer == nil {
		e.outer, e.path = n, key
		defer func() { e.outer = nil }()
	}
	e.open[n.Alias] = true
	defer delete(e.open, n.Alias)
	return e.expand(n.Alias, depth+1, key)
}

func (e *expander) mapping(n *yaml.Node, depth int, key string) *yaml.Node {
	c := bare(n)
	seen := map[string]*yaml.Node{}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind == yaml.AliasNode && k.Alias != nil {
			k = k.Alias
		}
		if k.Kind != yaml.ScalarNode || null(k) {
			e.l.problem(k.Line, k.Column, key, "a key that is not a name", "write the key as text")
			continue
		}
		if k.Tag == "!!merge" {
			merged = append(merged, e.merge(v, depth, key)...)
			continue
		}
		if first, again := seen[k.Value]; again {
			e.l.problem(k.Line, k.Column, join(key, k.Value), fmt.Sprintf("duplicate key, already written on line %d", first.Line), "keep one of them")
			continue
		}
		seen[k.Value] = k
		c.Content = append(c.Content, bare(k), e.expand(v, depth+1, join(key, k.Value)))
	}
	for i := 0; i+1 < len(merged); i += 2 {
		if k := merged[i]; seen[k.Value] == nil {
			seen[k.Value] = k
			c.Content = append(c.Content, k, merged[i+1])
		}
	}
	return c
}

// merge returns the pairs of `<<: *anchor` or `<<: [*one, *two]`, earlier ones first as they win.
func (e *expander) merge(v *yaml.Node, depth int, key string) []*yaml.Node {
	m := e.expand(v, depth+1, key)
	if m.Kind == yaml.MappingNode {
		return m.Content
	}
	if m.Kind != yaml.SequenceNode {
		e.l.problem(v.Line, v.Column, key, "`<<` merges something that is not a mapping", "merge the anchor of a mapping")
		return nil
	}
	var pairs []*yaml.Node
	for _, item := range m.Content {
		if item.Kind == yaml.MappingNode {
			pairs = append(pairs, item.Content...)
		}
	}
	return pairs
}

// bare copies a node without children, anchors and comments.
func bare(n *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: n.Kind, Style: n.Style &^ yaml.TaggedStyle, Tag: n.ShortTag(), Value: n.Value, Line: n.Line, Column: n.Column}
}

func nothing(n *yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line, Column: n.Column}
}

func null(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func coreTag(tag string) bool {
	switch tag {
	case "!!str", "!!bool", "!!int", "!!float", "!!null", "!!map", "!!seq", "!!timestamp":
		return true
	}
	return false
}

// join appends a name to a dotted path; a name with a dot or a space is quoted.
func join(path, name string) string {
	if strings.ContainsAny(name, ". \t\n[]") || len(name) > 60 {
		name = fmt.Sprintf("%q", clip(name))
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// clip shortens what is echoed of a value.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:57]) + "..."
	}
	return s
}
