package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// manPage is the page of a command, in the language of man: what its help says, where people look for it in a page.
func manPage(cmd *cobra.Command, made time.Time) []byte {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line(".nh") // no word is divided
	line(`.TH "%s" "1" "%s" "attrmigrate %s" "attrmigrate"`, manTitle, made.Format("Jan 2006"), roff(release()))
	line(".SH NAME\n%s \\- %s", roff(manName(cmd)), roff(cmd.Short))
	line(".SH SYNOPSIS\n%s", bold(usageLine(cmd)))
	line(".SH DESCRIPTION")
	manText(line, aboutOf(cmd))
	if cmd.HasAvailableSubCommands() {
		line(".SH COMMANDS")
		for _, c := range listed(cmd) {
			line(".TP\n%s\n%s", bold(c.Name()), roff(c.Short))
		}
	}
	line(".SH OPTIONS")
	groups := grouped(cmd)
	for _, g := range groups {
		if len(groups) > 1 {
			line(".SS %s", roff(g.heading))
		}
		for _, f := range g.flags {
			line(".TP\n%s\n%s", manLabel(f), roff(flagUsage(f)))
		}
	}
	if cmd.HasExample() {
		line(".SH EXAMPLES\n.EX\n%s\n.EE", roff(examplesText(cmd.Example, manWidth)))
	}
	var others []string
	if cmd.HasParent() {
		others = append(others, manName(cmd.Parent()))
	}
	for _, c := range cmd.Commands() {
		if isInMan(c) {
			others = append(others, manName(c))
		}
	}
	for i, name := range others {
		others[i] = bold(name) + "(1)"
	}
	line(".SH SEE ALSO\n%s", strings.Join(others, ",\n"))
	return []byte(b.String())
}

// manText writes paragraphs. Rows of a table have their second cell below each other, and commands stay as they are.
func manText(line func(string, ...any), text string) {
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		line(".PP")
		for row := range strings.SplitSeq(paragraph, "\n") {
			command, isCommand := strings.CutPrefix(row, "\t")
			key, cell, isRow := strings.Cut(strings.TrimLeft(row, " "), "  ")
			switch {
			case isCommand:
				line(".EX\n%s\n.EE", roff(examplesText("  "+command, manWidth)))
			case isRow && strings.HasPrefix(row, " "):
				cell = strings.TrimLeft(cell, " ")
				line(".PD 0\n.TP %d\n%s\n%s\n.PD", len(row)-len(cell), roff(key), roff(cell))
			default:
				line("%s", roff(row))
			}
		}
	}
}

// manLabel is the flag as it is typed.
func manLabel(f *pflag.Flag) string {
	before, value, _ := strings.Cut(strings.TrimLeft(flagLabel(f), " "), f.Name)
	return bold(before+f.Name) + `\fI` + roff(value) + `\fR`
}

func bold(text string) string { return `\fB` + roff(text) + `\fR` }

// asTyped are characters for which man has other ones that look better, or that it would take for its own.
var asTyped = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, "\n.", "\n\\&.")

// roff is a text as it is written in a page, so that it reads, and can be pasted, as it is.
func roff(text string) string {
	return strings.TrimPrefix(asTyped.Replace("\n"+text), "\n")
}
