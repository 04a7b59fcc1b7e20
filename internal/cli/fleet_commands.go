package cli

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"attrmigrate/internal/fleet"
	"attrmigrate/internal/target"
)

// applyRows is apply for the rows of an index.
func (o options) applyRows(cmd *cobra.Command, sys System, args []string) error {
	ending := fleet.RunEnding
	if o.dryRun {
		ending = fleet.PlanEnding
	}
	if !o.dryRun {
		o.fleet.patience = o.lease(sys)
	}
	return o.rows(cmd, sys, args, ending, func(ctx context.Context, own options, of System, signals *interrupts, paths []string) error {
		return own.apply(ctx, of, signals, paths)
	})
}

// planRows is plan for the rows of an index.
func (o options) planRows(cmd *cobra.Command, sys System, args []string) error {
	return o.rows(cmd, sys, args, fleet.PlanEnding, func(ctx context.Context, own options, of System, _ *interrupts, paths []string) error {
		return own.plan(ctx, of, paths)
	})
}

// rows carries out a command for the rows of an index. What a flag says wrong is told once, and not for each.
func (o options) rows(cmd *cobra.Command, sys System, args []string, ending string,
	one func(context.Context, options, System, *interrupts, []string) error) error {
	if err := o.fleet.check(cmd.Flags(), args); err != nil {
		return err
	}
	if err := checkNamed("metrics-file", o.steering.MetricsFile, "{name}.prom"); err != nil {
		return err
	}
	wanted := needed
	if o.rule.any() && o.rule.match == "" {
		wanted = looked // a rule reads none, and says so
	}
	group, of, err := o.fleet.groupUnlessStopped(cmd, sys, o.connection.targetsFile(sys), wanted)
	if err != nil {
		return err
	}
	o.rowsPlan = commandLine(slices.Concat([]string{"plan", "--targets", o.fleet.targets, "--index", strconv.Itoa(group.Index)},
		o.connection.target(0).Flags(""), o.plannedFlags()), nil)
	if first, _ := o.of(group.Rows[0], ending); first.validate() != nil {
		return first.validate()
	}
	r := &rowsRun{sys: sys, notes: o.output.Notes(sys.Stderr), ends: sys.Stdout, group: group, of: of}
	if o.asJSON {
		r.ends = r.notes
	}
	r.one = func(ctx context.Context, row fleet.Row, signals *interrupts) (string, error) {
		own, paths := o.of(row, ending)
		of := sys
		of.words = rowWords(sys.words, row, own, paths)
		return own.runDir, one(ctx, own, of, signals, paths)
	}
	return r.run(cmd.Context())
}

// rowWords is the command line of a row's own command: what the file says, and what the flags say of every row.
func rowWords(words []string, row fleet.Row, own options, paths []string) []string {
	if len(words) == 0 {
		return nil
	}
	of := own.connection.target(0)
	of = target.Connection{Region: of.Region, Role: of.Role, ExternalID: of.ExternalID, EndpointURL: row.Endpoint}
	first := append(of.Flags(row.Pool), "--run-dir", own.runDir)
	if row.Rate > 0 {
		first = append(first, "--rate", strconv.FormatFloat(row.Rate, 'f', -1, 64))
	}
	rest, skip := []string{}, false
	for _, word := range words[1:] {
		name, _, whole := strings.Cut(word, "=")
		switch isFleet := name == "--targets" || name == "--index"; {
		case skip:
			skip = false
		case isFleet:
			skip = !whole
		default:
			rest = append(rest, named(word, row))
		}
	}
	return slices.Concat(words[:1], first, rest, paths)
}

// exportRows is export for the rows of an index.
func (o exportOptions) exportRows(cmd *cobra.Command, sys System, args []string) error {
	if err := o.fleet.check(cmd.Flags(), args); err != nil {
		return err
	}
	if err := checkNamed("metrics-file", o.metricsFile, "{name}.prom"); err != nil {
		return err
	}
	if err := checkNamed("output", o.file, "{name}.csv"); err != nil {
		return err
	}
	group, of, err := o.fleet.groupUnlessStopped(cmd, sys, o.connection.targetsFile(sys), unread)
	if err != nil {
		return err
	}
	r := &rowsRun{sys: sys, notes: o.output.Notes(sys.Stderr), ends: sys.Stdout, group: group, of: of}
	r.one = func(ctx context.Context, row fleet.Row, _ *interrupts) (string, error) {
		own := o.of(row)
		if err := own.complete(); err != nil {
			return own.file, err
		}
		return own.file, newExportRun(sys, own).run(ctx)
	}
	return r.run(cmd.Context())
}

// of are the options of the row's own export. Without --output it is NAME.csv, or .jsonl.
func (o exportOptions) of(row fleet.Row) exportOptions {
	o.fleet = fleetOptions{}
	o.connection = o.connection.of(row)
	o.metricsFile = named(o.metricsFile, row)
	if o.file == "" {
		o.file = "{name}" + o.usualEnding()
	}
	o.file = named(o.file, row)
	return o
}
