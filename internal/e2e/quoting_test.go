package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/e2e/harness"
	"attrmigrate/internal/rehearsal"
)

// argumentsBy tells which arguments a program gets of a line, in each shell of docs/rules.md. Those of Windows do not run here:
// what they do is written down below, as Microsoft documents it (about_Parsing and about_Quoting_Rules of PowerShell; "Parsing C
// command-line arguments" of the C runtime, by whose rules Go reads them too).
var argumentsBy = map[string]func(line string) ([]string, error){
	"sh":   func(line string) ([]string, error) { return argumentsOfShell("sh", line) },
	"bash": func(line string) ([]string, error) { return argumentsOfShell("bash", line) },
	"zsh":  func(line string) ([]string, error) { return argumentsOfShell("zsh", line) },
	"cmd":  argumentsOfCmd,
	"PowerShell 7.3": func(line string) ([]string, error) {
		words, err := wordsOfPowerShell(line)
		return words, err
	},
	"PowerShell 5.1": func(line string) ([]string, error) {
		words, err := wordsOfPowerShell(line)
		if err != nil {
			return nil, err
		}
		for i, w := range words { // what has a blank is put in quotation marks, and those in it are left as they are
			if strings.ContainsAny(w, " \t") {
				words[i] = `"` + w + `"`
			}
		}
		return argumentsOfWindows(strings.Join(words, " ")), nil
	},
}

var errNotHere = errors.New("this shell is not here")

// argumentsOfShell has a shell of Unix tell.
func argumentsOfShell(shell, line string) ([]string, error) {
	path, err := exec.LookPath(shell)
	if err != nil {
		return nil, errNotHere
	}
	out, err := exec.Command(path, "-c", "attrmigrate() { printf '%s\\n' attrmigrate \"$@\"; }; "+line).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"), nil
}

// argumentsOfCmd refuses what cmd would take for itself. It minds double quotation marks alone, which stay in the line.
func argumentsOfCmd(line string) ([]string, error) {
	quoted := false
	for _, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
		case r == '%' || !quoted && strings.ContainsRune("&|<>^", r):
			return nil, fmt.Errorf("cmd takes %q for itself", r)
		}
	}
	return argumentsOfWindows(line), nil
}

