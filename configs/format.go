package configs

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Format writes a configuration in its canonical form: sections in the order of the documentation, two spaces for each level, lists
// below their key, one blank line at most, no blanks at the end of a line. Comments stay where they are and go with what they
// stand above; values, brackets and quotes stay as they are written. Formatting twice is formatting once, and what the file means
// never changes: what cannot be moved without that (an anchor before its alias) is left where it is.
//
// A file that is no YAML is refused with Problems; one that is YAML and no good configuration is formatted.
func Format(name string, data []byte) ([]byte, Problems) {
	l := newLoader(name, Options{})
	if l.parse(data) == nil {
		return nil, l.problems.sorted()
	}
	text := bytes.ReplaceAll(bytes.TrimPrefix(data, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	if strings.ContainsAny(string(text), "\r\u0085\u2028\u2029") {
		return data, nil // YAML has more ends of lines than people see: nothing is known of these
	}
	for range 4 {
		next := formatOnce(text)
		if bytes.Equal(next, text) {
			break
		}
		text = next
	}
	return text, nil
}

// formatOnce takes the best form that means the same and that stays as it is when it is made again.
func formatOnce(text []byte) []byte {
	meant := meaning(text)
	if meant == nil {
		return text
	}
	for _, how := range []layout{{true, true}, {false, true}, {true, false}, {false, false}} {
		out := how.apply(text)
		if again := meaning(out); again != nil && sameNode(meant, again, true) && bytes.Equal(how.apply(out), out) {
			return out
		}
	}
	return text
}

// layout is how much of the form is changed.
type layout struct{ order, indent bool }

// apply writes a text in the layout. The text has one document.
func (how layout) apply(text []byte) []byte {
	root := meaning(text)
	if root == nil || root.Kind != yaml.MappingNode || root.Style&yaml.FlowStyle != 0 {
		return text
	}
	p := newPages(text, root)
	if !p.sound() {
		return text
	}
	if how.indent {
		p.indent()
	}
	p.trim()
	return p.write(how.order)
}

func meaning(text []byte) *yaml.Node {
	docs, err := documents(text, 2)
	if err != nil || len(docs) != 1 || len(docs[0].Content) != 1 {
		return nil
	}
	return docs[0].Content[0]
}

// sameNode reports whether two trees mean the same; the keys of the root may stand in another order.
func sameNode(a, b *yaml.Node, root bool) bool {
	if a.Kind != b.Kind || a.Tag != b.Tag || a.Value != b.Value || a.Anchor != b.Anchor || len(a.Content) != len(b.Content) {
		return false
	}
	x, y := a.Content, b.Content
	if root && a.Kind == yaml.MappingNode {
		x, y = byKey(x), byKey(y)
	}
	for i := range x {
		if !sameNode(x[i], y[i], false) {
			return false
		}
	}
	return true
}

func byKey(pairs []*yaml.Node) []*yaml.Node {
	var all [][]*yaml.Node
	for pair := range slices.Chunk(pairs, 2) {
		all = append(all, pair)
	}
	slices.SortStableFunc(all, func(a, b []*yaml.Node) int { return cmp.Compare(a[0].Value, b[0].Value) })
	return slices.Concat(all...)
}

// role is what a line is there for.
type role int

const (
	blank     role = iota
	remark         // a comment alone
	opening        // a key or an item begins here
	verbatim       // inside a block of text, where each blank counts
	continued      // of a value that began above: brackets, quotes, words over several lines
)

// pages is a text as lines that know their role.
type pages struct {
	lines []string
	roles []role
	keys  map[[2]int]bool // line and column, from 0, at which a key of a block begins
	tops  []int           // lines of the root's keys
	names []string        // of the root's keys
	base  int             // column of the root's keys
}

func newPages(text []byte, root *yaml.Node) *pages {
	p := &pages{lines: strings.Split(strings.TrimRight(string(text), "\n"), "\n"), keys: map[[2]int]bool{}}
	p.roles = make([]role, len(p.lines))
	for i, s := range p.lines {
		switch t := strings.TrimSpace(s); {
		case t == "":
			p.roles[i] = blank
		case t[0] == '#':
			p.roles[i] = remark
		default:
			p.roles[i] = continued
		}
	}
	p.base = root.Column - 1
	p.walk(root)
	for i := 0; i+1 < len(root.Content); i += 2 {
		p.tops = append(p.tops, root.Content[i].Line-1)
		p.names = append(p.names, root.Content[i].Value)
	}
	return p
}

// sound reports whether each section begins on a line of its own, as all files do that a person writes.
func (p *pages) sound() bool {
	for k, line := range p.tops {
		if line < 0 || line >= len(p.lines) || (k > 0 && line <= p.tops[k-1]) || p.roles[line] != opening || lead(p.lines[line]) > p.base {
			return false
		}
	}
	return len(p.tops) > 0
}

// walk marks where keys and items begin, and blocks of text.
func (p *pages) walk(n *yaml.Node) {
	if n.Style&yaml.FlowStyle != 0 {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, v := n.Content[i], n.Content[i+1]
			p.open(k.Line - 1)
			p.keys[[2]int{k.Line - 1, k.Column - 1}] = true
			p.block(v, k.Column-1)
			p.walk(v)
		}
	case yaml.SequenceNode:
		for _, item := range n.Content {
			for line := item.Line - 1; line >= n.Line-1 && line < len(p.lines); line-- {
				if s := p.lines[line]; len(s) >= n.Column && s[n.Column-1] == '-' && (p.roles[line] == opening || lead(s) == n.Column-1) {
					p.open(line)
					break
				}
			}
			p.block(item, n.Column-1)
			p.walk(item)
		}
	}
}

func (p *pages) open(line int) {
	if line < len(p.roles) {
		p.roles[line] = opening
	}
}

// block marks the lines of a block of text below its header, which lie deeper than what it belongs to.
func (p *pages) block(n *yaml.Node, above int) {
	if n.Kind != yaml.ScalarNode || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		return
	}
	for i := n.Line; i < len(p.lines); i++ {
		if s := p.lines[i]; strings.TrimSpace(s) != "" && lead(s) <= above {
			break
		}
		p.roles[i] = verbatim
	}
}

