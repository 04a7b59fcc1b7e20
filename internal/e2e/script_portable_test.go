package e2e

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// checkNames DIRECTORY NAME... fails unless these are all of the files in a directory.
func checkNames(ts *testscript.TestScript, neg bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if slices.Equal(got, slices.Sorted(slices.Values(args[1:]))) == neg {
		ts.Fatalf("in %s are %s", args[0], strings.Join(got, " "))
	}
}

// checkAlike A B fails unless two files have the same lines, in whatever order.
func checkAlike(ts *testscript.TestScript, neg bool, args []string) {
	lines := func(name string) []string { return slices.Sorted(strings.Lines(ts.ReadFile(name))) }
	if slices.Equal(lines(args[0]), lines(args[1])) == neg {
		ts.Fatalf("%s and %s have not the same lines", args[0], args[1])
	}
}

// backslash is one between the parts of a path, as Windows writes them; the escapes of what does not print
// are none.
var backslash = regexp.MustCompile(`([\w.-])\\([A-Za-z_.-])`)

// slashed writes paths as the scripts have them.
func slashed(text string) string {
	for range 2 { // the second finds those that share a name of one letter with the one before
		text = backslash.ReplaceAllString(text, "$1/$2")
	}
	return text
}

// printed gives a script what its program has printed, with the paths of every system alike.
func printed(ts *testscript.TestScript) {
	if runtime.GOOS == "windows" {
		stdout, stderr := slashed(ts.ReadFile("stdout")), slashed(ts.ReadFile("stderr"))
		fmt.Fprint(ts.Stdout(), stdout)
		fmt.Fprint(ts.Stderr(), stderr)
	}
}

func TestSlashed(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"a path", `undo     tiers.run\undo.jsonl: apply it`, `undo     tiers.run/undo.jsonl: apply it`},
		{"a deep one", `a\b\c.csv`, `a/b/c.csv`},
		{"an escape behind a blank", `custom:tier: \x1b[31m > (none)`, `custom:tier: \x1b[31m > (none)`},
		{"a quote in JSON", `{"a":"\"b\""}`, `{"a":"\"b\""}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := slashed(test.text); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
