package runlog

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"attrmigrate/internal/disk"
)

const (
	fetches    = 64  // objects that are fetched at once
	fetchBytes = 128 // MiB of them
)

// part is an object of a log, or a snapshot in place of many. Of a long run there may be very many.
type part struct {
	number int64 // its own, or the last that it holds
	size   int64
	folded bool // it is a snapshot
}

// restoration is what is there to be restored of a run, in order.
type restoration struct {
	prefix    string // of the run
	parts     []part
	bytes     int64
	next      int64          // the number behind the last
	snapshots map[int64]part // by the last number of each
}

// survey lists what there is of the run that is kept under a prefix. Objects that have a snapshot are left out.
func survey(ctx context.Context, store Store, prefix string) (*restoration, error) {
	r := &restoration{prefix: prefix, next: 1, snapshots: map[int64]part{}}
	found, err := numbered(ctx, store, prefix+snapshotDir, "")
	if err != nil {
		return nil, err
	}
	for _, p := range found {
		p.folded = true
		r.snapshots[p.number] = p
	}
	behind := ""
	for r.take(foldSize) {
		behind = r.key(part{number: r.next - 1})
	}
	if found, err = numbered(ctx, store, prefix+logDir, behind); err != nil {
		return nil, err
	}
	for _, p := range found {
		switch {
		case p.number < r.next: // of a block that has a snapshot
		case p.number != r.next:
			return nil, &DamagedError{Key: r.key(part{number: r.next}), Err: errors.New("it is missing, and later ones are there")}
		case !r.take(foldSize):
			r.add(p)
		}
	}
	return r, nil
}

// take takes the snapshot of the block that begins with the next number, if there is one.
func (r *restoration) take(size int64) bool {
	p, ok := r.snapshots[r.next+size-1]
	if ok = ok && r.next%size == 1; ok {
		r.add(p)
	}
	return ok
}

func (r *restoration) add(p part) {
	r.parts = append(r.parts, p)
	r.bytes += p.size
	r.next = p.number + 1
}

// key is that of the object.
func (r *restoration) key(p part) string {
	if p.folded {
		return Key(r.prefix+snapshotDir, p.number)
	}
	return Key(r.prefix+logDir, p.number)
}

// numbered gives the numbered objects under a prefix.
func numbered(ctx context.Context, store Store, prefix, behind string) (found []part, err error) {
	err = list(ctx, store, prefix, behind, func(e Entry) error {
		number, err := strconv.ParseInt(strings.TrimPrefix(e.Key, prefix), 10, 64)
		if err == nil && number > 0 && Key(prefix, number) == e.Key {
			found = append(found, part{number: number, size: e.Size})
		}
		return nil
	})
	slices.SortFunc(found, func(a, b part) int { return cmp.Compare(a.number, b.number) }) // beyond nine digits, keys have another order
	return found, err
}

// list lists objects as the store does. After a failure that passes it goes on where it was, and has as many tries again.
func list(ctx context.Context, store Store, prefix, behind string, each func(Entry) error) error {
	errFurther := errors.New("it has come further")
	for {
		began := behind
		err := again(ctx, func() error {
			err := store.List(ctx, prefix, behind, func(e Entry) error {
				behind = e.Key
				return each(e)
			})
			if Passing(err) && behind != began {
				return errFurther
			}
			return err
		})
		if err != errFurther {
			return err
		}
	}
}

// restore makes the files of the run in a directory, and tells how many of all bytes are there.
func (r *restoration) restore(ctx context.Context, store Store, dir string, told func(done, total int64)) error {
	if err := disk.Room(dir, r.bytes); err != nil {
		return err
	}
	to := newReplayer(dir)
	defer to.close()
	done := int64(0)
	return r.fetch(ctx, store, func(p part, s Segment) error {
		if err := to.replay(r.key(p), s.Payload); err != nil {
			return err
		}
		done += p.size
		told(done, r.bytes)
		return nil
	})
}

// fetched is a part that was fetched, or why it was not.
type fetched struct {
	segment Segment
	err     error
}

// fetch gives the parts in their order. Many are fetched at once, by goroutines that have ended when it returns.
func (r *restoration) fetch(ctx context.Context, store Store, each func(part, Segment) error) error {
	ctx, cancel := context.WithCancel(ctx)
	room := make(chan struct{}, fetchBytes)
	coming := make(chan chan fetched, fetches)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer close(coming)
		for _, p := range r.parts {
			for range p.weight() {
				select {
				case room <- struct{}{}:
				case <-ctx.Done():
					return
				}
			}
			c := make(chan fetched, 1)
			go func() { c <- r.fetchPart(ctx, store, p) }()
			coming <- c
		}
	}()
	var failed error
	n := 0
	for c := range coming {
		f := <-c
		for range r.parts[n].weight() {
			<-room
		}
		if failed == nil {
			if failed = f.err; failed == nil {
				failed = each(r.parts[n], f.segment)
			}
			if failed != nil {
				cancel()
			}
		}
		n++
	}
	<-ended
	cancel()
	if failed == nil && n < len(r.parts) {
		failed = ctx.Err()
	}
	return failed
}

// weight is about how many MiB a part is, as far as they are counted.
func (p part) weight() int64 { return min(p.size>>20+1, fetchBytes) }

func (r *restoration) fetchPart(ctx context.Context, store Store, p part) (f fetched) {
	key := r.key(p)
	f.err = again(ctx, func() error {
		o, err := store.Get(ctx, key)
		if errors.Is(err, fs.ErrNotExist) {
			err = errors.New("it is missing, and was listed")
		} else if err != nil {
			return err
		} else if f.segment, err = Unseal(p.number, o.Body); err == nil {
			err = f.segment.belongs(runName(r.prefix), p.folded)
		}
		if err != nil {
			return &DamagedError{Key: key, Err: err}
		}
		return nil
	})
	return f
}

// What a directory has its runs under, and each run its log, behind its prefix.
const (
	runsDir     = "runs/"
	logDir      = "log/"
	snapshotDir = "snapshot/"
)

// runPrefix is where the run of a directory is kept that has a name.
func runPrefix(prefix, name string) string {
	return prefix + runsDir + name + "/"
}

// runName is the name of the run that is kept under a prefix.
func runName(prefix string) string { return path.Base(prefix) }
