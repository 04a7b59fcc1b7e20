package report

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"

	"github.com/gocarina/gocsv"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// appliedRow is a record that did not fail, as applied.csv lists it.
type appliedRow struct {
	File     string `csv:"file"`
	Line     int    `csv:"line"`
	Username string `csv:"username"`
	Outcome  string `csv:"outcome"`
	At       string `csv:"at"`
	Reason   string `csv:"reason"` // for which it was skipped, without values; the last: an earlier version has no such column
}

// applied writes applied.csv.
type applied struct {
	rows
	columns int // that the file has
}

func newApplied(o *file) (*applied, error) {
	w := &applied{rows: rows{csv.NewWriter(o.Writer)}}
	if o.extent.Length == 0 {
		return w, gocsv.MarshalCSV([]appliedRow{}, w)
	}
	header, err := csv.NewReader(bufio.NewReader(io.NewSectionReader(o.f, 0, o.extent.Length))).Read()
	if err != nil {
		return nil, damaged(o.path, "its header cannot be read: %w", err)
	}
	w.columns = len(header)
	return w, nil
}

func (w *applied) write(r pipeline.Result) error {
	return gocsv.MarshalCSVWithoutHeaders([]appliedRow{{
		File:     r.Change.File,
		Line:     r.Change.Line,
		Username: harmless(sources.Quotable(r.Change.Username)),
		Outcome:  r.Outcome.String(),
		At:       timestamp(r.At),
		Reason:   harmless(reason(r.Err)),
	}}, w)
}

// Write takes cells from gocsv, the header first. A file goes on with the columns that it has.
func (w *applied) Write(cells []string) error {
	if w.columns == 0 {
		w.columns = len(cells)
	}
	return w.rows.Write(cells[:min(len(cells), w.columns)])
}

// reason is why a record was skipped, as far as that may be told without its values.
func reason(err error) string {
	if err == nil {
		return ""
	}
	if p, ok := errors.AsType[pipeline.Public](err); ok {
		return oneLine(p.Public())
	}
	return oneLine(err.Error())
}

// rows writes CSV for gocsv, which flushes after every row; the file is flushed when it is synced.
type rows struct{ *csv.Writer }

var _ gocsv.CSVWriter = rows{}

// Flush leaves it to the file when to write.
func (rows) Flush() {}
