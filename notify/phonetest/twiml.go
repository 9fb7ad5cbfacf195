package phonetest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// verb is one element of a TwiML document, or a run of characters when its name is empty.
type verb struct {
	name string
	attr map[string]string
	text string
	kids []*verb
}

const (
	maxVerbs = 2000
	maxDepth = 12
)

// grammar says which verbs a parent may hold and which attributes each has, as Twilio documents TwiML. A verb that is
// documented but does nothing on this street maps to nil: its attributes are not judged.
type grammar struct {
	inside map[string][]string
	attrs  map[string][]string
	words  []string // elements whose text is spoken or sent, with whatever markup is inside
}

var voiceVerbs = grammar{
	inside: map[string][]string{
		"Response": {"Say", "Play", "Gather", "Pause", "Redirect", "Hangup", "Reject", "Record", "Dial", "Enqueue", "Leave", "Start",
			"Stop", "Connect", "Refer", "Pay", "Sms"},
		"Gather": {"Say", "Play", "Pause"},
	},
	attrs: map[string][]string{
		"Response": {},
		"Say":      {"voice", "language", "loop"},
		"Play":     {"loop", "digits"},
		"Gather": {"action", "method", "timeout", "finishOnKey", "numDigits", "input", "actionOnEmptyResult", "language", "hints",
			"profanityFilter", "speechTimeout", "speechModel", "enhanced", "bargeIn", "debug", "partialResultCallback",
			"partialResultCallbackMethod", "dtmfDetection", "maxSpeechTime"},
		"Pause":    {"length"},
		"Redirect": {"method"},
		"Hangup":   {},
		"Reject":   {"reason"},
	},
	words: []string{"Say", "Play", "Redirect"},
}

var messagingVerbs = grammar{
	inside: map[string][]string{
		"Response": {"Message", "Redirect"},
		"Message":  {"Body", "Media"},
	},
	attrs: map[string][]string{
		"Response": {},
		"Message":  {"to", "from", "action", "method", "statusCallback"},
		"Redirect": {"method"},
		"Body":     {},
		"Media":    {},
	},
	words: []string{"Message", "Body", "Media", "Redirect"},
}

// parseTwiML reads a document. The error says that it is not well-formed XML with the root Response (Twilio's 12100, which
// ends a call); faults say what in it is not as documented (12200, which Twilio only warns of).
func parseTwiML(doc string, g grammar) (root *verb, faults []string, err error) {
	root, err = parseXML(doc)
	if err != nil {
		return nil, nil, err
	}
	if root.name != "Response" {
		return nil, nil, fmt.Errorf("TwiML: the root element is %s, not Response", root.name)
	}
	return root, g.judge(root, nil), nil
}

func parseXML(doc string) (*verb, error) {
	d := xml.NewDecoder(strings.NewReader(doc))
	top := &verb{}
	stack := []*verb{top}
	for n := 0; ; n++ {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("TwiML: %w", err)
		}
		if n > maxVerbs || len(stack) > maxDepth {
			return nil, errors.New("TwiML: more elements than a call could ever speak")
		}
		if stack, err = grow(stack, tok); err != nil {
			return nil, err
		}
	}
	var root *verb
	for _, k := range top.kids {
		switch {
		case k.name == "" && strings.TrimSpace(k.text) == "":
		case k.name != "" && root == nil:
			root = k
		default:
			return nil, errors.New("TwiML: something stands beside the root element")
		}
	}
	if root == nil {
		return nil, errors.New("TwiML: no root element")
	}
	return root, nil
}

func grow(stack []*verb, tok xml.Token) ([]*verb, error) {
	last := stack[len(stack)-1]
	switch t := tok.(type) {
	case xml.StartElement:
		v := &verb{name: t.Name.Local, attr: map[string]string{}}
		for _, a := range t.Attr {
			if _, twice := v.attr[a.Name.Local]; twice && a.Name.Space == "" {
				return nil, fmt.Errorf("TwiML: %s has %s twice", v.name, a.Name.Local)
			}
			v.attr[a.Name.Local] = a.Value
		}
		last.kids = append(last.kids, v)
		return append(stack, v), nil
	case xml.EndElement:
		return stack[:len(stack)-1], nil
	case xml.CharData:
		last.kids = append(last.kids, &verb{text: string(t)})
	}
	return stack, nil
}

