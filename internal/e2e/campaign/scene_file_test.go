//go:build unix

package campaign

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"github.com/klauspost/compress/zstd"

	"attrmigrate/internal/e2e/harness"
)

// name is that of the scene, as a row of a file of targets.
func (s *scene) name() string { return fmt.Sprint("x", s.number) }

// fileName is that of the change set, or of the data beside a rule.
func (s *scene) fileName() string {
	if s.format == "jsonl" && s.source == fromFile {
		return s.name() + ".jsonl" + s.packing
	}
	return s.name() + ".csv" + s.packing
}

// planDir is the directory of the plan of a rule, as it is named without a flag.
func (s *scene) planDir() string {
	if s.source == fromRule && !s.several {
		return s.pool.ID + ".plan"
	}
	return s.name() + ".plan"
}

// input is what apply is given.
func (s *scene) input() string {
	switch {
	case s.stdin:
		return "-"
	case s.source != fromFile:
		return filepath.Join(s.planDir(), "plan.jsonl")
	default:
		return s.fileName()
	}
}

// runDir is that of the run which applies it, as it is named without a flag.
func (s *scene) runDir() string {
	switch {
	case s.stdin:
		return "stdin.run"
	case s.source != fromFile && !s.several:
		return s.planDir() + ".run"
	default:
		return s.name() + ".run"
	}
}

// file is the change set as it is written. It notes the lines of the records.
func (s *scene) file() ([]byte, error) {
	w := &lines{next: 1}
	switch {
	case s.source != fromFile:
		s.writeData(w)
	case s.format == "jsonl":
		s.writeJSONL(w)
	case s.format == "long":
		s.writeLong(w)
	default:
		s.writeWide(w)
	}
	var packed bytes.Buffer
	var out io.WriteCloser
	var err error
	switch s.packing {
	case ".gz":
		out = gzip.NewWriter(&packed)
	case ".zst":
		if out, err = zstd.NewWriter(&packed); err != nil {
			return nil, err
		}
	default:
		return w.Bytes(), nil
	}
	if _, err := out.Write(w.Bytes()); err != nil {
		return nil, err
	}
	err = out.Close()
	return packed.Bytes(), err
}

// lines is a text that knows its line.
type lines struct {
	bytes.Buffer
	next int
}

// add appends a text and returns the line on which it begins.
func (l *lines) add(text []byte) int {
	line := l.next
	l.next += bytes.Count(text, []byte("\n"))
	l.Write(text)
	return line
}

func (l *lines) row(cells ...string) int {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(cells) // to memory
	w.Flush()
	return l.add(b.Bytes())
}

func (s *scene) writeJSONL(w *lines) {
	for i, e := range s.records {
		object := map[string]any{"username": e.name, "attributes": harness.Nullable(e.Set)}
		if s.asUser {
			delete(object, "username")
			object["access_token"] = e.token
		}
		if len(e.Expect) > 0 {
			object["expect"] = harness.Nullable(e.Expect)
		}
		text, _ := json.Marshal(object) // strings alone
		if e.garbled {
			text = []byte("this is no JSON")
		}
		s.records[i].Line = w.add(append(text, '\n'))
	}
}

func (s *scene) writeWide(w *lines) {
	columns := map[string]bool{}
	for _, e := range s.records {
		for name := range e.cells() {
			columns[name] = true
		}
	}
	names := slices.Sorted(maps.Keys(columns))
	w.row(append([]string{s.nameColumn()}, names...)...)
	for i, e := range s.records {
		row := []string{e.name + e.token}
		for _, name := range names {
			row = append(row, e.cells()[name])
		}
		if e.garbled {
			row = append(row, "one cell", "too many")
		}
		s.records[i].Line = w.row(row...)
	}
}

func (s *scene) nameColumn() string {
	if s.asUser {
		return "access_token"
	}
	return "username"
}

func (s *scene) writeLong(w *lines) {
	w.row(s.nameColumn(), "attribute", "value")
	for i, e := range s.records {
		r := &s.records[i].Record
		if e.garbled {
			r.Line = w.row(fmt.Sprintf("somebody-%d", i), "locale", "de", "a cell too many") // a row too short may be anybody's
			continue
		}
		cells := e.cells()
		for _, name := range slices.Sorted(maps.Keys(cells)) {
			r.Rows = append(r.Rows, w.row(e.name+e.token, name, cells[name]))
		}
		r.Line = r.Rows[0]
	}
}

// cells are the values of a record as CSV has them, by column.
func (e entry) cells() map[string]string {
	return harness.Cells(e.Set, e.Expect)
}
