package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/oncall/rota"
)

// rotaFlags say where schedules are read and which time is looked at.
type rotaFlags struct {
	config, from, to string
	weeks            int
	monday           bool // begin with this week's Monday, unless from says otherwise
}

func newSchedule(e env) *cobra.Command {
	r := &remote{env: e}
	cmd := &cobra.Command{
		Use:     "schedule",
		Aliases: []string{"schedules"},
		Short:   "Draw schedules, count who carries how much, put them into calendars",
		Long: "Draw schedules, count who carries how much, put them into calendars. The daemon answers, with what people changed at run time;\n" +
			"with --config a file does, without a daemon.",
		Example: "  rouse schedule show primary --weeks 4\n  rouse schedule show primary --config rouse.yaml --svg rota.svg\n  rouse schedule list",
	}
	r.flags(cmd)
	return group(cmd, newScheduleShow(r), newScheduleList(r), newScheduleFairness(r), newScheduleICal(r))
}

// configFlag lets a command answer from a file.
func (o *rotaFlags) configFlag(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&o.config, "config", "c", "", "read this configuration `file` instead of asking the daemon")
}

// spanFlags say which time is looked at.
func (o *rotaFlags) spanFlags(cmd *cobra.Command, weeks int) {
	f := cmd.Flags()
	f.IntVar(&o.weeks, "weeks", weeks, "how many weeks, 1 to 53")
	f.StringVar(&o.from, "from", "", "from this `day` on: 2026-12-24, +7d (default "+map[bool]string{true: "this week's Monday", false: "today"}[o.monday]+")")
	f.StringVar(&o.to, "to", "", "up to this `day`, which is not included, instead of --weeks")
	exclusive(cmd, "to", "weeks")
}

func newScheduleShow(r *remote) *cobra.Command {
	o := &rotaFlags{monday: true}
	var svg string
	cmd := &cobra.Command{
		Use:   "show SCHEDULE",
		Short: "Draw who is on call: layers, overrides, gaps, changes of the clocks",
		Long: "Draw a schedule: each layer, the overrides of the file and those made at run time, and who is on call in the end, with gaps,\n" +
			"people on leave and changes of the clocks. Days are days of the schedule's zone, or of --zone.",
		Example:           "  rouse schedule show primary\n  rouse schedule show primary --weeks 8 --svg rota.svg\n  rouse schedule show primary --config rouse.yaml --from 2026-10-19",
		Args:              wants(1, 1, "a schedule, such as: rouse schedule show primary"),
		ValidArgsFunction: r.completeSchedules,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			v, err := s.rota(cmd.Context(), args[0], o)
			if err != nil {
				return err
			}
			return s.showRota(v, svg)
		},
	}
	o.configFlag(cmd)
	o.spanFlags(cmd, 4)
	cmd.Flags().StringVar(&svg, "svg", "", "write a picture to this `file`, - for standard output")
	return cmd
}

// rota lays a schedule out, from a file or as the daemon says.
func (s *session) rota(ctx context.Context, id string, o *rotaFlags) (*rota.Rota, error) {
	if o.config != "" {
		c, err := offline(s.r.env, o.config, s.now)
		if err != nil {
			return nil, err
		}
		d, ok := c.Roster().Schedule(oncall.ScheduleID(id))
		if !ok {
			return nil, fmt.Errorf("%s has no schedule %q: write one of %s", o.config, plain(id), strings.Join(scheduleNames(c), ", "))
		}
		from, to, err := o.span(s, d.Zone)
		if err != nil {
			return nil, err
		}
		v, _ := rota.Of(c.Roster(), d.ID, from, to, s.now) // it is there
		return s.elsewhere(&v), nil
	}
	zone, err := s.scheduleZone(ctx, id)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "--schedule: "))
	}
	from, to, err := o.span(s, zone)
	if err != nil {
		return nil, err
	}
	text, err := s.Rota(ctx, id, from, to)
	if err != nil {
		return nil, s.explain(err)
	}
	var v rota.Rota
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, fmt.Errorf("the answer of rouse at %s is no rota: is it older than this command? (%w)", s.base, err)
	}
	return s.elsewhere(&v), nil
}

