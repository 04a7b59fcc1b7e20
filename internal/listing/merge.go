package listing

import (
	"bufio"
	"container/heap"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"iter"
)

// merged are the records of sorted runs, in their order. A record is valid until the next; an error is the last element.
func merged(runs []run) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var heads cursors
		for _, r := range runs {
			c := newCursor(r)
			if err := c.next(); errors.Is(err, io.EOF) {
				continue
			} else if err != nil {
				yield(nil, err)
				return
			}
			heads = append(heads, c)
		}
		heap.Init(&heads)
		for len(heads) > 0 {
			if !yield(heads[0].record, nil) {
				return
			}
			switch err := heads[0].next(); {
			case errors.Is(err, io.EOF):
				heap.Pop(&heads)
			case err != nil:
				yield(nil, err)
				return
			default:
				heap.Fix(&heads, 0)
			}
		}
	}
}

// cursor goes through a run.
type cursor struct {
	in     *bufio.Reader
	read   hash.Hash32 // of what was read
	sum    uint32      // of what was written
	record []byte      // the present one
}

func newCursor(r run) *cursor {
	c := &cursor{read: crc32.New(sums), sum: r.sum}
	c.in = bufio.NewReaderSize(io.TeeReader(io.NewSectionReader(r.in, r.at, r.size), c.read), runBuffer)
	return c
}

// next goes on to the next record, or returns io.EOF where the run has ended as it was written.
func (c *cursor) next() error {
	size, err := binary.ReadUvarint(c.in)
	switch {
	case errors.Is(err, io.EOF) && c.read.Sum32() == c.sum:
		return io.EOF
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), err == nil && size > 64<<20:
		return errSpool
	case err != nil:
		return err
	}
	if uint64(cap(c.record)) < size {
		c.record = make([]byte, size)
	}
	c.record = c.record[:size]
	if _, err := io.ReadFull(c.in, c.record); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errSpool
	} else if err != nil {
		return err
	}
	return nil
}

// cursors are a heap: the first has the first record. It implements [heap.Interface].
type cursors []*cursor

func (h cursors) Len() int           { return len(h) }
func (h cursors) Less(i, j int) bool { return compare(h[i].record, h[j].record) < 0 }
func (h cursors) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push implements [heap.Interface].
func (h *cursors) Push(c any) { *h = append(*h, c.(*cursor)) }

// Pop implements [heap.Interface].
func (h *cursors) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
