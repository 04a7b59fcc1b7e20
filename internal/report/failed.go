package report

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/gocarina/gocsv"

	"attrmigrate/sources"
)

// FailedLines returns where the records stand that an errors file lists: the lines they begin on, by
// the name of their input. It keeps one number a record in memory.
func FailedLines(path string) (map[string]map[int]bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := map[string]map[int]bool{}
	keep := func(f finding) {
		if lines[f.File] == nil {
			lines[f.File] = map[int]bool{}
		}
		lines[f.File][f.Line] = true
	}
	each := eachCSV
	if filepath.Base(path) == ErrorsJSONL {
		each = eachJSONL
	}
	if err := each(bufio.NewReader(f), keep); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return lines, nil
}

func eachCSV(r io.Reader, keep func(finding)) error {
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
		keep(row.(finding))
	}
}

func eachJSONL(r io.Reader, keep func(finding)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 2*sources.MaxRecord)
	for n := 1; lines.Scan(); n++ {
		var record struct {
			Error finding `json:"_error"`
		}
		if err := json.Unmarshal(lines.Bytes(), &record, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		keep(record.Error)
	}
	return lines.Err()
}
