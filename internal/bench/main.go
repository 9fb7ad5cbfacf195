package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// bench is one run.
type bench struct {
	ctx    context.Context
	dir    string // scratch
	binary string
	each   time.Duration // of one measurement
	most   int           // open alerts at most, in memory and growth
	store  string        // badger, or postgres: then each daemon has a PostgreSQL of its own

	soakFor time.Duration
}

// scenario is a part of a run.
type scenario struct {
	name string
	run  func(*bench) error
}

var scenarios = []scenario{
	{"limits", (*bench).limits},
	{"accept", (*bench).accept},
	{"first", (*bench).firstPage},
	{"storm", (*bench).storm},
	{"peers", (*bench).peers},
	{"memory", (*bench).memory},
	{"timers", (*bench).timers},
	{"soak", (*bench).soak}, // only when it is asked for
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == serveArg {
		fail(serveLimit(os.Args[2], os.Args[3]))
		return
	}
	only := flag.String("only", "limits,accept,first,storm,peers,memory,timers", "parts to run, by comma: those, or soak")
	each := flag.Duration("each", 4*time.Second, "how long one measurement of a rate takes")
	most := flag.Int("most", 1_000_000, "open alerts at most")
	binary := flag.String("binary", "", "rouse to measure; built when empty")
	soakFor := flag.Duration("soak", time.Hour, "how long soak takes")
	kind := flag.String("store", "badger", "what the daemon keeps its data in: badger or postgres, which must be installed")
	scratch := flag.String("dir", "", "where stores are made: the disk that is measured; empty: the system's temporary directory")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir, err := os.MkdirTemp(*scratch, "rouse-bench-")
	fail(err)
	defer os.RemoveAll(dir)
	b := &bench{ctx: ctx, dir: dir, binary: *binary, each: *each, most: *most, store: *kind, soakFor: *soakFor}
	if b.binary == "" {
		b.binary = filepath.Join(dir, "rouse")
		build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.binary, "./cmd/rouse")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		build.Stderr = os.Stderr
		fail(build.Run())
	}
	fmt.Printf("%d processors, %s, %s\n", runtime.NumCPU(), runtime.Version(), time.Now().Format(time.DateOnly))
	wanted := strings.Split(*only, ",")
	for _, s := range scenarios {
		if !slices.Contains(wanted, s.name) {
			continue
		}
		fmt.Printf("\n## %s\n\n", s.name)
		if err := s.run(b); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", s.name, err)
			os.RemoveAll(dir)
			os.Exit(1)
		}
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// table prints rows as they come, in Markdown.
type table struct{ columns []string }

func newTable(columns ...string) *table {
	fmt.Printf("| %s |\n|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
	return &table{columns}
}

func (*table) row(cells ...any) {
	for _, c := range cells {
		switch c := c.(type) {
		case time.Duration:
			fmt.Printf("| %s ", millis(c))
		case float64:
			fmt.Printf("| %s ", plain(c))
		default:
			fmt.Printf("| %v ", c)
		}
	}
	fmt.Println("|")
}

// millis writes a duration in milliseconds, to three places.
func millis(d time.Duration) string { return plain(float64(d.Microseconds())/1000) + " ms" }

// plain writes a number to about three places.
func plain(f float64) string {
	switch {
	case f == 0:
		return "0"
	case f < 10:
		return fmt.Sprintf("%.2f", f)
	case f < 100:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.0f", f)
}
