package amoracle

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	amalert "github.com/prometheus/alertmanager/alert"
	amcommoncfg "github.com/prometheus/alertmanager/config/common"
	"github.com/prometheus/alertmanager/eventrecorder"
	"github.com/prometheus/alertmanager/inhibit"
	"github.com/prometheus/alertmanager/provider"
	"github.com/prometheus/common/model"
	"pgregory.net/rapid"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/router"
)

// history is a provider of alerts that have all arrived already.
type history struct{ alerts []*amalert.Alert }

func (h history) GetPending() provider.AlertIterator            { return nil }
func (h history) Get(model.Fingerprint) (*amalert.Alert, error) { return nil, provider.ErrNotFound }
func (h history) Put(context.Context, ...*amalert.Alert) error  { return nil }
func (h history) Subscribe(string) provider.AlertIterator       { return silent() }
func (h history) SlurpAndSubscribe(string) ([]*amalert.Alert, provider.AlertIterator) {
	return h.alerts, silent()
}

// silent is an iterator that never has another alert.
func silent() provider.AlertIterator {
	return provider.NewAlertIterator(make(chan *provider.Alert), make(chan struct{}), nil)
}

// theirInhibitor is Alertmanager's inhibitor after it took in the alerts in order.
func theirInhibitor(rules []amcommoncfg.InhibitRule, alerts []*amalert.Alert) *inhibit.Inhibitor {
	ih := inhibit.NewInhibitor(history{alerts}, rules, slog.New(slog.DiscardHandler), eventrecorder.NopRecorder())
	done := make(chan struct{})
	go func() {
		defer close(done)
		ih.Run()
	}()
	ih.WaitForLoading()
	ih.Stop()
	<-done
	return ih
}

func genRules(t *rapid.T) ([]amcommoncfg.InhibitRule, []router.InhibitRule) {
	var theirs []amcommoncfg.InhibitRule
	var ours []router.InhibitRule
	for n := rapid.IntRange(1, 3).Draw(t, "rules"); n > 0; n-- {
		name := fmt.Sprintf("rule %d", n)
		source, target := genMatchers(t, 0, 2), genMatchers(t, 0, 2)
		equal := rapid.SliceOfNDistinct(rapid.SampledFrom(labelNames), 0, 2, rapid.ID[string]).Draw(t, "equal")
		theirs = append(theirs, amcommoncfg.InhibitRule{Name: name, SourceMatchers: amcommoncfg.Matchers(source), TargetMatchers: amcommoncfg.Matchers(target), Equal: equal})
		ours = append(ours, router.InhibitRule{Name: name, Sources: source, Targets: target, Equal: equal})
	}
	return theirs, ours
}

// TestInhibitionAgreesWithInhibit lets alerts fire, resolve and fire again, and then asks both of every kind of alert.
func TestInhibitionAgreesWithInhibit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amRules, rules := genRules(t)
		ours := router.NewInhibitor(rules)
		var story []*amalert.Alert
		var seen []alert.Labels
		for n := rapid.IntRange(0, 12).Draw(t, "events"); n > 0; n-- {
			l := genLabels(t)
			if len(seen) > 0 && rapid.Bool().Draw(t, "same again") {
				l = rapid.SampledFrom(seen).Draw(t, "which")
			}
			seen = append(seen, l)
			a := alert.Alert{Integration: "am", Key: labelSet(l).Fingerprint().String(), State: alert.Firing, Labels: l}
			ends := time.Now().Add(time.Hour)
			if rapid.IntRange(0, 2).Draw(t, "resolved") == 0 {
				a.State, ends = alert.Resolved, time.Now().Add(-time.Minute)
			}
			ours.Set(&a)
			story = append(story, &amalert.Alert{Alert: model.Alert{Labels: labelSet(l), StartsAt: time.Now().Add(-time.Hour), EndsAt: ends}})
		}
		theirs := theirInhibitor(amRules, story)
		for range 10 {
			seen = append(seen, genLabels(t))
		}
		for _, l := range seen {
			want := theirs.Mutes(t.Context(), labelSet(l))
			rule, by, got := ours.Inhibits(l)
			if got != want {
				t.Fatalf("%v: inhibited %v (rule %q by %v), Alertmanager says %v", l, got, rule, by, want)
			}
		}
	})
}
