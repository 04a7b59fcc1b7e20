package telemetry

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"

	"attrmigrate/internal/disk"
)

// longestLine is more than any of ours has, whatever reason an operator gave: what is longer is none.
const longestLine = 32 << 10

// eachLine calls do with each line that has come to its end, and its number from 1; nil stands for one that is too long. It
// returns how many there are, and the length of the file up to the end of the last.
func eachLine(r io.Reader, do func(n int64, line []byte)) (lines, length int64, err error) {
	in := bufio.NewReaderSize(r, 64<<10)
	var line []byte
	read, long := int64(0), false
	for {
		part, err := in.ReadSlice('\n')
		read += int64(len(part))
		if long = long || len(line)+len(part) > longestLine; long {
			line = line[:0]
		} else {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			return lines, length, nil
		case err != nil:
			return lines, length, err
		}
		lines, length = lines+1, read
		if long {
			do(lines, nil)
		} else {
			do(lines, bytes.TrimRight(line, "\r\n"))
		}
		line, long = line[:0], false
	}
}

// readLines calls do with each line of a file; with none, if there is no such file.
func readLines(path string, do func(n int64, line []byte)) (lines, length int64, err error) {
	f, err := disk.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	return eachLine(f, do)
}
