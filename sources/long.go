package sources

import (
	"fmt"
	"io"
	"strings"

	"attrmigrate/internal/records"
)

// maxRows is how many rows of a long CSV one record may have: more attributes than a pool can have.
const maxRows = 100

// longDecoder makes one record of the consecutive rows of one user.
type longDecoder struct {
	rows  *rows
	opts  *Options
	ahead *row // the first row of the next record, if it has been read: then the last that was
}

func (d *longDecoder) begin(src io.Reader, at Position) {
	d.ahead = nil
	d.rows.begin(src, at)
}

// next reads all rows of a record. If the file turns out to be damaged behind them, the record is
// not given: it may be incomplete.
func (d *longDecoder) next() (*Change, error) {
	first, err := d.take()
	if err != nil {
		return nil, err
	}
	user := first.user // which the next row takes the place of
	c := first.change(d.rows.header)
	defer func() { redact(c.Rows) }()
	if c.Err != nil {
		return c, nil
	}
	c.Rows = c.Rows[:0]
	size := 0
	for r := first; ; {
		if size += r.size; size > d.opts.limit() {
			return nil, records.TooLong(c.Line, d.opts.limit())
		}
		d.add(c, r)
		r, err = d.take()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if r.err != nil || r.user != user {
			d.ahead = r
			break
		}
	}
	d.check(c)
	return c, nil
}

// take returns the next row.
func (d *longDecoder) take() (*row, error) {
	if r := d.ahead; r != nil {
		d.ahead = nil
		return r, nil
	}
	return d.rows.next()
}

// add adds a row to its record. The first error of a record stays.
func (d *longDecoder) add(c *Change, r *row) {
	c.After, c.Cut = r.after, r.cut
	c.Rows = append(c.Rows, Row{Line: r.begin.Line, Cells: r.cells})
	name, _ := textOf(r.named.Attribute)
	name = strings.TrimSpace(name)
	if c.Err != nil || len(c.Rows) > maxRows {
		return
	}
	var failed *RecordError
	attribute, use := d.opts.use(name)
	switch {
	case isToken(name):
		failed = &RecordError{code: codeUnknownKey, field: "attribute", msg: "the cell looks like an access token", hint: "it has to name an attribute"}
	case name == "" || use != useNothing && attribute == "":
		failed = &RecordError{code: codeMissingAttribute, field: "attribute", msg: "the cell is empty"}
	case use == useSet:
		c.Attributes, failed = d.opts.addCell(c.Attributes, name, attribute, r.named.Value)
	case use == useExpect:
		c.Expect = d.opts.addExpected(c.Expect, attribute, r.named.Value)
	case use == useMetadata:
		c.addMetadata(attribute, r.named.Value)
	}
	if failed != nil {
		failed.msg += fmt.Sprintf(" (line %d)", r.begin.Line)
		c.Err = failed
	}
}

// check finds what only the whole record shows.
func (d *longDecoder) check(c *Change) {
	if c.Err != nil {
		return
	}
	failed := duplicate(c)
	if n := len(c.Rows); n > maxRows {
		failed = &RecordError{code: codeTooManyRows, msg: fmt.Sprintf("%d rows of one user, and %d are allowed", n, maxRows),
			hint: "a row gives one attribute; a pool has fewer than that"}
	}
	if failed != nil {
		c.Err = failed
	}
}
