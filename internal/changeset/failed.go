package changeset

import (
	"context"
	"fmt"
	"strings"

	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/shell"
	"attrmigrate/sources"
)

// selection is the part of the inputs that failed in an earlier run.
type selection struct {
	lines  []map[int]bool
	digest string // of the errors file that says so
}

// selectFailed reads which records of the inputs an earlier run reported as failed.
func (s *Set) selectFailed(ctx context.Context, dir string) (*selection, error) {
	d := &rundir.Dir{Path: s.decoding.Seals.File(dir)}
	state, found, err := d.Load()
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &refusal.UsageError{Err: fmt.Errorf("--only-failed: there is no run in %s", prose.Printable(dir)),
			Remedy: "name the directory of the run whose failed records are to be applied again"}
	}
	digests, err := s.Digests(ctx)
	if err != nil {
		return nil, err
	}
	if strings.Join(digests, " ") != state.Fingerprint[rundir.ByInput] {
		return nil, &refusal.Error{Msg: fmt.Sprintf("--only-failed: %s is the run of another input", prose.Printable(dir)),
			Remedy: "name the inputs of that run, unchanged, in the same order: " + shell.Files(state.Inputs)}
	}
	return failedLines(ctx, d)
}

// failedLines finds the records in the errors file of a run.
func failedLines(ctx context.Context, d *rundir.Dir) (*selection, error) {
	path := d.ErrorsFile()
	lines, err := report.FailedLines(path)
	if err != nil {
		return nil, err
	}
	digest, err := new(sources.Seals).Digest(ctx, path)
	if err != nil {
		return nil, err
	}
	return &selection{lines: lines, digest: digest}, nil
}
