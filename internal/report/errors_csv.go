package report

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"io"
	"slices"
	"strings"

	"github.com/gocarina/gocsv"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// rawColumn holds what of a row could not be decoded.
const rawColumn = "_raw"

// csvErrors writes errors.csv: the cells of the input, then a finding. gocsv turns a finding into
// cells and hands them to Write, which puts the input's before them.
type csvErrors struct {
	*csv.Writer
	header []string // of the input
	marker string   // a cell that deletes
	keep   []int    // the columns of the input that are not a report's
	was    int      // the column of the input that is a report's _raw, or -1
	raw    bool     // whether the file has a _raw column
	row    []string // in the making, reused
}

var _ gocsv.CSVWriter = (*csvErrors)(nil)

func newCSVErrors(o *file, cfg Config) (*csvErrors, error) {
	w := &csvErrors{Writer: csv.NewWriter(o.Writer), header: cfg.Header, marker: cfg.DeleteMarker, was: slices.Index(cfg.Header, rawColumn)}
	report, err := columns()
	if err != nil {
		return nil, err
	}
	for i, name := range cfg.Header {
		if !slices.Contains(report, name) {
			w.keep = append(w.keep, i)
		}
	}
	w.raw = cfg.Raw || w.was >= 0
	if o.extent.Length > 0 {
		return w, w.resume(o, report)
	}
	w.begin(cfg.Header)
	return w, gocsv.MarshalCSV([]finding{}, w)
}

// resume takes over the columns of the file as it is.
func (w *csvErrors) resume(o *file, report []string) error {
	r := csv.NewReader(bufio.NewReader(io.NewSectionReader(o.f, 0, o.extent.Length)))
	have, err := r.Read()
	if err != nil {
		return damaged(o.path, "its header cannot be read: %w", err)
	}
	var want []string
	for _, i := range w.keep {
		want = append(want, w.cell(w.header[i]))
	}
	want = append(want, report...)
	w.raw = slices.Equal(have, want)
	if !w.raw && !slices.Equal(have, want[:len(want)-1]) {
		return damaged(o.path, "its header is not the one of this input")
	}
	return nil
}

// write lists each row of a record. Where one of them spoiled the others, its finding is its own, and theirs say so.
func (w *csvErrors) write(r pipeline.Result) error {
	rows := r.Change.Rows
	if len(rows) == 0 {
		rows = []sources.Row{{Line: r.Change.Line}}
	}
	whole := newFinding(r)
	for _, row := range rows {
		f := whole.ofRow(row, rows)
		f.Code, f.Message, f.RequestID = harmless(f.Code), harmless(f.Message), harmless(f.RequestID)
		f.Line = cmp.Or(row.Line, r.Change.Line)
		if len(row.Cells) == len(w.header) {
			w.begin(row.Cells)
			f.Raw = w.rawOf(row.Cells)
		} else {
			w.begin(nil)
			f.Raw = harmless(legible(rawText(r.Change, row)))
		}
		if err := gocsv.MarshalCSVWithoutHeaders([]finding{f}, w); err != nil {
			return err
		}
	}
	return nil
}

// rawText is what is known of a row that could not be decoded.
func rawText(c *sources.Change, row sources.Row) string {
	if row.Bad != nil && len(row.Bad.Text) > 0 {
		return textOf(row.Bad.Text, nil)
	}
	return textOf(c.Text, row.Cells)
}

// begin starts a row with the cells of the input, or as many empty ones.
func (w *csvErrors) begin(cells []string) {
	w.row = w.row[:0]
	for _, i := range w.keep {
		cell := ""
		if cells != nil {
			cell = w.cell(cells[i])
		}
		w.row = append(w.row, cell)
	}
}

// cell is a cell of the input as the report has it: harmless, and the same when it is read again. A cell
// that deletes would not do so any more if it were wrapped.
func (w *csvErrors) cell(text string) string {
	if text == w.marker || sources.IsTextCell(text) {
		return text
	}
	return harmless(text)
}

// rawOf carries the _raw of an errors.csv over, as long as nobody has mended the row.
func (w *csvErrors) rawOf(cells []string) string {
	if w.was < 0 {
		return ""
	}
	return cells[w.was]
}

// Write takes the cells of a finding from gocsv.
func (w *csvErrors) Write(finding []string) error {
	if !w.raw {
		finding = finding[:len(finding)-1]
	}
	w.row = append(w.row, finding...)
	return w.Writer.Write(w.row)
}

// Flush is gocsv's after every row; the file is flushed when it is synced.
func (w *csvErrors) Flush() {}

// textOf is what is known of a row that could not be decoded.
func textOf(text []byte, cells []string) string {
	if len(text) > 0 || len(cells) == 0 {
		return strings.TrimRight(string(text), "\r\n")
	}
	var b strings.Builder
	c := csv.NewWriter(&b)
	_ = c.Write(cells) // memory takes everything
	c.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

// columns are the columns of a report, which are the tags of a finding.
func columns() ([]string, error) {
	header, err := gocsv.MarshalString([]finding{})
	return strings.Split(strings.TrimSpace(header), ","), err
}
