package cases

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rouse/rouse/alert"
	"github.com/rouse/rouse/configs"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/simulate/rehearsal"
)

// Bench is what tests are run on: one configuration.
type Bench struct {
	Config *configs.Config
	Stage  *rehearsal.Stage
	Decode func(integrationType string, body []byte, now time.Time) ([]alert.Alert, error) // of the door; "": guess the type
	Guess  func(body []byte) string
	Read   func(path string) ([]byte, error)
}

// Test is a story that was understood.
type Test struct {
	Name  string
	File  string
	Line  int // of its name
	bench *Bench
	zone  *time.Location
	other bool // some time of the story is written in another zone
	start time.Time
	play  rehearsal.Script
	acts  []int // by event: the line that it is
	lines []line
}

// line is one line of the story, with what it expects, if anything.
type line struct {
	configs.StoryLine
	window
	want want
}

// place is where a line is written.
func (t *Test) place(k int) string {
	return fmt.Sprintf("%s:%d:%d", t.File, t.lines[k].Says.Line, t.lines[k].Says.Column)
}

// Compile reads the sentences of a file. Problems have the place of each word that was not understood; the tests are nil then.
func Compile(f *configs.TestFile, b *Bench) ([]*Test, configs.Problems) {
	forms := forms()
	var tests []*Test
	var problems configs.Problems
	for k := range f.Tests {
		r := &reader{bench: b, forms: forms, file: f, test: &Test{Name: f.Tests[k].Name.Text, File: f.File, Line: f.Tests[k].Name.Line, bench: b}}
		r.read(&f.Tests[k])
		problems = append(problems, r.problems...)
		tests = append(tests, r.test)
	}
	if problems.Err() != nil {
		return nil, problems
	}
	return tests, problems
}

// reader reads one test.
type reader struct {
	bench    *Bench
	forms    []Form
	file     *configs.TestFile
	test     *Test
	clock    clock
	problems configs.Problems
	fired    []alert.Alert // of the story so far, that fire

	now  window // of the line being read
	says configs.Words
}

func (r *reader) fail(at configs.Words, offset int, what, do string) {
	r.problems = append(r.problems, configs.Problem{File: r.file.File, Line: at.Line, Column: at.Column + offset, Key: "", Severity: configs.Error, What: what, Do: do})
}

// wrong is an error about a word of the sentence.
func (r *reader) wrong(t token, what, do string) { r.fail(r.says, t.at, what, do) }

func (r *reader) read(t *configs.PagingTest) {
	name := cmp.Or(t.Zone.Text, r.file.Zone.Text, "UTC")
	zone, err := time.LoadLocation(name)
	if err != nil {
		at := t.Zone
		if at.Text == "" {
			at = r.file.Zone
		}
		r.fail(at, 0, fmt.Sprintf("there is no time zone %q", name), "write one such as Europe/Madrid")
		return
	}
	start, _, ok := wallTime(t.Start.Text, time.Time{}, zone)
	if !ok || start.Year() < 1970 {
		r.fail(t.Start, 0, fmt.Sprintf("%q is no day with a time of day, or its weekday is another", t.Start.Text), `write 2026-06-10 02:13, Wed 2026-06-10 02:13, or 2026-06-10T02:13:00+02:00`)
		return
	}
	r.test.zone, r.test.start, r.test.other = zone, start, elsewhere(start, zone)
	r.clock = clock{start: start, zone: zone, last: window{from: start, wide: time.Minute}}
	for _, l := range t.Story {
		r.line(l)
	}
	r.close()
}

// elsewhere reports whether a time is written on another clock than that of a zone.
func elsewhere(t time.Time, zone *time.Location) bool {
	_, offset := t.Zone()
	return offset != second(t.In(zone).Zone())
}

// close sets how long the story is played: to the end of its last line.
func (r *reader) close() {
	last := r.clock.last
	r.test.play.Start, r.test.play.Length = r.test.start, max(last.from.Add(last.wide).Sub(r.test.start)-1, time.Second)
	if len(r.test.lines) == 0 || !slices.ContainsFunc(r.test.lines, func(l line) bool { return l.want != nil }) {
		r.fail(configs.Words{Line: r.test.Line, Column: 1}, 0, fmt.Sprintf("the test %q expects nothing", r.test.Name), "add a line of what is to be seen, such as `- end: nobody else is paged`")
	}
}

func (r *reader) line(l configs.StoryLine) {
	w, err := r.clock.read(l.When.Text)
	if err != nil {
		r.fail(l.When, 0, err.Error(), "see docs/paging-tests.md")
		return
	}
	r.test.other = r.test.other || elsewhere(w.from, r.test.zone)
	r.now, r.says = w, l.Says
	r.test.lines = append(r.test.lines, line{StoryLine: l, window: w})
	r.sentence(l.Says.Text)
}

