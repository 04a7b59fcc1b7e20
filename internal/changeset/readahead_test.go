package changeset

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"attrmigrate/sources"
)

// numbered gives n records of so many bytes, numbered by their lines, and then err.
func numbered(n int, size int64, err error) func(context.Context) (*sources.Change, error) {
	line := 0
	return func(ctx context.Context) (*sources.Change, error) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if line == n {
			return nil, err
		}
		line++
		return &sources.Change{Line: line, After: sources.Position{Offset: size}}, nil
	}
}

// Records come in order and none is missing, whatever ends them.
func TestReadAhead(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name string
		n    int
		size int64
		end  error
		want error
	}{
		{"nothing", 0, 10, io.EOF, nil},
		{"one", 1, 10, io.EOF, nil},
		{"a batch", aheadRecords, 10, io.EOF, nil},
		{"many", 10*aheadRecords + 1, 10, io.EOF, nil},
		{"large ones", 100, aheadBytes / 3, io.EOF, nil},
		{"an error at once", 0, 10, broken, broken},
		{"an error behind some", aheadRecords + 5, 10, broken, broken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n, failed := 0, error(nil)
			for c, err := range ReadAhead(t.Context(), numbered(tt.n, tt.size, tt.end)) {
				if failed = err; err != nil {
					continue
				}
				if n++; c.Line != n {
					t.Fatalf("record %d came as number %d", c.Line, n)
				}
			}
			if n != tt.n || failed != tt.want {
				t.Errorf("%d records and %v, want %d and %v", n, failed, tt.n, tt.want)
			}
		})
	}
}

// Of large records few are read ahead.
func TestReadAheadOfLargeRecords(t *testing.T) {
	var read atomic.Int64
	next := numbered(100, sources.MaxRecord, io.EOF)
	given := int64(0)
	for range ReadAhead(t.Context(), func(ctx context.Context) (*sources.Change, error) {
		read.Add(1)
		return next(ctx)
	}) {
		given++
		// One is looked at, one waits, and one was read behind it, or is.
		if n := read.Load(); n > given+2 {
			t.Fatalf("%d were read when %d were given", n, given)
		}
	}
}

// Whoever stops early leaves no goroutine behind, and nobody who reads.
func TestReadAheadStops(t *testing.T) {
	defer goleak.VerifyNone(t)
	reading := false
	for c := range ReadAhead(t.Context(), func(ctx context.Context) (*sources.Change, error) {
		reading = true
		defer func() { reading = false }()
		return &sources.Change{Line: 1}, ctx.Err()
	}) {
		if c.Line == 1 {
			break
		}
	}
	if reading {
		t.Error("the source is still being read")
	}
}
