package runlog

import (
	"context"
	"errors"
	"fmt"
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

// part is an object of a log, or a snapshot in place of many.
type part struct {
	key    string
	number int64 // its own, or the last that it holds
	size   int64
}

// restoration is what is there to be restored of a run, in order.
type restoration struct {
	parts  []part
	bytes  int64
	next   int64 // the number behind the last
	folded int64 // up to this one everything is in snapshots
}

// survey lists what there is of the run that is kept under a prefix. Objects that have a snapshot are left out.
func survey(ctx context.Context, store Store, prefix string) (*restoration, error) {
	r := &restoration{next: 1}
	snapshots := map[int64]part{}
	err := list(ctx, store, prefix+snapshotDir, "", func(p part) error {
		snapshots[p.number] = p
		return nil
	})
	if err != nil {
		return nil, err
	}
	for snapshots[r.folded+foldSize].key != "" {
		r.folded += foldSize
		r.add(snapshots[r.folded])
	}
	behind := ""
	if r.folded > 0 {
		behind = Key(prefix+logDir, r.folded)
	}
	err = list(ctx, store, prefix+logDir, behind, func(p part) error {
		switch {
		case p.number < r.next: // of a block that has a snapshot
			return nil
		case p.number != r.next:
			return &DamagedError{Key: Key(prefix+logDir, r.next), Err: errors.New("it is missing, and later ones are there")}
		case p.number%foldSize == 1 && snapshots[p.number+foldSize-1].key != "":
			p = snapshots[p.number+foldSize-1]
		}
		r.add(p)
		return nil
	})
	return r, err
}

func (r *restoration) add(p part) {
	r.parts = append(r.parts, p)
	r.bytes += p.size
	r.next = p.number + 1
}

// list gives the numbered objects under a prefix.
func list(ctx context.Context, store Store, prefix, behind string, each func(part) error) error {
	var found []part
	err := again(ctx, func() error {
		found = found[:0]
		return store.List(ctx, prefix, behind, func(e Entry) error {
			number, err := strconv.ParseInt(strings.TrimPrefix(e.Key, prefix), 10, 64)
			if err == nil && number > 0 && Key(prefix, number) == e.Key {
				found = append(found, part{e.Key, number, e.Size})
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b part) int { return int(a.number - b.number) }) // beyond nine digits, keys have another order
	for _, p := range found {
		if err := each(p); err != nil {
			return err
		}
	}
	return nil
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
		if err := to.replay(s.Payload); err != nil {
			return &DamagedError{Key: p.key, Err: err}
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
			go func() { c <- fetchPart(ctx, store, p) }()
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

func fetchPart(ctx context.Context, store Store, p part) (f fetched) {
	f.err = again(ctx, func() error {
		o, err := store.Get(ctx, p.key)
		if err == nil {
			f.segment, err = Unseal(p.number, o.Body)
			if err != nil {
				err = &DamagedError{Key: p.key, Err: err}
			}
		}
		return err
	})
	return f
}

// snapshotName is the key of the snapshot of a block of objects, by its last.
func snapshotName(prefix string, last int64) string { return Key(prefix+snapshotDir, last) }

// What a run is kept under, behind its prefix.
const (
	logDir      = "log/"
	snapshotDir = "snapshot/"
)

// runPrefix is where the run of a directory is kept that has a name.
func runPrefix(prefix, name string) string {
	return fmt.Sprintf("%sruns/%s/", prefix, path.Clean(name))
}
