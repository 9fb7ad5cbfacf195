package phonetest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestParseTwiML(t *testing.T) {
	tests := []struct {
		name, doc string
		faults    string // joined
		err       string
	}{
		{"good", question, "", ""},
		{"attribute in the wrong case", `<Response><Gather numdigits="1"/></Response>`, "Gather has no attribute numdigits", ""},
		{"attribute of another verb", `<Response><Say action="/x">a</Say></Response>`, "Say has no attribute action", ""},
		{"bad value", `<Response><Pause length="0"/><Gather finishOnKey="ab"/></Response>`,
			`Pause length="0" is not a value that Twilio documents; Gather finishOnKey="ab" is not a value that Twilio documents`, ""},
		{"unknown verb", `<Response><Speak>a</Speak></Response>`, "Speak may not stand in Response", ""},
		{"wrong nesting", `<Response><Gather><Hangup/></Gather></Response>`, "Hangup may not stand in Gather", ""},
		{"text outside a verb", `<Response>hello</Response>`, "Response holds text outside a verb", ""},
		{"documented, but not here", `<Response><Dial>+1</Dial></Response>`, "Dial does nothing on this street", ""},
		{"speech markup", `<Response><Say><prosody rate="slow">P <emphasis>1</emphasis></prosody></Say></Response>`, "", ""},
		{"not closed", `<Response><Say>a</Response>`, "", "TwiML: XML syntax error"},
		{"ampersand", `<Response><Say>a & b</Say></Response>`, "", "TwiML: XML syntax error"},
		{"other root", `<response/>`, "", "the root element is response"},
		{"two roots", `<Response/><Response/>`, "", "beside the root"},
		{"words before the root", `hello <Response/>`, "", "beside the root"},
		{"empty", ``, "", "no root element"},
		{"attribute twice", `<Response><Say loop="1" loop="2">a</Say></Response>`, "", "loop twice"},
		{"bottomless", strings.Repeat("<Response>", 40), "", "more elements"},
		{"endless", `<Response>` + strings.Repeat("<Hangup/>", 1200) + `</Response>`, "", "more elements"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, faults, err := parseTwiML(tt.doc, voiceVerbs)
			if got := strings.Join(faults, "; "); got != tt.faults {
				t.Errorf("faults = %q, want %q", got, tt.faults)
			}
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("err = %v, want %q", err, tt.err)
			}
		})
	}
}

// TestGather: which digits reach the action, by what is pressed and when.
func TestGather(t *testing.T) {
	type key struct {
		after time.Duration
		key   string
	}
	tests := []struct {
		name, gather string
		keys         []key
		want         string // Digits FinishedOnKey; "-" for no request
	}{
		{"one digit", `<Gather action="/key" numDigits="1"/>`, []key{{time.Second, "1"}}, "1,"},
		{"barge-in", `<Gather action="/key" numDigits="1"><Say loop="0">for ever</Say></Gather>`, []key{{time.Minute, "2"}}, "2,"},
		{"two digits", `<Gather action="/key" numDigits="2"/>`, []key{{time.Second, "1"}, {time.Second, "2"}}, "12,"},
		{"too few, then time is up", `<Gather action="/key" numDigits="3" timeout="2"/>`, []key{{time.Second, "1"}}, "1,"},
		{"finished by hash", `<Gather action="/key"/>`, []key{{time.Second, "42#"}}, "42,#"},
		{"finished by star", `<Gather action="/key" finishOnKey="*"/>`, []key{{time.Second, "4#*"}}, "4#,*"},
		{"no finishing key", `<Gather action="/key" finishOnKey="" timeout="1"/>`, []key{{time.Second / 2, "4#"}}, "4#,"},
		{"nothing", `<Gather action="/key"/>`, nil, "-"},
		{"nothing, but told", `<Gather action="/key" actionOnEmptyResult="true"/>`, nil, ","},
		{"hash alone is nothing", `<Gather action="/key"/>`, []key{{time.Second, "#"}}, "-"},
		{"too late", `<Gather action="/key" timeout="3"/>`, []key{{4 * time.Second, "1"}}, "-"},
		{"default action is the document", `<Gather numDigits="1"/>`, []key{{time.Second, "1"}}, "doc"},
		{"relative action", `<Gather action="../key?x=1" numDigits="1"/>`, []key{{time.Second, "1"}}, "1,"},
		{"by GET", `<Gather action="/key" method="GET" numDigits="1"/>`, []key{{time.Second, "1"}}, "1,"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPager(t)
				p.twiml("/a/voice", `<Response>`+tt.gather+`<Hangup/></Response>`)
				p.twiml("/key", `<Response/>`)
				s := p.street(Options{})
				defer s.Close()
				dial(t, s, ana, "Url", daemon+"/a/voice")
				time.Sleep(time.Second)
				if err := s.Phone(ana).Answer(""); err != nil {
					t.Fatal(err)
				}
				time.Sleep(100 * time.Millisecond)
				for _, k := range tt.keys {
					time.Sleep(k.after)
					_ = s.Phone(ana).Press(k.key) // a key may come too late on purpose
				}
				time.Sleep(time.Minute)
				got := "-"
				if d := p.got("/key", "Digits"); len(d) == 1 {
					got = d[0] + "," + p.got("/key", "FinishedOnKey")[0]
				} else if len(p.got("/a/voice", "Digits")) == 2 {
					got = "doc"
				}
				if got != tt.want {
					t.Errorf("result = %q, want %q", got, tt.want)
				}
				noFaults(t, s)
			})
		})
	}
}

