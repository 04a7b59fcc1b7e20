package rules

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"attrmigrate/internal/refusal"
)

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// readRules reads a file of rules with some content, and compiles them.
func readRules(t *testing.T, content string) (*File, *Program, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("rules.yaml", []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := ReadFile(context.Background(), "rules.yaml")
	if err != nil {
		return nil, nil, err
	}
	p, err := Compile(f.Rules, pool())
	return f, p, err
}

func TestReadFile(t *testing.T) {
	for _, row := range []struct {
		name, content, want string
	}{
		{"one rule", "where: custom.tier == nil\nset:\n  - custom:tier=free\n", "where custom.tier == nil\nset custom:tier=free\n"},
		{"several, with all that a rule has", `# reviewed
rules:
  - name: default tier
    where: custom.tier == nil
    set:
      - custom:tier=free
      - email:=lower(email)
    unset:
      - custom:other
  - set: ['custom:since:="2026-01-01"']
`, "default tier\nwhere custom.tier == nil\nset custom:tier=free\nset email:=lower(email)\nunset custom:other\nrule 2\nset custom:since:=\"2026-01-01\"\n"},
		{"a condition of several lines", "where: |\n  custom.tier == nil\n  and any(groups, # == \"a\")\nunset: [custom:other]\n",
			"where custom.tier == nil\nand any(groups, # == \"a\")\nunset custom:other\n"},
		{"an assignment below a |", "set:\n  - |\n    custom:tier=a: b # c\n", "set custom:tier=a: b # c\n"},
		{"with a byte-order mark and returns", "\ufeffset:\r\n  - custom:tier=free\r\n", "set custom:tier=free\n"},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, p, err := readRules(t, row.content)
			if err != nil {
				t.Fatal(err, refusal.HintOf(err))
			}
			if got := p.Text(); got != row.want {
				t.Errorf("text\n%s\nwant\n%s", got, row.want)
			}
			if !strings.HasPrefix(f.Digest, "sha256:") {
				t.Errorf("digest %s", f.Digest)
			}
		})
	}
}

func TestRefusedFiles(t *testing.T) {
	for _, row := range []struct {
		name, content, want, under, hint string
	}{
		{"empty", "# nothing\n", "rules.yaml: there is no rule in it", "", "a rule has name, where, set and unset"},
		{"a text", "custom:tier=free\n", "rules.yaml:1: it is no rule", "", "set and unset"},
		{"no list of rules", "rules:\n  where: enabled\n", "rules.yaml:2: rules is no list", "", "with a - before it"},
		{"something beside rules", "rules:\n  - unset: [custom:tier]\nwhere: enabled\n", "rules.yaml:3: where stands beside rules", "", ""},
		{"an unknown part", "wehre: enabled\nset:\n  - custom:tier=a\n", "rules.yaml:1: wehre is no part of a rule, did you mean where?", "", ""},
		{"twice", "set:\n  - custom:tier=a\nset:\n  - custom:other=a\n", "rules.yaml:3: set stands there twice", "", ""},
		{"a condition that is no text", "where: true\nset:\n  - custom:tier=a\n", "rules.yaml:1: where is no text, but true", "", "single quotation marks"},
		{"an empty condition", "where: ''\nset:\n  - custom:tier=a\n", "rules.yaml:1: where is empty", "", "leave where out"},
		{"a mapping", "set:\n  custom:tier: a\n", "rules.yaml:2: set is no list", "", "- custom:tier=free"},
		{"an entry that YAML takes for a mapping", "set:\n  - custom:tier=a\n  - custom:other=a: b\n", "rules.yaml:3: set is no text, but a mapping", "", "below a |"},
		{"a number", "unset:\n  - 5\n", "rules.yaml:2: unset is no text, but 5", "", ""},
		{"nothing set", "where: enabled\n", "rules.yaml:1: the rule sets nothing", "", "add set"},
		{"a bad assignment", "set:\n  - custom:tier=\n", "rules.yaml:2: set custom:tier: its text is empty", "", "unset custom:tier"},
		{"as a mapping has it", "set:\n  - custom:tier: free\n", "rules.yaml:2: set is no text, but a mapping", "", "write - custom:tier=free"},
		{"a second document", "unset: [custom:tier]\n---\nunset: [custom:other]\n", "rules.yaml:2: a --- begins another document", "", "several stand under rules"},
		{"a second document that is no YAML", "unset: [custom:tier]\n---\nwhere: a: b\n", "rules.yaml:3: it is no YAML: mapping values are not allowed in this context", "", ""},
		{"no UTF-8", "where: \"\xff\"\n", "rules.yaml: it is no text in UTF-8", "", "saved as UTF-8"},
		{"binary", "\x7fELF\x02\x01\x00\x00", "rules.yaml: it is no text in UTF-8", "", "saved as UTF-8"},
		{"a tab", "set:\n\t- custom:tier=a\n", "rules.yaml:2: it is no YAML: found character that cannot start any token", "", "not with tabs"},
		{"no YAML", "where: a: b\n", "rules.yaml: it is no YAML: mapping values are not allowed in this context", "", "single quotation marks"},
		{"a comment where none was meant", "where: any(groups, # == \"a\")\nset:\n  - custom:tier=a\n", "rules.yaml:1: where: it ends too early", "", "begins a comment"},
		{"a mistake in a line below a |", "rules:\n- where: |\n    enabled\n    and custom.teir == nil\n  set:\n  - custom:tier=a\n",
			"rules.yaml:4: where: the pool has no attribute custom:teir, did you mean custom.tier?", "teir", ""},
		{"a mistake in an assignment", "set:\n  - custom:tier=a\n  - email:=lowre(email)\n", "rules.yaml:3: set email: there is no function lowre(), did you mean lower()?", "lowre", ""},
		{"an unknown attribute", "set:\n  - custom:teir=a\n", "rules.yaml:2: set custom:teir: the pool has no such attribute, did you mean custom:tier?", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, _, err := readRules(t, row.content)
			wrong(t, err, row.want, row.under, row.hint)
		})
	}
	_, err := ReadFile(t.Context(), filepath.Join(t.TempDir(), "none.yaml"))
	if err == nil || !strings.HasSuffix(err.Error(), "none.yaml: no such file or directory") {
		t.Errorf("error %v", err)
	}
}

// TestFileWithoutEnd: a file of rules is read up to a bound.
func TestFileWithoutEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.yaml")
	if err := os.WriteFile(path, make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(t.Context(), path); err == nil || err.Error() != path+": it is larger than 1048576 bytes" {
		t.Error(err)
	}
}
