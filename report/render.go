package report

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Format is a way to write a report.
type Format string

// The formats.
const (
	FormatTable    Format = "table"
	FormatJSON     Format = "json"
	FormatCSV      Format = "csv"
	FormatMarkdown Format = "markdown"
	FormatHTML     Format = "html"
)

// Formats returns all of them, in the order in which people are offered them.
func Formats() []Format {
	return []Format{FormatTable, FormatJSON, FormatCSV, FormatMarkdown, FormatHTML}
}

// ErrFormat is asked for a format that there is not.
var ErrFormat = errors.New("no such format")

// ContentType is the media type of what Render writes.
func (f Format) ContentType() string {
	switch f {
	case FormatJSON:
		return "application/json"
	case FormatCSV:
		return "text/csv; charset=utf-8; header=present"
	case FormatMarkdown:
		return "text/markdown; charset=utf-8"
	case FormatHTML:
		return "text/html; charset=utf-8"
	}
	return "text/plain; charset=utf-8"
}

// Render writes a report; as CSV its groups. The error is ErrFormat with the right words, or that of the library beneath.
func Render(f Format, r *Report) ([]byte, error) {
	switch f {
	case FormatTable:
		return []byte(Table(r)), nil
	case FormatJSON:
		return JSON(r)
	case FormatCSV:
		return CSV(r, SectionGroups)
	case FormatMarkdown:
		return []byte(Markdown(r)), nil
	case FormatHTML:
		return HTML(r)
	}
	return nil, fmt.Errorf("format %q: %w; there are %s", string(f), ErrFormat, listed(Formats()))
}

// JSON writes the whole report, indented, a line break at its end. It reads back into a Report.
func JSON(r *Report) ([]byte, error) {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the report as JSON: %w", err)
	}
	return append(b, '\n'), nil
}
