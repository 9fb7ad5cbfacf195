package receivers

import (
	"fmt"

	"gopkg.in/yaml.v3" // nodes alone, see parse.go
)

// Document is what an Alertmanager configuration says of rooms, in the pieces that Load takes.
type Document struct {
	Receivers []byte   // the value of receivers, a YAML list
	Global    []byte   // the value of global, a YAML mapping; nil: not written
	Templates []string // globs of template files
}

// Split takes a YAML mapping apart: receivers, global and templates, each of which may be missing. Other keys, such as route
// and inhibit_rules of a whole alertmanager.yml, are left out. Anchors may be shared between the pieces.
func Split(text []byte) (Document, error) {
	root, err := mapping(text)
	if err != nil || root == nil {
		return Document{}, err
	}
	var d Document
	if n := child(root, "templates"); n != nil {
		if err := n.Decode(&d.Templates); err != nil {
			return Document{}, fmt.Errorf("templates: %w", err)
		}
	}
	if d.Receivers, err = piece(root, "receivers"); err != nil {
		return Document{}, err
	}
	d.Global, err = piece(root, "global")
	return d, err
}

func piece(root *yaml.Node, key string) ([]byte, error) {
	n := child(root, key)
	if n == nil {
		return nil, nil
	}
	out, err := yaml.Marshal(n)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return out, nil
}
