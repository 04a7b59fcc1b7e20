package sources

import (
	"bufio"
	"bytes"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"attrmigrate/internal/sealed"
)

// undoMember numbers the records of an undo file.
const undoMember = `"_undo"`

// readFirst looks at the first record of a JSONL input, to see whether the input is an undo file.
func (in *input) readFirst(text *bufio.Reader, opts *Options) error {
	in.documents = inDocuments(text)
	first, err := in.firstRecord(text, opts)
	if err != nil {
		return nil // Next says so, with the line
	}
	in.undo = numbered(first)
	switch {
	case in.undo && in.documents:
		return &FileError{Msg: "is an undo file that has not one record a line, and an undo file is read from its end",
			Remedy: "put each record on a line again: jq -c . FILE, or for an array: jq -c \".[]\" FILE"}
	case in.undo && in.packing != sealed.Plain:
		return &FileError{Msg: "is a compressed undo file, and an undo file is read from its end",
			Remedy: "unpack it first, with " + [...]string{sealed.Gzip: "gunzip", sealed.Zstd: "unzstd"}[in.packing]}
	}
	return nil
}

// firstRecord returns the text of the first record. The decoders read on from text, and need no buffer of their own.
func (in *input) firstRecord(text *bufio.Reader, opts *Options) ([]byte, error) {
	if in.documents {
		d := newDocuments(opts, in.start)
		d.in = text
		d.begin(text, in.start)
		_, err := d.record()
		return d.text, err
	}
	lines := newJSONLines(opts)
	lines.in = text
	lines.begin(text, in.start)
	for {
		first, err := lines.line()
		if err != nil || len(bytes.TrimSpace(first)) > 0 {
			return first, err
		}
	}
}

// numbered reports whether a line is, or was about to become, an object with a number "_undo".
func numbered(line []byte) bool {
	d := jsontext.NewDecoder(bytes.NewBuffer(line), lenient)
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return false
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadValue()
		if err != nil {
			return false
		}
		if string(name) == undoMember {
			return d.PeekKind() == '0'
		}
		if d.SkipValue() != nil {
			return false
		}
	}
	return false
}

// lenient accepts what is an object, even if decoding it will fail.
var lenient = jsontext.AllowDuplicateNames(true)

// undoLines makes one record of each line of an undo file, the last line first.
type undoLines struct {
	json  *jsonLines
	lines backward
}

func newUndoLines(file io.ReaderAt, start, at Position, opts *Options) *undoLines {
	return &undoLines{json: newJSONLines(opts), lines: backward{file: file, limit: opts.limit(), start: start.Offset, at: at}}
}

func (d *undoLines) next() (*Change, error) {
	for {
		line, err := d.lines.line()
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimSpace(line)) == 0 || torn(line) {
			continue
		}
		return d.json.change(line, d.lines.at, d.lines.at), nil
	}
}

// torn reports whether a crash has cut the line short. Only the last line of a file lacks its end.
func torn(line []byte) bool {
	if line[len(line)-1] == '\n' {
		return false
	}
	v := jsontext.Value(line)
	return v.Kind() != '{' || !v.IsValid(lenient)
}
