package cli_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDependencies: each direct dependency stands in CONTRIBUTING.md with its reason, and nothing else does.
func TestDependencies(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	var direct, listed []string
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) v\S+$`).FindAllStringSubmatch(string(mod), -1) {
		direct = append(direct, m[1])
	}
	// A row names modules, and in brackets behind one those that lie in it.
	for _, row := range regexp.MustCompile("(?m)^\\| (`[a-z.]+\\.[a-z]+/.*) \\| .{10,} \\|$").FindAllStringSubmatch(string(page), -1) {
		inside := ""
		for _, part := range regexp.MustCompile("`([^`]+)`|([()])").FindAllStringSubmatch(row[1], -1) {
			switch {
			case part[2] == "(":
				inside = listed[len(listed)-1] + "/"
			case part[2] == ")":
				inside = ""
			default:
				listed = append(listed, inside+part[1])
			}
		}
	}
	if len(direct) < 10 {
		t.Fatalf("go.mod requires %q", direct)
	}
	for _, module := range direct {
		if !slices.Contains(listed, module) {
			t.Errorf("CONTRIBUTING.md gives no reason for %s", module)
		}
	}
	for _, module := range listed {
		if !slices.Contains(direct, module) {
			t.Errorf("CONTRIBUTING.md lists %s, which go.mod does not require", module)
		}
	}
}

// TestNobodyElseListens: of the program, only the sandbox opens a port. Where, TestScripts/sandbox_serving holds.
func TestNobodyElseListens(t *testing.T) {
	const listens = "internal/sandbox/server.go"
	found := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.SelectorExpr); ok && (strings.HasPrefix(call.Sel.Name, "Listen") || call.Sel.Name == "NewServer") {
				found[filepath.ToSlash(strings.TrimPrefix(path, filepath.Join("..", "..")+string(filepath.Separator)))] = true
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !found[listens] || len(found) != 1 {
		t.Errorf("files that listen: %v, want %s alone", found, listens)
	}
}
