package cli

import (
	"cmp"

	"github.com/spf13/cobra"
)

func newExport(sys System) *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export --user-pool-id ID",
		Short: "The pool's users as a change set to edit (CSV or JSONL)",
		Long: `export lists the users of the pool, or those that are chosen, as a change set that
changes nothing until it is edited; apply takes it back. It reads by ListUsers and, for
groups, ListGroups and ListUsersInGroup only, which are free of charge and do not count
users as active. A file gets its name when it is whole; one that is there is replaced with
--force only.

--where chooses users by an expression, as in plan: what a rule would be for can be
looked at first. An expression that cannot be evaluated for a user ends the export
with exit code 1, before anything is written: nobody is left out unseen.

The columns are the username, the sub, and every attribute that can be written, or
those that --attributes names. The sub is a condition: a user that was deleted and
created anew meanwhile is not changed. Attributes that nobody can write are written
under _NAME, which apply passes over.

An attribute that a user does not have is left alone by apply, whatever it is then.
With --absent delete the file tells that, too, and gives all of it back: apply takes
away what was added since, as far as the pool lets it. JSONL holds every value, CSV
not all; what it leaves out is told.

--columns names what is written instead, in the words of expressions: attributes
(custom:tier or custom.tier), status, enabled, created, modified, groups; or computes
it, NAME:=EXPRESSION. What is computed for an attribute of the pool is what apply then
writes; DELETE takes the attribute away, and nothing leaves it alone. All else stands
under _NAME, to be read.

--all writes all that an administrator sees of a user, in JSONL: also the status, the
groups, the dates, and the attributes that nobody can write, which apply passes over.
It is what apply --sandbox --from and sandbox --users rehearse on.

A CSV can be edited in a spreadsheet: what it would take for a number, a date, a
truth value or a formula is written ="text", which spreadsheets know and apply reads
as the text. Let apply have the file as it was saved first: opened and saved a second
time, such texts are what the spreadsheet makes of them. A CSV written with -o begins
with a byte-order mark, without which Excel does not read UTF-8.

` + exportCodes,
		Example: `  attrmigrate export --user-pool-id us-east-1_Ab12Cd34E -o users.csv
  attrmigrate export --user-pool-id us-east-1_Ab12Cd34E --attributes sub,email,email_verified -o users.jsonl
  attrmigrate export --user-pool-id us-east-1_Ab12Cd34E --format jsonl --all -o all.jsonl
  attrmigrate export --user-pool-id us-east-1_Ab12Cd34E --absent delete -o before.jsonl
  attrmigrate export --user-pool-id us-east-1_Ab12Cd34E --where 'custom.tier == nil' --columns 'email,status,created'
  attrmigrate export --user-pool-id us-east-1_Ab12Cd34E --columns 'sub,email' --columns '_domain:=split(email, "@")[1]' -o domains.csv
  attrmigrate export --user-pool-id us-east-1_Ab12Cd34E --filter 'status = "Enabled"' | gzip > enabled.csv.gz`,
		Args: targeted(&o.fleet, o.noArgs),
		RunE: func(cmd *cobra.Command, words []string) error {
			if o.fleet.asked() {
				return o.exportRows(cmd, sys, words)
			}
			if err := cmp.Or(o.unquoted(words), o.complete()); err != nil {
				return err
			}
			ctx, signals := watchSignals(cmd.Context(), sys.Signals)
			defer signals.end()
			return newExportRun(sys, o).run(ctx)
		},
	}
	cmd.Flags().SortFlags = false
	o.register(cmd.Flags())
	return cmd
}
