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

// TestNobodyElseListens: of the program, the sandbox opens a port, and what steers a run opens a socket in its directory and, where
// it is asked for, a port. Where, TestScripts/sandbox_serving and the tests of control hold.
func TestNobodyElseListens(t *testing.T) {
	listens := []string{
		"internal/sandbox/server.go",
		"internal/control/loopback.go", // of --serve: refuses what is beyond loopback
		"internal/control/socket.go",   // of the run directory: its owner's alone
		"internal/s3/s3test/server.go", // for tests; it is no part of the program
		"internal/bench/seen.go",       // for a moment, to find a port that is free; it is no part of the program
	}
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
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name, ok := call.Fun.(*ast.SelectorExpr)
			if ok && opens(name.Sel.Name, len(call.Args)) {
				found[filepath.ToSlash(strings.TrimPrefix(path, filepath.Join("..", "..")+string(filepath.Separator)))] = true
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range listens {
		if !found[path] {
			t.Errorf("%s does not listen any more: take it out of the list", path)
		}
		delete(found, path)
	}
	if len(found) > 0 {
		t.Errorf("files that listen, too: %v", found)
	}
}

// opens tells of a call, by its name and how much it is given, whether it may open a port or a socket. A Listen that is given
// nothing is of something else: no address, no network.
func opens(name string, given int) bool {
	return strings.HasPrefix(name, "Listen") && (name != "Listen" || given > 0) || name == "NewServer"
}
