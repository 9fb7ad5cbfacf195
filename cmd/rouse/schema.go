package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/configs"
)

func newSchema(e env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema [rouse|test]",
		Short: "Print the JSON Schema of rouse.yaml, or of paging tests, for editors",
		Long: "Print the JSON Schema (draft-07) of rouse.yaml, or of files of paging tests. An editor with yaml-language-server then completes\n" +
			"keys, explains them and marks what is wrong while you write. rouse check stays the judge: it looks up names as well.\n\n" +
			"Put this line at the top of the file:\n  # yaml-language-server: $schema=rouse.schema.json",
		Example:   "  rouse schema > rouse.schema.json\n  rouse schema test > paging-tests.schema.json",
		Args:      wants(0, 1, "rouse or test"),
		ValidArgs: []string{"rouse", "test"},
		RunE: func(_ *cobra.Command, args []string) error {
			which := "rouse"
			if len(args) == 1 {
				which = args[0]
			}
			schema := map[string]func() ([]byte, error){"rouse": configs.Schema, "test": configs.TestSchema}[which]
			if schema == nil {
				return fmt.Errorf("there is no schema %q: write rouse or test", plain(which))
			}
			text, err := schema()
			if err != nil {
				return err
			}
			return newPrinter(e.stdout, e.getenv).bytes(text)
		},
	}
	cmd.SetFlagErrorFunc(flagError)
	return cmd
}
