package sources

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"attrmigrate/internal/records"
	"attrmigrate/internal/sealed"
)

// decoder reads the records of one input. Its errors are io.EOF and what unreadable makes a *FileError of; of
// a change it leaves File, Begin.Input and After.Input to the caller.
type decoder interface {
	next() (*Change, error)
}

// Files is a change set that stands in one or more files. It is used by one goroutine.
type Files struct {
	opts    Options
	inputs  []*input
	undo    bool           // the inputs are undo files: the last is read first, each from its end
	current int            // the input being read
	stream  *sealed.Stream // nil between inputs
	decoder decoder
	resumed bool
	cut     int       // the line on which a listing says that there are more users behind it; 0: it does not
	err     error     // why the stream ended; it stays so
	pickers []*picker // for At, by input
	closed  bool
}

// Open looks at all inputs, and refuses them (a *FileError) if one cannot be read, is no change set,
// or differs from the first in format or header. It reads no further than the headers, and of JSONL no
// further than the first record.
func Open(paths []string, opts Options) (*Files, error) {
	if len(paths) == 0 {
		return nil, &FileError{Msg: "no input", Remedy: "name a CSV or JSONL file"}
	}
	opts.Ignore, opts.EmptyValues, opts.Columns = slices.Clone(opts.Ignore), slices.Clone(opts.EmptyValues), slices.Clone(opts.Columns)
	if opts.Seals == nil {
		opts.Seals = new(Seals)
	}
	if opts.DeleteMarker == "" {
		opts.DeleteMarker = defaultDeleteMarker
	}
	f := &Files{opts: opts}
	for _, path := range paths {
		in, err := openInput(path, opts)
		if err != nil {
			return nil, err
		}
		f.inputs = append(f.inputs, in)
		if err := in.agrees(f.inputs[0]); err != nil {
			return nil, unreadable(path, err)
		}
	}
	if f.undo = f.inputs[0].undo; f.undo {
		f.current = len(f.inputs) - 1
		f.opts.Trim, f.opts.EmptyValues = false, nil // what users had goes back as it was
	}
	return f, nil
}

// agrees refuses an input that is written in another way than the first.
func (in *input) agrees(first *input) error {
	if in.format != first.format {
		return &FileError{Msg: fmt.Sprintf("is %v, and %s is %v", in.format, first.path, first.format),
			Remedy: "give all inputs one format, or apply them one by one"}
	}
	const apart = "give undo files apart from others"
	switch {
	case in.undo && !first.undo:
		return &FileError{Msg: fmt.Sprintf("is an undo file, and %s is not", first.path), Remedy: apart}
	case !in.undo && first.undo:
		return &FileError{Msg: fmt.Sprintf("is no undo file, and %s is one", first.path), Remedy: apart}
	case in.header == nil:
		return nil
	}
	if in.separator != first.separator {
		return &FileError{Line: 1, Msg: fmt.Sprintf("is separated by %s, and %s by %s", separatorNames[in.separator][1], first.path, separatorNames[first.separator][1]),
			Remedy: "give all inputs one separator, or apply them one by one"}
	}
	if err := in.header.difference(first.header, first.path); err != nil {
		return err
	}
	return nil
}

// Format returns the format of the inputs, CSV or JSONL.
func (f *Files) Format() Format { return f.inputs[0].format }

// Header returns the cells of the CSV header as they stood, and nil for JSONL.
func (f *Files) Header() []string {
	if h := f.inputs[0].header; h != nil {
		return slices.Clone(h.cells)
	}
	return nil
}

// Columns returns the attribute columns of a wide CSV in their order, and nil for a long CSV or
// JSONL, whose records name their attributes themselves.
func (f *Files) Columns() []Column {
	if h := f.inputs[0].header; h != nil {
		return h.columns()
	}
	return nil
}

// UserColumn is the column that names the user in a long CSV, from 0, and whether the inputs are one.
func (f *Files) UserColumn() (column int, long bool) {
	if h := f.inputs[0].header; h != nil && h.long {
		return h.user, true
	}
	return 0, false
}

// Lined tells whether tools for lines of text see what a reader sees of the inputs: CSV as it is stored, with its header on
// the first line, behind which a line feed stands. Cells may have line ends all the same.
func (f *Files) Lined() bool {
	return !slices.ContainsFunc(f.inputs, func(in *input) bool { return in.packing != sealed.Plain || in.wide || !in.lined })
}

// ListingCut tells whether the inputs, read to their end, are what list-users prints and lack its last page, and where
// they say so.
func (f *Files) ListingCut() (file string, line int, cut bool) {
	return f.inputs[f.current].path, f.cut, f.cut > 0
}

