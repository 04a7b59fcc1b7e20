package shell

import (
	"os/exec"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestQuotePOSIX(t *testing.T) {
	for _, tt := range []struct{ name, word, want string }{
		{"plain", "loyalty.run/errors.csv", "loyalty.run/errors.csv"},
		{"pair", "custom:tier=gold", "custom:tier=gold"},
		{"nothing", "", "''"},
		{"blank", "Account Name", "'Account Name'"},
		{"quotation marks", `it's "so"`, `'it'\''s "so"'`},
		{"what a shell expands", "$HOME*?[1]~`id`!", "'$HOME*?[1]~`id`!'"},
		{"home", "~/x.csv", "'~/x.csv'"},
		{"letters of elsewhere", "straße.csv", "'straße.csv'"},
		{"line end", "a\nb%\\'.csv", `"$(printf 'a\012b%%\134\047.csv')"`},
		{"escape behind a dash", "-\x1b[2J", `"$(printf '\055\033[2J')"`},
		{"history of bash", "a!b\n", `"$(printf 'a\041b\012')"`},
		{"no text", "\xff.csv", `"$(printf '\377.csv')"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := quotePOSIX(tt.word); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// TestQuoteWindows: what cmd and PowerShell read alike, and else what PowerShell reads.
func TestQuoteWindows(t *testing.T) {
	for _, tt := range []struct{ name, word, want string }{
		{"plain", `loyalty.run\errors.csv`, `loyalty.run\errors.csv`},
		{"nothing", "", `""`},
		{"blank", "Account Name", `"Account Name"`},
		{"a list to PowerShell", "a,b", `"a,b"`},
		{"and, in cmd", "a&b|c>d", `"a&b|c>d"`},
		{"apostrophe", "it's", `"it's"`},
		{"quotation mark", `say "so"`, `"say \"so\""`},
		{"backslash before one", `a\"b`, `"a\\\"b"`},
		{"backslash at the end", `C:\my files\`, `"C:\my files\\"`},
		{"variable of PowerShell", "a$b's", "'a$b''s'"},
		{"quotation marks of PowerShell", "a “b” ’c", "'a “b” ’’c'"},
		{"what PowerShell parts", "-a.b", `"-a.b"`},
		{"flag", "--user-pool-id", "--user-pool-id"},
		{"variable of cmd", "100%.csv", "'100%.csv'"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := quoteWindows(tt.word); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

func TestFile(t *testing.T) {
	for name, want := range map[string]string{"-": "-", "-x y.csv": "'./-x y.csv'", "x-y.csv": "x-y.csv"} {
		if got := noFlag(name); quotePOSIX(got) != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestShellReads has the shell read words back, whatever is in them.
func TestShellReads(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh")
	}
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			return rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("a-$`'\"\\ *\n%~=")))).Draw(t, "word")
		}), 1, 8).Draw(t, "words")
		line := `printf '%s\n.\n'`
		want := ""
		for _, word := range words {
			word = strings.TrimRight(strings.ReplaceAll(word, "\x00", ""), "\n")
			quoted := quotePOSIX(word)
			if strings.ContainsFunc(quoted, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%q does not print", quoted)
			}
			line += " " + quoted
			want += word + "\n.\n"
		}
		got, err := exec.Command(sh, "-c", line).Output()
		if err != nil || string(got) != want {
			t.Errorf("%s\n%q, %v, want %q", line, got, err, want)
		}
	})
}
