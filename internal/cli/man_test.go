package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// manPageOf is the page that the program makes of a command.
func manPageOf(t *testing.T, name string) string {
	t.Helper()
	root := newRoot(System{})
	root.InitDefaultCompletionCmd() // as when it is run
	page, ok := manPages(root, time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC))[name+".1"]
	if !ok {
		t.Fatalf("there is no page %s", name)
	}
	return string(page)
}

// TestManPage: a page says what the help says.
func TestManPage(t *testing.T) {
	for _, test := range []struct{ name, page, want string }{
		{"the synopsis of a command with others below it", "attrmigrate", ".SH SYNOPSIS\n\\fBattrmigrate [command]\\fR\n"},
		{"the synopsis of another", "attrmigrate-status", "\\fBattrmigrate status"},
		{"the version", "attrmigrate", ".TP\n\\fB\\-v, \\-\\-version\\fR\\fI\\fR\nversion for attrmigrate\n"},
		{"the commands", "attrmigrate", ".TP\n\\fBapply\\fR\nWrite the changes"},
		{"a default in angle brackets", "attrmigrate-apply", "\\fB\\-\\-delete\\-marker\\fR\\fI cell\\fR\ncell that deletes its attribute (default <delete>)\n"},
		{"the same of a plan", "attrmigrate-plan", "(default <delete>)\n"},
		{"a value that is a number", "attrmigrate-apply", "\\fB\\-\\-workers\\fR\\fI N\\fR\ncalls under way at once (default 32)\n"},
		{"an exit code, whose text goes on below itself", "attrmigrate-apply", ".TP 7\n3\nfinished, but records failed"},
		{"a heading of flags", "attrmigrate-apply", ".SS Pace\n"},
		{"a quotation mark, to be pasted", "attrmigrate-plan", `\(aqcustom.tier == nil\(aq`},
		{"a command of the text", "attrmigrate-completion-bash", ".EX\n  source <(attrmigrate completion bash)\n.EE\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if page := manPageOf(t, test.page); !strings.Contains(page, test.want) {
				t.Errorf("there is no %q in\n%s", test.want, page)
			}
		})
	}
}

// TestManPagesAreWhole: nothing that a help says is missing, nor does a line begin with what man takes for an order of ours.
func TestManPagesAreWhole(t *testing.T) {
	root := newRoot(System{})
	pages := manPages(root, time.Now())
	for _, cmd := range append([]*cobra.Command{root}, root.Commands()...) {
		page, ok := pages[manName(cmd)+".1"]
		if !ok {
			continue // it is not for people
		}
		for _, g := range grouped(cmd) {
			for _, f := range g.flags {
				if want := manLabel(f) + "\n" + roff(flagUsage(f)) + "\n"; !strings.Contains(string(page), want) {
					t.Errorf("%s lacks --%s", manName(cmd), f.Name)
				}
			}
		}
	}
	if got, want := roff(".x -a\n.y 'z' \\"), `\&.x \-a`+"\n"+`\&.y \(aqz\(aq \e`; got != want {
		t.Errorf("a text is %q, want %q", got, want)
	}
}
