package mail

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// hidden elements have no text for people; breaks begin a line.
var (
	hidden = map[atom.Atom]bool{atom.Style: true, atom.Script: true, atom.Title: true, atom.Template: true, atom.Noscript: true}
	breaks = map[atom.Atom]bool{
		atom.P: true, atom.Div: true, atom.Br: true, atom.Tr: true, atom.Table: true, atom.Ul: true, atom.Ol: true, atom.Li: true, atom.Hr: true, atom.Pre: true,
		atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true, atom.Blockquote: true, atom.Dt: true, atom.Dd: true,
		atom.Section: true, atom.Article: true, atom.Header: true, atom.Footer: true,
	}
	spaces = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ")
)

// pageText is the text of an HTML page, a line for each block, cells of a table side by side.
func pageText(page string) string {
	var p pageReader
	z := html.NewTokenizer(strings.NewReader(page))
	for p.out.Len() < 2*maxText {
		switch kind := z.Next(); kind {
		case html.ErrorToken: // the end: nothing is malformed in HTML
			return tidyLines(p.out.String())
		case html.TextToken:
			p.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			name, _ := z.TagName()
			p.tag(atom.Lookup(name), kind)
		}
	}
	return tidyLines(p.out.String())
}

type pageReader struct {
	out  strings.Builder
	skip atom.Atom // within this hidden element
	pre  bool
}

func (p *pageReader) text(s string) {
	if p.skip != 0 {
		return
	}
	if !p.pre {
		s = spaces.Replace(s)
	}
	p.out.WriteString(s)
}

func (p *pageReader) tag(tag atom.Atom, kind html.TokenType) {
	end := kind == html.EndTagToken
	switch {
	case p.skip != 0:
		if end && tag == p.skip {
			p.skip = 0
		}
	case hidden[tag] && kind == html.StartTagToken:
		p.skip = tag
	case tag == atom.Td || tag == atom.Th:
		p.out.WriteByte(' ')
	case tag == atom.Li && !end:
		p.out.WriteString("\n- ")
	case breaks[tag]:
		p.out.WriteByte('\n')
		p.pre = p.pre && tag != atom.Pre || tag == atom.Pre && !end
	}
}

// tidyLines takes superfluous space out of lines, and blank lines that follow another.
func tidyLines(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		line = oneLine(line)
		if line == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, line)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}
