package pipeline

import (
	"context"
	"errors"
	"io"
	"time"

	"attrmigrate/sources"
)

// readAll is the reader goroutine: it tracks each record, and hands the good ones to the dispatcher and
// the bad ones straight to the collector. It ends at the end of the input, at the limit of this
// start, or when ctx ends, and closes the dispatcher's queue.
func (r *Runner) readAll(ctx context.Context) {
	defer close(r.incoming)
	for n := int64(0); ; {
		if r.cfg.Limit > 0 && n == r.cfg.Limit {
			_, err := r.cfg.Source.Next(ctx)
			r.atEnd.Store(errors.Is(err, io.EOF)) // the input may end just here
			return
		}
		change, err := r.cfg.Source.Next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			r.atEnd.Store(true)
			return
		case ctx.Err() != nil:
			return
		case err != nil:
			r.stop(&StopError{Reason: BadSource, Err: err})
			return
		}
		ordinal, skip, err := r.tracker.Track(ctx, change.After, sizeOf(change))
		if err != nil {
			return // ctx ended while the gap was full
		}
		r.read.Store(ordinal)
		if skip {
			continue
		}
		n++
		if !r.hand(ctx, &job{change: change, ordinal: ordinal}) {
			return
		}
	}
}

// hand passes a record on: to the dispatcher, or, if there is nothing to call for, to the collector. A
// record that changes nothing is read only for what it expects.
func (r *Runner) hand(ctx context.Context, j *job) bool {
	err := j.change.Err
	if err == nil {
		err = r.cfg.Check(j.change)
	}
	if err != nil || j.change.Idle() || r.cfg.Preparer == nil && len(j.change.Attributes) == 0 {
		outcome := Failed
		if err == nil {
			outcome = Unchanged // nothing to send: it takes no permit and says nothing of the service
		}
		r.results <- finished{ordinal: j.ordinal, foreseen: err != nil, Result: Result{
			Change: j.change, Outcome: outcome, Err: err, At: time.Now(),
		}}
		return true
	}
	j.keys = [chains]string{r.cfg.Key(j.change), j.change.Order}
	select {
	case r.incoming <- j:
		return true
	case <-ctx.Done():
		return false
	}
}

// sizeOf is about how many bytes a record holds.
func sizeOf(c *sources.Change) int {
	size := 256 + len(c.Username) + len(c.Token) + len(c.Text) + len(c.Order)
	for _, attributes := range [][]sources.Attribute{c.Attributes, c.Expect} {
		for _, a := range attributes {
			size += 64 + len(a.Name) + len(a.Value)
		}
	}
	for key, value := range c.ClientMetadata {
		size += 96 + len(key) + len(value)
	}
	for _, row := range c.Rows {
		for _, cell := range row.Cells {
			size += 16 + len(cell)
		}
	}
	return size
}
