package receivers

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/prometheus/alertmanager/config"
	"gopkg.in/yaml.v3" // nodes alone: Alertmanager's own reader loses the place of what it refuses
)

// ConfigError is one thing wrong with one receiver.
type ConfigError struct {
	Receiver string // its name, or receivers[2] when it has none
	Field    string // such as slack_configs[0].chanel; empty: the receiver as a whole
	Line     int    // in the YAML given to Load, from 1; 0: unknown
	Err      error  // without secrets
}

func (e *ConfigError) Error() string {
	where := fmt.Sprintf("receiver %q", e.Receiver)
	if e.Line > 0 {
		where += fmt.Sprintf(" (line %d of the receivers)", e.Line)
	}
	if e.Field != "" {
		where += ", " + e.Field
	}
	return where + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *ConfigError) Unwrap() error { return e.Err }

// maxNodes bounds a list after its aliases are written out, so that a few lines cannot become millions.
const maxNodes = 100_000

// parse reads the list, each receiver by itself, so that whatever is wrong with one is said with its name and place.
func parse(list, global []byte) ([]config.Receiver, error) {
	items, err := split(list)
	if err != nil {
		return nil, err
	}
	common, err := mapping(global)
	if err != nil {
		return nil, fmt.Errorf("global: %w", err)
	}
	var out []config.Receiver
	var errs []error
	seen := map[string]int{}
	for i, item := range items {
		one, err := readOne(item, common, i)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if line, ok := seen[one.Name]; ok {
			errs = append(errs, &ConfigError{one.Name, "name", item.Line, fmt.Errorf("is taken by the receiver on line %d", line)})
			continue
		}
		seen[one.Name] = item.Line
		out = append(out, one)
	}
	return out, errors.Join(errs...)
}

// split returns the list's items with aliases and anchors written out.
func split(list []byte) ([]*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(list, &doc); err != nil {
		return nil, fmt.Errorf("receivers: %w", err)
	}
	if len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
		return nil, nil
	}
	budget := maxNodes
	root, err := expand(doc.Content[0], &budget)
	if err != nil {
		return nil, fmt.Errorf("receivers: %w", err)
	}
	if root.Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("receivers, line %d: write a list, as Alertmanager's `receivers:` is", root.Line)
	}
	return root.Content, nil
}

func mapping(text []byte) (*yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, err
	}
	if len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
		return nil, nil
	}
	budget := maxNodes
	root, err := expand(doc.Content[0], &budget)
	if err == nil && root.Kind != yaml.MappingNode {
		err = fmt.Errorf("line %d: write a mapping", root.Line)
	}
	return root, err
}

// expand copies a node with each alias replaced by what it stands for; lines stay those of the source.
func expand(n *yaml.Node, budget *int) (*yaml.Node, error) {
	if *budget--; *budget < 0 {
		return nil, fmt.Errorf("line %d: more than %d values once its aliases are written out", n.Line, maxNodes)
	}
	if n.Kind == yaml.AliasNode {
		return expand(n.Alias, budget)
	}
	out := *n
	out.Anchor, out.Content = "", make([]*yaml.Node, 0, len(n.Content))
	for _, c := range n.Content {
		e, err := expand(c, budget)
		if err != nil {
			return nil, err
		}
		out.Content = append(out.Content, e)
	}
	return &out, nil
}

// readOne has Alertmanager read a configuration that holds this one receiver, and finds the place of what it refuses.
func readOne(item, global *yaml.Node, index int) (config.Receiver, error) {
	name := nameOf(item, index)
	if err := empties(item, name); err != nil {
		return config.Receiver{}, err
	}
	text, err := wrap(item, global, name)
	if err != nil {
		return config.Receiver{}, &ConfigError{name, "", item.Line, err}
	}
	c, err := load(text)
	if err == nil {
		return c.Receivers[0], nil
	}
	hide := veilOfNode(item, global)
	if all := unknownFields(err, text, item, name); all != nil {
		return config.Receiver{}, all
	}
	field, line := culprit(item, global, name)
	return config.Receiver{}, &ConfigError{name, field, line, errors.New(hide.text(err.Error()))}
}

// load calls Alertmanager, whose reader panics on some shapes of nothing.
func load(text []byte) (c *config.Config, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("cannot be read: is a value missing somewhere?")
		}
	}()
	return config.Load(string(text))
}

