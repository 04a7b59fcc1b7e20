package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attrmigrate/internal/console"
	"attrmigrate/internal/prose"
)

// flagGroups are the headings that the help lists its flags under, and which flags stand there, in the order of
// the screen. One table is for all commands: a heading that a command has no flag for is not shown.
var flagGroups = []struct {
	heading string
	flags   []string
}{
	{"Pool", []string{"user-pool-id", "region", "profile", "role-arn", "external-id", "endpoint-url", "sandbox", "from"}},
	{"Many pools", []string{"targets", "index", "connect"}},
	{"Users and rules", []string{"where", "set", "unset", "rules", "match", "filter", "group", "name"}},
	{"Change set", []string{"attributes", "columns", "all", "absent", "format", "separator",
		"username-column", "map", "ignore", "empty", "empty-value", "delete-marker", "trim", "phone-region", "client-metadata"}},
	{"File", []string{"output", "force"}},
	{"What it does", []string{"dry-run", "check", "as", "read", "no-read", "verified", "on-conflict", "allow-takeover", "strict"}},
	{"Pace", []string{"rate", "read-rate", "list-rate", "chains", "workers", "timeout", "max-attempts"}},
	{"Stops", []string{"limit", "max-failures", "max-duration", "drain-timeout"}},
	{"Run directory", []string{"run-dir", "work-dir", "only-failed", "restart", "unhold"}},
	{"S3", []string{"s3-kms-key-id", "s3-bucket-owner"}},
	{"Seen and steered", []string{"serve", "serve-read-only", "token-file", "metrics-file", "on-event", "pause-when"}},
	// Of those that steer a run.
	{"Order", []string{"for", "reason", "now"}},
	// Of sandbox.
	{"The server", []string{"addr", "journal", "seed"}},
	{"What is in it", []string{"pool", "client", "users", "password", "tokens", "token-expiry"}},
	{"How it answers", []string{"quota", "latency", "jitter", "page-time", "fault", "throttle-burst", "list-fault"}},
	// Of every command. Shells' completion has a flag that is cobra's own.
	{"Screen", []string{"yes", "watch", "json", "progress", "log-format", "log-level", "no-descriptions", "version", "help"}},
}

// otherFlags is the heading of what the table leaves out; a test keeps it away.
const otherFlags = "Others"

// The widths that help is written for: that of the terminal within these, and the middle one where there is none.
const (
	narrowest = 40
	usual     = 80
	widest    = 100
)

// helpWidth is the width of the help on a terminal so many columns wide, 0 for none.
func helpWidth(columns int) int {
	if columns == 0 {
		return usual
	}
	return min(max(columns, narrowest), widest)
}

// groupHelp has a command and those below it print their flags by groups, and all of it as wide as the terminal.
func groupHelp(root *cobra.Command) {
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		out := cmd.OutOrStdout()
		fmt.Fprint(out, helpText(cmd, helpWidth(console.Columns(out))))
	})
	root.SetUsageFunc(func(cmd *cobra.Command) error {
		out := cmd.OutOrStderr()
		_, err := fmt.Fprint(out, usageText(cmd, helpWidth(console.Columns(out))))
		return err
	})
}

// helpText is what the command is for, and its usage.
func helpText(cmd *cobra.Command, width int) string {
	return commandsIn(prose.Paragraphs(aboutOf(cmd), width), width) + "\n\n" + usageText(cmd, width)
}

// aboutOf is what the command is for.
func aboutOf(cmd *cobra.Command) string { return cmp.Or(cmd.Long, cmd.Short) }

// usageLine is how the command is called, in a line.
func usageLine(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return cmd.CommandPath() + " [command]"
	}
	return cmd.UseLine()
}

// listed are the commands below one that people are told of.
func listed(cmd *cobra.Command) []*cobra.Command {
	return slices.DeleteFunc(slices.Clone(cmd.Commands()), func(c *cobra.Command) bool { return !c.IsAvailableCommand() && c.Name() != "help" })
}

// usageText is how the command is called.
func usageText(cmd *cobra.Command, width int) string {
	var b strings.Builder
	b.WriteString("Usage:\n")
	fmt.Fprintln(&b, folded("  "+usageLine(cmd), width, ""))
	if cmd.HasExample() {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", examplesText(cmd.Example, width))
	}
	b.WriteString(commandsText(cmd, width))
	for _, g := range grouped(cmd) {
		fmt.Fprintf(&b, "\n%s:\n", g.heading)
		for _, f := range g.flags {
			b.WriteString(prose.Entry(flagLabel(f), flagUsage(f), flagColumn(width), width))
		}
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n%s\n", prose.Flow(cmd.CommandPath()+" [command] --help tells more of a command.", 0, width))
	}
	return b.String()
}

// commandsText lists the commands below one, if there are any.
func commandsText(cmd *cobra.Command, width int) string {
	if !cmd.HasAvailableSubCommands() {
		return ""
	}
	var b strings.Builder
	b.WriteString("\nCommands:\n")
	for _, c := range listed(cmd) {
		b.WriteString(prose.Entry("  "+c.Name(), c.Short, cmd.NamePadding()+4, width))
	}
	return b.String()
}

// flagGroup is a heading and the flags of one command under it.
type flagGroup struct {
	heading string
	flags   []*pflag.Flag
}

// grouped are the visible flags of a command under their headings. What the table does not know comes last.
func grouped(cmd *cobra.Command) []flagGroup {
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	var groups []flagGroup
	var known []string
	for _, g := range flagGroups {
		known = append(known, g.flags...)
		if flags := visible(cmd, g.flags); len(flags) > 0 {
			groups = append(groups, flagGroup{g.heading, flags})
		}
	}
	var others []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !slices.Contains(known, f.Name) {
			others = append(others, f.Name)
		}
	})
	if flags := visible(cmd, others); len(flags) > 0 {
		groups = append(groups, flagGroup{otherFlags, flags})
	}
	if len(groups) == 1 {
		groups[0].heading = "Flags"
	}
	return groups
}

// visible are those of the named flags that the command has and shows.
func visible(cmd *cobra.Command, names []string) []*pflag.Flag {
	var flags []*pflag.Flag
	for _, name := range names {
		if f := cmd.Flags().Lookup(name); f != nil && !f.Hidden {
			flags = append(flags, f)
		}
	}
	return flags
}

// flagLabel is the flag as it is typed.
func flagLabel(f *pflag.Flag) string {
	label := "  --" + f.Name
	if f.Shorthand != "" {
		label = "  -" + f.Shorthand + ", --" + f.Name
	}
	switch value, _ := pflag.UnquoteUsage(f); value {
	case "":
		return label
	case "int", "uint":
		return label + " N"
	default:
		return label + " " + value
	}
}

// flagUsage is what the flag does, and what holds without it where the text does not say so itself.
func flagUsage(f *pflag.Flag) string {
	_, usage := pflag.UnquoteUsage(f)
	switch f.DefValue {
	case "", "0", "0s", "false", "[]":
		return usage
	default:
		return usage + " (default " + f.DefValue + ")"
	}
}

// flagColumn is where the texts of flags begin. Where there is too little room for that, they stand below the flags.
func flagColumn(width int) int {
	if width < 70 {
		return 6
	}
	return 29
}
