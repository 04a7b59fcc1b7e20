package sources

import (
	"bufio"
	"bytes"
	"context"
	"io"

	"github.com/go-json-experiment/json/jsontext"
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
	case in.undo && in.packing != plain:
		return &FileError{Msg: "is a compressed undo file, and an undo file is read from its end",
			Remedy: "unpack it first, with " + [...]string{gzipped: "gunzip", zstandard: "unzstd"}[in.packing]}
	}
	return nil
}

// firstRecord returns the text of the first record.
func (in *input) firstRecord(text io.Reader, opts *Options) ([]byte, error) {
	if in.documents {
		d := newDocuments(opts, in.start)
		d.begin(text, in.start)
		_, err := d.record()
		return d.text, err
	}
	lines := newJSONLines(opts)
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

// end passes over a whole file, hashing it on the way if that was asked for, and returns its end. From then on
// all of it is known.
func (s *stream) end(ctx context.Context) (Position, error) {
	at := Position{Line: 1}
	buf := make([]byte, bufferSize)
	for {
		if err := ctx.Err(); err != nil {
			return at, err
		}
		n, err := s.packed.Read(buf)
		at.Offset += int64(n)
		at.Line += bytes.Count(buf[:n], []byte{'\n'})
		if err == io.EOF {
			return at, nil
		}
		if err != nil {
			return at, err
		}
	}
}

// undoLines makes one record of each line of an undo file, the last line first.
type undoLines struct {
	json  *jsonLines
	lines backward
}

func newUndoLines(file io.ReaderAt, start, at Position, opts *Options) *undoLines {
	return &undoLines{json: newJSONLines(opts), lines: backward{file: file, start: start.Offset, at: at}}
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

// backward gives the lines of a file from the last to the first. It holds at most a line and what was
// read with it.
type backward struct {
	file  io.ReaderAt
	start int64    // where the first line begins
	at    Position // where the line given last begins
	buf   []byte   // room, filled from its end
	begin int      // buf[begin:end] are the bytes of the file before at
	end   int
}

// line returns the line before the one given last, with its end, and io.EOF before the first. It is
// valid until the next call.
func (b *backward) line() ([]byte, error) {
	for unseen := b.end - 1; ; { // a line end may stand in buf[begin:unseen]; the last byte is this line's
		if i := bytes.LastIndexByte(b.buf[b.begin:max(unseen, b.begin)], '\n'); i >= 0 {
			return b.give(b.begin + i + 1)
		}
		held := b.end - b.begin
		switch {
		case b.at.Offset-int64(held) > b.start && held <= MaxRecord:
		case held > 0:
			return b.give(b.begin)
		default:
			return nil, io.EOF
		}
		if err := b.fill(); err != nil {
			refusal := unreadable("", err)
			refusal.Line = b.at.Line
			return nil, refusal
		}
		unseen = b.end - max(held, 1)
	}
}

// give takes the line that begins at an index out of the buffer.
func (b *backward) give(begin int) ([]byte, error) {
	line := b.buf[begin:b.end]
	if line[len(line)-1] == '\n' {
		b.at.Line--
	}
	if len(line) > MaxRecord {
		return nil, tooLong(b.at.Line)
	}
	b.end = begin
	b.at.Offset -= int64(len(line))
	return line, nil
}

// fill reads the bytes before those that are held.
func (b *backward) fill() error {
	held := b.buf[b.begin:b.end]
	before := b.at.Offset - int64(len(held))
	n := int(min(bufferSize, before-b.start))
	if room := len(b.buf); room < len(held)+n {
		grown := make([]byte, max(2*room, bufferSize+len(held)))
		b.begin = len(grown) - copy(grown[len(grown)-len(held):], held)
		b.buf = grown
	} else {
		b.begin = room - copy(b.buf[room-len(held):], held)
	}
	b.end = len(b.buf)
	_, err := b.file.ReadAt(b.buf[b.begin-n:b.begin], before-int64(n))
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	b.begin -= n
	return err
}
