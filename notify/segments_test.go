package notify

import (
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

func TestSegments(t *testing.T) {
	tests := []struct {
		name     string
		text     string
		enc      Encoding
		units, n int
	}{
		{"empty", "", GSM7, 0, 0},
		{"one letter", "a", GSM7, 1, 1},
		{"full single", strings.Repeat("a", 160), GSM7, 160, 1},
		{"one over", strings.Repeat("a", 161), GSM7, 161, 2},
		{"full double", strings.Repeat("a", 306), GSM7, 306, 2},
		{"triple", strings.Repeat("a", 307), GSM7, 307, 3},
		{"extension counts two", "[€]", GSM7, 6, 1},
		{"extension fills single", strings.Repeat("{", 80), GSM7, 160, 1},
		{"extension is not split", strings.Repeat("a", 152) + "€" + strings.Repeat("a", 152), GSM7, 306, 3},
		{"whole alphabet", gsmBasic, GSM7, 127, 1},
		{"cyrillic", "тест", UCS2, 4, 1},
		{"backtick is not in the alphabet", "`", UCS2, 1, 1},
		{"small c cedilla is not", "ç", UCS2, 1, 1},
		{"full single unicode", strings.Repeat("я", 70), UCS2, 70, 1},
		{"one over unicode", strings.Repeat("я", 71), UCS2, 71, 2},
		{"full double unicode", strings.Repeat("я", 134), UCS2, 134, 2},
		{"emoji counts two", "😀", UCS2, 2, 1},
		{"pair is not split", strings.Repeat("я", 66) + "😀" + strings.Repeat("я", 66), UCS2, 134, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			enc, units, n := Segments(tt.text)
			if enc != tt.enc || units != tt.units || n != tt.n {
				t.Errorf("got %s %d units %d segments, want %s %d %d", enc, units, n, tt.enc, tt.units, tt.n)
			}
		})
	}
}

// septets is a second, slower opinion: the whole text written out septet by septet or unit by unit, then filled into
// segments one character at a time.
func bruteSegments(text string) (Encoding, int, int) {
	var chars [][]uint16
	enc := GSM7
	for _, r := range text {
		switch {
		case strings.ContainsRune("\f^{}\\[~]|€", r):
			chars = append(chars, []uint16{0x1B, 1})
		case strings.ContainsRune(gsmBasic, r):
			chars = append(chars, []uint16{1})
		default:
			enc = UCS2
		}
	}
	single, part := 160, 153
	if enc == UCS2 {
		chars, single, part = nil, 70, 67
		for _, r := range text {
			chars = append(chars, utf16.Encode([]rune{r}))
		}
	}
	var all []uint16
	for _, c := range chars {
		all = append(all, c...)
	}
	if len(all) <= single {
		return enc, len(all), min(1, len(all))
	}
	segments := [][]uint16{{}}
	for _, c := range chars {
		last := len(segments) - 1
		if len(segments[last])+len(c) > part {
			segments, last = append(segments, nil), last+1
		}
		segments[last] = append(segments[last], c...)
	}
	return enc, len(all), len(segments)
}

func TestSegmentsAgainstBruteForce(t *testing.T) {
	alphabets := []string{gsmBasic, gsmBasic + gsmExtended + gsmExtended, gsmBasic + "яж😀", "я😀🇪🇸e\u0301"}
	rapid.Check(t, func(t *rapid.T) {
		alphabet := []rune(rapid.SampledFrom(alphabets).Draw(t, "alphabet"))
		text := string(rapid.SliceOfN(rapid.SampledFrom(alphabet), 0, 500).Draw(t, "text"))
		enc, units, n := Segments(text)
		wantEnc, wantUnits, wantN := bruteSegments(text)
		if enc != wantEnc || units != wantUnits || n != wantN {
			t.Fatalf("%q: got %s %d %d, want %s %d %d", text, enc, units, n, wantEnc, wantUnits, wantN)
		}
	})
}

func FuzzSegments(f *testing.F) {
	f.Add("P1 INC-42 checkout", 9)
	f.Add(strings.Repeat("€", 77), 80)
	f.Add("\xff😀", 67)
	f.Fuzz(func(t *testing.T, text string, times int) {
		if times < 0 || times > 100 || len(text) > 200 {
			return
		}
		text = strings.Repeat(text, times)
		enc, units, n := Segments(text)
		wantEnc, wantUnits, wantN := bruteSegments(text)
		if enc != wantEnc || units != wantUnits || n != wantN {
			t.Fatalf("%q: got %s %d %d, want %s %d %d", text, enc, units, n, wantEnc, wantUnits, wantN)
		}
	})
}
