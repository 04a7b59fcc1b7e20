package report

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gocarina/gocsv"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/sources"
)

// FailedLines returns where the records stand that the errors file of a run lists, as far as its checkpoint
// knows of them: the lines they begin on, by the name of their input. It keeps one number a record in
// memory. A file that is not as the run left it is refused: what it does not list any
// more would not be applied, and nobody would know.
func FailedLines(path string) (map[string]map[int]bool, error) {
	state, err := checkpoint.NewFile(filepath.Dir(path)).Load()
	if err != nil {
		return nil, err
	}
	f, err := disk.Open(path)
	if err != nil {
		return nil, &notAsLeftError{err}
	}
	defer f.Close()
	known := state.Files[filepath.Base(path)]
	if err := asRecorded(f, known); err != nil {
		return nil, &notAsLeftError{err}
	}
	lines := map[string]map[int]bool{}
	for _, input := range state.Inputs {
		lines[input] = map[int]bool{}
	}
	keep := func(f finding) error {
		if lines[f.File] == nil || f.Line < 1 {
			return fmt.Errorf("line %d of %q is none of the run's inputs", f.Line, f.File)
		}
		lines[f.File][f.Line] = true
		return nil
	}
	each := eachCSV
	if filepath.Base(path) == ErrorsJSONL {
		each = eachJSONL
	}
	if err := each(bufio.NewReader(io.NewSectionReader(f, 0, known.Length)), keep); err != nil {
		return nil, &notAsLeftError{fmt.Errorf("%s: damaged: %w", path, err)}
	}
	return lines, nil
}

// notAsLeftError refuses an errors file that was to tell what failed.
type notAsLeftError struct{ err error }

func (e *notAsLeftError) Error() string { return e.err.Error() }
func (e *notAsLeftError) Unwrap() error { return e.err }

// Hint says what to do.
func (e *notAsLeftError) Hint() string {
	return "put the file back as the run left it; one that was mended is applied by itself, without --only-failed"
}

func eachCSV(r io.Reader, keep func(finding) error) error {
	rows := csv.NewReader(r)
	rows.ReuseRecord = true
	u, err := gocsv.NewUnmarshaller(rows, finding{})
	if err != nil {
		return err
	}
	for {
		row, err := u.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := keep(row.(finding)); err != nil {
			return err
		}
	}
}

func eachJSONL(r io.Reader, keep func(finding) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 2*sources.MaxRecord)
	for n := 1; lines.Scan(); n++ {
		var record struct {
			Error finding `json:"_error"`
		}
		if err := json.Unmarshal(lines.Bytes(), &record, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := keep(record.Error); err != nil {
			return err
		}
	}
	return lines.Err()
}
