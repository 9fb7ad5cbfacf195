package configs

import (
	"regexp"
	"strconv"

	"gopkg.in/yaml.v3"
)

// step is one part of a dotted path: an index or a key.
var step = regexp.MustCompile(`\[(\d+)\]|[^.\[\]]+`)

// Place says where a dotted path such as receivers[1].slack_configs[0].channel is written in a file, from 1: of a key the key
// itself, and of a path that is not there as much of it as there is. Other rooms use it to give what they refuse a place.
// A text that is no YAML is line 1, column 1.
func Place(text []byte, path string) (line, column int) {
	line, column = 1, 1
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil || len(doc.Content) == 0 {
		return line, column
	}
	at := doc.Content[0]
	for _, part := range step.FindAllStringSubmatch(path, -1) {
		var key *yaml.Node
		if key, at = below(at, part[0], part[1]); key == nil {
			break
		}
		line, column = key.Line, key.Column
	}
	return line, column
}

// below returns a key of a mapping, or an item of a list, and its value; nil when there is none. Aliases are followed.
func below(n *yaml.Node, key, index string) (at, inside *yaml.Node) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch {
	case n.Kind == yaml.SequenceNode && index != "":
		if k, err := strconv.Atoi(index); err == nil && k < len(n.Content) {
			return n.Content[k], n.Content[k]
		}
	case n.Kind == yaml.MappingNode:
		for k := 0; k+1 < len(n.Content); k += 2 {
			if n.Content[k].Value == key {
				return n.Content[k], n.Content[k+1]
			}
		}
	}
	return nil, nil
}

// Routes is how many routes the tree has, its root included.
func (c *Config) Routes() int {
	var doc struct {
		Route *amRoute `yaml:"route"`
	}
	if yaml.Unmarshal(c.compat, &doc) != nil || doc.Route == nil {
		return 0
	}
	return doc.Route.count()
}

func (r *amRoute) count() int {
	n := 1
	for _, kid := range r.Routes {
		n += kid.count()
	}
	return n
}
