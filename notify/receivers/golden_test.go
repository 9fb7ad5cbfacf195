package receivers_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/rouse/rouse/notify/receivers"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Each file in testdata/rooms is a receiver and what it says of one incident from beginning to end.
func TestWhatRoomsHear(t *testing.T) {
	files, err := filepath.Glob("testdata/rooms/*.txtar")
	if err != nil || len(files) < 12 {
		t.Fatalf("testdata/rooms holds %d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := newStreet(t)
			rooms := load(t, string(a.Files[0].Data), receivers.Options{DialContext: s.dial})
			out := &txtar.Archive{Comment: a.Comment, Files: a.Files[:1:1]}
			for _, reason := range []receivers.Reason{receivers.Opened, receivers.Acknowledged, receivers.Resolved} {
				if err := rooms.Send(t.Context(), note(reason)); err != nil {
					t.Fatalf("%s: %v", reason, err)
				}
				out.Files = append(out.Files, txtar.File{Name: string(reason), Data: []byte(write(s.take()))})
			}
			got := txtar.Format(out)
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(txtar.Format(a)), string(got)); diff != "" && !*update {
				t.Errorf("run with -update if this is right (-want +got):\n%s", diff)
			}
		})
	}
}
