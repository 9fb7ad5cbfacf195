package configs

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/rouse/rouse/oncall"
)

// OverridesYAML writes overrides made at run time as the file has them, by schedule, in the order given: of two the later one wins. Times are on each schedule's own clock where that says them exactly.
func OverridesYAML(all []oncall.Override, zones map[oncall.ScheduleID]*time.Location, now time.Time) ([]byte, error) {
	if len(all) == 0 {
		return []byte("# No override was made at run time that the file does not have.\n"), nil
	}
	by := map[oncall.ScheduleID]*yaml.Node{}
	for _, o := range all {
		if by[o.Schedule] == nil {
			by[o.Schedule] = &yaml.Node{Kind: yaml.SequenceNode}
		}
		by[o.Schedule].Content = append(by[o.Schedule].Content, overrideNode(o, orUTC(zones[o.Schedule])))
	}
	schedules := &yaml.Node{Kind: yaml.MappingNode}
	for _, id := range slices.Sorted(maps.Keys(by)) {
		pair(schedules, string(id), &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{textNode("overrides"), by[id]}})
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

func overrideNode(o oncall.Override, zone *time.Location) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	pair(n, "user", textNode(string(o.User)))
	pair(n, "from", quoted(wallText(o.From, zone)))
	pair(n, "to", quoted(wallText(o.To, zone)))
	if o.Reason != "" {
		pair(n, "reason", quoted(o.Reason))
	}
	n.HeadComment = o.ID
	if o.By != "" {
		n.HeadComment += " by " + o.By
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

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}
