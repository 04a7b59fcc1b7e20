package listing

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"attrmigrate/internal/cognito"
	"attrmigrate/internal/disk"
)

const (
	firstRun  = 2 << 20 // bytes of the first runs
	sameRuns  = 256     // runs of one size
	runBuffer = 16 << 10
)

// spool takes users in any order, for one that gives them sorted. They are gathered in memory and sorted there; what is more goes
// into a file, one sorted run behind the other. Behind every 256 runs the next ones are twice as large: memory grows with the
// logarithm of the users, and reading so many runs at once takes little.
type spool struct {
	records
	create func() (*disk.Scratch, error)
	room   int      // bytes of a run
	held   []byte   // records, in the order in which they came
	places [][2]int // where each is
	out    []byte   // the run in the making, reused
	runs   []run
	file   *disk.Scratch // nil while all are in memory
	size   int64
}

// run is a part of the file, or of memory, whose records are sorted.
type run struct {
	in       io.ReaderAt
	at, size int64
	sum      uint32
}

var sums = crc32.MakeTable(crc32.Castagnoli)

func newSpool(create func() (*disk.Scratch, error)) *spool {
	return &spool{create: create, room: firstRun}
}

// add takes a user.
func (s *spool) add(u *cognito.User) error {
	from := len(s.held)
	s.held = s.append(s.held, u)
	s.places = append(s.places, [2]int{from, len(s.held)})
	if len(s.held) < s.room {
		return nil
	}
	return s.spill()
}

// sorted are the held records as a run has them.
func (s *spool) sorted() []byte {
	slices.SortFunc(s.places, func(a, b [2]int) int { return compare(s.held[a[0]:a[1]], s.held[b[0]:b[1]]) })
	s.out = slices.Grow(s.out[:0], len(s.held)+3*len(s.places))
	for _, p := range s.places {
		s.out = append(binary.AppendUvarint(s.out, uint64(p[1]-p[0])), s.held[p[0]:p[1]]...)
	}
	return s.out
}

// spill writes what is held into the file.
func (s *spool) spill() (err error) {
	if s.file == nil {
		if s.file, err = s.create(); err != nil {
			return fmt.Errorf("spool the users: %w", err)
		}
	}
	out := s.sorted()
	if _, err := s.file.WriteAt(out, s.size); err != nil {
		return fmt.Errorf("spool the users: %w", err)
	}
	s.runs = append(s.runs, run{s.file, s.size, int64(len(out)), crc32.Checksum(out, sums)})
	s.size += int64(len(out))
	s.held, s.places = s.held[:0], s.places[:0]
	if len(s.runs)%sameRuns == 0 {
		s.room *= 2
	}
	return nil
}

// snapshot ends filling.
func (s *spool) snapshot() (*Snapshot, error) {
	if s.file != nil && len(s.held) > 0 {
		if err := s.spill(); err != nil {
			return nil, err
		}
	}
	if s.file == nil {
		out := s.sorted()
		s.runs = []run{{bytes.NewReader(out), 0, int64(len(out)), crc32.Checksum(out, sums)}}
	}
	s.held, s.places, s.out = nil, nil, nil
	snap := &Snapshot{records: s.records, runs: s.runs, file: s.file}
	return snap, snap.count()
}

// close drops what a reading that failed has gathered.
func (s *spool) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
