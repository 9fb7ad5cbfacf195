package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newErase(e env) *cobra.Command {
	r := &remote{env: e}
	in := client.Erasure{}
	yes := false
	cmd := &cobra.Command{
		Use:   "erase USER",
		Short: "Forget a person who has left: replace everything that names them by an alias",
		Long: "Forget a person who has left the configuration: everything that names them, in incidents, timelines, reviews, problems and the\n" +
			"audit log, is replaced by an alias, and what is known of their phones is forgotten. Numbers stay, and so do the figures. It cannot\n" +
			"be undone; backups made before still name the person. It takes the role admin, and may take minutes.",
		Example:           "  rouse erase ana --also \"Ana Ruiz\" --also +34600000001 --also ana@example.com",
		Args:              wants(1, 1, "the id that the person had in the configuration, such as: rouse erase ana --also \"Ana Ruiz\""),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			in.User = args[0]
			s, err := r.session()
			if err != nil {
				return err
			}
			if err := r.sure(yes, in); err != nil {
				return err
			}
			return s.erase(cmd.Context(), in)
		},
	}
	r.flags(cmd)
	cmd.SetFlagErrorFunc(flagError)
	cmd.Flags().StringArrayVar(&in.Also, "also", nil, "a `text` that names the person as well: name, number, mail address; may be given several times")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// sure asks whoever sits at a terminal whether they mean it. Elsewhere there is nobody to ask, so only --yes will do.
func (r *remote) sure(yes bool, in client.Erasure) error {
	if yes {
		return nil
	}
	if !isTerminal(r.stdin) {
		return errors.New("rouse erase: this cannot be undone, and there is no terminal to ask at: add --yes if you mean it")
	}
	names := append([]string{in.User}, in.Also...)
	fmt.Fprintf(r.stderr, "Everything that names %s will be replaced, for good. Write the user's id again to go on: ", plain(strings.Join(names, ", ")))
	return confirmed(bufio.NewReader(r.stdin), in.User)
}

// confirmed reads one line, which has to be the word that was asked for, whatever ended it.
func confirmed(from *bufio.Reader, word string) error {
	line, err := from.ReadString('\n')
	if errors.Is(err, errInterrupted) {
		return errors.New("rouse erase: interrupted, nothing was done")
	}
	if got := strings.TrimSpace(line); got != word {
		return fmt.Errorf("%q is not %q: nothing was done", plain(got), plain(word))
	}
	return nil
}

func (s *session) erase(ctx context.Context, in client.Erasure) error {
	out, err := s.Erase(ctx, in)
	if err != nil {
		return s.explain(err)
	}
	if s.json {
		return s.out.json(out)
	}
	s.out.line("%s is %s now: in %s, %s of their timelines and %s of the audit log; %s forgotten.", plain(in.User), plain(out.Alias),
		count(out.Incidents, "incident", "incidents"), count(out.Entries, "line", "lines"), count(out.Acts, "act", "acts"),
		count(out.Contacts, "contact was", "contacts were"))
	s.out.line("Backups from before still name the person: delete them when their time is over.")
	return nil
}
