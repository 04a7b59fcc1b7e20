package cli

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// completed is what shells are offered behind some words of the command line, and by which directive.
func completed(t *testing.T, words ...string) (offered []string, directive string) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := Run(append([]string{"__completeNoDesc"}, words...), System{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs}); code != 0 {
		t.Fatalf("%q: exit code %d\n%s", words, code, &errs)
	}
	offered = strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	last := len(offered) - 1
	return offered[:last], offered[last]
}

// What a shell does where there is nothing, or nothing more, to offer.
const (
	withFiles       = ":0"
	withNothing     = ":4"
	withNothingMore = ":6" // and no space behind the word
	withDirectories = ":16"
)

// TestCompleteFlags: the words that the help shows of a flag are those that shells complete, and the flag takes each;
// files and directories are completed where the help says that the flag takes one, and nowhere else.
func TestCompleteFlags(t *testing.T) {
	word := regexp.MustCompile(`^[a-z]+$`)
	for _, cmd := range everyCommand(t) {
		if cmd.HasParent() && cmd.Parent().Name() == "completion" {
			continue // cobra's
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.NoOptDefVal != "" {
				return // it takes no value
			}
			path := append(strings.Fields(cmd.CommandPath())[1:], "--"+f.Name)
			offered, directive := completed(t, append(path, "")...)
			of, _ := pflag.UnquoteUsage(f)
			var shown, plain []string
			if alternatives := strings.Split(of, "|"); len(alternatives) > 1 {
				shown = slices.DeleteFunc(alternatives, func(a string) bool { return !word.MatchString(a) })
			}
			want := withNothing
			for _, w := range offered {
				if head, more := strings.CutSuffix(w, "="); more {
					want, w = withNothingMore, head+"=1"
				} else {
					plain = append(plain, w)
				}
				if err := f.Value.Set(w); err != nil {
					t.Errorf("%q: %s is offered: %s", path, w, err)
				}
			}
			slices.Sort(shown)
			slices.Sort(plain)
			if !slices.Equal(shown, plain) && !slices.Contains([]string{"region", "KIND[=USERNAME]"}, of) {
				t.Errorf("%q: the help shows %q, and %q are offered", path, shown, plain)
			}
			switch of {
			case "file", "file.prom", "program", "N|FILE":
				want = withFiles
			case "directory", "RUN_DIR":
				want = withDirectories
			}
			if directive != want {
				t.Errorf("%q, which takes %s: got %s, want %s", path, of, directive, want)
			}
		})
	}
}

// TestComplete holds what shells complete, of flags and of arguments.
func TestComplete(t *testing.T) {
	for _, tt := range []struct{ line, offered, directive string }{
		{"apply --on-conflict ", "fail skip", withNothing},
		{"apply --on-conflict=", "fail skip", withNothing},
		{"plan --rate ", "off", withNothing},
		{"export --format ", "csv jsonl", withNothing},
		{"plan --separator ", "comma semicolon tab", withNothing},
		{"rate loyalty.run --read-rate ", "default", withNothing},
		{"sandbox --list-fault ", "ignore lose refuse stray twice", withNothing},
		{"apply --user-pool-id ", "", withNothing},
		{"plan --rules ", "", withFiles},
		{"sandbox --users ", "", withFiles},
		{"apply --run-dir ", "", withDirectories},
		{"apply --only-failed ", "", withDirectories},
		{"apply ", "", withFiles},
		{"plan a.csv ", "", withFiles},
		{"export ", "", withNothing},
		{"targets ", "", withFiles},
		{"targets a.csv ", "", withNothing},
		{"status ", "", withDirectories},
		{"status a.run ", "", withNothing},
		{"report ", "", withDirectories},
		{"pause ", "", withDirectories},
		{"unpause ", "", withDirectories},
		{"stop ", "", withDirectories},
		{"rate ", "", withDirectories},
		{"rate a.run ", "default", withNothing},
		{"rate a.run 7 ", "", withNothing},
		{"sandbox ", "", withNothing},
	} {
		t.Run(tt.line, func(t *testing.T) {
			offered, directive := completed(t, strings.Split(tt.line, " ")...)
			if got := strings.Join(offered, " "); got != tt.offered || directive != tt.directive {
				t.Errorf("got %q %s, want %q %s", got, directive, tt.offered, tt.directive)
			}
		})
	}
	if regions, _ := completed(t, "plan", "--phone-region", ""); !slices.Contains(regions, "DE") {
		t.Errorf("regions: %q", regions)
	}
	if kinds, _ := completed(t, "sandbox", "--fault", ""); !slices.Contains(kinds, "internal=") {
		t.Errorf("kinds of faults: %q", kinds)
	}
	if categories, _ := completed(t, "sandbox", "--quota", ""); !slices.Contains(categories, "off") || !slices.Contains(categories, "UserRead=") {
		t.Errorf("categories: %q", categories)
	}
}
