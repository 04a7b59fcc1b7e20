package telemetry

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"attrmigrate/internal/disk"
)

// Log writes events.jsonl and series.jsonl of a run, behind what earlier starts have written, and tells who listens. It
// is used by many goroutines.
type Log struct {
	mu        sync.Mutex
	on        disk.FS
	dir       string
	anew      bool // what lies there is of another run
	begun     bool // the files are open, or it was tried
	closed    bool
	events    *file
	series    *file
	waiting   []*Event // what is to be written once the files are there
	samples   []Sample // and these
	earlier   Event    // the last event of the starts before
	last      int64    // the ID of the last event
	listeners map[chan Event]bool
	failed    func(error)
	told      bool // of a failure
}

// New is a log for a run directory that writes nothing before [Log.Begin]: what is told until then waits in memory. Where
// anew, what lies there is of another run, and goes then. Failed is told, once, of what cannot be kept; nil: nobody is.
func New(on disk.FS, dir string, anew bool, failed func(error)) *Log {
	l := &Log{on: on, dir: dir, anew: anew, listeners: map[chan Event]bool{}, failed: failed}
	if anew {
		return l
	}
	lines, _, err := readLines(l.path(EventsJSONL), func(_ int64, line []byte) {
		if e, ok := parseEvent(line); ok {
			l.earlier = e
		}
	})
	l.last = lines
	l.fail(err)
	return l
}

// Open is a log that writes at once.
func Open(on disk.FS, dir string) (*Log, error) {
	l := New(on, dir, false, nil)
	return l, l.Begin()
}

// Begin opens the files, once the run is recorded, and writes what has waited. It may be called again, which does
// nothing.
func (l *Log) Begin() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.begun || l.closed {
		return nil
	}
	l.begun = true
	var err error
	if l.anew {
		err = errors.Join(disk.RemoveIfThere(l.on, l.path(EventsJSONL)), disk.RemoveIfThere(l.on, l.path(SeriesJSONL)))
	}
	var first, second error
	l.events, first = openFile(l.on, l.path(EventsJSONL))
	l.series, second = openFile(l.on, l.path(SeriesJSONL))
	err = errors.Join(err, first, second)
	l.fail(err)
	for _, e := range l.waiting {
		_ = l.write(e) // it has told
	}
	for _, s := range l.samples {
		_ = l.write(s)
	}
	l.waiting, l.samples = nil, nil
	return err
}

func (l *Log) path(name string) string { return filepath.Join(l.dir, name) }

// Earlier is the last event of the starts before this one; the zero Event, if there is none.
func (l *Log) Earlier() Event { return l.earlier }

// Event writes an event and tells it to who listens. It returns it with its ID, which is 0 if it could not be written.
func (l *Log) Event(e Event) (Event, error) {
	e.By, e.From, e.To, e.Reason = legible(e.By, longestName), legible(e.From, longestName), legible(e.To, longestName), legible(e.Reason, longestReason)
	e.CommandRate, e.At = legible(e.CommandRate, longestName), e.At.UTC()
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.put(&e)
	for c := range l.listeners {
		select {
		case c <- e:
		default: // who does not keep up sees by the IDs that some are missing
		}
	}
	return e, err
}

// Sample writes a sample.
func (l *Log) Sample(s Sample) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.put(s)
}

// mostWaiting is how many of each wait for a run to be recorded: one that is paused before its first update may take days.
const mostWaiting = 2_000

// put writes an event or a sample, or has it wait: of samples that are too many, neighbours go together. An event gets its
// ID.
func (l *Log) put(v any) error {
	switch {
	case l.closed:
		return os.ErrClosed
	case l.begun:
		return l.write(v)
	}
	switch v := v.(type) {
	case *Event:
		if len(l.waiting) < mostWaiting {
			l.waiting = append(l.waiting, v)
			l.last++
			v.ID = l.last
		}
	case Sample:
		if len(l.samples) == mostWaiting {
			l.samples = Resample(l.samples, mostWaiting/2)
		}
		l.samples = append(l.samples, v)
	}
	return nil
}

// write writes an event or a sample, now.
func (l *Log) write(v any) error {
	e, isEvent := v.(*Event)
	f := l.series
	if isEvent {
		f, e.ID = l.events, 0
	}
	if f == nil {
		return os.ErrClosed // as was told when it could not be opened
	}
	err := f.line(v)
	l.fail(err)
	if isEvent && err == nil {
		l.last = f.lines
		e.ID = l.last
	}
	return err
}

// fail tells the first failure.
func (l *Log) fail(err error) {
	if err != nil && !l.told && l.failed != nil {
		l.told = true
		l.failed(err)
	}
}

// Listen has events sent to a channel, until the function that it returns is called. The channel has room for some; who
// does not keep up misses what comes meanwhile, which the ID of the next one tells, and [ReadEvents] has it.
func (l *Log) Listen() (<-chan Event, func()) {
	c := make(chan Event, 64)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listeners[c] = true
	return c, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.listeners, c)
	}
}

// Close makes the files durable and closes them. What waits for the run to be recorded goes with it.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	var err error
	for _, f := range []*file{l.events, l.series} {
		if f != nil {
			err = cmp.Or(err, f.close()) // the first tells what is the matter
		}
	}
	l.fail(err)
	return err
}

// How much of a text an event keeps, in bytes: what operators write is a sentence.
const (
	longestReason = 2000
	longestName   = 200
)

// legible makes a text fit for a line that is read by others.
func legible(text string, longest int) string {
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}
