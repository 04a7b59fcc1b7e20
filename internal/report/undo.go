package report

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/sources"
)

// UndoJSONL is the name of the undo file in a run directory.
const UndoJSONL = "undo.jsonl"

// UndoEntry is the way back of one update.
type UndoEntry struct {
	Username string
	Before   []sources.Attribute // what the user had; Delete: it was absent
	Wrote    []sources.Attribute // what the update sets; Delete: it deletes
	// Input is the index of the input that the record is from, and Line the line on which it begins: so a
	// run that repeats its last records after a crash knows what it has sent.
	Input, Line int
	// Name is the name by which that record knows the user, if that is not the Username.
	Name string
	// Order is the sequence that the record is in; see [sources.Change].
	Order string
}

// undo writes undo.jsonl: a change set that goes back, each entry under the condition that the user
// still has what was written. It may be used by many goroutines. An error stays: what reached the disk
// is then unknown, and every later append fails.
type undo struct {
	mu      sync.Mutex
	written *sync.Cond // a batch was written, or failed
	out     appendOnly // used by the goroutine that has set writing; nil once it is closed
	writing bool
	begun   time.Time         // when the batch before was written; used by the goroutine that has set writing
	batch   *batch            // gathers the entries that are not being written yet
	last    int64             // the highest number given out
	extent  checkpoint.Extent // what is durable
	err     error             // the first error
}

// gathering is the least time between the writing of two batches. A disk that syncs in half a
// millisecond would else be asked to by every few entries, and at thousands of updates a second half of
// the processor's time would go there; at the rates that a quota allows, no entry waits for it.
const gathering = 5 * time.Millisecond

// batch is a number of entries that are made durable together.
type batch struct {
	lines []byte
	done  bool
}

// appendOnly is what an undo file asks of the file system once it is open.
type appendOnly interface {
	Write(b []byte) (int, error)
	Sync() error
	Close() error
}

// openUndo creates undo.jsonl in a run directory, or goes on with it: what a crash has cut short at its end is
// removed, what the checkpoint does not know of is written again, and numbers go on behind the highest. A file
// that has lost some of what the checkpoint recorded, is not an undo file, or is damaged in another way than by
// a crash, is a *[checkpoint.DamagedError].
func openUndo(cfg Config) (*undo, error) {
	on, path := cfg.disk(), filepath.Join(cfg.Dir, UndoJSONL)
	create, known := os.O_CREATE, cfg.Recorded[UndoJSONL]
	if known.Length > 0 {
		create = 0
	}
	f, err := on.OpenFile(path, os.O_RDWR|create, 0o600)
	if known.Length > 0 && errors.Is(err, fs.ErrNotExist) {
		return nil, missing(path, known)
	}
	if err != nil {
		return nil, err
	}
	u := newUndo(nil)
	err = u.mend(f, known)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = on.SyncDir(cfg.Dir)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	u.out = appending{f, io.NewOffsetWriter(f, u.extent.Length)}
	return u, nil
}

// appending writes behind what is there. It does not open the file for appending: that one cannot write again
// what stands in it.
type appending struct {
	disk.File
	end *io.OffsetWriter
}

// Write implements [appendOnly].
func (a appending) Write(b []byte) (int, error) { return a.end.Write(b) }

func newUndo(out appendOnly) *undo {
	u := &undo{out: out, batch: &batch{}}
	u.written = sync.NewCond(&u.mu)
	return u
}

// append writes entries, one behind the other, and returns once they are durable. Entries that come while others
// are being written wait for these, and are then written together. Several are a sequence.
func (u *undo) append(entries ...UndoEntry) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err != nil {
		return u.err
	}
	b, lines, order := u.batch, u.batch.lines, ""
	if len(entries) > 1 {
		order = fmt.Sprintf("undo %d", u.last+1)
	}
	for i, e := range entries {
		var err error
		lines, err = appendChange(lines, origin{u.last + int64(i) + 1, e.Input, e.Line, e.Name},
			&sources.Change{Username: e.Username, Attributes: e.Before, Expect: e.Wrote, Order: cmp.Or(e.Order, order)})
		if err != nil {
			return fmt.Errorf("undo entry: %w", err) // b.lines is as long as before
		}
	}
	b.lines = lines
	u.last += int64(len(entries))
	for !b.done && u.err == nil {
		if u.writing {
			u.written.Wait()
		} else {
			u.write()
		}
	}
	if b.done {
		return nil
	}
	return u.err
}

// write makes the batch durable, with what else comes before it is time. It gives up the mutex meanwhile,
// so that entries can gather: first in this batch, then in the next.
func (u *undo) write() {
	u.writing = true
	u.mu.Unlock()
	time.Sleep(time.Until(u.begun.Add(gathering)))
	u.begun = time.Now()
	u.mu.Lock()
	b := u.batch
	u.batch = &batch{}
	u.mu.Unlock()
	_, err := u.out.Write(b.lines)
	if err == nil {
		err = u.out.Sync()
	}
	u.mu.Lock()
	u.writing = false
	switch {
	case err == nil:
		b.done = true
		u.extent = u.extent.With(b.lines)
	case u.err == nil:
		u.err = err
	}
	u.written.Broadcast()
}

// durable is what is durable of the file.
func (u *undo) durable() checkpoint.Extent {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.extent
}

// close waits for the batch that is being written and closes the file. Every other append fails.
func (u *undo) close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err == nil {
		u.err = fs.ErrClosed
	}
	for u.writing {
		u.written.Wait()
	}
	u.written.Broadcast()
	if u.out == nil {
		return nil
	}
	out := u.out
	u.out = nil
	return out.Close()
}
