package rehearsal_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rouse/rouse/simulate/rehearsal"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestPicture draws a night that ends with its acknowledgement, which has room to be seen all the same. Look at what it draws.
func TestPicture(t *testing.T) {
	line, err := stageOf(t, shop).Play(rehearsal.Script{Start: night, Length: 2*time.Minute + time.Second, Events: []rehearsal.Event{
		{Do: fire("Down")}, {At: 2 * time.Minute, Do: rehearsal.Press{User: "bo", Key: "1"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	madrid, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		t.Fatal(err)
	}
	path, got := filepath.Join("testdata", "night.svg"), rehearsal.Picture(line, madrid)
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
		t.Errorf("%s differs; -update writes it anew. Got:\n%s", path, got)
	}
}
