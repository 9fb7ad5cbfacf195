package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"
)

func containsWord(text, word string) bool {
	return regexp.MustCompile(`(^|\W)` + regexp.QuoteMeta(word) + `($|\W)`).MatchString(text)
}

func hostileReport(t *testing.T) Report {
	q := Month(2026, time.October, nil)
	q.By = []Dimension{ByService, ByCategory}
	return build(q, nil, q.To, hostile(at(t, "2026-10-20T10:00:00Z")))
}

func TestHostileWordsStayWords(t *testing.T) {
	r := hostileReport(t)
	page, err := HTML(&r)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "hostile.html", page)
	golden(t, "hostile.md", []byte(Markdown(&r)))
	golden(t, "hostile.txt", []byte(Table(&r)))
	if bytes.Contains(page, []byte("<script")) || bytes.Contains(page, []byte("href=")) {
		t.Error("a title became markup of the page")
	}
	for line := range strings.Lines(regexp.MustCompile(`\\.`).ReplaceAllString(Markdown(&r), "")) {
		if strings.Contains(line, "<script") || strings.Contains(line, "](") || strings.Contains(line, "@ana") || strings.Contains(line, "https://") {
			t.Errorf("a title became markup: %s", line)
		}
	}
	if i := strings.IndexFunc(Table(&r), func(c rune) bool { return unicode.IsControl(c) && c != '\n' }); i >= 0 {
		t.Errorf("a control character at %d reaches the terminal", i)
	}
}

func TestSpreadsheetsRunNothing(t *testing.T) {
	r := hostileReport(t)
	for _, s := range Sections() {
		b, err := CSV(&r, s)
		if err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		for _, record := range records {
			for _, cell := range record {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
					t.Errorf("%s: a cell begins a formula: %q", s, cell)
				}
			}
		}
		if s == SectionNoise && !strings.Contains(string(b), "'=cmd|") {
			t.Errorf("%s: the apostrophe is missing", s)
		}
	}
}

// TestMarkdownRowsKeepTheirCells: whatever a title says, a row has as many cells as its head, and is one line.
func TestMarkdownRowsKeepTheirCells(t *testing.T) {
	bare := regexp.MustCompile(`\\.`)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching("[|\\\\`<>\n\r\t@*_\\[\\]() a]*")).Draw(t, "text")
		g := grid{head: []string{"a", "b"}, text: 2, rows: [][]string{{text, text}}}
		var b strings.Builder
		g.markdown(&b)
		lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(lines) != 3 {
			t.Fatalf("%q makes %d lines", text, len(lines))
		}
		if row := bare.ReplaceAllString(lines[2], ""); strings.Count(row, "|") != 3 || strings.ContainsAny(row, "<>`*_[]") {
			t.Fatalf("%q makes the row %q", text, lines[2])
		}
	})
}

func TestTableIsAligned(t *testing.T) {
	r := demoMonth(t)
	for line := range strings.Lines(Table(&r)) {
		if strings.HasSuffix(line, " \n") {
			t.Errorf("space at the end of %q", line)
		}
	}
	g := grid{head: []string{"name", "n"}, text: 1, rows: [][]string{{"añ", "1"}, {"b", "1000"}}}
	var b strings.Builder
	g.table(&b)
	if want := "name     n\nañ       1\nb     1000\n"; b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestBars(t *testing.T) {
	got := unicodeBars([]float64{0, 0.001, 1, 20, 40})
	for i, want := range []string{"", "▏", "▌", "██████████", "████████████████████"} {
		if got[i] != want {
			t.Errorf("bar %d: got %q want %q", i, got[i], want)
		}
	}
}

func TestPageKeepsItsOwnPolicy(t *testing.T) {
	r := demoMonth(t)
	page, err := HTML(&r)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "<style>")
	style, body, found := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	if !found || !strings.Contains(ContentSecurityPolicy(), base64.StdEncoding.EncodeToString(sum[:])) {
		t.Error("the policy does not allow the style of the page")
	}
	if strings.Contains(body, "style=") || strings.Contains(string(page), "<script") || strings.Contains(body, "src=") {
		t.Error("the page holds what its policy forbids")
	}
}

