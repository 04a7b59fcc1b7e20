package cli_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestLayers holds the imports of every package against the layout: they run one way, and the
// pipeline knows nothing of AWS.
func TestLayers(t *testing.T) {
	const ours = "attrmigrate/"
	allowed := map[string][]string{ // package > what of ours it may import
		"sources":               {"internal/shell", "internal/disk"},
		"checkpoint":            {"sources", "internal/disk"}, // sources: for the Position alone
		"pipeline":              {"sources", "checkpoint"},
		"internal/disk":         {},
		"internal/shell":        {},
		"internal/disk/crash":   {"internal/disk"}, // for tests, so nobody may import it
		"internal/cognito":      {"pipeline", "sources", "internal/shell"},
		"internal/report":       {"pipeline", "sources", "checkpoint", "internal/disk"},
		"internal/audit":        {"pipeline", "sources", "internal/cognito"},
		"internal/sandbox":      {"internal/disk"},
		"internal/e2e":          {},
		"internal/e2e/campaign": {"internal/sandbox"},                          // for its own tests, which run the program
		"internal/e2e/harness":  {"internal/cli"},                              // for tests, so nobody may import it
		"internal/bench":        {"internal/sandbox", "checkpoint", "sources"}, // measures the program as a process of its own
		"internal/cli":          {"sources", "checkpoint", "pipeline", "internal/audit", "internal/cognito", "internal/disk", "internal/report", "internal/sandbox", "internal/shell"},
		"cmd/attrmigrate":       {"internal/cli"},
		"examples/customsource": {"sources", "checkpoint", "pipeline"},
		"examples":              {},
		"examples/scheduled":    {},
	}
	// The outside modules that only some packages may know.
	outside := map[string][]string{
		"github.com/aws/":           {"internal/cognito", "internal/cli", "internal/bench", "examples/customsource"},
		"github.com/gocarina/gocsv": {"sources", "internal/report"},
		"golang.org/x/time/rate":    {"pipeline", "internal/audit"},
		"github.com/spf13/cobra":    {"internal/cli"},
		"github.com/schollz/":       {"internal/cli"},
		"github.com/gofrs/flock":    {"checkpoint"},
		"golang.org/x/sys/":         {"internal/disk"},
		"github.com/klauspost/":     {"sources"},
	}
	for path, imports := range importsOf(t) {
		may, known := allowed[path]
		if !known {
			t.Errorf("package %s is not in the layout", path)
		}
		for _, i := range imports {
			if own, ok := strings.CutPrefix(i, ours); ok && !slices.Contains(may, own) {
				t.Errorf("%s imports %s", path, own)
			}
			for prefix, who := range outside {
				if strings.HasPrefix(i, prefix) && !slices.Contains(who, path) {
					t.Errorf("%s imports %s", path, i)
				}
			}
		}
	}
}

// importsOf lists the imports of each package of the module, tests aside.
func importsOf(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "attrmigrate/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string][]string{}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatal(err)
		}
		packages[strings.TrimPrefix(p.ImportPath, "attrmigrate/")] = p.Imports
	}
}
