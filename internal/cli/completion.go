package cli

import (
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
