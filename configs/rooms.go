package configs

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// rooms notes the names of the receivers and keeps what Alertmanager's syntax says of them for notify/receivers.
func (l *loader) rooms(root object) {
	seen := map[string]int{}
	for _, item := range root.get("receivers").list() {
		o := item.object()
		if name, ok := o.uniqueName(seen); ok {
			at := o.get("name").n
			l.c.Receivers = append(l.c.Receivers, Receiver{Name: name, Line: at.Line, Column: at.Column})
		}
	}
	if global := root.get("global"); global.given() {
		global.object()
	}
	l.c.Templates = root.get("templates").texts()
	doc := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, key := range []string{"global", "templates", "receivers"} {
		if v := root.get(key); v.given() {
			doc.Content = append(doc.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, v.n)
		}
	}
	out, err := marshal(doc)
	if err != nil {
		root.get("receivers").fail(fmt.Sprintf("cannot be written back as YAML: %v", err), "simplify it")
	}
	l.c.ReceiversYAML = out
}
