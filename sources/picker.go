package sources

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"attrmigrate/internal/sealed"
)

// At returns the record that begins at a position, a Change.Begin that Next gave, as Next gave it. It is
// for plain files: a packed one is refused. The Line of the position is taken for granted.
//
// At may be called any number of times, before, between and after calls of Next, which it does not
// disturb; by one goroutine, which is also that of Next. It keeps each file open that it was asked
// about. Its error is a *FileError.
func (f *Files) At(at Position) (*Change, error) {
	if at.Input < 0 || at.Input >= len(f.inputs) {
		return nil, &FileError{Msg: fmt.Sprintf("there is no input %d, but %d inputs", at.Input+1, len(f.inputs))}
	}
	in := f.inputs[at.Input]
	p, err := f.picker(at.Input)
	if err != nil {
		return nil, unreadable(in.path, err)
	}
	c, err := p.pick(at)
	if err != nil {
		return nil, unreadable(in.path, err)
	}
	if f.undo {
		c.After = c.Begin
	}
	return f.placed(c, at.Input), nil
}

// picker reads single records of an input, in any order.
type picker struct {
	in      *input
	stream  *sealed.Stream
	bytes   window
	decoder restartable
}

// picker returns the picker of an input, which it makes at the first call.
func (f *Files) picker(input int) (*picker, error) {
	if f.closed {
		return nil, fs.ErrClosed
	}
	if f.pickers == nil {
		f.pickers = make([]*picker, len(f.inputs))
	}
	if p := f.pickers[input]; p != nil {
		return p, nil
	}
	in := f.inputs[input]
	switch {
	case in.packing != sealed.Plain:
		return nil, &FileError{Msg: fmt.Sprintf("is %v data, of which single records can't be read", in.packing), Remedy: "unpack it first"}
	case in.wide:
		return nil, &FileError{Msg: "is in UTF-16, of which single records can't be read", Remedy: "save it in UTF-8"}
	}
	s, err := in.open(false)
	if err != nil {
		return nil, err
	}
	p := &picker{in: in, stream: s, decoder: in.decoder(&f.opts)}
	f.pickers[input] = p
	return p, nil
}

func (f *Files) closePickers() error {
	var errs []error
	for _, p := range f.pickers {
		if p != nil {
			errs = append(errs, p.stream.Close())
		}
	}
	f.pickers = nil
	return errors.Join(errs...)
}

// pick reads the record at a position.
func (p *picker) pick(at Position) (*Change, error) {
	if err := p.in.checkBegin(p.stream, at); err != nil {
		return nil, err
	}
	p.bytes = window{file: p.stream, offset: at.Offset, size: firstWindow}
	p.decoder.begin(&p.bytes, at)
	c, err := p.decoder.next()
	if err == io.EOF || err == nil && c.Begin.Offset != at.Offset {
		return nil, noRecord(at)
	}
	return c, err
}

// firstWindow is how much is read of a record at first, in bytes: more than most have.
const firstWindow = 1 << 10

// window reads a file from a place on: a little at first, then more and more.
type window struct {
	file   io.ReaderAt
	offset int64
	size   int
}

func (w *window) Read(p []byte) (int, error) {
	n, err := w.file.ReadAt(p[:min(len(p), w.size)], w.offset)
	w.offset += int64(n)
	w.size *= 2
	if n > 0 {
		err = nil // it comes again
	}
	return n, err
}