// judge compares a document with the grammar.
func (g grammar) judge(v *verb, faults []string) []string {
	known, judged := g.attrs[v.name]
	if !judged {
		return append(faults, v.name+" does nothing on this street")
	}
	for _, name := range slices.Sorted(maps.Keys(v.attr)) {
		if value := v.attr[name]; !slices.Contains(known, name) {
			faults = append(faults, fmt.Sprintf("%s has no attribute %s", v.name, name))
		} else if !goodValue(name, value) {
			faults = append(faults, fmt.Sprintf("%s %s=%q is not a value that Twilio documents", v.name, name, value))
		}
	}
	wordy := slices.Contains(g.words, v.name)
	for _, k := range v.kids {
		switch {
		case k.name == "" && !wordy && strings.TrimSpace(k.text) != "":
			faults = append(faults, v.name+" holds text outside a verb")
		case k.name == "" || v.name == "Say": // markup inside Say is speech markup
		case !slices.Contains(g.inside[v.name], k.name):
			faults = append(faults, fmt.Sprintf("%s may not stand in %s", k.name, v.name))
		default:
			faults = g.judge(k, faults)
		}
	}
	return faults
}

func goodValue(name, value string) bool {
	n, err := strconv.Atoi(value)
	switch name {
	case "loop":
		return err == nil && n >= 0
	case "numDigits", "length":
		return err == nil && n >= 1
	case "timeout":
		return value == "auto" || err == nil && n >= 0
	case "finishOnKey":
		return value == "" || len(value) == 1 && strings.Contains("0123456789*#", value)
	case "method", "partialResultCallbackMethod":
		return value == "GET" || value == "POST"
	case "actionOnEmptyResult":
		return value == "true" || value == "false"
	case "input":
		return value == "dtmf" || value == "speech" || value == "dtmf speech" || value == "speech dtmf"
	}
	return true
}

// words joins all characters inside v, with blanks made single.
func (v *verb) words() string {
	var b strings.Builder
	v.write(&b)
	return strings.Join(strings.Fields(b.String()), " ")
}

func (v *verb) write(b *strings.Builder) {
	if v.name == "break" {
		b.WriteByte(' ')
	}
	b.WriteString(v.text)
	for _, k := range v.kids {
		k.write(b)
	}
}

// number reads a whole number that is at least least, or returns def.
func (v *verb) number(name string, least, def int) int {
	if n, err := strconv.Atoi(v.attr[name]); err == nil && n >= least {
		return n
	}
	return def
}

// seconds reads a number of seconds, at most an hour, or returns def seconds.
func (v *verb) seconds(name string, least, def int) time.Duration {
	return time.Duration(min(v.number(name, least, def), 3600)) * time.Second
}

// messages returns the texts that a messaging answer holds. Line breaks in them are kept.
func (v *verb) messages() []string {
	var out []string
	for _, k := range v.kids {
		if k.name != "Message" {
			continue
		}
		from := k
		for _, b := range k.kids {
			if b.name == "Body" {
				from = b
				break
			}
		}
		var text strings.Builder
		from.write(&text)
		if body := strings.TrimSpace(text.String()); body != "" {
			out = append(out, body)
		}
	}
	return out
}

// content is how Twilio takes an answer, by its content type.
type content int

const (
	asTwiML content = iota
	asWords
	asError // 12300
)

func contentKind(header string) content {
	kind, _, err := mime.ParseMediaType(header)
	if err != nil {
		return asError
	}
	switch kind {
	case "text/xml", "application/xml", "text/html":
		return asTwiML
	case "text/plain":
		return asWords
	}
	return asError
}
