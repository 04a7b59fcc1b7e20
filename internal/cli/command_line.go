package cli

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/rundir"

	"attrmigrate/internal/report"
	"attrmigrate/internal/shell"
	"attrmigrate/sources"
)

// commandLine is a command of this program as people can paste it: flags and their values as they are, and
// files, which are never flags.
func commandLine(words, files []string) string {
	line := shell.Join(append([]string{"attrmigrate"}, words...)...)
	if len(files) > 0 {
		line += " " + filesText(files)
	}
	return line
}

// filesText is a list of files as it stands in a command line.
func filesText(files []string) string {
	words := make([]string, len(files))
	for i, file := range files {
		words[i] = shell.File(file)
	}
	return strings.Join(words, " ")
}

// flags lead to the same pool again; users' own tokens know it themselves.
func (o *connectionOptions) flags(pool string) []string {
	var words []string
	if pool != "" {
		words = append(words, "--user-pool-id", pool)
	}
	words = append(words, o.serviceFlags()...)
	if o.sandbox {
		words = append(words, "--sandbox")
	}
	return words
}

// onlyFailed is the command that applies what failed in this run again. There is none with client metadata.
func (a *applyRun) onlyFailed(dir *rundir.Dir) string {
	o := a.opts
	if len(o.metadata) > 0 {
		return ""
	}
	o.onlyFailed = dir.Path
	words := []string{"apply"}
	if o.asUser {
		words = append(words, "--as", "user")
	}
	if o.noRead {
		words = append(words, "--no-read")
	}
	words = slices.Concat(words, o.connection.flags(o.connection.poolID), o.changeSetFlags())
	return commandLine(words, a.set.paths)
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

// serviceFlags are those that the AWS CLI has, too.
func (o *connectionOptions) serviceFlags() (words []string) {
	for _, flag := range [][2]string{{"--region", o.region}, {"--profile", o.profile}, {"--endpoint-url", o.endpointURL}} {
		if flag[1] != "" {
			words = append(words, flag[0], flag[1])
		}
	}
	return words
}

// listPools is the command of the AWS CLI that lists the pools of the account.
func (o *connectionOptions) listPools() string {
	words := []string{"aws", "cognito-idp", "list-user-pools", "--max-results", "60"}
	return shell.Join(append(words, o.serviceFlags()...)...)
}

// changeSetFlags decide what the inputs of a command mean. Client metadata is not among them: it is nothing
// for a screen.
func (o *options) changeSetFlags() []string {
	var words []string
	d := o.decoding
	if d.Format != sources.Auto {
		words = append(words, "--format", strings.ToLower(d.Format.String()))
	}
	if d.UsernameColumn != "" {
		words = append(words, "--username-column", d.UsernameColumn)
	}
	for _, from := range slices.Sorted(maps.Keys(d.Rename)) {
		words = append(words, "--map", from+"="+d.Rename[from])
	}
	for _, name := range d.Ignore {
		words = append(words, "--ignore", name)
	}
	if d.Empty != sources.KeepEmpty {
		words = append(words, "--empty", emptyWord(d.Empty))
	}
	if d.DeleteMarker != defaultDeleteMarker {
		words = append(words, "--delete-marker", d.DeleteMarker)
	}
	if o.onlyFailed != "" {
		words = append(words, "--only-failed", o.onlyFailed)
	}
	return words
}
