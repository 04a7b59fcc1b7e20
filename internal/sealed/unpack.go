package sealed

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Unpack writes the unpacked bytes of a file, text in UTF-8. One that is not packed is copied. Only the file that is read is
// refused by a [*Refusal]. It returns soon when ctx ends, with ctx.Err().
func (s *Seals) Unpack(ctx context.Context, path string, w io.Writer) error {
	if err := s.Look(path); err != nil {
		return err
	}
	in, err := s.Open(path, false)
	if err != nil {
		return err
	}
	defer in.Close()
	return copyAll(ctx, w, in)
}

// AsStored tells whether a file is read as it is stored: neither packed, nor in UTF-16.
func (s *Seals) AsStored(path string) (bool, error) {
	if err := s.Look(path); err != nil {
		return false, err
	}
	in, err := s.Open(path, false)
	if err != nil {
		return false, err
	}
	return in.AsStored(), in.Close()
}

// errBehind says that what follows a gzip member is none.
var errBehind = errors.New("it is no gzip data")

// maxWindow bounds the memory of unpacking; the zstd tool sets the same limit.
const maxWindow = 128 << 20

// unpack returns the unpacked bytes of r, and what releases the unpacker.
func (p Packing) unpack(r io.Reader) (io.Reader, func() error, error) {
	switch p {
	case Gzip:
		m, err := newMembers(r)
		if err != nil {
			return nil, nil, damaged(p, err)
		}
		return unpacked{m, p}, m.unpacker.Close, nil
	case Zstd:
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, damaged(p, err)
		}
		return unpacked{z, p}, func() error { z.Close(); return nil }, nil
	default:
		return r, func() error { return nil }, nil
	}
}

// members reads gzip data, which may be several one behind the other, and tells what is no more of them from what is cut short.
type members struct {
	stored   *bufio.Reader
	unpacker *gzip.Reader // of one of them
}

func newMembers(r io.Reader) (*members, error) {
	stored := bufio.NewReader(r)
	unpacker, err := gzip.NewReader(stored)
	if err != nil {
		return nil, err
	}
	unpacker.Multistream(false)
	return &members{stored, unpacker}, nil
}

func (m *members) Read(p []byte) (int, error) {
	for {
		n, err := m.unpacker.Read(p)
		if err == io.EOF {
			err = m.next()
		}
		if n > 0 || err != nil || len(p) == 0 { // else the member was empty: who reads gives up on many of nothing and no error
			return n, err
		}
	}
}

// next begins the next one. It returns io.EOF if there is none.
func (m *members) next() error {
	first, err := m.stored.Peek(len(magic[Gzip]))
	switch {
	case len(first) == 0:
		return err
	case !bytes.HasPrefix(magic[Gzip], first):
		return errBehind
	}
	if err := m.unpacker.Reset(m.stored); err != nil {
		if err == io.EOF { // of a header that has begun
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	m.unpacker.Multistream(false)
	return nil
}

// unpacked names the packing in its errors.
type unpacked struct {
	io.Reader
	packing Packing
}

func (u unpacked) Read(p []byte) (int, error) {
	n, err := u.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = damaged(u.packing, err)
	}
	return n, err
}

// damaged says of an error what the unpacker makes of the file, unless the file itself was at fault.
func damaged(p Packing, err error) *Refusal {
	if refusal, ok := errors.AsType[*Refusal](err); ok {
		return refusal
	}
	if errors.Is(err, errBehind) || errors.Is(err, zstd.ErrMagicMismatch) { // the first frame has the magic, as was checked
		return &Refusal{Msg: fmt.Sprintf("something else stands behind the end of its %v data", p), Err: err,
			Remedy: "copy or compress the file again"}
	}
	return &Refusal{Msg: fmt.Sprintf("%v data is damaged or cut short: %v", p, err), Err: err,
		Remedy: "copy or compress the file again"}
}
