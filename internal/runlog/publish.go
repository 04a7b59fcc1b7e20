package runlog

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"attrmigrate/internal/disk"
)

// replaced is told by the file system of each file of a run that was replaced.
func (r *Run) replaced(dir, name string) error {
	switch {
	case dir != r.runDir():
	case name == r.c.Names.Asked:
		return r.asked.replaced(r.ctx)
	case slices.Contains(r.c.Names.Live, name):
		r.live.replaced()
	}
	return nil
}

// publishPatiently publishes until all is, is refused, or has failed for as long as a lease lasts. What was written is not written again.
func (r *Run) publishPatiently(ctx context.Context) error {
	uploaded := map[string]bool{} // by key
	return r.lease.patiently(ctx, func() (done bool, err error) {
		err = r.publish(ctx, uploaded)
		return err == nil, err
	})
}

// publish writes the files of each run that this start had under their names: those of the run of the directory where
// people look for them, and those of one that was set aside beside its log, with what was asked of it. Of an earlier run,
// none is left. A start that has written nothing leaves what is there, which somebody may have mended, and adds what is not.
func (r *Run) publish(ctx context.Context, uploaded map[string]bool) error {
	var errs []error
	for dir, k := range r.dirs {
		prefix, path := r.c.Prefix, filepath.Join(r.c.Work, dir)
		if dir != r.runDir() {
			prefix = runPrefix(r.c.Prefix, k.name)
		}
		if !disk.Exists(path) { // a start that did not begin has removed it
			continue
		}
		there, err := files(ctx, r.c.Store, prefix)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if k.whole == k.number {
			for _, name := range there {
				uploaded[prefix+name] = true
			}
		}
		names, err := r.publishDir(ctx, path, prefix, uploaded)
		if err == nil && dir == r.runDir() {
			err = r.unpublish(ctx, there, names)
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

// publishDir replaces what stands there, and nothing else: what an owner of before was publishing when its machine went away, and
// the store takes only later, would replace what is no more.
func (r *Run) publishDir(ctx context.Context, dir, prefix string, uploaded map[string]bool) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		asked := e.Name() == r.c.Names.Asked && prefix != r.c.Prefix
		if !e.Type().IsRegular() || !r.ships(e.Name()) && !asked || isTemporary(e.Name()) {
			continue
		}
		names = append(names, e.Name())
		key := prefix + e.Name()
		if uploaded[key] {
			continue
		}
		err := r.lease.replace(ctx, key, func(stands Condition) error {
			return r.upload(ctx, filepath.Join(dir, e.Name()), key, stands)
		})
		if err != nil {
			return nil, err
		}
		uploaded[key] = true
	}
	return names, nil
}

func (r *Run) upload(ctx context.Context, path, key string, when Condition) error {
	f, err := disk.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return r.c.Store.Upload(ctx, key, whileHeld{f, r.lease}, info.Size(), when)
}

// whileHeld reads a file as long as the lease holds: what a machine that stood still had yet to send is old.
type whileHeld struct {
	io.ReaderAt
	lease *Lease
}

func (w whileHeld) ReadAt(b []byte, at int64) (int, error) {
	if !w.lease.Holds(0) {
		return 0, cmp.Or(w.lease.Err(), errReleased)
	}
	return w.ReaderAt.ReadAt(b, at)
}

// unpublish removes what an earlier run of the directory has published, and this one has not: of what was there before this one
// published anything.
func (r *Run) unpublish(ctx context.Context, there, names []string) error {
	for _, name := range there {
		own := name == lockName || name == currentName || !r.ships(name)
		if own || slices.Contains(names, name) || !r.c.Names.Published(name) {
			continue
		}
		if err := r.lease.remove(ctx, r.c.Prefix+name); err != nil {
			return err
		}
	}
	return nil
}
