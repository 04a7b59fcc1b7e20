package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// TestFlagsOfFiles gives each flag of each command that takes a file, a program or a directory one of S3. Those that take such are
// known, and all others refuse it: none takes a URL for a path of this machine.
func TestFlagsOfFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	refused, taken := map[string]string{}, map[string]bool{}
	root := newRoot(System{Stdout: io.Discard, Stderr: io.Discard})
	for _, cmd := range root.Commands() {
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if of, _ := pflag.UnquoteUsage(f); !strings.Contains(strings.ToLower(of), "file") && of != "program" && of != "directory" && of != "RUN_DIR" {
				return
			}
			if f.Name == "profile" { // a word, of a file
				return
			}
			var out bytes.Buffer
			code := Run([]string{cmd.Name(), "--" + f.Name, "S3://runs/a b"}, System{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out})
			said, ours := strings.CutPrefix(out.String(), fmt.Sprintf("attrmigrate: --%s: S3://runs/a b lies in S3, and ", f.Name))
			switch {
			case ours && code == exitUsage:
				refused[f.Name] = said
			default:
				taken[f.Name] = true
			}
		})
	}
	for name, want := range map[string]string{
		"rules": hintToCopy, "users": hintToCopy, "pool": hintToCopy, "client": hintToCopy, "token-file": hintToCopy, "on-event": hintToCopy, "pause-when": hintToCopy,
		"tokens": hintToWrite, "journal": hintToWrite, "metrics-file": hintToWrite,
	} {
		if !strings.Contains(refused[name], want) {
			t.Errorf("--%s: %q, want the hint %q", name, refused[name], want)
		}
	}
	if len(refused) != 10 {
		t.Errorf("these refuse it: %v", refused)
	}
	for name := range taken {
		if !slices.Contains([]string{"from", "only-failed", "output", "run-dir", "targets", "work-dir"}, name) { // work-dir says it in its own words
			t.Errorf("--%s takes it", name)
		}
	}
	if here, err := os.ReadDir("."); err != nil || len(here) != 0 {
		t.Errorf("there are files: %v, %v", here, err)
	}
}
