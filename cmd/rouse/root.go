package main

import (
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set when a release is built: -ldflags "-X main.version=v1.2.3".
var version = "dev"

// newRoot is the command tree. Each subcommand has a file of its own.
func newRoot(e env) *cobra.Command {
	root := &cobra.Command{
		Use:           "rouse",
		Short:         "Wakes the right person when something breaks, and proves beforehand that it will",
		Long:          "rouse receives alerts from monitoring tools, opens incidents and pages people by text and phone until one of them acknowledges.",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       buildVersion(),
	}
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	group(root, newServe(e), newPhones(e), newCheck(e), newIncidents(e), newReview(e), newProblem(e), newSLA(e), newSubscribers(e), newStatus(e), newNumbers(e), newPlan(e))
	root.AddCommand(newOnCall(e), newSchedule(e), newLeave(e), newOverride(e), newSilence(e), newContacts(e), newSend(e), newDrills(e))
	root.AddCommand(newExplain(e), newSimulate(e), newTest(e))
	root.AddCommand(newAudit(e), newErase(e), newBackup(e), newRestore(e), newVersion(e))
	root.AddCommand(newImport(e), newFmt(e), newSchema(e), newInit(e))
	root.Args = cobra.ArbitraryArgs
	shells(root)
	return root
}

// shells adds cobra's completion, which by itself answers a shell that it does not know with its help, and success.
func shells(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	completion, _, err := root.Find([]string{"completion"})
	if err != nil {
		return // cobra has none any more
	}
	group(completion).Args = cobra.ArbitraryArgs
	completion.Example = "  source <(rouse completion bash)"
	for _, c := range completion.Commands() {
		c.Example = "  rouse completion " + c.Name()
	}
}

// buildVersion is the release, with the commit where the build knows it.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return version + " (" + s.Value[:12] + ")"
		}
	}
	return version
}
