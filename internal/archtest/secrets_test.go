package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// secretName are names of what a stranger would like to find out by measuring how long a comparison takes.
var secretName = regexp.MustCompile(`(?i)(secret|password|signature|mac|digest|hash|bearer|token)s?$`)

// nameOf is the last name of an expression: x, y.x, x[0], x().
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.IndexExpr:
		return nameOf(e.X)
	case *ast.CallExpr:
		return nameOf(e.Fun)
	}
	return ""
}

// harmless are comparisons that tell nothing: with what is written in the source, with nothing, and of a token's name.
func harmless(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		return e.Name == "nil"
	case *ast.SelectorExpr:
		return e.Sel.Name == "Name"
	}
	return false
}

// TestSecretsAreComparedInConstantTime: at the doors no secret, signature or hash of one is compared by == or !=, which stop at
// the first byte that differs.
func TestSecretsAreComparedInConstantTime(t *testing.T) {
	doors := []string{"ingest", "web", "notify", "notify/twilio", "automation", "configs", "cmd/rouse"}
	looked := 0
	for _, dir := range doors {
		files, err := filepath.Glob(filepath.Join(root(t), dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, name, source, 0)
			if err != nil {
				t.Fatal(err)
			}
			looked++
			ast.Inspect(f, func(n ast.Node) bool {
				b, ok := n.(*ast.BinaryExpr)
				if !ok || b.Op != token.EQL && b.Op != token.NEQ || harmless(b.X) || harmless(b.Y) {
					return true
				}
				if secretName.MatchString(nameOf(b.X)) || secretName.MatchString(nameOf(b.Y)) {
					t.Errorf("%s: a secret is compared by %s; use crypto/subtle or hmac.Equal", set.Position(b.Pos()), b.Op)
				}
				return true
			})
		}
	}
	if looked < 50 {
		t.Errorf("looked at %d files, which cannot be all", looked)
	}
}
