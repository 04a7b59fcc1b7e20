package runlog

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/disk"
)

// publisher publishes files while the run goes on: each time one is replaced, what it holds then. A goroutine of its own
// does, and leaves out what was replaced meanwhile.
type publisher struct {
	c    Config
	wake chan string
}

func newPublisher(c Config) *publisher { return &publisher{c: c, wake: make(chan string, 1)} }

// replaced tells that a file was. It never waits.
func (p *publisher) replaced(path string) {
	select {
	case p.wake <- path:
	default: // one waits already, and there is one live file that is replaced often
	}
}

func (p *publisher) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case path := <-p.wake:
			body, err := disk.ReadFile(path)
			if err == nil {
				_, err = p.c.Store.Put(ctx, p.c.Prefix+filepath.Base(path), body, Always)
			}
			if err != nil && ctx.Err() == nil {
				p.c.Log.Debug("not published: the next one is", "file", filepath.Base(path), "error", err)
			}
		}
	}
}

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
		prefix := r.c.Prefix
		if dir != r.runDir() {
			prefix = runPrefix(r.c.Prefix, k.name)
		}
		names, err := r.publishDir(ctx, filepath.Join(r.c.Work, dir), prefix)
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
		if !e.Type().IsRegular() || !r.ships(e.Name()) || strings.HasSuffix(e.Name(), temporary) {
			continue
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
	err := again(ctx, func() error {
		stale = nil
		return r.c.Store.List(ctx, r.c.Prefix, "", func(e Entry) error {
			name := strings.TrimPrefix(e.Key, r.c.Prefix)
			if isName(name) && name != lockName && name != currentName && r.ships(name) && !slices.Contains(names, name) && r.c.Names.Published(name) {
				stale = append(stale, e.Key)
			}
			return nil
		})
	})
	for _, key := range stale {
		if err == nil {
			err = r.c.Store.Delete(ctx, key)
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
