package cli

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/job"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/s3"
	"attrmigrate/internal/shell"
	"attrmigrate/internal/target"
	"attrmigrate/internal/telemetry"
	"attrmigrate/sources"
)

// continuing says how a run goes on of which no process is at work: by the command that began it, of which its directory
// tells all that makes it the same run, and its rate. What only permits something, such as --on-conflict skip, it does not. What
// leads to a run in S3 is what has led there just now.
func (o *outside) continuing(s *rundir.Status, asked rundir.Asked) string {
	how := "the same command continues it"
	if asked.Hold {
		how = "the run is on hold: the same command with --unhold continues it"
	}
	if command := o.commandOf(s, asked); command != "" {
		return how + "; as far as the run tells: " + command
	}
	return how + " (" + shell.File(s.Dir.Path) + ")"
}

// commandOf is that command, or empty where it would be another run: one of which there are digests only, or whose inputs
// are not to be found from here.
func (o *outside) commandOf(s *rundir.Status, asked rundir.Asked) string {
	f := s.State.Fingerprint
	for _, digest := range []string{rundir.ByMetadata, rundir.ByOnlyFailed, rundir.ByFrom} {
		if f[digest] != "" {
			return ""
		}
	}
	inputs := o.inputsFromHere(s)
	decoding, err := job.DecodingOf(f)
	if err != nil || inputs == nil || s.State.Version == 1 {
		return ""
	}
	words := []string{"apply"}
	if asked.Hold {
		words = append(words, "--unhold")
	}
	words = slices.Concat(words, o.leads, placeFlags(s), rateFlag(s.Dir.Path))
	for _, flag := range []struct {
		name  string
		words []string
	}{{rundir.ByNoRead, []string{"--no-read"}}, {rundir.ByVerified, []string{"--verified", "keep"}}} {
		if f[flag.name] != "" {
			words = append(words, flag.words...)
		}
	}
	ending := map[sources.Format]string{sources.CSV: ".csv", sources.JSONL: ".jsonl"}[decoding.Format]
	if !slices.ContainsFunc(inputs, func(path string) bool { return !strings.HasSuffix(path, ending) }) {
		decoding.Format = sources.Auto // their names say it
	}
	set := options{decoding: decoding, phones: f[rundir.ByPhoneRegion], strict: f[rundir.ByStrict] != ""}
	words = append(words, set.changeSetFlags()...)
	ending = ".run"
	if f[rundir.ByEndpoint] == target.SandboxEndpoint {
		ending = ".sandbox.run"
	}
	if filepath.Clean(s.Dir.Path) != rundir.Name(inputs, ending) {
		words = append(words, "--run-dir", s.Dir.Path)
	}
	return commandLine(words, inputs)
}

// placeFlags are those that lead to the pool of a run, in the role of its last start. By whose credentials, it does not tell.
func placeFlags(s *rundir.Status) []string {
	f := s.State.Fingerprint
	pool, endpoint := f[rundir.ByPool], f[rundir.ByEndpoint]
	c := target.Connection{Sandbox: endpoint == target.SandboxEndpoint, Role: s.State.Role, ExternalID: s.State.ExternalID}
	if c.Sandbox && pool == target.SandboxPool {
		pool = ""
	}
	if !c.Sandbox && !target.IsAWS(endpoint, pool) {
		c.EndpointURL = endpoint
	}
	if f[rundir.ByOperation] == target.UpdateAsUser {
		return append([]string{"--as", "user"}, c.Flags("")...)
	}
	return c.Flags(pool)
}

// rateFlag is the rate of the command that was at work last, if that was not the usual one.
func rateFlag(dir string) []string {
	events, _ := telemetry.ReadEvents(dir) // what cannot be read is not told
	for _, e := range slices.Backward(events) {
		if e.Kind != telemetry.Started {
			continue
		}
		rate := cmp.Or(e.CommandRate, e.To)
		if rate == "" || rate == fmt.Sprint(defaultRate) {
			return nil
		}
		return []string{"--rate", rate}
	}
	return nil
}

// inputsFromHere are the inputs of a run as they are found from here, or from where its directory is; nil: they are not, or
// they are what the run has kept of standard input. Those in S3 are found from everywhere.
func (o *outside) inputsFromHere(s *rundir.Status) []string {
	here := slices.Clone(s.State.Inputs)
	beside := slices.Clone(s.State.Inputs)
	for i, path := range here {
		if !filepath.IsAbs(path) && !s3.Is(path) {
			beside[i] = filepath.Join(filepath.Dir(s.Dir.Path), path)
		}
	}
	for _, paths := range [][]string{here, beside} {
		if len(paths) > 0 && !slices.ContainsFunc(paths, func(path string) bool {
			if s3.Is(path) {
				return o.far != nil && strings.HasPrefix(path, o.place.Below("").String())
			}
			return path == rundir.Stdin || !disk.Exists(path) || disk.SameFile(filepath.Dir(path), s.Dir.Path)
		}) {
			return paths
		}
	}
	return nil
}
