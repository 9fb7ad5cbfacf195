package web

import "testing"

func TestTyped(t *testing.T) {
	for in, want := range map[string]string{
		" two  words \r\nand a line ": "two  words \nand a line", "\u200b": "", "\u0000a\u0007b": "ab", "\u202eevil": "evil", "\u200d\u200c": "",
		"family \U0001F468\u200d\U0001F469": "family \U0001F468\u200d\U0001F469", "نمی\u200cخواهم": "نمی\u200cخواهم", "\t": "", "\xff": "\xff",
	} {
		if got := typed(in); got != want {
			t.Errorf("typed(%q) = %q, want %q", in, got, want)
		}
	}
}
