package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/ingest"
	"github.com/rouse/rouse/simulate/cases"
)

// testOptions are the flags of test.
type testOptions struct {
	config, run, junit string
	tap, json, verbose bool
}

func newTest(e env) *cobra.Command {
	var o testOptions
	cmd := &cobra.Command{
		Use:   "test [FILE|FOLDER...]",
		Short: "Run paging tests: stories of who is woken, by what, at what minute",
		Long: "Run paging tests (all *.test.yaml here and below unless files or folders are named) against the configuration that each file names,\n" +
			"rouse.yaml beside it otherwise. The engine of production plays them in virtual time: nothing is sent, no secret is needed.\n\n" +
			"The exit status is 0 when all hold, 1 when one fails, and 2 when a file cannot be used.",
		Example: "  rouse test\n  rouse test paging.test.yaml --run 'night' --verbose\n  rouse test --junit report.xml           # for CI",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runTests(cmd.Context(), e, args, o)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&o.config, "config", "c", "", "test this configuration, whatever the files name")
	f.StringVar(&o.run, "run", "", "only tests whose name this regular expression matches")
	f.StringVar(&o.junit, "junit", "", "write JUnit XML to a file as well")
	f.BoolVar(&o.tap, "tap", false, "print TAP")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "name every test, not only those that fail")
	exclusive(cmd, "tap", "json")
	return cmd
}

func runTests(ctx context.Context, e env, args []string, o testOptions) error {
	only, err := regexp.Compile(o.run)
	if err != nil {
		return fmt.Errorf("--run: %w", err)
	}
	if args, err = testFiles(args); err != nil {
		return err
	}
	if len(args) == 0 {
		return errors.New("there are no *.test.yaml here or below: name files, or write one (docs/paging-tests.md)")
	}
	b := benches{config: o.config, of: map[string]*cases.Bench{}}
	reports, problems := b.compile(args, only)
	if len(problems) > 0 {
		fmt.Fprintln(e.stderr, problems.String())
		return exitError{2}
	}
	if names := b.dropped; o.run != "" && !slices.ContainsFunc(reports, func(u unplayed) bool { return len(u.tests) > 0 }) {
		return fmt.Errorf("--run: no test's name matches %q; %s", o.run, nearTests(o.run, names))
	}
	if e.getenv("GOGC") == "" {
		debug.SetGCPercent(400) // thousands of short plays: memory is there to be used
	}
	if err := play(ctx, e.stderr, reports); err != nil {
		return err
	}
	return tellTests(e, reports, o)
}

// testFiles are the files that are named, and the paging tests in and below the folders; without names those of this folder.
func testFiles(args []string) (files []string, err error) {
	if len(args) == 0 {
		args = []string{"."}
	}
	for _, a := range args {
		info, err := os.Stat(a)
		if err != nil || !info.IsDir() {
			files = append(files, a) // one that is not there is said when it is read
			continue
		}
		below, err := testsBelow(a)
		if err != nil {
			return nil, err
		}
		files = append(files, below...)
	}
	return files, nil
}

// testsBelow are the paging tests below a folder, but for those in hidden ones.
func testsBelow(root string) (files []string, err error) {
	err = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case !d.IsDir() && (strings.HasSuffix(path, ".test.yaml") || strings.HasSuffix(path, ".test.yml")):
			files = append(files, path)
		}
		return nil
	})
	return files, err
}

// benches are the configurations that files of tests are run against, each loaded once.
type benches struct {
	config  string // for all; empty: as the file says
	of      map[string]*cases.Bench
	dropped []string // the names of tests that are not to run
}

// unplayed is a file whose tests are understood and have not run.
type unplayed struct {
	cases.Report
	tests []*cases.Test
}

func (b *benches) compile(files []string, only *regexp.Regexp) (all []unplayed, problems configs.Problems) {
	for _, name := range files {
		f, ps := configs.LoadTestsFile(name)
		problems = append(problems, ps...)
		if f == nil {
			continue
		}
		bench, ps := b.bench(f)
		problems = append(problems, ps...)
		if bench == nil {
			continue
		}
		tests, ps := cases.Compile(f, bench)
		problems = append(problems, ps...)
		tests = slices.DeleteFunc(tests, func(t *cases.Test) bool {
			if only.MatchString(t.Name) {
				return false
			}
			b.dropped = append(b.dropped, t.Name)
			return true
		})
		all = append(all, unplayed{cases.Report{File: name}, tests})
	}
	return all, problems.Errors()
}

func (b *benches) bench(f *configs.TestFile) (*cases.Bench, configs.Problems) {
	path := b.config
	if path == "" {
		path = f.Config.Text
		if path == "" {
			path = "rouse.yaml"
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(f.File), path)
		}
	}
	if known, ok := b.of[path]; ok {
		return known, nil
	}
	c, problems := rehearsable(path)
	if c == nil {
		b.of[path] = nil // said once
		return nil, problems
	}
	b.of[path] = newBench(c)
	return b.of[path], nil
}

func newBench(c *configs.Config) *cases.Bench {
	return &cases.Bench{Config: c, Stage: stage(c), Guess: ingest.Guess, Read: os.ReadFile,
		Decode: func(kind string, body []byte, now time.Time) ([]alert.Alert, error) {
			batch, faults, err := ingest.Decode(kind, body, now)
			if err == nil && len(faults) > 0 {
				err = errors.New(strings.Join(faults, "; "))
			}
			return batch, err
		}}
}

