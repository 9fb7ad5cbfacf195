package cases

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
)

// Report is the results of one file.
type Report struct {
	File    string
	Results []*Result
	Took    time.Duration
}

// Failed counts the tests that failed.
func (r *Report) Failed() (n int) {
	for _, x := range r.Results {
		if len(x.Failures) > 0 {
			n++
		}
	}
	return n
}

// The shape of JUnit's XML, as CI systems read it.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Time     string      `xml:"time,attr"` // seconds
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		File    string        `xml:"file,attr"`
		Line    int           `xml:"line,attr"`
		Failure *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes results as JUnit's XML.
func JUnit(w io.Writer, reports []Report) error {
	var all junitSuites
	for k := range reports {
		r := &reports[k]
		s := junitSuite{Name: r.File, Tests: len(r.Results), Failures: r.Failed(), Time: fmt.Sprintf("%.3f", r.Took.Seconds())}
		for _, x := range r.Results {
			c := junitCase{Class: r.File, Name: x.Test.Name, File: x.Test.File, Line: x.Test.Line}
			if len(x.Failures) > 0 {
				c.Failure = &junitFailure{Message: x.Failures[0].short(), Text: plain(x.String())}
			}
			s.Cases = append(s.Cases, c)
		}
		all.Tests, all.Failures = all.Tests+s.Tests, all.Failures+s.Failures
		all.Suites = append(all.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// short is a failure in one line.
func (f *Failure) short() string { return fmt.Sprintf("%s: %s: but %s", f.When, f.Says, f.Got) }

// plain leaves out what XML cannot hold.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}

// TAP writes results as the Test Anything Protocol, version 13.
func TAP(w io.Writer, reports []Report) error {
	total := 0
	for k := range reports {
		total += len(reports[k].Results)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "TAP version 13\n1..%d\n", total)
	n := 0
	for k := range reports {
		for _, x := range reports[k].Results {
			n++
			name := strings.NewReplacer("#", `\#`, "\n", " ").Replace(x.Test.Name)
			if len(x.Failures) == 0 {
				fmt.Fprintf(&b, "ok %d - %s\n", n, name)
				continue
			}
			fmt.Fprintf(&b, "not ok %d - %s\n  ---\n  at: %s:%d\n  failures:\n", n, name, x.Test.File, x.Test.Line)
			for i := range x.Failures {
				fmt.Fprintf(&b, "    - at: %s\n      expected: %q\n      happened: %q\n", x.Failures[i].Place, x.Failures[i].When+": "+x.Failures[i].Says, x.Failures[i].Got)
			}
			b.WriteString("  ...\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
