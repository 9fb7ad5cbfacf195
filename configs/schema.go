package configs

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"gopkg.in/yaml.v3"
)

var (
	//go:embed schema.yaml
	schemaYAML []byte
	//go:embed schema-test.yaml
	testSchemaYAML []byte
)

// Schema is the JSON Schema (draft-07) of a configuration, indented, for editors.
func Schema() ([]byte, error) { return schemaOf(schemaYAML) }

// TestSchema is the JSON Schema (draft-07) of a file of paging tests.
func TestSchema() ([]byte, error) { return schemaOf(testSchemaYAML) }

func schemaOf(text []byte) ([]byte, error) {
	var doc map[string]any
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("the schema: %w", err)
	}
	delete(doc, "x-forms") // they are written out where they are used
	out, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("the schema: %w", err)
	}
	return append(out, '\n'), nil
}
