package notify

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNamed(t *testing.T) {
	for _, tt := range []struct{ did, title, want string }{
		{"INC-1 acknowledged", "HighErrorRate eu-1", "INC-1 acknowledged: HighErrorRate eu-1"},
		{"INC-1 acknowledged until Sat 08:00 CET", "🔥 Sesión", "INC-1 acknowledged until Sat 08:00 CET: Sesion"},
		{"INC-1 acknowledged", "", "INC-1 acknowledged."},
		{"INC-1 acknowledged", strings.Repeat("Платежи ", 20), "INC-1 acknowledged: Платежи Платежи Платежи Платежи Платежи Платежи П…"},
		{"INC-1 acknowledged", strings.Repeat("Down ", 50), "INC-1 acknowledged: " + strings.Repeat("Down ", 27) + "Do..."},
	} {
		if got := Named(tt.did, tt.title); got != tt.want {
			t.Errorf("Named(%q, %q) = %q, want %q", tt.did, tt.title, got, tt.want)
		}
	}
}

func TestTitle(t *testing.T) {
	for _, tt := range []struct{ title, want string }{
		{"Sesión 🔥", "Sesión 🔥"}, {"Sesión caducada en eu-1", "Sesión caducada en…"}, {"Платежи не проходят", "Платежи н…"},
	} {
		if got := Title(tt.title, 20); got != tt.want {
			t.Errorf("Title(%q) = %q, want %q", tt.title, got, tt.want)
		}
	}
}

func TestAnswersFit(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("aB 3€яж漢😀🇪🇸e\u0301ñó"))))
	rapid.Check(t, func(t *rapid.T) {
		title := text.Draw(t, "title")
		if got := Named("INC-1234567 acknowledged", title); !oneSegment(got) || !strings.HasPrefix(got, "INC-1234567 acknowledged") {
			t.Fatalf("%q takes more than a segment", got)
		}
		var all []string
		for k := range rapid.IntRange(0, 40).Draw(t, "lines") {
			all = append(all, fmt.Sprintf("P1 INC-%d checkout: %s (triggered)", k+1, Title(title, 40)))
		}
		more := rapid.IntRange(0, 3).Draw(t, "more") * min(len(all), 1)
		got := Lines(all, more)
		if !fits(got) || strings.Contains(got, "and 0 more") || len(all) > 0 && !strings.HasPrefix(got, "P1 INC-1 checkout: ") {
			t.Fatalf("%q", got)
		}
		shown := strings.Count(got, "checkout: ")
		if left := len(all) - shown + more; left > 0 && !strings.HasSuffix(got, fmt.Sprintf("\nand %d more", left)) {
			t.Fatalf("%d of %d and %d lines in %q", shown, len(all), more, got)
		}
	})
}
