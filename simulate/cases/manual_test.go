package cases

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files and the manual's table")

const manual = "../../docs/paging-tests.md"

// TestManual: the manual's table is the table of forms.
func TestManual(t *testing.T) {
	const begin, end = "<!-- forms: written by go test ./simulate/cases -run Manual -update -->\n", "<!-- end -->"
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the manual has no place for the forms")
	}
	var b strings.Builder
	for _, expects := range []bool{false, true} {
		b.WriteString(map[bool]string{false: "\n### What happens\n", true: "\n### What is to be seen\n"}[expects])
		b.WriteString("\n| for example | is | means |\n|---|---|---|\n")
		for _, f := range Forms() {
			if f.Expects == expects {
				fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", f.Example, strings.ReplaceAll(f.Form, "|", "\\|"), f.Does)
			}
		}
	}
	want := head + begin + b.String() + "\n" + end + tail
	if *update {
		if err := os.WriteFile(manual, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(text) {
		t.Error("the manual's table is not that of the forms: go test ./simulate/cases -run Manual -update")
	}
}

// TestExamples: the example of each form is read by that form.
func TestExamples(t *testing.T) {
	all := Forms()
	for k, f := range all {
		words := join(split(f.Example))
		for n := range all {
			if ok, _, _ := match(all[n].elements, words, caught{}); ok {
				if n != k && all[n].Does != "The same; woken is by a text or a call alone." {
					t.Errorf("%q is read as %q, want %q", f.Example, all[n].Form, f.Form)
				}
				break
			}
			if n == k {
				t.Errorf("%q is not read by its own form %q", f.Example, f.Form)
				break
			}
		}
	}
}
