package runlog

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/disk"
)

// replaced is told by the file system of each file of a run that was replaced.
func (r *Run) replaced(dir, name string) error {
	switch {
	case dir != r.runDir():
	case name == r.c.Names.Asked:
		return r.asked.replaced(r.ctx)
	case slices.Contains(r.c.Names.Live, name):
		r.live.replaced(filepath.Join(r.Dir(), name))
	}
	return nil
}

// publish writes the files of each run that this start had under their names: those of the run of the directory where
// people look for them, and those of one that was set aside beside its log. Of an earlier run, none is left.
func (r *Run) publish(ctx context.Context) error {
	var errs []error
	for dir, k := range r.dirs {
		prefix, path := r.c.Prefix, filepath.Join(r.c.Work, dir)
		if dir != r.runDir() {
			prefix = runPrefix(r.c.Prefix, k.name)
		}
		if !disk.Exists(path) { // a start that did not begin has removed it
			continue
		}
		names, err := r.publishDir(ctx, path, prefix)
		if err == nil && dir == r.runDir() {
			err = r.unpublish(ctx, names)
		}
		if err == nil && dir == r.runDir() {
			now := r.now
			now.Published = k.number
			err = r.saveCurrent(ctx, now)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (r *Run) publishDir(ctx context.Context, dir, prefix string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !r.ships(e.Name()) || isTemporary(e.Name()) {
			continue
		}
		if !r.lease.Holds(r.c.Timeout) { // what another publishes is newer
			return nil, cmp.Or(r.lease.Err(), errReleased)
		}
		if err := r.upload(ctx, filepath.Join(dir, e.Name()), prefix+e.Name()); err != nil {
			return nil, err
		}
		names = append(names, e.Name())
	}
	return names, nil
}

func (r *Run) upload(ctx context.Context, path, key string) error {
	f, err := disk.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return r.c.Store.Upload(ctx, key, f, info.Size())
}

// unpublish removes what an earlier run of the directory has published, and this one has not.
func (r *Run) unpublish(ctx context.Context, names []string) error {
	var stale []string
	err := r.beside(ctx, func(key, name string) {
		if isName(name) && name != lockName && name != currentName && r.ships(name) && !slices.Contains(names, name) && r.c.Names.Published(name) {
			stale = append(stale, key)
		}
	})
	for _, key := range stale {
		if err == nil {
			err = r.c.Store.Delete(ctx, key)
		}
	}
	return err
}

// beside lists the objects of the directory, but for those of its runs, of which there may be very many.
func (r *Run) beside(ctx context.Context, each func(key, name string)) error {
	runs := r.c.Prefix + runsDir
	errRuns := errors.New("behind here are runs")
	err := list(ctx, r.c.Store, r.c.Prefix, "", func(e Entry) error {
		if strings.HasPrefix(e.Key, runs) {
			return errRuns
		}
		each(e.Key, strings.TrimPrefix(e.Key, r.c.Prefix))
		return nil
	})
	if !errors.Is(err, errRuns) {
		return err
	}
	return list(ctx, r.c.Store, r.c.Prefix, strings.TrimSuffix(runs, "/")+"0", func(e Entry) error { // behind the slash
		each(e.Key, strings.TrimPrefix(e.Key, r.c.Prefix))
		return nil
	})
}
