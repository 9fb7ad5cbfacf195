package peers

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/configs"
)

// TestImportRoutesAsAmtool imports Alertmanager's own example with the built program, has it checked, and asks the real amtool
// of 500 random label sets which receivers they come to: they are the services of rouse.
func TestImportRoutesAsAmtool(t *testing.T) {
	t.Parallel()
	const source = "../../migrate/testdata/alertmanager/simple.yml"
	imported := filepath.Join(t.TempDir(), "rouse.yaml")
	if out, errs, status := run(t, exec.Command(program.binary(t), "import", "alertmanager", source, "--out", imported)); status != 0 {
		t.Fatalf("import ended with status %d: %s%s", status, out, errs)
	}
	if out, errs, status := run(t, exec.Command(program.binary(t), "check", imported)); status != 0 {
		t.Fatalf("check ended with status %d: %s%s", status, out, errs)
	}
	text, err := os.ReadFile(imported)
	if err != nil {
		t.Fatal(err)
	}
	c, problems := configs.Load(imported, text, configs.Options{})
	if c == nil {
		t.Fatal(problems)
	}
	original, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	known, _, _ := strings.Cut(string(original), "\ntracing:") // Debian's amtool is older than that key
	theirs := write(t, t.TempDir(), "alertmanager.yml", known)
	asked := map[string]string{} // sets come again, and amtool says the same
	dice := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		l := drawLabels(dice)
		var words, got []string
		for _, name := range slices.Sorted(maps.Keys(l)) {
			words = append(words, name+"="+l[name])
		}
		key := strings.Join(words, " ")
		if asked[key] == "" {
			out, errs, status := run(t, exec.Command(peer(t, "amtool"), append([]string{"config", "routes", "test", "--config.file=" + theirs}, words...)...))
			if status != 0 {
				t.Fatalf("amtool: %s%s", out, errs)
			}
			receivers := strings.Split(strings.TrimSpace(out), ",")
			slices.Sort(receivers)
			asked[key] = strings.Join(slices.Compact(receivers), ",")
		}
		for _, d := range c.Tree().Route(alert.Alert{Labels: l}) {
			got = append(got, d.Service)
		}
		slices.Sort(got)
		if g := strings.Join(slices.Compact(got), ","); g != asked[key] {
			t.Fatalf("labels %s: rouse comes to %s, amtool to %s", key, g, asked[key])
		}
	}
	t.Logf("500 label sets, %d of them different", len(asked))
}

// drawLabels draws what the example's matchers ask for, and what they do not.
func drawLabels(dice *rand.Rand) map[string]string {
	l := map[string]string{"alertname": fmt.Sprintf("A%d", dice.IntN(4))}
	for _, label := range []struct {
		name   string
		values []string
	}{
		{"service", []string{"foo1", "foo2", "baz", "files", "database", "other", "foo12", ""}},
		{"severity", []string{"critical", "warning", ""}},
		{"owner", []string{"team-X", "team-Y", "team-Z", ""}},
	} {
		if v := label.values[dice.IntN(len(label.values))]; v != "" {
			l[label.name] = v
		}
	}
	return l
}
