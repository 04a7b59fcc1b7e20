package report

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// slowDisk is a disk whose syncs take 5 ms.
type slowDisk struct {
	mu      sync.Mutex
	cached  []byte
	durable []byte
	syncs   int
	failAt  int // the sync that fails
	closed  int
}

var errFull = errors.New("no space left on device")

func (d *slowDisk) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cached = append(d.cached, b...)
	return len(b), nil
}

func (d *slowDisk) Sync() error {
	d.mu.Lock()
	reached := len(d.cached)
	d.syncs++
	n := d.syncs
	d.mu.Unlock()
	<-time.After(5 * time.Millisecond) // on the simulated clock
	if n == d.failAt {
		return errFull
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.durable = slices.Clone(d.cached[:reached])
	return nil
}

func (d *slowDisk) Close() error { d.closed++; return nil }

func (d *slowDisk) has(user string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return bytes.Contains(d.durable, []byte(`"`+user+`"`))
}

func TestUndoSharesSyncs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const workers, each = 64, 50
		d := &slowDisk{}
		u := newUndo(d)
		begin := time.Now()
		var group sync.WaitGroup
		for w := range workers {
			group.Go(func() {
				for i := range each {
					user := fmt.Sprintf("user-%d-%d", w, i)
					if err := u.append(tierEntry(user)); err != nil || !d.has(user) {
						t.Errorf("%s: %v, or not durable", user, err)
					}
				}
			})
		}
		group.Wait()
		if d.syncs > workers*each/10 {
			t.Errorf("%d syncs for %d entries", d.syncs, workers*each)
		}
		if took := time.Since(begin); took > workers*each/10*5*time.Millisecond {
			t.Errorf("took %v", took)
		}
		for i, line := range slices.Collect(strings.Lines(string(d.durable))) {
			if !strings.HasPrefix(line, fmt.Sprintf(`{"_undo":%d,`, i+1)) {
				t.Fatalf("line %d is %s", i+1, line)
			}
		}
	})
}

// instantDisk is a disk whose syncs take no time. It remembers them.
type instantDisk struct{ syncs []time.Time }

func (d *instantDisk) Write(b []byte) (int, error) { return len(b), nil }
func (d *instantDisk) Sync() error                 { d.syncs = append(d.syncs, time.Now()); return nil }
func (d *instantDisk) Close() error                { return nil }

// However fast the disk is, it is not asked more often than every few milliseconds; and an entry that comes
// alone waits for nothing.
func TestUndoGathers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &instantDisk{}
		u := newUndo(d)
		wait := func() time.Duration {
			begin := time.Now()
			if err := u.append(tierEntry("ann")); err != nil {
				t.Error(err)
			}
			return time.Since(begin)
		}
		for range 3 {
			if took := wait(); took != 0 {
				t.Errorf("an entry alone waited %v", took)
			}
			<-time.After(time.Second)
		}
		const entries, apart = 1000, 100 * time.Microsecond
		var group sync.WaitGroup
		for i := range entries {
			group.Go(func() {
				<-time.After(time.Duration(i) * apart)
				if took := wait(); took > gathering {
					t.Errorf("entry %d waited %v", i, took)
				}
			})
		}
		group.Wait()
		for i := range d.syncs[1:] {
			if between := d.syncs[i+1].Sub(d.syncs[i]); between < gathering {
				t.Errorf("sync %d came %v after the one before", i+2, between)
			}
		}
		if n, most := len(d.syncs)-3, int(entries*apart/gathering)+1; n > most {
			t.Errorf("%d syncs for %d entries, want at most %d", n, entries, most)
		}
	})
}

func TestUndoErrorStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &slowDisk{failAt: 3}
		u := newUndo(d)
		var group sync.WaitGroup
		for w := range 8 {
			group.Go(func() {
				for i := range 8 {
					user := fmt.Sprintf("user-%d-%d", w, i)
					err := u.append(tierEntry(user))
					if err == nil && !d.has(user) || err != nil && !errors.Is(err, errFull) {
						t.Errorf("%s: %v, durable %v", user, err, d.has(user))
					}
				}
			})
		}
		group.Wait()
		if err := u.append(tierEntry("ann")); !errors.Is(err, errFull) || d.syncs != 3 {
			t.Errorf("%v after %d syncs", err, d.syncs)
		}
		if err := errors.Join(u.close(), u.close()); err != nil || d.closed != 1 {
			t.Errorf("Close: %v, closed %d times", err, d.closed)
		}
	})
}

func TestUndoCloseWhileEntriesWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &slowDisk{}
		u := newUndo(d)
		var first, second error
		go func() { first = u.append(tierEntry("ann")) }()
		synctest.Wait()
		go func() { second = u.append(tierEntry("bob")) }()
		synctest.Wait()
		if err := u.close(); err != nil || d.closed != 1 {
			t.Error(err)
		}
		synctest.Wait()
		if first != nil || !d.has("ann") || !errors.Is(second, fs.ErrClosed) || d.has("bob") {
			t.Errorf("%v and %v", first, second)
		}
	})
}

// countingDisk counts the syncs of a real file.
type countingDisk struct {
	*os.File
	syncs atomic.Int64
}

func (d *countingDisk) Sync() error { d.syncs.Add(1); return d.File.Sync() }

// BenchmarkUndo appends from 64 goroutines to a file on the disk of the temporary directory.
func BenchmarkUndo(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), UndoJSONL))
	if err != nil {
		b.Fatal(err)
	}
	d := &countingDisk{File: f}
	u := newUndo(d)
	b.ReportAllocs()
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := u.append(tierEntry("ann")); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/float64(d.syncs.Load()), "entries/fsync")
	if err := u.close(); err != nil {
		b.Fatal(err)
	}
}
