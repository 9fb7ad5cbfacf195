package alert

import (
	"errors"
	"slices"
	"testing"

	"github.com/prometheus/common/model"
	"pgregory.net/rapid"
)

func TestFingerprintIsPrometheus(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Labels(rapid.MapOfN(rapid.String(), rapid.String(), 0, 6).Draw(t, "labels"))
		set := model.LabelSet{}
		for k, v := range l {
			set[model.LabelName(k)] = model.LabelValue(v)
		}
		if got, want := l.Fingerprint(), set.Fingerprint().String(); got != want {
			t.Fatalf("%v: got %s, want %s", l, got, want)
		}
	})
}

// TestFingerprintIsStable pins values, for they are identities in stores: another function would page for every open alert anew.
func TestFingerprintIsStable(t *testing.T) {
	tests := []struct {
		labels Labels
		want   string
	}{
		{nil, "cbf29ce484222325"},
		{Labels{"alertname": "HighErrorRate", "cluster": "eu-1"}, "cc1ccc7ba2a95262"},
		{Labels{"alertname": "Größe", "odd name": "a\nb"}, "c6f019d9d8beb23a"},
	}
	for _, tt := range tests {
		if got := tt.labels.Fingerprint(); got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.labels, got, tt.want)
		}
	}
}

func TestIdentify(t *testing.T) {
	labels := Labels{"alertname": "X"}
	tests := []struct {
		name    string
		a       Alert
		want    string
		wantErr error
	}{
		{"its own key stays", Alert{Key: "k", Labels: labels}, "k", nil},
		{"a key without labels", Alert{Key: "k"}, "k", nil},
		{"derived from the labels", Alert{Labels: labels}, labels.Fingerprint(), nil},
		{"nothing at all", Alert{Title: "help"}, "", ErrNoIdentity},
		{"no labels in the set", Alert{Labels: Labels{}}, "", ErrNoIdentity},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.a.Identify(); !errors.Is(err, tt.wantErr) {
				t.Errorf("got error %v, want %v", err, tt.wantErr)
			}
			if tt.a.Key != tt.want {
				t.Errorf("got key %q, want %q", tt.a.Key, tt.want)
			}
		})
	}
}

func TestIdentityIsPerIntegration(t *testing.T) {
	a, b := Alert{Integration: "x", Key: "k"}, Alert{Integration: "y", Key: "k"}
	if a.ID() == b.ID() {
		t.Error("two integrations share an identity")
	}
	if got, want := a.ID(), (ID{"x", "k"}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLabelsInWords(t *testing.T) {
	tests := []struct {
		l     Labels
		want  string
		names []string
	}{
		{nil, "{}", []string{}},
		{Labels{"b": "2", "a": "1"}, `{a="1", b="2"}`, []string{"a", "b"}},
		{Labels{"q": "say \"hi\"\nC:\\x"}, `{q="say \"hi\"\nC:\\x"}`, []string{"q"}},
	}
	for _, tt := range tests {
		if got := tt.l.String(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
		if got := tt.l.Names(); !slices.Equal(got, tt.names) {
			t.Errorf("got names %q, want %q", got, tt.names)
		}
	}
}