// TestPicturesAreWhole: the SVG is well-formed, and nothing is drawn outside of its picture.
func TestPicturesAreWhole(t *testing.T) {
	long := demoMonth(t)
	q := Query{From: at(t, "2020-01-01T00:00:00Z"), To: at(t, "2027-01-01T00:00:00Z")}
	years := build(q, demoRoster(t), q.To, demo(3000, 7*365, q.To))
	for name, r := range map[string]Report{"month": long, "hostile": hostileReport(t), "years": years} {
		for _, c := range r.page().Charts {
			for _, b := range c.Bars {
				if b.X < 0 || b.Y < 0 || b.X+b.W > c.Width+0.1 || b.Y+b.H > c.Height+0.1 || b.H <= 0 {
					t.Errorf("%s, %s: a bar is outside: %+v", name, c.Title, b)
				}
			}
			for _, d := range c.Dots {
				if d.X < 0 || d.Y < 0 || d.X > c.Width || d.Y > c.Height {
					t.Errorf("%s, %s: a dot is outside: %+v", name, c.Title, d)
				}
			}
		}
		page, err := HTML(&r)
		if err != nil {
			t.Fatal(err)
		}
		for _, svg := range regexp.MustCompile(`(?s)<svg.*?</svg>`).FindAll(page, -1) {
			d := xml.NewDecoder(bytes.NewReader(svg))
			for err = nil; err == nil; {
				_, err = d.Token()
			}
			if !errors.Is(err, io.EOF) {
				t.Errorf("%s: SVG: %v", name, err)
			}
		}
	}
}

func TestNiceScales(t *testing.T) {
	for n, want := range map[int]int{1: 2, 3: 4, 7: 8, 9: 10, 11: 20, 41: 60, 99: 100, 101: 200} {
		if got := niceCount(n); got != want {
			t.Errorf("niceCount(%d): got %d want %d", n, got, want)
		}
	}
	for d, want := range map[time.Duration]time.Duration{0: 10 * time.Second, 61 * time.Second: 2 * time.Minute, 25 * time.Hour: 48 * time.Hour, 5000 * time.Hour: 300 * 24 * time.Hour} {
		if got := niceSpan(d); got != want {
			t.Errorf("niceSpan(%s): got %s want %s", d, got, want)
		}
	}
}

func TestChangeInWords(t *testing.T) {
	v := func(f float64) *float64 { return &f }
	for _, c := range []struct {
		d            Delta
		change, mood string
	}{
		{Delta{Unit: Count, Better: Lower, Before: v(12), Now: v(15)}, "+3 (+25%)", "bad"},
		{Delta{Unit: Count, Better: Lower, Before: v(0), Now: v(3)}, "+3", "bad"},
		{Delta{Unit: Count, Better: Lower, Before: v(206), Now: v(205)}, "-1", ""},
		{Delta{Unit: Count, Better: Neither, Before: v(4), Now: v(2)}, "-2 (-50%)", ""},
		{Delta{Unit: Duration, Better: Lower, Before: v(2000), Now: v(1760)}, "-4m (-12%)", "good"},
		{Delta{Unit: Duration, Better: Lower, Before: v(100), Now: v(100.2)}, "same", ""},
		{Delta{Unit: Stars, Better: Higher, Before: v(4), Now: v(4.3)}, "+0.3", "good"},
		{Delta{Unit: Stars, Better: Higher, Before: v(4), Now: v(3.9)}, "-0.1", ""},
		{Delta{Unit: Stars, Better: Higher, Before: v(4), Now: v(4)}, "same", ""},
		{Delta{Unit: Stars, Better: Higher, Now: v(4)}, "-", ""},
		{Delta{Unit: Part, Better: Higher, Before: v(0.95), Now: v(0.97)}, "+2 points", "good"},
		{Delta{Unit: Part, Better: Higher, Before: v(0.95), Now: v(0.945)}, "-0.5 points", ""},
		{Delta{Unit: Part, Better: Higher, Now: v(0.95)}, "-", ""},
	} {
		if got := c.d.Change(); got != c.change {
			t.Errorf("%s: got %q want %q", c.d.Unit, got, c.change)
		}
		if got := c.d.Mood(); got != c.mood {
			t.Errorf("%s %s: got %q want %q", c.d.Unit, c.change, got, c.mood)
		}
	}
}

// TestManualSaysTheSame keeps the formulas in the manual, which people read, those of the code.
func TestManualSaysTheSame(t *testing.T) {
	const path, begin, end = "../docs/reports.md", "<!-- formulas -->\n", "<!-- end of formulas -->\n"
	manual, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(manual), begin)
	table, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no %q or no %q", path, begin, end)
	}
	if table == FormulaTable() {
		return
	}
	if *update {
		if err := os.WriteFile(path, []byte(head+begin+FormulaTable()+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s has other formulas than the code: run the tests of report with -update", path)
}

func TestEveryNumberHasAFormula(t *testing.T) {
	var all strings.Builder
	for _, f := range Formulas() {
		if f.Name == "" || f.Formula == "" || f.Why == "" || f.Silent == "" {
			t.Errorf("a formula is not whole: %+v", f)
		}
		all.WriteString(strings.ToLower(f.Name) + "\n")
	}
	for _, m := range measures() {
		name, _, _ := strings.Cut(m.title, " (")
		name = strings.TrimSuffix(name, " acks")
		if word, ok := strings.CutPrefix(name, "Reviews "); ok && word != "" {
			name = "Reviews"
		}
		if name != "Alerts" && !strings.Contains(all.String(), strings.ToLower(name)) {
			t.Errorf("%q has no formula", m.title)
		}
	}
}
