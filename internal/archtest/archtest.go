// Package archtest is the import law of the house as a test: which room may know which, who may ask for the time, and what
// no package may be called. It reads source text alone and compiles nothing, so it takes a blink.
//
// It knows nothing of what the code does. Its law: every forbidden arrow has a reason, and the reason is in the failure.
package archtest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// File is what the law wants to know of one source file.
type File struct {
	Path    string // from the root, with slashes
	Test    bool   // its name ends in _test.go
	Package string // the name in its package clause, less _test
	Imports []Use
	Clock   []Use // time.Now, time.Since, time.Until
	Bounds  []Use // ZoneBounds
	Inits   []Use
	Gos     []Use // go statements
}

// Use is something found on a line.
type Use struct {
	What string
	Line int
}

// Dir is the file's folder, which is its package's path in the module; "." for the root.
func (f *File) Dir() string { return path.Dir(f.Path) }

// Read reads every Go file below root, which holds go.mod, and returns the module's path. Folders that the go command skips
// (testdata, vendor, those that begin with . or _, and modules inside the module) are skipped, and so are files built never.
func Read(root fs.FS) (module string, files []File, err error) {
	mod, err := fs.ReadFile(root, "go.mod")
	if err != nil {
		return "", nil, err
	}
	for line := range strings.Lines(string(mod)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "module "); ok {
			module = strings.TrimSpace(name)
		}
	}
	if module == "" {
		return "", nil, errors.New("go.mod names no module")
	}
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return enter(root, name)
		case path.Ext(name) != ".go":
			return nil
		}
		f, err := readFile(root, name)
		if err == nil && f != nil {
			files = append(files, *f)
		}
		return err
	})
	return module, files, err
}

func enter(root fs.FS, dir string) error {
	base := path.Base(dir)
	if dir == "." {
		return nil
	}
	if base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return fs.SkipDir
	}
	if _, err := fs.Stat(root, path.Join(dir, "go.mod")); err == nil {
		return fs.SkipDir
	}
	return nil
}

func readFile(root fs.FS, name string) (*File, error) {
	source, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	if ignored(source) {
		return nil, nil
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	f := &File{Path: name, Test: strings.HasSuffix(name, "_test.go"), Package: strings.TrimSuffix(tree.Name.Name, "_test")}
	clock := ""
	for _, spec := range tree.Imports {
		what, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: import %s: %w", name, spec.Path.Value, err)
		}
		f.Imports = append(f.Imports, Use{what, set.Position(spec.Pos()).Line})
		if what == "time" {
			clock = "time"
			if spec.Name != nil {
				clock = spec.Name.Name
			}
		}
	}
	f.inspect(set, tree, clock)
	return f, nil
}

// ignored reports whether a file is under //go:build ignore.
func ignored(source []byte) bool {
	for lines := bufio.NewScanner(bytes.NewReader(source)); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if constraint.IsGoBuild(line) {
			return line == "//go:build ignore"
		}
		if line != "" && !strings.HasPrefix(line, "//") {
			return false
		}
	}
	return false
}

// inspect finds readings of the clock, init functions and go statements. clock is the name that package time has in the file.
func (f *File) inspect(set *token.FileSet, tree *ast.File, clock string) {
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				f.Inits = append(f.Inits, Use{"init", set.Position(n.Pos()).Line})
			}
		case *ast.GoStmt:
			f.Gos = append(f.Gos, Use{"go", set.Position(n.Pos()).Line})
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && clock != "" && x.Name == clock && readsClock[n.Sel.Name] {
				f.Clock = append(f.Clock, Use{"time." + n.Sel.Name, set.Position(n.Pos()).Line})
			}
			if n.Sel.Name == "ZoneBounds" {
				f.Bounds = append(f.Bounds, Use{"ZoneBounds", set.Position(n.Pos()).Line})
			}
		}
		return true
	})
}

var readsClock = map[string]bool{"Now": true, "Since": true, "Until": true}
