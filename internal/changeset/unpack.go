package changeset

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/rundir"
)

// Unpack writes plain copies of inputs that are compressed, or in UTF-16, into the directory, since a plan reads records in
// any order, and returns the set that reads them. The function that it returns removes them.
func (s *Set) Unpack(ctx context.Context, dir *rundir.Dir) (_ *Set, clean func(), err error) {
	var made []string
	clean = func() { dir.RemoveAll(made) }
	copies := slices.Clone(s.paths)
	for i, path := range s.paths {
		plain, err := s.decoding.Seals.AsStored(path)
		if err != nil {
			clean()
			return nil, nil, err
		}
		if plain {
			continue
		}
		copies[i] = dir.File(fmt.Sprintf("%s%d%s", rundir.Unpacked, i+1, formatEnding(path)))
		made = append(made, copies[i])
		if err := s.unpackTo(ctx, copies[i], path, dir); err != nil {
			clean()
			return nil, nil, err
		}
	}
	if made == nil {
		return s, clean, nil
	}
	other := s.as()
	other.copies = copies
	return other, clean, nil
}

// formatEnding is the ending of a file's name that tells its format.
func formatEnding(path string) string {
	path = disk.Unpinned(path)
	ending := filepath.Ext(path)
	switch strings.ToLower(ending) {
	case ".gz", ".zst":
		return filepath.Ext(strings.TrimSuffix(path, ending))
	default:
		return ending
	}
}

// unpackTo unpacks an input into a new file. What has the name of that is replaced, and where it is a link, what it
// leads to stays as it is.
func (s *Set) unpackTo(ctx context.Context, to, path string, dir *rundir.Dir) error {
	if err := disk.RemoveIfThere(dir, to); err != nil {
		return err
	}
	f, err := dir.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = s.decoding.Seals.Unpack(ctx, path, f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// Unpacked tells whether copies are read in place of the inputs.
func (s *Set) Unpacked() bool { return s.copies != nil }
