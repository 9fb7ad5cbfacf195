package main

import (
	"os"
	"strings"
	"testing"
)

// TestTheDocumentShowsARealAnswer: the example of docs/explain.md is the golden of the script.
func TestTheDocumentShowsARealAnswer(t *testing.T) {
	doc, err := os.ReadFile("../../docs/explain.md")
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("testdata/script/explain.txtar")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(script), "-- night.want --\n")
	want, _, ok := strings.Cut(rest, "-- inhibited.want --")
	if !ok || !strings.Contains(string(doc), strings.TrimSpace(want)) {
		t.Error("docs/explain.md does not show what testdata/script/explain.txtar holds explain to")
	}
}
