package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"attrmigrate/sources"
)

// The fields that are called flags are fields, and the flags are flags.
func TestSettingFlags(t *testing.T) {
	flags := pflag.NewFlagSet("apply", pflag.ContinueOnError)
	new(options).register(flags)
	for field, flag := range settingFlags {
		if _, ok := reflect.TypeFor[sources.Options]().FieldByName(field); !ok {
			t.Errorf("sources.Options has no %s", field)
		}
		if name, ok := strings.CutPrefix(flag, "--"); !ok || flags.Lookup(name) == nil {
			t.Errorf("%s: apply has no flag %s", field, flag)
		}
	}
}

func TestFlagOfSetting(t *testing.T) {
	tests := []struct {
		name         string
		field, value string
		want         string
	}{
		{"the name alone", "Ignore", "", "--ignore"},
		{"a value", "Rename", "COLUMN=access_token", "--map COLUMN=access_token"},
		{"a word of the flag", "Format", "CSV", "--format csv"},
		{"who writes: the users", "Tokens", "true", "--as user"},
		{"who writes: an admin", "Tokens", "false", "--as admin"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := flagOfSetting(tt.field, tt.value); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// TestLibrariesNameNoFlags looks for the flags of all commands in the code, the texts and the comments of packages
// that other programs may use, whose users have other flags or none.
func TestLibrariesNameNoFlags(t *testing.T) {
	var names []string
	for _, cmd := range newRoot(System{Stdout: io.Discard, Stderr: io.Discard}).Commands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	}
	flag := regexp.MustCompile(`--(` + strings.Join(names, "|") + `)\b`)
	for _, library := range []string{"sources", "checkpoint", "pipeline"} {
		files, err := filepath.Glob(filepath.Join("..", "..", library, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(library, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text = bytes.ReplaceAll(text, []byte("--output json"), nil) // is the AWS CLI's
			if found := flag.FindAll(text, -1); found != nil {
				t.Errorf("%s names %s", file, found)
			}
		}
	}
}
