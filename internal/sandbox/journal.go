package sandbox

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"attrmigrate/internal/disk"
)

// record is one line of the journal: an accepted mutation, with the states that it led to.
type record struct {
	Pool           string                    `json:"pool"`
	Document       map[string]jsontext.Value `json:"document,omitempty"` // a pool was created or changed
	Key            []byte                    `json:"key,omitempty"`      // that signs the tokens of the pool created
	Client         map[string]jsontext.Value `json:"client,omitempty"`   // an app client was created
	Provider       provider                  `json:"provider,omitempty"` // an identity provider was created
	Group          *Group                    `json:"group,omitempty"`    // a group was created or changed
	Put            []storedUser              `json:"put,omitempty"`      // users were created or changed
	Delete         string                    `json:"delete,omitempty"`   // a user was deleted, by sub
	DeletePool     bool                      `json:"delete_pool,omitzero"`
	DeleteClient   string                    `json:"delete_client,omitempty"`   // by id
	DeleteProvider string                    `json:"delete_provider,omitempty"` // by name
	DeleteGroup    string                    `json:"delete_group,omitempty"`    // by name
	Update         *Update                   `json:"update,omitempty"`          // for the log
	Messages       []Message                 `json:"messages,omitempty"`        // that were sent
}

// storedUser is a user in the journal.
type storedUser struct {
	User
	Hash  string `json:"password,omitempty"` // of the password
	Codes []code `json:"codes,omitempty"`
}

// ledger numbers the updates, keeps the logs and writes the journal, all in one order.
type ledger struct {
	mu       sync.Mutex
	on       disk.FS
	file     disk.File // nil: no journal
	created  bool      // the file was not there before
	found    int64     // bytes of whole lines that were
	size     int64     // bytes of whole lines
	broken   error     // why the journal can take no more
	last     int64     // sequence of the last update
	updates  tail[Update]
	messages tail[Message]
}

// openLedger replays the journal at path, if it exists, and cuts off a torn last line. What is no journal is
// a *[JournalError], and stays as it is; so does one that another process has open. No path: no journal.
func openLedger(on disk.FS, path string, keep int, replay func(record) error) (*ledger, error) {
	l := &ledger{on: on, updates: tail[Update]{keep: keep}, messages: tail[Message]{keep: keep}}
	if path == "" {
		return l, nil
	}
	var err error
	if l.file, l.created, err = openJournal(on, path); err != nil {
		return nil, err
	}
	if l.size, err = readJournal(l.file, func(r record) error {
		err := replay(r)
		if err == nil {
			l.note(r)
		}
		return err
	}); err == nil {
		err = l.file.Truncate(l.size)
	}
	if err != nil {
		return nil, errors.Join(err, l.file.Close())
	}
	l.found = l.size
	return l, nil
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
	l.note(r)
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
		return &UnwrittenError{Path: l.file.Name(), Err: err}
	}
	l.size += int64(len(line))
	return nil
}

// note puts what a record says into the logs.
func (l *ledger) note(r record) {
	if r.Update != nil {
		l.last = r.Update.Sequence
		l.updates.add(*r.Update)
	}
	for _, m := range r.Messages {
		l.messages.add(m)
	}
}

func (l *ledger) log() []Update {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.updates.copy()
}

func (l *ledger) sent() []Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.messages.copy()
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

// takeBack leaves of the journal what was there before: nothing, if the file was not.
func (l *ledger) takeBack() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	l.broken = errors.New("sandbox journal: taken back")
	if !l.created {
		return l.file.Truncate(l.found)
	}
	path := l.file.Name()
	made, err := l.file.Stat()
	err = errors.Join(err, l.file.Close()) // Windows removes no file that is open
	l.file = nil
	if there, failed := os.Lstat(path); err != nil || failed != nil || !os.SameFile(made, there) {
		return err // it is gone, or somebody else's by now
	}
	return l.on.Remove(path)
}

// kept says whether there is a journal.
func (l *ledger) kept() bool { return l.file != nil }
