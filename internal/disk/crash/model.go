package crash

import (
	"hash/maphash"
	"maps"
	"slices"
)

// model is what a crash would find behind some operation.
type model struct {
	files   map[int]*fileModel
	dirs    map[int]map[string]int // the names that are synced
	since   []operation            // changes of names that are not
	steps   int
	marks   []any
	summing maphash.Seed
}

// fileModel is the content of a file that is synced, and the writes and truncations that are not.
type fileModel struct {
	durable content
	since   []operation
}

// content is what a file may have after a crash.
type content struct {
	how  string // it came about; "" if nothing else is possible
	data []byte
	sum  uint64
}

func newModel() *model {
	return &model{files: map[int]*fileModel{}, dirs: map[int]map[string]int{1: {}}, summing: maphash.MakeSeed()}
}

// step goes on behind the next operation.
func (m *model) step(o operation) {
	o.number = m.steps
	m.steps++
	switch o.kind {
	case written, truncated:
		f := m.files[o.node]
		f.since = append(f.since, o)
	case synced:
		m.sync(o)
	case dropped:
		m.files[o.node].since = nil
	case named:
		m.know(o.names)
		m.since = append(m.since, o)
	case mark:
		m.marks = append(m.marks, o.mark)
	}
}

// sync makes a file durable, or the names of a directory.
func (m *model) sync(s operation) {
	if f := m.files[s.node]; f != nil {
		n := slices.IndexFunc(f.since, func(o operation) bool { return o.number >= s.before })
		if n < 0 {
			n = len(f.since)
		}
		f.durable, f.since = m.after(f, f.since[:n], ""), f.since[n:]
		return
	}
	m.since = slices.DeleteFunc(m.since, func(o operation) bool {
		done := o.in == s.node && o.number < s.before
		if done {
			change(m.dirs[s.node], o)
		}
		return done
	})
}

// know makes room for what gets its first name.
func (m *model) know(names []naming) {
	for _, n := range names {
		switch {
		case n.node == 0:
		case n.dir && m.dirs[n.node] == nil:
			m.dirs[n.node] = map[string]int{}
		case !n.dir && m.files[n.node] == nil:
			empty := &fileModel{}
			empty.durable = m.after(empty, nil, "")
			m.files[n.node] = empty
		}
	}
}

// change does a change of names.
func change(names map[string]int, o operation) {
	for _, n := range o.names {
		if n.node == 0 {
			delete(names, n.name)
		} else {
			names[n.name] = n.node
		}
	}
}

// after is the content of a file behind the operations given.
func (m *model) after(f *fileModel, done []operation, how string) content {
	data := slices.Clone(f.durable.data)
	for _, o := range done {
		data = o.to(data)
	}
	return content{how, data, maphash.Bytes(m.summing, data)}
}

// The places of two contents among those that a crash may leave.
const (
	whole = iota
	lost
)

// contents are those that a crash may leave in a file that is not synced. They stand at the same places for
// every file, and some of them may be alike.
func (m *model) contents(f *fileModel) []content {
	before, last := f.since[:len(f.since)-1], f.since[len(f.since)-1]
	all := []content{m.after(f, f.since, "whole"), m.after(f, nil, "lost"), m.after(f, before, "without the last"),
		m.after(f, []operation{last}, "only the last")}
	if last.kind != written {
		return all
	}
	n, had := len(last.data), m.after(f, before, "").data
	for _, torn := range []struct {
		how string
		o   operation
	}{
		{"torn behind a byte", last.short(min(1, n))},
		{"torn in the middle", last.short(n / 2)},
		{"torn before a byte", last.short(max(0, n-1))},
		{"zeros", last.zeroed(0, n, had)},
		{"zeros behind the middle", last.zeroed(n/2, n, had)},
		{"zeros before the middle", last.zeroed(0, n/2, had)},
	} {
		all = append(all, m.after(f, append(slices.Clone(before), torn.o), torn.how))
	}
	zeros, had := slices.Clone(f.since), slices.Clone(f.durable.data)
	for i, o := range zeros {
		zeros[i] = o.zeroed(0, len(o.data), had)
		had = zeros[i].to(had)
	}
	return append(all, m.after(f, zeros, "all zeros"))
}

// named are the names in every directory if of the changes that are not synced only some happened.
func (m *model) named(happened []bool) map[int]map[string]int {
	if len(m.since) == 0 {
		return m.dirs
	}
	dirs := map[int]map[string]int{}
	for id, names := range m.dirs {
		dirs[id] = maps.Clone(names)
	}
	for i, o := range m.since {
		if happened[i] {
			change(dirs[o.in], o)
		}
	}
	return dirs
}