// elsewhere draws the days of --zone, where it is given.
func (s *session) elsewhere(v *rota.Rota) *rota.Rota {
	if s.r.zone != "" {
		v.Zone = s.zone.String()
		v.Changes = rota.Changes(s.zone, v.From, v.To)
	}
	return v
}

// span reads the time looked at, in whole days of a zone.
func (o *rotaFlags) span(s *session, zone *time.Location) (from, to time.Time, err error) {
	if s.r.zone != "" {
		zone = s.zone
	}
	if o.weeks < 1 || o.weeks > 53 {
		return from, to, fmt.Errorf("--weeks: write 1 to 53, not %d", o.weeks)
	}
	start := s.now
	if o.from != "" {
		if start, err = parseWhen(o.from, s.now, zone); err != nil {
			return from, to, fmt.Errorf("--from: %w", err)
		}
	}
	first := oncall.DateOf(start.In(zone))
	if o.from == "" && o.monday {
		first = first.AddDays(-(int(first.Weekday()) + 6) % 7)
	}
	from, to = oncall.Wall(zone, first, 0), oncall.Wall(zone, first.AddDays(7*o.weeks), 0)
	if o.to != "" {
		end, err := parseWhen(o.to, from, zone)
		if err != nil {
			return from, to, fmt.Errorf("--to: %w", err)
		}
		if !end.After(from) || end.Sub(from) > 400*24*time.Hour {
			return from, to, fmt.Errorf("--to: %s is not within 400 days after the beginning, %s", longTime(end, zone), longTime(from, zone))
		}
		to = end
	}
	return from, to, nil
}

// offline loads a configuration file without its secrets. Its error has everything that is wrong with it.
func offline(e env, file string, now time.Time) (*configs.Config, error) {
	c, problems, _ := load(e, &file, configs.Options{Getenv: e.getenv, SkipSecrets: true, Now: now})
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return c, nil
}

func scheduleNames(c *configs.Config) []string {
	var names []string
	for _, s := range c.Roster().Schedules() {
		names = append(names, string(s.ID))
	}
	return names
}

// showRota prints a rota, or writes its picture.
func (s *session) showRota(v *rota.Rota, svg string) error {
	switch {
	case svg == "-":
		return s.out.bytes(v.SVG(rota.Picture{}))
	case svg != "":
		if err := os.WriteFile(svg, v.SVG(rota.Picture{}), 0o644); err != nil {
			return fmt.Errorf("--svg: %w", err)
		}
	}
	if s.json {
		return s.out.json(v)
	}
	if svg != "" {
		s.out.line("%s shows %s", plain(svg), plain(v.Schedule))
		return nil
	}
	s.drawRota(v)
	return nil
}

// drawRota draws a rota for a terminal, and says in words what a picture says badly.
func (s *session) drawRota(v *rota.Rota) {
	zone := v.Location()
	last := v.To.Add(-time.Second).In(zone)
	title := s.out.paint(bold, plain(v.Schedule)) + "  " + v.From.In(zone).Format("Mon 2 Jan 2006") + " to " + last.Format("Mon 2 Jan 2006") + ", " + v.Zone
	if v.Team != "" {
		title += ", team " + plain(v.Team)
	}
	s.out.line("%s\n", title)
	look := rota.Look{Width: s.out.width(s.r.getenv), Colour: s.out.colour}
	_ = s.out.bytes([]byte(v.Text(look)))
	if len(v.People) > 0 {
		s.out.line("\n%s", v.Legend(look))
	}
	s.rotaNotes(v, zone)
}

// notesMost is how many lines of one kind are printed under a drawing.
const notesMost = 10

