package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newUpdate(r *remote) *cobra.Command {
	var in client.Publication
	var next string
	cmd := &cobra.Command{
		Use:   "update NUMBER [TEXT...]",
		Short: "Tell responders, stakeholders or the public how things stand",
		Long: "Tell an audience how things stand. Each audience has the one before it in it: responders are the assignee, the roles and who was\n" +
			"paged; stakeholders are the subscribers of the service; the public reads the status page. Without a text the configured\n" +
			"template of the phase is sent; with - the text is read from standard input.",
		Example: "  rouse incidents update 42 --to stakeholders --phase identified \"A full disk. We are making room.\"\n" +
			"  rouse incidents update 42 --to public --phase monitoring --next 30m\n" +
			"  rouse incidents update 42 still looking",
		Args:              wants(1, -1, "an incident's number, such as: rouse incidents update 42 --to stakeholders --phase identified \"...\""),
		ValidArgsFunction: r.completeNumbers(1, "open", "resolved"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := errors.Join(oneOf("--to", "audience", &in.Audience, audiences), oneOf("--phase", "phase", &in.Phase, phases)); err != nil {
				return err
			}
			if in.Text, err = r.text(args[1:]); err != nil {
				return err
			}
			return r.each(cmd, args[:1], func(s *session) (act, error) {
				in.Next, err = s.nextUpdate(next)
				s.did = updated
				return func(ctx context.Context, n int64) (client.Incident, error) { return s.Publish(ctx, n, in) }, err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.Audience, "to", "", strings.Join(audiences, ", ")+" (default stakeholders; of a security incident responders)")
	f.StringVar(&in.Phase, "phase", "", strings.Join(phases, ", ")+" (default that of the last update)")
	f.StringVar(&next, "next", "", "when the next one is owed: 30m, 07:30 (default by the priority)")
	offer(cmd, "to", audiences...)
	offer(cmd, "phase", phases...)
	return cmd
}

// updated says which words went to whom: those of the template, where none were given.
func updated(i client.Incident) string {
	if i.Status == nil {
		return "updated"
	}
	return fmt.Sprintf("told %s (%s): %s", i.Status.Audience, i.Status.Phase, plain(i.Status.Text))
}

// nextUpdate reads when the next update is owed, after a duration or at a time, as the API takes it.
func (s *session) nextUpdate(word string) (string, error) {
	if word == "" {
		return "", nil
	}
	if _, err := parseDuration(word); err == nil {
		return word, nil
	}
	t, err := parseWhen(word, s.now, s.zone)
	switch {
	case err != nil:
		return "", fmt.Errorf("--next: %w, or in how long, such as 30m", err)
	case !t.After(s.now):
		return "", fmt.Errorf("--next: %s has passed: name a time to come", longTime(t, s.zone))
	}
	return t.UTC().Format(time.RFC3339), nil
}
