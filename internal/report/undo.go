package report

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"attrmigrate/checkpoint"
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
}

// Undo writes undo.jsonl: a change set that goes back, each entry under the condition that the user
// still has what was written. It may be used by many goroutines. An error stays: what reached the disk
// is then unknown, and every later Append fails.
type Undo struct {
	mu      sync.Mutex
	written *sync.Cond // a batch was written, or failed
	disk    disk       // used by the goroutine that has set writing; nil once it is closed
	writing bool
	batch   *batch // gathers the entries that are not being written yet
	last    int64  // the highest number given out
	err     error  // the first error
}

// batch is a number of entries that are made durable together.
type batch struct {
	lines []byte
	done  bool
}

// disk is what an undo file asks of the operating system.
type disk interface {
	Write(b []byte) (int, error)
	Sync() error
	Close() error
}

// OpenUndo creates undo.jsonl in a run directory, or goes on with it: a last line that a crash has cut
// short is removed, and numbers go on behind the highest. A file that is not an undo file, or is
// damaged before its last line, is a *[checkpoint.DamagedError].
func OpenUndo(dir string) (*Undo, error) {
	path := filepath.Join(dir, UndoJSONL)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	last, err := mendUndo(f)
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = checkpoint.SyncDir(dir)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return newUndo(f, last), nil
}

func newUndo(d disk, last int64) *Undo {
	u := &Undo{disk: d, last: last, batch: &batch{}}
	u.written = sync.NewCond(&u.mu)
	return u
}

// mendUndo checks every line of an undo file, settles its last line, and returns its highest number.
func mendUndo(f *os.File) (last int64, err error) {
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, bufferSize), sources.MaxRecord)
	lines.Split(wholeLines)
	var length int64 // of the lines before
	for n := 1; lines.Scan(); n++ {
		line := lines.Bytes()
		number, ok := undoNumber(line)
		switch whole := line[len(line)-1] == '\n'; {
		case ok && !whole: // somebody's editor has taken the line end off
			_, err = f.WriteString("\n")
			return max(last, number), err
		case ok:
			last = max(last, number)
		case !whole && tornEntry(line):
			return last, f.Truncate(length)
		default:
			return 0, damaged(f.Name(), "line %d is no undo entry", n)
		}
		length += int64(len(line))
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return 0, damaged(f.Name(), "it has a line of over %d bytes, which is no undo entry", sources.MaxRecord)
	}
	return last, lines.Err()
}

// wholeLines cuts lines and leaves them their ends.
func wholeLines(data []byte, atEnd bool) (advance int, line []byte, err error) {
	n := bytes.IndexByte(data, '\n') + 1
	if n == 0 && atEnd {
		n = len(data)
	}
	if n == 0 {
		return 0, nil, nil
	}
	return n, data[:n], nil
}

// undoNumber returns the number of an entry, and whether the line is one.
func undoNumber(line []byte) (int64, bool) {
	var entry struct {
		Number int64 `json:"_undo"`
	}
	err := json.Unmarshal(line, &entry, jsontext.AllowDuplicateNames(true))
	return entry.Number, err == nil && entry.Number > 0
}

// tornEntry reports whether a crash may have left the line: the beginning of an entry, or the zeros
// that a file system gives back for what never reached the disk.
func tornEntry(line []byte) bool {
	const begin = `{"` + undoMember + `":`
	n := min(len(line), len(begin))
	return string(line[:n]) == begin[:n] || len(bytes.Trim(line, "\x00")) == 0
}

// Append writes an entry and returns once it is durable. Entries that come while others are being
// written wait for these, and are then written together.
func (u *Undo) Append(e UndoEntry) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err != nil {
		return u.err
	}
	b := u.batch
	lines, err := appendChange(b.lines, origin{u.last + 1, e.Input, e.Line},
		&sources.Change{Username: e.Username, Attributes: e.Before, Expect: e.Wrote})
	if err != nil {
		return fmt.Errorf("undo entry: %w", err) // b.lines is as long as before
	}
	b.lines = lines
	u.last++
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

// write makes the batch durable. It gives up the mutex meanwhile, so that the next batch can gather.
func (u *Undo) write() {
	b := u.batch
	u.batch, u.writing = &batch{}, true
	u.mu.Unlock()
	_, err := u.disk.Write(b.lines)
	if err == nil {
		err = u.disk.Sync()
	}
	u.mu.Lock()
	u.writing = false
	if b.done = err == nil; !b.done && u.err == nil {
		u.err = err
	}
	u.written.Broadcast()
}

// Close waits for the batch that is being written and closes the file. Every other Append fails.
func (u *Undo) Close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err == nil {
		u.err = fs.ErrClosed
	}
	for u.writing {
		u.written.Wait()
	}
	u.written.Broadcast()
	if u.disk == nil {
		return nil
	}
	d := u.disk
	u.disk = nil
	return d.Close()
}
