package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/fleet"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/s3"
	"attrmigrate/internal/shell"
)

// targetsFile reads files of targets, on this machine and in S3, where it is the credentials at hand that read: roles are for
// pools.
type targetsFile struct {
	cfg   s3.Config
	notes io.Writer
}

// targetsFile reads them with the flags of a command.
func (o *storeOptions) targetsFile(sys System) targetsFile {
	return targetsFile{cfg: o.s3(), notes: sys.Stderr}
}

// inputs says what the inputs of a file of targets have to be.
type inputs int

const (
	unread inputs = iota // they do not matter
	looked               // those that are given are there
	needed               // each row has one, which is there
)

// read reads and checks a file of targets.
func (t targetsFile) read(ctx context.Context, path string, wanted inputs) (*fleet.File, error) {
	checks := fleet.Checks{Inputs: wanted == needed}
	there := &inputsThere{ctx: ctx, cfg: t.cfg, buckets: map[string]*s3.Bucket{}}
	defer there.close()
	if wanted != unread {
		checks.Exists = there.check
	}
	file := path
	if s3.Is(path) {
		f := &fetched{cfg: t.cfg, notes: io.Discard}
		defer func() { _ = f.remove() }() // whoever makes the next one removes it
		if err := f.input(ctx, path); err != nil {
			return nil, err
		}
		file = f.files[path]
	}
	text, err := disk.ReadGiven(ctx, file, fleet.MaxSize)
	switch {
	case ctx.Err() != nil:
		return nil, refusal.ErrNotStarted
	case err != nil:
		return nil, &refusal.UsageError{Err: fmt.Errorf("%s: %w", prose.Printable(path), disk.WithoutPath(err)), Remedy: "a file of targets is a CSV with a row for each pool"}
	}
	read, err := fleet.Read(path, text, checks)
	return read, cmp.Or(there.away, err)
}

// inputsThere looks whether inputs are there. It is used by one goroutine.
type inputsThere struct {
	ctx     context.Context
	cfg     s3.Config
	buckets map[string]*s3.Bucket
	away    error // why that cannot be told: no mistake in the file
}

func (t *inputsThere) close() {
	for _, b := range t.buckets {
		b.Close()
	}
}

// check says why an input cannot be used.
func (t *inputsThere) check(input string) error {
	if s3.Is(input) {
		return t.object(input)
	}
	info, err := os.Stat(input)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", input, disk.WithoutPath(err))
	case info.IsDir():
		return fmt.Errorf("%s is a directory", input)
	default:
		return nil
	}
}

// object looks for an object. What a run in S3 publishes need not be there yet: the row's own command makes it from the run's log.
// But no run lies in a place that is no run directory's, such as one with two slashes at its end.
func (t *inputsThere) object(input string) error {
	u, err := s3.ParseURL(input)
	if err != nil {
		return nil // it was told already
	}
	remedy := ""
	if name := path.Base(u.Key); rundir.Names().Published(name) {
		in := s3.URL{Bucket: u.Bucket, Key: strings.TrimSuffix(u.Key, name)}
		if _, err := s3.ParseDir(in.String()); err == nil {
			return nil
		}
		remedy = "that of a run is " + shell.Quote(s3.URL{Bucket: u.Bucket, Key: strings.TrimPrefix(path.Clean("/"+u.Key), "/")}.String())
	}
	bucket := t.buckets[u.Bucket]
	if bucket == nil {
		if bucket, err = s3.Open(t.ctx, u.Bucket, t.cfg); err != nil {
			t.away = cmp.Or(t.away, err)
			return err
		}
		t.buckets[u.Bucket] = bucket
	}
	if t.away != nil {
		return nil
	}
	err = bucket.Look(t.ctx, u.Key, u.Version)
	e, ok := errors.AsType[*s3.Error](err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &refusal.Error{Msg: input + ": there is no such object", Remedy: remedy}
	case ok && e.Code() == "NoSuchBucket":
		return err
	default:
		t.away = err
		return err
	}
}
