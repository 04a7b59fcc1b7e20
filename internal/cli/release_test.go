package cli

import (
	"os"
	"strings"
	"testing"
)

// TestCaskHasPages: the cask lists each man page by name, for it takes no pattern.
func TestCaskHasPages(t *testing.T) {
	config, err := os.ReadFile("../../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	root := newRoot(System{})
	root.InitDefaultCompletionCmd() // as when it is run
	pages, err := manPages(root)
	if err != nil {
		t.Fatal(err)
	}
	for name := range pages {
		if line := "      - man/" + name + "\n"; !strings.Contains(string(config), line) {
			t.Errorf("the cask lacks %s", name)
		}
	}
}
