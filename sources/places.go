package sources

import (
	"fmt"
	"io"

	"attrmigrate/internal/sealed"
)

const changedRemedy = "the file is not the one that the run began with; put that back, or start over"

// resume goes to a position behind the first record, and makes sure that a record ends there.
func (in *input) resume(s *sealed.Stream, at Position) error {
	err := s.Skip(at.Offset - 1)
	var last [1]byte
	if err == nil {
		_, err = io.ReadFull(s, last[:])
	}
	if err == io.EOF {
		return &FileError{Msg: fmt.Sprintf("ends before byte %d, where the run stopped", at.Offset), Remedy: changedRemedy}
	}
	if err != nil || in.endsRecord(last[0]) {
		return err
	}
	n, err := io.ReadFull(s, last[:])
	if ended := n == 0 && err == io.EOF; in.documents || !ended { // the last line of a file may lack its line end
		return &FileError{Msg: fmt.Sprintf("no record ends at byte %d, where the run stopped", at.Offset), Remedy: changedRemedy}
	}
	return nil
}

// endsRecord reports whether a byte can be the last of a record.
func (in *input) endsRecord(b byte) bool {
	if in.documents {
		return b == '}'
	}
	return b == '\n' || b == '\r'
}

// checkBegin makes sure that a record can begin at a position: in front of it a line ends, or in JSON
// documents, an object begins there.
func (in *input) checkBegin(file io.ReaderAt, at Position) error {
	place, begins := at.Offset-1, in.endsRecord
	if in.documents {
		place, begins = at.Offset, func(b byte) bool { return b == '{' }
	}
	switch {
	case at.Offset < in.start.Offset:
		return noRecord(at)
	case at.Offset == in.start.Offset:
		return nil
	}
	var b [1]byte
	_, err := file.ReadAt(b[:], place)
	if err == io.EOF || err == nil && !begins(b[0]) {
		return noRecord(at)
	}
	return err
}

func noRecord(at Position) *FileError {
	return &FileError{Msg: fmt.Sprintf("no record begins at byte %d, where one began before", at.Offset), Remedy: changedRemedy}
}
