package alert

import "testing"

func TestParseSeverity(t *testing.T) {
	tests := []struct {
		word string
		want Severity
	}{
		{"critical", Critical}, {"CRITICAL", Critical}, {" Crit\n", Critical}, {"fatal", Critical}, {"Disaster", Critical}, {"page", Critical}, {"P1", Critical}, {"SEV-1", Critical},
		{"error", Error}, {"High", Error}, {"major", Error}, {"P2", Error}, {"sev2", Error},
		{"warning", Warning}, {"Warn", Warning}, {"Average", Warning}, {"minor", Warning}, {"P3", Warning}, {"ticket", Warning},
		{"info", Info}, {"Information", Info}, {"notice", Info}, {"none", Info}, {"p5", Info}, {"OK", Info},
		{"", Unknown}, {"   ", Unknown}, {"purple", Unknown}, {"criticality", Unknown}, {"critical high", Unknown},
	}
	for _, tt := range tests {
		if got := ParseSeverity(tt.word); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.word, got, tt.want)
		}
	}
}

func TestSeverityReadsItself(t *testing.T) {
	for _, s := range []Severity{Critical, Error, Warning, Info, Unknown} {
		if got := ParseSeverity(string(s)); got != s {
			t.Errorf("%q: got %q", s, got)
		}
	}
}

func TestWorst(t *testing.T) {
	order := []Severity{Unknown, Info, Warning, Error, Critical} // Rank is the place
	for i, a := range order {
		if a.Rank() != i {
			t.Errorf("rank of %q: got %d, want %d", a, a.Rank(), i)
		}
		for j, b := range order {
			if got, want := Worst(a, b), order[max(i, j)]; got != want {
				t.Errorf("worst of %q and %q: got %q, want %q", a, b, got, want)
			}
		}
	}
	if got := Severity("purple").Rank(); got != 0 {
		t.Errorf("rank of a word that is no severity: got %d", got)
	}
}
