package runlog

import (
	"cmp"
	"context"
	"errors"
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
	batches  [][]byte      // operations that are not shipped yet; each but the last is full
	pending  int           // their bytes
	ends     []int64       // the number of the last operation in each
	recorded int64         // operations
	durable  int64         // of these
	wanted   int64         // somebody waits for this one
	since    time.Time     // somebody has waited
	took     time.Duration // the last PUT
	closed   bool
	ended    bool // nothing is shipped any more
	err      error
	shipped  chan struct{} // closed when ship has ended
}

func newLog(ctx context.Context, to appender, busy func() time.Duration, sent func(int64)) *log {
	l := &log{ctx: ctx, to: to, busy: busy, sent: sent, shipped: make(chan struct{})}
	l.changed = sync.NewCond(&l.mu)
	go l.ship()
	return l
}

// record notes an operation that was done, and returns its number. It waits while too much is pending. Of a log that
// has failed or ended, nothing is kept any more.
func (l *log) record(o operation) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.pending > mostPending && !l.over() {
		l.changed.Wait()
	}
	l.recorded++
	if l.over() {
		return l.recorded
	}
	last := len(l.batches) - 1
	if last < 0 || len(l.batches[last]) > mostBatch {
		l.batches, l.ends = append(l.batches, nil), append(l.ends, 0)
		last++
	}
	before := len(l.batches[last])
	l.batches[last] = o.appendTo(l.batches[last])
	l.pending += len(l.batches[last]) - before
	l.ends[last] = l.recorded
	l.changed.Broadcast()
	return l.recorded
}

// over tells that nothing becomes durable any more. The caller holds mu.
func (l *log) over() bool { return l.err != nil || l.ended }

// sync returns once an operation is durable, and with it all before.
func (l *log) sync(number int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.durable < number && l.wanted <= l.durable {
		l.since = time.Now()
	}
	l.wanted = max(l.wanted, number)
	l.changed.Broadcast()
	return l.wait(number)
}

// reached returns once an operation is durable, as sync does, and asks nobody to make it so.
func (l *log) reached(number int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wait(number)
}

// wait does while an operation is not durable. The caller holds mu.
func (l *log) wait(number int64) error {
	for l.durable < number && !l.over() {
		l.changed.Wait()
	}
	if l.durable >= number {
		return nil
	}
	return cmp.Or(l.err, errEnded)
}

var errEnded = errors.New("the log of the run is closed")

// fail ends the log: what is durable stays so, and nothing else will be.
func (l *log) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = cmp.Or(l.err, err)
	l.batches, l.ends, l.pending = nil, nil, 0
	l.changed.Broadcast()
}

// ship is the goroutine that makes objects.
func (l *log) ship() {
	defer close(l.shipped)
	defer l.end()
	for l.awaits() {
		l.gather()
		batch, end, ok := l.take()
		if !ok {
			return
		}
		began := time.Now()
		number, err := l.to.Append(l.ctx, batch)
		if err != nil {
			l.fail(err)
			return
		}
		l.mu.Lock()
		l.durable, l.took = end, time.Since(began)
		if l.wanted > l.durable { // who waits now came meanwhile
			l.since = time.Now()
		}
		l.changed.Broadcast()
		l.mu.Unlock()
		l.sent(number)
	}
}

// end lets nobody wait any more for what will not come.
func (l *log) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	l.changed.Broadcast()
}

// awaits waits until there is something to ship, and tells whether there is before the log is closed.
func (l *log) awaits() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		switch {
		case l.err != nil:
			return false
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
		full := l.pending > mostBatch || l.closed || l.err != nil
		until, took := l.since.Add(gathering), l.took
		l.mu.Unlock()
		if full || time.Now().After(until) || l.busy() < 2*took+100*time.Millisecond {
			return
		}
		time.Sleep(gatherStep)
	}
}

// take takes what is shipped next; there is nothing once the log has failed.
func (l *log) take() (batch []byte, end int64, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return nil, 0, false
	}
	batch, end = l.batches[0], l.ends[0]
	l.batches, l.ends = l.batches[1:], l.ends[1:]
	l.pending -= len(batch)
	return batch, end, true
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
