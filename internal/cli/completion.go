package cli

import (
	"bytes"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// choice is the value of a flag for which there are words, as shells complete them. It takes these and, where set
// does, others besides. A word that ends in = wants something behind it.
type choice struct {
	words []string
	set   func(string) error
}

func (c choice) Set(text string) error { return c.set(text) }
func (c choice) String() string        { return "" } // the default stands in the flag's text
func (c choice) Type() string          { return "choice" }

// completeFlags has shells complete the values of a command's flags: by their words, or else by what the help says that
// they take. There is nothing to complete for the others.
func completeFlags(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		_ = cmd.RegisterFlagCompletionFunc(f.Name, completionOf(f)) // it is the command's, and has none yet
	})
}

func completionOf(f *pflag.Flag) cobra.CompletionFunc {
	if c, ok := f.Value.(choice); ok {
		directive := cobra.ShellCompDirectiveNoFileComp
		if slices.ContainsFunc(c.words, func(word string) bool { return strings.HasSuffix(word, "=") }) {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		return cobra.FixedCompletions(c.words, directive)
	}
	switch of, _ := pflag.UnquoteUsage(f); {
	case of == "directory" || of == "RUN_DIR":
		return completeDirectories
	case isFile(strings.ToLower(of)):
		return completeFiles
	default:
		return cobra.NoFileCompletions
	}
}

// completeFiles completes any number of files.
func completeFiles(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// completeDirectories completes any number of directories.
func completeDirectories(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// inTurn completes the arguments of a command that takes so many: each by its own function.
func inTurn(each ...cobra.CompletionFunc) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) >= len(each) {
			return cobra.NoFileCompletions(cmd, args, begun)
		}
		return each[len(args)](cmd, args, begun)
	}
}

// wordsOf are the keys of a table of words, in their order.
func wordsOf[T any](table map[string]T) []string { return slices.Sorted(maps.Keys(table)) }

// wanting are words that want something behind a =.
func wanting(words []string) []string {
	var all []string
	for _, word := range words {
		all = append(all, word+"=")
	}
	return all
}

// describeFlags has shells show of each flag what the help says of it.
func describeFlags(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) { f.Usage = flagUsage(f) })
	for _, below := range cmd.Commands() {
		describeFlags(below)
	}
}

// mendShells has cobra's commands that write the scripts of shells called alike, and fish offered directories.
func mendShells(completion *cobra.Command) {
	for _, cmd := range completion.Commands() {
		cmd.DisableFlagsInUseLine = false
		if cmd.Name() == "fish" {
			cmd.RunE = writeFish
		}
	}
}

// fishFiles is where cobra's script for fish offers all files in place of directories, and fishDirectories what it does before:
// fish can have directories alone. They may be behind a flag and a =.
const (
	fishFiles       = "    if test $filefilter -eq 1; or test $dirfilter -eq 1\n"
	fishDirectories = `    if test $dirfilter -eq 1
        set -l flag (commandline -ct | string match -r -- '^-[^=]*=' ; or echo)
        set --global __attrmigrate_comp_results $flag(__fish_complete_directories (commandline -ct | string replace -r -- '^-[^=]*=' ''))
        return 0
    end

`
)

func writeFish(cmd *cobra.Command, _ []string) error {
	plain, err := cmd.Flags().GetBool("no-descriptions")
	if err != nil {
		return err
	}
	var script bytes.Buffer
	if err := cmd.Root().GenFishCompletion(&script, !plain); err != nil {
		return err
	}
	_, err = io.WriteString(cmd.OutOrStdout(), strings.Replace(script.String(), fishFiles, fishDirectories+fishFiles, 1))
	return err
}
