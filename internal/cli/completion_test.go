package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
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

// TestCompleteDescriptions: shells show of a flag what the help says of it.
func TestCompleteDescriptions(t *testing.T) {
	for _, test := range []struct{ name, command, flag, want string }{
		{"a directory", "apply", "--run-dir", "directory of the run, or s3://BUCKET/PREFIX, where it outlives this machine (default: NAME.run for the input NAME.csv)"},
		{"a default of its own", "apply", "--delete-marker", "cell that deletes its attribute (default <delete>)"},
		{"a number", "plan", "--timeout", "time for one attempt (default 20s)"},
		{"words", "apply", "--rate", "updates a second at most: N|off (default 20; AWS allows 25 to the whole account)"},
		{"a shorthand", "export", "-o", "file to write (default, and -: standard output)"},
		{"none", "apply", "--yes", "do not ask"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			if code := Run([]string{"__complete", test.command, test.flag}, System{Stdin: strings.NewReader(""), Stdout: &out, Stderr: io.Discard}); code != 0 {
				t.Fatalf("exit code %d", code)
			}
			if want := test.flag + "\t" + test.want + "\n"; !strings.Contains(out.String(), want) {
				t.Errorf("got %q, want %q", &out, want)
			}
		})
	}
}

// script is what a command of completion prints.
func script(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if code := Run(append([]string{"completion"}, args...), System{Stdin: strings.NewReader(""), Stdout: &out, Stderr: io.Discard}); code != 0 {
		t.Fatalf("%q: exit code %d", args, code)
	}
	return out.String()
}

// TestShells: the commands that write their scripts are called alike.
func TestShells(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if help, want := script(t, shell, "--help"), "Usage:\n  attrmigrate completion "+shell+" [flags]\n"; !strings.Contains(help, want) {
			t.Errorf("there is no %q in\n%s", want, help)
		}
	}
}

// TestFish: fish itself offers what it is told, and of files directories alone where the others do.
func TestFish(t *testing.T) {
	if !strings.Contains(script(t, "fish"), fishDirectories+fishFiles) {
		t.Error("cobra's script is another one: its place for directories is not found")
	}
	fish, err := exec.LookPath("fish")
	if err != nil {
		t.Skip("there is no fish")
	}
	home := t.TempDir()
	for _, dir := range []string{"loyalty.run", "loyalty blank", "bin"} {
		if err := os.Mkdir(filepath.Join(home, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	offers := "#!/bin/sh\necho :16\n" // as the program says where a directory is wanted
	for name, content := range map[string]string{"loyalty.csv": "", "bin/attrmigrate": offers, "script.fish": script(t, "fish")} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ name, line, want string }{
		{"an argument", "attrmigrate status loy", "loyalty blank/ loyalty.run/"},
		{"all of them", "attrmigrate status ", "bin/ loyalty blank/ loyalty.run/"},
		{"a flag", "attrmigrate apply --run-dir loyalty.", "loyalty.run/"},
		{"a flag and a =", "attrmigrate apply --run-dir=loyalty.", "--run-dir=loyalty.run/"},
		{"nothing there", "attrmigrate status x", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := exec.Command(fish, "--no-config", "-c", "source script.fish; complete -C $argv[1]", test.line)
			cmd.Dir, cmd.Env = home, append(os.Environ(), "HOME="+home, "PATH="+filepath.Join(home, "bin")+":"+os.Getenv("PATH"))
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			var offered []string
			for line := range strings.Lines(string(out)) {
				word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
				offered = append(offered, word)
			}
			slices.Sort(offered)
			if got := strings.Join(offered, " "); got != test.want {
				t.Errorf("offered: %q, want %q", got, test.want)
			}
		})
	}
}
