package cli_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// means are what imports cannot tell: a name that some packages must not use of a package that they may import.
var means = []struct {
	name     string
	packages func(path string) bool
	uses     *regexp.Regexp // package.Name or, of a value, .Name
	why      string
}{
	{"a pipeline knows no decoder", are("pipeline"),
		regexp.MustCompile(`^sources\.(Open|Files|Options|Format|GuessFormat|Auto|CSV|JSONL|\w*Empty\w*|Packed|\w*TextCell|Column)$`),
		"it has records of any source, also of one that a user of the library has written"},
	{"a plan cannot write", are("internal/audit", "internal/listing"),
		regexp.MustCompile(`^cognito\.\w*Updater\w*$|^\.(AdminUpdater|UserUpdater|Update|UpdateUserAttributes|AdminUpdateUserAttributes)$`),
		"planning is another implementation, and is not given the means"},
	{"one place prints", areNot("internal/cli", "internal/console", "cmd/attrmigrate", "internal/bench", "internal/tools", "internal/e2e/harness", "examples"),
		regexp.MustCompile(`^os\.(Stdout|Stderr)$|^fmt\.Print|^log\.|^slog\.(SetDefault|Info|Warn|Error|Debug)$`),
		"what people see is made of values, by the screens"},
	{"every file of a run goes through its file system", are("sources", "checkpoint", "internal/sealed", "internal/records", "internal/report",
		"internal/rundir", "internal/changeset", "internal/rehearsal", "internal/listing", "internal/job"),
		regexp.MustCompile(`^os\.(Create\w*|OpenFile|Remove\w*|Rename|WriteFile|Mkdir\w*|Link|Symlink|Truncate)$`),
		"a test crashes it behind each operation"},
	{"only main ends the program", areNot("cmd/attrmigrate", "internal/bench", "internal/tools", "internal/e2e/harness", "examples"),
		regexp.MustCompile(`^os\.Exit$|^log\.Fatal`),
		"a run that is cut off does not save its place"},
}

// are tells packages by their paths, with those below them.
func are(paths ...string) func(string) bool {
	return func(path string) bool {
		return slices.ContainsFunc(paths, func(p string) bool { return path == p || strings.HasPrefix(path, p+"/") })
	}
}

func areNot(paths ...string) func(string) bool {
	these := are(paths...)
	return func(path string) bool { return !these(path) }
}

// TestMeans holds what the files of every package use against the table, tests aside.
func TestMeans(t *testing.T) {
	files := 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		within, _ := strings.CutPrefix(filepath.ToSlash(filepath.Dir(path)), root+"/")
		for _, use := range usesOf(t, path) {
			for _, m := range means {
				if m.packages(within) && m.uses.MatchString(use) {
					t.Errorf("%s: %s uses %s: %s", m.name, path, use, m.why)
				}
			}
		}
		return nil
	})
	if err != nil || files < 100 {
		t.Fatalf("%d files, %v", files, err)
	}
}

// usesOf lists what a file selects: package.Name of what it imports, and .Name of everything else.
func usesOf(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var imported, uses []string
	for _, i := range file.Imports {
		imported = append(imported, filepath.Base(strings.Trim(i.Path.Value, `"`)))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			of, ok := s.X.(*ast.Ident)
			if ok && slices.Contains(imported, of.Name) {
				uses = append(uses, of.Name+"."+s.Sel.Name)
			} else {
				uses = append(uses, "."+s.Sel.Name)
			}
		}
		return true
	})
	return uses
}
