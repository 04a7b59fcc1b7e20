package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attrmigrate/internal/console"
	"attrmigrate/internal/profiling"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/sources"
)

// System is what a command has of the outside world.
type System struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Signals ask the program to stop: the first lets calls under way end, the second does not.
	Signals <-chan os.Signal
	// Heed delivers a signal that was ignored when the program started. It may be nil.
	Heed func(os.Signal)
	// LimitMemory has the collector of garbage keep the process below so many bytes. It is nil where the process has more to do
	// than this command: the collector would look for what is not there, with half of the processors.
	LimitMemory func(bytes int64)

	// LeaseTTL is how long the lease of a run lasts that is kept elsewhere. 0: as its time-outs have it. Tests have no minute.
	LeaseTTL time.Duration

	words []string // of the command line
	names *console.Names
}

// Run executes the command line and returns the exit code. It never exits by itself.
func Run(args []string, sys System) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	sys.names = new(console.Names)
	out := console.WatchOutput(sys.names.Writer(sys.Stdout))
	sys.Stdout, sys.Stderr = out, sys.names.Writer(sys.Stderr)
	var measured profiling.Profiles
	args = append([]string{}, args...) // none are none, and not those of the process
	sys.words = args
	root := newRoot(sys)
	registerProfiles(root.PersistentFlags(), &measured)
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return measured.Start() }
	root.SetArgs(args)
	root.SetIn(sys.Stdin)
	root.SetOut(sys.Stdout)
	root.SetErr(sys.Stderr)
	heedNames(root, args)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		describeFlags(root)
	}
	err := refuseValues(root, args)
	if err == nil {
		err = errors.Join(root.ExecuteContext(ctx), measured.Stop()) // which no error and no signal may skip
	}
	err, lost := out.Settle(err)
	if lost != nil {
		printError(sys.Stderr, lost)
	}
	if err != nil {
		printError(sys.Stderr, err)
	}
	return exitCode(err)
}

func newRoot(sys System) *cobra.Command {
	root := &cobra.Command{
		Use:   "attrmigrate",
		Short: "Change the attributes of many Amazon Cognito users, safely",
		Long: `attrmigrate changes the attributes of many users of an Amazon Cognito user pool:
one-time migrations, scheduled backfills, dry-run audits. It says what it would do
before it does it, keeps to the pool's quota, tells exactly which records failed
and why, continues where it was stopped, and can go back.

` + exitCodes,
		Example: `  attrmigrate plan --user-pool-id us-east-1_Ab12Cd34E loyalty.csv
  attrmigrate apply --user-pool-id us-east-1_Ab12Cd34E loyalty.csv
  attrmigrate apply --sandbox loyalty.csv
  attrmigrate status loyalty.run`,
		Version:       thisBuild().String(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	groupHelp(root)
	root.SetVersionTemplate("attrmigrate {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if told, ok := errors.AsType[*refusal.UsageError](err); ok { // it says itself which flag it is
			return told
		}
		return &refusal.UsageError{Err: nearFlag(cmd, ofFlag(err)), Remedy: fmt.Sprintf("%s --help lists the flags", cmd.CommandPath())}
	})
	root.AddCommand(newApply(sys), newPlan(sys), newExport(sys), newStatus(sys), newPause(sys), newUnpause(sys), newRate(sys), newStop(sys), newReport(sys), newTargets(sys), newSandbox(sys), newMan(root))
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp) // of arguments that no command takes
	for _, cmd := range append(root.Commands(), root) {
		cmd.Args = usageArgs(cmd, cmd.Args)
		completeFlags(cmd)
	}
	return root
}

// wanted is what the types of flags take that have Go's own words for what they do not.
var wanted = map[string]string{
	"bool": "true or false, or nothing behind it", "int": "a whole number", "int64": "a whole number", "uint64": "a whole number from 0 on",
	"duration": "a duration, such as 90s or 6h",
}

// nearFlag adds to the error of a flag that there is not which one may have been meant.
func nearFlag(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near, ok := sources.Suggest(unknown.GetSpecifiedName(), names); ok {
		return fmt.Errorf("%w, did you mean --%s?", err, near)
	}
	return err
}

// ofFlag is the error of a flag as people read it. Values that are nothing for a screen are left out.
func ofFlag(err error) error {
	e, ok := errors.AsType[*pflag.InvalidValueError](err)
	switch {
	case !ok:
		return err
	case e.GetFlag().Name == metadataFlag:
		return fmt.Errorf("--%s: %w", metadataFlag, e.Unwrap())
	}
	want, ok := wanted[e.GetFlag().Value.Type()]
	if !ok { // a type of our own, whose errors say it
		return err
	}
	return fmt.Errorf("invalid argument %q for %q flag: want %s", e.GetValue(), "--"+e.GetFlag().Name, want)
}

// usageArgs makes a wrong number of arguments a usage error.
func usageArgs(cmd *cobra.Command, check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := refuseEmptyArgs(args); err != nil {
			return err
		}
		if err := check(c, args); err != nil {
			return &refusal.UsageError{Err: ofArgs(cmd, args, err), Remedy: fmt.Sprintf("%s --help shows how", cmd.CommandPath())}
		}
		return nil
	}
}

// heedNames has cobra's own commands refuse a name that is none, as all others do: they would show their help, as if it had been asked for.
func heedNames(root *cobra.Command, args []string) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd(args...)
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Args = func(_ *cobra.Command, args []string) error {
				of, rest, err := root.Find(args)
				if err != nil || len(rest) == 0 {
					return err
				}
				return usageArgs(of, cobra.NoArgs)(of, rest)
			}
		case "completion":
			cmd.Args = usageArgs(cmd, cobra.NoArgs)
			cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
			mendShells(cmd)
		}
	}
}

// ofArgs is the error of arguments as people read it. Cobra's errors of their number have no type.
func ofArgs(cmd *cobra.Command, args []string, err error) error {
	switch {
	case !cmd.HasParent() && len(args) > 0:
		var names []string
		for _, c := range cmd.Commands() {
			names = append(names, c.Name())
		}
		if args[0] == "version" {
			return fmt.Errorf("%w, did you mean --version?", err)
		}
		if near, ok := sources.Suggest(args[0], names); ok {
			return fmt.Errorf("%w, did you mean %s?", err, near)
		}
		return err
	case !strings.Contains(err.Error(), "arg(s)"):
		return err
	case len(args) == 0:
		return fmt.Errorf("nothing is named, want %s", cmd.Use)
	default:
		return fmt.Errorf("%s are given, want %s", prose.Plural(len(args), "argument"), cmd.Use)
	}
}
