package changeset

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/sources"
)

// spooled is standard input, written into the run directory whole before anything is decoded, so
// that the run can be resumed and the input be read twice.
type spooled struct {
	name string // of the file in the run directory, with the endings of its format and packing
}

// incoming is where the input stands until it is known to begin a run.
func (s spooled) incoming(dir *rundir.Dir) string { return dir.File(rundir.Incoming + s.name) }
func (s spooled) kept(dir *rundir.Dir) string     { return dir.File(s.name) }

// Spool keeps standard input in the directory, as the input of the change set, and looks at it; [Set.Settled] gives
// the file its final place. A set of files is left as it is. What a start that was killed has left of its standard input goes in
// any case: nobody has looked whether there are access tokens in it.
func (s *Set) Spool(ctx context.Context, stdin io.Reader, dir *rundir.Dir) (*Set, error) {
	dir.RemoveIncoming()
	if !s.IsStdin() {
		return s, nil
	}
	kept, err := spool(ctx, stdin, dir, s.decoding.Format)
	if err != nil {
		return nil, err
	}
	arrived := s.as()
	arrived.paths, arrived.arriving = []string{kept.incoming(dir)}, &kept
	if err := arrived.mayStay(ctx, dir); err != nil { // before an earlier run is set aside for it
		dir.RemoveIncoming() // there may be access tokens in it
		return nil, arrived.asStdin(err)
	}
	return arrived, nil
}

// mayStay refuses what is no change set, and what has access tokens: what is kept of standard input stays, and tokens stand
// in no file of ours, left out or not.
func (s *Set) mayStay(ctx context.Context, dir *rundir.Dir) error {
	err := s.look()
	if errors.Is(err, sources.ErrTokens) {
		return keepsTokens(dir, "has access tokens")
	}
	if err != nil {
		return err
	}
	in, err := s.Read()
	if err != nil {
		return err
	}
	err = errors.Join(noTokens(ctx, in, dir), in.Close())
	if damage, ok := errors.AsType[*sources.FileError](err); ok {
		return s.keepDamaged(ctx, dir, damage)
	}
	return err
}

func noTokens(ctx context.Context, in *Reader, dir *rundir.Dir) error {
	for {
		c, err := in.Files.Next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case c.Redacted && string(c.Text) == sources.Redacted:
			return keepsTokens(dir, fmt.Sprintf("may have access tokens (line %d, which cannot be decoded)", c.Line))
		case c.Redacted:
			return keepsTokens(dir, fmt.Sprintf("has access tokens (line %d)", c.Line))
		}
	}
}

// keepDamaged gives what is damaged behind its header its final place, to be mended there: what has written it may have taken
// long. It is not kept if there may be a token in it, though behind the damage, or where it would replace the copy of an earlier start.
func (s *Set) keepDamaged(ctx context.Context, dir *rundir.Dir, damage *sources.FileError) error {
	to := s.arriving.kept(dir)
	tokens, err := s.decoding.Seals.MayHoldTokens(ctx, s.paths[0])
	if err == nil && !tokens && !disk.Exists(to) && disk.Rename(dir.Volume, s.paths[0], to) == nil {
		damage.File = dir.ShownAs(to)
		return damage
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	damage.Remedy = strings.TrimPrefix(damage.Remedy+"; standard input is not kept: write it to a file first", "; ")
	return damage
}

// keepsTokens refuses standard input that has access tokens, or may have.
func keepsTokens(dir *rundir.Dir, has string) error {
	return &refusal.UsageError{Err: fmt.Errorf("standard input (-) %s, and would be kept in %s", has, prose.Printable(dir.Path)),
		Remedy: "give a file, which stays where it is and is only read"}
}

// asStdin is an error of what standard input has brought, which is gone, with the name that people know.
func (s *Set) asStdin(err error) error {
	if e, ok := errors.AsType[*sources.FileError](err); ok && e.File == s.paths[0] {
		e.File = "standard input"
	}
	return err
}

// Settled is the set with standard input at its final place, once that is known to be the input of this run. It
// replaces the copy of an earlier start even so: that one may have been damaged since, this one was just read. A
// set of files is left as it is.
func (s *Set) Settled(dir *rundir.Dir) (*Set, error) {
	if s.arriving == nil {
		return s, nil
	}
	kept, other := s.arriving, s.as()
	if err := disk.Rename(dir.Volume, kept.incoming(dir), kept.kept(dir)); err != nil {
		return nil, err
	}
	path := kept.kept(dir)
	shown := dir.ShownAs(path)
	other.paths, other.arriving = []string{shown}, nil
	if shown != path { // of a run that is kept elsewhere
		s.decoding.Seals.Stand(shown, path)
	}
	s.decoding.Seals.Renamed(kept.incoming(dir), shown)
	return other.Stamped()
}

// spool writes standard input into the run directory and finds out what it is. It returns when ctx
// ends, too; what still waits to be read then is left to the end of the process.
func spool(ctx context.Context, r io.Reader, dir *rundir.Dir, format sources.Format) (spooled, error) {
	type result struct {
		s   spooled
		err error
	}
	done := make(chan result, 1)
	go func() {
		s, err := spoolAll(r, dir)
		done <- result{s, err}
	}()
	select {
	case got := <-done:
		if got.err != nil {
			return spooled{}, got.err
		}
		return got.s.named(dir, format)
	case <-ctx.Done():
		dir.RemoveIncoming()
		return spooled{}, ctx.Err()
	}
}

func spoolAll(r io.Reader, dir *rundir.Dir) (spooled, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	first, err := in.Peek(4)
	if len(first) == 0 && errors.Is(err, io.EOF) {
		return spooled{}, &refusal.UsageError{Err: errors.New("standard input is empty"),
			Remedy: "check the command that should have written to it"}
	}
	s := spooled{name: "stdin" + packing(first)}
	f, err := disk.Create(dir.Volume, s.incoming(dir), disk.Manner{})
	if err != nil {
		return s, rundir.Unusable(dir.Path, err)
	}
	if _, err = io.Copy(f, in); err == nil {
		err = f.Commit()
	}
	if err != nil {
		return s, fmt.Errorf("keep standard input: %w", errors.Join(err, f.Discard()))
	}
	return s, nil
}

// packing is the ending that the first bytes of a stream call for.
func packing(first []byte) string {
	switch {
	case bytes.HasPrefix(first, []byte{0x1f, 0x8b}):
		return ".gz"
	case bytes.HasPrefix(first, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return ".zst"
	default:
		return ""
	}
}

// named gives the file the ending of its format, for there is no name to tell it.
func (s spooled) named(dir *rundir.Dir, format sources.Format) (spooled, error) {
	packed := strings.TrimPrefix(s.name, "stdin")
	ending := ".csv"
	if format == sources.JSONL || format == sources.Auto && sources.GuessFormat(s.incoming(dir)) == sources.JSONL {
		ending = ".jsonl"
	}
	to := spooled{name: "stdin" + ending + packed}
	if err := disk.Rename(dir.Volume, s.incoming(dir), to.incoming(dir)); err != nil {
		return s, rundir.Unusable(dir.Path, err)
	}
	return to, nil
}
