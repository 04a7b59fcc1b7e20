package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/rundir"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"

	"attrmigrate/internal/refusal"

	"attrmigrate/internal/report"
	"attrmigrate/sources"
)

// changeSet is what a command is given to carry out: inputs, and how they are read.
type changeSet struct {
	paths    []string // of the inputs; standard input is replaced by the file that keeps it
	decoding sources.Options
	only     *selection    // of their records; nil: all
	noun     string        // what a record of theirs is called
	stamps   []os.FileInfo // of the inputs, when they were looked through
	copies   []string      // plain files that are read in place of the inputs; nil: none
	names    []string      // of the inputs in reports, if not as they are given here; nil: they are
	bearers  *bearers      // of the access tokens; nil: there are none, or they are not looked at yet
}

// newChangeSet looks at the inputs of a command once, so that a wrong file is told before anything
// else is done.
func newChangeSet(ctx context.Context, o options, paths []string) (*changeSet, error) {
	s := &changeSet{paths: slices.Clone(paths), decoding: o.decoding}
	s.decoding.UserPoolID, s.decoding.Tokens = o.connection.poolID, o.asUser
	s.decoding.Seals = new(sources.Seals) // what is confirmed is what is sent
	if slices.Contains(paths, rundir.Stdin) {
		switch {
		case len(paths) > 1:
			return nil, refusal.Usagef("standard input (-) cannot be read together with other inputs")
		case o.onlyFailed != "":
			return nil, refusal.Usagef("--only-failed needs the files of that run, not standard input")
		}
		return s, nil
	}
	if err := s.look(); err != nil {
		return nil, err
	}
	var err error
	if o.onlyFailed != "" {
		s.only, err = s.selectFailed(ctx, o.onlyFailed)
	}
	return s, err
}

// open opens the change set at its beginning.
func (s *changeSet) open() (*input, error) {
	in := &input{first: s.paths[0], bearers: s.bearers, names: s.names}
	paths := s.paths
	if s.copies != nil {
		paths, in.names, in.copies = s.copies, s.paths, s.copies
	}
	var err error
	if in.Files, err = sources.Open(paths, s.decoding); err != nil {
		return nil, err
	}
	s.decoding.Format = in.Format() // said or not, it is the same run
	s.noun = in.noun()
	if s.only != nil {
		in.lines = s.only.lines
	}
	return in, nil
}

// look opens the change set and closes it again: its format and header are right.
func (s *changeSet) look() error {
	in, err := s.open()
	if err != nil {
		return err
	}
	return in.Close()
}

// input is a change set that is being read: files, or only some of their lines.
type input struct {
	*sources.Files
	first    string           // the name of the first file, whose header all share
	lines    []map[int]bool   // by input, the first lines of the records to read; nil: all records
	selected sources.Position // then: the input and line of the record read last
	names    []string         // of the inputs, if copies are read or a run knows them by others; nil: the files' own
	copies   []string
	bearers  *bearers // of the access tokens; nil: they are not looked at
	limit    int64    // how many records there are at most; 0: all
	given    int64
}

// Next returns the next record that belongs to the change set.
func (in *input) Next(ctx context.Context) (*sources.Change, error) {
	if in.limit > 0 && in.given == in.limit {
		return nil, io.EOF
	}
	in.given++
	for {
		c, err := in.Files.Next(ctx)
		switch {
		case err != nil || in.lines == nil:
			return in.named(c, err)
		case in.lines[c.Begin.Input][c.Line]:
			return in.named(in.alone(c))
		}
	}
}

// alone refuses a selected record that begins on the line of another: which of them failed can't be told.
func (in *input) alone(c *sources.Change) (*sources.Change, error) {
	line := sources.Position{Input: c.Begin.Input, Line: c.Line}
	if line == in.selected {
		return nil, &sources.FileError{File: c.File, Line: c.Line, Msg: "--only-failed tells records by their lines, and several begin on this one",
			Remedy: "apply the " + report.ErrorsJSONL + " of that run instead"}
	}
	in.selected = line
	return c, nil
}

// At returns a record that Next gave.
func (in *input) At(at sources.Position) (*sources.Change, error) { return in.named(in.Files.At(at)) }

// named gives what was read from a copy the name of its input, and a record with an access token that of
// its user.
func (in *input) named(c *sources.Change, err error) (*sources.Change, error) {
	if c != nil && in.bearers != nil {
		in.bearers.name(c)
	}
	if c != nil {
		c.Err = flagOfRecord(c.Err)
	}
	if c != nil && in.names != nil {
		c.File = in.names[c.Begin.Input]
	}
	if e, ok := errors.AsType[*sources.FileError](err); ok {
		if i := slices.Index(in.copies, e.File); i >= 0 {
			e.File = in.names[i]
		}
	}
	return c, err
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
func (s *changeSet) selectFailed(ctx context.Context, dir string) (*selection, error) {
	d := &rundir.Dir{Path: dir}
	state, found, err := d.Load()
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &refusal.UsageError{Err: fmt.Errorf("--only-failed: there is no run in %s", prose.Printable(dir)),
			Remedy: "name the directory of the run whose failed records are to be applied again"}
	}
	digests, err := s.digests(ctx)
	if err != nil {
		return nil, err
	}
	if strings.Join(digests, " ") != state.Fingerprint[rundir.ByInput] {
		return nil, &refusal.Error{Msg: fmt.Sprintf("--only-failed: %s is the run of another input", prose.Printable(dir)),
			Remedy: "name the inputs of that run, unchanged, in the same order: " + filesText(state.Inputs)}
	}
	return failedLines(ctx, d)
}

// undisturbed refuses a command whose files another process is still writing, before anything is believed of them.
func (o *options) undisturbed(paths []string) error {
	if o.onlyFailed != "" {
		if err := rundir.AtWork(o.onlyFailed); err != nil {
			return fmt.Errorf("--only-failed: %w", err)
		}
	}
	return rundir.NoneAtWork(paths, nil)
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

// digests reads the inputs once for their digests. From then on nothing else is read of them.
func (s *changeSet) digests(ctx context.Context) ([]string, error) {
	var digests []string
	for _, path := range s.paths {
		digest, err := s.decoding.Seals.Digest(ctx, path)
		if err != nil {
			return nil, err
		}
		digests = append(digests, digest)
	}
	return digests, nil
}

// runDirPath is where a run, or a plan, is kept.
func (o *options) runDirPath(paths []string, ending string) string {
	if o.onlyFailed != "" {
		ending = ".failed" + ending
	}
	if o.runDir != "" {
		return filepath.Clean(o.runDir)
	}
	return rundir.Name(paths, ending)
}

// onlyFailedFile is the report that --only-failed reads, as a list of none or one.
func (o *options) onlyFailedFile() []string {
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
			return nil, &refusal.UsageError{Err: fmt.Errorf("%s: %w", path, disk.WithoutPath(err))}
		}
		stamps = append(stamps, info)
	}
	return stamps, nil
}

// unchanged refuses inputs that are not what was looked through, and confirmed, any more.
func (s *changeSet) unchanged() error {
	now, err := stampsOf(s.paths)
	if err != nil {
		return err
	}
	for i, was := range s.stamps {
		if !os.SameFile(was, now[i]) || was.Size() != now[i].Size() || !was.ModTime().Equal(now[i].ModTime()) {
			return &refusal.Error{Msg: fmt.Sprintf("%s has changed since it was checked: nothing was written", s.paths[i]),
				Remedy: "run the same command again, when the file is complete"}
		}
	}
	return nil
}
