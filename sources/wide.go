package sources

import "io"

// wideDecoder makes one record of each row.
type wideDecoder struct {
	rows *rows
	opts *Options
}

func (d *wideDecoder) begin(src io.Reader, at Position) { d.rows.begin(src, at) }

func (d *wideDecoder) next() (*Change, error) {
	r, err := d.rows.next()
	if err != nil {
		return nil, err
	}
	c := r.change(d.rows.header)
	switch {
	case c.Err != nil:
	case d.opts.Data:
		d.readData(c, r.cells)
	default:
		d.read(c, r.cells)
	}
	if r.secret && redact(c.Rows) {
		c.Redacted = true
	}
	return c, nil
}

// read gives a record what the cells of its row say.
func (d *wideDecoder) read(c *Change, cells []string) {
	h := d.rows.header
	c.Attributes = make([]Attribute, 0, h.setting)
	for i, cell := range cells {
		var failed *RecordError
		switch h.roles[i] {
		case roleSet:
			failed = d.opts.addCell(c, h.names[i], h.attributes[i], cell)
		case roleExpect:
			d.opts.addExpected(c, h.attributes[i], cell)
		case roleMetadata:
			d.opts.addMetadata(c, h.attributes[i], cell)
		}
		if failed != nil {
			c.Err = failed
			return
		}
	}
}
