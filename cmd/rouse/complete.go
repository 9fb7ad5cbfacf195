package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

// patience is how long a shell waits for what could come next.
const patience = 2 * time.Second

// completer answers a shell that asks what could come next.
type completer = func(cmd *cobra.Command, args []string, start string) ([]cobra.Completion, cobra.ShellCompDirective)

// ask asks the daemon for completions. A daemon that does not answer means that there are none, for a shell shows no errors.
func (r *remote) ask(cmd *cobra.Command, find func(context.Context, *session) ([]cobra.Completion, error)) ([]cobra.Completion, cobra.ShellCompDirective) {
	s, err := r.session()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx := cmd.Context()
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found, err := find(ctx, s)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}

// upTo offers records as the first words of a line, at most so many of them; below 0 any number.
func (r *remote) upTo(most int, find func(ctx context.Context, s *session, start string) ([]cobra.Completion, error)) completer {
	return func(cmd *cobra.Command, args []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if most >= 0 && len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return r.ask(cmd, func(ctx context.Context, s *session) ([]cobra.Completion, error) { return find(ctx, s, start) })
	}
}

// completeNumbers offers the numbers of incidents in some states, at most so many of them on one line; below 0 any number.
func (r *remote) completeNumbers(most int, states ...string) completer {
	return r.upTo(most, func(ctx context.Context, s *session, start string) ([]cobra.Completion, error) {
		list, err := s.Incidents(ctx, client.Filter{States: states, Limit: 100})
		var out []cobra.Completion
		for _, i := range list.Incidents {
			word := fmt.Sprint(i.Number)
			if strings.HasPrefix(strings.ToUpper(start), "I") {
				word = i.Ref
			}
			out = append(out, cobra.CompletionWithDesc(word, fmt.Sprintf("%s %s: %s (%s)", i.Priority, plain(i.Service), plain(i.Title), i.State)))
		}
		return out, err
	})
}

// completeUsers offers users by id, as the first word.
func (r *remote) completeUsers(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return r.ask(cmd, func(ctx context.Context, s *session) ([]cobra.Completion, error) {
		users, err := s.Users(ctx)
		var out []cobra.Completion
		for _, u := range users {
			out = append(out, cobra.CompletionWithDesc(u.ID, plain(u.Name)))
		}
		return out, err
	})
}

// anyUser offers users for a flag, whatever words stand beside it.
func (r *remote) anyUser(cmd *cobra.Command, _ []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return r.completeUsers(cmd, nil, start)
}

// completeProblems offers live problems by number, at most so many of them on one line; below 0 any number.
func (r *remote) completeProblems(most int, states ...string) completer {
	return r.upTo(most, func(ctx context.Context, s *session, _ string) ([]cobra.Completion, error) {
		all, err := s.Problems(ctx, client.ProblemFilter{States: states})
		var out []cobra.Completion
		for _, p := range all {
			out = append(out, cobra.CompletionWithDesc(p.Ref, fmt.Sprintf("%s: %s (%s)", plain(p.Service), plain(p.Title), p.State)))
		}
		return out, err
	})
}

// completeReviews offers the incidents whose review is in some states; of none of them all.
func (r *remote) completeReviews(states ...string) completer {
	return r.upTo(1, func(ctx context.Context, s *session, _ string) ([]cobra.Completion, error) {
		all, err := s.Reviews(ctx, states, 100)
		var out []cobra.Completion
		for _, v := range all {
			out = append(out, cobra.CompletionWithDesc(fmt.Sprint(v.Incident), fmt.Sprintf("%s: %s (%s)", plain(v.Service), plain(v.Title), v.State)))
		}
		return out, err
	})
}

func (r *remote) completeServices(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return r.ask(cmd, func(ctx context.Context, s *session) ([]cobra.Completion, error) {
		o, err := s.OnCall(ctx, time.Time{})
		var out []cobra.Completion
		for _, d := range o.Services {
			out = append(out, cobra.CompletionWithDesc(d.Service, plain(d.Team)))
		}
		return out, err
	})
}

func (r *remote) completeSchedules(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return r.ask(cmd, func(ctx context.Context, s *session) ([]cobra.Completion, error) {
		all, err := s.Schedules(ctx)
		var out []cobra.Completion
		for _, d := range all {
			out = append(out, cobra.CompletionWithDesc(d.ID, d.Zone))
		}
		return out, err
	})
}

func (r *remote) completeOverrides(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return r.ask(cmd, func(ctx context.Context, s *session) ([]cobra.Completion, error) {
		all, err := s.Overrides(ctx, false)
		var out []cobra.Completion
		for _, o := range all {
			if o.ID != "" {
				out = append(out, cobra.CompletionWithDesc(o.ID, fmt.Sprintf("%s on %s until %s", o.User, o.Schedule, shortTime(o.To, s.zone))))
			}
		}
		return out, err
	})
}

func (r *remote) completeSilences(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return r.ask(cmd, func(ctx context.Context, s *session) ([]cobra.Completion, error) {
		all, err := s.Silences(ctx, false)
		var out []cobra.Completion
		for _, x := range all {
			out = append(out, cobra.CompletionWithDesc(x.ID, plain(strings.Join(x.Matchers, " "))))
		}
		return out, err
	})
}
