package peers

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPowerCut cuts the power of the disk under a daemon under load, again and again. The daemon ends at once and says why; its
// store opens again, and everything that was answered is there, as in TestKill.
func TestPowerCut(t *testing.T) {
	if os.Getenv("ROUSE_POWERCUTS") == "" {
		t.Skip("skipped: `make powercut CYCLES=n` runs it, as root")
	}
	cycles := asked(t, "ROUSE_POWERCUTS", 0)
	v := newVolume(t, 1024)
	w := newTown(t, tortureConfig(t))
	w.store = filepath.Join(v.dir, "store")
	w.write(tortureConfig(t))
	x := newTorture(w)
	said := map[string]int{}
	for k := range cycles {
		x.strike(k, func() { said[x.cut(v)]++ })
		x.progress(k, cycles)
	}
	x.settle("power cuts", cycles)
	t.Logf("last words: %v", said)
	x.daemon.kill() // it has to let go of the volume
}

// cut cuts the power, waits until the daemon has ended, and switches it on again. It returns how the daemon ended.
func (x *torture) cut(v *volume) string {
	x.t.Helper()
	begin := time.Now()
	x.deaths = append(x.deaths, begin)
	v.cut(rand.Uint32N(shutdownWays))
	x.daemon.wait(patience)
	v.unmount()
	v.mount()
	x.dark = append(x.dark, darkness{begin, time.Now()})
	said := x.daemon.out.String()
	switch {
	case strings.Contains(said, "the store failed"):
		return "store failed"
	case strings.Contains(said, "SIGBUS"):
		return "SIGBUS"
	}
	x.t.Logf("its last words: %s", x.daemon.out.tail(600))
	return "other"
}
