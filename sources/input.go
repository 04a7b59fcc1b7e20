package sources

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"

	"attrmigrate/internal/records"
	"attrmigrate/internal/sealed"
)

// input is one file of a change set, as Open found it.
type input struct {
	path      string
	packing   sealed.Packing
	wide      bool // text in UTF-16
	lined     bool // CSV only: its header is its first line, and ends in a line feed
	seals     *sealed.Seals
	format    Format
	separator rune     // CSV only
	header    *header  // CSV only
	undo      bool     // JSONL only: to be read from its end
	documents bool     // JSONL only: records may stand on several lines, and in arrays
	start     Position // where the records begin: behind the byte-order mark and the header
	digest    string   // known once the input has been read from its beginning to its end
}

// openInput looks at a file: whether it can be read, is text, and has a header that makes sense.
func openInput(path string, opts Options) (*input, error) {
	in := &input{path: path, format: opts.Format, start: Position{Line: 1}, seals: &opts.Seals.known}
	in.packing, _ = sealed.PackingOf(path)
	if err := in.inspect(&opts); err != nil {
		return nil, unreadable(path, err)
	}
	return in, nil
}

func (in *input) inspect(opts *Options) error {
	if err := in.seals.Look(in.path); err != nil {
		return err
	}
	if in.format == Auto {
		in.format = formatOf(in.path)
	}
	s, err := in.open(false)
	if err != nil {
		return err
	}
	defer s.Close()
	in.wide = s.Wide()
	text := bufio.NewReaderSize(s, headSize)
	if err := in.sniff(text); err != nil {
		return err
	}
	if in.format == Auto {
		return &FileError{Msg: "its name does not say its format", Remedy: "name it .csv or .jsonl, or say " + opts.setting("Format", CSV.String()) + " or " + opts.setting("Format", JSONL.String())}
	}
	if err := opts.check(in.format); err != nil {
		return err
	}
	if first, _ := text.Peek(sniffSize); len(first) > 0 { // an error comes again
		if refusal := in.misnamed(first, opts); refusal != nil {
			return refusal
		}
		if refusal := foreignTable(first); refusal != nil && !opts.Data { // data has columns of any names
			return refusal
		}
	}
	if in.format == CSV {
		return in.readHeader(text, opts)
	}
	return in.readFirst(text, opts)
}

// open begins to read the file, hashing its bytes on the way if asked to.
func (in *input) open(hashed bool) (*sealed.Stream, error) { return in.seals.Open(in.path, hashed) }

// How much of a file is looked at to see what it is, and what separates the cells of its header.
const (
	sniffSize = 4 << 10
	headSize  = 64 << 10
)

// sniff passes over the byte-order mark, and refuses what is not text.
func (in *input) sniff(text *bufio.Reader) error {
	first, err := text.Peek(sniffSize)
	if err != nil && err != io.EOF {
		return err
	}
	if bytes.HasPrefix(first, []byte("\xef\xbb\xbf")) {
		first = first[3:]
		in.start.Offset = 3
		text.Discard(3) // peeked, so it cannot fail
	}
	if len(bytes.TrimSpace(first)) == 0 && err == io.EOF {
		return sealed.ErrEmpty
	}
	if refusal := foreign(in.path, first); refusal != nil {
		return refusal
	}
	line, _, _ := bytes.Cut(first, []byte("\n"))
	const remedy = "export it as CSV or JSONL in UTF-8"
	switch {
	case len(line) > 1 && (line[0] == 0) != (line[1] == 0):
		return &FileError{Msg: "is not text in UTF-8: it looks like UTF-16", Remedy: remedy}
	case bytes.IndexByte(line, 0) >= 0:
		return &FileError{Msg: "is not text: it looks like binary data", Remedy: remedy}
	}
	return nil
}

// readHeader reads a CSV header, and learns where the rows begin.
func (in *input) readHeader(text *bufio.Reader, opts *Options) error {
	if err := in.findSeparator(text, opts); err != nil {
		return err
	}
	rows := records.NewCSV(byte(in.separator), 0, opts.limit())
	rows.Begin(text, in.start.mark())
	row, err := rows.Next()
	line := row.Begin.Line
	switch {
	case err == io.EOF:
		return sealed.ErrEmpty
	case err != nil:
		return err
	case row.Bad != nil:
		return &FileError{Line: line, Msg: "the header cannot be decoded: " + row.Bad.Msg}
	case !utf8.Valid(row.Text):
		return &FileError{Line: line, Msg: "the header is not UTF-8", Remedy: "export the file in UTF-8"}
	}
	h, refusal := readHeader(row.Cells, in.separator, opts)
	if refusal != nil {
		refusal.Line = line
		return refusal
	}
	in.lined = line == 1 && row.After.Line == 2 && row.Text[len(row.Text)-1] == '\n'
	h.feeds = bytes.IndexByte(row.Text[len(row.Trimmed()):], '\n') >= 0
	in.header, in.start = h, positionOf(row.After)
	return nil
}

// restartable is a decoder that goes on with the bytes of a reader, which stand at a position.
type restartable interface {
	decoder
	begin(src io.Reader, at Position)
}

// decoder returns a decoder of the input, which reads forwards.
func (in *input) decoder(opts *Options) restartable {
	if in.documents {
		return newDocuments(opts, in.start)
	}
	if in.format == JSONL {
		return newJSONLines(opts)
	}
	rows := newRows(in.header, in.separator, opts)
	if in.header.long {
		return &longDecoder{rows: rows, opts: opts}
	}
	return &wideDecoder{rows: rows, opts: opts}
}