// sentence finds the form that a sentence has, or says what is wrong with the nearest.
func (r *reader) sentence(s string) {
	words := join(split(s))
	if len(words) == 0 {
		r.wrong(token{}, "the sentence is empty", "write what happens, or what is to be seen")
		return
	}
	best, nearest := -1, Form{}
	for _, f := range r.forms {
		in := caught{}
		ok, reached, _ := match(f.elements, words, in)
		if ok {
			f.read(r, in)
			return
		}
		if score := reached*2 + literal(f.elements, words); score > best {
			best, nearest = score, f
		}
	}
	r.puzzled(words, nearest)
}

// literal counts the words of a sentence that stand in a form as they are: what its writer meant shows in them.
func literal(form []element, words []token) (n int) {
	for k := range form {
		if form[k].group != nil {
			n += literal(form[k].group, words)
		}
		if form[k].words != nil && slices.ContainsFunc(words, form[k].is) {
			n += 3
		}
	}
	return n
}

// puzzled says what is wrong with a sentence that has no form.
func (r *reader) puzzled(words []token, nearest Form) {
	if at, word, as, ok := r.misspelt(words); ok {
		r.wrong(at, fmt.Sprintf("%q is not understood here", at.text), fmt.Sprintf("did you mean %q? as in: %s", word, as.Example))
		return
	}
	_, far, want := match(nearest.elements, words, caught{})
	at, what := words[len(words)-1], "the sentence ends too early"
	if far < len(words) {
		at = words[far]
		what = fmt.Sprintf("%q is not understood here", at.text)
	} else {
		at.at += len([]rune(at.text))
	}
	do := fmt.Sprintf("write it as in: %s", nearest.Example)
	var known []string
	for _, w := range strings.Split(want, " or ") {
		if w != "" && !strings.HasPrefix(w, "<") {
			known = append(known, w)
		}
	}
	if len(known) > 0 {
		do = configs.Suggest(at.text, known, "expected "+strings.Join(known, " or ")+", as in: "+nearest.Example)
	}
	r.wrong(at, what, do)
}

// misspelt finds a word that is nearly another one with which the sentence would have a form.
func (r *reader) misspelt(words []token) (at token, word string, as Form, ok bool) {
	for _, f := range r.forms {
		for _, w := range vocabulary(f.elements) {
			for k, t := range words {
				if t.quoted || len(w) < 4 || !configs.Near(t.text, w) {
					continue
				}
				mended := slices.Clone(words)
				mended[k].text = w
				if ok, _, _ := match(f.elements, mended, caught{}); ok {
					return t, w, f, true
				}
			}
		}
	}
	return token{}, "", Form{}, false
}

// vocabulary is the words that stand in a form as they are, and those of which one fills a slot.
func vocabulary(form []element) (all []string) {
	for k := range form {
		all = append(all, vocabulary(form[k].group)...)
		all = append(all, form[k].words...)
		all = append(all, choices[form[k].slot]...)
	}
	return all
}

// join makes one word of those that mean one thing: the incident is it, on hold is on_hold, outside hours is outside_hours.
func join(words []token) (out []token) {
	pairs := map[string]string{"the incident": "it", "on hold": "on_hold", "outside hours": "outside_hours"}
	for k := 0; k < len(words); k++ {
		if k+1 < len(words) {
			if one := pairs[strings.ToLower(words[k].text+" "+words[k+1].text)]; one != "" && !words[k].quoted {
				out = append(out, token{one, words[k].at, false})
				k++
				continue
			}
		}
		out = append(out, words[k])
	}
	return out
}

// event adds an act of the script, at the time of the line.
func (r *reader) event(a rehearsal.Act) {
	r.test.play.Events = append(r.test.play.Events, rehearsal.Event{At: r.now.from.Sub(r.test.start), Do: a})
	r.test.acts = append(r.test.acts, len(r.test.lines)-1)
}

// expect adds what is to be seen.
func (r *reader) expect(w want) { r.test.lines[len(r.test.lines)-1].want = w }

// known checks the name in a slot, if it was written, and suggests one that is near.
func (r *reader) known(in caught, slot, noun string, names []string) string {
	t := in[slot]
	if len(t) == 0 {
		return ""
	}
	if !slices.Contains(names, t[0].text) {
		do := "known here: " + strings.Join(names, ", ")
		if len(names) == 0 {
			do = "the configuration has none"
		}
		r.wrong(t[0], fmt.Sprintf("there is no %s %q in %s", noun, t[0].text, r.bench.Config.File), configs.Suggest(t[0].text, names, do))
	}
	return t[0].text
}

func (r *reader) user(in caught, slot string) oncall.UserID {
	return oncall.UserID(r.known(in, slot, "user", r.users()))
}

func (r *reader) users() (names []string) {
	for _, u := range r.bench.Config.Roster().Users() {
		names = append(names, string(u.ID))
	}
	return names
}

func (r *reader) duration(in caught, slot string) time.Duration {
	t := in[slot]
	if len(t) == 0 {
		return 0
	}
	d, err := duration(t[0].text)
	if err != nil || d == 0 {
		r.wrong(t[0], fmt.Sprintf("%q is no duration", t[0].text), "write 30s, 5m, 2h, 1d or 1h30m")
	}
	return d
}

func (r *reader) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(r.file.File), name)
}
