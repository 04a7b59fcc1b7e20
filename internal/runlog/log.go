package runlog

import (
	"context"
	"sync"
	"time"
)

const (
	gathering  = time.Second // at most, that writes wait for others while what is durable keeps the run busy
	gatherStep = 10 * time.Millisecond

	// mostBatch is about how much one object holds, and mostPending how much may wait: who writes more waits.
	mostBatch   = 4 << 20
	mostPending = 32 << 20
)

// appender writes the next object of the log; see [Appender].
type appender interface {
	Append(ctx context.Context, payload []byte) (number int64, err error)
}

// log is the log of one run: operations in the order in which they were done, of which a goroutine of its own, ship, makes
// objects. Once an object cannot be written nothing is durable any more, and every call ends with that error.
type log struct {
	ctx  context.Context
	to   appender
	busy func() time.Duration // for how long what is durable keeps the run busy
	sent func(number int64)   // is told of each object that is durable

	mu       sync.Mutex
	changed  *sync.Cond
	batches  [][]byte // operations that are not shipped yet; each but the last is full
	pending  int      // their bytes
	ends     []int64  // the number of the last operation in each
	recorded int64    // operations
	durable  int64    // of these
	wanted   int64    // somebody waits for this one
	since    time.Time
	took     time.Duration // the last PUT
	closed   bool
	err      error
	shipped  chan struct{} // closed when ship has ended
}

func newLog(ctx context.Context, to appender, busy func() time.Duration, sent func(int64)) *log {
	l := &log{ctx: ctx, to: to, busy: busy, sent: sent, shipped: make(chan struct{})}
	l.changed = sync.NewCond(&l.mu)
	go l.ship()
	return l
}

// record notes operations that were done, and returns the number of the last. It waits while too much is pending.
func (l *log) record(ops ...operation) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.pending > mostPending && l.err == nil {
		l.changed.Wait()
	}
	for _, o := range ops {
		last := len(l.batches) - 1
		if last < 0 || len(l.batches[last]) > mostBatch {
			l.batches, l.ends = append(l.batches, nil), append(l.ends, 0)
			last++
		}
		before := len(l.batches[last])
		l.batches[last] = o.appendTo(l.batches[last])
		l.pending += len(l.batches[last]) - before
		l.recorded++
		l.ends[last] = l.recorded
	}
	l.changed.Broadcast()
	return l.recorded
}

// sync returns once an operation is durable, and with it all before.
func (l *log) sync(number int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.durable < number && l.wanted <= l.durable {
		l.since = time.Now()
	}
	l.wanted = max(l.wanted, number)
	l.changed.Broadcast()
	for l.durable < number && l.err == nil {
		l.changed.Wait()
	}
	if l.durable >= number {
		return nil
	}
	return l.err
}

// ship is the goroutine that makes objects.
func (l *log) ship() {
	defer close(l.shipped)
	for l.awaits() {
		l.gather()
		batch, end := l.take()
		began := time.Now()
		number, err := l.to.Append(l.ctx, batch)
		l.mu.Lock()
		if err == nil {
			l.durable, l.took = end, time.Since(began)
		} else {
			l.err = err
		}
		if l.wanted > l.durable { // who waits now came meanwhile
			l.since = time.Now()
		}
		l.changed.Broadcast()
		l.mu.Unlock()
		if err != nil {
			return
		}
		l.sent(number)
	}
}

// awaits waits until there is something to ship, and tells whether there is before the log is closed.
func (l *log) awaits() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		switch {
		case l.wanted > l.durable, l.pending > mostBatch, l.closed && l.pending > 0:
			return true
		case l.closed:
			return false
		}
		l.changed.Wait()
	}
}

// gather waits for more while what is durable keeps the run busy for longer than the next object takes, a second at
// most since somebody began to wait.
func (l *log) gather() {
	for {
		l.mu.Lock()
		full := l.pending > mostBatch || l.closed
		until, took := l.since.Add(gathering), l.took
		l.mu.Unlock()
		if full || time.Now().After(until) || l.busy() < 2*took+100*time.Millisecond {
			return
		}
		time.Sleep(gatherStep)
	}
}

func (l *log) take() (batch []byte, end int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	batch, end = l.batches[0], l.ends[0]
	l.batches, l.ends = l.batches[1:], l.ends[1:]
	l.pending -= len(batch)
	return batch, end
}

// close ships what is left and ends the log.
func (l *log) close() error {
	l.mu.Lock()
	l.closed = true
	l.changed.Broadcast()
	l.mu.Unlock()
	<-l.shipped
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}
