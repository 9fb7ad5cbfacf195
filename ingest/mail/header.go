package mail

import (
	"bytes"
	"encoding/base64"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Bounds of a header; what is beyond them is passed over. Real ones have some fifty fields.
const (
	maxFields = 500
	maxField  = 64 << 10 // bytes of one, unfolded
)

// Header is the fields of a mail or of one of its parts, in their order.
type Header []Field

// Field is one field, unfolded, its value as it was sent.
type Field struct{ Name, Value string }

// Get is the value of the first field of a name, in any case; empty where there is none.
func (h Header) Get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// has reports whether a field is there, be it empty.
func (h Header) has(name string) bool {
	for _, f := range h {
		if strings.EqualFold(f.Name, name) {
			return true
		}
	}
	return false
}

// Text is the value of a field for people: encoded words and letters beyond ASCII decoded.
func (h Header) Text(name string) string {
	v := h.Get(name)
	if !utf8.ValidString(v) {
		_, params := mediaType(h.Get("Content-Type"))
		v = toUTF8([]byte(v), params["charset"])
	}
	return decodeWords(v)
}

// envelopeLine is the line that mailboxes, and machines that hand a mail to a program, set before a header.
var envelopeLine = regexp.MustCompile(`^>?From \S+ .*\d:\d\d[^\n]*\n`)

// trimEnvelope drops what stands before a header.
func trimEnvelope(raw []byte) []byte {
	raw = bytes.TrimLeft(bytes.TrimPrefix(raw, []byte("\ufeff")), "\r\n")
	return raw[len(envelopeLine.Find(raw[:min(len(raw), 1000)])):]
}

// parseHeader takes the header off a mail. A line that is no field is passed over where another field follows; else the body begins
// with it, for some senders forget the blank line.
func parseHeader(raw []byte) (h Header, body []byte) {
	if !bytes.Contains(raw, []byte("\n")) {
		raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
	}
	raw = trimEnvelope(raw)
	var values [][]byte
	defer func() {
		for k := range h {
			h[k].Value = string(values[k])
		}
	}()
	for len(raw) > 0 {
		line, rest, _ := bytes.Cut(raw, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		name, value, ok := field(line)
		switch next, _, _ := bytes.Cut(rest, []byte("\n")); {
		case len(line) == 0:
			return h, rest
		case line[0] == ' ' || line[0] == '\t':
			if len(h) == 0 {
				return nil, raw
			}
			if last := &values[len(h)-1]; len(h) < maxFields && len(*last)+len(line) < maxField {
				*last = append(append(*last, ' '), bytes.TrimSpace(line)...)
			}
		case ok && len(h) < maxFields:
			h = append(h, Field{Name: name})
			values = append(values, bytes.Clone(value[:min(len(value), maxField)]))
		case !ok && (len(h) == 0 || !isField(next)):
			return h, raw
		}
		raw = rest
	}
	return h, nil
}

// field reads "Name: value".
func field(line []byte) (name string, value []byte, ok bool) {
	k := bytes.IndexByte(line, ':')
	if k <= 0 || k > 100 {
		return "", nil, false
	}
	n := bytes.TrimRight(line[:k], " \t")
	for _, c := range n {
		if c <= ' ' || c >= 0x7f {
			return "", nil, false
		}
	}
	return string(n), bytes.TrimSpace(line[k+1:]), len(n) > 0
}

func isField(line []byte) bool {
	_, _, ok := field(line)
	return ok
}

// encodedWord is RFC 2047's, spaces within it allowed, for many senders leave them.
var encodedWord = regexp.MustCompile(`=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=`)

// decodeWords decodes RFC 2047. Words of one charset that follow each other are joined before they are decoded: careless senders cut
// them in the middle of a letter.
func decodeWords(s string) string {
	var out strings.Builder
	var run []byte
	charset, end := "", 0
	flush := func() {
		out.WriteString(toUTF8(run, charset))
		run = nil
	}
	for _, at := range encodedWord.FindAllStringSubmatchIndex(s, -1) {
		between, set := s[end:at[0]], s[at[2]:at[3]]
		word := unword(s[at[4]:at[5]], s[at[6]:at[7]])
		if run != nil && (strings.TrimSpace(between) != "" || !strings.EqualFold(set, charset)) {
			flush()
		}
		if end == 0 || strings.TrimSpace(between) != "" {
			out.WriteString(between)
		}
		run, charset, end = append(run, word...), set, at[1]
	}
	flush()
	return out.String() + s[end:]
}

func unword(encoding, text string) []byte {
	if strings.EqualFold(encoding, "b") {
		return fromBase64([]byte(text))
	}
	return fromQuoted([]byte(strings.ReplaceAll(text, "_", " ")))
}

// fromBase64 decodes what can be decoded: what is no letter of base64 is passed over, a part at the end that is too short is dropped.
func fromBase64(in []byte) []byte {
	clean := make([]byte, 0, len(in))
	for _, c := range in {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' {
			clean = append(clean, c)
		}
	}
	if len(clean)%4 == 1 {
		clean = clean[:len(clean)-1]
	}
	out, _ := base64.RawStdEncoding.DecodeString(string(clean)) // only the last bits can be wrong
	return out
}

// fromQuoted decodes quoted-printable; what is no escape stands for itself.
func fromQuoted(in []byte) []byte {
	out := make([]byte, 0, len(in))
	for k := 0; k < len(in); k++ {
		if in[k] != '=' {
			out = append(out, in[k])
			continue
		}
		line, _, _ := bytes.Cut(in[k+1:min(len(in), k+80)], []byte("\n"))
		if len(bytes.TrimSpace(line)) == 0 { // a soft break
			k += len(line) + 1
			continue
		}
		if k+2 < len(in) && unhex(in[k+1]) >= 0 && unhex(in[k+2]) >= 0 {
			out = append(out, byte(unhex(in[k+1])<<4|unhex(in[k+2])))
			k += 2
			continue
		}
		out = append(out, '=')
	}
	return out
}

func unhex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

var parameter = regexp.MustCompile(`(?i);\s*([a-z-]+)\s*=\s*("[^"]*"|[^\s;]+)`)

// mediaType reads a Content-Type or Content-Disposition, also one that the standard library refuses: its first parameters count.
func mediaType(v string) (kind string, params map[string]string) {
	if kind, params, err := mime.ParseMediaType(v); err == nil {
		return kind, params
	}
	kind, _, _ = strings.Cut(v, ";")
	params = map[string]string{}
	for _, p := range parameter.FindAllStringSubmatch(v, -1) {
		if name := strings.ToLower(p[1]); params[name] == "" {
			params[name] = strings.Trim(p[2], `"`)
		}
	}
	return strings.ToLower(strings.TrimSpace(kind)), params
}

var (
	angled = regexp.MustCompile(`<\s*([^<>\s]+)\s*>`)
	bare   = regexp.MustCompile(`[^\s<>,;:"'()\[\]]+@[^\s<>,;:"'()\[\]]+`)
)

// address is the first address of a field, however it is written.
func address(v string) string {
	found := ""
	if at := angled.FindStringSubmatch(v); at != nil {
		found = at[1]
	} else if found = bare.FindString(v); found == "" {
		found, _, _ = strings.Cut(strings.TrimSpace(decodeWords(v)), " ")
		found = strings.Trim(found, `<>,;"`)
	}
	return strings.ToLower(strings.ToValidUTF8(found, "\ufffd"))
}
