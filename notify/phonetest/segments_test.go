package phonetest

import (
	"strings"
	"testing"
)

func TestSegments(t *testing.T) {
	tests := []struct {
		name string
		body string
		want int
	}{
		{"empty", "", 1},
		{"one full GSM segment", strings.Repeat("a", 160), 1},
		{"one more", strings.Repeat("a", 161), 2},
		{"two full", strings.Repeat("a", 306), 2},
		{"three", strings.Repeat("a", 307), 3},
		{"the extension table counts double", strings.Repeat("€", 80), 1},
		{"and may not be split", strings.Repeat("€", 81), 2},
		{"153 is odd, so 76 fit", strings.Repeat("€", 153), 3},
		{"one character outside GSM makes it Unicode", strings.Repeat("a", 69) + "ś", 1},
		{"71 units", strings.Repeat("a", 70) + "ś", 2},
		{"emoji are two units", strings.Repeat("🔥", 35), 1},
		{"and may not be split either", strings.Repeat("🔥", 67), 3},
		{"accents of GSM stay GSM", strings.Repeat("é", 160), 1},
		{"invalid UTF-8 is counted, not refused", "\xff\xfe", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Segments(tt.body); got != tt.want {
				t.Errorf("Segments = %d, want %d", got, tt.want)
			}
		})
	}
}
