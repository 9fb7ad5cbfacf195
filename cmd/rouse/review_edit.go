package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rouse/rouse/web/client"
)

// editFlags are the fields of a review that a command line changes. Only flags that were given count.
type editFlags struct {
	title, owner, facilitator, summary, impact, users, contacts, money, duration string
	detection, detectedBy, gap, trigger, mitigation, resolution, external        string
	meeting, due, problem, file                                                  string
	participants, factors, well, wrong, lucky, surprises                         []string
}

func newReviewEdit(r *remote) *cobra.Command {
	var e editFlags
	cmd := &cobra.Command{
		Use:   "edit NUMBER",
		Short: "Change the text of a review",
		Long: "Change the text of a review. A flag that is not given leaves its field as it is, an empty one empties it; a list that is given\n" +
			"replaces the whole list, one flag for each of its lines. --file - reads a JSON object with the same fields from standard input,\n" +
			"named as rouse review show -o json names them.",
		Example: "  rouse review edit 42 --summary \"Card payments failed for 38 minutes.\" --factor \"no alert on the pool\" --factor \"one pool for all\"\n" +
			"  rouse review edit 42 --owner bo --due 2026-12-01 --meeting \"2026-11-27 15:00\"\n" +
			"  echo '{\"trigger\": \"deploy 8812\", \"well\": [\"the runbook held\"]}' | rouse review edit 42 --file -",
		Args:              wants(1, 1, "one incident's number, such as: rouse review edit 42 --summary \"...\""),
		ValidArgsFunction: r.completeReviews("draft", "in_review"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return r.onReview(cmd, args[0], func(ctx context.Context, s *session, n int64) (client.Review, error) {
				in, err := e.edit(s, cmd.Flags())
				if err != nil {
					return client.Review{}, err
				}
				return s.EditReview(ctx, n, in)
			})
		},
	}
	e.texts(cmd.Flags())
	e.others(cmd.Flags())
	offerFrom(cmd, "owner", r.anyUser)
	offerFrom(cmd, "facilitator", r.anyUser)
	offerFrom(cmd, "participant", r.anyUser)
	offerFrom(cmd, "problem", r.completeProblems(-1))
	return cmd
}

func (e *editFlags) texts(f *pflag.FlagSet) {
	f.StringVar(&e.title, "title", "", "the title")
	f.StringVar(&e.summary, "summary", "", "what happened, for somebody who was not there")
	f.StringVar(&e.impact, "impact", "", "what it did to those who use the service")
	f.StringVar(&e.users, "users", "", "how many of them, in words")
	f.StringVar(&e.contacts, "contacts", "", "how many people asked for support, in words")
	f.StringVar(&e.money, "money", "", "what it cost, in words")
	f.StringVar(&e.detection, "detection", "", "how it became known")
	f.StringVar(&e.detectedBy, "detected-by", "", "by which monitor, or by whom")
	f.StringVar(&e.gap, "detection-gap", "", "what would have told sooner")
	f.StringVar(&e.trigger, "trigger", "", "what set it off")
	f.StringVar(&e.mitigation, "mitigation", "", "what made it bearable")
	f.StringVar(&e.resolution, "resolution", "", "what ended it")
	f.StringVar(&e.external, "external", "", "the message to those outside")
}

func (e *editFlags) others(f *pflag.FlagSet) {
	f.StringVar(&e.owner, "owner", "", "who answers for the review being written")
	f.StringVar(&e.facilitator, "facilitator", "", "who leads the meeting")
	f.StringArrayVar(&e.participants, "participant", nil, "who takes part; may be given several times")
	f.StringVar(&e.meeting, "meeting", "", "`time` of the meeting")
	f.StringVar(&e.due, "due", "", "`time` by which it is to be published")
	f.StringVar(&e.duration, "duration", "", "how long it lasted, a `duration` such as 38m")
	f.StringArrayVar(&e.factors, "factor", nil, "a contributing factor: what made it possible, or worse, never who; may be given several times")
	f.StringArrayVar(&e.well, "well", nil, "what went well; may be given several times")
	f.StringArrayVar(&e.wrong, "wrong", nil, "what went wrong; may be given several times")
	f.StringArrayVar(&e.lucky, "lucky", nil, "where you were lucky; may be given several times")
	f.StringArrayVar(&e.surprises, "surprise", nil, "what surprised you; may be given several times")
	f.StringVar(&e.problem, "problem", "", "`number` of the problem record that is the root cause; 0 is none")
	f.StringVar(&e.file, "file", "", "read the fields from this JSON file, or with - from standard input")
}