// nearTests says which names somebody may have meant by --run: one that is near to it, or has a word near to one of its words, or
// else the first few that there are.
func nearTests(run string, names []string) string {
	slices.Sort(names)
	var near []string
	for _, name := range slices.Compact(names) {
		words := append(strings.Fields(name), name)
		for _, w := range append(strings.Fields(run), run) {
			if slices.ContainsFunc(words, func(x string) bool { return configs.Near(w, x) }) {
				near = append(near, name)
				break
			}
		}
	}
	const most = 3
	how := "did you mean "
	if len(near) == 0 {
		near, how = slices.Compact(names), "there are "
	}
	more := ""
	if n := len(near) - most; n > 0 {
		near, more = near[:most], fmt.Sprintf(" and %d more", n)
	}
	quoted := make([]string, len(near))
	for k, n := range near {
		quoted[k] = fmt.Sprintf("%q", plain(n))
	}
	words := how + strings.Join(quoted, ", ") + more
	if how == "did you mean " {
		words += "?"
	}
	return words
}

// play runs all tests, as many at a time as there are processors. A terminal sees how far it is.
func play(ctx context.Context, watcher io.Writer, reports []unplayed) error {
	type job struct {
		report *cases.Report
		at     int
		test   *cases.Test
	}
	var jobs []job
	for k := range reports {
		r := &reports[k]
		r.Results = make([]*cases.Result, len(r.tests))
		for at, t := range r.tests {
			jobs = append(jobs, job{&r.Report, at, t})
		}
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	errs := make([]error, runtime.GOMAXPROCS(0))
	if isTerminal(watcher) {
		defer progress(watcher, len(jobs), &next)()
	}
	for w := range errs {
		workers.Go(func() {
			for errs[w] == nil && ctx.Err() == nil {
				k := next.Add(1) - 1
				if k >= int64(len(jobs)) {
					return
				}
				j := jobs[k]
				j.report.Results[j.at], errs[w] = j.test.Run()
			}
		})
	}
	workers.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

// progress tells of tests that take longer than a moment, on one line that is gone in the end.
func progress(w io.Writer, all int, begun *atomic.Int64) (stop func()) {
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		for {
			select {
			case <-done:
				fmt.Fprint(w, "\r\x1b[K")
				return
			case <-time.After(time.Second):
				fmt.Fprintf(w, "\r%d of %d paging tests", min(begun.Load(), int64(all)), all)
			}
		}
	}()
	return func() { close(done); <-gone }
}

func tellTests(e env, played []unplayed, o testOptions) error {
	reports := make([]cases.Report, len(played))
	tests, failed := 0, 0
	for k := range played {
		reports[k] = played[k].Report
		tests, failed = tests+len(reports[k].Results), failed+reports[k].Failed()
	}
	if o.junit != "" {
		if err := toFile(o.junit, func(w io.Writer) error { return cases.JUnit(w, reports) }); err != nil {
			return err
		}
	}
	p := newPrinter(e.stdout, e.getenv)
	switch {
	case o.tap:
		if err := cases.TAP(e.stdout, reports); err != nil {
			return err
		}
	case o.json:
		if err := p.json(testJSON(reports)); err != nil {
			return err
		}
	default:
		printTests(p, reports, o.verbose)
	}
	if failed > 0 {
		return exitError{1}
	}
	return nil
}

// toFile writes a file whole.
func toFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

func printTests(p printer, reports []cases.Report, verbose bool) {
	tests, failed := 0, 0
	for _, r := range reports {
		for _, x := range r.Results {
			tests++
			if len(x.Failures) == 0 {
				if verbose {
					p.line("%s  %s", p.paint(green, "ok  "), plain(x.Test.Name))
				}
				continue
			}
			failed++
			p.line("%s  %s  %s", p.paint(red, "FAIL"), p.paint(bold, plain(x.Test.Name)), p.paint(dim, fmt.Sprintf("%s:%d", x.Test.File, x.Test.Line)))
			p.line("")
			for _, l := range strings.Split(strings.TrimRight(x.String(), "\n"), "\n") {
				p.line("%s", p.diff(l))
			}
			p.line("")
		}
	}
	word := p.paint(green, "all hold")
	if failed > 0 {
		word = p.paint(red, fmt.Sprintf("%d failed", failed))
	}
	p.line("%s in %s: %s", count(tests, "paging test", "paging tests"), count(len(reports), "file", "files"), word)
}

// diff paints a line of a diff.
func (p printer) diff(l string) string {
	switch {
	case strings.HasPrefix(l, "  - "):
		return p.paint(red, l)
	case strings.HasPrefix(l, "  + "):
		return p.paint(green, l)
	}
	return l
}

// testResult is one test in JSON.
type testResult struct {
	File     string          `json:"file"`
	Line     int             `json:"line"`
	Name     string          `json:"name"`
	OK       bool            `json:"ok"`
	Failures []cases.Failure `json:"failures,omitempty"`
}

func testJSON(reports []cases.Report) []testResult {
	all := []testResult{}
	for _, r := range reports {
		for _, x := range r.Results {
			all = append(all, testResult{x.Test.File, x.Test.Line, x.Test.Name, len(x.Failures) == 0, x.Failures})
		}
	}
	return all
}