func nameOf(item *yaml.Node, index int) string {
	if v := child(item, "name"); v != nil && v.Kind == yaml.ScalarNode && v.Value != "" {
		return v.Value
	}
	return fmt.Sprintf("receivers[%d]", index)
}

// child is the value of a key in a mapping, or nil.
func child(m *yaml.Node, key string) *yaml.Node {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

// empties refuses what Alertmanager reads without complaint and stumbles over later: an entry with nothing in it.
func empties(item *yaml.Node, name string) error {
	if item.Kind != yaml.MappingNode {
		return &ConfigError{name, "", item.Line, errors.New("write a mapping that begins with a name")}
	}
	for i := 0; i+1 < len(item.Content); i += 2 {
		key, list := item.Content[i], item.Content[i+1]
		if !strings.HasSuffix(key.Value, "_configs") || list.Kind != yaml.SequenceNode {
			continue
		}
		for j, entry := range list.Content {
			if entry.Tag == "!!null" {
				return &ConfigError{name, fmt.Sprintf("%s[%d]", key.Value, j), entry.Line, errors.New("there is nothing in this entry")}
			}
		}
	}
	return nil
}

// wrap writes the smallest configuration around one receiver.
func wrap(item, global *yaml.Node, name string) ([]byte, error) {
	whole := struct {
		Global    *yaml.Node        `yaml:"global,omitempty"`
		Route     map[string]string `yaml:"route"`
		Receivers []*yaml.Node      `yaml:"receivers"`
	}{global, map[string]string{"receiver": name}, []*yaml.Node{item}}
	return yaml.Marshal(whole)
}

// unknownField is how yaml.v2, in its strict mode, complains of a key that a structure does not have.
var unknownField = regexp.MustCompile(`line (\d+): field (\S+) (not found|already set) in type`)

// unknownFields turns such complaints into errors with the field's path and its line in the source; nil when there are none.
func unknownFields(err error, text []byte, item *yaml.Node, name string) error {
	var written yaml.Node
	if yaml.Unmarshal(text, &written) != nil {
		return nil
	}
	inside := child(written.Content[0], "receivers").Content[0]
	var errs []error
	for _, m := range unknownField.FindAllStringSubmatch(err.Error(), -1) {
		line, _ := strconv.Atoi(m[1])
		e := &ConfigError{Receiver: name, Field: m[2], Line: item.Line, Err: errors.New("unknown field")}
		if m[3] != "not found" {
			e.Err = errors.New("is written twice")
		}
		if path, source := find(inside, item, m[2], line, ""); source != nil {
			e.Field, e.Line = path, source.Line
		}
		errs = append(errs, e)
	}
	return errors.Join(errs...)
}

// find looks for the key on a line of what was written, walking the source in step, and returns its path and its source.
func find(written, source *yaml.Node, key string, line int, path string) (string, *yaml.Node) {
	for i := range min(len(written.Content), len(source.Content)) {
		w, s, p := written.Content[i], source.Content[i], path
		switch {
		case written.Kind == yaml.SequenceNode:
			p = fmt.Sprintf("%s[%d]", path, i)
		case i%2 == 0 && w.Value == key && w.Line == line:
			return join(path, key), s
		case i%2 == 1:
			p = join(path, written.Content[i-1].Value)
		}
		if found, node := find(w, s, key, line, p); node != nil {
			return found, node
		}
	}
	return "", nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// culprit finds the entry that Alertmanager refuses even when it is the only one.
func culprit(item, global *yaml.Node, name string) (field string, line int) {
	for i := 0; i+1 < len(item.Content); i += 2 {
		key, list := item.Content[i], item.Content[i+1]
		if !strings.HasSuffix(key.Value, "_configs") || list.Kind != yaml.SequenceNode {
			continue
		}
		for j, entry := range list.Content {
			alone := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{
				scalar("name"), scalar(name),
				scalar(key.Value), {Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{entry}},
			}}
			text, err := wrap(alone, global, name)
			if err == nil {
				_, err = load(text)
			}
			if err != nil {
				return fmt.Sprintf("%s[%d]", key.Value, j), entry.Line
			}
		}
	}
	return "", item.Line
}

func scalar(s string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Style: yaml.DoubleQuotedStyle, Value: s}
}
