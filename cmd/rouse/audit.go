package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

func newAudit(e env) *cobra.Command {
	r := &remote{env: e}
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "Look at the audit log: who did what to rouse itself, and whether it is whole",
		Long: "Look at the audit log: who did what to rouse itself. Each act is chained to the one before by its hash, so that a change of one\n" +
			"shows. What was done to incidents is in their timelines. It takes the role manager.",
		Example: "  rouse audit list --limit 20\n  rouse audit verify",
	}
	r.flags(cmd)
	return group(cmd, newAuditList(r), newAuditVerify(r))
}

// actPage is how many acts the API gives at once.
const actPage = 1000

func newAuditList(r *remote) *cobra.Command {
	var after int64
	limit := 100
	cmd := &cobra.Command{
		Use:               "list",
		Short:             "List the newest acts, or with --after those from one on; oldest first",
		Example:           "  rouse audit list\n  rouse audit list --after 1200 --limit 5000 -o json",
		Args:              wants(0, 0, "no words, only flags"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limit < 1 || after < 0 {
				return errors.New("--limit takes a number from 1 on, --after one that is not below 0")
			}
			s, err := r.session()
			if err != nil {
				return err
			}
			if !cmd.Flags().Changed("after") {
				return s.newest(cmd.Context(), limit)
			}
			return s.audit(cmd.Context(), after, limit)
		},
	}
	cmd.Flags().Int64Var(&after, "after", 0, "acts with a higher `number` than this, from 0 on, instead of the newest")
	cmd.Flags().IntVar(&limit, "limit", limit, "at most so many")
	return cmd
}

// newest lists the last acts.
func (s *session) newest(ctx context.Context, limit int) error {
	v, err := s.VerifyAudit(ctx) // the only answer that knows the last number
	if err != nil {
		return s.explain(err)
	}
	all := []client.Act{}
	for after := max(v.LastSeq-int64(limit), 0); ; {
		got, err := s.Acts(ctx, after, actPage)
		if err != nil {
			return s.explain(err)
		}
		all = append(all, got...)
		all = all[max(len(all)-limit, 0):] // a log that is broken goes on behind what its check calls the last
		if len(got) < actPage {
			break
		}
		after = got[len(got)-1].Seq
	}
	if err := s.acts(all); err != nil {
		return err
	}
	if len(all) > 0 && all[0].Seq > 1 && !s.json {
		fmt.Fprintln(s.r.stderr, "There are older acts: --limit shows more, --after 0 begins with the first.")
	}
	return nil
}

// audit lists the acts after one.
func (s *session) audit(ctx context.Context, after int64, limit int) error {
	all := []client.Act{}
	for len(all) < limit {
		want := min(limit-len(all), actPage)
		got, err := s.Acts(ctx, after, want)
		if err != nil {
			return s.explain(err)
		}
		all = append(all, got...)
		if len(got) < want {
			break
		}
		after = got[len(got)-1].Seq
	}
	if err := s.acts(all); err != nil {
		return err
	}
	if len(all) == limit && !s.json {
		fmt.Fprintf(s.r.stderr, "There may be more: --after %d goes on from here.\n", all[len(all)-1].Seq)
	}
	return nil
}

// acts prints acts.
func (s *session) acts(all []client.Act) error {
	if s.json {
		return s.out.json(all)
	}
	if len(all) == 0 {
		s.out.line("No acts.")
		return nil
	}
	rows := make([][]string, len(all))
	for k, a := range all {
		rows[k] = []string{fmt.Sprint(a.Seq), longTime(a.At, s.zone), actor(a.By), a.Verb, said(a)}
	}
	s.out.table([]string{"ACT", "AT", "BY", "VERB", "WHAT"}, rows)
	return nil
}

// said is what an act did, with what it did it to.
func said(a client.Act) string {
	if a.Hidden {
		return "(about an incident that is not yours to see)"
	}
	words := a.What
	var data []string
	for _, k := range slices.Sorted(maps.Keys(a.Data)) {
		data = append(data, k+"="+a.Data[k])
	}
	if len(data) > 0 {
		words += " (" + strings.Join(data, ", ") + ")"
	}
	if a.Erased {
		words += " (erased)"
	}
	return words
}

func newAuditVerify(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Check that no act of the audit log is missing or was changed",
		Long: "Check that no act of the audit log is missing or was changed. Who can write the store can also write a new chain, so keep the hash\n" +
			"that this prints somewhere else and compare it now and then.\n\n" +
			"The exit status is 0 when it is whole and 1 when it is broken; the first broken act is named.",
		Example:           "  rouse audit verify\n  rouse audit verify -o json | jq -r .lastHash >> kept-elsewhere",
		Args:              wants(0, 0, "no words, only flags"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			v, err := s.VerifyAudit(cmd.Context())
			if err != nil {
				return s.explain(err)
			}
			return s.auditVerdict(v)
		},
	}
}

// auditVerdict says what checking the audit log came to; a broken log is an error.
func (s *session) auditVerdict(v client.Verdict) error {
	if s.json {
		if err := s.out.json(v); err != nil {
			return err
		}
	} else if v.Whole {
		s.out.line("The audit log is whole: %s.", count(int(v.Acts), "act", "acts"))
		if v.Unchained > 0 {
			s.out.line("%s from before the chain: nothing vouches for what they say.", count(int(v.Unchained), "act is", "acts are"))
		}
		if v.Erased > 0 {
			s.out.line("%s erased, as a later act says.", count(int(v.Erased), "act was", "acts were"))
		}
		s.out.line("Last act: %d  %s", v.LastSeq, orDash(v.LastHash))
	}
	if !v.Whole {
		return fmt.Errorf("the audit log is broken at act %d: %s; compare it with a backup (rouse audit list --after %d --limit 1)", v.Broken, plain(v.Why), max(v.Broken-1, 0))
	}
	return nil
}
