package report

import "strings"

// Markdown writes a report as one page of GitHub's Markdown. Its pictures are bars of block characters, so it reads well as
// plain text too. Whatever came from outside is escaped: it makes no markup, no link and no mention.
//
// It says of a confidential incident no more than its number, dates, priority and a neutral title; see [Builder.Add] for who
// must not be shown even that.
func Markdown(r *Report) string {
	var b strings.Builder
	b.WriteString("# Incidents: " + escape(r.Title) + "\n\n")
	b.WriteString(escape(r.headline()) + ".\n")
	for _, g := range r.grids() {
		b.WriteString("\n## " + escape(capital(g.title)) + "\n\n")
		g.markdown(&b)
	}
	b.WriteString("\n## How the numbers are worked out\n\n")
	b.WriteString(FormulaTable())
	return b.String()
}

// FormulaTable is Formulas as a table of Markdown.
func FormulaTable() string {
	var b strings.Builder
	g := grid{head: []string{"number", "formula", "why", "what it does not say"}, text: 4}
	for _, f := range Formulas() {
		g.rows = append(g.rows, []string{f.Name, f.Formula, f.Why, f.Silent})
	}
	g.markdown(&b)
	return b.String()
}

func (g *grid) markdown(b *strings.Builder) {
	if len(g.rows) == 0 {
		b.WriteString(escape(g.empty) + "\n")
		return
	}
	head, rule, bars := g.head, []string{}, unicodeBars(g.bars)
	for i := range head {
		if i < g.text {
			rule = append(rule, "---")
		} else {
			rule = append(rule, "--:")
		}
	}
	if len(bars) > 0 {
		head, rule = append(head[:len(head):len(head)], ""), append(rule, "---")
	}
	markdownRow(b, escapeAll(head))
	markdownRow(b, rule)
	for i, row := range g.rows {
		cells := escapeAll(row)
		if len(bars) > 0 {
			cells = append(cells, bars[i])
		}
		markdownRow(b, cells)
	}
	if len(g.notes) > 0 {
		b.WriteString("\n")
	}
	for _, note := range g.notes {
		b.WriteString("- " + escape(note) + "\n")
	}
}

func markdownRow(b *strings.Builder, cells []string) {
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

func escapeAll(cells []string) []string {
	safe := make([]string, len(cells))
	for i, c := range cells {
		safe[i] = escape(c)
	}
	return safe
}

// markdownSpecial takes the meaning from what GitHub's Markdown gives one. Addresses lose theirs by an escaped colon or dot, and
// names by a word joiner after the @, because mentions are found after the escapes are gone.
var markdownSpecial = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "$", `\$`, "#", `\#`,
	"<", "&lt;", ">", "&gt;", "&", "&amp;",
	"@", "@\u2060", "://", `\://`, "www.", `www\.`, "WWW.", `WWW\.`,
)

// escape makes one line of any text, without meaning in a table or a list of Markdown. A line can begin with it too: what
// begins one with a meaning of its own (a number and a dot, a dash, a plus) is harmless within cells and after "- ".
func escape(s string) string { return markdownSpecial.Replace(plain(s)) }

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
