package main

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/router"

	"pgregory.net/rapid"
)

func noEnv(string) string { return "" }

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"disk full":                 "disk full",
		"  two\n\tlines  ":          "two lines",
		"\x1b[2Jgone\x07":           "[2Jgone",
		"ab\u202Edc\u2066":          "abdc",
		"bad \xff byte":             "bad byte",
		"naïve 日本 ✓ \u200b":         "naïve 日本 ✓ \u200b",
		"c1 \u009b31m":              "c1 31m",
		"line\u2028and\u2029parted": "line and parted",
	} {
		if got := plain(in); got != want {
			t.Errorf("plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("\x1b]0;title\x07text")
	f.Add("a\r\nb")
	f.Fuzz(func(t *testing.T, s string) {
		got := plain(s)
		if strings.ContainsFunc(got, unicode.IsControl) || plain(got) != got {
			t.Errorf("plain(%q) = %q", s, got)
		}
	})
}

func TestTable(t *testing.T) {
	rows := [][]string{{"INC-1", "triggered", "a title that is much longer than the sixty columns a terminal gives it"}, {"INC-2", "resolved", "日本\x1b[31m"}}
	for _, tt := range []struct {
		name string
		p    printer
		want string
	}{
		{"plain", printer{}, "NO     STATE      TITLE\n" +
			"INC-1  triggered  a title that is much longer than the sixty columns a terminal gives it\n" +
			"INC-2  resolved   日本[31m\n"},
		{"terminal", printer{terminal: true, colour: true}, "\x1b[1mNO\x1b[0m     \x1b[1mSTATE\x1b[0m      \x1b[1mTITLE\x1b[0m\n" +
			"INC-1  \x1b[31mtriggered\x1b[0m  a title that is much longer than the sixty columns a termin…\n" +
			"INC-2  \x1b[32mresolved\x1b[0m   日本[31m\n"},
	} {
		var b bytes.Buffer
		tt.p.w = &b
		tt.p.table([]string{"NO", "STATE", "TITLE"}, rows)
		if got := b.String(); got != tt.want {
			t.Errorf("%s:\n%q, want\n%q", tt.name, got, tt.want)
		}
	}
}

func TestNoColourIntoAFile(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	for _, w := range []*os.File{f, null} {
		if p := newPrinter(w, noEnv); p.terminal || p.colour {
			t.Errorf("%s is taken for a terminal", w.Name())
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1024: "1.0 KiB", 1536: "1.5 KiB", 5 << 20: "5.0 MiB", 3 << 40: "3.0 TiB"} {
		if got := size(n); got != want {
			t.Errorf("size(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestAnnotation(t *testing.T) {
	got := annotation(configs.Problem{File: "a,b:c.yaml", Line: 3, Column: 5, Key: "users.ana", Severity: configs.Warning, Rule: "unused-user", What: "is 100% unused\nreally", Do: "remove it"})
	want := "::warning file=a%2Cb%3Ac.yaml,line=3,col=5,title=rouse check unused-user::users.ana: is 100%25 unused%0Areally; remove it"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMatcher(t *testing.T) {
	for _, tt := range []struct {
		in    string
		first bool
		want  string
	}{
		{"DiskFull", true, `alertname="DiskFull"`},
		{"cluster=eu-1", false, `cluster="eu-1"`},
		{`cluster="eu-1"`, false, `cluster="eu-1"`},
		{"cluster=~eu-.*", false, `cluster=~"eu-.*"`},
		{"cluster!~eu|us", false, `cluster!~"eu|us"`},
		{"cluster!=", false, `cluster!=""`},
		{`path=C:\tmp "x"`, false, `path="C:\\tmp \"x\""`},
		{`"two words"=x`, false, `"two words"="x"`},
		{`{a="1",b!="2"}`, false, `{a="1",b!="2"}`},
		{"expr=a=b", false, `expr="a=b"`},
		{`half="`, false, `half="\""`},
	} {
		got, err := matcher(tt.in, tt.first)
		if err != nil || got != tt.want {
			t.Errorf("matcher(%q) = %s, %v, want %s", tt.in, got, err, tt.want)
			continue
		}
		if _, err := router.ParseMatchers([]string{got}); err != nil {
			t.Errorf("matcher(%q) = %s, which the daemon refuses: %v", tt.in, got, err)
		}
	}
	for _, in := range []string{"", "DiskFull", "=x", "a b=c", "!~x"} {
		if got, err := matcher(in, false); err == nil {
			t.Errorf("matcher(%q) = %s, want an error", in, got)
		}
	}
}

// Whatever value a shell hands over, the daemon reads that very value.
func TestMatcherKeepsTheValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z_][a-z0-9_]{0,8}`).Draw(t, "name")
		op := rapid.SampledFrom([]string{"=", "!="}).Draw(t, "op")
		value := rapid.StringMatching(`[ -~äλ]{0,20}`).Filter(func(s string) bool {
			return strings.TrimSpace(s) == s && !strings.HasPrefix(s, "~") && // name=~value is another operator
				!(len(s) > 1 && strings.HasPrefix(s, `"`) && strings.HasSuffix(s, `"`))
		}).Draw(t, "value")
		m, err := matcher(name+op+value, false)
		if err != nil {
			t.Fatal(err)
		}
		got, err := router.ParseMatchers([]string{m})
		if err != nil || len(got) != 1 || got[0].Name != name || got[0].Value != value {
			t.Errorf("%s%s%s became %s, read as %v (%v)", name, op, value, m, got, err)
		}
	})
}

func TestFlatten(t *testing.T) {
	one, two := errors.New("one"), errors.New("two")
	if got := flatten(errors.Join(one, errors.Join(two))); len(got) != 2 || got[0] != one || got[1] != two {
		t.Errorf("got %v", got)
	}
}
