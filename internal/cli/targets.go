package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"attrmigrate/internal/console"
	"attrmigrate/internal/fleet"
	"attrmigrate/internal/prose"
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

` + exitCodes,
		Example: `  attrmigrate targets targets.csv
  attrmigrate apply --targets targets.csv --index 0 --yes`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, sys, args[0]) },
	}
	cmd.Flags().BoolVar(&o.asJSON, "json", false, "the indexes for programs")
	return cmd
}

// targetsOptions are the settings of targets.
type targetsOptions struct{ asJSON bool }

func (o *targetsOptions) run(cmd *cobra.Command, sys System, path string) error {
	file, err := readTargets(cmd.Context(), path, fleet.Checks{Exists: inputThere})
	if err != nil {
		return err
	}
	for _, note := range file.Notes() {
		fmt.Fprintf(sys.Stderr, "note: %s\n", note)
	}
	if o.asJSON {
		return targetsJSON(sys.Stdout, file)
	}
	return showTargets(sys.Stdout, file.Groups())
}

// showTargets prints a table of the indexes, and their number.
func showTargets(out io.Writer, groups []fleet.Group) error {
	var cells [][]string
	for _, g := range groups {
		for i, row := range g.Rows {
			at := []string{fmt.Sprint(g.Index), prose.Printable(g.Account), g.Region}
			if i > 0 {
				at = []string{"", "", ""}
			}
			cells = append(cells, append(at, row.Name, row.Pool, prose.Printable(row.Input), prose.Printable(row.RunDir)))
		}
	}
	console.ShowTable(out, []string{"index", "account", "region", "name", "pool", "input", "run directory"}, cells)
	_, err := fmt.Fprintln(out, len(groups))
	return err
}

// targetsJSON prints the indexes for programs.
func targetsJSON(out io.Writer, file *fleet.File) error {
	type row struct {
		Name     string  `json:"name"`
		Line     int     `json:"line"`
		Pool     string  `json:"user_pool_id"`
		Role     string  `json:"role_arn,omitempty"`
		External string  `json:"external_id,omitempty"`
		Input    string  `json:"input,omitempty"`
		RunDir   string  `json:"run_dir"`
		Rate     float64 `json:"rate,omitempty"`
		Endpoint string  `json:"endpoint_url,omitempty"`
	}
	type index struct {
		Index   int    `json:"index"`
		Account string `json:"account,omitempty"`
		Region  string `json:"region,omitempty"`
		Rows    []row  `json:"rows"`
	}
	all := struct {
		Indexes int      `json:"indexes"`
		Groups  []index  `json:"groups"`
		Notes   []string `json:"notes,omitempty"`
	}{Notes: file.Notes()}
	for _, g := range file.Groups() {
		i := index{Index: g.Index, Account: g.Account, Region: g.Region}
		for _, r := range g.Rows {
			i.Rows = append(i.Rows, row{r.Name, r.Line, r.Pool, r.Role, r.External, r.Input, r.RunDir, r.Rate, r.Endpoint})
		}
		all.Groups = append(all.Groups, i)
	}
	all.Indexes = len(all.Groups)
	return prose.PrintJSON(out, all)
}
