package cli

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"attrmigrate/internal/console"
	"attrmigrate/internal/fleet"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
)

func newTargets(sys System) *cobra.Command {
	var o targetsOptions
	cmd := &cobra.Command{
		Use:   "targets FILE",
		Short: "Check a file of many pools, and list its indexes",
		Long: `targets reads a file of targets, a CSV with a row for each pool, checks it whole, and
prints the indexes: the rows of one account and Region are one, and the work of one
process of an array job (--targets FILE --index N|auto). The number of indexes stands
alone on the last line, as the size of the array.

The columns, in any order: name and user_pool_id, which every row needs; account,
region, role_arn, external_id, input, run_dir, rate, endpoint_url. Without account it
is that of the role, without region that of the pool id, and without run_dir it is
NAME.run.

--connect goes to each pool, in its role, and compares the account. All rows are tried.

` + targetsCodes,
		Example: `  attrmigrate targets targets.csv
  attrmigrate targets --connect targets.csv
  attrmigrate apply --targets targets.csv --index 0 --yes`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: inTurn(completeFiles),
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd, sys, args[0]) },
	}
	cmd.Flags().BoolVar(&o.connect, "connect", false, "assume each role, describe each pool, and compare its account")
	o.connection.registerLooking(cmd.Flags())
	cmd.Flags().StringVar(&o.connection.endpointURL, "endpoint-url", "", "`URL` of the service, instead of AWS's own, to connect to")
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "the indexes for programs")
	o.connection.timeout = 20 * time.Second
	return cmd
}

// targetsOptions are the settings of targets.
type targetsOptions struct {
	connection      connectionOptions
	connect, asJSON bool
}

func (o *targetsOptions) run(cmd *cobra.Command, sys System, path string) error {
	if o.connection.endpointURL != "" && !o.connect {
		return &refusal.UsageError{Err: errors.New("--endpoint-url is for connecting, and nothing is connected to"), Remedy: "--connect goes to the pools"}
	}
	ctx, signals := watchSignals(cmd.Context(), sys.Signals)
	defer signals.end()
	file, err := o.connection.targetsFile(sys).read(ctx, path, looked)
	if err != nil {
		return orInterrupted(ctx, err, "the file was not checked whole")
	}
	if err := checkColumns(cmd.Flags(), file); err != nil {
		return err
	}
	notes := file.Notes()
	var reached []connected
	if o.connect {
		reached = connectAll(ctx, file.Groups(), o.connection)
		if ctx.Err() != nil {
			return interrupted("not every pool was tried")
		}
		notes = append(notes, connectNotes(reached)...)
	}
	for _, note := range notes {
		fmt.Fprintf(sys.Stderr, "note: %s\n", note)
	}
	failed := tellUnreached(sys.Stderr, reached)
	if o.asJSON {
		err = targetsJSON(sys.Stdout, file, notes, reached)
	} else {
		err = showTargets(sys.Stdout, file.Groups(), reached)
	}
	if err != nil {
		return err
	}
	return failed
}

// showTargets prints a table of the indexes, and their number. What was reached is in the order of the rows.
func showTargets(out io.Writer, groups []fleet.Group, reached []connected) error {
	heading := []string{"index", "account", "region", "name", "pool", "input", "run directory"}
	if reached != nil {
		heading = append(heading, "connected")
	}
	var cells [][]string
	for _, g := range groups {
		for i, row := range g.Rows {
			at := []string{fmt.Sprint(g.Index), prose.Printable(g.Account), g.Region}
			if i > 0 {
				at = []string{"", "", ""}
			}
			at = append(at, row.Name, row.Pool, prose.Printable(row.Input), prose.Printable(row.RunDir))
			if reached != nil {
				at = append(at, prose.Printable(reached[len(cells)].found()))
			}
			cells = append(cells, at)
		}
	}
	console.ShowTable(out, heading, cells)
	_, err := fmt.Fprintln(out, len(groups))
	return err
}
