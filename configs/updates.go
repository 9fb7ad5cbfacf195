package configs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/rouse/rouse/incident"
)

// phaseNames are the phases of a status update, in their usual order.
func phaseNames() []string {
	var all []string
	for _, p := range incident.Phases() {
		all = append(all, string(p))
	}
	return all
}

// defaultTemplates are the texts of status updates that a file does not write itself.
func defaultTemplates() map[string]string {
	const next = "{{ with .Next }} Next update by {{ . }}.{{ end }}"
	return map[string]string{
		string(incident.Investigating): "We are investigating a problem with {{ .Service }}: {{ .Title }}." + next,
		string(incident.Identified):    "We have found what is wrong with {{ .Service }} and are working on it: {{ .Title }}." + next,
		string(incident.Monitoring):    "A fix for {{ .Service }} is in place and we are watching it: {{ .Title }}." + next,
		string(incident.PhaseResolved): "{{ .Service }} works again: {{ .Title }} is resolved.",
	}
}

// updateFields are the fields of incident.Words.
var updateFields = []string{"Ref", "Title", "Service", "Priority", "State", "Phase", "Next"}

func (l *loader) updates(v value) {
	o := v.object("cadence", "templates")
	l.draft.cadence, l.draft.templates = o.get("cadence").byPriority("how often an update is owed"), defaultTemplates()
	o.get("templates").object(phaseNames()...).each(func(phase string, v value) {
		if text, ok := v.text(); ok && v.template(phase, text) {
			l.draft.templates[phase] = text
		}
	})
}

const templateAdvice = "write it as Go templates are written, such as {{ .Title }}"

// longestUpdate bounds the template of a status update, in bytes; package incident refuses texts that are longer.
const longestUpdate = 3500

// template checks the text of a status update: that it can be read, asks for nothing unknown, ends, and says something.
func (v value) template(phase, text string) bool {
	if len(text) > longestUpdate {
		v.fail(fmt.Sprintf("is longer than %d bytes", longestUpdate), "shorten it: it is sent as a text message too")
		return false
	}
	t, err := template.New(phase).Parse(text)
	switch {
	case err != nil:
		v.fail("is not a template: "+clip(templatePlace.ReplaceAllString(err.Error(), "")), templateAdvice)
		return false
	case t.Tree == nil:
		return v.silent()
	}
	if what, do := faultOf(t.Root); what != "" {
		v.fail(what, do)
		return false
	}
	said := false
	for _, next := range []string{"14:30 UTC", ""} {
		var out strings.Builder
		words := incident.Words{Ref: "INC-42", Title: "Checkout is slow", Service: "checkout", Priority: "P1", State: string(incident.Triggered), Phase: phase, Next: next}
		if err := t.Execute(&out, words); err != nil {
			v.fail("does not work as a template: "+clip(templatePlace.ReplaceAllString(err.Error(), "")), templateAdvice)
			return false
		}
		said = said || strings.TrimSpace(out.String()) != ""
	}
	return said || v.silent()
}

func (v value) silent() bool {
	v.fail("says nothing once it is filled in", "write a sentence, such as \"{{ .Title }} is resolved.\"")
	return false
}

// templatePlace is the place inside the template, which says nothing to who looks at the file.
var templatePlace = regexp.MustCompile(`^template: [a-z]+:\d+(:\d+)?: (executing "[a-z]+" at )?`)

// plainWords are the functions that a template may use: those that cannot make a text of any length.
var plainWords = []string{"and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len"}

// faultOf finds what a status update has no use for: loops and other templates, which might never end, and unknown fields.
func faultOf(n parse.Node) (what, do string) {
	switch n := n.(type) {
	case *parse.RangeNode:
		return "has a loop, which a status update cannot have", "use fields, if and with alone"
	case *parse.TemplateNode:
		return "calls another template, which a status update cannot do", "use fields, if and with alone"
	case *parse.IdentifierNode:
		if !slices.Contains(plainWords, n.Ident) {
			return fmt.Sprintf("uses the function %s, which a status update cannot have", clip(n.Ident)), "use one of " + strings.Join(plainWords, ", ")
		}
	case *parse.FieldNode:
		return faultOfField(n.Ident[0])
	case *parse.VariableNode:
		if n.Ident[0] == "$" && len(n.Ident) > 1 {
			return faultOfField(n.Ident[1])
		}
	case *parse.ChainNode:
		return faultOf(n.Node)
	case *parse.IfNode:
		return faultOfAll(n.Pipe, n.List, n.ElseList)
	case *parse.WithNode:
		return faultOfAll(n.Pipe, n.List, n.ElseList)
	case *parse.ActionNode:
		return faultOf(n.Pipe)
	case *parse.ListNode:
		return faultOfAll(n.Nodes...)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			if what, do = faultOfAll(c.Args...); what != "" {
				return what, do
			}
		}
	}
	return "", ""
}

func faultOfAll(all ...parse.Node) (what, do string) {
	for _, n := range all {
		if list, ok := n.(*parse.ListNode); ok && list == nil {
			continue // an if without else
		}
		if what, do = faultOf(n); what != "" {
			return what, do
		}
	}
	return "", ""
}

func faultOfField(name string) (what, do string) {
	if slices.Contains(updateFields, name) {
		return "", ""
	}
	otherwise := "use one of ." + strings.Join(updateFields, ", .")
	if near := suggest(name, updateFields, ""); near != "" {
		otherwise = strings.Replace(near, `"`, `".`, 1)
	}
	return fmt.Sprintf("there is no field .%s", clip(name)), otherwise
}
