package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/console"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/runlog"
	"attrmigrate/internal/s3"
)

// fetched are the inputs of a start that lie in S3. Files of this machine stand for them while it runs, in a directory that only
// its user can read.
type fetched struct {
	files map[string]string // by URL; nil: none lies there
	own   *disk.Private
	cfg   s3.Config
	notes io.Writer
}

// fetch fetches what a command reads and S3 has: its inputs, the export that fills a rehearsal, and the report of what failed in
// another run.
func (o *options) fetch(ctx context.Context, notes io.Writer, paths []string) (_ *fetched, err error) {
	f := &fetched{cfg: o.connection.s3(), notes: notes}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.remove())
		}
	}()
	for _, p := range append(paths[:len(paths):len(paths)], o.connection.from) {
		if s3.Is(p) && f.files[p] == "" {
			if err := f.input(ctx, p); err != nil {
				return nil, err
			}
		}
	}
	if s3.Is(o.onlyFailed) {
		if err := f.failed(ctx, o.onlyFailed); err != nil {
			return nil, fmt.Errorf("--only-failed: %w", err)
		}
	}
	return f, nil
}

// remove removes the files.
func (f *fetched) remove() error {
	if f.own == nil {
		return nil
	}
	return f.own.Close()
}

// input fetches an object that is an input.
func (f *fetched) input(ctx context.Context, text string) error {
	u, err := s3.ParseURL(text)
	switch {
	case err != nil:
		return err
	case u.Dir():
		return &refusal.UsageError{Err: fmt.Errorf("%s: it names no object", prose.Printable(text)), Remedy: "name one: s3://BUCKET/KEY; to see them: aws s3 ls " + u.String()}
	}
	bucket, err := s3.Open(ctx, u.Bucket, f.cfg)
	if err != nil {
		return err
	}
	defer bucket.Close()
	file, err := f.place(fmt.Sprint(len(f.files) + 1))
	if err == nil {
		file, err = f.file(ctx, bucket, u, file)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return &refusal.UsageError{Err: err, Remedy: refusal.HintOf(err)}
	}
	if err == nil {
		f.stand(text, file)
	}
	return err
}

func (f *fetched) stand(text, file string) {
	if f.files == nil {
		f.files = map[string]string{}
	}
	f.files[text] = file
}

// file fetches an object to a place. One that a run in S3 has published is a file of that run: if it has gone on since, as one
// does that was killed, it is made from the run's log, and lies elsewhere.
func (f *fetched) file(ctx context.Context, bucket *s3.Bucket, u s3.URL, place string) (string, error) {
	dir, name := s3.URL{Bucket: u.Bucket, Key: u.Key[:strings.LastIndexByte(u.Key, '/')+1]}, path.Base(u.Key)
	if u.Version == "" && rundir.Names().Published(name) {
		run := &rundir.Afar{Path: place + ".run", Store: bucket, Prefix: dir.Key}
		if err := noneAtWork(ctx, bucket, dir); err != nil {
			return "", err
		}
		newer, err := run.Newer(ctx, name)
		if err == nil && newer { // who may not see whether there is a run is told of the object itself
			return filepath.Join(run.Path, name), f.restore(ctx, run, u, name)
		}
	}
	return place, f.to(ctx, bucket, u, place)
}

// restore restores the run that a file lies in.
func (f *fetched) restore(ctx context.Context, run *rundir.Afar, u s3.URL, name string) error {
	if err := run.Restore(ctx, console.Restoring(f.notes)); err != nil {
		return err
	}
	if !disk.Exists(filepath.Join(run.Path, name)) {
		return fmt.Errorf("%s: the run has no such file: %w", u, fs.ErrNotExist)
	}
	return nil
}

// noneAtWork refuses what a run in S3 is writing, as [rundir.NoneAtWork] does of what lies in directories.
func noneAtWork(ctx context.Context, bucket *s3.Bucket, dir s3.URL) error {
	state, held, err := runlog.ReadLease(ctx, bucket, dir.Key+"lock.json")
	if err == nil && held {
		return &checkpoint.HeldError{Path: dir.String(), Info: state.Holder}
	}
	return nil // who may not read that, or finds something else there, is told of the object itself
}

// failed fetches what tells which records failed in a run.
func (f *fetched) failed(ctx context.Context, text string) error {
	u, err := s3.ParseURL(text)
	if err != nil {
		return err
	}
	bucket, err := s3.Open(ctx, u.Bucket, f.cfg)
	if err != nil {
		return err
	}
	defer bucket.Close()
	if err := noneAtWork(ctx, bucket, u.Below("")); err != nil {
		return err
	}
	dir, err := f.place("run")
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return err
	}
	f.stand(text, dir)
	run := &rundir.Afar{Path: dir, Store: bucket, Prefix: u.Below("").Key}
	if newer, err := run.Newer(ctx, checkpoint.FileName); err == nil && newer {
		return run.Restore(ctx, console.Restoring(f.notes))
	}
	for _, name := range []string{checkpoint.FileName, report.ErrorsCSV, report.ErrorsJSONL} {
		file := filepath.Join(dir, name)
		if err := f.to(ctx, bucket, u.Below(name), file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// place is a path in the directory, which is made for the first of them.
func (f *fetched) place(name string) (string, error) {
	if f.own == nil {
		own, err := disk.MakePrivate("")
		if err != nil {
			return "", &refusal.Error{Msg: fmt.Sprintf("no place for inputs from S3: %v", err), Remedy: "TMPDIR names a directory on a disk of this machine"}
		}
		f.own = own
	}
	return filepath.Join(f.own.Path, name), nil
}

// to fetches an object into a file, if there is room.
func (f *fetched) to(ctx context.Context, bucket *s3.Bucket, u s3.URL, file string) (err error) {
	var out *os.File
	defer func() {
		if out != nil {
			err = errors.Join(err, out.Close())
		}
	}()
	progress := console.Fetching(f.notes, u.String())
	return bucket.Fetch(ctx, u.Key, u.Version, s3.Fetching{Progress: progress, Make: func(size int64) (io.WriterAt, error) {
		if err := disk.Room(filepath.Dir(file), size); err != nil {
			return nil, &refusal.Error{Msg: fmt.Sprintf("%s: %v", u, err), Remedy: "make room, or have TMPDIR name a directory on another disk"}
		}
		out, err = os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		return out, err
	}})
}
