package checkpoint

import (
	"context"
	"slices"
	"sync"

	"attrmigrate/sources"
)

// How far reading may run ahead of the oldest unfinished record.
const (
	MaxGapRecords = 4096     // records
	MaxGapBytes   = 16 << 20 // bytes of input; one larger record passes when it is alone
)

// Tracker turns records that finish in any order into a position that nothing before is missing
// from. It is safe for concurrent use: the reader calls Track, the collector Done and Snapshot.
//
// The records between the low-water mark and the newest live in a ring, indexed by ordinal, so a
// call costs a constant time (spread over calls) and the memory is fixed.
type Tracker struct {
	mu      sync.Mutex
	records int64            // low-water mark: the records 1..records are finished
	at      sources.Position // behind record number records
	newest  int64            // ordinal of the record tracked last
	bytes   int              // size of the records in the gap (records, newest]
	ring    []tracked
	resumed []int64       // finished in an earlier start and not tracked again yet, ascending
	room    chan struct{} // closed when the gap shrinks; nil while nobody waits
}

// tracked is a record in the gap.
type tracked struct {
	after sources.Position
	size  int
	done  bool
}

// NewTracker goes on where a run stood: so many records finished without a gap, the next one at the
// position given, and the ordinals finished beyond, ascending. All of it comes from a [State].
func NewTracker(records int64, at sources.Position, finished []int64) *Tracker {
	return &Tracker{
		records: records,
		at:      at,
		newest:  records,
		ring:    make([]tracked, MaxGapRecords),
		resumed: slices.Clone(finished),
	}
}

// Track takes the next record in read order, of size bytes, behind which the input goes on at after.
// It returns the record's ordinal, counted from 1 at the beginning of the input. If skip is set, an
// earlier start has finished the record: it is counted already, and Done must not be told of it.
//
// Track blocks while the gap is full, until records finish or the context ends; then it returns the
// context's error, and the record is not tracked.
func (t *Tracker) Track(ctx context.Context, after sources.Position, size int) (ordinal int64, skip bool, err error) {
	size = max(size, 0)
	t.mu.Lock()
	defer t.mu.Unlock()
	for !t.fits(size) {
		if err := t.wait(ctx); err != nil {
			return 0, false, err
		}
	}
	if err := ctx.Err(); err != nil {
		return 0, false, err
	}

	t.newest++
	t.bytes += size
	skip = len(t.resumed) > 0 && t.resumed[0] == t.newest
	*t.slot(t.newest) = tracked{after: after, size: size, done: skip}
	if skip {
		t.resumed = t.resumed[1:]
		t.advance()
	}
	return t.newest, skip, nil
}

// Done says that a tracked record is finished. It must be told only once the record's report is
// written. An ordinal that is not in the gap is ignored.
func (t *Tracker) Done(ordinal int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if ordinal <= t.records || ordinal > t.newest {
		return
	}
	t.slot(ordinal).done = true
	t.advance()
}

// Full says whether Track is waiting for room in the gap.
func (t *Tracker) Full() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.room != nil
}

// Snapshot returns what a [State] keeps: how many records are finished without a gap, where the next
// begins, and the ordinals finished beyond, ascending, those of earlier starts included.
func (t *Tracker) Snapshot() (records int64, at sources.Position, finished []int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	finished = []int64{}
	for ordinal := t.records + 1; ordinal <= t.newest; ordinal++ {
		if t.slot(ordinal).done {
			finished = append(finished, ordinal)
		}
	}
	return t.records, t.at, append(finished, t.resumed...)
}

// fits says whether a record of size bytes may enter the gap.
func (t *Tracker) fits(size int) bool {
	gap := t.newest - t.records
	return gap == 0 || gap < MaxGapRecords && size <= MaxGapBytes-t.bytes
}

// wait gives up the mutex until the gap has shrunk or the context has ended.
func (t *Tracker) wait(ctx context.Context) error {
	if t.room == nil {
		t.room = make(chan struct{})
	}
	room := t.room
	t.mu.Unlock()
	defer t.mu.Lock()
	select {
	case <-room:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// advance moves the low-water mark over the finished records that follow it.
func (t *Tracker) advance() {
	was := t.records
	for t.records < t.newest && t.slot(t.records+1).done {
		t.records++
		s := t.slot(t.records)
		t.at = s.after
		t.bytes -= s.size
	}
	if t.records != was && t.room != nil {
		close(t.room)
		t.room = nil
	}
}

// slot is the place of a record of the gap.
func (t *Tracker) slot(ordinal int64) *tracked {
	return &t.ring[ordinal%MaxGapRecords]
}
