package crash

import (
	"fmt"
	"hash/maphash"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// State is what a crash may leave.
type State struct {
	// Operation is how many operations came before the crash.
	Operation int
	// Marks are those that were made before it, the first first.
	Marks []any

	last  string
	how   []string
	dirs  []string // paths, each before those below it
	files map[string]content
}

// String tells when the crash came, and what became of what was not synced.
func (s *State) String() string {
	return fmt.Sprintf("behind operation %d (%s); %s", s.Operation, s.last, strings.Join(s.how, ", "))
}

// Restore writes the state into a directory that is empty.
func (s *State) Restore(dir string) error {
	for _, path := range s.dirs {
		if err := os.Mkdir(filepath.Join(dir, path), 0o700); err != nil {
			return err
		}
	}
	for path, c := range s.files {
		if err := os.WriteFile(filepath.Join(dir, path), c.data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Bound says how many combinations are taken of what is unsynced at once; see the package comment.
type Bound int

// The bounds.
const (
	Some Bound = iota
	All
)

// States are the states that a crash may leave behind each operation of the log, none twice. States with
// other marks are others.
func (d *Disk) States(b Bound) iter.Seq[*State] {
	d.mu.Lock()
	log := slices.Clone(d.log)
	d.mu.Unlock()
	return func(yield func(*State) bool) {
		m, seen := newModel(), map[uint64]bool{}
		for i, o := range log {
			m.step(o)
			if i < d.begin-1 {
				continue
			}
			for s := range m.states(b) {
				s.Operation, s.last = i+1-d.begin, o.text
				if sum := s.sum(m.summing); !seen[sum] {
					seen[sum] = true
					if !yield(s) {
						return
					}
				}
			}
		}
	}
}

// sum is the same for states that are the same.
func (s *State) sum(seed maphash.Seed) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	maphash.WriteComparable(&h, len(s.Marks))
	for _, path := range s.dirs {
		maphash.WriteComparable(&h, path)
	}
	for _, path := range slices.Sorted(maps.Keys(s.files)) {
		maphash.WriteComparable(&h, path)
		maphash.WriteComparable(&h, s.files[path].sum)
	}
	return h.Sum64()
}

// states are those that a crash may leave now. Some may be alike.
func (m *model) states(b Bound) iter.Seq[*State] {
	return func(yield func(*State) bool) {
		contents := slices.Collect(m.choices(b))
		for happened := range subsets(len(m.since), b) {
			names := m.named(happened)
			for _, chosen := range contents {
				s := &State{Marks: slices.Clip(m.marks), files: map[string]content{}}
				for i, o := range m.since {
					if !happened[i] {
						s.how = append(s.how, "not: "+o.text)
					}
				}
				m.walk(s, names, chosen, 1, "")
				if !yield(s) {
					return
				}
			}
		}
	}
}

// walk enters what a directory holds into a state.
func (m *model) walk(s *State, names map[int]map[string]int, chosen map[int]content, dir int, at string) {
	for _, name := range slices.Sorted(maps.Keys(names[dir])) {
		node, path := names[dir][name], filepath.Join(at, name)
		if _, isDir := names[node]; isDir {
			s.dirs = append(s.dirs, path)
			m.walk(s, names, chosen, node, path)
			continue
		}
		c, ok := chosen[node]
		if !ok {
			c = m.files[node].durable
		} else {
			s.how = append(s.how, name+": "+c.how)
		}
		s.files[path] = c
	}
}

// choices give a content to each file that is not synced.
func (m *model) choices(b Bound) iter.Seq[map[int]content] {
	unsynced, most := map[int][]content{}, 1
	for id, f := range m.files {
		if len(f.since) > 0 {
			unsynced[id] = m.contents(f)
			most = max(most, len(unsynced[id]))
		}
	}
	ids := slices.Sorted(maps.Keys(unsynced))
	if b == All {
		return product(unsynced, ids)
	}
	return func(yield func(map[int]content) bool) {
		for way := range most {
			if !yield(alike(unsynced, way)) {
				return
			}
			for _, id := range ids {
				for _, others := range []int{whole, lost} {
					chosen := alike(unsynced, others)
					chosen[id] = unsynced[id][min(way, len(unsynced[id])-1)]
					if len(ids) > 1 && !yield(chosen) {
						return
					}
				}
			}
		}
	}
}

// alike takes every file in the same way.
func alike(unsynced map[int][]content, way int) map[int]content {
	chosen := map[int]content{}
	for id, contents := range unsynced {
		chosen[id] = contents[min(way, len(contents)-1)]
	}
	return chosen
}

// product takes every combination.
func product(unsynced map[int][]content, ids []int) iter.Seq[map[int]content] {
	return func(yield func(map[int]content) bool) {
		if len(ids) == 0 {
			yield(map[int]content{})
			return
		}
		for rest := range product(unsynced, ids[1:]) {
			for _, c := range unsynced[ids[0]] {
				chosen := maps.Clone(rest)
				chosen[ids[0]] = c
				if !yield(chosen) {
					return
				}
			}
		}
	}
}

// subsets choose among n things: every prefix of them, each alone, all but each; or every subset.
func subsets(n int, b Bound) iter.Seq[[]bool] {
	return func(yield func([]bool) bool) {
		if b == All {
			for bits := range 1 << n {
				if !yield(subset(n, func(i int) bool { return bits>>i&1 == 1 })) {
					return
				}
			}
			return
		}
		for k := range n + 1 {
			if !yield(subset(n, func(i int) bool { return i < k })) ||
				k < n && (!yield(subset(n, func(i int) bool { return i == k })) || !yield(subset(n, func(i int) bool { return i != k }))) {
				return
			}
		}
	}
}

func subset(n int, has func(int) bool) []bool {
	chosen := make([]bool, n)
	for i := range chosen {
		chosen[i] = has(i)
	}
	return chosen
}
