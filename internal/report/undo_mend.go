package report

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/sources"
)

// mend holds the file against what the checkpoint recorded of it, and checks every line behind that. It cuts off
// what a crash has left at the end, and takes over the highest number and the extent.
func (u *undo) mend(f disk.File, known checkpoint.Extent) error {
	if err := asRecorded(f, known); err != nil {
		return err
	}
	last, err := lastNumber(f, known.Length)
	if err != nil {
		return err
	}
	u.last, u.extent = last, known
	return u.mendTail(f)
}

// mendTail goes through what stands behind the extent.
func (u *undo) mendTail(f disk.File) error {
	begin := u.extent.Length
	lines := bufio.NewScanner(io.NewSectionReader(f, begin, math.MaxInt64-begin))
	lines.Buffer(make([]byte, bufferSize), sources.MaxRecord)
	lines.Split(wholeLines)
	for lines.Scan() {
		line := lines.Bytes()
		number, ok := undoNumber(line)
		switch whole := line[len(line)-1] == '\n'; {
		case ok:
			u.last = max(u.last, number)
			if !whole { // somebody's editor has taken the line end off
				line = append(line, '\n')
			}
			if err := u.rewrite(f, line); err != nil {
				return err
			}
		case tornEntry(line, whole):
			return f.Truncate(u.extent.Length)
		default:
			return damaged(f.Name(), "the line at byte %d is no undo entry", u.extent.Length)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return damaged(f.Name(), "it has a line of over %d bytes, which is no undo entry", sources.MaxRecord)
	}
	return lines.Err()
}

// rewrite writes an entry again where it stands. The sync of the start that wrote it may have failed: then the
// entry can be read, but is on no disk, and another sync would not bring it there.
func (u *undo) rewrite(f disk.File, line []byte) error {
	_, err := f.WriteAt(line, u.extent.Length)
	u.extent = u.extent.With(line)
	return err
}

// lastNumber is that of the last entry in the first length bytes, which are as the run wrote them: it has the
// highest.
func lastNumber(f disk.File, length int64) (int64, error) {
	if length == 0 {
		return 0, nil
	}
	end := make([]byte, min(length, sources.MaxRecord))
	if _, err := f.ReadAt(end, length-int64(len(end))); err != nil {
		return 0, err
	}
	begin := bytes.LastIndexByte(end[:len(end)-1], '\n') + 1
	number, ok := undoNumber(end[begin:])
	if !ok {
		return 0, damaged(f.Name(), "what the checkpoint recorded does not end with an undo entry")
	}
	return number, nil
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

// undoNumber returns the number of an entry, and whether the line is one. Of an entry as it was written
// nothing need be decoded: a resumed run may have millions of them.
func undoNumber(line []byte) (int64, bool) {
	duplicates := jsontext.AllowDuplicateNames(true)
	if rest, ok := bytes.CutPrefix(line, []byte(undoBegin)); ok && jsontext.Value(line).IsValid(duplicates) {
		digits := rest[:len(rest)-len(bytes.TrimLeft(rest, "0123456789"))]
		if number, err := strconv.ParseInt(string(digits), 10, 64); err == nil && rest[len(digits)] == ',' {
			return number, number > 0
		}
	}
	var entry struct {
		Number int64 `json:"_undo"`
	}
	err := json.Unmarshal(line, &entry, duplicates)
	return entry.Number, err == nil && entry.Number > 0
}

// undoBegin is what each entry begins with, as it is written.
const undoBegin = `{"` + undoMember + `":`

// tornEntry reports whether a crash may have left the line: the beginning of an entry, and the zeros that
// a file system gives back for what never reached the disk, or one of the two. Behind zeros there may be lines
// that did: the rest of a batch that was not durable yet, so that nobody was told of it.
func tornEntry(line []byte, whole bool) bool {
	begun, _, zeros := bytes.Cut(line, []byte{0})
	n := min(len(begun), len(undoBegin))
	return (zeros || !whole) && string(begun[:n]) == undoBegin[:n]
}
