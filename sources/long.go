package sources

import (
	"fmt"
	"io"
	"strings"

	"attrmigrate/internal/records"
)

// maxRows is how many rows of a long CSV one record may have: more attributes than a pool can have.
const maxRows = 100

// longDecoder makes one record of the consecutive rows of one user. A record is one: a row of it that is bad spoils
// all of it, and so does a row beside it that does not say whose it is, for that may hold the record's precondition.
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
	r, err := d.take()
	if err != nil {
		return nil, err
	}
	c := r.change(d.rows.header)
	c.Rows, c.Err = c.Rows[:0], nil
	defer func() { c.Redacted = redact(c.Rows) || c.Redacted }()
	whose, size := d.rows.header.ownerOf(r), 0
	for {
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
		next := d.rows.header.ownerOf(r)
		if !whose.joins(next) {
			d.ahead = r
			d.beside(c, r, next)
			break
		}
		if whose.known && next.known && whose.user != next.user {
			c.spoil(twoSpellings(r.begin.Line))
		}
		whose = whose.and(next)
	}
	if c.Token == "" {
		c.Username = whose.user
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

// beside spoils a record behind which a row stands that may be one of its own.
func (d *longDecoder) beside(c *Change, r *row, whose owner) {
	if whose.lost() {
		c.spoil(&RecordError{code: codeSpoiledRecord, msg: fmt.Sprintf("the row behind it (line %d) may be one of this record: it does not say whose it is", r.begin.Line),
			hint: "mend that row, and apply both together"})
	}
}

// twoSpellings refuses rows of which nobody can see that they name two users.
func twoSpellings(line int) *RecordError {
	return &RecordError{code: codeSpoiledRecord, msg: fmt.Sprintf("its rows spell the user in two ways, which differ in blanks or invisible characters (line %d)", line),
		hint: "write the name in one way"}
}

// spoil gives a record an error, unless it has one.
func (c *Change) spoil(err *RecordError) {
	if c.Err == nil {
		c.Err = err
	}
}

// add adds a row to its record, or the reason why that can't be.
func (d *longDecoder) add(c *Change, r *row) {
	c.After, c.Cut, c.Redacted = r.after, r.cut, c.Redacted || r.redacted
	at := Row{Line: r.begin.Line, Cells: r.cells}
	failed := r.err
	if failed == nil && len(c.Rows) < maxRows {
		failed = d.read(c, r)
	}
	if failed != nil {
		at.Bad = &BadRow{Err: failed, Text: r.text}
		if len(c.Text) == 0 {
			c.Text = r.text
		}
	}
	c.Rows = append(c.Rows, at)
}

// read gives a record what one of its rows says.
func (d *longDecoder) read(c *Change, r *row) (failed *RecordError) {
	name, _ := textOf(r.named.Attribute)
	name = strings.TrimSpace(name)
	attribute, use := d.opts.use(name)
	switch {
	case isToken(name):
		return &RecordError{code: codeUnknownKey, field: "attribute", msg: "the cell looks like an access token", hint: "it has to name an attribute"}
	case name == "" || use != useNothing && attribute == "":
		return &RecordError{code: codeMissingAttribute, field: "attribute", msg: "the cell is empty"}
	case use == useSet:
		failed = d.opts.addCell(c, name, attribute, r.named.Value)
	case use == useExpect:
		d.opts.addExpected(c, attribute, r.named.Value)
	case use == useMetadata:
		d.opts.addMetadata(c, attribute, r.named.Value)
	}
	return failed
}

// check finds what only the whole record shows. The first row at fault gives the record its error.
func (d *longDecoder) check(c *Change) {
	for _, r := range c.Rows {
		if r.Bad == nil {
			continue
		}
		failed := *r.Bad.Err.(*RecordError) // as add made it
		if len(c.Rows) > 1 {
			failed.msg += fmt.Sprintf(" (line %d)", r.Line)
		}
		c.Err = &failed
		return
	}
	if failed := duplicate(c); failed != nil {
		c.spoil(failed)
	}
	if n := len(c.Rows); n > maxRows {
		c.Err = &RecordError{code: codeTooManyRows, msg: fmt.Sprintf("%d rows of one user, and %d are allowed", n, maxRows),
			hint: "a row gives one attribute; a pool has fewer than that"}
	}
}
