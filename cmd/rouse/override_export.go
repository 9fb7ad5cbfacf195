package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/web/client"
)

func newOverrideExport(r *remote) *cobra.Command {
	return &cobra.Command{
		Use:   "export",
		Short: "Write the overrides made at run time as YAML for the configuration file",
		Long: "Write the overrides made at run time that are not over as YAML, ready to be pasted into the configuration file, by schedule and in\n" +
			"the order in which they win: behind those that the file has already. What the file says already is left out, and so is what is void.\n" +
			"Once the file has one, rouse override list shows both as one, and the copy made at run time ends when it would have ended anyway.",
		Example:           "  rouse override export\n  rouse override export > overrides.yaml",
		Args:              wants(0, 0, "no words, only flags"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := r.session()
			if err != nil {
				return err
			}
			return s.exportOverrides(cmd.Context())
		},
	}
}

func (s *session) exportOverrides(ctx context.Context) error {
	all, err := s.Overrides(ctx, false)
	if err != nil {
		return s.explain(err)
	}
	all = slices.DeleteFunc(all, func(o client.Override) bool { return o.Source != "runtime" || o.InFile || o.Void != "" })
	slices.SortStableFunc(all, func(a, b client.Override) int { return a.At.Compare(b.At) }) // in the file the last one wins
	if s.json {
		return s.out.json(all)
	}
	schedules, err := s.Schedules(ctx)
	if err != nil {
		return s.explain(err)
	}
	zones := map[string]*time.Location{}
	for _, d := range schedules {
		if zones[d.ID], err = time.LoadLocation(d.Zone); err != nil {
			return err
		}
	}
	text, err := overridesYAML(all, zones, s.now)
	if err != nil {
		return err
	}
	_, err = s.r.stdout.Write(text)
	return err
}

// overridesYAML writes overrides as the configuration has them. Times are on each schedule's own clock where that says them exactly.
func overridesYAML(all []client.Override, zones map[string]*time.Location, now time.Time) ([]byte, error) {
	if len(all) == 0 {
		return []byte("# No override was made at run time that the file does not have.\n"), nil
	}
	by := map[string]*yaml.Node{}
	for _, o := range all {
		if by[o.Schedule] == nil {
			by[o.Schedule] = &yaml.Node{Kind: yaml.SequenceNode}
		}
		by[o.Schedule].Content = append(by[o.Schedule].Content, overrideNode(o, zones[o.Schedule]))
	}
	schedules := &yaml.Node{Kind: yaml.MappingNode}
	for _, id := range slices.Sorted(maps.Keys(by)) {
		pair(schedules, id, &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{textNode("overrides"), by[id]}})
	}
	root := &yaml.Node{Kind: yaml.MappingNode}
	pair(root, "schedules", schedules)
	root.Content[0].HeadComment = "Overrides made at run time, as of " + now.UTC().Format(time.RFC3339) + ". Append each list to that of its schedule."
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("write the overrides as YAML: %w", err)
	}
	return b.Bytes(), enc.Close()
}

func overrideNode(o client.Override, zone *time.Location) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	pair(n, "user", textNode(o.User))
	pair(n, "from", quoted(wallText(o.From, zone)))
	pair(n, "to", quoted(wallText(o.To, zone)))
	if o.Reason != "" {
		pair(n, "reason", quoted(plain(o.Reason)))
	}
	n.HeadComment = o.ID
	if o.By != "" {
		n.HeadComment += " by " + plain(o.By)
	}
	n.HeadComment += ", " + o.At.In(zone).Format("2006-01-02 15:04")
	return n
}

// wallText writes an instant on the wall of a zone, or with its offset where that wall time is another's, or there are seconds.
func wallText(t time.Time, zone *time.Location) string {
	local := t.In(zone)
	if oncall.Wall(zone, oncall.DateOf(local), local.Hour()*60+local.Minute()).Equal(t) {
		return local.Format("2006-01-02 15:04")
	}
	return local.Format(time.RFC3339Nano)
}

func pair(m *yaml.Node, key string, value *yaml.Node) {
	m.Content = append(m.Content, textNode(key), value)
}

func textNode(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	return n
}

func quoted(s string) *yaml.Node {
	n := textNode(s)
	n.Style = yaml.DoubleQuotedStyle
	return n
}