// argumentsOfWindows parts a line as the C runtime does: 2n backslashes before a quotation mark are n and it begins or ends a
// quotation, 2n+1 are n and it stands for itself. Two of them in a quotation are one, and end it: as it was before 2008, and is in Go.
func argumentsOfWindows(line string) (all []string) {
	var word []rune
	begun, quoted, backslashes := false, false, 0
	flush := func(n int) { word = append(word, []rune(strings.Repeat(`\`, n))...); backslashes = 0 }
	letters := []rune(line)
	for i := 0; i < len(letters); i++ {
		switch r := letters[i]; {
		case r == '\\':
			begun = true
			backslashes++
			continue
		case r == '"' && backslashes%2 == 1:
			flush(backslashes / 2)
			word = append(word, r)
		case r == '"':
			flush(backslashes / 2)
			if begun = true; quoted && i+1 < len(letters) && letters[i+1] == '"' {
				word = append(word, r)
				i++
			}
			quoted = !quoted
		case (r == ' ' || r == '\t') && !quoted:
			if flush(backslashes); begun {
				all = append(all, string(word))
			}
			word, begun = nil, false
		default:
			flush(backslashes)
			word, begun = append(word, r), true
		}
	}
	if flush(backslashes); begun {
		all = append(all, string(word))
	}
	return all
}

// powerWord is a word as PowerShell reads an argument: in single quotation marks, of which two are one; in double ones,
// where a variable or a backquote would be more than text; or bare, of letters that mean nothing else.
var powerWord = regexp.MustCompile("^(?:'((?:[^']|'')*)'|\"([^\"$`]*)\"|([^\\s'\"`$(){};,|&<>@#][^\\s'\"`$(){};,|&<>]*))(?: +|$)")

// wordsOfPowerShell parts a line as PowerShell does, before it gives them to a program.
func wordsOfPowerShell(line string) (words []string, err error) {
	for rest := strings.TrimSpace(line); rest != ""; {
		m := powerWord.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("PowerShell reads more than a text in %s", rest)
		}
		words = append(words, strings.ReplaceAll(m[1], "''", "'")+m[2]+m[3])
		rest = rest[len(m[0]):]
	}
	return words, nil
}

// TestQuotingOfWindows holds what is written down against the examples of Microsoft's pages.
func TestQuotingOfWindows(t *testing.T) {
	for _, test := range []struct {
		name, shell, line string
		want              []string // nil: it is no list of texts
	}{
		{"a text with blanks", "cmd", `x "a b c" d e`, []string{"x", "a b c", "d", "e"}},
		{"an escaped mark and backslashes", "cmd", `x "ab\"c" "\\" d`, []string{"x", `ab"c`, `\`, "d"}},
		{"marks in the middle of a word", "cmd", `x a\\\b d"e f"g h`, []string{"x", `a\\\b`, "de fg", "h"}},
		{"an odd number of backslashes", "cmd", `x a\\\"b c d`, []string{"x", `a\"b`, "c", "d"}},
		{"an even one", "cmd", `x a\\\\"b c" d e`, []string{"x", `a\\b c`, "d", "e"}},
		{"two marks", "cmd", `x "a""b" c`, []string{"x", `a"b c`}},
		{"a pipe", "cmd", `x a|b`, nil},
		{"a variable", "cmd", `x "%PATH%"`, nil},
		{"PowerShell 5.1 loses inner marks", "PowerShell 5.1", `x 'a == "b"'`, []string{"x", "a == b"}},
		{"7.3 does not", "PowerShell 7.3", `x 'a == "b"'`, []string{"x", `a == "b"`}},
		{"5.1 wants backslashes", "PowerShell 5.1", `x 'a == \"b\"'`, []string{"x", `a == "b"`}},
		{"two single ones are one", "PowerShell 7.3", `x 'it''s'`, []string{"x", "it's"}},
		{"brackets are commands", "PowerShell 7.3", `x email:=lower(email)`, nil},
		{"a dollar is a variable", "PowerShell 7.3", `x "a $b"`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := argumentsBy[test.shell](test.line)
			if (err != nil) != (test.want == nil) || !slices.Equal(got, test.want) {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

// quotedCommands are the blocks of the page's section by the shells that stand above them.
var quotedCommands = regexp.MustCompile("(?m)^\\*\\*([^*]*)\\*\\*(?:.*\n)+?\n```[a-z]*\n((?:attrmigrate .*\n)+)```$")

// TestQuotingOnThePage: the commands of docs/rules.md mean the same in every shell that they are shown for.
func TestQuotingOnThePage(t *testing.T) {
	text, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := quotedCommands.FindAllStringSubmatch(string(text), -1)
	var want [][]string
	shown := map[string]bool{}
	for _, block := range blocks {
		for _, shell := range strings.Split(block[1], ", ") {
			arguments := argumentsBy[shell]
			if arguments == nil {
				t.Fatalf("there is no shell %s", shell)
			}
			shown[shell] = true
			var got [][]string
			for line := range strings.Lines(block[2]) {
				args, err := arguments(strings.TrimSpace(line))
				if errors.Is(err, errNotHere) {
					t.Logf("%s is not here", shell)
					got = want
					break
				}
				if err != nil {
					t.Errorf("%s: %s: %v", shell, line, err)
				}
				for i := range args { // which are the same in an expression
					args[i] = strings.ReplaceAll(args[i], "'", `"`)
				}
				got = append(got, args)
			}
			if want == nil {
				want = got
			}
			if !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%s gets\n%q\nwant\n%q", shell, got, want)
			}
		}
	}
	if len(blocks) != 4 || len(shown) != len(argumentsBy) || len(want) != 3 {
		t.Errorf("the page shows %d commands in %d blocks, for %v", len(want), len(blocks), shown)
	}
}

// quotedWrong are the rows of the page's table of mistakes.
var quotedWrong = regexp.MustCompile("(?m)^\\| (.+) \\| `(--.+)` \\| `(.+)`(, by \\w+ itself)? \\|$")

// TestMistakesOnThePage: what is quoted wrong is told as docs/rules.md says, by the program or by the shell.
func TestMistakesOnThePage(t *testing.T) {
	if testing.Short() {
		t.Skip("each mistake starts the program")
	}
	text, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := quotedWrong.FindAllStringSubmatch(string(text), -1)
	if len(rows) < 9 {
		t.Errorf("the page shows %d mistakes", len(rows))
	}
	const shop = "../../examples/recipes"
	url, dir := harness.Furnished(t, rehearsal.Furniture{Pool: shop + "/pool.json", Users: shop + "/users.jsonl"}), t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(shop)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for _, row := range rows {
		for _, shell := range strings.Split(row[1], ", ") {
			line := "attrmigrate plan --user-pool-id us-east-1_Ab12Cd34E --endpoint-url " + url + " " + row[2]
			if !strings.Contains(line, "--set") {
				line += " --set custom:tier=free"
			}
			args, err := argumentsBy[shell](line)
			said := ""
			switch {
			case errors.Is(err, errNotHere):
				t.Logf("%s is not here", shell)
				continue
			case (err != nil) != (row[4] != ""):
				t.Errorf("%s: %s: %v", shell, row[2], err)
				continue
			case err != nil:
				said = err.Error()
			default:
				_, _, said = run(t, args[1:]...)
			}
			if !strings.Contains(said, row[3]) {
				t.Errorf("%s: %s: it says\n%s\nand not %s", shell, row[2], said, row[3])
			}
		}
	}
}
