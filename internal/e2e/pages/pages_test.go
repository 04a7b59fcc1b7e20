package pages

import (
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/diff"

	"attrmigrate/internal/e2e/harness"
)

// update has the pages get what is printed today.
var update = flag.Bool("update", false, "write into the pages what is printed today")

func TestMain(m *testing.M) { harness.Main(m) }

// TestPages types what the pages show, and compares what is printed.
func TestPages(t *testing.T) {
	if testing.Short() {
		t.Skip("each command starts the program")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the pages are typed into sh")
	}
	for _, name := range names(t) {
		page := read(t, name)
		all, err := plays(page)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(all) == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			outputs := make([][]string, len(all))
			t.Run("scenes", func(t *testing.T) {
				for i, p := range all {
					t.Run(p.name, func(t *testing.T) {
						t.Parallel()
						outputs[i] = perform(t, p)
					})
				}
			})
			if t.Failed() {
				return
			}
			compare(t, name, page, put(page, all, slices.Concat(outputs...)))
		})
	}
}

// perform types the commands of a scene, and gives their outputs as the page is to have them.
func perform(t *testing.T, p play) (outputs []string) {
	t.Helper()
	s, ok := scenes[p.scene]
	if !ok {
		t.Fatalf("there is no scene %s", p.scene)
	}
	on := s.set(t)
	if p.unseen != "" {
		on.prepares(t, p.unseen)
	}
	for _, a := range p.acts {
		outputs = append(outputs, merge(a.output, on.types(t, a, p.unpaced)))
	}
	return outputs
}

// compare compares a page with what it is to be, or makes it that.
func compare(t *testing.T, name, page, today string) {
	t.Helper()
	switch {
	case page == today:
	case *update:
		if err := os.WriteFile(filepath.Join(root, name), []byte(today), 0o644); err != nil {
			t.Error(err)
		}
	default:
		t.Errorf("%s shows what is not printed any more\n%s\nhint: make docs", name, diff.Diff("the page", []byte(page), "today", []byte(today)))
	}
}
