package migrate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// item is one thing of an export with its place.
type item struct {
	file, path string
	raw        jsontext.Value
}

// export is what all files of an export hold, by kind, in the order of the files.
type export struct {
	items map[string][]item
	short []string // files that are one page of several
}

// envelopes are the keys under which the APIs put lists.
var envelopes = []string{"data", "results", "nodes"}

// gather reads the files of an export. kinds are what it may hold; the keys of a file say which, or else its name does.
func gather(files []File, kinds ...string) (*export, error) {
	e := &export{items: map[string][]item{}}
	for _, f := range files {
		if len(f.Data) == 0 {
			return nil, &ReadError{File: f.Name, What: "is empty"}
		}
		raw := jsontext.Value(f.Data)
		if !raw.IsValid() {
			var v any
			return nil, jsonError(f.Name, "", json.Unmarshal(f.Data, &v))
		}
		if err := e.file(f.Name, "", raw, kinds); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// file reads one answer: an object with the kinds as its keys, or a list in an envelope, or a bare list.
func (e *export) file(name, path string, raw jsontext.Value, kinds []string) error {
	named := kindOf(name, kinds)
	if raw.Kind() != '{' {
		if named == "" || raw.Kind() != '[' {
			return e.stranger(name, kinds)
		}
		return e.add(named, item{name, path, raw})
	}
	keys, values, err := members(item{name, path, raw})
	if err != nil {
		return err
	}
	e.pages(name, values)
	found := false
	for _, key := range keys {
		kind := kindOf(key, kinds)
		if kind == "" || !collects(values[key].Kind()) {
			continue
		}
		found = true
		if err := e.add(kind, item{name, path + "/" + key, values[key]}); err != nil {
			return err
		}
	}
	if found {
		return nil
	}
	for _, key := range envelopes {
		inner, ok := values[key]
		switch {
		case !ok:
		case inner.Kind() == '{' && path == "": // GraphQL, and Opsgenie's answers about one thing
			return e.file(name, "/"+key, inner, kinds)
		case inner.Kind() == '[' && named != "":
			return e.add(named, item{name, path + "/" + key, inner})
		}
	}
	if named != "" && values["id"] != nil {
		return e.add(named, item{name, path, raw})
	}
	return e.stranger(name, kinds)
}

func collects(k jsontext.Kind) bool { return k == '{' || k == '[' }

func (e *export) stranger(name string, kinds []string) error {
	return &ReadError{File: name, What: "holds none of " + strings.Join(kinds, ", ") + ": name the file after what it holds, such as " + kinds[0] + ".json, or leave it out"}
}

// add takes a list, a list in an envelope, or one thing.
func (e *export) add(kind string, i item) error {
	if i.raw.Kind() == '{' {
		_, values, err := members(i)
		if err != nil {
			return err
		}
		e.pages(i.file, values)
		for _, key := range envelopes {
			if inner, ok := values[key]; ok && inner.Kind() == '[' {
				return e.add(kind, item{i.file, i.path + "/" + key, inner})
			}
		}
		e.items[kind] = append(e.items[kind], i)
		return nil
	}
	all, err := decode[[]jsontext.Value](i)
	for k, raw := range all {
		one := item{i.file, fmt.Sprintf("%s/%d", i.path, k), raw}
		if raw.Kind() != '{' {
			return &ReadError{File: i.file, Path: one.path, What: "is no object"}
		}
		e.items[kind] = append(e.items[kind], one)
	}
	return err
}

// pages notes an answer that says of itself that there is more.
func (e *export) pages(name string, values map[string]jsontext.Value) {
	paging, info := map[string]jsontext.Value{}, map[string]jsontext.Value{}
	_ = json.Unmarshal(values["paging"], &paging) // absent, most of the time
	_ = json.Unmarshal(values["pageInfo"], &info) // likewise
	more := string(values["more"]) == "true" || string(info["hasNextPage"]) == "true"
	for _, next := range []jsontext.Value{values["next"], paging["next"]} {
		more = more || (next.Kind() == '"' && string(next) != `""`)
	}
	if more && !slices.Contains(e.short, name) {
		e.short = append(e.short, name)
	}
}

// kindOf is the kind that a key or a file's name speaks of: "schedules", "schedule", "schedules-2.json", "on_call_shifts.json".
func kindOf(name string, kinds []string) string {
	s := strings.ToLower(base(name))
	s = strings.TrimSuffix(s, ".json")
	s = strings.NewReplacer("-", "_", " ", "_").Replace(s)
	best := ""
	for _, kind := range kinds {
		for _, form := range []string{kind, singular(kind)} {
			rest, ok := strings.CutPrefix(s, strings.ToLower(form))
			if (ok && (rest == "" || strings.ContainsAny(rest[:1], "_.0123456789"))) && len(kind) > len(best) {
				best = kind
			}
		}
	}
	return best
}

func singular(kind string) string {
	if s, ok := strings.CutSuffix(kind, "ies"); ok {
		return s + "y"
	}
	return strings.TrimSuffix(kind, "s")
}

// members reads an object's keys in their order.
func members(i item) ([]string, map[string]jsontext.Value, error) {
	values, err := decode[map[string]jsontext.Value](i)
	var keys []string
	for k := range values {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys, values, err
}

// decode reads an item as a T; what does not fit is refused with its path.
func decode[T any](i item) (out T, err error) {
	if err := json.Unmarshal(i.raw, &out); err != nil {
		return out, jsonError(i.file, i.path, err)
	}
	return out, nil
}

// jsonError says where in which file.
func jsonError(file, path string, err error) error {
	what := "is no valid JSON"
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.As(err, &semantic):
		path += string(semantic.JSONPointer)
		what = "is not what it has to be"
		if semantic.JSONKind != 0 && semantic.GoType != nil {
			what = fmt.Sprintf("is %s where %s is wanted", kindWord(semantic.JSONKind), goWord(semantic.GoType.Kind().String()))
		}
		if semantic.Err != nil && strings.Contains(semantic.Err.Error(), "parsing time") {
			what = "is no time such as 2026-01-05T09:00:00Z"
		}
	case errors.As(err, &syntactic):
		path += string(syntactic.JSONPointer)
		what = fmt.Sprintf("is no valid JSON (byte %d)", syntactic.ByteOffset)
	}
	return &ReadError{File: file, Path: path, What: what}
}

func kindWord(k jsontext.Kind) string {
	switch k {
	case '"':
		return "a text"
	case '0':
		return "a number"
	case '{':
		return "an object"
	case '[':
		return "a list"
	case 'n':
		return "null"
	}
	return "true or false"
}

func goWord(kind string) string {
	switch {
	case kind == "string":
		return "a text"
	case kind == "slice":
		return "a list"
	case kind == "map" || kind == "struct":
		return "an object"
	case kind == "bool":
		return "true or false"
	}
	return "a whole number"
}

// each decodes all items of a kind.
func each[T any](e *export, kind string, fn func(T) error) error {
	for _, i := range e.items[kind] {
		v, err := decode[T](i)
		if err != nil {
			return err
		}
		if err := fn(v); err != nil {
			return err
		}
	}
	return nil
}
