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

// csvErrors writes errors.csv: the cells of the input, in its dialect, and a finding, of which those columns stand at
// the left that a person wants who mends a row. gocsv turns a finding into cells and hands them to Write.
type csvErrors struct {
	*csv.Writer
	layout
	header []string // of the input
	marker string   // a cell that deletes
	keep   []int    // the columns of the input that are not a report's
	was    int      // the column of the input that is a report's _raw, or -1
	cells  []string // of the input, for the row in the making
	row    []string // in the making, reused
}

var _ gocsv.CSVWriter = (*csvErrors)(nil)

// byteOrderMark begins a CSV that people open in Excel, which takes UTF-8 without one for an older encoding.
const byteOrderMark = "\ufeff"

func newCSVErrors(o *file, cfg Config) (*csvErrors, error) {
	w := &csvErrors{Writer: csv.NewWriter(o.Writer), header: cfg.Header, marker: cfg.DeleteMarker, was: slices.Index(cfg.Header, rawColumn)}
	w.Writer.Comma = cmp.Or(cfg.Separator, ',')
	report, err := columns()
	if err != nil {
		return nil, err
	}
	for i, name := range cfg.Header {
		if !slices.Contains(report, name) {
			w.keep = append(w.keep, i)
		}
	}
	if o.extent.Length > 0 {
		return w, w.resume(o, report)
	}
	w.layout = newLayout(report, cfg.Raw || w.was >= 0)
	if _, err := o.WriteString(byteOrderMark); err != nil {
		return nil, err
	}
	w.begin(cfg.Header)
	return w, w.Write(report)
}

// resume takes over the columns of the file as it is.
func (w *csvErrors) resume(o *file, report []string) error {
	r := newReader(bufio.NewReader(io.NewSectionReader(o.f, 0, o.extent.Length)))
	have, err := r.Read()
	if err != nil {
		return damaged(o.path, "its header cannot be read: %w", err)
	}
	for _, raw := range []bool{true, false} {
		for _, l := range []layout{newLayout(report, raw), oldLayout(report, raw)} {
			w.layout = l
			w.begin(w.header)
			if r.Comma == w.Comma && slices.Equal(have, w.with(report)) {
				return nil
			}
		}
	}
	return damaged(o.path, "its header is not the one of this input")
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
			f.Raw = harmless(legible(w.rawText(r.Change, row)))
		}
		if err := gocsv.MarshalCSVWithoutHeaders([]finding{f}, w); err != nil {
			return err
		}
	}
	return nil
}

// rawText is what is known of a row that could not be decoded.
func (w *csvErrors) rawText(c *sources.Change, row sources.Row) string {
	if row.Bad != nil && len(row.Bad.Text) > 0 {
		return textOf(row.Bad.Text, nil, w.Comma)
	}
	return textOf(c.Text, row.Cells, w.Comma)
}

// begin starts a row with the cells of the input, or as many empty ones.
func (w *csvErrors) begin(cells []string) {
	w.cells = w.cells[:0]
	for _, i := range w.keep {
		cell := ""
		if cells != nil {
			cell = w.cell(cells[i], w.marker)
		}
		w.cells = append(w.cells, cell)
	}
}

// rawOf carries the _raw of an errors.csv over, as long as nobody has mended the row.
func (w *csvErrors) rawOf(cells []string) string {
	if w.was < 0 {
		return ""
	}
	return cells[w.was]
}

// Write takes the cells of a finding from gocsv.
func (w *csvErrors) Write(finding []string) error { return w.Writer.Write(w.with(finding)) }

// with is the row of the cells of the input and of a finding.
func (w *csvErrors) with(finding []string) []string {
	w.row = w.row[:0]
	for _, i := range w.left {
		w.row = append(w.row, finding[i])
	}
	w.row = append(w.row, w.cells...)
	for _, i := range w.right {
		w.row = append(w.row, finding[i])
	}
	return w.row
}

// Flush is gocsv's after every row; the file is flushed when it is synced.
func (w *csvErrors) Flush() {}

// textOf is what is known of a row that could not be decoded.
func textOf(text []byte, cells []string, separator rune) string {
	if len(text) > 0 || len(cells) == 0 {
		return strings.TrimRight(string(text), "\r\n")
	}
	var b strings.Builder
	c := csv.NewWriter(&b)
	c.Comma = separator
	_ = c.Write(cells) // memory takes everything
	c.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

// columns are the columns of a report, which are the tags of a finding.
func columns() ([]string, error) {
	header, err := gocsv.MarshalString([]finding{})
	return strings.Split(strings.TrimSpace(header), ","), err
}
