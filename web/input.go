package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/prometheus/common/model"

	"github.com/rouse/rouse/incident"
	prb "github.com/rouse/rouse/incident/problem"
	"github.com/rouse/rouse/oncall"
	"github.com/rouse/rouse/store"
)

const (
	longestTitle = 300  // characters
	longestText  = 8000 // characters of a note, a reason or a comment
	longestLink  = 2000 // characters of an address
)

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }

// decode reads a JSON body. An empty one leaves v as it is. Unknown fields are refused, for they are misspelt ones.
func (c *call) decode(v any) error {
	b, err := io.ReadAll(c.r.Body)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return nil
	}
	if kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return bad("", "Send JSON with Content-Type: application/json.", "the body is not marked as JSON")
	}
	return decodeJSON(b, v)
}

// decodeJSON reads one JSON value; nothing leaves v as it is. Unknown fields are refused.
func decodeJSON(b []byte, v any) error {
	if len(bytes.TrimSpace(b)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return badJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return bad("", "Send one JSON object.", "there is something after the end of the JSON")
	}
	return nil
}

func badJSON(err error) error {
	var kind *json.UnmarshalTypeError
	var when *time.ParseError
	switch {
	case errors.As(err, &when):
		return bad("", "Write times as 2026-11-23T09:00:00Z.", "%q is no time", brief(strings.Trim(when.Value, `"`)))
	case errors.As(err, &kind):
		return bad(kind.Field, "See /api/v1/openapi.yaml.", "a JSON %s does not fit here", kind.Value)
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		return bad(strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`), "See /api/v1/openapi.yaml for the fields there are.", "there is no such field")
	}
	return bad("", "See /api/v1/openapi.yaml.", "the JSON cannot be read: %v", strings.TrimPrefix(err.Error(), "json: "))
}

// form reads the form that was sent.
func (c *call) form() (url.Values, error) {
	err := c.r.ParseForm()
	switch {
	case err == nil:
		return c.r.PostForm, nil
	case errors.As(err, new(*http.MaxBytesError)):
		return nil, err
	}
	return nil, bad("", "Go back and send it again.", "the form cannot be read")
}

// number reads the incident's number in the path: 42 or INC-42.
func (c *call) number() (int64, error) {
	n, ok := recordNumber(c.r.PathValue("n"), incidentPrefix)
	if !ok {
		return 0, incident.ErrNoIncident
	}
	return n, nil
}

// problemNumber reads the problem's number in the path: 7 or PRB-7.
func (c *call) problemNumber() (int64, error) {
	n, ok := recordNumber(c.r.PathValue("n"), problemPrefix)
	if !ok {
		return 0, prb.ErrNoProblem
	}
	return n, nil
}

// What may stand before the number of a record.
const (
	incidentPrefix = "INC-"
	problemPrefix  = "PRB-"
)

// recordNumber reads the number of a record, with or without the prefix of its kind.
func recordNumber(s, prefix string) (n int64, ok bool) {
	n, err := strconv.ParseInt(strings.TrimPrefix(strings.ToUpper(s), prefix), 10, 64)
	return n, err == nil && n > 0
}

// reference reads a field in which people write the number of a record: 12, #12, INC-12 or PRB-12.
func reference(field, s, prefix string) (int64, error) {
	n, ok := recordNumber(strings.Trim(strings.TrimSpace(s), "#"), prefix)
	if !ok {
		return 0, bad(field, "Write it as "+prefix+"12.", "%q is no reference number", brief(s))
	}
	return n, nil
}

// words reads the words of the query by one name, which may be repeated and have commas between.
func (c *call) words(name string) []string {
	var out []string
	for _, s := range c.r.URL.Query()[name] {
		for w := range strings.SplitSeq(s, ",") {
			if w = strings.TrimSpace(w); w != "" {
				out = append(out, w)
			}
		}
	}
	return out
}

// zone reads a zone of the query; the caller's own when unset.
func (c *call) zone() (*time.Location, error) {
	name := c.r.URL.Query().Get("zone")
	if name == "" {
		return c.user().Zone, nil
	}
	z, err := time.LoadLocation(name)
	if err != nil || strings.EqualFold(name, "local") {
		return nil, bad("zone", "Write it as Europe/Madrid.", "%q is no zone", brief(name))
	}
	return z, nil
}

// count reads a number of the query between 1 and most.
func (c *call) count(name string, unset, most int) (int, error) {
	s := c.r.URL.Query().Get(name)
	if s == "" {
		return unset, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > most {
		return 0, bad(name, fmt.Sprintf("Write a number from 1 to %d.", most), "%q cannot be used", brief(s))
	}
	return n, nil
}

// sequence reads a number of the query that is not negative; 0 when unset.
func (c *call) sequence(name string) (int64, error) {
	s := c.r.URL.Query().Get(name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(s), incidentPrefix), problemPrefix), 10, 64)
	if err != nil || n < 0 {
		return 0, bad(name, "Write a whole number.", "%q cannot be used", brief(s))
	}
	return n, nil
}

// flag reads a yes or no of the query.
func (c *call) flag(name string) (bool, error) {
	s := c.r.URL.Query().Get(name)
	if s == "" {
		return false, nil
	}
	yes, err := strconv.ParseBool(s)
	if err != nil {
		return false, bad(name, "Write true or false.", "%q cannot be used", brief(s))
	}
	return yes, nil
}

// instant reads an RFC 3339 time of the query; the zero time when unset.
func (c *call) instant(name string) (time.Time, error) {
	s := c.r.URL.Query().Get(name)
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || !sane(t) {
		return time.Time{}, bad(name, "Write it as 2026-11-23T09:00:00Z.", "%q is no time", brief(s))
	}
	return t, nil
}

// month reads a calendar month as 2026-10; its day and zone mean nothing.
func month(s string) (time.Time, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil || !sane(t) {
		return t, bad("month", "Write it as 2026-10.", "%q is no month", brief(s))
	}
	return t, nil
}

// sane reports whether a time is one that rouse can keep and write.
func sane(t time.Time) bool { return t.UTC().Year() >= 1970 && t.UTC().Year() <= 9000 }

// wallLayouts are how a time of a schedule's own clock may be written.
var wallLayouts = []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02"}

// when reads an instant: RFC 3339, or a wall clock or day of zone.
func when(field, s string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil && sane(t) {
		return t.UTC(), nil
	}
	for _, layout := range wallLayouts {
		t, err := time.Parse(layout, s)
		if err == nil && sane(t) {
			return oncall.Wall(zone, oncall.DateOf(t), t.Hour()*60+t.Minute()).UTC(), nil
		}
	}
	return time.Time{}, bad(field, "Write it as 2026-11-23T09:00:00Z, or as 2026-11-23 09:00 in the zone "+zone.String()+".", "%q is no time", brief(s))
}

// duration reads a Prometheus duration above zero.
func duration(field, s string) (time.Duration, error) {
	d, err := model.ParseDuration(s)
	if err != nil || d <= 0 || time.Duration(d) > 10*365*24*time.Hour {
		return 0, bad(field, "Write it as 30m, 2h or 1d.", "%q is no duration", brief(s))
	}
	return time.Duration(d), nil
}

// text checks what a person wrote for reading: trimmed, in UTF-8, not longer than most characters.
func text(field, s string, most int) (string, error) {
	s = typed(s)
	switch n := utf8.RuneCountInString(s); {
	case !utf8.ValidString(s):
		return "", bad(field, "Send it as UTF-8.", "the text is not valid UTF-8")
	case n > most:
		return "", bad(field, fmt.Sprintf("Use at most %d characters.", most), "the text has %d characters", n)
	}
	return s, nil
}

// typed is what somebody wrote, without the space around it, with the line ends of this house, and without characters that nobody sees,
// some of which turn what follows round. Those that join letters and pictures stay where there are any.
func typed(s string) string {
	if !utf8.ValidString(s) {
		return s // which is refused
	}
	seen := false
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\u200c' || r == '\u200d':
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		default:
			seen = seen || !unicode.IsSpace(r)
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
	if !seen {
		return ""
	}
	return strings.TrimSpace(s)
}

// line is text that has to fit on one line.
func line(field, s string) (string, error) {
	return text(field, strings.Join(strings.Fields(s), " "), longestTitle)
}

// knownService refuses a service that the configuration does not have; none is no service to refuse.
func knownService(book *incident.Rulebook, name string) error {
	if _, ok := book.Services[name]; name != "" && !ok {
		return &incident.UnknownServiceError{Name: name}
	}
	return nil
}

// among refuses a word that is not one of those given; the empty word passes.
func among(field, s string, words ...string) error {
	if s == "" || slices.Contains(words, s) {
		return nil
	}
	return bad(field, "Write one of "+strings.Join(words, ", ")+".", "%q is not possible here", brief(s))
}

// brief bounds what an error repeats of its input.
func brief(s string) string {
	r := []rune(s)
	if len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// webLink returns an address that may be linked to: http or https, with a host and without a user, by which addresses pretend
// to be others. Everything else is "".
func webLink(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}

// hostOf is the host of a web address.
func hostOf(href string) string {
	u, err := url.Parse(href)
	if err != nil {
		return href
	}
	return u.Hostname()
}
