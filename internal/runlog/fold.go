package runlog

import (
	"context"
	"errors"
	"log/slog"
)

// foldSize is how many objects of the log go into one snapshot, and mostFolded the most bytes of them: a block that has more, of a large input say,
// is as quick to fetch as its snapshot would be.
const (
	foldSize   = 1000
	mostFolded = 64 << 20
)

// folder writes snapshots of a log, one for each block of objects: what these do, without what they undo themselves. The
// objects stay: the fence needs every number taken. Its goroutine ends with ctx. A snapshot says nothing that the log does
// not, so it does not matter who writes it, or whether two do.
type folder struct {
	store     Store
	prefix    string
	log       *slog.Logger
	snapshots map[int64]part // that were there when the run was restored
	folded    int64          // everything up to this number is in snapshots, or in blocks that are to have none
	number    chan int64     // the last object that is durable; holds one
}

func newFolder(store Store, there *restoration, log *slog.Logger) *folder {
	return &folder{store: store, prefix: there.prefix, log: log, snapshots: there.snapshots, number: make(chan int64, 1)}
}

// reached tells how far the log has come. It never waits.
func (f *folder) reached(number int64) {
	select {
	case <-f.number:
	default:
	}
	select {
	case f.number <- number:
	default:
	}
}

func (f *folder) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case number := <-f.number:
			for f.folded+foldSize <= number && ctx.Err() == nil {
				if err := f.fold(ctx, f.folded+foldSize); err != nil && err != errTooMuch {
					if ctx.Err() == nil {
						f.log.Debug("no snapshot of the log: the next start fetches more", "error", err)
					}
					break
				}
				f.folded += foldSize
			}
		}
	}
}

// fold writes the snapshot of the block that ends with a number.
func (f *folder) fold(ctx context.Context, last int64) error {
	if _, there := f.snapshots[last]; there {
		return nil
	}
	r := &restoration{prefix: f.prefix}
	for number := last - foldSize + 1; number <= last; number++ {
		r.add(part{number: number, size: mostBatch}) // at most, about
	}
	var c compactor
	bytes := 0
	err := r.fetch(ctx, f.store, func(_ part, s Segment) error {
		if bytes += len(s.Payload); bytes > mostFolded {
			return errTooMuch
		}
		return operations(s.Payload, c.add)
	})
	if err != nil {
		return err
	}
	body := Segment{Run: runName(f.prefix), Number: last, From: last - foldSize + 1, Payload: c.payload()}.Seal()
	err = again(ctx, func() error {
		_, err := f.store.Put(ctx, Key(f.prefix+snapshotDir, last), body, IfAbsent)
		return err
	})
	if errors.Is(err, ErrTaken) {
		return nil // another owner has written the same
	}
	return err
}

var errTooMuch = errors.New("the block holds too much for a snapshot")

// compactor brings operations down to what is left of them: writes that follow each other are one, and what was done to a
// file before it was replaced or removed is nothing.
type compactor struct {
	done  []operation // of files before one of them got another name
	names []string    // in the order in which they came
	files map[string][]operation
}

func (c *compactor) add(o operation) error {
	if o.kind == opRename {
		c.settle()
		c.done = append(c.done, o)
		return nil
	}
	if c.files == nil {
		c.files = map[string][]operation{}
	}
	ops, known := c.files[o.name]
	if !known {
		c.names = append(c.names, o.name)
	}
	switch {
	case o.kind == opPut, o.kind == opRemove:
		ops = append(ops[:0:0], o.own())
	case o.kind == opWrite && len(ops) > 0 && ops[len(ops)-1].continues(o):
		ops[len(ops)-1].data = append(ops[len(ops)-1].data, o.data...)
	default:
		ops = append(ops, o.own())
	}
	c.files[o.name] = ops
	return nil
}

// own is the operation with data that is nobody else's.
func (o operation) own() operation {
	o.data = append([]byte(nil), o.data...)
	return o
}

// continues tells whether a write begins where this one ends.
func (o operation) continues(w operation) bool {
	end := int64(len(o.data))
	if o.kind == opWrite {
		end += o.at
	}
	return (o.kind == opWrite || o.kind == opPut) && end == w.at && len(o.data) < mostOperation
}

func (c *compactor) settle() {
	for _, name := range c.names {
		c.done = append(c.done, c.files[name]...)
	}
	c.names, c.files = nil, nil
}

func (c *compactor) payload() (b []byte) {
	c.settle()
	for _, o := range c.done {
		b = o.appendTo(b)
	}
	return b
}
