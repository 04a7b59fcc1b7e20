package telemetry

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/go-json-experiment/json"

	"attrmigrate/internal/disk"
)

// Log writes events.jsonl and series.jsonl of a run, behind what earlier starts have written, and tells who listens. It
// is used by many goroutines.
type Log struct {
	mu             sync.Mutex
	events, series disk.File
	last           int64 // the ID of the last event
	listeners      map[chan Event]bool
}

// Open opens the files of a run directory.
func Open(on disk.FS, dir string) (*Log, error) {
	before, err := ReadEvents(dir)
	if err != nil {
		return nil, err
	}
	l := &Log{last: int64(len(before)), listeners: map[chan Event]bool{}}
	const mode = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if l.events, err = on.OpenFile(filepath.Join(dir, EventsJSONL), mode, 0o600); err != nil {
		return nil, err
	}
	if l.series, err = on.OpenFile(filepath.Join(dir, SeriesJSONL), mode, 0o600); err != nil {
		return nil, errors.Join(err, l.events.Close())
	}
	return l, nil
}

// Event writes an event and tells it to who listens. It returns it with its ID.
func (l *Log) Event(e Event) (Event, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	e.ID = l.last
	for c := range l.listeners {
		select {
		case c <- e:
		default: // who does not keep up asks for the rest by its ID
		}
	}
	return e, writeLine(l.events, e)
}

// Sample writes a sample.
func (l *Log) Sample(s Sample) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return writeLine(l.series, s)
}

func writeLine(f disk.File, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = f.Write(append(data, '\n'))
	return err
}

// Listen has events sent to a channel, until the function that it returns is called.
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

// Close closes the files.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(l.events.Close(), l.series.Close())
}

// ReadEvents reads the events of a run directory; none, where there is no file.
func ReadEvents(dir string) ([]Event, error) {
	events, err := readLines[Event](filepath.Join(dir, EventsJSONL))
	for i := range events {
		events[i].ID = int64(i + 1)
	}
	return events, err
}

// ReadSeries reads the samples of a run directory.
func ReadSeries(dir string) ([]Sample, error) {
	return readLines[Sample](filepath.Join(dir, SeriesJSONL))
}

func readLines[T any](path string) (all []T, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var v T
		if json.Unmarshal(lines.Bytes(), &v) == nil {
			all = append(all, v)
		}
	}
	return all, nil
}