// rotaNotes are the gaps, overrides, leave and changes of the clocks of a rota, to the minute.
func (s *session) rotaNotes(v *rota.Rota, zone *time.Location) {
	const form = "Mon 2 Jan 15:04"
	span := func(from, to time.Time) string { return from.In(zone).Format(form) + " to " + to.In(zone).Format(form) }
	var gaps, away, overrides, clocks []string
	for _, g := range v.Gaps {
		gaps = append(gaps, span(g.From, g.To))
	}
	for _, c := range v.Clashes {
		away = append(away, fmt.Sprintf("%s is on call %s although away%s\n%s", plain(c.User), span(c.From, c.To), onlyWith(": ", plain(c.Reason)),
			s.out.paint(dim, strings.Repeat(" ", 11)+"cover it: "+rota.CoverCommand(v.Schedule, c, zone))))
	}
	for _, l := range v.Lanes {
		for _, b := range l.Bars {
			if l.Kind == rota.File || l.Kind == rota.RunTime {
				overrides = append(overrides, fmt.Sprintf("%s %s%s%s", plain(b.User), span(b.From, b.To), onlyWith(": ", plain(b.Why)), onlyWith(", by ", plain(b.By))))
			}
		}
	}
	for _, c := range v.Changes {
		clocks = append(clocks, strings.TrimPrefix(rota.ClockWords(c, zone), "The clocks "))
	}
	s.out.line("")
	for _, n := range []struct {
		head, colour string
		list         []string
	}{{"nobody", red, gaps}, {"on leave!", yellow, away}, {"override*", "", overrides}, {"clocks*", "", clocks}} {
		for k, words := range n.list {
			if k == notesMost {
				s.out.line("%-10s and %d more: -o json has all", "", len(n.list)-k)
				break
			}
			s.out.line("%s %s", s.out.paint(n.colour, fmt.Sprintf("%-10s", n.head)), words)
		}
	}
}

// onlyWith writes a text behind words, where there is any.
func onlyWith(before, s string) string {
	if s == "" {
		return ""
	}
	return before + s
}

// width is how many columns there are to draw on: those of the terminal, else COLUMNS, else 100.
func (p printer) width(getenv func(string) string) int {
	if f, ok := p.w.(*os.File); ok && p.terminal {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return w
		}
	}
	if n, err := strconv.Atoi(getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	return 100
}

func newScheduleList(r *remote) *cobra.Command {
	o := &rotaFlags{}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the schedules, with who is on call and what is wrong in the next two weeks",
		Example: "  rouse schedule list\n  rouse schedule list --config rouse.yaml",
		Args:    wants(0, 0, "no words, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			return s.scheduleList(cmd.Context(), o)
		},
	}
	o.configFlag(cmd)
	return cmd
}

// scheduleList prints one line for each schedule.
func (s *session) scheduleList(ctx context.Context, o *rotaFlags) error {
	var names []string
	if o.config != "" {
		c, err := offline(s.r.env, o.config, s.now)
		if err != nil {
			return err
		}
		names = scheduleNames(c)
	} else {
		all, err := s.Schedules(ctx)
		if err != nil {
			return s.explain(err)
		}
		for _, d := range all {
			names = append(names, d.ID)
		}
	}
	o.weeks = 2
	list := []*rota.Rota{}
	for _, name := range names {
		v, err := s.rota(ctx, name, o)
		if err != nil {
			return err
		}
		list = append(list, v)
	}
	return show(s, list, nil, s.scheduleTable)
}

func (s *session) scheduleTable(list []*rota.Rota) {
	if len(list) == 0 {
		s.out.line("There are no schedules in the configuration.")
		return
	}
	rows := make([][]string, len(list))
	for k, v := range list {
		who := "nobody"
		final := v.Lanes[len(v.Lanes)-1]
		for _, b := range final.Bars {
			if !s.now.Before(b.From) && s.now.Before(b.To) {
				who = b.User
			}
		}
		var notes []string
		for _, n := range []struct {
			n         int
			one, many string
		}{{len(v.Gaps), "gap", "gaps"}, {len(v.Clashes), "shift of somebody on leave", "shifts of people on leave"}, {len(v.Changes), "change of the clocks", "changes of the clocks"}} {
			if n.n > 0 {
				notes = append(notes, count(n.n, n.one, n.many))
			}
		}
		rows[k] = []string{v.Schedule, orDash(v.Team), v.Zone, who, strconv.Itoa(len(v.People)), orDash(strings.Join(notes, ", "))}
	}
	s.out.table([]string{"SCHEDULE", "TEAM", "ZONE", "ON CALL", "PEOPLE", "IN THE NEXT TWO WEEKS"}, rows)
}
