package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func newVersion(e env) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Print the version of this program",
		Example: "  rouse version\n  rouse version -o json",
		Args:    wants(0, 0, "no words"),
		RunE: func(*cobra.Command, []string) error {
			p := newPrinter(e.stdout, e.getenv)
			if output == "json" {
				return p.json(map[string]string{"version": buildVersion(), "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH})
			}
			if output != "table" {
				return fmt.Errorf("--output: %q is neither table nor json", plain(output))
			}
			p.line("rouse %s (%s, %s/%s)", buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
	cmd.SetFlagErrorFunc(flagError)
	cmd.Flags().StringVarP(&output, "output", "o", "table", "table or json")
	return cmd
}
