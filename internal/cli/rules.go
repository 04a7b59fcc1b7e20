package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"attrmigrate/internal/audit"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/job"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rules"
)

// ruleOptions say what computes the changes of a plan, and of which users.
type ruleOptions struct {
	where, file         string
	filter, group, name string
	column, match       string // --match COLUMN=ATTRIBUTE
	set                 []rules.Assignment
	given               []string // --set and --unset as they were given, in their order
}

// ruleFlags are the names of the flags.
var ruleFlags = []string{"where", "set", "unset", "rules", "match", "filter", "group", "name"}

func (o *ruleOptions) register(f *pflag.FlagSet) {
	f.Func("where", "`expression` that chooses users, such as 'custom.tier == nil'", once("where", &o.where))
	f.Func("set", "`NAME=TEXT` that the users get, or NAME:=EXPRESSION, such as 'email:=lower(email)'; repeatable", func(text string) error {
		a, err := rules.ParseSet(text)
		o.set, o.given = append(o.set, a), append(o.given, "--set", text)
		return err
	})
	f.Func("unset", "`attribute` that the users lose; repeatable", func(name string) error {
		o.set, o.given = append(o.set, rules.Assignment{Name: name, Delete: true}), append(o.given, "--unset", name)
		return nil
	})
	f.Func("rules", "`file` (YAML) that holds where, set and unset, of one rule or of several in their order", once("rules", &o.file))
	f.Func("match", "`COLUMN=ATTRIBUTE`: files are data, whose rows a rule reads as row[\"COLUMN\"]; the user of a row is who has the value of the column in the attribute", o.matching)
	f.Func("filter", "`filter` of ListUsers that chooses users first, such as 'status = \"Enabled\"'", once("filter", &o.filter))
	f.Func("group", "`name` of a group, whose members alone are read", once("group", &o.group))
	f.Func("name", "`name` of the plan's directory beside the pool's, POOLID.NAME.plan: to keep two rules apart", once("name", &o.name))
}

// once takes a flag that says one thing: of two, the first would be lost unseen.
func once(name string, value *string) func(string) error {
	return func(text string) error {
		if *value != "" {
			return errors.New("it is given twice")
		}
		*value = text
		return nil
	}
}

// needsChanges has a plan take files, or else a rule.
func (o *options) needsChanges(cmd *cobra.Command, args []string) error {
	if o.rule.any() {
		return nil
	}
	return cobra.MinimumNArgs(1)(cmd, args)
}

// any tells whether one of the flags was given.
func (o *ruleOptions) any() bool { return len(o.flags()) > 0 }

// flags are those that were given, for people to paste.
func (o *ruleOptions) flags() []string {
	var words []string
	add := func(flag, value string) {
		if value != "" {
			words = append(words, flag, value)
		}
	}
	add("--where", o.where)
	words = append(words, o.given...)
	add("--rules", o.file)
	if o.match != "" {
		add("--match", o.column+"="+o.match)
	}
	add("--filter", o.filter)
	add("--group", o.group)
	add("--name", o.name)
	return words
}

// spec is the rule of a plan; nil if there is none.
func (o *ruleOptions) spec(ctx context.Context) (*job.RuleSpec, error) {
	if !o.any() {
		return nil, nil
	}
	s := &job.RuleSpec{Rules: []rules.Rule{{Where: o.where, Set: o.set}}, Filter: o.filter, Group: o.group, Match: o.match, Name: o.name}
	if o.file == "" {
		return s, nil
	}
	file, err := rules.ReadFile(ctx, o.file)
	if err != nil {
		return nil, err
	}
	s.Rules, s.FileDigest = file.Rules, file.Digest
	return s, nil
}

