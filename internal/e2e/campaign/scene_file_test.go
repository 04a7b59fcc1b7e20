package campaign

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// fileName is that of the change set.
func (s *scene) fileName() string {
	if s.format == "jsonl" {
		return "x.jsonl" + s.packing
	}
	return "x.csv" + s.packing
}

// runDir is that of the run which applies it.
func (s *scene) runDir() string {
	if s.stdin {
		return "stdin.run"
	}
	return "x.run"
}

// file is the change set as it is written. It notes the lines of the records.
func (s *scene) file() ([]byte, error) {
	w := &lines{next: 1}
	switch s.format {
	case "jsonl":
		s.writeJSONL(w)
	case "long":
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
		object := map[string]any{"username": e.name, "attributes": nullable(e.Set)}
		if s.asUser {
			delete(object, "username")
			object["access_token"] = e.token
		}
		if len(e.Expect) > 0 {
			object["expect"] = nullable(e.Expect)
		}
		text, _ := json.Marshal(object) // strings alone
		if e.garbled {
			text = []byte("this is no JSON")
		}
		s.records[i].Line = w.add(append(text, '\n'))
	}
}

// nullable writes values as JSON has them: null for none.
func nullable(values map[string]string) map[string]any {
	all := map[string]any{}
	for name, value := range values {
		all[name] = value
		if value == "" {
			all[name] = nil
		}
	}
	return all
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
	cells := map[string]string{}
	for prefix, values := range map[string]map[string]string{"": e.Set, "expect:": e.Expect} {
		for name, value := range values {
			if value == "" {
				value = "<delete>"
			}
			cells[prefix+name] = value
		}
	}
	return cells
}
