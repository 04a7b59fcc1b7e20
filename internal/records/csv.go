package records

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"
	"strings"
)

// CSV finds a record in each row that has anything in it.
type CSV struct {
	in    *recordReader
	ahead *bufio.Reader // what the csv.Reader has read ahead
	csv   *csv.Reader
	cells int  // of each row; 0: as many as the first has
	feeds bool // see Feeds
}

// Feeds says that rows end in line feeds, as the header does. One that ends in a carriage return alone, with no row
// behind it, is bad then: the return may be of its last cell.
func (c *CSV) Feeds() { c.feeds = true }

// Row is one row of a CSV.
type Row struct {
	Record
	Cells []string   // nil if it is Bad
	Bad   *Malformed // what keeps it from being a row; nil if nothing does
	Cut   bool       // the input ends without a line end behind it: there may have been more
}

// NewCSV returns a CSV in which a separator stands between the cells, and of which each row has a number of cells, or,
// if that is 0, as many as the first. A row has a limit in bytes. The CSV begins with Begin.
func NewCSV(separator byte, cells, limit int) *CSV {
	c := &CSV{cells: cells, in: &recordReader{src: strings.NewReader(""), limit: limit, quotes: quotes{separator: separator}}}
	c.ahead = bufio.NewReaderSize(c.in, bufferSize)
	c.csv = csv.NewReader(c.ahead) // takes the buffer for its own, being as large as it wants
	c.csv.Comma = rune(separator)
	c.csv.FieldsPerRecord = cells // a ragged row is an error of the row
	return c
}

// Begin goes on with the bytes of src, which stand at a mark.
func (c *CSV) Begin(src io.Reader, at Mark) {
	c.in.restart(src, at, c.csv.InputOffset())
	c.ahead.Reset(c.in)
}

// Next returns the next row. Rows of nothing but separators and blanks are passed over.
func (c *CSV) Next() (Row, error) {
	for {
		cells, err := c.csv.Read()
		raw, begin := c.in.take(c.csv.InputOffset())
		if err == io.EOF {
			return Row{}, io.EOF
		}
		if end := c.damage(raw, begin.Line, err); end != nil {
			return Row{}, end
		}
		if blankCells(cells) { // a csv.Reader gives them also where they are too many or too few
			if c.cells == 0 {
				c.csv.FieldsPerRecord = 0
			}
			continue
		}
		row := Row{Record: Record{Text: raw, Begin: begin, After: c.in.at}, Cut: !endsLine(raw[len(raw)-1])}
		if err != nil {
			row.Bad = c.malformed(row, err)
			return row, nil
		}
		if c.feeds && raw[len(raw)-1] == '\r' && c.restBehind() {
			row.Bad = &Malformed{Msg: "a carriage return ends the row, and behind it stands no row", Hint: "put a cell that has a carriage return into quotes"}
			return row, nil
		}
		row.Cells = withCRs(cells, raw)
		return row, nil
	}
}

// restBehind tells whether the line behind a row is of one cell where rows have more: the rest of a cell, perhaps.
func (c *CSV) restBehind() bool {
	if c.csv.FieldsPerRecord < 2 {
		return false
	}
	for n := max(1, c.ahead.Buffered()); n <= c.ahead.Size(); n = max(n+1, c.ahead.Buffered()) {
		held, err := c.ahead.Peek(n)
		held = bytes.TrimLeft(held, "\n") // as the line ends are that a csv.Reader is given
		line, _, whole := bytes.Cut(held, []byte{'\n'})
		if bytes.IndexByte(line, c.in.quotes.separator) >= 0 || bytes.IndexByte(line, '"') >= 0 {
			return false
		}
		if whole || err != nil {
			return len(bytes.TrimSpace(line)) > 0
		}
	}
	return true
}

// withCRs gives the cells of a row the carriage returns that stand in its quotes. A row that is not UTF-8 may have bytes
// of its own that look like keptCR: which is which the row tells, for in its cells they come in the same order.
func withCRs(cells []string, raw []byte) []string {
	raw = trimLineEnd(raw)
	if bytes.IndexByte(raw, '\r') < 0 {
		return cells
	}
	for i, cell := range cells {
		if strings.IndexByte(cell, keptCR) < 0 {
			continue
		}
		text := []byte(cell)
		for j, b := range text {
			if b != keptCR {
				continue
			}
			for raw[0] != '\r' && raw[0] != keptCR {
				raw = raw[1:]
			}
			text[j], raw = raw[0], raw[1:]
		}
		cells[i] = string(text)
	}
	return cells
}
