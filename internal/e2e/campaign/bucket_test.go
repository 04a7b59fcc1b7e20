//go:build unix

package campaign

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"

	"attrmigrate/internal/s3/s3test"
)

// bucket reads what starts have left in S3, without the program's own code.
type bucket struct{ *s3test.Server }

// run is the name of the run of a directory; none if it has none yet.
func (b bucket) run(dir string) (name string, published int) {
	body, err := b.Get(s3test.Bucket, dir+"/current.json")
	var current struct {
		Run       string
		Published int
	}
	if err != nil || json.Unmarshal(body, &current) != nil {
		return "", 0
	}
	return current.Run, current.Published
}

// files are those of the run of a directory, as its log has them; and how many objects that has.
func (b bucket) files(dir string) (files map[string][]byte, objects int, err error) {
	files = map[string][]byte{}
	name, _ := b.run(dir)
	prefix := dir + "/runs/" + name + "/log/"
	keys, err := b.Keys(s3test.Bucket, prefix)
	if name == "" || err != nil {
		return files, 0, err
	}
	for i, key := range keys {
		if want := fmt.Sprintf("%s%09d", prefix, i+1); key != want {
			return nil, 0, fmt.Errorf("the log has %s, and no %s", key, want)
		}
		body, err := b.Get(s3test.Bucket, key)
		if err != nil {
			return nil, 0, err
		}
		_, rest, _ := bytes.Cut(body, []byte("\n"))
		_, payload, _ := bytes.Cut(rest, []byte("\n"))
		if err := replay(files, payload); err != nil {
			return nil, 0, fmt.Errorf("%s: %w", key, err)
		}
	}
	for file := range files {
		if strings.HasSuffix(file, ".tmp") || strings.HasPrefix(file, "stdin.") {
			delete(files, file)
		}
	}
	return files, len(keys), nil
}

// published are the files of a directory under their usual names, if these are as new as the log.
func (b bucket) published(dir string, objects int) (files map[string][]byte, current bool, err error) {
	if _, number := b.run(dir); number != objects {
		return nil, false, nil
	}
	files = map[string][]byte{}
	keys, err := b.Keys(s3test.Bucket, dir+"/")
	for _, key := range keys {
		name := strings.TrimPrefix(key, dir+"/")
		if err == nil && !strings.Contains(name, "/") {
			files[name], err = b.Get(s3test.Bucket, key)
		}
	}
	return files, true, err
}

// replay does again what an object of a log says.
func replay(files map[string][]byte, b []byte) error {
	number := func() int {
		n, size := binary.Uvarint(b)
		b = b[max(size, 0):]
		return int(n)
	}
	text := func() []byte {
		n := min(number(), len(b))
		t := b[:n]
		b = b[n:]
		return t
	}
	for len(b) > 0 {
		kind := b[0]
		b = b[1:]
		name := string(text())
		switch kind {
		case 'c':
			files[name] = append([]byte{}, files[name]...)
		case 'w':
			at := number()
			data := text()
			files[name] = write(files[name], at, data)
		case 't':
			files[name] = append([]byte{}, cut(files[name], number())...)
		case 'p':
			files[name] = append([]byte{}, text()...)
		case 'r':
			to := string(text())
			files[to] = files[name]
			delete(files, name)
		case 'd':
			delete(files, name)
		default:
			return fmt.Errorf("operation %q", kind)
		}
	}
	return nil
}

func cut(b []byte, size int) []byte {
	for len(b) < size {
		b = append(b, 0)
	}
	return b[:size]
}

func write(b []byte, at int, data []byte) []byte {
	b = cut(b, max(len(b), at+len(data)))
	copy(b[at:], data)
	return b
}
