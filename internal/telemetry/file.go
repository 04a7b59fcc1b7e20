package telemetry

import (
	"cmp"
	"errors"
	"os"

	"github.com/go-json-experiment/json"

	"attrmigrate/internal/disk"
)

// file is one that grows by lines, and that nobody else writes. Where a line was written in part, by a full disk or by a
// start that crashed, that is cut off; where it cannot be, it is ended, so that the next line is whole.
type file struct {
	f     disk.File
	lines int64
	size  int64 // up to the end of the last line
	end   int64 // more than that: there is part of a line, which could not be cut off
}

func openFile(on disk.FS, path string) (*file, error) {
	f, err := on.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	o := &file{f: f}
	o.lines, o.size, err = readLines(path, func(int64, []byte) {})
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	o.end = info.Size()
	o.cut()
	return o, nil
}

// cut cuts off what is behind the last line, if it can.
func (o *file) cut() {
	if o.end > o.size && o.f.Truncate(o.size) == nil {
		o.end = o.size
	}
}

// line writes a line, by one write.
func (o *file) line(v any) error {
	data, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return err
	}
	data = append(data, '\n')
	torn := o.end > o.size
	if torn {
		data = append([]byte{'\n'}, data...)
	}
	n, err := o.f.Write(data)
	if torn && n > 0 {
		o.lines, o.size = o.lines+1, o.end+1
	}
	o.end += int64(n)
	if err != nil {
		o.cut()
		return err
	}
	o.lines, o.size = o.lines+1, o.end
	return nil
}

// close makes the file durable and closes it. Where the one fails the other does for the same reason.
func (o *file) close() error { return cmp.Or(o.f.Sync(), o.f.Close()) }
