package configs

import "strings"

// tier is a level of the file that is open at a line: where it begins, and where it is to begin.
type tier struct {
	list     bool
	old, new int
}

// indent gives each line the place that its depth asks for.
func (p *pages) indent() {
	var open []tier
	at := make([][]tier, len(p.lines)) // the levels at the end of each opening line
	first := make([]int, len(p.lines)) // the new place of its first character
	old := make([]string, len(p.lines))
	copy(old, p.lines)
	for i, s := range old {
		if p.roles[i] == opening {
			open = p.reindent(i, s, open)
			at[i], first[i] = append([]tier(nil), open...), lead(p.lines[i])
		}
	}
	p.follow(old, at, first)
}

// reindent rewrites a line on which keys or items begin, and returns the levels that are open after it.
func (p *pages) reindent(i int, s string, open []tier) []tier {
	column := lead(s)
	var out strings.Builder
	for begin := true; ; begin = false {
		isItem := column < len(s) && s[column] == '-' && (column+1 == len(s) || s[column+1] == ' ')
		if !isItem && !p.keys[[2]int{i, column}] {
			if begin {
				return open // no place is known for it
			}
			break
		}
		open = enter(open, isItem, column)
		if begin {
			out.WriteString(strings.Repeat(" ", open[len(open)-1].new))
		}
		if !isItem {
			break
		}
		rest := strings.TrimLeft(s[column+1:], " ")
		if rest == "" {
			p.lines[i] = out.String() + "-"
			return open
		}
		out.WriteString("- ")
		column = len(s) - len(rest)
	}
	p.lines[i] = out.String() + s[column:]
	return open
}

// enter closes the levels that a key or an item at a column ends, and opens its own. A list may stand in the column of its key.
func enter(open []tier, list bool, column int) []tier {
	for len(open) > 0 {
		top := open[len(open)-1]
		if top.old < column || (top.old == column && (top.list == list || list)) {
			break
		}
		open = open[:len(open)-1]
	}
	if len(open) > 0 && open[len(open)-1].old == column && open[len(open)-1].list == list {
		return open
	}
	next := 0
	if len(open) > 0 {
		next = open[len(open)-1].new + 2
	}
	return append(open, tier{list, column, next})
}

// follow moves what is no key and no item with what it belongs to.
func (p *pages) follow(old []string, at [][]tier, first []int) {
	last := -1
	for i, s := range old {
		switch p.roles[i] {
		case opening:
			last = i
		case verbatim:
			if last >= 0 && strings.TrimSpace(s) != "" {
				t := at[last][len(at[last])-1]
				p.lines[i] = strings.Repeat(" ", max(lead(s)+t.new-t.old, 0)) + s[lead(s):]
			}
		case continued:
			p.shift(i, s, last, at)
		case remark:
			next := p.next(i)
			switch {
			case next >= 0 && p.roles[next] == continued:
				p.shift(i, s, last, at)
			case next >= 0 && lead(old[next]) == lead(s):
				p.lines[i] = strings.Repeat(" ", first[next]) + strings.TrimLeft(s, " \t")
			case last >= 0:
				p.lines[i] = strings.Repeat(" ", nearest(at[last], lead(s))) + strings.TrimLeft(s, " \t")
			default:
				p.lines[i] = strings.TrimLeft(s, " \t")
			}
		}
	}
}

// shift moves a line of a value as far as the line on which the value began.
func (p *pages) shift(i int, s string, last int, at [][]tier) {
	if last < 0 || len(at[last]) == 0 {
		return
	}
	t := at[last][len(at[last])-1]
	text := strings.TrimLeft(s, " \t")
	p.lines[i] = strings.Repeat(" ", max(lead(s)+t.new-t.old, t.new+1)) + text
}

// next is the next line that is neither blank nor a comment, -1 when there is none.
func (p *pages) next(i int) int {
	for i++; i < len(p.lines); i++ {
		if p.roles[i] != blank && p.roles[i] != remark {
			return i
		}
	}
	return -1
}

// nearest is the new place of the deepest level that begins no deeper than a comment does.
func nearest(open []tier, column int) int {
	for k := len(open) - 1; k >= 0; k-- {
		if open[k].old <= column {
			return open[k].new
		}
	}
	return 0
}
