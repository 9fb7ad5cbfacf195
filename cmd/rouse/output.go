package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// widest is how many columns of a terminal one cell may take.
const widest = 60

// The colours, as terminals take them (ECMA-48, SGR).
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
)

// printer writes answers for a person or a program.
type printer struct {
	w        io.Writer
	terminal bool // somebody looks at it: lines are kept short
	colour   bool
}

// newPrinter prints to w. Colour goes to a terminal alone, and not there when NO_COLOR is set or the terminal is a dumb one.
func newPrinter(w io.Writer, getenv func(string) string) printer {
	t := isTerminal(w)
	return printer{w: w, terminal: t, colour: t && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"}
}

// isTerminal reports whether w is a character device that somebody may look at.
func isTerminal(w any) bool {
	f, ok := w.(interface{ Stat() (os.FileInfo, error) })
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// paint colours a text where that is wanted.
func (p printer) paint(colour, s string) string {
	if !p.colour || s == "" || colour == "" {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}

// line prints one line.
func (p printer) line(format string, args ...any) { fmt.Fprintf(p.w, format+"\n", args...) }

// bytes prints a document as it is.
func (p printer) bytes(b []byte) error {
	_, err := p.w.Write(b)
	return err
}

// json prints v with the API's own field names.
func (p printer) json(v any) error {
	enc := json.NewEncoder(p.w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// table prints rows under a header, in columns that two spaces part. Cells come from anywhere, so each is made plain.
func (p printer) table(header []string, rows [][]string) {
	made := make([][]string, len(rows))
	for k, cells := range rows {
		for _, c := range cells {
			made[k] = append(made[k], p.state(plain(c)))
		}
	}
	p.grid(header, made)
}

// grid is table for cells that were made plain.
func (p printer) grid(header []string, rows [][]string) {
	t := table.NewWriter()
	t.SetOutputMirror(p.w)
	t.SetStyle(table.Style{Box: table.BoxStyle{PaddingRight: "  "}, Format: table.FormatOptions{Header: text.FormatDefault}})
	t.SuppressTrailingSpaces()
	head := make(table.Row, len(header))
	configs := make([]table.ColumnConfig, len(header))
	for k, h := range header {
		head[k] = p.paint(bold, h)
		configs[k] = table.ColumnConfig{Number: k + 1}
		if p.terminal {
			configs[k].WidthMax, configs[k].WidthMaxEnforcer = widest, shorten
		}
	}
	t.AppendHeader(head)
	t.SetColumnConfigs(configs)
	for _, cells := range rows {
		row := make(table.Row, len(cells))
		for k, c := range cells {
			row[k] = c
		}
		t.AppendRow(row)
	}
	t.Render()
}

// shorten cuts a cell and says so.
func shorten(s string, most int) string {
	if text.StringWidthWithoutEscSequences(s) <= most {
		return s
	}
	return text.Trim(s, most-1) + "…"
}

// state paints the words that a reader looks for first.
func (p printer) state(word string) string {
	switch word {
	case "triggered", "firing", "failed", "critical", "P1", "nobody", "breached", "overdue", "investigating":
		return p.paint(red, word)
	case "acknowledged", "on_hold", "warning", "expired", "P2", "identified", "paused", "draft", "in_review":
		return p.paint(yellow, word)
	case "resolved", "delivered", "active", "closed", "operational", "kept", "published":
		return p.paint(green, word)
	}
	return word
}

// plain makes a text of somebody else's safe and short for a terminal: on one line, without control characters, which could
// paint over what stands before, and without the invisible marks that reorder text.
func plain(s string) string {
	var b strings.Builder
	gap := false
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		s = s[n:]
		switch {
		case unicode.IsSpace(r) || r == '\u2028' || r == '\u2029':
			gap = b.Len() > 0
			continue
		case r == utf8.RuneError && n == 1, unicode.IsControl(r), r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069', r == '\uFEFF':
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// count writes a number of things: 1 user, 2 users, 2 policies.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// orDash stands in for what there is none of.
func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
