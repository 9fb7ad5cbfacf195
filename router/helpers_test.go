package router

import (
	"testing"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"github.com/rouse/rouse/alert"
)

// ms reads matchers that are known to be good.
func ms(t testing.TB, list ...string) labels.Matchers {
	t.Helper()
	m, err := ParseMatchers(list)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// zone loads a time zone.
func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// at reads an instant: 2026-03-29T01:00:00Z.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// firing makes an alert from names and values in turn.
func firing(pairs ...string) *alert.Alert {
	a := &alert.Alert{Integration: "test", State: alert.Firing, Labels: alert.Labels{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		a.Labels[pairs[i]] = pairs[i+1]
	}
	a.Key = a.Labels.String()
	return a
}

// equals makes a stored matcher for name="value".
func equals(name, value string) Matcher { return Matcher{Name: name, Value: value, IsEqual: true} }

// like makes a stored matcher for name=~"value".
func like(name, value string) Matcher {
	return Matcher{Name: name, Value: value, IsEqual: true, IsRegex: true}
}
