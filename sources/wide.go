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
	if c.Err == nil {
		d.read(c, r.cells)
	}
	if r.secret {
		redact(c.Rows)
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
			c.Attributes, failed = d.opts.addCell(c.Attributes, h.names[i], h.attributes[i], cell)
		case roleExpect:
			c.Expect = d.opts.addExpected(c.Expect, h.attributes[i], cell)
		case roleMetadata:
			c.addMetadata(h.attributes[i], cell)
		}
		if failed != nil {
			c.Err = failed
			return
		}
	}
}