// TestScriptFaults: what a call says when its script cannot be had, and which fault is noted.
func TestScriptFaults(t *testing.T) {
	answer := func(contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_, _ = w.Write([]byte(body))
		}
	}
	tests := []struct {
		name   string
		answer http.HandlerFunc
		more   []string
		words  string
		code   int
	}{
		{"500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, nil, errorSaid, 11200},
		{"hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, nil, errorSaid, 11200},
		{"not XML", answer("text/xml", "hello"), nil, errorSaid, 12100},
		{"JSON", answer("application/json", "{}"), nil, errorSaid, 12300},
		{"too long", answer("text/xml", "<Response>"+strings.Repeat(" ", maxAnswer)+"</Response>"), nil, errorSaid, 11200},
		{"plain words are read out", answer("text/plain", "just words"), nil, "just words", 0},
		{"fallback", answer("text/xml", "<"), []string{"FallbackUrl", daemon + "/fallback"}, "plan B", 12100},
		{"unknown verb is skipped", answer("text/xml", "<Response><Speak/><Say>on</Say></Response>"), nil, "on", 12200},
		{"redirect to nowhere", answer("text/xml", "<Response><Redirect>mailto:x</Redirect></Response>"), nil, "", 11100},
		{"Say without words", answer("text/xml", "<Response><Say> </Say><Say>x</Say></Response>"), nil, "x", 13520},
		{"Twiml parameter", nil, []string{"Url", "", "Twiml", "<Response><Say>inline</Say></Response>"}, "inline", 0},
		{"relative address in a Twiml parameter", nil, []string{"Url", "", "Twiml", "<Response><Redirect>/x</Redirect></Response>"}, "", 11100},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newPager(t)
				if tt.answer != nil {
					p.mux.HandleFunc("/voice", tt.answer)
				}
				p.twiml("/fallback", "<Response><Say>plan B</Say></Response>")
				s := p.street(Options{AutoAnswer: time.Second})
				defer s.Close()
				dial(t, s, ana, tt.more...)
				time.Sleep(5 * time.Minute)
				if c := s.Calls()[0]; c.Words() != tt.words || c.Status != "completed" {
					t.Errorf("%s after %q, want completed after %q", c.Status, c.Words(), tt.words)
				}
				code := 0
				if f := s.Faults(); len(f) > 0 {
					code = f[0].Code
				}
				if code != tt.code {
					t.Errorf("fault %d, want %d: %v", code, tt.code, s.Faults())
				}
			})
		})
	}
}

func TestRedirectCircleEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPager(t)
		p.twiml("/voice", `<Response><Redirect>/voice</Redirect></Response>`)
		s := p.street(Options{AutoAnswer: time.Second})
		defer s.Close()
		dial(t, s, ana)
		time.Sleep(time.Hour)
		if c := s.Calls()[0]; c.Status != "completed" {
			t.Errorf("status = %s", c.Status)
		}
		if f := s.Faults(); len(f) != 1 || f[0].Code != 12100 {
			t.Errorf("faults = %v", f)
		}
	})
}

// FuzzCall performs any document: the call ends within its time limit, its transcript is bounded, and nothing is left running.
func FuzzCall(f *testing.F) {
	for _, doc := range []string{question, `<Response/>`, `<Response><Say loop="0">again</Say></Response>`, `<Response><Redirect/></Response>`,
		`<Response><Gather numDigits="9" timeout="9999"><Say>x</Say></Gather></Response>`, `<Response><Gather action="http://rouse.test/key"/></Response>`,
		`<Response><Pause length="99999999999999999999"/></Response>`, "<!DOCTYPE x [<!ENTITY a \"b\">]><Response>&a;</Response>", "\xff<Response/>",
		`<a:Response xmlns:a="b"/>`, `<Response><Gather actionOnEmptyResult="true" timeout="0"/></Response>`} {
		f.Add(doc, "1")
		f.Add(doc, "4#*")
	}
	f.Fuzz(func(t *testing.T, doc, keys string) {
		if len(doc) == 0 || len(doc) > 4000 {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			s := New(Options{AutoAnswer: time.Second, Seed: 1, AuthToken: password, Callbacks: InMemory(http.HandlerFunc(
				func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "text/xml")
					_, _ = w.Write([]byte(doc))
				}))})
			defer s.Close()
			status, body := post(t, s, "Calls.json", url.Values{"To": {ana}, "From": {desk}, "Url": {daemon + "/voice"}, "TimeLimit": {"60"}})
			if status != 201 {
				t.Fatalf("POST Calls = %d %v", status, body)
			}
			time.Sleep(5 * time.Second)
			_ = s.Phone(ana).Press(keys) // any keys, at any moment
			time.Sleep(60 * time.Second)
			c := s.Calls()[0]
			if c.Status != "completed" || len(c.Lines) > maxLines {
				t.Errorf("after its time limit the call is %s with %d lines", c.Status, len(c.Lines))
			}
		})
	})
}
