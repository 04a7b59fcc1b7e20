package sources

import (
	"io"

	"attrmigrate/internal/records"
)

// documents makes one record of each object that stands in JSON documents.
type documents struct {
	found *records.Documents
	json  *jsonLines // decodes the text of a record
}

func newDocuments(opts *Options, start Position) *documents {
	return &documents{found: records.NewDocuments(start.mark(), opts.limit(), Quotable), json: newJSONLines(opts)}
}

func (d *documents) begin(src io.Reader, at Position) { d.found.Begin(src, at.mark()) }

func (d *documents) next() (*Change, error) {
	r, err := d.found.Next()
	if err != nil {
		return nil, err
	}
	return d.json.change(r), nil
}
