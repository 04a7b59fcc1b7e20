package runlog

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"path/filepath"
)

// publisher publishes files while the run goes on: each time one is replaced, all that have changed, as they are once that
// is durable. A goroutine of its own does, and leaves out what was replaced meanwhile. It replaces what it knows, so that a start that was
// overtaken, and wakes, puts nothing old in the place of the other's.
type publisher struct {
	c     Config
	calls attempts
	lease *Lease
	of    *FS
	dir   string // of the run
	wake  chan struct{}
	tags  map[string]Condition // of what stands there, by name
	last  map[string][]byte    // what that holds
}

func newPublisher(c Config, lease *Lease, of *FS, dir string) *publisher {
	return &publisher{c: c, calls: attempts{c.Store, c.Timeout}, lease: lease, of: of, dir: dir, wake: make(chan struct{}, 1),
		tags: map[string]Condition{}, last: map[string][]byte{}}
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
			if err := p.publish(ctx, name); err != nil && ctx.Err() == nil && !errors.Is(err, fs.ErrNotExist) {
				p.c.Log.Debug("not published: the next one is", "file", name, "error", err)
			}
		}
	}
}

func (p *publisher) publish(ctx context.Context, name string) error {
	body, at, err := p.of.content(filepath.Join(p.dir, name))
	if last, known := p.last[name]; err != nil || known && bytes.Equal(body, last) {
		return err
	}
	if at.log != nil {
		err = at.log.reached(at.number)
	}
	if err != nil {
		return err
	}
	for range 2 {
		tag, known := p.tags[name]
		if !known {
			if tag, err = p.calls.stands(ctx, p.c.Prefix+name); err != nil {
				return err
			}
		}
		if !p.lease.Holds(p.c.Timeout) {
			return p.lease.Err()
		}
		var now string
		now, err = p.calls.put(ctx, p.c.Prefix+name, body, tag)
		if err == nil {
			p.tags[name], p.last[name] = Condition(now), body
			return nil
		}
		delete(p.tags, name)
		delete(p.last, name)
		if !taken(err) {
			return err
		}
	}
	return err
}

// withdraw takes back what the run that the directory held has published: the next one has nothing yet. It is called before
// the directory holds that one.
func (p *publisher) withdraw(ctx context.Context) error {
	for _, name := range p.c.Names.Live {
		if err := again(ctx, func() error { return p.lease.remove(ctx, p.c.Prefix+name) }); err != nil {
			return err
		}
	}
	return nil
}
