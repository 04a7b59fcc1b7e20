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
	if err != nil || last[0] == in.recordEnd() {
		return err
	}
	n, err := io.ReadFull(s, last[:])
	if ended := n == 0 && err == io.EOF; in.documents || !ended { // the last line of a file may lack its line end
		return &FileError{Msg: fmt.Sprintf("no record ends at byte %d, where the run stopped", at.Offset), Remedy: changedRemedy}
	}
	return nil
}

// recordEnd is the last byte of a record.
func (in *input) recordEnd() byte {
	if in.documents {
		return '}'
	}
	return '\n'
}

// checkBegin makes sure that a record can begin at a position: in front of it a line ends, or in JSON
// documents, an object begins there.
func (in *input) checkBegin(file io.ReaderAt, at Position) error {
	before, want := at.Offset-1, byte('\n')
	if in.documents {
		before, want = at.Offset, '{'
	}
	switch {
	case at.Offset < in.start.Offset:
		return noRecord(at)
	case at.Offset == in.start.Offset:
		return nil
	}
	var b [1]byte
	_, err := file.ReadAt(b[:], before)
	if err == io.EOF || err == nil && b[0] != want {
		return noRecord(at)
	}
	return err
}

func noRecord(at Position) *FileError {
	return &FileError{Msg: fmt.Sprintf("no record begins at byte %d, where one began before", at.Offset), Remedy: changedRemedy}
}
