package runlog

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"attrmigrate/internal/disk"
)

// publisher publishes files while the run goes on, for those who look at it. A goroutine of its own does, and leaves out what
// was replaced meanwhile.
type publisher struct {
	c     Config
	dir   string // of the run
	lease *Lease
	wake  chan struct{}
	there map[string]published // by name
}

// published is what was published last of a file.
type published struct {
	body []byte
	tag  Condition
}

func newPublisher(c Config, dir string, lease *Lease) *publisher {
	return &publisher{c: c, dir: dir, lease: lease, wake: make(chan struct{}, 1), there: map[string]published{}}
}

// replaced tells that a file was. It never waits.
func (p *publisher) replaced() {
	select {
	case p.wake <- struct{}{}:
	default: // one waits already
	}
}

func (p *publisher) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.wake:
		}
		for _, name := range p.c.Names.Live {
			if err := p.publish(ctx, name); err != nil && ctx.Err() == nil {
				p.c.Log.Debug("not published: the next one is", "file", name, "error", err)
			}
		}
	}
}

// publish publishes a file as it is, if it is not. An owner that was overtaken meanwhile replaces nothing: not what it has not
// written itself, unless it has the lease when it has seen it.
func (p *publisher) publish(ctx context.Context, name string) error {
	body, err := disk.ReadFile(filepath.Join(p.dir, name))
	last, known := p.there[name]
	if err != nil || known && bytes.Equal(body, last.body) {
		return err
	}
	if !known {
		if last.tag, err = p.tagOf(ctx, name); err != nil {
			return err
		}
	}
	if !p.lease.Holds(0) {
		return p.lease.Err()
	}
	tag, err := p.c.Store.Put(ctx, p.c.Prefix+name, body, last.tag)
	if err != nil {
		delete(p.there, name) // it may be there, or another's
		return err
	}
	p.there[name] = published{body, Condition(tag)}
	return nil
}

func (p *publisher) tagOf(ctx context.Context, name string) (Condition, error) {
	o, err := p.c.Store.Get(ctx, p.c.Prefix+name)
	if errors.Is(err, fs.ErrNotExist) {
		return IfAbsent, nil
	}
	return Condition(o.Tag), err
}

// withdraw takes back what the run that the directory held has published: the next one has nothing yet. It is called before
// the directory holds that one.
func (p *publisher) withdraw(ctx context.Context) error {
	for _, name := range p.c.Names.Live {
		if err := again(ctx, func() error { return p.c.Store.Delete(ctx, p.c.Prefix+name) }); err != nil {
			return err
		}
	}
	return nil
}

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

// publish writes the files of each run that this start had under their names: those of the run of the directory where
// people look for them, and those of one that was set aside beside its log, with what was asked of it. Of an earlier run,
// none is left.
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
		asked := e.Name() == r.c.Names.Asked && prefix != r.c.Prefix
		if !e.Type().IsRegular() || !r.ships(e.Name()) && !asked || strings.HasSuffix(e.Name(), temporary) {
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
	there, err := files(ctx, r.c.Store, r.c.Prefix)
	for _, name := range there {
		own := name == lockName || name == currentName || !r.ships(name)
		if err == nil && !own && !slices.Contains(names, name) && r.c.Names.Published(name) {
			err = again(ctx, func() error { return r.c.Store.Delete(ctx, r.c.Prefix+name) })
		}
	}
	return err
}