// edit reads the flags that were given, above the fields of --file.
func (e *editFlags) edit(s *session, given *pflag.FlagSet) (in client.ReviewEdit, err error) {
	if e.file != "" {
		if in, err = e.read(s.r); err != nil {
			return in, err
		}
	}
	for name, set := range map[string]func(){
		"title": func() { in.Title = &e.title }, "owner": func() { in.Owner = &e.owner },
		"facilitator": func() { in.Facilitator = &e.facilitator }, "participant": func() { in.Participants = &e.participants },
		"summary": func() { in.Summary = &e.summary }, "impact": func() { in.Impact = &e.impact },
		"users": func() { in.Users = &e.users }, "contacts": func() { in.Contacts = &e.contacts }, "money": func() { in.Money = &e.money },
		"detection": func() { in.Detection = &e.detection }, "detected-by": func() { in.DetectedBy = &e.detectedBy },
		"detection-gap": func() { in.DetectionGap = &e.gap }, "trigger": func() { in.Trigger = &e.trigger },
		"mitigation": func() { in.Mitigation = &e.mitigation }, "resolution": func() { in.Resolution = &e.resolution },
		"external": func() { in.External = &e.external }, "factor": func() { in.Factors = filled(e.factors) },
		"well": func() { in.Well = filled(e.well) }, "wrong": func() { in.Wrong = filled(e.wrong) },
		"lucky": func() { in.Lucky = filled(e.lucky) }, "surprise": func() { in.Surprises = filled(e.surprises) },
	} {
		if given.Changed(name) {
			set()
		}
	}
	if err := e.moments(s, given, &in); err != nil {
		return in, err
	}
	if in == (client.ReviewEdit{}) {
		return in, errors.New("rouse review edit: say what is to be otherwise, such as --summary \"...\" (see --help)")
	}
	return in, nil
}

// filled drops empty lines, so that one empty flag empties a list.
func filled(list []string) *[]string {
	out := []string{}
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return &out
}

// moments reads the flags that are no texts.
func (e *editFlags) moments(s *session, given *pflag.FlagSet, in *client.ReviewEdit) error {
	var err error
	if given.Changed("meeting") {
		if in.MeetingAt, err = s.maybeWhen("--meeting", e.meeting); err != nil {
			return err
		}
	}
	if given.Changed("due") {
		if in.DueAt, err = s.maybeWhen("--due", e.due); err != nil {
			return err
		}
	}
	if given.Changed("duration") {
		d := time.Duration(0)
		if e.duration != "" {
			if d, err = parseDuration(e.duration); err != nil {
				return fmt.Errorf("--duration: %w", err)
			}
		}
		n := int64(d / time.Second)
		in.DurationSeconds = &n
	}
	if given.Changed("problem") {
		n := int64(0)
		if e.problem != "" && e.problem != "0" {
			if n, err = parseProblem(e.problem); err != nil {
				return fmt.Errorf("--problem: %w", err)
			}
		}
		in.Problem = &n
	}
	return nil
}

// maybeWhen reads a time of a flag; an empty one is no time, which takes away what was there.
func (s *session) maybeWhen(flag, word string) (*time.Time, error) {
	if word == "" {
		return &time.Time{}, nil
	}
	t, err := parseWhen(word, s.now, s.zone)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	t = t.UTC()
	return &t, nil
}

// read reads --file. A field that there is not is refused, for it is a misspelt one.
func (e *editFlags) read(r *remote) (in client.ReviewEdit, err error) {
	var b []byte
	if e.file == "-" {
		b, err = r.input("the review")
	} else {
		b, err = os.ReadFile(e.file)
	}
	if err != nil {
		return in, err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return in, fmt.Errorf("--file: the JSON cannot be used: %w; write an object with fields such as summary, trigger, factors", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return in, errors.New("--file: there is something after the end of the JSON: write one object")
	}
	return in, nil
}
