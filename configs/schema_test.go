package configs

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

func compiled(t *testing.T, text []byte, err error) *jsonschema.Schema {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance is a tree as editors see it: dates and the like are texts.
func instance(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = instance(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		all := []any{}
		for _, c := range n.Content {
			all = append(all, instance(c))
		}
		return all
	}
	var v any
	if n.Tag == "!!timestamp" || n.Tag == "!!binary" || n.Decode(&v) != nil {
		return n.Value
	}
	if f, err := json.Marshal(v); err == nil && (n.Tag == "!!int" || n.Tag == "!!float") {
		return json.Number(f)
	}
	return v
}

// tree is a text with its aliases written out, as the loader has it; nil when it is no YAML.
func tree(text []byte) *yaml.Node { return newLoader("x.yaml", Options{}).parse(text) }

func TestSchemaTakesWhatTheLoaderTakes(t *testing.T) {
	text, err := Schema()
	s := compiled(t, text, err)
	good, refused := 0, 0
	for name, data := range everyConfiguration(t) {
		root := tree(data)
		if root == nil {
			continue
		}
		c, problems := Load(name, data, Options{SkipSecrets: true, Literal: true})
		err := s.Validate(instance(root))
		switch {
		case c != nil && err != nil:
			t.Errorf("%s is good, but not by the schema: %v", name, err)
		case c != nil:
			good++
		case err != nil:
			refused++
		default:
			for _, p := range problems.Errors() {
				if p.What == "unknown key" || strings.HasSuffix(p.What, "is wanted") {
					t.Errorf("%s is good by the schema, but: %s", name, p)
				}
			}
		}
	}
	t.Logf("%d good files, %d that the schema refuses as well", good, refused)
	if good < 10 || refused < 20 {
		t.Error("those are few")
	}
}

// TestSchemaKnowsTheLoadersKeys writes an unknown key into each mapping of the good configurations: the loader's complaint names
// the keys that it knows there, which have to be those of the schema. Every mapping of the schema has to come by.
func TestSchemaKnowsTheLoadersKeys(t *testing.T) {
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	w := &keyWalk{t: t, root: schema, seen: map[string]bool{}}
	files := everyConfiguration(t)
	every, err := os.ReadFile(filepath.Join("testdata", "every-key.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	files["every-key.yaml"] = every
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if root := tree(files[name]); root != nil && !strings.Contains(name, "broken") {
			w.text, w.name = files[name], name
			w.walk(root, []map[string]any{schema}, "")
		}
	}
	var missing []string
	w.all(schema, "", func(path string) {
		if !w.seen[path] {
			missing = append(missing, path)
		}
	})
	if len(missing) > 0 {
		t.Errorf("no configuration has these mappings of the schema; write them into testdata/every-key.yaml:\n%s", strings.Join(missing, "\n"))
	}
	t.Logf("%d mappings", len(w.seen))
}

// keyWalk goes through a file and the schema side by side.
type keyWalk struct {
	t    *testing.T
	root map[string]any
	name string
	text []byte
	seen map[string]bool // paths whose keys were compared
}

// forms are the alternatives of a schema, references followed.
func (w *keyWalk) forms(s any) []map[string]any {
	m, ok := s.(map[string]any)
	if !ok {
		return nil
	}
	if ref, ok := m["$ref"].(string); ok {
		return w.forms(w.root["definitions"].(map[string]any)[filepath.Base(ref)])
	}
	all := []map[string]any{m}
	for _, word := range []string{"anyOf", "oneOf"} {
		some, _ := m[word].([]any)
		for _, one := range some {
			all = append(all, w.forms(one)...)
		}
	}
	return all
}

func (w *keyWalk) walk(n *yaml.Node, forms []map[string]any, path string) {
	switch n.Kind {
	case yaml.SequenceNode:
		for _, f := range forms {
			for _, item := range n.Content {
				w.walk(item, w.forms(f["items"]), path+"[]")
			}
		}
	case yaml.MappingNode:
		for _, f := range forms {
			known, _ := f["properties"].(map[string]any)
			if f["additionalProperties"] == false {
				w.compare(n, known, path)
			}
			for i := 0; i+1 < len(n.Content); i += 2 {
				key := n.Content[i].Value
				if sub, ok := known[key]; ok {
					w.walk(n.Content[i+1], w.forms(sub), shorter(path+"."+key))
				} else {
					w.walk(n.Content[i+1], w.forms(f["additionalProperties"]), path+".*")
				}
			}
		}
	}
}

// shorter writes routes in routes as one.
func shorter(path string) string {
	return strings.ReplaceAll(path, ".routes[].routes", ".routes")
}

// compare asks the loader which keys it knows in a mapping.
func (w *keyWalk) compare(n *yaml.Node, known map[string]any, path string) {
	if w.seen[path] {
		return
	}
	w.seen[path] = true
	const strange = "zzzzzzzzzz"
	lines := strings.Split(string(w.text), "\n")
	line, column := n.Line-1, n.Column-1
	if path == "" {
		lines = append(lines, strange+": 1")
	} else if n.Style&yaml.FlowStyle != 0 {
		lines[line] = lines[line][:column] + "{" + strange + ": 1, " + lines[line][column+1:]
	} else {
		lines[line] = lines[line][:column] + strange + ": 1\n" + strings.Repeat(" ", column) + lines[line][column:]
	}
	_, problems := Load(w.name, []byte(strings.Join(lines, "\n")), Options{SkipSecrets: true, Literal: true})
	for _, p := range problems {
		if !strings.HasSuffix(p.Key, strange) || p.What != "unknown key" {
			continue
		}
		_, list, _ := strings.Cut(p.Do, "known here: ")
		loader := strings.Split(list, ", ")
		slices.Sort(loader)
		if got := slices.Sorted(maps.Keys(known)); !slices.Equal(got, loader) {
			w.t.Errorf("%s:%d: at %q the loader knows %v, configs/schema.yaml has %v", w.name, n.Line, path, loader, got)
		}
		return
	}
	w.t.Errorf("%s:%d: at %q the loader takes any key, configs/schema.yaml only some: %v", w.name, n.Line, path, problems.Errors())
}

// all calls fn for each mapping of the schema that takes some keys only.
func (w *keyWalk) all(s any, path string, fn func(string)) {
	for _, f := range w.forms(s) {
		if f["additionalProperties"] == false {
			fn(path)
		}
		known, _ := f["properties"].(map[string]any)
		for key, sub := range known {
			if next := shorter(path + "." + key); next != path { // a route in a route
				if !(key == "routes" && strings.HasSuffix(path, ".routes[]")) {
					w.all(sub, next, fn)
				}
			}
		}
		if sub, ok := f["additionalProperties"].(map[string]any); ok {
			w.all(sub, path+".*", fn)
		}
		if sub, ok := f["items"]; ok {
			w.all(sub, path+"[]", fn)
		}
	}
}

func TestSchemaOfTests(t *testing.T) {
	text, err := TestSchema()
	s := compiled(t, text, err)
	for _, c := range []struct {
		text string
		good bool
	}{
		{"tests: [{name: a, start: 2026-06-10 02:13, story: [{0m: alert A}, {and: [ana gets a text, bo sleeps]}]}]", true},
		{"zone: Europe/Madrid\nconfig: x.yaml\ntests: []", true},
		{"tests: [{name: a, start: 2026-06-10 02:13, story: [{0m: alert A, 1m: b}]}]", false},
		{"tests: [{name: a, storey: []}]", false},
		{"test: []", false},
	} {
		if err := s.Validate(instance(tree([]byte(c.text)))); (err == nil) != c.good {
			t.Errorf("%s: %v", c.text, err)
		}
		if f, problems := LoadTests("x.yaml", []byte(c.text)); (f != nil) != c.good {
			t.Errorf("%s: the loader: %s", c.text, problems)
		}
	}
}
