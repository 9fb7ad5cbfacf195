package configs

import (
	"fmt"
	"strconv"

	"gopkg.in/yaml.v3"
)

// Where says where something is written, as file:line: Where("users", "ana", "quiet_hours"), Where("escalations", "payments",
// "levels", "0"), Where("time_intervals", "nights"). An item of a list is named by its number, from 0, or by its name. Empty where
// there is no such thing.
func (c *Config) Where(path ...string) string {
	at, line := c.doc, 0
	for _, part := range path {
		if at == nil {
			return ""
		}
		at, line = inside(at, part)
	}
	if line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", c.File, line)
}

// inside returns the value of a key, or an item of a list, and the line of the key or the item; 0 when there is none.
func inside(n *yaml.Node, part string) (*yaml.Node, int) {
	if n.Kind == yaml.MappingNode {
		for k := 0; k+1 < len(n.Content); k += 2 {
			if n.Content[k].Value == part {
				return n.Content[k+1], n.Content[k].Line
			}
		}
		return nil, 0
	}
	if n.Kind != yaml.SequenceNode {
		return nil, 0
	}
	if k, err := strconv.Atoi(part); err == nil && k >= 0 && k < len(n.Content) {
		return n.Content[k], n.Content[k].Line
	}
	for _, item := range n.Content {
		if name, _ := inside(item, "name"); item.Kind == yaml.MappingNode && name != nil && name.Value == part {
			return item, item.Line
		}
	}
	return nil, 0
}
