package twilio

import (
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/rouse/rouse/notify"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// allowed are the verbs and attributes that Twilio documents and rouse uses, with a check of each value.
var allowed = map[string]map[string]func(string) bool{
	"Response": {},
	"Hangup":   {},
	"Say":      {"language": func(v string) bool { return v == "en-GB" }},
	"Gather": {
		"input": is("dtmf"), "numDigits": is("1"), "method": is("POST"), "actionOnEmptyResult": is("true"),
		"timeout": func(v string) bool { n, err := strconv.Atoi(v); return err == nil && n > 0 },
		"action":  func(v string) bool { u, err := url.Parse(v); return err == nil && u.IsAbs() },
	},
}

func is(want string) func(string) bool { return func(v string) bool { return v == want } }

// nested says which verbs may stand inside which.
var nested = map[string][]string{"": {"Response"}, "Response": {"Say", "Gather", "Hangup"}, "Gather": {"Say"}}

// canonical parses a TwiML document, checks that it is well-formed and uses only what Twilio documents, and writes it with
// sorted attributes, one element a line.
func canonical(t testing.TB, doc string) string {
	t.Helper()
	if !strings.HasPrefix(doc, "<?xml") {
		t.Fatalf("no XML declaration: %s", doc)
	}
	dec := xml.NewDecoder(strings.NewReader(doc))
	var out []string
	stack := []string{""}
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v in %q", err, doc)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			name, parent := tok.Name.Local, stack[len(stack)-1]
			if !slices.Contains(nested[parent], name) {
				t.Fatalf("<%s> in <%s>", name, parent)
			}
			line := name
			slices.SortFunc(tok.Attr, func(a, b xml.Attr) int { return strings.Compare(a.Name.Local, b.Name.Local) })
			for _, a := range tok.Attr {
				if check := allowed[name][a.Name.Local]; check == nil || !check(a.Value) {
					t.Fatalf("<%s %s=%q> is not Twilio's", name, a.Name.Local, a.Value)
				}
				line += fmt.Sprintf(" %s=%q", a.Name.Local, a.Value)
			}
			out = append(out, strings.Repeat("  ", len(stack)-1)+"<"+line+">")
			stack = append(stack, name)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if s := strings.TrimSpace(string(tok)); s != "" {
				if stack[len(stack)-1] != "Say" {
					t.Fatalf("words outside Say: %q", s)
				}
				out = append(out, strings.Repeat("  ", len(stack)-1)+s)
			}
		}
	}
	return strings.Join(out, "\n")
}