// Digests returns the digest of each input's bytes as they are stored. They are known once Next has
// returned io.EOF on a read from the beginning; until then, and after Resume, they are nil.
func (f *Files) Digests() []string {
	if f.err != io.EOF || f.resumed {
		return nil
	}
	var digests []string
	for _, in := range f.inputs {
		digests = append(digests, in.digest)
	}
	return digests
}

// Resume goes to a position that an earlier read gave in Change.After. It is called before Next. The
// zero position is the beginning.
func (f *Files) Resume(at Position) error {
	if at.Input < 0 || at.Input >= len(f.inputs) || at.Offset < 0 {
		return &FileError{Msg: fmt.Sprintf("the run stopped in input %d at byte %d, and there are %d inputs", at.Input+1, at.Offset, len(f.inputs)),
			Remedy: "name the inputs that the run began with, in the same order"}
	}
	if at == (Position{}) {
		return nil
	}
	f.current, f.resumed = at.Input, true
	in := f.inputs[at.Input]
	if at.Offset <= in.start.Offset && !f.undo {
		return nil // the beginning of an input, where Next starts anyway
	}
	s, err := in.open(false)
	if err != nil {
		return unreadable(in.path, err)
	}
	f.stream = s
	if f.undo {
		err = in.checkBegin(s, at)
	} else {
		err = in.resume(s, at)
	}
	if err == nil {
		err = f.decode(at)
	}
	if err != nil {
		return unreadable(in.path, err)
	}
	return nil
}

// Next returns the next record. It returns io.EOF behind the last, ctx.Err() once ctx is done, and a
// *FileError if the rest of the input cannot be read. A record that cannot be decoded is a Change
// with a *RecordError in Err.
func (f *Files) Next(ctx context.Context) (*Change, error) {
	for f.err == nil {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if f.stream == nil {
			f.fail(f.begin(ctx))
			continue
		}
		if f.undo && !f.stream.Known() { // a read that goes on, and knows nothing of the file
			_, err := records.End(ctx, f.stream)
			f.fail(err)
			continue
		}
		c, err := f.decoder.next()
		if err == nil {
			return f.placed(c, f.current), nil
		}
		if err == io.EOF {
			err = f.finish()
		}
		f.fail(err)
	}
	return nil, f.err
}

// placed says of a record in which input it stands.
func (f *Files) placed(c *Change, input int) *Change {
	c.File, c.Begin.Input, c.After.Input, c.Undo = f.inputs[input].path, input, input, f.undo
	return c
}

// fail keeps what ended the stream. If the context cut an attempt short, it can be made again.
func (f *Files) fail(err error) {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return
	}
	if err != nil && err != io.EOF {
		err = unreadable(f.inputs[f.current].path, err)
	}
	f.err = err
}

// begin opens the current input at the record that is read first.
func (f *Files) begin(ctx context.Context) error {
	in := f.inputs[f.current]
	s, err := in.open(!f.resumed)
	if err != nil {
		return err
	}
	at := in.start
	if f.undo {
		var end records.Mark
		end, err = records.End(ctx, s)
		at = positionOf(end)
	} else {
		err = s.Skip(at.Offset)
	}
	if err != nil {
		return errors.Join(err, s.Close())
	}
	f.stream = s
	return f.decode(at)
}

// decode begins to decode the open input, which stands at a position.
func (f *Files) decode(at Position) error {
	in := f.inputs[f.current]
	if f.undo {
		f.decoder = newUndoLines(f.stream, in.start, at, &f.opts)
		return nil
	}
	d := in.decoder(&f.opts)
	d.begin(f.stream, at)
	f.decoder = d
	return nil
}

// finish ends the current input. It returns io.EOF behind the last.
func (f *Files) finish() error {
	digest, err := f.stream.Digest()
	if err != nil {
		return err
	}
	f.inputs[f.current].digest = digest
	f.cut = 0
	if d, ok := f.decoder.(*documents); ok {
		f.cut = d.found.CutShort()
	}
	if err := f.closeStream(); err != nil {
		return err
	}
	last, step := len(f.inputs)-1, 1
	if f.undo {
		last, step = 0, -1
	}
	if f.current == last {
		return io.EOF
	}
	f.current += step
	return nil
}

// Close releases the open files. Nothing can be read afterwards.
func (f *Files) Close() error {
	if f.err == nil {
		f.err = fs.ErrClosed
	}
	f.closed = true
	return errors.Join(f.closeStream(), f.closePickers())
}

func (f *Files) closeStream() error {
	if f.stream == nil {
		return nil
	}
	err := f.stream.Close()
	f.stream, f.decoder = nil, nil
	return err
}
