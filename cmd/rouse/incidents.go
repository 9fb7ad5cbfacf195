package main

import (
	"errors"

	"github.com/spf13/cobra"
)

func newIncidents(e env) *cobra.Command {
	r := &remote{env: e}
	cmd := &cobra.Command{
		Use:     "incidents",
		Aliases: []string{"incident", "inc"},
		Short:   "Look at incidents and act on them",
		Long:    "Look at incidents and act on them, from the first alert to the end. Numbers are written 42 or INC-42; - reads them from standard input.",
		Example: "  rouse incidents list\n  rouse incidents show 42\n  rouse incidents ack 42 --for 2h",
	}
	r.flags(cmd)
	return group(cmd, newList(r), newShow(r), newAck(r), newResolve(r), newEscalate(r), newReassign(r), newHold(r), newResume(r), newReopen(r),
		newConfirm(r), newClose(r), newNote(r), newDiagnose(r), newAttach(r), newChange(r), newRole(r), newResponders(r), newUpdate(r),
		newMerge(r), newLink(r), newUnlink(r), newExplainIncident(r), newSimilar(r), newChanges(r), newBulk(r), newReport(r, "rouse incidents report"))
}

func newShow(r *remote) *cobra.Command {
	var alerts int
	cmd := &cobra.Command{
		Use:               "show NUMBER",
		Short:             "Show one incident: who has it, its SLA clocks, what helped before, its alerts, timeline and pages",
		Example:           "  rouse incidents show 42\n  rouse incidents show INC-42 --zone Europe/Madrid",
		Args:              wants(1, 1, "one incident's number, such as: rouse incidents show 42"),
		ValidArgsFunction: r.completeNumbers(1, "open", "resolved"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			n, err := parseNumber(args[0])
			if err != nil {
				return err
			}
			if alerts < 1 || alerts > 1000 {
				return errors.New("--alerts: write a number from 1 to 1000")
			}
			d, err := s.Incident(cmd.Context(), n, alerts)
			if err != nil {
				return s.about(n, err)
			}
			if s.json {
				return s.out.json(d)
			}
			s.record(d, s.look(cmd.Context(), d))
			return nil
		},
	}
	cmd.Flags().IntVar(&alerts, "alerts", 20, "show at most so many of its alerts")
	return cmd
}
