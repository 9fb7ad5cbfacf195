package router

import (
	"strings"
	"testing"

	"github.com/prometheus/alertmanager/pkg/labels"
	"pgregory.net/rapid"
)

func TestParseMatchers(t *testing.T) {
	tests := []struct {
		name string
		list []string
		want string
	}{
		{"nothing", nil, "{}"},
		{"the four operators", []string{`a="1"`, `b!="2"`, `c=~"x|y"`, `d!~"z.*"`}, `{a="1",b!="2",c=~"x|y",d!~"z.*"}`},
		{"several in braces", []string{`{a="1",b!="2"}`, `c="3"`}, `{a="1",b!="2",c="3"}`},
		{"several without braces", []string{`a="1", b="2"`}, `{a="1",b="2"}`},
		{"no quotes", []string{`severity=critical`}, `{severity="critical"}`},
		{"a comma outside quotes parts two matchers", []string{`a=~foo{1,2}`}, ``},
		{"classic: nothing after the sign", []string{`a=`}, `{a=""}`},
		{"classic: a regular expression without quotes", []string{`a=~(x|y).*`}, `{a=~"(x|y).*"}`},
		{"UTF-8 name", []string{`"odd name"="x"`}, `{"odd name"="x"}`},
		{"UTF-8 name without quotes", []string{`größe="x"`}, `{größe="x"}`},
		{"a quote inside", []string{`a="say \"hi\""`}, `{a="say \"hi\""}`},
		{"a comma inside", []string{`a="1,2"`}, `{a="1,2"}`},
		{"empty braces", []string{`{}`}, `{}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseMatchers(tt.list)
			if (err != nil) != (tt.want == "") {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			if err == nil && got.String() != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestParseMatchersNamesTheBadOne(t *testing.T) {
	tests := []struct{ bad, want string }{
		{`nonsense`, `matcher 2, "nonsense", cannot be read`},
		{`a=~"("`, "matcher 2, \"a=~\\\"(\\\"\", cannot be read: error parsing regexp"},
		{`="x"`, `matcher 2,`},
		{`{a="1"`, ``}, // the classic grammar forgives a missing brace
		{"  ", `matcher 2 is empty`},
	}
	for _, tt := range tests {
		_, err := ParseMatchers([]string{`good="1"`, tt.bad, `fine="2"`})
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%q: %v", tt.bad, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%q: error %v, want %q in it", tt.bad, err, tt.want)
		}
	}
}

func FuzzParseMatchers(f *testing.F) {
	for _, s := range []string{`a="1"`, `{a="1",b!="2"}`, `"odd name"=~"x|y"`, `a=~"("`, `{`, `a=`, "a=\"\xff\"", `a="\"`, `größe!~".*"`, `,`, ` {} `} {
		f.Add(s, "x")
	}
	f.Fuzz(func(t *testing.T, in, value string) {
		all, err := ParseMatchers([]string{in})
		if err != nil {
			if !strings.Contains(err.Error(), "matcher 1") {
				t.Errorf("the error does not say which matcher: %v", err)
			}
			return
		}
		var n names
		for _, m := range all {
			if m.Name == "" {
				t.Errorf("%q gave a matcher without a name", in)
			}
			ready := newTest(m, &n)
			for _, v := range []string{value, "", m.Value} {
				if got, want := ready.ok(v), m.Matches(v); got != want {
					t.Errorf("%s of %q: got %v, want %v", m, v, got, want)
				}
			}
		}
	})
}

// TestTestsAnswerAsMatchers checks the short cuts for regular expressions against the expressions.
func TestTestsAnswerAsMatchers(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "b", "ab", "|", "|", "(", ")", "(?:", "[ab]", "[^a]", "[a-c]", "?", ".*", ".+", ".", "*", "^", "$", "(?i)", "(?s)", "(?m)", "\\.", "\ufffd", "\\n", "é", "{2}", "()", "\\b"})
	text := rapid.StringOf(rapid.SampledFrom([]rune("abcAé.\n\ufffd")))
	simple := 0
	rapid.Check(t, func(t *rapid.T) {
		expr := strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "pieces"), "")
		kind := rapid.SampledFrom([]labels.MatchType{labels.MatchRegexp, labels.MatchNotRegexp}).Draw(t, "kind")
		m, err := labels.NewMatcher(kind, "x", expr)
		if err != nil {
			t.Skip("not an expression")
		}
		var n names
		ready := newTest(m, &n)
		if ready.how != pattern {
			simple++
		}
		values := append([]string{"", "\xff", "a\xff"}, ready.any...)
		values = append(values, ready.text, ready.text+"\n", ready.text+"x")
		for range 10 {
			values = append(values, text.Draw(t, "value"))
		}
		for _, v := range values {
			if got, want := ready.ok(v), m.Matches(v); got != want {
				t.Fatalf("%s (%v) of %q: got %v, want %v", m, ready, v, got, want)
			}
		}
	})
	if simple == 0 {
		t.Error("no expression was simplified: the short cuts are not tested")
	}
}

func TestShortCutsAreTaken(t *testing.T) {
	tests := []struct {
		expr string
		want how
	}{
		{"checkout|cart|payments", oneOf},
		{"^(info|none)$", oneOf},
		{"node-[0-9]", oneOf},
		{"https?", oneOf},
		{"", oneOf},
		{"db-.*", prefix},
		{".+", prefix},
		{"(.*)", prefix},
		{".*down", pattern},
		{"(?i)critical", pattern},
		{"[0-9]+", pattern},
		{"[0-9][0-9][0-9]", pattern}, // a thousand strings
	}
	for _, tt := range tests {
		var n names
		m, err := labels.NewMatcher(labels.MatchRegexp, "x", tt.expr)
		if err != nil {
			t.Fatal(err)
		}
		if got := newTest(m, &n).how; got != tt.want {
			t.Errorf("%q: got %v, want %v", tt.expr, got, tt.want)
		}
	}
}