func lead(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }

// trim takes blanks from the ends of lines.
func (p *pages) trim() {
	for i, s := range p.lines {
		if p.roles[i] != verbatim {
			p.lines[i] = strings.TrimRight(s, " \t")
		}
	}
}

// chapter is a section of the file with the lines above it that belong to it.
type chapter struct {
	name        string
	above, body []int
}

// write puts the sections into their order, if wanted, with one blank line at most between lines.
func (p *pages) write(order bool) []byte {
	head, all, tail := p.chapters()
	before := map[int]int{} // the section that stood before, by their first lines
	for k := 1; k < len(all); k++ {
		before[all[k].body[0]] = all[k-1].body[0]
	}
	if order {
		slices.SortStableFunc(all, func(a, b chapter) int { return cmp.Compare(rank(a.name), rank(b.name)) })
	}
	var out []string
	put := func(lines []int) {
		for _, i := range lines {
			if p.roles[i] == blank && (len(out) == 0 || out[len(out)-1] == "") {
				continue
			}
			out = append(out, p.lines[i])
		}
	}
	put(head)
	for k, c := range all {
		if k > 0 && before[c.body[0]] != all[k-1].body[0] && out[len(out)-1] != "" {
			out = append(out, "") // new neighbours
		}
		put(c.above)
		put(c.body)
	}
	put(tail)
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return []byte(strings.Join(out, "\n") + "\n")
}

// rank is the place of a section; what nobody knows comes last.
func rank(name string) int {
	if k := slices.Index(sections, name); k >= 0 {
		return k
	}
	return len(sections)
}

// chapters parts the lines: what stands at the top for the whole file, the sections, and what stands at the end.
func (p *pages) chapters() (head []int, all []chapter, tail []int) {
	for k, from := range p.tops {
		to := len(p.lines)
		if k+1 < len(p.tops) {
			to = p.tops[k+1]
		}
		c := chapter{name: p.names[k]}
		last := from
		for i := from; i < to; i++ {
			if r := p.roles[i]; r == opening || r == verbatim || r == continued || (r == remark && lead(p.lines[i]) > 0) {
				last = i
			}
		}
		c.body = span(from, last+1)
		if k == 0 {
			head = span(0, from)
		}
		c.above, tail = tail, span(last+1, to)
		if n := len(all); n > 0 && strings.HasPrefix(all[n-1].name, "x-") { // a place for anchors goes with what it stands before
			c.above = slices.Concat(all[n-1].body, c.above)
			c.above, c.body = all[n-1].above, slices.Concat(c.above, c.body)
			all = all[:n-1]
		}
		all = append(all, c)
	}
	if len(all) > 0 { // a comment at the top is the file's; one below it, right above the first section, is the section's
		cut := len(head)
		for cut > 0 && p.roles[head[cut-1]] == remark {
			cut--
		}
		if cut > 0 && p.roles[head[cut-1]] == blank {
			head, all[0].above = head[:cut], head[cut:]
		}
	}
	return head, all, tail
}

func span(from, to int) []int {
	var all []int
	for i := from; i < to; i++ {
		all = append(all, i)
	}
	return all
}
