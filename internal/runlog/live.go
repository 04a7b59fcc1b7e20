package runlog

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
)

// publisher publishes files while the run goes on: each time one is replaced, what it holds then, once that is durable. A
// goroutine of its own does, and leaves out what was replaced meanwhile. It replaces what it knows, so that a start that was
// overtaken, and wakes, puts nothing old in the place of the other's.
type publisher struct {
	c     Config
	calls attempts
	lease *Lease
	of    *FS
	wake  chan string
	tags  map[string]Condition // of what stands there, by name
}

func newPublisher(c Config, lease *Lease, of *FS) *publisher {
	return &publisher{c: c, calls: attempts{c.Store, c.Timeout}, lease: lease, of: of, wake: make(chan string, 1), tags: map[string]Condition{}}
}

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
			if err := p.publish(ctx, path); err != nil && ctx.Err() == nil {
				p.c.Log.Debug("not published: the next one is", "file", filepath.Base(path), "error", err)
			}
		}
	}
}

func (p *publisher) publish(ctx context.Context, path string) error {
	body, at, err := p.of.content(path)
	if err == nil && at.log != nil {
		err = at.log.reached(at.number)
	}
	if err != nil {
		return err
	}
	name := filepath.Base(path)
	for range 2 {
		tag, known := p.tags[name]
		if !known {
			if tag, err = p.look(ctx, name); err != nil {
				return err
			}
		}
		if !p.lease.Holds(p.c.Timeout) {
			return p.lease.Err()
		}
		var now string
		now, err = p.calls.put(ctx, p.c.Prefix+name, body, tag)
		if err == nil {
			p.tags[name] = Condition(now)
			return nil
		}
		delete(p.tags, name)
		if !taken(err) {
			return err
		}
	}
	return err
}

// look finds out what stands there.
func (p *publisher) look(ctx context.Context, name string) (Condition, error) {
	o, err := p.calls.get(ctx, p.c.Prefix+name)
	if errors.Is(err, fs.ErrNotExist) {
		return IfAbsent, nil
	}
	return Condition(o.Tag), err
}
