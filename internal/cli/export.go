package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/console"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/listing"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/shell"
	"attrmigrate/internal/target"
	"attrmigrate/sources"
)

func newExport(sys System) *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export --user-pool-id ID",
		Short: "The pool's users as a change set to edit (CSV or JSONL)",
		Long: `export lists the users of the pool, or those that a filter finds, as a change set
that changes nothing until it is edited; apply takes it back. It reads by ListUsers
only, which is free of charge and does not count users as active. A file gets its
name when it is whole; one that is there is replaced with --force only.

The columns are the username, the sub, and every attribute that can be written, or
those that --attributes names. The sub is a condition: a user that was deleted and
created anew meanwhile is not changed. Attributes that nobody can write are written
under _NAME, which apply passes over.

--all writes all that an administrator sees of a user, in JSONL: also the status, the
groups, the dates, and the attributes that nobody can write, which apply passes over.
It is what apply --sandbox --from and sandbox --users rehearse on.

A CSV can be edited in a spreadsheet: what it would take for a number, a date, a
truth value or a formula is written ="text", which spreadsheets know and apply reads
as the text. Let apply have the file as it was saved first: opened and saved a second
time, such texts are what the spreadsheet makes of them. A CSV written with -o begins
with a byte-order mark, without which Excel does not read UTF-8.

` + exitCodes,
		Example: `  attrmigrate export --user-pool-id us-east-1_Ab12Cd34E -o users.csv
  attrmigrate export --user-pool-id us-east-1_Ab12Cd34E --attributes sub,email,email_verified -o users.jsonl
  attrmigrate export --user-pool-id us-east-1_Ab12Cd34E --format jsonl --all -o all.jsonl
  attrmigrate export --user-pool-id us-east-1_Ab12Cd34E --filter 'status = "Enabled"' | gzip > enabled.csv.gz`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.complete(); err != nil {
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

// exportOptions are the settings of export.
type exportOptions struct {
	connection  connectionOptions
	attributes  []string // none: all that can be written
	all         bool     // also what nobody can write, and the accounts
	filter      string
	format      sources.Format
	separator   rune   // of CSV
	file        string // empty: standard output
	force       bool   // an older file of that name is replaced
	listRate    float64
	chains      int // of pages, at once; 0: as it pays
	maxAttempts int
	output      console.Options
}

func (o *exportOptions) register(f *pflag.FlagSet) {
	o.connection.register(f)
	f.StringSliceVar(&o.attributes, "attributes", nil, "`a,b` to write, in this order; repeatable (default: sub and all that can be written)")
	f.BoolVar(&o.all, "all", false, "write everything, to rehearse on: also read-only attributes, status, dates and groups (JSONL)")
	f.StringVar(&o.filter, "filter", "", "`filter` of ListUsers, such as 'status = \"Enabled\"' (default: all users)")
	f.Func("format", "how the users are written: `csv|jsonl` (default: by the file's name, else csv)",
		word(&o.format, map[string]sources.Format{"csv": sources.CSV, "jsonl": sources.JSONL}))
	f.Func(separatorFlag, "what stands between the cells of a CSV: `comma|semicolon|tab` (default comma, tab in .tsv)", separator(&o.separator))
	f.StringVarP(&o.file, "output", "o", "", "`file` to write (default, and -: standard output)")
	f.BoolVar(&o.force, "force", false, "replace the file, if it is there")
	registerListRate(f, &o.listRate)
	registerChains(f, &o.chains)
	f.IntVar(&o.maxAttempts, "max-attempts", 8, "attempts a call has")
	registerOutput(f, &o.output)
}

// complete settles the format, and refuses what no export could be made of.
func (o *exportOptions) complete() error {
	if err := o.connection.needsPool("to list the pools: " + o.connection.target(1).ListPools()); err != nil {
		return err
	}
	if err := o.connection.validate(); err != nil {
		return err
	}
	if o.maxAttempts < 1 {
		return refusal.Usagef("--max-attempts is %d, want at least 1", o.maxAttempts)
	}
	if !utf8.ValidString(o.filter) {
		return refusal.Usagef("--filter is not UTF-8: %s", prose.Printable(o.filter))
	}
	if o.file == "-" {
		o.file = ""
	}
	if o.format == sources.Auto {
		o.format = formatByName(o.file)
	}
	if err := o.checkAll(); err != nil {
		return err
	}
	if o.format == sources.Auto {
		o.format = sources.CSV
	}
	if o.format != sources.CSV && o.separator != 0 {
		return &refusal.UsageError{Err: errors.New("--separator is for CSV"), Remedy: "leave it out: JSONL has none"}
	}
	if o.separator == 0 && sources.Tabbed(o.file) {
		o.separator = '\t'
	}
	if o.file == "" {
		return nil
	}
	return o.checkTarget()
}

// checkAll refuses what an export of everything cannot be, and makes it JSONL where nothing else is said.
func (o *exportOptions) checkAll() error {
	switch {
	case !o.all:
		return nil
	case len(o.attributes) > 0:
		return refusal.Usagef("--all and --attributes exclude each other")
	case o.format == sources.CSV:
		return &refusal.UsageError{Err: errors.New("--all is written as JSONL: a CSV has no place for groups"), Remedy: "--format jsonl, and a file named .jsonl"}
	}
	o.format = sources.JSONL
	return nil
}

// formatByName is the format that apply takes a file for.
func formatByName(path string) sources.Format {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".tsv", ".tab":
		return sources.CSV
	case ".jsonl", ".ndjson", ".json":
		return sources.JSONL
	default:
		return sources.Auto
	}
}

