package configs

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"
	"gopkg.in/yaml.v3"

	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/router"
)

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	err := enc.Close()
	return b.Bytes(), err
}

// shown are the keys inside receivers and global whose values are shown; everything else there may be a secret.
var shown = []string{"name", "channel", "send_resolved", "max_alerts", "timeout"}

// redact writes the file back with secrets hidden.
func (l *loader) redact(tree *yaml.Node) []byte {
	doc := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for i := 0; i+1 < len(tree.Content); i += 2 {
		k, v := tree.Content[i], tree.Content[i+1]
		if !slices.Contains(sections, k.Value) {
			continue // an x- section: its anchors are written out where they are used
		}
		secretive := k.Value == "receivers" || k.Value == "global"
		doc.Content = append(doc.Content, k, l.redactNode(v, secretive))
	}
	out, err := marshal(doc)
	if err != nil {
		return []byte("# the configuration cannot be shown\n")
	}
	return out
}

// redactNode copies a node; secretive says that only what is known to be harmless is shown.
func (l *loader) redactNode(n *yaml.Node, secretive bool) *yaml.Node {
	c := *n
	if n.Kind == yaml.ScalarNode {
		if text, ok := l.hide[n]; ok {
			c.SetString(text)
		} else if secretive && !null(n) {
			c.SetString(hidden)
		} else if clean := withoutUserinfo(n.Value); clean != n.Value {
			c.SetString(clean)
		}
		return &c
	}
	c.Content = nil
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode {
			c.Content = append(c.Content, l.redactNode(child, secretive))
			continue
		}
		if i%2 == 0 {
			c.Content = append(c.Content, child)
			continue
		}
		key := n.Content[i-1].Value
		harmless := slices.Contains(shown, key) || strings.HasSuffix(key, "_file")
		c.Content = append(c.Content, l.redactNode(child, secretive && (!harmless || child.Kind != yaml.ScalarNode)))
	}
	return &c
}

// withoutUserinfo hides name and password in a web address.
func withoutUserinfo(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.User == nil || u.Host == "" {
		return s
	}
	u.User = url.User("hidden")
	return u.String()
}

// amRoute and its siblings are the part of Alertmanager's configuration that amtool reads, in forms that old versions know.
type amRoute struct {
	Receiver            string     `yaml:"receiver"`
	GroupBy             []string   `yaml:"group_by,omitempty,flow"`
	Matchers            []string   `yaml:"matchers,omitempty"`
	Continue            bool       `yaml:"continue,omitempty"`
	MuteTimeIntervals   []string   `yaml:"mute_time_intervals,omitempty,flow"`
	ActiveTimeIntervals []string   `yaml:"active_time_intervals,omitempty,flow"`
	Routes              []*amRoute `yaml:"routes,omitempty"`
}

type amName struct {
	Name string `yaml:"name"`
}

type amInhibit struct {
	Sources []string `yaml:"source_matchers"`
	Targets []string `yaml:"target_matchers"`
	Equal   []string `yaml:"equal,omitempty,flow"`
}

type amInterval struct {
	Name      string `yaml:"name"`
	Intervals any    `yaml:"time_intervals"`
}

type amConfig struct {
	Route     *amRoute     `yaml:"route"`
	Inhibits  []amInhibit  `yaml:"inhibit_rules,omitempty"`
	Intervals []amInterval `yaml:"time_intervals,omitempty"`
	Receivers []amName     `yaml:"receivers"`
}

// alertmanager writes the routing as an Alertmanager would.
func (l *loader) alertmanager() []byte {
	var c amConfig
	var receivers []string
	c.Route = l.amRoute(l.draft.route, amTarget{}, &receivers)
	for _, r := range l.c.inhibits {
		c.Inhibits = append(c.Inhibits, amInhibit{inAM(r.Sources), inAM(r.Targets), r.Equal})
	}
	for _, name := range l.register(interval).order {
		c.Intervals = append(c.Intervals, amInterval{name, l.draft.intervals[name]})
	}
	for _, name := range receivers {
		c.Receivers = append(c.Receivers, amName{name})
	}
	out, err := marshal(c)
	if err != nil {
		return []byte("# the routes cannot be shown\n")
	}
	return out
}

// amTarget is what a route inherits that its receiver's name is made of.
type amTarget struct {
	service, room string
	policy        string
}

func (l *loader) amRoute(r *router.Route, up amTarget, receivers *[]string) *amRoute {
	own := up
	for _, f := range []struct {
		to  *string
		own string
	}{{&own.service, r.Service}, {&own.policy, r.Policy}, {&own.room, r.Receiver}} {
		if f.own != "" {
			*f.to = f.own
		}
	}
	name := own.policy
	if name == "" {
		name = string(l.policyOf(own.service))
	}
	if own.room != "" {
		name += " + " + own.room
	}
	if !slices.Contains(*receivers, name) {
		*receivers = append(*receivers, name)
	}
	am := &amRoute{Receiver: name, GroupBy: r.GroupBy, Matchers: inAM(r.Matchers), Continue: r.Continue}
	am.MuteTimeIntervals, am.ActiveTimeIntervals = r.MuteTimeIntervals, r.ActiveTimeIntervals
	if r.GroupByAll {
		am.GroupBy = []string{"..."}
	}
	for _, kid := range r.Routes {
		am.Routes = append(am.Routes, l.amRoute(kid, own, receivers))
	}
	return am
}

func (l *loader) policyOf(service string) oncall.PolicyID {
	for _, s := range l.draft.services {
		if s.Name == service && s.Policy != "" {
			return s.Policy
		}
	}
	return l.draft.fallback
}

func inAM(ms labels.Matchers) []string {
	var all []string
	for _, m := range ms {
		all = append(all, m.String())
	}
	return all
}
