package cli_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"attrmigrate/internal/cli"
)

// commands are those that the program's help shows, but for what cobra adds: the pages tell of them all.
var commands = sync.OnceValue(func() (names []string) {
	var help bytes.Buffer
	cli.Run([]string{"--help"}, cli.System{Stdin: strings.NewReader(""), Stdout: &help, Stderr: &help})
	_, list, _ := strings.Cut(help.String(), "\nCommands:\n")
	list, _, _ = strings.Cut(list, "\n\n")
	for line := range strings.Lines(list) {
		if name := strings.Fields(line)[0]; name != "help" && name != "completion" {
			names = append(names, name)
		}
	}
	return names
})

// parsed gives a command line to the program, which is to show its help: it parses all flags first. It gives the
// complaint, or none.
func parsed(t *testing.T, args []string) string {
	t.Helper()
	code, _, stderr := run(t, slices.Insert(slices.Clone(args), 1, "--help")...)
	if code == 0 {
		return ""
	}
	return stderr
}

// someCommandTakes tells whether a command takes these flags and values.
func someCommandTakes(t *testing.T, flags []string) bool {
	return slices.ContainsFunc(commands(), func(command string) bool {
		return parsed(t, slices.Insert(slices.Clone(flags), 0, command)) == ""
	})
}

// shownFlags are the flags that the help of some command shows.
func shownFlags(t *testing.T) []string {
	t.Helper()
	var flags []string
	for _, command := range commands() {
		_, help, _ := run(t, command, "--help")
		for _, m := range regexp.MustCompile(`(?m)^  (?:-[a-z], )?(--[a-z-]+)(?: |$)`).FindAllStringSubmatch(help, -1) {
			if m[1] != "--version" && m[1] != "--help" {
				flags = append(flags, m[1])
			}
		}
	}
	slices.Sort(flags)
	if flags = slices.Compact(flags); len(flags) < 40 {
		t.Fatalf("the help shows %q", flags)
	}
	return flags
}

// hiddenFlag tells whether a command has a flag that its help does not show.
func hiddenFlag(t *testing.T, name string) bool {
	return slices.ContainsFunc(commands(), func(command string) bool {
		return !strings.Contains(parsed(t, []string{command, name + "=x"}), "unknown flag")
	})
}

// ourCommands are the arguments of each command of the program in lines of shell, also in a span that leaves the
// program's name out: `apply --dry-run`. An ellipsis stands for what does not matter.
func ourCommands(code string) [][]string {
	var found [][]string
	for line := range strings.Lines(strings.ReplaceAll(code, "\\\n", " ")) {
		args, ours := []string(nil), false
		end := func() {
			if len(args) > 0 {
				found = append(found, args)
			}
			args, ours = nil, false
		}
		words := shellWords(line)
		if len(words) > 1 && slices.Contains(commands(), words[0]) && strings.HasPrefix(words[1], "--") {
			ours = true
		}
		for _, word := range words {
			switch {
			case strings.ContainsAny(word, "|&;<>)") && strings.Trim(word, "|&;<>)") == "":
				end()
			case word == "…" || word == "...":
			case ours:
				args = append(args, word)
			default:
				ours = word == "attrmigrate" || strings.HasSuffix(word, "bin/attrmigrate")
			}
		}
		end()
	}
	return found
}

// shellWords parts a line as a shell does, up to a comment. What ends a command or leads it elsewhere is a word of
// its own; quotation marks and backslashes are gone.
func shellWords(line string) []string {
	var words []string
	var word strings.Builder
	begun := false
	end := func() {
		if begun {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	mark := rune(0) // of the quotation that the next rune is in
	escaped := false
	for _, r := range strings.TrimSpace(line) {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && mark != '\'':
			begun, escaped = true, true
		case mark != 0 && r == mark:
			mark = 0
		case mark != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			begun, mark = true, r
		case r == ' ' || r == '\t':
			end()
		case r == '#' && !begun:
			return words
		case strings.ContainsRune("|&;<>)", r):
			end()
			words = append(words, string(r))
		default:
			begun = true
			word.WriteRune(r)
		}
	}
	end()
	return words
}

// TestOurCommands holds the reading of lines of shell itself.
func TestOurCommands(t *testing.T) {
	for _, tt := range []struct{ name, code, want string }{
		{"a prompt and a comment", "$ attrmigrate plan a.csv   # reads", "plan a.csv"},
		{"behind others", "cd x && AWS_PROFILE=p /usr/local/bin/attrmigrate apply --yes a.csv >log 2>&1", "apply --yes a.csv"},
		{"two on a line", "cat a | attrmigrate plan - ; attrmigrate status a.run", "plan -\nstatus a.run"},
		{"over two lines", "attrmigrate apply \\\n  --yes a.csv", "apply --yes a.csv"},
		{"quotations", `attrmigrate export --filter 'status = "Enabled"' -o "my users.csv"`, `export --filter status = "Enabled" -o my users.csv`},
		{"an ellipsis", "nohup attrmigrate apply … --yes FILE &", "apply --yes FILE"},
		{"the program left out", "plan --check a.csv", "plan --check a.csv"},
		{"a path", "find /var/lib/attrmigrate -name x", ""},
		{"what it printed", "attrmigrate: a.csv: is empty", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, args := range ourCommands(tt.code) {
				got = append(got, strings.Join(args, " "))
			}
			if strings.Join(got, "\n") != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
