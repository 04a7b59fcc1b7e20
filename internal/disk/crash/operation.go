package crash

// operation is a step of the log.
type operation struct {
	kind kind
	text string // for people
	node int    // the file that was written or truncated, or what was synced

	offset int64 // of a write
	data   []byte
	size   int64 // of a truncation

	before int // a sync is of the operations before this one of the log
	number int // of this one in the log; the model gives it

	in    int      // the directory whose names change
	names []naming // together

	mark any
}

type kind int

const (
	written kind = iota
	truncated
	synced
	dropped // by a sync that failed: what was written since the last one never reaches the disk
	named
	mark
)

// naming gives a name to a node, or takes it from whatever had it.
type naming struct {
	name string
	node int // 0: none has it any more
	dir  bool
}

// to does a write or a truncation on the content of a file. It may change data.
func (o operation) to(data []byte) []byte {
	end := o.size
	if o.kind == written {
		end = max(int64(len(data)), o.offset+int64(len(o.data)))
	}
	for int64(len(data)) < end {
		data = append(data, 0)
	}
	data = data[:end]
	copy(data[min(o.offset, end):], o.data)
	return data
}

// zeroed is the write with zeros in the place of its bytes from one to another; where the file had bytes
// before it, with these.
func (o operation) zeroed(from, to int, before []byte) operation {
	data := append([]byte(nil), o.data...)
	clear(data[from:to])
	if begin := o.offset + int64(from); begin < int64(len(before)) {
		copy(data[from:to], before[begin:])
	}
	o.data = data
	return o
}

// short is the write of which only the first bytes came through.
func (o operation) short(n int) operation {
	o.data = o.data[:n]
	return o
}
