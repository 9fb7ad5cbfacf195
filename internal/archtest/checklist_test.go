package archtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// proof is the name of a test in the checklist: folder, dot, function.
var proof = regexp.MustCompile("`([a-z/]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`")

// TestTheChecklistIsTrue: every test that the security checklist names exists, and no line claims something without a proof or a
// reason.
func TestTheChecklistIsTrue(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root(t), "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, ok := strings.Cut(string(text), "\n## Checklist\n")
	if !ok {
		t.Fatal("docs/security.md has no section Checklist")
	}
	written := map[string]string{}
	var ids []string
	for _, l := range strings.Split(list, "\n") {
		if !strings.HasPrefix(l, "| S") {
			continue
		}
		cells := strings.Split(strings.Trim(l, "| "), " | ")
		if len(cells) != 3 {
			t.Errorf("%d cells, want 3: %s", len(cells), l)
			continue
		}
		ids = append(ids, cells[0])
		found := proof.FindAllStringSubmatch(cells[2], -1)
		if len(found) == 0 && !strings.HasPrefix(cells[2], "none: ") {
			t.Errorf("%s names no test, and does not say why not", cells[0])
		}
		if n := strings.Count(cells[2], "`"); n != 2*len(found) {
			t.Errorf("%s: a name that is no `folder.Test`: %s", cells[0], cells[2])
		}
		for _, f := range found {
			if written[f[1]] == "" {
				written[f[1]] = tests(t, f[1])
			}
			if !strings.Contains(written[f[1]], "\nfunc "+f[2]+"(") {
				t.Errorf("%s: %s has no %s", cells[0], f[1], f[2])
			}
		}
	}
	var want []string
	for _, span := range [][2]int{{1, 20}, {30, 38}, {42, 42}} {
		for n := span[0]; n <= span[1]; n++ {
			want = append(want, fmt.Sprint("S", n))
		}
	}
	if !slices.Equal(ids, want) {
		t.Errorf("the checklist has %v, want %v", ids, want)
	}
}

// tests is the source of a folder's tests.
func tests(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root(t), dir, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Errorf("no tests in %s: %v", dir, err)
	}
	var all strings.Builder
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(source)
	}
	return all.String()
}
