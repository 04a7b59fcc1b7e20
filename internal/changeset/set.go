package changeset

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/schema"
	"attrmigrate/sources"
)

// Spec says what a change set is.
type Spec struct {
	Paths    []string        // of the inputs; one alone may be [rundir.Stdin]. None: the set is empty, and cannot be read
	Decoding sources.Options // Seals is made here
	// OnlyFailed is the directory of a run of these inputs: the records that failed in it are the change set. Empty:
	// all records are.
	OnlyFailed string
	// Stands are the files of this machine that stand for paths which are URLs, and the directory that stands for OnlyFailed.
	// Reports, errors and the run know the URLs alone.
	Stands map[string]string
}

// Set is a change set. It is not modified, and may be used by many goroutines.
type Set struct {
	paths    []string // of the inputs; standard input is replaced by the file that keeps it
	decoding sources.Options
	only     *selection     // of their records; nil: all
	dialect  string         // how they are written, if not as most are
	noun     string         // what a record of theirs is called
	stamps   []os.FileInfo  // of the inputs, when they were looked through
	copies   []string       // plain files that are read in place of the inputs; nil: none
	names    []string       // of the inputs in reports, if not as they are given here; nil: they are
	tokens   *tokens        // nil: there are none, or they are not looked at yet
	schema   *schema.Schema // of the pool that it is for; nil: not known yet
	arriving *spooled       // standard input that has no final place yet; nil: there is none
}

// Open looks at the inputs of a command once, so that a wrong file is told before anything else is done. A file
// that cannot be used is a *[sources.FileError] or a *[refusal.UsageError].
func Open(ctx context.Context, spec Spec) (*Set, error) {
	s := &Set{paths: slices.Clone(spec.Paths), decoding: spec.Decoding}
	s.decoding.Rename, s.decoding.Ignore = maps.Clone(s.decoding.Rename), slices.Clone(s.decoding.Ignore)
	s.decoding.EmptyValues = slices.Clone(s.decoding.EmptyValues)
	s.decoding.Seals = new(sources.Seals) // what is confirmed is what is sent
	for path, file := range spec.Stands {
		s.decoding.Seals.Stand(path, file)
	}
	if slices.Contains(s.paths, rundir.Stdin) {
		switch {
		case len(s.paths) > 1:
			return nil, refusal.Usagef("standard input (-) cannot be read together with other inputs")
		case spec.OnlyFailed != "":
			return nil, refusal.Usagef("--only-failed needs the files of that run, not standard input")
		}
		return s, nil
	}
	if len(s.paths) == 0 {
		return s, nil
	}
	if err := s.look(); err != nil {
		return nil, err
	}
	var err error
	if spec.OnlyFailed != "" {
		s.only, err = s.selectFailed(ctx, spec.OnlyFailed)
	}
	return s, err
}

// look opens the inputs and closes them again: their format and header are right, and known from then on. It is
// called before anybody else has the set.
func (s *Set) look() error {
	in, err := s.Read()
	if err != nil {
		return err
	}
	s.decoding.Format, s.decoding.Separator = in.Format(), in.Separator() // said or not, it is the same run
	s.dialect = in.Dialect()
	s.noun = in.noun()
	return in.Close()
}

// as is a copy of the set that is yet to become another one.
func (s *Set) as() *Set {
	other := *s
	return &other
}

// For is the set for a pool of this schema: its records are as they are sent ([schema.Schema.Normal]).
func (s *Set) For(pool *schema.Schema) *Set {
	other := s.as()
	other.schema = pool
	return other
}

// Known is the set whose inputs reports call by other names, as the run does that goes on with it: a file is known
// by its content.
func (s *Set) Known(names []string) *Set {
	other := s.as()
	other.names = slices.Clone(names)
	return other
}

// Stamped is the set with the state of its inputs on the disk as it is now; see [Set.Unchanged].
func (s *Set) Stamped() (*Set, error) {
	stamps, err := s.stampsOf(s.paths)
	if err != nil {
		return nil, err
	}
	other := s.as()
	other.stamps = stamps
	return other, nil
}

// Paths are those of the inputs.
func (s *Set) Paths() []string { return slices.Clone(s.paths) }

// IsStdin tells whether it is standard input, not kept yet.
func (s *Set) IsStdin() bool { return slices.Equal(s.paths, []string{rundir.Stdin}) }

// Noun is what a record of it is called: row or record.
func (s *Set) Noun() string { return s.noun }

// Deletes is the cell that deletes its attribute, of CSV; "" where none does.
func (s *Set) Deletes() string {
	if s.decoding.Format != sources.CSV || s.decoding.Data {
		return ""
	}
	return s.decoding.DeleteMarker
}

// Dialect says how the inputs are written; empty: as most are.
func (s *Set) Dialect() string { return s.dialect }

// Decoding is how it is read; its format and its separator are those of the inputs.
func (s *Set) Decoding() sources.Options { return s.decoding }

// Selection is the digest of the report that says which records belong to the set; empty: all do.
func (s *Set) Selection() string {
	if s.only == nil {
		return ""
	}
	return s.only.digest
}

// Digests reads the inputs once for their digests. From then on nothing else is read of them.
func (s *Set) Digests(ctx context.Context) ([]string, error) {
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

// Unchanged refuses inputs that are not what was looked through, and confirmed, any more.
func (s *Set) Unchanged() error {
	now, err := s.stampsOf(s.paths)
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

// stampsOf tells the state of the inputs on the disk.
func (s *Set) stampsOf(paths []string) ([]os.FileInfo, error) {
	var stamps []os.FileInfo
	for _, path := range paths {
		info, err := os.Stat(s.decoding.Seals.File(path))
		if err != nil {
			return nil, &refusal.UsageError{Err: fmt.Errorf("%s: %w", path, disk.WithoutPath(err))}
		}
		stamps = append(stamps, info)
	}
	return stamps, nil
}
