package cli

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attrmigrate/internal/console"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rules"
	"attrmigrate/internal/s3"
	"attrmigrate/internal/shell"
	"attrmigrate/sources"
)

// exportOptions are the settings of export.
type exportOptions struct {
	connection  connectionOptions
	fleet       fleetOptions
	attributes  []string       // none: all that can be written
	all         bool           // also what nobody can write, and the accounts
	absent      bool           // what a user does not have is told, and deleted by apply
	columns     []rules.Column // instead of attributes; none: not asked for
	where       string         // chooses users; empty: all
	filter      string         // of ListUsers, chooses before that
	group       string         // so does this
	given       []string       // --columns, as they were given
	format      sources.Format
	separator   rune   // of CSV
	file        string // empty: standard output
	force       bool   // an older file of that name is replaced
	listRate    float64
	chains      int // of pages, at once; 0: as it pays
	maxAttempts int
	metricsFile string
	output      console.Options
}

func (o *exportOptions) register(f *pflag.FlagSet) {
	o.connection.register(f)
	o.fleet.register(f)
	f.StringSliceVar(&o.attributes, "attributes", nil, "`a,b` to write, in this order; repeatable (default: sub and all that can be written)")
	f.BoolVar(&o.all, "all", false, "write everything, to rehearse on: also read-only attributes, status, dates and groups (JSONL)")
	f.Var(word(&o.absent, map[string]bool{"keep": false, "delete": true}), "absent",
		"what apply is to do where a user has no such attribute now, and may have one then: `keep|delete` (default keep)")
	f.Func("columns", "`a,b` to write, also status, enabled, created, modified, groups; or one NAME:=EXPRESSION; repeatable, in this order", func(text string) error {
		columns, err := rules.ParseColumns(text)
		o.columns, o.given = append(o.columns, columns...), append(o.given, "--columns", text)
		return err
	})
	f.Func("where", "`expression` that chooses users, as in plan, such as 'custom.tier == nil and enabled' (default: all users)", once("where", &o.where))
	f.Func("group", "`name` of a group, whose members alone are read", once("group", &o.group))
	f.StringVar(&o.filter, "filter", "", "`filter` of ListUsers, such as 'status = \"Enabled\"' (default: all users)")
	f.Var(word(&o.format, map[string]sources.Format{"csv": sources.CSV, "jsonl": sources.JSONL}), "format",
		"how the users are written: `csv|jsonl` (default: by the file's name, else csv)")
	f.Var(separator(&o.separator), separatorFlag, "what stands between the cells of a CSV: `comma|semicolon|tab` (default comma, tab in .tsv)")
	f.StringVarP(&o.file, "output", "o", "", "`file` to write (default, and -: standard output)")
	f.BoolVar(&o.force, "force", false, "replace the file, if it is there")
	registerListRate(f, &o.listRate)
	registerChains(f, &o.chains)
	f.IntVar(&o.maxAttempts, "max-attempts", 8, "attempts a call has")
	registerMetricsFile(f, &o.metricsFile)
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
	if err := o.checkChoice(); err != nil {
		return err
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
	if path := o.metricsFile; path != "" && (filepath.Clean(path) == filepath.Clean(o.file) || disk.SameFile(path, o.file)) {
		return &refusal.UsageError{Err: fmt.Errorf("--metrics-file and --output both name %s", prose.Printable(path)), Remedy: "give one of them another name"}
	}
	return o.checkTarget()
}

// noArgs refuses words that are no flags, but for those that come of an expression.
func (o *exportOptions) noArgs(cmd *cobra.Command, words []string) error {
	if o.where != "" || o.filter != "" || len(o.columns) > 0 {
		return nil
	}
	return cobra.NoArgs(cmd, words)
}

// unquoted refuses words that a shell has cut from an expression because it stood there without quotes.
func (o *exportOptions) unquoted(words []string) error {
	if len(words) == 0 {
		return nil
	}
	return cutWords(words[0], "flag", o.choice(), words, "columns have commas and no blanks between them, and an expression needs quotes: --columns 'NAME:=EXPRESSION'")
}

// choice are the flags that say which users and columns, for people to paste.
func (o *exportOptions) choice() []string {
	words := slices.Clone(o.given)
	for _, flag := range [][2]string{{"--where", o.where}, {"--group", o.group}, {"--filter", o.filter}} {
		if flag[1] != "" {
			words = append(words, flag[:]...)
		}
	}
	return words
}

// checkChoice refuses what no users and no columns could be chosen by.
func (o *exportOptions) checkChoice() error {
	switch {
	case !utf8.ValidString(strings.Join(o.choice(), "")):
		return notUTF8(o.choice())
	case o.filter != "" && o.group != "":
		return &refusal.UsageError{Err: errors.New("--filter and --group exclude each other: each lists other users"),
			Remedy: "leave the filter out, and let --where choose among the members"}
	case len(o.attributes) > 0 && len(o.columns) > 0:
		return &refusal.UsageError{Err: errors.New("--attributes and --columns exclude each other"), Remedy: "--columns takes the names of attributes, too"}
	case o.absent && len(o.columns) > 0:
		return &refusal.UsageError{Err: errors.New("--absent and --columns exclude each other"), Remedy: "a column says it itself: --columns 'NAME:=NAME ?? DELETE'"}
	default:
		return nil
	}
}

// checkAll refuses what an export of everything cannot be, and makes it JSONL where nothing else is said.
func (o *exportOptions) checkAll() error {
	switch {
	case !o.all:
		return nil
	case len(o.attributes) > 0:
		return refusal.Usagef("--all and --attributes exclude each other")
	case len(o.columns) > 0:
		return refusal.Usagef("--all and --columns exclude each other")
	case o.format == sources.CSV:
		return &refusal.UsageError{Err: errors.New("--all is written as JSONL: a CSV has no place for groups"), Remedy: "--format jsonl, and a file named .jsonl"}
	}
	o.format = sources.JSONL
	return nil
}

// usualEnding is the end of a file's name that says the format.
func (o *exportOptions) usualEnding() string {
	switch {
	case o.all || o.format == sources.JSONL:
		return ".jsonl"
	case o.separator == '\t':
		return ".tsv"
	default:
		return ".csv"
	}
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
	if o.absent {
		words = append(words, "--absent", "delete")
	}
	if o.separator != 0 {
		words = append(words, "--"+separatorFlag, separatorWord(o.separator))
	}
	if len(o.attributes) > 0 {
		words = append(words, "--attributes", strings.Join(o.attributes, ","))
	}
	words = append(words, o.choice()...)
	packer := map[string]string{".gz": "gzip", ".zst": "zstd"}[strings.ToLower(ending)]
	to := " > " + shell.File(o.file)
	if s3.Is(o.file) { // which no shell writes to
		to = " | " + awsS3(o.connection.profile, "cp", "-", o.file)
	}
	return commandLine(words, nil) + " | " + packer + to
}

// takenBack is the command that applies the export.
func (o *exportOptions) takenBack(pool string) string {
	words := append([]string{"apply"}, o.connection.target(1).Flags(pool)...)
	if formatByName(o.file) != o.format {
		words = append(words, "--format", strings.ToLower(o.format.String()))
	}
	return commandLine(words, []string{o.file})
}
