package configs

import (
	"gopkg.in/yaml.v3"
)

// Words is a text of a file and where it begins.
type Words struct {
	Text         string
	Line, Column int // from 1
}

// TestFile is a file of paging tests as it is written: who reads the sentences is simulate/cases.
type TestFile struct {
	File   string
	Config Words // the configuration that is tested, relative to the file; empty: not said
	Zone   Words // of the times in it; empty: not said
	Tests  []PagingTest
}

// PagingTest is one test: a story of lines, each a time and a sentence.
type PagingTest struct {
	Name, Start, Zone Words
	Story             []StoryLine
}

// StoryLine is one line of a story.
type StoryLine struct{ When, Says Words }

// LoadTests reads a file of paging tests as strictly as a configuration. The TestFile is nil when there is any error.
func LoadTests(name string, data []byte) (*TestFile, Problems) {
	l := newLoader(name, Options{SkipSecrets: true})
	l.empty = "write at least tests: [{name: NAME, start: \"2026-01-05 02:13\", story: [{0m: alert NAME}]}]"
	tree := l.parse(data)
	if tree == nil {
		return nil, l.problems.sorted()
	}
	f := l.tests(value{l: l, n: tree, at: tree})
	if problems := l.problems.sorted(); problems.Err() != nil {
		return nil, problems
	}
	return f, l.problems.sorted()
}

// LoadTestsFile reads a file of paging tests; one that cannot be read is a Problem too.
func LoadTestsFile(path string) (*TestFile, Problems) {
	data, err := readBounded(path)
	if err != nil {
		return nil, Problems{{File: path, Line: 1, Column: 1, Severity: Error, What: "cannot read the tests: " + reason(err), Do: "check the path and its permissions"}}
	}
	return LoadTests(path, data)
}

func (l *loader) tests(top value) *TestFile {
	root := top.object("config", "zone", "tests")
	f := &TestFile{File: l.file, Config: root.get("config").words(), Zone: root.get("zone").words()}
	seen := map[string]int{}
	for _, v := range root.need("tests", "write tests: and under it `- name: what it shows`").list() {
		t := v.object("name", "start", "zone", "story")
		one := PagingTest{
			Name:  t.need("name", "say in a few words what the test shows").words(),
			Start: t.need("start", "write when it begins, such as start: 2026-06-10 02:13").words(),
			Zone:  t.get("zone").words(),
		}
		if was := seen[one.Name.Text]; was != 0 && one.Name.Text != "" {
			l.problem(one.Name.Line, one.Name.Column, t.get("name").key, "is the name of another test", "give each test a name of its own")
		}
		seen[one.Name.Text] = one.Name.Line
		for _, line := range t.need("story", "write under it one line for each thing that happens, such as `- 0m: alert NAME`").list() {
			one.Story = append(one.Story, line.story()...)
		}
		f.Tests = append(f.Tests, one)
	}
	return f
}

// words reads a text with its place; empty for one that is absent.
func (v value) words() Words {
	s, ok := v.text()
	if !ok {
		return Words{}
	}
	return placed(v.n, s)
}

func placed(n *yaml.Node, s string) Words {
	w := Words{Text: s, Line: n.Line, Column: n.Column}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		w.Column++
	}
	return w
}

// story reads one item of a story: a time with a sentence, or with several that follow at once.
func (v value) story() (lines []StoryLine) {
	if v.n.Kind != yaml.MappingNode || len(v.n.Content) != 2 {
		v.fail("is "+kind(v.n)+" where one time and one sentence are wanted", "write `- 5m: ana gets a text`; a sentence with `: ` or ` #` in it goes in quotes")
		return nil
	}
	key, n := v.n.Content[0], v.n.Content[1]
	at := value{l: v.l, n: n, at: key, key: join(v.key, key.Value)}
	if null(n) {
		at.n = nil
		at.fail("has no sentence", "write what happens then, such as `- 5m: ana gets a text`")
		return nil
	}
	for _, s := range at.oneOrMore() {
		if says := s.words(); says.Text != "" {
			lines = append(lines, StoryLine{When: placed(key, key.Value), Says: says})
		}
	}
	return lines
}
