package sources

import (
	"bufio"
	"bytes"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"attrmigrate/internal/records"
	"attrmigrate/internal/sealed"
)

// undoMember numbers the records of an undo file.
const undoMember = `"_undo"`

// readFirst looks at the first record of a JSONL input, to see whether the input is an undo file.
func (in *input) readFirst(text *bufio.Reader, opts *Options) error {
	in.documents = records.InDocuments(text)
	array := records.FirstNotBlank(text) == '['
	first, err := in.firstRecord(text, opts)
	if err != nil {
		return nil // Next says so, with the line
	}
	if opts.Data {
		if refusal := in.foreignData(first.Text, array, opts); refusal != nil {
			refusal.Line = first.Begin.Line
			return refusal
		}
		return nil
	}
	in.undo = numbered(first.Text)
	if !in.undo {
		if refusal := in.foreignJSON(first.Text, array, opts); refusal != nil {
			refusal.Line = first.Begin.Line
			return refusal
		}
	}
	switch {
	case in.undo && in.documents:
		return &FileError{Msg: "is an undo file that has not one record a line, and an undo file is read from its end",
			Remedy: "put each record on a line again: jq -c . FILE, or for an array: jq -c \".[]\" FILE"}
	case in.undo && in.packing != sealed.Plain:
		return &FileError{Msg: "is a compressed undo file, and an undo file is read from its end",
			Remedy: "unpack it first, with " + [...]string{sealed.Gzip: "gunzip", sealed.Zstd: "unzstd"}[in.packing]}
	case in.undo && in.wide:
		return &FileError{Msg: "is an undo file in UTF-16, and an undo file is read from its end", Remedy: "save it in UTF-8"}
	}
	return nil
}

// firstRecord finds the first record, with no buffer but that of the text.
func (in *input) firstRecord(text *bufio.Reader, opts *Options) (records.Record, error) {
	if in.documents {
		d := records.NewDocuments(in.start.mark(), opts.limit(), Quotable)
		d.Begin(text, in.start.mark())
		return d.Next()
	}
	lines := records.NewLines(opts.limit())
	lines.Begin(text, in.start.mark())
	return lines.Next()
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
	lines *records.Backward
}

func newUndoLines(file io.ReaderAt, start, at Position, opts *Options) *undoLines {
	return &undoLines{json: newJSONLines(opts), lines: records.NewBackward(file, start.Offset, at.mark(), opts.limit())}
}

func (d *undoLines) next() (*Change, error) {
	for {
		line, err := d.lines.Next()
		if err != nil {
			return nil, err
		}
		if !torn(line.Text) {
			line.After = line.Begin // reading goes on before it
			return d.json.change(line), nil
		}
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
