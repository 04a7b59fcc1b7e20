package changeset

import (
	"context"
	"errors"
	"io"
	"iter"

	"attrmigrate/sources"
)

// How many records, and about how many bytes of the input, are handed over at once by ReadAhead. The bytes
// bound the memory where records are large.
const (
	aheadRecords = 256
	aheadBytes   = 64 << 10
)

// ReadAhead gives the records of a source in their order, and at last the error that ended them, if it is
// not io.EOF. A goroutine of its own reads on meanwhile, a few hundred records ahead, so that one core
// decodes while another checks. It has ended when the loop has; nobody else uses the source till then.
func ReadAhead(ctx context.Context, next func(context.Context) (*sources.Change, error)) iter.Seq2[*sources.Change, error] {
	return func(yield func(*sources.Change, error) bool) {
		reading, cancel := context.WithCancel(ctx)
		batches := make(chan []*sources.Change, 1)
		var failed error // set before batches is closed
		go func() {
			defer close(batches)
			for failed == nil {
				var batch []*sources.Change
				batch, failed = readBatch(reading, next)
				batches <- batch
			}
		}()
		defer func() {
			cancel()
			for range batches { // until the reader has ended
			}
		}()
		for batch := range batches {
			for _, c := range batch {
				if !yield(c, nil) {
					return
				}
			}
		}
		if !errors.Is(failed, io.EOF) {
			yield(nil, failed)
		}
	}
}

// readBatch reads some records, and returns them with the error that came behind them.
func readBatch(ctx context.Context, next func(context.Context) (*sources.Change, error)) ([]*sources.Change, error) {
	batch := make([]*sources.Change, 0, aheadRecords)
	for size := int64(0); len(batch) < aheadRecords && size < aheadBytes; {
		c, err := next(ctx)
		if err != nil {
			return batch, err
		}
		batch = append(batch, c)
		size += max(c.After.Offset-c.Begin.Offset, int64(len(c.Text)))
	}
	return batch, nil
}