func TestVoice(t *testing.T) {
	one := notify.Speech{Words: "Priority 1. Incident 42, checkout: 5xx > 4% & <rising>.", Bundle: 1}
	many := notify.Speech{Words: "5 incidents need you.", Bundle: 5}
	call := url.Values{"AccountSid": {account}, "CallSid": {callSID}, "Direction": {"outbound-api"}, "CallStatus": {"in-progress"}, "From": {ours}, "To": {ana}}
	stories := []struct {
		name, path string
		form       url.Values
		desk       desk
		keys       int
		statuses   int
	}{
		{"answered", "voice?page=42%2F1", call, desk{speech: one}, 0, 0},
		{"answered-bundle", "voice?page=42%2F1", call, desk{speech: many}, 0, 0},
		{"answered-gone", "voice?page=42%2F1", call, desk{err: notify.ErrGone}, 0, 0},
		{"answered-by-machine", "voice?page=42%2F1", with(call, "AnsweredBy", "machine_start"), desk{speech: one}, 0, 1},
		{"answered-by-human", "voice?page=42%2F1", with(call, "AnsweredBy", "human"), desk{speech: one}, 0, 0},
		{"inbound-on-voice", "voice?page=42%2F1", with(call, "Direction", "inbound"), desk{speech: one}, 0, 0},
		{"voice-without-page", "voice", call, desk{speech: one}, 0, 0},
		{"no-key-first", "key?page=42%2F1&round=1", call, desk{speech: one}, 0, 0},
		{"no-key-second", "key?page=42%2F1&round=2", with(call, "Digits", ""), desk{speech: one}, 0, 0},
		{"no-key-last", "key?page=42%2F1&round=3", call, desk{speech: one}, 0, 0},
		{"no-key-gone", "key?page=42%2F1&round=1", call, desk{err: notify.ErrGone}, 0, 0},
		{"round-nonsense", "key?page=42%2F1&round=-7x", call, desk{speech: one}, 0, 0},
		{"star", "key?page=42%2F1&round=3", with(call, "Digits", "*"), desk{speech: one}, 0, 0},
		{"ack", "key?page=42%2F1&round=1", with(call, "Digits", "1"), desk{say: "Acknowledged. Good luck.", done: true}, 1, 0},
		{"escalate-not-done", "key?page=42%2F1&round=1", with(call, "Digits", "2"), desk{say: "Nobody is left.", speech: one}, 1, 0},
		{"resolve-gone", "key?page=42%2F1&round=1", with(call, "Digits", "3"), desk{err: notify.ErrGone}, 1, 0},
		{"wrong-key", "key?page=42%2F1&round=1", with(call, "Digits", "9"), desk{speech: one}, 0, 0},
		{"several-digits", "key?page=42%2F1&round=1", with(call, "Digits", "111"), desk{speech: one}, 0, 0},
		{"wrong-key-last", "key?page=42%2F1&round=3", with(call, "Digits", "0"), desk{speech: one}, 0, 0},
		{"key-on-inbound-call", "key?page=42%2F1&round=1", with(call, "Direction", "inbound", "Digits", "1"), desk{speech: one, done: true}, 0, 0},
		{"key-without-page", "key", with(call, "Digits", "1"), desk{speech: one, done: true}, 0, 0},
		{"somebody-calls", "inbound", with(call, "Direction", "inbound", "From", ana, "To", ours, "Digits", "1"), desk{speech: one}, 0, 0},
		{"hostile-words", "voice?page=%22%3E%3CDial%3E", call, desk{speech: notify.Speech{Words: "</Say><Dial>+1900</Dial>]]>\x00\x1b\ufffe ü 😀 \xff"}}, 0, 0},
	}
	got := &txtar.Archive{Comment: []byte("What calls say, with attributes in order. Rewrite with: go test ./notify/twilio -run TestVoice -update\n")}
	p := provider(t, func(c *Config) { c.Language = "en-GB" })
	for _, s := range stories {
		for _, method := range []string{"POST", "GET"} {
			d := s.desk
			w, log := serveTo(t, p, &d, asks(method, "/twilio/main/"+s.path, s.form, token))
			if w.Code != 200 || w.Header().Get("Content-Type") != "text/xml; charset=utf-8" {
				t.Fatalf("%s by %s: status %d %s; %s", s.name, method, w.Code, w.Header(), log)
			}
			if len(d.keys) != s.keys || len(d.statuses) != s.statuses {
				t.Errorf("%s: keys %v and statuses %v", s.name, d.keys, d.statuses)
			}
			if len(d.keys) > 0 && d.keys[0] != "main 42/1 "+callSID+" "+s.form.Get("Digits") {
				t.Errorf("%s: key %q", s.name, d.keys[0])
			}
			if method == "POST" {
				got.Files = append(got.Files, txtar.File{Name: s.name, Data: []byte(canonical(t, w.Body.String()) + "\n")})
			}
		}
	}
	const file = "testdata/twiml.txtar"
	if *update {
		if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(txtar.Format(got))); diff != "" {
		t.Errorf("TwiML changed (-want +got):\n%s", diff)
	}
}

// TestCallEnds follows a call on which nobody presses a key: it says its words three times, then goodbye.
func TestCallEnds(t *testing.T) {
	call := url.Values{"AccountSid": {account}, "CallSid": {callSID}, "Direction": {"outbound-api"}}
	d := &desk{speech: notify.Speech{Words: "Incident 42.", Bundle: 1}}
	p := provider(t, func(c *Config) { c.Language = "en-GB" })
	path, said := "/twilio/main/voice?page=42", 0
	for range 10 {
		w, _ := serveTo(t, p, d, asks("POST", path, call, token))
		doc := canonical(t, w.Body.String())
		said += strings.Count(doc, "Incident 42.")
		_, after, more := strings.Cut(doc, `action="`+public)
		if !more {
			if !strings.Contains(doc, "<Hangup>") {
				t.Fatalf("the call ends without goodbye:\n%s", doc)
			}
			if said != 3 {
				t.Errorf("the words were said %d times, want 3", said)
			}
			return
		}
		path, _, _ = strings.Cut(after, `"`)
	}
	t.Error("the call never ends")
}
