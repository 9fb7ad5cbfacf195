package configs

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"gopkg.in/yaml.v3"
)

// outlineDepth is how many keys a path of an Outline has at most.
const outlineDepth = 3

// Outline is what stands where in the file: paths of at most three keys (users.ana.phone; an element of a list by its name) and a
// fingerprint of what is below. How it is written, comments and the order of keys do not count.
func (c *Config) Outline() map[string]string { return c.outline }

func outline(tree *yaml.Node) map[string]string {
	out := map[string]string{}
	outlineOf(out, "", tree, 0)
	return out
}

func outlineOf(out map[string]string, path string, n *yaml.Node, depth int) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch {
	case n.Kind == yaml.MappingNode && depth < outlineDepth && len(n.Content) > 0:
		for k := 0; k+1 < len(n.Content); k += 2 {
			outlineOf(out, joinPath(path, n.Content[k].Value), n.Content[k+1], depth+1)
		}
	case n.Kind == yaml.SequenceNode && depth > 0 && named(n):
		for _, item := range n.Content {
			out[joinPath(path, nameOf(item))] = fingerprint(item)
		}
	default:
		out[path] = fingerprint(n)
	}
}

func joinPath(path, key string) string { return strings.TrimPrefix(path+"."+key, ".") }

// named reports whether every element of a list has a name of its own.
func named(n *yaml.Node) bool {
	seen := map[string]bool{}
	for _, item := range n.Content {
		name := nameOf(item)
		if name == "" || seen[name] {
			return false
		}
		seen[name] = true
	}
	return len(seen) > 0
}

func nameOf(n *yaml.Node) string {
	for k := 0; n.Kind == yaml.MappingNode && k+1 < len(n.Content); k += 2 {
		if n.Content[k].Value == "name" {
			return n.Content[k+1].Value
		}
	}
	return ""
}

// fingerprint is the same for two values that say the same.
func fingerprint(n *yaml.Node) string {
	var v any
	if err := n.Decode(&v); err != nil {
		v = n.Value
	}
	text, err := yaml.Marshal(v) // maps in the order of their keys
	if err != nil {
		text = []byte(n.Value)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
