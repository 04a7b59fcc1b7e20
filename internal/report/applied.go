package report

import (
	"encoding/csv"

	"github.com/gocarina/gocsv"

	"attrmigrate/pipeline"
)

// appliedRow is a record that did not fail, as applied.csv lists it.
type appliedRow struct {
	File     string `csv:"file"`
	Line     int    `csv:"line"`
	Username string `csv:"username"`
	Outcome  string `csv:"outcome"`
	At       string `csv:"at"`
}

// applied writes applied.csv.
type applied struct {
	*csv.Writer
}

var _ gocsv.CSVWriter = applied{}

func newApplied(o *file) (applied, error) {
	w := applied{csv.NewWriter(o.Writer)}
	if o.extent.Length > 0 {
		return w, nil
	}
	return w, gocsv.MarshalCSV([]appliedRow{}, w)
}

func (w applied) write(r pipeline.Result) error {
	return gocsv.MarshalCSVWithoutHeaders([]appliedRow{{
		File:     r.Change.File,
		Line:     r.Change.Line,
		Username: harmless(r.Change.Username),
		Outcome:  r.Outcome.String(),
		At:       timestamp(r.At),
	}}, w)
}

// Flush is gocsv's after every row; the file is flushed when it is synced.
func (w applied) Flush() {}