// exportRun is one export.
type exportRun struct {
	opts  exportOptions
	sys   System
	notes io.Writer
	log   *slog.Logger
}

func newExportRun(sys System, o exportOptions) *exportRun {
	if o.file == "" && o.output.Progress == "auto" && console.Columns(sys.Stdout) > 0 {
		o.output.Progress = "log" // a bar would be drawn among the users
	}
	return &exportRun{opts: o, sys: sys, notes: o.output.Notes(sys.Stderr), log: console.NewLog(sys.Stderr, o.output)}
}

func (e *exportRun) run(ctx context.Context) (err error) {
	limitMemory(sendMemory)
	begun := time.Now()
	to, err := target.Connect(ctx, e.opts.connection.target(listing.Chains))
	if err != nil {
		return err
	}
	r, err := e.export(ctx, to)
	switch {
	case err != nil && ctx.Err() != nil:
		if e.opts.file == "" {
			return interrupted("standard output is not whole")
		}
		return interrupted(e.opts.file + " was not written")
	case e.opts.file == "" && console.ReaderLeft(err):
		return nil // whoever reads it has read enough
	case err != nil:
		return err
	}
	e.tell(r, to.PoolID, time.Since(begun))
	return nil
}

// interrupted is the end of a command that was stopped, with what that means.
type interrupted string

func (i interrupted) Error() string { return "interrupted: " + string(i) }

func (interrupted) Unwrap() error { return context.Canceled }

// export writes the users to the file, or to standard output.
func (e *exportRun) export(ctx context.Context, to *target.Target) (*listing.Exported, error) {
	pool, err := to.Describe(ctx, e.opts.maxAttempts)
	if err != nil {
		return nil, err
	}
	attributes, err := listing.Attributes(pool.Schema, e.opts.attributes)
	if err != nil {
		return nil, &refusal.UsageError{Err: fmt.Errorf("--attributes: %w", err), Remedy: refusal.HintOf(err)}
	}
	e.tellReadOnly(attributes)
	cfg := report.ExportConfig{Format: e.opts.format, Separator: e.opts.separator, Attributes: attributes, ByteOrderMark: e.opts.file != ""}
	if e.opts.file == "" {
		return e.write(ctx, to, pool, cfg, e.sys.Stdout)
	}
	f, err := report.CreateExport(e.opts.file, e.opts.force)
	if errors.Is(err, fs.ErrExist) && disk.Exists(e.opts.file) { // it came since it was looked for
		return nil, isThere(e.opts.file)
	}
	if err != nil {
		return nil, e.notWritten(err)
	}
	r, err := e.write(ctx, to, pool, cfg, f)
	if err != nil {
		return nil, errors.Join(err, f.Discard())
	}
	err = f.Commit()
	if _, whole := errors.AsType[*disk.UnnamedError](err); err == nil || whole {
		return r, err
	}
	return nil, e.notWritten(err)
}

