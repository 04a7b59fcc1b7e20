package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attrmigrate/internal/fleet"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/s3"
)

// fleetOptions say which rows of a file of targets a command is for.
type fleetOptions struct {
	targets, index string

	patience time.Duration // with S3, where the file lies; 0: none
}

func (o *fleetOptions) register(f *pflag.FlagSet) {
	f.StringVar(&o.targets, "targets", "", "`file` (CSV, also s3://) of many pools, a row each; what it says of a row, no flag says")
	index := choice{[]string{fleet.Auto}, func(text string) error { o.index = text; return nil }}
	f.Var(index, "index", "`N|auto`: the rows of which account and Region, by the number that the command targets lists; auto: as the array job's engine says")
}

// asked tells whether the command is for rows of a file.
func (o *fleetOptions) asked() bool { return o.targets != "" || o.index != "" }

// byFile are flags whose values a file of targets has for each row, or that mean one directory.
var byFile = map[string]string{
	"user-pool-id": "the column user_pool_id has it",
	"region":       "the pool ids say it, or a column region",
	"role-arn":     "a column role_arn has it",
	"external-id":  "a column external_id has it",
	"run-dir":      "a column run_dir has it; without, it is NAME.run by the row's name",
	"name":         "a plan's directory is named for its row",
	"only-failed":  "it names the run of one row: give that one's own command, or its errors.csv as an input",
	"restart":      "it would start over each run of the index, at every retry of its engine: give it with the command of one row",
}

// check refuses flags that do not go together with a file of targets.
func (o *fleetOptions) check(f *pflag.FlagSet, args []string) error {
	switch {
	case o.targets == "":
		return &refusal.UsageError{Err: errors.New("--index is for a file of targets, and there is none"), Remedy: "--targets FILE names it"}
	case len(args) > 0:
		return &refusal.UsageError{Err: fmt.Errorf("--targets and %s exclude each other", prose.Printable(args[0])), Remedy: "the column input says what each row is for"}
	}
	return firstOf(f, func(flag string) error {
		if why, ok := byFile[flag]; ok {
			return &refusal.UsageError{Err: fmt.Errorf("--targets and --%s exclude each other", flag), Remedy: why}
		}
		return nil
	})
}

// byColumn are the columns of a file of targets that answer for flags, in files that have them.
var byColumn = map[string]string{"rate": "rate", "endpoint-url": "endpoint_url"}

// checkColumns refuses flags that the file answers for some of its rows.
func checkColumns(f *pflag.FlagSet, file *fleet.File) error {
	return firstOf(f, func(flag string) error {
		if column, ok := byColumn[flag]; ok && file.Has(column) {
			return &refusal.UsageError{Err: fmt.Errorf("--%s: %s has a column %s", flag, prose.Printable(file.Path), column), Remedy: "leave one of them out"}
		}
		return nil
	})
}

// firstOf is the first error of the flags that were given, in the order of their names.
func firstOf(f *pflag.FlagSet, check func(flag string) error) (err error) {
	f.Visit(func(flag *pflag.Flag) {
		if err == nil {
			err = check(flag.Name)
		}
	})
	return err
}

// groupUnlessStopped is group, before the rows are begun: a signal ends it.
func (o *fleetOptions) groupUnlessStopped(cmd *cobra.Command, sys System, from targetsFile, wanted inputs) (fleet.Group, int, error) {
	ctx, signals := watchSignals(cmd.Context(), sys.Signals)
	group, of, err := o.group(ctx, cmd.Flags(), from, wanted)
	signals.end()
	if signals.came() {
		err = refusal.ErrNotStarted
	}
	return group, of, err
}

// group reads the file, and finds the rows that the command is for.
func (o *fleetOptions) group(ctx context.Context, f *pflag.FlagSet, from targetsFile, wanted inputs) (fleet.Group, int, error) {
	read := func(ctx context.Context) (*fleet.File, error) { return from.read(ctx, o.targets, wanted) }
	var file *fleet.File
	var err error
	if o.patience > 0 {
		file, err = patiently(ctx, from.notes, o.patience, read)
	} else {
		file, err = read(ctx)
	}
	if err != nil {
		return fleet.Group{}, 0, err
	}
	if err := checkColumns(f, file); err != nil {
		return fleet.Group{}, 0, err
	}
	groups, lists := file.Groups(), commandLine([]string{"targets"}, []string{o.targets})
	if o.index == "" {
		return fleet.Group{}, 0, &refusal.UsageError{Err: fmt.Errorf("--index is missing: %s has %s", prose.Printable(o.targets), fleet.Indexes(len(groups))),
			Remedy: fmt.Sprintf("--index N, from 0 to %d, or auto in an array job; to list them: %s", len(groups)-1, lists)}
	}
	n, err := fleet.Index(o.index, len(groups), os.Getenv, lists)
	if err != nil {
		return fleet.Group{}, 0, err
	}
	return groups[n], len(groups), nil
}

// named replaces {name} in the value of a flag by the name of a row.
func named(value string, row fleet.Row) string { return strings.ReplaceAll(value, "{name}", row.Name) }

// checkNamed refuses a flag that would have every row write the same file.
func checkNamed(flag, value, example string) error {
	if value == "" || strings.Contains(value, "{name}") {
		return nil
	}
	return &refusal.UsageError{Err: fmt.Errorf("--%s: every row would write %s", flag, prose.Printable(value)),
		Remedy: fmt.Sprintf("{name} in it stands for the name of the row: --%s '%s'", flag, example)}
}

// of leads to the pool of a row; what the row does not say stays as the flags have it.
func (o connectionOptions) of(row fleet.Row) connectionOptions {
	o.poolID, o.region, o.account = row.Pool, row.GivenRegion(), row.Account
	if !o.sandbox { // which has no accounts
		o.role, o.externalID = row.Role, row.External
	}
	if row.Endpoint != "" {
		o.endpointURL = row.Endpoint
	}
	return o
}

// sandboxed is the ending of what a row leaves, of a rehearsal or not.
func sandboxed(sandbox bool, ending string) string {
	if sandbox {
		return fleet.SandboxEnding + ending
	}
	return ending
}

// of are the options of the row's own command, and its inputs.
func (o options) of(row fleet.Row, ending string) (options, []string) {
	o.fleet = fleetOptions{}
	o.connection = o.connection.of(row)
	o.runDir = row.Dir(sandboxed(o.connection.sandbox, ending))
	o.planDir = row.Dir(sandboxed(o.connection.sandbox, fleet.PlanEnding))
	if s3.Is(o.planDir) { // what is looked at before the first write is here
		o.planDir, o.rowsPlan = row.Name+sandboxed(o.connection.sandbox, fleet.PlanEnding), ""
	}
	o.steering.MetricsFile = named(o.steering.MetricsFile, row)
	if row.Rate > 0 {
		o.rate = row.Rate
	}
	if row.Input == "" {
		return o, nil
	}
	return o, []string{row.Input}
}

// targeted has a command take no words of its own where a file says what it is for.
func targeted(o *fleetOptions, otherwise cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if o.asked() {
			return nil // check tells what is wrong
		}
		return otherwise(cmd, args)
	}
}
