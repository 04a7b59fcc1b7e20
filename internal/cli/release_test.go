package cli

import (
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// TestCask: the cask names each file of an archive that it installs, for it takes no pattern. A configuration with a name
// that stands twice, which make snapshot would refuse, is not read.
func TestCask(t *testing.T) {
	text, err := os.ReadFile("../../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Casks []struct {
			Pages       []string          `yaml:"manpages"`
			Completions map[string]string `yaml:"completions"`
		} `yaml:"homebrew_casks"`
	}
	if err := yaml.Unmarshal(text, &config); err != nil || len(config.Casks) != 1 {
		t.Fatalf("%d casks, %v", len(config.Casks), err)
	}
	root := newRoot(System{})
	root.InitDefaultCompletionCmd() // as when it is run
	var want []string
	for name := range manPages(root, time.Now()) {
		want = append(want, "man/"+name)
	}
	slices.Sort(want)
	if got := slices.Sorted(slices.Values(config.Casks[0].Pages)); !slices.Equal(got, want) {
		t.Errorf("man pages of the cask:\ngot  %q\nwant %q", got, want)
	}
	files := map[string]string{
		"bash": "completions/attrmigrate.bash", "fish": "completions/attrmigrate.fish", "zsh": "completions/_attrmigrate",
	}
	if got := config.Casks[0].Completions; !maps.Equal(got, files) {
		t.Errorf("completions of the cask: got %q, want %q", got, files)
	}
}