// write lists the users to what is written.
func (e *exportRun) write(ctx context.Context, to *target.Target, pool *cognito.Pool, cfg report.ExportConfig, w io.Writer) (*listing.Exported, error) {
	var read console.Reading
	read.Set(listing.Progress{Of: pool.EstimatedUsers})
	end := console.Watch(read.Gauge, e.opts.output, e.sys.Stderr, e.log)
	defer end()
	from := listing.NewReader(listing.Config{
		Lister: to.Lister, Groups: to.Groups, PoolID: pool.ID, Estimated: pool.EstimatedUsers,
		Rate: e.opts.listRate, Attempts: e.opts.maxAttempts, Chains: e.opts.chains, Scratch: e.scratch, Progress: read.Set,
	})
	r, err := listing.Export(ctx, from, w, listing.Exporting{ExportConfig: cfg, Filter: e.opts.filter, All: e.opts.all})
	if lost, ok := errors.AsType[*listing.WriteError](err); ok {
		return nil, e.notWritten(lost.Err)
	}
	return r, err
}

// scratch is where users lie until all are there: beside the file.
func (e *exportRun) scratch() (*disk.Scratch, error) {
	if e.opts.file == "" {
		return listing.Temporary()
	}
	return disk.CreateScratch(disk.OS{}, e.opts.file+".users", true)
}

// notWritten says of an error where it happened.
func (e *exportRun) notWritten(err error) error {
	return fmt.Errorf("%s: %w", cmp.Or(e.opts.file, "standard output"), disk.WithoutPath(err))
}

// tellReadOnly says which of the attributes that were asked for apply will pass over.
func (e *exportRun) tellReadOnly(attributes []report.ExportedAttribute) {
	var names, columns []string
	for _, a := range attributes {
		if a.ReadOnly {
			names, columns = append(names, a.Name), append(columns, a.Column())
		}
	}
	if names != nil {
		fmt.Fprintf(e.notes, "%-8s nobody can write %s: exported as %s, which apply passes over\n", "note",
			prose.Printable(strings.Join(names, ", ")), prose.Printable(strings.Join(columns, ", ")))
	}
}

// tell says what was exported, and how it comes back. Standard output may be the export.
func (e *exportRun) tell(r *listing.Exported, pool string, took time.Duration) {
	if r.LeftOut > 0 {
		fmt.Fprintf(e.sys.Stderr, "%-8s %s\n", "note", e.leftOut(r.LeftOut))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(e.sys.Stderr, "%-8s %s\n", "note", n)
	}
	to := ""
	if e.opts.file != "" {
		to = " to " + prose.Printable(e.opts.file)
	}
	calls := prose.Plural(r.Calls, "call") + " of ListUsers"
	if e.opts.all {
		calls += ", " + prose.Count(r.GroupCalls) + " for groups"
	}
	fmt.Fprintf(e.notes, "%-8s %s%s in %s (%s, free of charge)\n", "exported", prose.Plural(r.Users, "user"), to, prose.Span(took), calls)
	if e.opts.file != "" && r.Users > 0 {
		fmt.Fprintf(e.notes, "%-8s %s\n", "then", prose.Printable(e.opts.takenBack(pool)))
	}
}

// leftOut says which values are missing, and what to do about it.
func (e *exportRun) leftOut(values int64) string {
	if e.opts.format == sources.JSONL {
		return prose.Plural(values, "value") + " left out, which apply leaves alone: no change set can hold a NUL character"
	}
	return prose.Plural(values, "cell") + " left empty, which apply leaves alone: CSV or a spreadsheet would change control characters" +
		` and a value that reads ="..."; --format jsonl carries them`
}

// packed is the command that writes the export packed, as the name of its file says.
func (o *exportOptions) packed() string {
	words := append([]string{"export"}, o.connection.target(1).Flags(o.connection.poolID)...)
	ending := filepath.Ext(o.file)
	if format := cmp.Or(formatByName(strings.TrimSuffix(o.file, ending)), o.format); format == sources.JSONL {
		words = append(words, "--format", "jsonl")
	}
	if o.all {
		words = append(words, "--all")
	}
	if o.separator != 0 {
		words = append(words, "--"+separatorFlag, separatorWord(o.separator))
	}
	if len(o.attributes) > 0 {
		words = append(words, "--attributes", strings.Join(o.attributes, ","))
	}
	if o.filter != "" {
		words = append(words, "--filter", o.filter)
	}
	packer := map[string]string{".gz": "gzip", ".zst": "zstd"}[strings.ToLower(ending)]
	return commandLine(words, nil) + " | " + packer + " > " + shell.File(o.file)
}

// takenBack is the command that applies the export.
func (o *exportOptions) takenBack(pool string) string {
	words := append([]string{"apply"}, o.connection.target(1).Flags(pool)...)
	if formatByName(o.file) != o.format {
		words = append(words, "--format", strings.ToLower(o.format.String()))
	}
	return commandLine(words, []string{o.file})
}
