package automation

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"text/template"
	"text/template/parse"
	"time"
)

const (
	textMost  = 16 << 10 // bytes that a template may write
	sourceMax = 16 << 10 // bytes of a template
)

var errTextLong = fmt.Errorf("it writes more than %d KiB", textMost>>10)

// wide are the directions of a format that make long texts of short ones: what a source wrote may be used as a format by mistake.
var wide = regexp.MustCompile(`%[^a-zA-Z%]*([0-9]{4,}|\*)`)

// functions are text/template's own, with a printf that cannot be made to fill the memory.
var functions = template.FuncMap{
	"printf": func(format string, args ...any) (string, error) {
		if wide.MatchString(format) {
			return "", errors.New("printf: a width may have three digits")
		}
		return fmt.Sprintf(format, args...), nil
	},
}

// parseText reads a template. It knows no define, block or template, and ranges over fields alone, so that it ends.
func parseText(text string) (*template.Template, error) {
	if len(text) > sourceMax {
		return nil, fmt.Errorf("it is longer than %d KiB", sourceMax>>10)
	}
	t, err := template.New("text").Option("missingkey=zero").Funcs(functions).Parse(text)
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "template: text:"))
	}
	if len(t.Templates()) > 1 || t.Tree == nil {
		return nil, errors.New("a template here cannot define others")
	}
	return t, walk(t.Root)
}

// walk refuses what could go on for ever.
func walk(n parse.Node) error {
	switch n := n.(type) {
	case *parse.ListNode:
		return walkList(n)
	case *parse.TemplateNode:
		return errors.New("a template here cannot call others")
	case *parse.RangeNode:
		if !overField(n.Pipe) {
			return errors.New("range goes over a field alone: {{range $name, $value := .Incident.Labels}}")
		}
		return both(n.List, n.ElseList)
	case *parse.IfNode:
		return both(n.List, n.ElseList)
	case *parse.WithNode:
		return both(n.List, n.ElseList)
	}
	return nil
}

func walkList(l *parse.ListNode) error {
	if l == nil {
		return nil
	}
	for _, n := range l.Nodes {
		if err := walk(n); err != nil {
			return err
		}
	}
	return nil
}

func both(a, b *parse.ListNode) error {
	if err := walkList(a); err != nil {
		return err
	}
	return walkList(b)
}

func overField(p *parse.PipeNode) bool {
	if len(p.Cmds) != 1 || len(p.Cmds[0].Args) != 1 {
		return false
	}
	f, ok := p.Cmds[0].Args[0].(*parse.FieldNode)
	return ok && f.String() == ".Incident.Labels"
}

// CheckText reports what is wrong with a template over Payload, fields that there are not included.
func CheckText(text string) error {
	_, err := RenderText(text, sample())
	return err
}

// RenderText writes a template over a payload, at most 16 KiB. Its errors are of the template alone and hold nothing secret.
func RenderText(text string, p Payload) (string, error) {
	t, err := parseText(text)
	if err != nil {
		return "", fmt.Errorf("template: %w", err)
	}
	var out limited
	if err := t.Execute(&out, p); err != nil {
		var e template.ExecError
		if errors.As(err, &e) {
			err = errors.New(strings.TrimPrefix(e.Err.Error(), "template: text:"))
		}
		return "", fmt.Errorf("template: %w", err)
	}
	return strings.ToValidUTF8(out.b.String(), "\uFFFD"), nil
}

// limited is a text that refuses to grow too long.
type limited struct{ b strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if l.b.Len()+len(p) > textMost {
		return 0, errTextLong
	}
	return l.b.Write(p)
}

// sample is a payload with something in every field.
func sample() Payload {
	at := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	return Payload{
		Version: PayloadVersion, ID: "INC-42/17/opened/example/0", Event: Opened, Rule: "example", At: at,
		Incident: Record{
			Number: 42, Ref: "INC-42", State: "triggered", Title: "Disk is full", Service: "database", Team: "dba", Type: "technical",
			Category: "storage", Impact: "high", Urgency: "high", Priority: "P1", Severity: "critical", Source: "prometheus",
			Reporter: "ana", Rule: "DiskFull", Assignee: "ana", Code: "fixed", Labels: map[string]string{"cluster": "eu"}, Firing: 1,
			CreatedAt: at, AcknowledgedAt: at, ResolvedAt: at, ClosedAt: at, URL: "https://rouse.example.com/incidents/42",
		},
		Entry: Line{What: "Opened as P1 for database: Disk is full", Why: "route", By: "prometheus"},
	}
}
