package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// TestEmptyFlags gives each flag of each command nothing, in every way that a script might by a variable that is
// not set: a usage error that names the flag.
func TestEmptyFlags(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, cmd := range newRoot(System{Stdout: io.Discard, Stderr: io.Discard}).Commands() {
		cmd.InitDefaultHelpFlag()
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			for _, args := range emptyOnes(f) {
				var out bytes.Buffer
				args = append(append([]string{cmd.Name()}, args...), "x")
				code := Run(args, System{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out})
				if want := fmt.Sprintf("attrmigrate: --%s: the value is empty\nhint: %s\n", f.Name, emptyHint); code != exitUsage || out.String() != want {
					t.Errorf("%q: exit code %d\n%s", args, code, out.String())
				}
			}
		})
	}
}

// emptyOnes are ways to give a flag nothing.
func emptyOnes(f *pflag.Flag) [][]string {
	name := "--" + f.Name
	ways := [][]string{{name + "="}, {name + "= \t"}}
	if f.NoOptDefVal == "" {
		ways = append(ways, []string{name, ""}, []string{name, "", name, "a"})
	}
	if f.Value.Type() == "stringSlice" {
		ways = append(ways, []string{name, "a,"}, []string{name, "a,,b"})
	}
	if f.Shorthand != "" && f.NoOptDefVal == "" {
		ways = append(ways, []string{"-" + f.Shorthand + "="}, []string{"-" + f.Shorthand, ""})
	}
	return ways
}

// TestEmptyArguments: so it is with files, and with the two sides of a pair.
func TestEmptyArguments(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"a file", []string{"plan", "--user-pool-id", "us-east-1_Made00000", "a.csv", ""}, "argument 2 is empty"},
		{"a run directory", []string{"status", " "}, "argument 1 is empty"},
		{"a command", []string{""}, "argument 1 is empty"},
		{"an attribute", []string{"apply", "--map", "tier=", "a.csv"}, `invalid argument "tier=" for "--map" flag: want NAME=VALUE`},
		{"client metadata", []string{"apply", "--client-metadata", "ticket=", "a.csv"}, `--client-metadata: want NAME=VALUE`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			code := Run(tt.args, System{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out})
			if code != exitUsage || !strings.HasPrefix(out.String(), "attrmigrate: "+tt.want+"\nhint: ") {
				t.Errorf("exit code %d\n%s", code, out.String())
			}
		})
	}
}
