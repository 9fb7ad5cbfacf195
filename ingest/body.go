package ingest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"

	"github.com/rouse/rouse/ingest/mail"
)

// A compressed body may grow by maxRatio; below ratioFrom bytes nobody asks.
const (
	maxRatio  = 100
	ratioFrom = 64 << 10
)

// refusal is an answer that is not 2xx: its status, what happened and what to do.
type refusal struct {
	status     int
	what, hint string
	fields     map[string]string // what is wrong with each field, for a dialect that says so; nil: nothing
}

// Error implements error.
func (r *refusal) Error() string { return r.what }

func refuse(status int, hint, format string, args ...any) *refusal {
	return &refusal{status: status, what: fmt.Sprintf(format, args...), hint: hint}
}

// readBody returns the body, inflated, of at most limit bytes, and what it takes of the room until done is called. Its error is a
// *refusal; beside one that says too long, the body is what came.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request, limit int64, known bool) (body []byte, done func(), err error) {
	l := &lease{of: s.strangers}
	if known {
		l.of = s.room
	}
	if body, err = read(w, r, limit, l); err != nil {
		l.end()
	}
	return body, l.end, err
}

// presized is up to what size a body has its room at once, on its sender's word.
const presized = 16 << 10

func read(w http.ResponseWriter, r *http.Request, limit int64, l *lease) ([]byte, error) {
	packed := &counter{from: http.MaxBytesReader(w, shorten(r, limit), limit)}
	switch enc := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); enc {
	case "", "identity":
		out := bytes.NewBuffer(make([]byte, 0, min(max(r.ContentLength, 0), presized)+bytes.MinRead))
		_, err := out.ReadFrom(leased{packed, l})
		return out.Bytes(), readFault(err, limit)
	case "gzip", "x-gzip":
		return inflate(packed, limit, l)
	default:
		return nil, refuse(http.StatusUnsupportedMediaType, "Send the body as it is, or compressed once with gzip.",
			"Content-Encoding %q is not supported", brief(enc))
	}
}

// inflate unpacks gzip once. It stops at limit bytes, or at maxRatio times what came in.
func inflate(packed *counter, limit int64, l *lease) ([]byte, error) {
	z, err := gzip.NewReader(packed)
	if err != nil {
		return nil, badGzip(err, limit)
	}
	var out bytes.Buffer
	for {
		n, err := io.CopyN(&out, leased{z, l}, ratioFrom)
		size := int64(out.Len())
		if size > limit {
			return out.Bytes()[:limit], tooBig(limit)
		}
		if size > ratioFrom && size > maxRatio*packed.n {
			return nil, refuse(http.StatusRequestEntityTooLarge, "Send the body without compression.",
				"the body grows more than %d times when inflated", maxRatio)
		}
		if errors.Is(err, io.EOF) && n < ratioFrom {
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, badGzip(err, limit)
		}
	}
}

func badGzip(err error, limit int64) error {
	var big *http.MaxBytesError
	var full *refusal
	if errors.As(err, &big) || errors.As(err, &full) || errors.Is(err, os.ErrDeadlineExceeded) {
		return readFault(err, limit)
	}
	return refuse(http.StatusBadRequest, "Content-Encoding says gzip; leave the header out if the body is not compressed.",
		"the body is not valid gzip: %v", err)
}

func tooBig(limit int64) *refusal {
	return refuse(http.StatusRequestEntityTooLarge, "Send less in one request (in Alertmanager: max_alerts of the webhook).",
		"the body is longer than %d bytes", limit)
}

// readFault turns what reading can say into an answer; nil stays nil.
func readFault(err error, limit int64) error {
	var big *http.MaxBytesError
	var full *refusal
	switch {
	case err == nil:
		return nil
	case errors.As(err, &full):
		return full
	case errors.As(err, &big):
		return tooBig(limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(http.StatusRequestTimeout, "Send the body at once.", "the body did not arrive in time")
	}
	return refuse(http.StatusBadRequest, "Send the request again.", "the body could not be read to its end")
}

// counter counts the bytes that went through.
type counter struct {
	from io.Reader
	n    int64
}

// Read implements io.Reader.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += int64(n)
	return n, err
}

// The forms a body may have.
const (
	formJSON  = "json"
	formQuery = "form"
	formText  = "text"
	formMail  = "mail"
	formParts = "parts"
)

// bodyForm says how to read a body, by its content type and, because `curl -d` claims a form for everything, by how it
// begins: no form and no JSON begins like a mail; who says text/plain means text. An empty result means: not supported.
func bodyForm(contentType string, body []byte) string {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil { // "application/json; charset"
		kind, _, _ = strings.Cut(contentType, ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
	}
	claimed := kind == "application/x-www-form-urlencoded" || kind == "text/plain"
	switch {
	case kind == "message/rfc822", kind == "message/global", kind != "text/plain" && (kind == "" || claimed || kind == "application/octet-stream") && mail.Looks(body):
		return formMail
	case kind == "multipart/form-data":
		return formParts
	case kind == "", strings.HasSuffix(kind, "/json"), strings.HasSuffix(kind, "+json"), kind == "application/octet-stream":
		return formJSON
	case claimed && looksJSON(body):
		return formJSON
	case kind == "text/plain":
		return formText
	case claimed:
		return formQuery
	}
	return ""
}

// looksJSON reports whether a body that claims to be something else is JSON. An object is told by its first character, so
// that a mistake in it is reported; a text may well begin with [FIRING].
func looksJSON(body []byte) bool {
	first := bytes.TrimLeft(body, "\ufeff \t\r\n")
	return bytes.HasPrefix(first, []byte("{")) || bytes.HasPrefix(first, []byte("[")) && bound(first) == nil && isJSON(first)
}
