package sandbox

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"strings"

	"github.com/go-json-experiment/json"

	"attrmigrate/internal/disk"
)

// JournalError says that a file is no journal of a sandbox. It was left as it is.
type JournalError struct {
	Path string
	Line int // where it is none; 0: as a whole
	Err  error
}

func (e *JournalError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("%s:%d: %v", e.Path, e.Line, e.Err)
}

func (e *JournalError) Unwrap() error { return e.Err }

// Hint says what to do.
func (e *JournalError) Hint() string {
	if errors.Is(e.Err, errTaken) {
		return "stop that one, or name another file"
	}
	return "name a file that is not there yet, or the journal of an earlier sandbox"
}

// UnwrittenError says that the journal takes no more: what was to be done is not.
type UnwrittenError struct {
	Path string
	Err  error
}

func (e *UnwrittenError) Error() string { return fmt.Sprintf("sandbox journal: %v", e.Err) }
func (e *UnwrittenError) Unwrap() error { return e.Err }

// errTaken says of a journal that two would write it: their lines would be mixed, and numbered twice.
var errTaken = errors.New("another sandbox is at work on it")

// openJournal opens the file of a journal, which is then this process's alone until it is closed.
func openJournal(on disk.FS, path string) (f disk.File, created bool, err error) {
	if f, created, err = openFile(on, path); err != nil {
		return nil, false, err
	}
	alone := true
	if c, ok := f.(disk.Claimable); ok { // else it is on a file system that is this process's alone
		alone, err = disk.Claim(c)
	}
	if err == nil && !alone {
		err = &JournalError{Path: path, Err: errTaken}
	}
	if err != nil {
		return nil, false, errors.Join(err, f.Close())
	}
	return f, created, nil
}

// openFile creates the file of a journal, or opens one that is there. It follows a link to a journal, and
// creates nothing through one. A pipe or a device is not even opened.
func openFile(on disk.FS, path string) (f disk.File, created bool, err error) {
	f, err = on.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err == nil {
		return f, true, nil
	}
	if _, there := os.Lstat(path); there != nil {
		return nil, false, fmt.Errorf("sandbox journal: %w", err)
	}
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, false, &JournalError{Path: path, Err: errors.New("is a symbolic link that leads nowhere")}
	case err != nil:
		return nil, false, fmt.Errorf("sandbox journal: %w", err)
	case !info.Mode().IsRegular():
		return nil, false, &JournalError{Path: path, Err: errors.New("is not a regular file")}
	}
	if f, err = on.OpenFile(path, os.O_RDWR|os.O_APPEND, 0); err != nil {
		return nil, false, fmt.Errorf("sandbox journal: %w", err)
	}
	return f, false, nil
}

// readJournal applies the records of a journal, and returns how many bytes its whole lines have. It changes
// nothing. Behind the last newline may be what is left of a record that was torn, and nothing else.
func readJournal(f disk.File, apply func(record) error) (size int64, err error) {
	reader := bufio.NewReaderSize(io.NewSectionReader(f, 0, math.MaxInt64), 1<<16)
	for line := 1; ; line++ {
		text, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			if !torn(text, size > 0) {
				return size, notJournal(f, line, errors.New("it has no line end, and is no part of one"))
			}
			return size, nil
		}
		if err != nil {
			return size, fmt.Errorf("sandbox journal: %w", err)
		}
		var r record
		if err := json.Unmarshal(text, &r, json.RejectUnknownMembers(true)); err != nil {
			return size, notJournal(f, line, err)
		}
		if err := apply(r); err != nil {
			return size, &JournalError{Path: f.Name(), Line: line, Err: err}
		}
		size += int64(len(text))
	}
}

func notJournal(f disk.File, line int, err error) error {
	return &JournalError{Path: f.Name(), Line: line, Err: fmt.Errorf("not a line of a sandbox journal: %w", err)}
}

// recordBegin is how each line begins.
const recordBegin = `{"pool":"`

// torn tells whether a text without a line end is what a crash has left of a line: its beginning, or zeros
// that stand for it. The first line is no such case: without it there is no journal that could be torn.
func torn(text []byte, behindLines bool) bool {
	if len(text) == 0 {
		return true
	}
	if !behindLines {
		return false
	}
	text = bytes.TrimRight(text, "\x00")
	return strings.HasPrefix(string(text), recordBegin) || strings.HasPrefix(recordBegin, string(text))
}
