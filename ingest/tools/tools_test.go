package tools

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOthersAreLeftAlone: what speaks a format of its own, or the generic one, is no tool's.
func TestOthersAreLeftAlone(t *testing.T) {
	for _, body := range []string{
		``, `{`, `[]`, `"x"`, `{}`, `null`, `[1]`,
		`{"title":"x","key":"k","severity":"critical","labels":{"a":"b"}}`,
		`{"message":"x","status":"resolved","tags":["a:b"]}`,
		`{"version":"4","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"x"}}],"groupLabels":{}}`,
		`[{"labels":{"alertname":"x"},"annotations":{}}]`,
		`{"host":"h","service":"s","state":"ok","description":"d"}`,
	} {
		if reports, known := Read([]byte(body)); known {
			t.Errorf("%s was taken for %v", body, reports)
		}
	}
	for _, dir := range []string{"alertmanager", "alertmanager-api-v2", "grafana", "victoriametrics", "chronosphere", "robusta"} {
		untaken(t, filepath.Join(dir, "*"))
	}
	for _, kind := range []string{"alertmanager", "grafana", "generic"} {
		untaken(t, filepath.Join("own", kind+"*"))
	}
}

func untaken(t *testing.T, pattern string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "testdata", "payloads", pattern))
	if err != nil || len(files) == 0 {
		t.Fatal(pattern, err)
	}
	for _, f := range files {
		body, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if reports, known := Read(body); known {
			t.Errorf("%s was taken for %s", f, reports[0].Tool)
		}
	}
}

// TestMissingWordsCostNoAlert: of each tool, the least that it is known by is enough, and fires unless the tool says otherwise.
func TestMissingWordsCostNoAlert(t *testing.T) {
	for k := range table {
		r := &table[k]
		top := &node{object: true, fields: map[string]*node{}}
		for _, h := range r.has {
			one, _, _ := strings.Cut(h, "|")
			plant(top, one)
		}
		if !r.fits(top) {
			t.Errorf("%s is not known by %v", r.name, r.has)
			continue
		}
		for _, got := range r.reports(top) {
			if got.State != Nothing && got.Title == "" || got.State == Nothing && got.Note == "" {
				t.Errorf("%s %v: %+v", r.name, r.has, got)
			}
		}
	}
}

// plant puts a word where a path of has leads.
func plant(n *node, has string) {
	path, word, exact := strings.Cut(has, "=")
	if !exact {
		word = "word"
	}
	for step := range strings.SplitSeq(path, ".") {
		if step == "0" {
			n.object, n.list, n.items = false, true, []*node{{object: true, fields: map[string]*node{}}}
			n = n.items[0]
			continue
		}
		if n.fields == nil {
			n.object, n.text, n.fields = true, "", map[string]*node{}
		}
		next := n.fields[fold(step)]
		if next == nil {
			next = &node{}
			n.fields[fold(step)] = next
		}
		n = next
	}
	if n.fields == nil {
		n.text, n.null = word, word == "null"
	}
}

func TestTemplates(t *testing.T) {
	body := parse([]byte(`{"a":{"b-c":"x","n":7,"none":null,"macro":"{EVENT.ID}"},"list":[{"k":"one","v":1},{"k":"two","v":2}],"words":["p","q"],"text":"CPU (42)"}`))
	for in, want := range map[string]string{
		"{a.b_c}":                "x",
		"{A.bC} of {a.n}":        "x of 7",
		"{a.none}|{a.macro}|end": "end",
		"{a.none?}{a.n}":         "7",
		"{a.none} lost":          "",
		"{list.1.v}":             "2",
		"{list.k=one.v}":         "1",
		"{list.k=three.v}":       "",
		"{words}":                "p, q",
		"{a:+there}":             "there",
		"{zzz:+there}":           "",
		"{a.n=7:+seven}":         "seven",
		"{a.n=8:+eight}|other":   "other",
		`{text/\((\d+)\)/}`:      "42",
		`{text/(nothing)/}|no`:   "no",
	} {
		if got := text(in).in(scope{body, body}); got != want {
			t.Errorf("%s: got %q, want %q", in, got, want)
		}
	}
	if got := text("{v} of {^text}").in(scope{body.at("list.0"), body}); got != "1 of CPU (42)" {
		t.Errorf("an element and the whole: got %q", got)
	}
}

// TestEnvelope: Amazon's SNS carries what others say, in its own JSON, up to three deep.
func TestEnvelope(t *testing.T) {
	sns := func(message string) string {
		quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(message)
		return `{"Type":"Notification","TopicArn":"arn:aws:sns:eu-west-1:111122223333:pages","MessageId":"m","Subject":"hello","Message":"` + quoted + `"}`
	}
	for _, c := range []struct {
		name, body string
		want       Report
	}{
		{"an alarm", sns(`{"AlarmName":"cpu","AlarmArn":"arn:x","NewStateValue":"OK","Region":"EU"}`),
			Report{Tool: "Amazon CloudWatch", State: Resolved, Key: "arn:x", Title: "cpu", Labels: map[string]string{"region": "EU", "topic": "pages"}}},
		{"words of the generic format", sns(`{"title":"Disk full","key":"d1","status":"resolved","severity":"critical"}`),
			Report{Tool: "Amazon SNS", State: Resolved, Key: "d1", Title: "Disk full", Severity: "critical", Labels: map[string]string{"topic": "pages"}}},
		{"text", sns("the door\nis open"), Report{Tool: "Amazon SNS", State: Firing, Title: "hello", Description: "the door\nis open", Labels: map[string]string{"topic": "pages"}}},
		{"an envelope in an envelope", sns(sns(`{"AlarmName":"cpu","AlarmArn":"arn:x","NewStateValue":"ALARM"}`)),
			Report{Tool: "Amazon CloudWatch", State: Firing, Key: "arn:x", Title: "cpu", Labels: map[string]string{"topic": "pages"}}},
	} {
		reports, known := Read([]byte(c.body))
		if !known || len(reports) != 1 {
			t.Fatalf("%s: got %v, %v", c.name, reports, known)
		}
		if diff := cmp.Diff(c.want, reports[0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	deep := `{"AlarmName":"cpu","NewStateValue":"ALARM"}`
	for range 6 {
		deep = sns(deep)
	}
	if reports, known := Read([]byte(deep)); !known || reports[0].State != Firing {
		t.Errorf("six envelopes: %v, %v", reports, known)
	}
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "payloads", "*", "*"))
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		if len(body) < 4096 {
			f.Add(body)
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if strings.Count(string(body), "[")+strings.Count(string(body), "{") > 64 {
			return // the door refuses what is nested deeper
		}
		reports, known := Read(body)
		if known != (len(reports) > 0) {
			t.Fatalf("known: %v, reports: %v", known, reports)
		}
		for _, r := range reports {
			if r.State != Nothing && r.Title == "" || r.State == Nothing && r.Note == "" {
				t.Errorf("%+v", r)
			}
		}
	})
}

// TestDocsNameEveryTool: what is understood is told.
func TestDocsNameEveryTool(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "integrations.md"))
	if err != nil {
		t.Fatal(err)
	}
	for k := range table {
		if !strings.Contains(string(page), table[k].name) {
			t.Errorf("docs/integrations.md does not name %s", table[k].name)
		}
	}
}
