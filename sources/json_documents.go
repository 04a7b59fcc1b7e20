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
	return &documents{found: records.NewDocuments(start.mark(), opts.limit(), quotable), json: newJSONLines(opts)}
}

// quotable is what an error may repeat of a text.
func quotable(text string) string {
	if isToken(text) {
		return Redacted
	}
	return text
}

func (d *documents) begin(src io.Reader, at Position) { d.found.Begin(src, at.mark()) }

func (d *documents) next() (*Change, error) {
	r, err := d.found.Next()
	if err != nil {
		return nil, err
	}
	return d.json.change(r), nil
}
