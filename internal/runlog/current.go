package runlog

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
)

// current is current.json: which run a directory holds.
type current struct {
	Run string `json:"run"`
	// Published is the number of the object of the log up to which the files of the run are published under their names.
	Published int64 `json:"published,omitempty"`
	// Generation is that of the owner who wrote it. Each begins by writing it, so that no owner of before can any more: what
	// he would replace is not there again.
	Generation int64 `json:"generation"`

	tag Condition
}

// The objects of a directory.
const (
	currentName = "current.json"
	lockName    = "lock.json"
)

// loadCurrent reads it; one that is not there names no run.
func loadCurrent(ctx context.Context, store Store, prefix string) (c current, err error) {
	err = again(ctx, func() error {
		o, err := store.Get(ctx, prefix+currentName)
		if errors.Is(err, fs.ErrNotExist) {
			c = current{tag: IfAbsent}
			return nil
		}
		if err != nil {
			return err
		}
		c = current{tag: Condition(o.Tag)}
		if err := json.Unmarshal(o.Body, &c); err != nil || !isName(c.Run) {
			return &DamagedError{Key: prefix + currentName, Err: errors.New("it names no run")}
		}
		return nil
	})
	return c, err
}

// Keeps tells whether a run has an object of this name in its directory to say which run it holds, and whose it is.
func Keeps(name string) bool { return name == currentName || name == lockName }

// take makes current.json this owner's, before anything of the run is read. What another has written meanwhile is read anew.
func (r *Run) take(ctx context.Context) error {
	for {
		now, err := loadCurrent(ctx, r.c.Store, r.c.Prefix)
		if err != nil {
			return err
		}
		if now.Run == "" {
			now.Run = r.newName()
		}
		err = r.saveCurrent(ctx, now)
		if _, other := errors.AsType[*OvertakenError](err); !other || !r.lease.Holds(r.c.Timeout) {
			return err
		}
	}
}

// setCurrent has the directory hold another run.
func (r *Run) setCurrent(ctx context.Context, name string) error {
	return r.saveCurrent(ctx, current{Run: name, tag: r.now.tag})
}

// saveCurrent replaces current.json. What stands there otherwise is an answer that was lost, or another owner's.
func (r *Run) saveCurrent(ctx context.Context, c current) error {
	c.Generation = r.lease.Generation()
	body, err := json.Marshal(c)
	if err != nil {
		return err
	}
	var tag string
	err = again(ctx, func() error {
		tag, err = r.c.Store.Put(ctx, r.c.Prefix+currentName, body, c.tag)
		return err
	})
	if errors.Is(err, ErrTaken) {
		there, failed := loadCurrent(ctx, r.c.Store, r.c.Prefix)
		if failed != nil {
			return failed
		}
		tag = string(there.tag)
		there.tag = c.tag
		if there != c {
			return &OvertakenError{Key: r.c.shown(r.c.Prefix + currentName)}
		}
		err = nil
	}
	if err == nil {
		c.tag = Condition(tag)
		r.now = c
	}
	return err
}
