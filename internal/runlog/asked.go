package runlog

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"attrmigrate/internal/disk"
)

// askedInterval is how often it is looked whether something was asked of the run elsewhere.
const askedInterval = 2 * time.Second

// ErrRaced says that what people ask of a run was changed by somebody else meanwhile; what they asked is in the file now.
var ErrRaced = errors.New("somebody else has asked something at the same time")

// asked keeps the object and the file of what people ask of a run alike: what is asked here is written to the object, if that is
// what was known, and what is asked elsewhere is found by looking. Where nothing is asked there is no file, and no object or
// an empty one. It is used by several goroutines.
type asked struct {
	store Store
	key   string
	path  string // of the file

	mu    sync.Mutex
	known []byte
	tag   Condition // of the object; IfAbsent: there is none
}

func newAsked(store Store, key, path string) *asked {
	return &asked{store: store, key: key, path: path, tag: IfAbsent}
}

// fetch brings the file up to the object.
func (a *asked) fetch(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return again(ctx, func() error { return a.look(ctx) })
}

func (a *asked) look(ctx context.Context) error {
	o, err := a.store.Get(ctx, a.key)
	if errors.Is(err, fs.ErrNotExist) {
		o, err = Object{Tag: string(IfAbsent)}, nil
	}
	if err != nil || a.tag == Condition(o.Tag) {
		return err
	}
	if len(o.Body) == 0 {
		err = disk.RemoveIfThere(disk.OS{}, a.path)
	} else {
		err = disk.WriteFile(disk.OS{}, a.path, o.Body)
	}
	if err == nil {
		a.known, a.tag = o.Body, Condition(o.Tag)
	}
	return err
}

// watch looks again and again, until ctx ends.
func (a *asked) watch(ctx context.Context, log *slog.Logger) {
	for (Clock{}).sleep(ctx, askedInterval) == nil {
		if err := a.fetch(ctx); err != nil && ctx.Err() == nil {
			log.Debug("it could not be looked whether something is asked of the run", "error", err)
		}
	}
}

// replaced writes the object as the file is now. Where it was changed elsewhere the file gets that, and the error is an
// [ErrRaced].
func (a *asked) replaced(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	body, err := disk.ReadFile(a.path)
	if errors.Is(err, fs.ErrNotExist) {
		body, err = nil, nil
	}
	if err != nil || bytes.Equal(body, a.known) {
		return err
	}
	var tag string
	err = again(ctx, func() error {
		tag, err = a.store.Put(ctx, a.key, body, a.tag)
		return err
	})
	if err == nil {
		a.known, a.tag = body, Condition(tag)
		return nil
	}
	if !errors.Is(err, ErrTaken) {
		return err
	}
	if err := again(ctx, func() error { return a.look(ctx) }); err != nil {
		return err
	}
	if bytes.Equal(a.known, body) {
		return nil // an answer was lost
	}
	return ErrRaced
}
