package amoracle

import (
	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/prometheus/common/model"
	"pgregory.net/rapid"

	"github.com/rouse/rouse/alert"
)

// Few names and values, so that random alerts and random matchers meet.
var (
	labelNames  = []string{"alertname", "cluster", "service", "severity", "odd name"}
	labelValues = []string{"", "a", "b", "ab", "critical"}
	patterns    = []string{"", "a", "a|b", "a.*", ".+", ".*", "(?i)A", "[ab]b?", "^(a|critical)$", "crit.+|b"}
)

func genMatcher(t *rapid.T) *labels.Matcher {
	kind := rapid.SampledFrom([]labels.MatchType{
		labels.MatchEqual, labels.MatchEqual, labels.MatchNotEqual, labels.MatchRegexp, labels.MatchNotRegexp,
	}).Draw(t, "kind")
	values := labelValues
	if kind == labels.MatchRegexp || kind == labels.MatchNotRegexp {
		values = patterns
	}
	m, err := labels.NewMatcher(kind, rapid.SampledFrom(labelNames).Draw(t, "name"), rapid.SampledFrom(values).Draw(t, "value"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func genMatchers(t *rapid.T, least, most int) labels.Matchers {
	return rapid.SliceOfN(rapid.Custom(genMatcher), least, most).Draw(t, "matchers")
}

// genLabels leaves a label out, or gives it a value that may be empty.
func genLabels(t *rapid.T) alert.Labels {
	l := alert.Labels{}
	for _, name := range labelNames {
		if rapid.Bool().Draw(t, "has "+name) {
			l[name] = rapid.SampledFrom(labelValues).Draw(t, name)
		}
	}
	return l
}

// labelSet is l as Alertmanager has it; its API drops empty labels on arrival.
func labelSet(l alert.Labels) model.LabelSet {
	set := model.LabelSet{}
	for k, v := range l {
		if v != "" {
			set[model.LabelName(k)] = model.LabelValue(v)
		}
	}
	return set
}
