package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// record is one line of the journal: an accepted mutation, with the states that it led to.
type record struct {
	Pool     string                    `json:"pool"`
	Document map[string]jsontext.Value `json:"document,omitempty"` // a pool was created
	Put      []User                    `json:"put,omitempty"`      // users were created or changed
	Delete   string                    `json:"delete,omitempty"`   // a user was deleted, by sub
	Update   *Update                   `json:"update,omitempty"`   // for the log
}

// ledger numbers the updates, keeps the log and writes the journal, all in one order.
type ledger struct {
	mu      sync.Mutex
	file    *os.File // nil: no journal
	size    int64    // bytes of whole lines
	broken  error    // why the journal can take no more
	last    int64    // sequence of the last update
	updates []Update
	keep    int
}

// openLedger replays the journal at path, if it exists, and cuts off a torn last line. No path: no
// journal.
func openLedger(path string, keep int, replay func(record) error) (*ledger, error) {
	l := &ledger{keep: keep}
	if path == "" {
		return l, nil
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("sandbox journal: %w", err)
	}
	l.file = file
	if err := l.replay(path, replay); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return l, nil
}

func (l *ledger) replay(path string, apply func(record) error) error {
	reader := bufio.NewReaderSize(l.file, 1<<16)
	for line := 1; ; line++ {
		text, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break // what is behind the last newline was torn
		}
		if err != nil {
			return fmt.Errorf("sandbox journal: %w", err)
		}
		var r record
		if err := json.Unmarshal(text, &r); err != nil {
			return fmt.Errorf("%s:%d: not a line of a sandbox journal: %w", path, line, err)
		}
		if err := apply(r); err != nil {
			return fmt.Errorf("%s:%d: %w", path, line, err)
		}
		if r.Update != nil {
			l.note(*r.Update)
		}
		l.size += int64(len(text))
	}
	if err := l.file.Truncate(l.size); err != nil {
		return fmt.Errorf("sandbox journal: %w", err)
	}
	return nil
}

// commit gives the update its number and makes the record outlive the process. The caller holds the
// locks of what it is about to change, and changes it only if there is no error.
func (l *ledger) commit(r record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Update != nil {
		r.Update.Sequence = l.last + 1
	}
	if l.file != nil {
		if err := l.write(r); err != nil {
			return err
		}
	}
	if r.Update != nil {
		l.note(*r.Update)
	}
	return nil
}

// write appends a line by a single call. A line that could not be written whole is cut off again.
func (l *ledger) write(r record) error {
	if l.broken != nil {
		return l.broken
	}
	line, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("sandbox journal: %w", err)
	}
	line = append(line, '\n')
	if _, err := l.file.Write(line); err != nil {
		l.broken = l.file.Truncate(l.size)
		return fmt.Errorf("sandbox journal: %w", err)
	}
	l.size += int64(len(line))
	return nil
}

// note appends to the log, which drops its older half when it is twice as long as it must be.
func (l *ledger) note(u Update) {
	l.last = u.Sequence
	if len(l.updates) >= 2*l.keep {
		l.updates = append([]Update(nil), l.updates[l.keep:]...)
	}
	l.updates = append(l.updates, u)
}

func (l *ledger) log() []Update {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Update(nil), l.updates...)
}

func (l *ledger) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	l.broken = errors.New("sandbox journal: closed")
	return l.file.Close()
}

// kept says whether there is a journal.
func (l *ledger) kept() bool { return l.file != nil }
