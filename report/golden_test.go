package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not as before: run the tests with -update and look at the difference", path)
	}
}

func TestGoldens(t *testing.T) {
	r := demoMonth(t)
	for format, name := range map[Format]string{
		FormatTable: "october.txt", FormatJSON: "october.json", FormatCSV: "october.csv", FormatMarkdown: "october.md", FormatHTML: "october.html",
	} {
		got, err := Render(format, &r)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, got)
	}
	for _, s := range Sections() {
		got, err := CSV(&r, s)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "october-"+string(s)+".csv", got)
	}
}
