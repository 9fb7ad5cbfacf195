package ingest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rouse/rouse/alert"
)

// fit checks what every alert that leaves a decoder must be.
func fit(t testing.TB, a alert.Alert) {
	t.Helper()
	check := func(ok bool, what string) {
		t.Helper()
		if !ok {
			t.Errorf("%s: %+v", what, a)
		}
	}
	check(a.Key != "" && len(a.Key) <= maxKey && plain(a.Key), "key is not fit")
	check(a.State == alert.Firing || a.State == alert.Resolved, "state is not known")
	check(utf8.ValidString(a.Title) && !strings.ContainsFunc(a.Title, unicode.IsControl), "title holds control characters")
	check(utf8.RuneCountInString(a.Title) <= maxTitle, "title is too long")
	check(a.State == alert.Resolved || a.Title != "", "a firing alert has no title")
	check(len(a.Description) <= maxDescription && harmless(a.Description), "description is not fit")
	check(len(a.Labels) <= maxLabels && len(a.Annotations) <= maxLabels+1, "too many labels")
	for n, v := range a.Labels {
		check(n != "" && len(n) <= maxName && v != "" && len(v) <= maxValue && plain(n) && harmless(v), "label "+n)
	}
	for _, l := range a.Links {
		check(strings.HasPrefix(strings.ToLower(l.Href), "http"), "link "+l.Href)
	}
	if _, err := json.Marshal(a); err != nil {
		t.Error(err)
	}
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"plain words":                        "plain words",
		"two\r\nlines":                       "two lines",
		"a\x00b\x07":                         "a b",
		"\x1b[31mred\x1b[0m alert":           "red alert",
		"\x1b[2J\x1b[1;1H":                   "",
		"broken \xff byte":                   "broken \ufffd byte",
		"turned \u202egnol":                  "turned gnol",
		"Ünïcode 测试 🔥":                       "Ünïcode 测试 🔥",
		strings.Repeat("ä", maxTitle+500):    strings.Repeat("ä", maxTitle-1) + "…",
		strings.Repeat("ä", maxTitle):        strings.Repeat("ä", maxTitle),
		"open sequence \x1b[38;5;":           "open sequence",
		"line\u2028separator\u2029paragraph": "line separator paragraph",
	} {
		if got := oneLine(in, maxTitle); got != want {
			t.Errorf("oneLine(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestTooMuch: an alert beyond every limit is cut, says so, and keeps its identity and the labels that matter.
func TestTooMuch(t *testing.T) {
	labels := alert.Labels{"alertname": "Big", "severity": "critical", "zz": strings.Repeat("v", 10_000), strings.Repeat("n", 300): "x"}
	for i := range 500 {
		labels[fmt.Sprintf("a%03d", i)] = "x"
	}
	labels["team"] = "pay\x00ments"
	body, _ := json.Marshal([]map[string]any{{"labels": labels}})
	b := decodePrometheus(body, clock)
	if len(b.alerts) != 1 || len(b.problems) != 0 {
		t.Fatalf("got %+v", b.problems)
	}
	a := b.alerts[0]
	fit(t, a)
	if a.Key != labels.Fingerprint() {
		t.Errorf("key %q, want that of all labels", a.Key)
	}
	if len(a.Labels) != maxLabels || a.Labels["alertname"] != "Big" || a.Labels["severity"] != "critical" || a.Labels["team"] != "payments" {
		t.Errorf("the labels that matter were lost: %v", a.Labels)
	}
	if !strings.Contains(a.Annotations[cutNote], "left out") {
		t.Errorf("the cut is not noted: %q", a.Annotations)
	}
	long := decodePrometheus([]byte(`[{"labels":{"alertname":"A","v":"`+strings.Repeat("ü", 3000)+`"}}]`), clock).alerts[0]
	fit(t, long)
	if want := "label v cut from 6000 to 4096 bytes"; long.Annotations[cutNote] != want {
		t.Errorf("got note %q, want %q", long.Annotations[cutNote], want)
	}
}

func TestLinksAreWebAddresses(t *testing.T) {
	body := `{"title":"x","key":"k","url":"javascript:alert(1)","links":[{"href":"javascript:alert(1)"},{"href":"data:text/html,x"},
		{"href":"//example.com"},{"href":"HTTPS://example.com/a"},{"url":"http://example.com/b","text":"two\nlines"},{"href":"https://example.com/\u0000"}],
		"annotations":{"runbook_url":"https://wiki.example.com/x","dashboard":"file:///etc/passwd"}}`
	a := decodeGeneric([]byte(body), clock).alerts[0]
	fit(t, a)
	var got []string
	for _, l := range a.Links {
		got = append(got, l.Href+" "+l.Text)
	}
	want := "[HTTPS://example.com/a  http://example.com/b two lines https://wiki.example.com/x Runbook]"
	if fmt.Sprint(got) != want || a.Source != "" {
		t.Errorf("got %v and source %q, want %v", got, a.Source, want)
	}
}

func TestTitleOf(t *testing.T) {
	for _, c := range []struct {
		labels, annotations alert.Labels
		want                string
	}{
		{alert.Labels{"alertname": "A"}, alert.Labels{"summary": "\n S\nmore", "title": "T"}, "S"},
		{alert.Labels{"alertname": "A"}, alert.Labels{"title": "T", "description": "D"}, "T"},
		{alert.Labels{"alertname": "A"}, alert.Labels{"message": "M", "description": "D"}, "M"},
		{alert.Labels{"alertname": "A"}, alert.Labels{"description": "D is high\nmore"}, "A: D is high"},
		{alert.Labels{"alertname": "A", "instance": "db-1", "cluster": "eu", "job": "pg", "pod": "p"}, nil, "A eu db-1 p"},
		{alert.Labels{"alertname": "A", "zone": "z", "severity": "info", "__alert_rule_uid__": "u"}, nil, "A zone=z"},
		{alert.Labels{"alertname": "DatasourceNoData", "rulename": "CPU high", "datasource_uid": "x"}, nil, "DatasourceNoData CPU high"},
		{alert.Labels{"g": "h"}, nil, `{g="h"}`},
	} {
		if got := titleOf(c.labels, c.annotations); got != c.want {
			t.Errorf("titleOf(%v, %v) = %q, want %q", c.labels, c.annotations, got, c.want)
		}
	}
}
