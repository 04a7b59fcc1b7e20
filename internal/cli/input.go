package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/report"
	"attrmigrate/sources"
)

// input is the change set of a command: files, or only some of their lines.
type input struct {
	*sources.Files
	first string         // the name of the first file, whose header all share
	lines []map[int]bool // by input, the first lines of the records to read; nil: all records
}

// Next returns the next record that belongs to the change set.
func (in *input) Next(ctx context.Context) (*sources.Change, error) {
	for {
		c, err := in.Files.Next(ctx)
		if err != nil || in.lines == nil || in.lines[c.After.Input][c.Line] {
			return c, err
		}
	}
}

// noun is what a record is called: in wide CSV it is a row.
func (in *input) noun() string {
	if in.Format() == sources.CSV && len(in.Columns()) > 0 {
		return "row"
	}
	return "record"
}

// selection is the part of the inputs that failed in an earlier run.
type selection struct {
	lines  []map[int]bool
	digest string // of the errors file that says so
}

// selectFailed reads which records of the inputs an earlier run reported as failed.
func selectFailed(ctx context.Context, dir string, paths []string) (*selection, error) {
	d := &runDir{path: dir}
	state, found, err := d.load()
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &usageError{err: fmt.Errorf("--only-failed: there is no run in %s", printable(dir)),
			hint: "name the directory of the run whose failed records are to be applied again"}
	}
	if info, held, err := checkpoint.Holder(dir); err == nil && held {
		return nil, &refusal{msg: fmt.Sprintf("--only-failed: process %d is at work in %s", info.PID, printable(dir)),
			hint: "wait until it has ended"}
	}
	digests, err := digestsOf(ctx, paths)
	if err != nil {
		return nil, err
	}
	if strings.Join(digests, " ") != state.Identity["input"] {
		return nil, &refusal{msg: fmt.Sprintf("--only-failed: %s is the run of another input", printable(dir)),
			hint: "name the inputs of that run, unchanged, in the same order: " + strings.Join(state.Inputs, " ")}
	}
	return failedLines(ctx, d, state.Inputs)
}

// failedLines finds the records in the errors file of a run, whose inputs had the names given.
func failedLines(ctx context.Context, d *runDir, inputs []string) (*selection, error) {
	path := d.errorsFile()
	byFile, err := report.FailedLines(path)
	if err != nil {
		return nil, err
	}
	digest, err := sources.Digest(ctx, path)
	if err != nil {
		return nil, err
	}
	s := &selection{digest: digest}
	for _, name := range inputs {
		s.lines = append(s.lines, byFile[name])
	}
	return s, nil
}

// digestsOf reads the inputs once for their digests.
func digestsOf(ctx context.Context, paths []string) ([]string, error) {
	var digests []string
	for _, path := range paths {
		digest, err := sources.Digest(ctx, path)
		if err != nil {
			return nil, err
		}
		digests = append(digests, digest)
	}
	return digests, nil
}

// checkInputs refuses what no file could mend.
func (o *applyOptions) checkInputs(paths []string) error {
	for _, path := range paths {
		switch {
		case path != stdinPath:
			continue
		case len(paths) > 1:
			return usagef("standard input (-) cannot be read together with other inputs")
		case o.onlyFailed != "":
			return usagef("--only-failed needs the files of that run, not standard input")
		case !o.yes:
			return &usageError{err: errors.New("standard input (-) leaves nobody to ask"), hint: "--yes goes on without asking"}
		}
	}
	return nil
}

// runDirPath is where the run is kept.
func (o *applyOptions) runDirPath(paths []string) string {
	ending := ".run"
	if o.connection.sandbox {
		ending = ".sandbox.run"
	}
	if o.onlyFailed != "" {
		ending = ".failed" + ending
	}
	if o.runDir != "" {
		return filepath.Clean(o.runDir)
	}
	return runDirName(paths, ending)
}

// onlyFailedFile is the report that --only-failed reads, as a list of none or one.
func (o *applyOptions) onlyFailedFile() []string {
	if o.onlyFailed == "" {
		return nil
	}
	return []string{filepath.Join(o.onlyFailed, report.ErrorsCSV)}
}

// stampsOf tells the state of the inputs on the disk.
func stampsOf(paths []string) ([]os.FileInfo, error) {
	var stamps []os.FileInfo
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, &usageError{err: fmt.Errorf("%s: %w", path, withoutPath(err))}
		}
		stamps = append(stamps, info)
	}
	return stamps, nil
}

// unchanged refuses inputs that are not what was looked through, and confirmed, any more.
func (a *applyRun) unchanged() error {
	now, err := stampsOf(a.paths)
	if err != nil {
		return err
	}
	for i, was := range a.stamps {
		if !os.SameFile(was, now[i]) || was.Size() != now[i].Size() || !was.ModTime().Equal(now[i].ModTime()) {
			return &refusal{msg: fmt.Sprintf("%s has changed since it was checked: nothing was written", a.paths[i]),
				hint: "run the same command again, when the file is complete"}
		}
	}
	return nil
}
