package ingest

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// stamp is a time as tools write it; zero when it is absent, unreadable or one of the ways of saying "none".
type stamp struct{ time.Time }

// UnmarshalJSONFrom implements json.UnmarshalerFrom. It never fails for a time it cannot read: a page must still go out.
func (s *stamp) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	var t text
	if err := t.UnmarshalJSONFrom(dec); err != nil {
		return err
	}
	s.Time = parseTime(string(t))
	return nil
}

// layouts that senders were seen to use, the common one first. A time without a zone is taken as UTC.
var layouts = []string{
	time.RFC3339Nano,
	"2006-01-02T15:04:05.999999999Z0700", // PagerDuty's own examples: +0000
	"2006-01-02T15:04:05.999999999Z07",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02 15:04:05.999999999 -0700 MST", // Go's Time.String
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999",
}

// parseTime reads a time in UTC; zero when it says nothing usable. Digits alone are seconds, or milliseconds when they are
// too many, since 1970. Years before 1971 or after 9998 are "none": 0001-01-01 is how Go programs say so.
func parseTime(s string) time.Time {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return plausible(t)
		}
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(n) || n <= 0 || n > 1e15 {
		return time.Time{}
	}
	if n < 1e11 {
		n *= 1000
	}
	return plausible(time.UnixMilli(int64(n)))
}

func plausible(t time.Time) time.Time {
	t = t.UTC()
	if y := t.Year(); y < 1971 || y > 9998 {
		return time.Time{}
	}
	return t
}
