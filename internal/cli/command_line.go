package cli

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/job"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/schema"
	"attrmigrate/internal/shell"
	"attrmigrate/sources"
)

// commandLine is a command of this program as people can paste it: flags and their values as they are, and
// files, which are never flags.
func commandLine(words, files []string) string {
	line := shell.Join(append([]string{"attrmigrate"}, words...)...)
	if len(files) > 0 {
		line += " " + shell.Files(files)
	}
	return line
}

// onlyFailedAgain is the command that applies what failed in a run again. There is none with client metadata.
func (o options) onlyFailedAgain(j *job.Job) string {
	if len(o.metadata) > 0 {
		return ""
	}
	o.onlyFailed = j.Dir().Path
	words := []string{"apply"}
	if o.asUser {
		words = append(words, "--as", "user")
	}
	if o.noRead {
		words = append(words, "--no-read")
	}
	words = slices.Concat(words, o.connection.target(0).Flags(o.connection.poolID), o.changeSetFlags())
	return commandLine(words, j.Inputs())
}

// applyPlan is the command that carries out the plan in a directory. A plan of an earlier version says which
// pool it is for, and no more.
func applyPlan(dir string) string {
	var flags []string
	if planned, err := rundir.ReadPlan(dir); err == nil {
		flags = planned.Flags
		if len(flags) == 0 {
			flags = []string{"--user-pool-id", planned.Pool.ID}
		}
	}
	return commandLine(append([]string{"apply"}, flags...), []string{filepath.Join(dir, report.PlanJSONL)})
}

// without is the command that looks at a change set without the columns that the pool does not know. It does not write.
func (o options) without(e *schema.UnknownColumnsError, paths []string) string {
	d := &o.decoding
	d.Rename, d.Ignore = maps.Clone(d.Rename), slices.Clone(d.Ignore)
	if d.Rename == nil {
		d.Rename = map[string]string{}
	}
	maps.Copy(d.Rename, e.Rename)
	for _, cell := range e.Ignore {
		delete(d.Rename, cell)
		d.Ignore = append(d.Ignore, cell)
	}
	words := []string{"plan"}
	if o.asUser { // which no plan can
		words = []string{"apply", "--as", "user"}
	}
	return commandLine(slices.Concat(words, o.connection.target(0).Flags(o.connection.poolID), o.plannedFlags()), paths)
}

// changeSetFlags decide what the inputs of a command mean. Client metadata is not among them: it is nothing
// for a screen.
func (o *options) changeSetFlags() []string {
	words := o.decodingFlags()
	if o.phones != "" {
		words = append(words, "--phone-region", o.phones)
	}
	if o.strict {
		words = append(words, "--strict")
	}
	if o.onlyFailed != "" {
		words = append(words, "--only-failed", o.onlyFailed)
	}
	return words
}

// plannedFlags decide what a plan of a change set is of.
func (o *options) plannedFlags() []string {
	if o.keep {
		return append([]string{"--verified", "keep"}, o.changeSetFlags()...)
	}
	return o.changeSetFlags()
}

// decodingFlags decide how inputs are read.
func (o *options) decodingFlags() []string {
	var words []string
	d := o.decoding
	if d.Format != sources.Auto {
		words = append(words, "--format", strings.ToLower(d.Format.String()))
	}
	if d.Separator != 0 {
		words = append(words, "--"+separatorFlag, separatorWord(d.Separator))
	}
	if d.UsernameColumn != "" {
		words = append(words, "--username-column", d.UsernameColumn)
	}
	for _, from := range slices.Sorted(maps.Keys(d.Rename)) {
		words = append(words, "--map", from+"="+d.Rename[from])
	}
	if len(d.Ignore) > 0 {
		words = append(words, "--ignore", shell.List(d.Ignore...))
	}
	for word, policy := range emptyWords() {
		if policy == d.Empty && policy != sources.KeepEmpty {
			words = append(words, "--empty", word)
		}
	}
	for _, text := range d.EmptyValues {
		words = append(words, "--empty-value", text)
	}
	if d.Trim {
		words = append(words, "--trim")
	}
	if d.DeleteMarker != job.DefaultDeleteMarker {
		words = append(words, "--delete-marker", d.DeleteMarker)
	}
	return words
}
