package receivers

import (
	"cmp"
	"errors"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/prometheus/alertmanager/config"
	"gopkg.in/yaml.v3" // nodes alone, see parse.go

	"github.com/rouse/rouse/notify"
)

// veil takes secrets out of texts: those written in a receiver's configuration, and those in the files that it names, which
// are read anew each time because they may have changed.
type veil struct {
	secrets []string
	files   []string
}

const (
	hidden     = "<secret>"
	minSecret  = 4    // shorter ones would blot out half of every text
	maxText    = 600  // bytes of an error's text: a server may answer with a page
	secretFile = 8192 // bytes; no secret is longer
)

// veilOf collects what is secret in a receiver: values of the types named Secret..., and files in fields named ...File.
func veilOf(c config.Receiver) veil {
	var v veil
	walk(reflect.ValueOf(c), func(field string, x reflect.Value) {
		typ := x.Type().Name()
		switch {
		case x.Kind() == reflect.String && strings.Contains(typ, "Secret"):
			v.add(x.String())
		case x.Kind() == reflect.String && strings.HasSuffix(field, "File") || x.Kind() == reflect.String && field == "Files":
			v.files = append(v.files, x.String())
		case strings.Contains(typ, "Secret") && x.Kind() == reflect.Struct:
			if u, ok := x.FieldByName("URL").Interface().(*url.URL); ok && u != nil {
				v.add(u.String())
			}
		}
	})
	return v.sorted()
}

// walk visits every value of a configuration, with the name of the field that it is in.
func walk(x reflect.Value, visit func(field string, x reflect.Value)) { walkField("", x, 0, visit) }

func walkField(field string, x reflect.Value, depth int, visit func(string, reflect.Value)) {
	if depth > 20 || !x.IsValid() {
		return
	}
	switch x.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !x.IsNil() {
			walkField(field, x.Elem(), depth+1, visit)
		}
		return
	case reflect.Slice, reflect.Array:
		for i := range x.Len() {
			walkField(field, x.Index(i), depth+1, visit)
		}
		return
	case reflect.Map:
		for _, key := range x.MapKeys() {
			walkField(field, x.MapIndex(key), depth+1, visit)
		}
		return
	}
	visit(field, x)
	if x.Kind() != reflect.Struct {
		return
	}
	for i := range x.NumField() {
		if f := x.Type().Field(i); f.IsExported() {
			walkField(f.Name, x.Field(i), depth+1, visit)
		}
	}
}

// secretKey names the keys whose values an error about the configuration must not repeat.
var secretKey = regexp.MustCompile(`(?i)url|token|key|secret|password|credential`)

// veilOfNode collects what may be secret in YAML that could not be read.
func veilOfNode(nodes ...*yaml.Node) veil {
	var v veil
	var visit func(n *yaml.Node, secret bool)
	visit = func(n *yaml.Node, secret bool) {
		if n == nil {
			return
		}
		if secret && n.Kind == yaml.ScalarNode {
			v.add(n.Value)
		}
		for i, c := range n.Content {
			value := n.Kind == yaml.MappingNode && i%2 == 1
			visit(c, n.Kind == yaml.SequenceNode && secret || value && secretKey.MatchString(n.Content[i-1].Value))
		}
	}
	for _, n := range nodes {
		visit(n, false)
	}
	return v.sorted()
}

// add notes a secret, and of an address also the parts that give access.
func (v *veil) add(s string) {
	s = strings.TrimSpace(s)
	if len(s) < minSecret || s == hidden {
		return
	}
	v.secrets = append(v.secrets, s, url.QueryEscape(s))
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return
	}
	for _, part := range []string{u.RequestURI(), u.Path, u.RawQuery} {
		if len(part) >= 2*minSecret {
			v.secrets = append(v.secrets, part)
		}
	}
	if p, ok := u.User.Password(); ok && len(p) >= minSecret {
		v.secrets = append(v.secrets, p)
	}
}

// sorted puts the longest first, so that no part is hidden inside a whole that then shows its rest.
func (v veil) sorted() veil {
	slices.SortFunc(v.secrets, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	v.secrets = slices.Compact(v.secrets)
	return v
}

// text hides secrets in a text, and makes it one line of bearable length.
func (v veil) text(s string) string {
	all := v
	for _, name := range v.files {
		if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() || info.Size() > secretFile {
			continue
		}
		if content, err := os.ReadFile(name); err == nil {
			all.secrets = slices.Clone(all.secrets)
			all.add(string(content))
		}
	}
	for _, secret := range all.sorted().secrets {
		s = strings.ReplaceAll(s, secret, hidden)
	}
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "") + "…"
	}
	return s
}

// fault replaces the error's text; nothing of the original can be unwrapped from it.
func (v veil) fault(e *notify.Error) *notify.Error {
	if e == nil {
		return nil
	}
	out := *e
	out.Err = errors.New(v.text(e.Err.Error()))
	return &out
}

func (v veil) configError(receiver string, err error) error {
	var at *ConfigError
	if errors.As(err, &at) {
		return &ConfigError{receiver, at.Field, at.Line, errors.New(v.text(at.Err.Error()))}
	}
	return &ConfigError{Receiver: receiver, Err: errors.New(v.text(err.Error()))}
}
