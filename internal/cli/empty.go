package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attrmigrate/internal/refusal"
	"attrmigrate/internal/s3"
)

// emptyHint is for whoever gave nothing: mostly a script, by a variable that is not set.
const emptyHint = "a variable that is not set? give a value, or leave it out"

// refuseValues refuses a flag whose value is empty or blank, or has such an element, whichever flag it is and
// wherever it stands: a variable that is not set must not turn a rehearsal into the real thing, or the failed
// records into all of them. No flag takes an empty value. And it refuses a URL of S3 where only a file of this machine will do.
// It parses the command line beforehand, and leaves every other mistake to be told by the command.
func refuseValues(root *cobra.Command, args []string) error {
	cmd, rest, err := root.Find(args)
	if err != nil || cmd.DisableFlagParsing {
		return nil
	}
	cmd.InitDefaultHelpFlag() // it adds the flags of the commands above, too
	var wrong error
	_ = cmd.Flags().ParseAll(rest, func(f *pflag.Flag, value string) error {
		switch {
		case wrong != nil:
		case isEmpty(f, value):
			wrong = &refusal.UsageError{Err: fmt.Errorf("--%s: the value is empty", f.Name), Remedy: emptyHint}
		case s3.Is(value):
			wrong = notHere(f, value)
		}
		return nil
	})
	return wrong
}

func isEmpty(f *pflag.Flag, value string) bool {
	elements := []string{value}
	if f.Value.Type() == "stringSlice" {
		elements = strings.Split(value, ",")
	}
	for _, e := range elements {
		if strings.TrimSpace(e) == "" && !(f.Name == separatorFlag && e == "\t") {
			return true
		}
	}
	return f.Shorthand != "" && value == "=" // -o= is taken for the value =
}

// refuseEmptyArgs refuses an argument that is empty or blank.
func refuseEmptyArgs(args []string) error {
	for i, a := range args {
		if strings.TrimSpace(a) == "" {
			return &refusal.UsageError{Err: fmt.Errorf("argument %d is empty", i+1), Remedy: emptyHint}
		}
	}
	return nil
}
