package records

import (
	"bufio"
	"encoding/csv"
	"io"
	"strings"
)

// CSV finds a record in each row.
type CSV struct {
	in    *recordReader
	ahead *bufio.Reader // what the csv.Reader has read ahead
	csv   *csv.Reader
}

// Row is one row of a CSV.
type Row struct {
	Record
	Cells []string   // nil if it is Bad
	Bad   *Malformed // what keeps it from being a row; nil if nothing does
}

// NewCSV returns a CSV of which each row has a number of cells, or, if that is 0, as many as the first. A row has a
// limit in bytes. The CSV begins with Begin.
func NewCSV(cells, limit int) *CSV {
	c := &CSV{in: &recordReader{src: strings.NewReader(""), limit: limit}}
	c.ahead = bufio.NewReaderSize(c.in, bufferSize)
	c.csv = csv.NewReader(c.ahead) // takes the buffer for its own, being as large as it wants
	c.csv.FieldsPerRecord = cells  // a ragged row is an error of the row
	return c
}

// Begin goes on with the bytes of src, which stand at a mark.
func (c *CSV) Begin(src io.Reader, at Mark) {
	c.in.restart(src, at, c.csv.InputOffset())
	c.ahead.Reset(c.in)
}

// Next returns the next row.
func (c *CSV) Next() (Row, error) {
	cells, err := c.csv.Read()
	raw, begin := c.in.take(c.csv.InputOffset())
	if err == io.EOF {
		return Row{}, io.EOF
	}
	if end := c.damage(raw, begin.Line, err); end != nil {
		return Row{}, end
	}
	row := Row{Record: Record{Text: raw, Begin: begin, After: c.in.at}}
	if err != nil {
		row.Bad = malformed(raw, err, c.csv.FieldsPerRecord)
		return row, nil
	}
	row.Cells = cells
	return row, nil
}
