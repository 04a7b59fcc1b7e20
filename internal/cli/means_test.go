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
	but      []string       // that match, and may be used
	why      string
}{
	{"a pipeline knows no decoder", are("pipeline"),
		regexp.MustCompile(`^sources\.`), []string{"sources.Change", "sources.Attribute", "sources.Position"},
		"it has records of any source, also of one that a user of the library has written"},
	{"a plan cannot write", are("internal/audit", "internal/listing"),
		regexp.MustCompile(`^cognito\.\w*Updater\w*$|^\.(AdminUpdater|UserUpdater|Update|UpdateUserAttributes|AdminUpdateUserAttributes)$`), nil,
		"planning is another implementation, and is not given the means"},
	{"one place prints", areNot("internal/cli", "internal/console", "cmd/attrmigrate", "internal/bench", "internal/tools", "internal/e2e/harness", "examples"),
		regexp.MustCompile(`^os\.(Stdout|Stderr)$|^fmt\.Print|^log\.|^slog\.(Default|SetDefault|Info|Warn|Error|Debug)$|^print(ln)?$`), nil,
		"what people see is made of values, by the screens"},
	{"every file of a run goes through its file system", are("sources", "checkpoint", "internal/sealed", "internal/records", "internal/report",
		"internal/rundir", "internal/changeset", "internal/rehearsal", "internal/listing", "internal/job"),
		regexp.MustCompile(`^os\.(Create\w*|OpenFile|Remove\w*|Rename|WriteFile|Mkdir\w*|Link|Symlink|Truncate)$`), nil,
		"a test crashes it behind each operation"},
	{"only main ends the program", areNot("cmd/attrmigrate", "internal/bench", "internal/tools", "internal/e2e/harness", "examples"),
		regexp.MustCompile(`^os\.Exit$|^log\.Fatal`), nil,
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
				if m.packages(within) && m.uses.MatchString(use) && !slices.Contains(m.but, use) {
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

// usesOf lists what a file selects: package.Name of what it imports, .Name of everything else, and the names of
// functions that it calls.
func usesOf(t *testing.T, path string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var uses []string
	imported := map[string]string{} // the names of packages, by what they are called here
	for _, i := range file.Imports {
		name := filepath.Base(strings.Trim(i.Path.Value, `"`))
		imported[name] = name
		if i.Name != nil {
			imported[i.Name.Name] = name
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			of, _ := n.X.(*ast.Ident)
			if of == nil {
				of = new(ast.Ident)
			}
			uses = append(uses, imported[of.Name]+"."+n.Sel.Name)
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok {
				uses = append(uses, f.Name)
			}
		}
		return true
	})
	return uses
}
