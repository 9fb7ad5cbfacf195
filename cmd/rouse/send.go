package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/web/client"
)

// look is how often a page is looked at while its fate is waited for.
const look = 300 * time.Millisecond

// trial is what somebody asks send for.
type trial struct {
	user, via, text string
	noWait          bool
	timeout         time.Duration
}

func newSend(e env) *cobra.Command {
	r := &remote{env: e}
	var o trial
	cmd := &cobra.Command{
		Use:   "send USER --via sms|call|email",
		Short: "Send a real test page to somebody and follow it until it arrives",
		Long: "Send a real test page to somebody, over the same way as real ones, and follow it until its fate is known. It says that\n" +
			"nothing is broken. To page somebody other than yourself takes the role manager.\n\n" +
			"The exit status is 0 when it arrived and 1 when it failed or nothing was heard within --timeout.",
		Example:           "  rouse send ana --via sms\n  rouse send bo --via call --text \"testing the new number\" --no-wait",
		Args:              wants(1, 1, "one user, such as: rouse send ana --via sms"),
		ValidArgsFunction: r.completeUsers,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.user = args[0]
			s, err := r.session()
			if err != nil {
				return err
			}
			return s.send(cmd.Context(), o)
		},
	}
	r.flags(cmd)
	cmd.SetFlagErrorFunc(flagError)
	f := cmd.Flags()
	f.StringVar(&o.via, "via", "sms", "sms, call or email")
	f.StringVar(&o.text, "text", "", "something to say in it")
	f.BoolVar(&o.noWait, "no-wait", false, "do not follow it")
	f.DurationVar(&o.timeout, "timeout", 2*time.Minute, "follow it for so long at most")
	_ = cmd.RegisterFlagCompletionFunc("via", cobra.FixedCompletions([]string{"sms", "call", "email"}, cobra.ShellCompDirectiveNoFileComp)) // the flag exists
	return cmd
}

func (s *session) send(ctx context.Context, o trial) error {
	if !slices.Contains([]string{"sms", "call", "email"}, o.via) {
		return fmt.Errorf("--via: %q is no method: write sms, call or email", plain(o.via))
	}
	sent, err := s.Send(ctx, client.TestPage{User: o.user, Via: o.via, Text: o.text})
	var e *client.Error
	switch {
	case errors.As(err, &e) && e.Code == "no_contact":
		return fmt.Errorf("%s has no %s in the configuration: add it, or use another --via", plain(o.user), map[bool]string{true: "email address", false: "phone number"}[o.via == "email"])
	case err != nil:
		return s.named(ctx, err)
	}
	if o.noWait {
		if s.json {
			return s.out.json(sent)
		}
		s.out.line("%s: queued", plain(sent.Page))
		return nil
	}
	return s.follow(ctx, sent.Page, o)
}

// follow watches a page until nothing more is expected, and says each change.
func (s *session) follow(ctx context.Context, id string, o trial) error {
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	tick := time.NewTicker(look)
	defer tick.Stop()
	said, last := "", client.Page{ID: id}
	for {
		p, err := s.Page(ctx, id)
		switch {
		case ctx.Err() != nil:
			return s.unknown(last, o)
		case err != nil:
			return s.explain(err)
		}
		last = p
		if now := strings.TrimSuffix(p.State+": "+fate(p), ": "); now != said && !s.json {
			s.out.line("%s: %s", plain(id), s.out.state(now))
			said = now
		}
		if p.Done {
			return s.verdict(p, o)
		}
		select {
		case <-ctx.Done():
			return s.unknown(last, o)
		case <-tick.C:
		}
	}
}

// unknown is the end of a page whose fate was not heard in time.
func (s *session) unknown(p client.Page, o trial) error {
	if s.json {
		if err := s.out.json(p); err != nil {
			return err
		}
	}
	return fmt.Errorf("the page %s is %s; what became of it was not heard within %s: look at the phone, and at the provider's own log", plain(p.ID), orDash(p.State), o.timeout)
}

// verdict says how a page ended; a page that did not arrive is an error.
func (s *session) verdict(p client.Page, o trial) error {
	if s.json {
		if err := s.out.json(p); err != nil {
			return err
		}
	}
	if p.State == "delivered" {
		if !s.json {
			s.out.line("It arrived at %s%s.", plain(p.To), took(p))
		}
		return nil
	}
	why := fate(p)
	if why == "" {
		why = "the provider gave no reason"
	}
	return fmt.Errorf("the test page to %s by %s %s: %s", plain(o.user), o.via, map[bool]string{true: "did not arrive (" + p.State + ")", false: "failed"}[p.State != "failed"], why)
}

// took says how long a page took.
func took(p client.Page) string {
	if d := p.UpdatedAt.Sub(p.At); !p.At.IsZero() && d >= 0 {
		return " after " + d.Round(100*time.Millisecond).String()
	}
	return ""
}
