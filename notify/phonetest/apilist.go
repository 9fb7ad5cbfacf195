package phonetest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	defaultPage = 50
	maxPage     = 1000
)

// listed is one entry of a list: what it is found by, and how it is written.
type listed struct {
	sid    string
	fields map[string]string    // equality filters
	times  map[string]time.Time // date filters
	render func() any
}

// list answers a request for a list: filters, newest first, in pages.
func list(r *http.Request, key string, entries []listed) reply {
	q := r.URL.Query()
	var hits []listed
	for _, e := range slices.Backward(entries) {
		hit, bad := e.matches(q)
		if bad != "" {
			return invalid(bad)
		}
		if hit {
			hits = append(hits, e)
		}
	}
	size, page := defaultPage, 0
	if n, err := strconv.Atoi(q.Get("PageSize")); err == nil && n > 0 {
		size = min(n, maxPage)
	}
	if n, err := strconv.Atoi(q.Get("Page")); err == nil && n > 0 {
		page = n
	}
	start := min(page*size, len(hits))
	if after, ok := strings.CutPrefix(q.Get("PageToken"), "PA"); ok {
		// The entry at which the last page ended: what was created since does not shift the pages.
		if i := slices.IndexFunc(hits, func(e listed) bool { return e.sid == after }); i >= 0 {
			start = i + 1
		}
	}
	end := min(start+size, len(hits))
	items := make([]any, 0, end-start)
	for _, e := range hits[start:end] {
		items = append(items, e.render())
	}
	return reply{status: 200, body: envelope(r, q, key, items, hits, start, end, page, size)}
}

func envelope(r *http.Request, q url.Values, key string, items []any, hits []listed, start, end, page, size int) map[string]any {
	at := func(page int, token string) string {
		v := url.Values{}
		for k, vs := range q {
			v[k] = vs
		}
		v.Set("PageSize", strconv.Itoa(size))
		v.Set("Page", strconv.Itoa(page))
		v.Del("PageToken")
		if token != "" {
			v.Set("PageToken", token)
		}
		return r.URL.Path + "?" + v.Encode()
	}
	body := map[string]any{key: items, "page": page, "page_size": size, "start": start, "end": max(end-1, 0),
		"uri": r.URL.RequestURI(), "first_page_uri": at(0, ""), "next_page_uri": nil, "previous_page_uri": nil}
	if end < len(hits) {
		body["next_page_uri"] = at(page+1, "PA"+hits[end-1].sid)
	}
	if page > 0 {
		body["previous_page_uri"] = at(page-1, "")
	}
	return body
}

// matches applies a list's filters. bad names a filter that cannot be read. The address writes "DateSent>=2026-01-01", which
// is the parameter "DateSent>" and means on or after; "<" means on or before, and a date alone means that day in UTC.
func (e listed) matches(q url.Values) (hit bool, bad string) {
	for name, have := range e.fields {
		if want := q.Get(name); want != "" && want != have {
			return false, ""
		}
	}
	for name, have := range e.times {
		for _, op := range []string{"", "<", ">"} {
			want := q.Get(name + op)
			if want == "" {
				continue
			}
			ok, known := compare(have.Truncate(time.Second), op, want)
			if !known {
				return false, name + op
			}
			if !ok {
				return false, ""
			}
		}
	}
	return true, ""
}

func compare(have time.Time, op, want string) (hit, known bool) {
	first, err := time.Parse(time.DateOnly, want)
	last := first.Add(24*time.Hour - time.Second)
	if err != nil {
		if first, err = time.Parse(time.RFC3339, want); err != nil {
			return false, false
		}
		last = first
	}
	switch op {
	case "<":
		return !have.After(last), true
	case ">":
		return !have.Before(first.Truncate(time.Second)), true
	}
	return !have.Before(first) && !have.After(last), true
}

// rfc2822 writes a time as Twilio does; the zero time is null.
func rfc2822(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format(time.RFC1123Z)
	return &s
}