// planName is what a plan may be called: part of the name of a directory, on every system.
var planName = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$`)

// validateRule refuses what no plan of a rule could be made of.
func (o *options) validateRule(paths []string) error {
	r := &o.rule
	if !r.any() {
		return nil
	}
	if err := o.unquoted(paths); err != nil {
		return err
	}
	switch {
	case r.file != "" && (r.where != "" || len(r.set) > 0):
		return &refusal.UsageError{Err: errors.New("--rules and --where, --set, --unset exclude each other"), Remedy: "write all of it into the file"}
	case r.file == "" && len(r.set) == 0:
		return o.nothingSet()
	case r.filter != "" && r.group != "":
		return &refusal.UsageError{Err: errors.New("--filter and --group exclude each other: each lists other users"),
			Remedy: "choose by the one, and by --where among these"}
	case !utf8.ValidString(strings.Join(r.flags(), "")):
		return notUTF8(r.flags())
	case r.name != "" && !planName.MatchString(r.name):
		return &refusal.UsageError{Err: fmt.Errorf("--name %s: it is part of the name of a directory", prose.Printable(r.name)), Remedy: "letters, digits, - and _, 100 at most"}
	case r.name != "" && o.runDir != "":
		return refusal.Usagef("--name and --run-dir exclude each other: both name the directory of the plan")
	case r.match == "" && len(paths) > 0:
		return &refusal.UsageError{Err: fmt.Errorf("a rule and a change set exclude each other: %s says itself what is to change", prose.Printable(paths[0])),
			Remedy: "leave one of them out; or if it is data that the rule is to read, --match COLUMN=ATTRIBUTE says by which attribute the users of its rows are found"}
	case r.match != "" && len(paths) == 0:
		return &refusal.UsageError{Err: errors.New("--match finds the users of the rows of a file, and no file is given"), Remedy: "name the file, or leave --match out"}
	}
	if err := o.validateRuleUsers(); err != nil || r.match == "" {
		return cmp.Or(err, o.validateRuleAlone())
	}
	return o.validateData()
}

// validateRuleUsers refuses a rule that could not read its users.
func (o *options) validateRuleUsers() error {
	switch {
	case o.read == audit.None:
		return &refusal.UsageError{Err: errors.New("--read none and a rule exclude each other: it is computed from the users"), Remedy: "leave it out"}
	case o.noRead:
		return &refusal.UsageError{Err: errors.New("--no-read and a rule exclude each other: what it read of a user is a precondition"), Remedy: "leave --no-read out"}
	case o.connection.sandbox && o.connection.from == "":
		return &refusal.UsageError{Err: errors.New("--sandbox has no users for a rule: without a change set nobody says who they are"),
			Remedy: "--from fills it from an export of everything (export --format jsonl --all)"}
	default:
		return nil
	}
}

// validateRuleAlone refuses what goes with files only.
func (o *options) validateRuleAlone() error {
	switch words := o.decodingFlags(); {
	case o.read == audit.Lookup:
		return &refusal.UsageError{Err: errors.New("--read lookup is for files: a rule is given the users as they are listed"), Remedy: "leave it out"}
	case o.onlyFailed != "":
		return &refusal.UsageError{Err: errors.New("--only-failed is for files: a rule has no records of before"),
			Remedy: "plan again, which finds the users that are left; or apply errors.csv of that run"}
	case len(words) > 0:
		return &refusal.UsageError{Err: fmt.Errorf("%s is for files, and a rule reads none", words[0]), Remedy: "leave it out"}
	default:
		return nil
	}
}

// nothingSet refuses a rule that sets nothing. Who only wants to look is told how.
func (o *options) nothingSet() error {
	r := &o.rule
	switch {
	case r.match != "":
		return &refusal.UsageError{Err: errors.New("with --match the files are data, and nothing of them is written unless a rule says so"),
			Remedy: `--set 'custom:tier:=row["tier"]' gives an attribute the value of a column`}
	case r.where == "":
		return &refusal.UsageError{Err: fmt.Errorf("%s chooses users of a rule, and there is none", r.flags()[0]), Remedy: "--set, --unset or --rules says what they get"}
	}
	words := []string{"export"}
	words = append(words, o.connection.target(0).Flags(o.connection.poolID)...)
	words = append(words, "--where", r.where)
	for _, f := range [][2]string{{"--filter", r.filter}, {"--group", r.group}} {
		if f[1] != "" {
			words = append(words, f[0], f[1])
		}
	}
	return &refusal.UsageError{Err: errors.New("--where chooses users, and nothing says what they get"),
		Remedy: "--set or --unset says it; to see only who they are: " + commandLine(words, nil)}
}

// ruleInApply refuses a rule where it would be applied unseen.
func (o *options) ruleInApply(paths []string) error {
	if !o.rule.any() {
		return nil
	}
	words := slices.Concat([]string{"plan"}, o.connection.target(0).Flags(o.connection.poolID), o.rule.flags())
	if o.rule.match == "" && len(paths) > 0 {
		return &refusal.UsageError{
			Err:    fmt.Errorf("apply takes no rule (%s): %s says itself what is to change", o.rule.flags()[0], prose.Printable(paths[0])),
			Remedy: fmt.Sprintf("leave the rule out to apply the file; to plan the rule: %s", commandLine(words, nil)),
		}
	}
	plan := job.PlanSpec{Spec: job.Spec{Changes: changeset.Spec{Paths: paths}}, Rule: &job.RuleSpec{Name: o.rule.name}}
	dir := plan.Directory(o.connection.poolID)
	return &refusal.UsageError{
		Err:    fmt.Errorf("apply takes no rule (%s): it takes what a plan of the rule has found, and nothing else", words[len(words)-len(o.rule.flags())]),
		Remedy: fmt.Sprintf("plan, look at it, and apply %s: %s", filepath.Join(dir, report.PlanJSONL), commandLine(words, paths)),
	}
}
