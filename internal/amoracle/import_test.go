package amoracle

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp/syntax"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/migrate"
)

// TestImportRoutesAsAlertmanager imports configurations of public projects: for 500 random label sets each, the services that
// alerts come to are those of the receivers that Alertmanager would notify.
func TestImportRoutesAsAlertmanager(t *testing.T) {
	files, err := filepath.Glob("../../migrate/testdata/alertmanager/*.yml")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d configurations, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			result, err := migrate.Alertmanager(file, data)
			if err != nil {
				t.Fatal(err)
			}
			ours, problems := configs.Load("rouse.yaml", result.YAML, configs.Options{})
			if ours == nil {
				t.Fatalf("the import is no good configuration: %v\n%s", problems.Errors(), result.YAML)
			}
			theirs, err := config.Load(string(data))
			if err != nil {
				t.Fatal(err)
			}
			serviceOf := migrate.Services(namesOf(theirs))
			routes := dispatch.NewRoute(theirs.Route, nil)
			draw := newDrawer(theirs.Route)
			reached := map[string]bool{}
			for range 500 {
				l := draw.labels()
				var want, got []string
				for _, r := range routes.Match(labelSet(l)) {
					want = append(want, serviceOf[r.RouteOpts.Receiver])
				}
				for _, d := range ours.Tree().Route(alert.Alert{Labels: l}) {
					got = append(got, d.Service)
					reached[d.Service] = true
				}
				if diff := cmp.Diff(sorted(want), sorted(got)); diff != "" {
					t.Fatalf("labels %v (-Alertmanager +rouse):\n%s", l, diff)
				}
			}
			t.Logf("%s: 500 label sets came to %d services", filepath.Base(file), len(reached))
		})
	}
}

func namesOf(c *config.Config) []string {
	var all []string
	for _, r := range c.Receivers {
		all = append(all, r.Name)
	}
	return all
}

func sorted(all []string) []string { return slices.Compact(slices.Sorted(slices.Values(all))) }

// drawer draws label sets that the matchers of a tree have something to say to.
type drawer struct {
	names  []string
	values map[string][]string
	dice   *rand.Rand
}

func newDrawer(root *config.Route) *drawer {
	d := &drawer{values: map[string][]string{}, dice: rand.New(rand.NewPCG(1, 2))}
	d.walk(root)
	slices.Sort(d.names)
	return d
}

func (d *drawer) walk(r *config.Route) {
	for _, m := range r.Matchers {
		d.learn(m)
	}
	for name, v := range r.Match {
		d.learn(&labels.Matcher{Type: labels.MatchEqual, Name: name, Value: v})
	}
	for name, v := range r.MatchRE {
		d.learn(&labels.Matcher{Type: labels.MatchRegexp, Name: name, Value: v.String()})
	}
	for _, kid := range r.Routes {
		d.walk(kid)
	}
}

func (d *drawer) learn(m *labels.Matcher) {
	if d.values[m.Name] == nil {
		d.names, d.values[m.Name] = append(d.names, m.Name), []string{"something", ""}
	}
	if m.Type == labels.MatchEqual || m.Type == labels.MatchNotEqual {
		d.values[m.Name] = append(d.values[m.Name], m.Value)
		return
	}
	if re, err := syntax.Parse(m.Value, syntax.Perl); err == nil {
		for range 4 {
			d.values[m.Name] = append(d.values[m.Name], d.example(re.Simplify()))
		}
	}
}

// example writes a text that an expression may match.
func (d *drawer) example(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpLiteral:
		return string(re.Rune)
	case syntax.OpCharClass:
		return string(re.Rune[0])
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "x"
	case syntax.OpAlternate:
		return d.example(re.Sub[d.dice.IntN(len(re.Sub))])
	case syntax.OpStar, syntax.OpQuest:
		if d.dice.IntN(2) == 0 {
			return ""
		}
	}
	out := ""
	for _, s := range re.Sub {
		out += d.example(s)
	}
	return out
}

func (d *drawer) labels() map[string]string {
	l := map[string]string{"instance": fmt.Sprint(d.dice.IntN(9))}
	for _, name := range d.names {
		if v := d.values[name][d.dice.IntN(len(d.values[name]))]; v != "" && d.dice.IntN(4) > 0 {
			l[name] = v
		}
	}
	return l
}
