package notify

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReduce(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""}, {"Disk full", "Disk full"}, {"🔥", "🔥"}, {"🔥 ⚠️", "🔥 ⚠️"}, {"🔥Down", "Down"}, {"Disk🔥full", "Disk full"}, {"(🔥 Sesión)", "(Sesion)"}, {"a (🔥)", "a (🔥)"},
		{"a () 🔥", "a ()"}, {"🇪🇸 eu", "eu"}, {"1️⃣ of 3", "1 of 3"}, {"👩🏽\u200d🚒 on duty", "on duty"}, {"mañana Über Été ò", "mañana Über Été ò"}, {"man\u0303ana", "mañana"},
		{"áíóúçłř ŁŘ œ", "aiouclr LR oe"}, {"a≰b≠c", "a≰b!=c"}, {"+\u0338", "+\u0338"}, {"≥ 90 → 40 °C", ">= 90 -> 40 C"}, {"▲ 5xx", "▲ 5xx"}, {"Ünï 漢字", "Üni 漢字"},
	} {
		if got := reduce(tt.in); got != tt.want {
			t.Errorf("reduce(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestReducePromises(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("aB 3-_{(€)“яж漢😀🇪🇸e\u0301ñłó≠≰\u0338\u200d👩🏽⚠\ufe0f→"))))
	rapid.Check(t, func(t *rapid.T) {
		in := oneLine(text.Draw(t, "text"))
		got := reduce(in)
		switch {
		case in != "" && got == "":
			t.Fatalf("nothing is left of %q", in)
		case plain(in) && got != in:
			t.Fatalf("%q is plain, and became %q", in, got)
		case got != in && strings.ContainsAny(got, "😀👩🏽ół"):
			t.Fatalf("%q became %q", in, got)
		}
	})
}
