package telemetry

import (
	"errors"
	"os"

	"github.com/go-json-experiment/json"

	"attrmigrate/internal/disk"
)

// file is one that grows by lines. Where a line was written in part, by a full disk or by a start that crashed, it is cut
// off; where that cannot be, it is ended, so that the next line is whole.
type file struct {
	f     disk.File
	lines int64
	size  int64 // up to the end of the last line
	torn  bool  // there is part of a line behind it, which cannot be cut off
}

func openFile(on disk.FS, path string) (*file, error) {
	f, err := on.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	o := &file{f: f}
	if o.lines, o.size, err = readLines(path, func(int64, []byte) {}); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if info.Size() > o.size {
		o.cut()
	}
	return o, nil
}

func (o *file) cut() { o.torn = o.f.Truncate(o.size) != nil }

// line writes a line, by one write.
func (o *file) line(v any) error {
	data, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return err
	}
	data = append(data, '\n')
	if o.torn {
		data = append([]byte{'\n'}, data...)
	}
	n, err := o.f.Write(data)
	if err != nil {
		if n > 0 {
			o.cut()
		}
		return err
	}
	o.lines++
	if o.torn {
		o.lines++
		info, err := o.f.Stat()
		if err != nil {
			return nil // nothing will be cut off
		}
		o.size, o.torn = info.Size(), false
		return nil
	}
	o.size += int64(n)
	return nil
}

func (o *file) close() error { return errors.Join(o.f.Sync(), o.f.Close()) }
