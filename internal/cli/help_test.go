package cli

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// everyCommand gives the root command and all below it, as a start of the program has them.
func everyCommand(t *testing.T) []*cobra.Command {
	t.Helper()
	root := newRoot(System{Stdin: strings.NewReader(""), Stdout: &bytes.Buffer{}, Stderr: &bytes.Buffer{}})
	root.InitDefaultCompletionCmd()
	all := []*cobra.Command{root}
	for i := 0; i < len(all); i++ {
		all = append(all, all[i].Commands()...)
	}
	return all
}

// TestFlagGroups: each flag that a command shows stands under one heading, and each name of the table is a flag.
func TestFlagGroups(t *testing.T) {
	var inTable []string
	for _, g := range flagGroups {
		inTable = append(inTable, g.flags...)
	}
	slices.Sort(inTable)
	if once := slices.Compact(slices.Clone(inTable)); len(once) != len(inTable) {
		t.Errorf("a flag stands under two headings: %v", inTable)
	}
	var shown []string
	for _, cmd := range everyCommand(t) {
		for _, g := range grouped(cmd) {
			for _, f := range g.flags {
				shown = append(shown, f.Name)
				if g.heading == otherFlags {
					t.Errorf("%s --%s is in no group", cmd.CommandPath(), f.Name)
				}
			}
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && !slices.Contains(shown, f.Name) {
				t.Errorf("%s --%s is not shown", cmd.CommandPath(), f.Name)
			}
		})
	}
	for _, name := range inTable {
		if !slices.Contains(shown, name) {
			t.Errorf("no command has --%s", name)
		}
	}
}

// TestHelpWidth: no line of the help is wider than the screen, but for what cannot be broken.
func TestHelpWidth(t *testing.T) {
	for _, columns := range []int{narrowest, 60, usual, widest} {
		for _, cmd := range everyCommand(t) {
			t.Run(fmt.Sprintf("%s at %d", cmd.CommandPath(), columns), func(t *testing.T) {
				help := helpText(cmd, columns)
				for line := range strings.Lines(help) {
					line = strings.TrimSuffix(line, "\n")
					whole := len(parted(strings.TrimSuffix(line, `\`))) == 1 // of a command, on a narrow screen
					if runtime.GOOS == "windows" {
						whole = whole || strings.Contains(cmd.Example+cmd.Long, strings.TrimSpace(line))
					}
					longWord := len(strings.Fields(line)) <= 2 // a flag and the words that it takes
					if !whole && !longWord && utf8.RuneCountInString(line) > columns {
						t.Errorf("%d columns: %s", utf8.RuneCountInString(line), line)
					}
				}
			})
		}
	}
}

// TestFolded: a command that is broken for the screen is the same, pasted, and is broken where it reads well.
func TestFolded(t *testing.T) {
	for _, cmd := range everyCommand(t) {
		for _, line := range strings.Split(cmd.Example, "\n") {
			for _, columns := range []int{narrowest, 60, usual, widest} {
				got := strings.ReplaceAll(folded(line, columns, ` \`), "\\\n      ", "")
				if want := strings.Join(strings.Fields(line), " "); strings.Join(strings.Fields(got), " ") != want {
					t.Errorf("at %d: got %s, want %s", columns, got, want)
				}
			}
		}
	}
	for _, tt := range []struct{ name, line, want string }{
		{"one that has room", "  attrmigrate status loyalty.run", "  attrmigrate status loyalty.run"},
		{"one that just has room", "  attrmigrate status a-run-of-a-long.run", "  attrmigrate status a-run-of-a-long.run"},
		{"a flag goes with its value", "  attrmigrate plan --user-pool-id ID --check loyalty.csv",
			"  attrmigrate plan --user-pool-id ID \\\n      --check loyalty.csv"},
		{"quotation marks", `  attrmigrate plan --where 'custom.tier == "tin"' --unset name`,
			"  attrmigrate plan \\\n      --where 'custom.tier == \"tin\"' \\\n      --unset name"},
		{"operators", "  attrmigrate export --user-pool-id ID | gzip > users.csv.gz",
			"  attrmigrate export --user-pool-id ID \\\n      | gzip > users.csv.gz"},
		{"a comment", "  sed 's/a/b/' members.csv > locales.csv  # for apply",
			"  sed 's/a/b/' members.csv \\\n      > locales.csv # for apply"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := folded(tt.line, narrowest, ` \`); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestHelpText holds a part of the help as people see it.
func TestHelpText(t *testing.T) {
	const wide = `
Stops:
  --limit N                  stop after N records in this start, as a canary
  --max-failures N|P%        stop when more records than N|P% fail (default 5%,
                             at least 20; 0: all or nothing)
  --max-duration duration    stop after this time, such as 6h
  --drain-timeout duration   time for calls under way to end once stopped
                             (default 15s)

Run directory:
`
	const narrow = `
Exit codes:
  0    done
  1    refused or failed before the first write
  2    wrong flags, or a file that cannot be used
  3    finished, but records failed (see errors.csv); or
       plan --check found something
  4    stopped early; the same command continues
`
	const below = `
Stops:
  --limit N
      stop after N records in this start, as a canary
  --max-failures N|P%
      stop when more records than N|P% fail (default 5%, at
      least 20; 0: all or nothing)
`
	for _, tt := range []struct {
		name    string
		columns int
		want    string
	}{
		{"where there is no terminal", helpWidth(0), wide},
		{"rows at 60 columns", helpWidth(60), narrow},
		{"flags at 60 columns", helpWidth(60), below},
	} {
		t.Run(tt.name, func(t *testing.T) {
			apply := everyCommand(t)[1]
			if got := helpText(apply, tt.columns); apply.Name() != "apply" || !strings.Contains(got, tt.want) {
				t.Errorf("%s: got\n%s\nwant in it\n%s", apply.Name(), got, tt.want)
			}
		})
	}
}
