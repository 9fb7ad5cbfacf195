package mail

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Bounds of a body. What is kept of an alert is a quarter of the text at most.
const (
	maxDepth = 8
	maxParts = 100
	maxText  = 64 << 10 // bytes of text that are read
	maxLeaf  = 1 << 20  // bytes of one part that are decoded
)

// reader gathers the texts of a mail.
type reader struct {
	texts []string
	parts int
	size  int
}

// bodyText is what a person would read of a mail, its lines ended by \n.
func bodyText(h Header, body []byte) string {
	var r reader
	r.walk(h, body, 0)
	return strings.TrimSpace(strings.Join(r.texts, "\n\n"))
}

func (r *reader) walk(h Header, body []byte, depth int) {
	if r.parts++; r.parts > maxParts || r.size > maxText || depth > maxDepth {
		return
	}
	kind, params := mediaType(h.Get("Content-Type"))
	if depth > 0 && attached(h, params) {
		return
	}
	parts := [][]byte(nil)
	if strings.HasPrefix(kind, "multipart/") {
		parts = split(body, params["boundary"])
	}
	switch {
	case kind == "multipart/alternative" && len(parts) > 0:
		r.alternative(parts, depth)
	case len(parts) > 0:
		for _, p := range parts {
			r.part(p, depth)
		}
	case kind == "message/rfc822" && len(r.texts) == 0: // forwarded, with nothing said
		r.part(decoded(h, body), depth)
	case kind == "", kind == "text/plain", kind == "text/html", kind == "text/markdown", kind == "text/enriched", kind == "text", strings.HasPrefix(kind, "multipart/"):
		r.leaf(kind == "text/html", toUTF8(decoded(h, body), params["charset"]))
	}
}

func (r *reader) part(raw []byte, depth int) {
	h, body := open(raw)
	r.walk(h, body, depth+1)
}

// open takes the header off a part, which need not have one.
func open(raw []byte) (Header, []byte) {
	for _, end := range []string{"\r\n", "\n"} {
		if body, blank := bytes.CutPrefix(raw, []byte(end)); blank {
			return nil, body
		}
	}
	return parseHeader(raw)
}

// alternative takes plain text, or else the first that has any.
func (r *reader) alternative(parts [][]byte, depth int) {
	var best []string
	plain := false
	for _, p := range parts {
		h, body := open(p)
		one := reader{parts: r.parts, size: r.size}
		one.walk(h, body, depth+1)
		r.parts = one.parts
		kind, _ := mediaType(h.Get("Content-Type"))
		isPlain := kind == "text/plain" || kind == ""
		if len(one.texts) > 0 && (best == nil || isPlain && !plain) {
			best, plain = one.texts, isPlain
		}
	}
	for _, t := range best {
		r.add(t)
	}
}

// leaf adds one text. Old machines send pages as plain text.
func (r *reader) leaf(page bool, s string) {
	start := strings.ToLower(strings.TrimSpace(s[:min(len(s), 200)]))
	if page || strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html") {
		s = pageText(s)
	}
	r.add(s)
}

func (r *reader) add(s string) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	if s == "" {
		return
	}
	if left := max(maxText-r.size, 0); len(s) > left {
		for left > 0 && !utf8.RuneStart(s[left]) {
			left--
		}
		s = s[:left]
	}
	r.size += len(s) + 1
	r.texts = append(r.texts, s)
}

// attached reports whether a part is a file.
func attached(h Header, params map[string]string) bool {
	for _, f := range h {
		if strings.EqualFold(f.Name, "Content-Disposition") {
			if kind, of := mediaType(f.Value); kind == "attachment" || of["filename"] != "" {
				return true
			}
		}
	}
	return params["name"] != ""
}

// decoded undoes the transfer encoding.
func decoded(h Header, body []byte) []byte {
	body = body[:min(len(body), maxLeaf)]
	encoding, _, _ := strings.Cut(strings.ToLower(h.Get("Content-Transfer-Encoding")), ";")
	switch strings.TrimSpace(encoding) {
	case "base64":
		return fromBase64(body)
	case "quoted-printable":
		return fromQuoted(body)
	}
	return body
}

// split cuts a body at the lines that are a boundary. The last part may lack its end.
func split(body []byte, boundary string) (parts [][]byte) {
	if boundary == "" {
		return nil
	}
	mark := []byte("--" + boundary)
	from := -1 // where the part at hand begins
	for at := 0; len(parts) < maxParts; {
		k := bytes.Index(body[at:], mark)
		if k < 0 {
			break
		}
		k += at
		at = k + len(mark)
		if k > 0 && body[k-1] != '\n' {
			continue
		}
		line, _, _ := bytes.Cut(body[at:], []byte("\n"))
		tail := bytes.TrimSpace(line)
		if len(tail) > 0 && string(tail) != "--" {
			continue
		}
		if from >= 0 {
			parts = append(parts, bytes.TrimSuffix(bytes.TrimSuffix(body[min(from, k):k], []byte("\n")), []byte("\r")))
		}
		if from = min(at+len(line)+1, len(body)); len(tail) > 0 {
			return parts
		}
	}
	if from >= 0 && from < len(body) && len(parts) < maxParts {
		parts = append(parts, body[from:])
	}
	return parts
}
