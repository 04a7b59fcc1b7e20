package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
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
			if ctx.Err() != nil {
				err = refusal.ErrNotStarted
			}
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

// input fetches an object that is an input. One that lies in a run is that run's file as it is now.
func (f *fetched) input(ctx context.Context, text string) error {
	u, err := s3.ParseURL(text)
	switch {
	case err != nil:
		return err
	case u.Dir():
		return &refusal.UsageError{Err: fmt.Errorf("%s: it names no object", prose.Printable(text)), Remedy: "name one: s3://BUCKET/KEY; to see them: " + awsS3(f.cfg.Profile, "ls", u.String())}
	}
	bucket, err := s3.Open(ctx, u.Bucket, f.cfg)
	if err != nil {
		return err
	}
	defer bucket.Close()
	place, err := f.place()
	if err != nil {
		return err
	}
	if dir, name, ok := ofRun(u); ok {
		restored, err := f.restored(ctx, bucket, dir, name, place)
		if err != nil {
			return err
		}
		if file := filepath.Join(place, name); restored && disk.Exists(file) {
			f.stand(text, file)
			return nil
		}
	}
	file := filepath.Join(place, "input")
	err = f.to(ctx, bucket, u, file)
	if errors.Is(err, fs.ErrNotExist) {
		return &refusal.UsageError{Err: err, Remedy: refusal.HintOf(err)}
	}
	if err != nil {
		return err
	}
	f.stand(text, file)
	if name := toldBeside[path.Base(u.Key)]; name != "" && u.Version == "" {
		return f.beside(ctx, bucket, u, name, place)
	}
	return nil
}

// toldBeside is the file that says what a plan is of, or what an undo file was when its run left it.
var toldBeside = map[string]string{report.PlanJSONL: report.SummaryJSON, report.UndoJSONL: checkpoint.FileName}

// beside fetches an object that lies beside another one, if it does and may be read.
func (f *fetched) beside(ctx context.Context, bucket *s3.Bucket, u s3.URL, name, place string) error {
	u.Key = strings.TrimSuffix(u.Key, path.Base(u.Key)) + name
	err := f.to(ctx, bucket, u, filepath.Join(place, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return unlessDenied(err)
}

// places are the files on this machine, each followed by what people call it; the longer ones come first.
func (f *fetched) places() (pairs []string) {
	files := slices.Collect(maps.Keys(f.files))
	slices.SortFunc(files, func(a, b string) int { return len(f.files[b]) - len(f.files[a]) })
	for _, url := range files {
		pairs = append(pairs, f.files[url], strings.TrimRight(url, "/"))
	}
	return pairs
}

func (f *fetched) stand(text, file string) {
	if f.files == nil {
		f.files = map[string]string{}
	}
	f.files[text] = file
}

// ofRun tells which run directory an object may lie in, and what it is called there.
func ofRun(u s3.URL) (dir s3.URL, name string, ok bool) {
	dir, name = directoryOf(u)
	return dir, name, u.Version == "" && rundir.Names().Published(name)
}

// directoryOf is the directory of an object, and its name there.
func directoryOf(u s3.URL) (dir s3.URL, name string) {
	return s3.URL{Bucket: u.Bucket, Key: u.Key[:strings.LastIndexByte(u.Key, '/')+1]}, path.Base(u.Key)
}

// restored makes the files of a run in S3 in a directory, if one of them is newer than what is published under its name. A run that
// is being written is refused, as [rundir.NoneAtWork] does with those in directories. Who may not look whether there is a
// run is given the object as it stands.
func (f *fetched) restored(ctx context.Context, bucket *s3.Bucket, dir s3.URL, name, to string) (bool, error) {
	seen, err := runlog.Look(ctx, bucket, dir.Key, rundir.Names())
	if err != nil {
		return false, unlessDenied(err)
	}
	if seen.Inside {
		return false, &runlog.InsideError{Shown: strings.TrimRight(dir.String(), "/")}
	}
	last, held, err := seen.Holder(ctx)
	switch {
	case err != nil:
		return false, unlessDenied(err)
	case held:
		return false, rundir.HeldAfar(strings.TrimRight(dir.String(), "/"), last.Holder)
	case seen.Run == "":
		return false, nil
	}
	published, err := seen.Published(ctx, name)
	if err != nil || published {
		return false, unlessDenied(err)
	}
	return true, seen.Restore(ctx, to, console.Restoring(f.notes))
}

// unlessDenied leaves out that a permission is missing.
func unlessDenied(err error) error {
	if code := refusal.CodeOf(err); code == "AccessDenied" || code == "Forbidden" {
		return nil
	}
	return err
}

// failed fetches what tells which records failed in a run.
func (f *fetched) failed(ctx context.Context, text string) error {
	u, err := s3.ParseDir(text)
	if err != nil {
		return err
	}
	bucket, err := s3.Open(ctx, u.Bucket, f.cfg)
	if err != nil {
		return err
	}
	defer bucket.Close()
	dir, err := f.place()
	if err != nil {
		return err
	}
	restored, err := f.restored(ctx, bucket, u.Below(""), report.ErrorsCSV, dir)
	if err != nil {
		return err
	}
	f.stand(text, dir)
	if restored {
		return nil
	}
	for _, name := range []string{checkpoint.FileName, report.ErrorsCSV, report.ErrorsJSONL} {
		file := filepath.Join(dir, name)
		if err := f.to(ctx, bucket, u.Below(name), file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// place is a directory for one of them.
func (f *fetched) place() (string, error) {
	var err error
	if f.own == nil {
		f.own, err = disk.MakePrivate("")
	}
	dir := ""
	if err == nil {
		dir = filepath.Join(f.own.Path, fmt.Sprint(len(f.files)+1))
		err = os.Mkdir(dir, 0o700)
	}
	if err != nil {
		return "", &refusal.Error{Msg: fmt.Sprintf("no place for inputs from S3: %v", err), Remedy: "TMPDIR names a directory on a disk of this machine"}
	}
	return dir, nil
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
