package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gocarina/gocsv"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/sources"
)

// FailedLines returns where the records stand that the errors file of a run lists, as far as its checkpoint
// knows of them: for each input, the lines they begin on. It keeps one number a record in
// memory. A file that is not as the run left it is refused: what it does not list any
// more would not be applied, and nobody would know.
func FailedLines(path string) ([]map[int]bool, error) {
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
	if err := longEnough(f, known); err != nil {
		return nil, &notAsLeftError{err}
	}
	lines := newFailedLines(state.Inputs)
	each := eachCSV
	if filepath.Base(path) == ErrorsJSONL {
		each = eachJSONL
	}
	var found checkpoint.Extent
	body := io.TeeReader(io.NewSectionReader(f, 0, known.Length), writerFunc(func(b []byte) (int, error) {
		found = found.With(b)
		return len(b), nil
	}))
	failed := each(bufio.NewReader(body), lines.keep)
	switch _, err := io.Copy(io.Discard, body); {
	case err != nil:
		return nil, &notAsLeftError{err}
	case found != known: // it was read once: what is used is what was held against the checkpoint
		return nil, &notAsLeftError{changed(path, known)}
	case failed != nil:
		return nil, &notAsLeftError{fmt.Errorf("%s: damaged: %w", path, failed)}
	}
	return lines.byInput, nil
}

// failedLines are the lines on which failed records begin. An errors file names the inputs as its run does.
type failedLines struct {
	inputs  []string
	byInput []map[int]bool
}

func newFailedLines(inputs []string) *failedLines {
	l := &failedLines{inputs: inputs, byInput: make([]map[int]bool, len(inputs))}
	for i := range l.byInput {
		l.byInput[i] = map[int]bool{}
	}
	return l
}

// keep takes what the errors file says of a record. An input that was given twice has two records on a line,
// of which the later one is taken first: it is the one that stands in the end.
func (l *failedLines) keep(f finding) error {
	named := l.named(f.File)
	if len(named) == 0 || f.Line < 1 {
		return fmt.Errorf("line %d of %q is none of the run's inputs", f.Line, f.File)
	}
	for _, i := range slices.Backward(named) {
		if !l.byInput[i][f.Line] {
			l.byInput[i][f.Line] = true
			break
		}
	}
	return nil
}

// named are the inputs of a name. Earlier versions of the program listed a record of a continued run under
// the name that its input was given in that start, which may be spelled in another way.
func (l *failedLines) named(name string) (found []int) {
	add := func(same func(input string) bool) {
		for i, input := range l.inputs {
			if same(input) {
				found = append(found, i)
			}
		}
	}
	add(func(input string) bool { return input == name })
	if len(found) == 0 {
		add(func(input string) bool { return len(l.inputs) == 1 || filepath.Base(input) == filepath.Base(name) })
		if len(found) > 1 {
			return nil
		}
	}
	return found
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
	rows := newReader(bufio.NewReader(r))
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
