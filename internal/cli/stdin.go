package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"attrmigrate/sources"
)

// stdinPath is the input that stands for standard input.
const stdinPath = "-"

// spooled is standard input, written into the run directory whole before anything is decoded, so
// that the run can be resumed and the input be read twice.
type spooled struct {
	name string // of the file in the run directory, with the endings of its format and packing
}

// incoming is where the input stands until it is known to begin a run.
func (s spooled) incoming(dir *runDir) string { return dir.file("incoming-" + s.name) }
func (s spooled) kept(dir *runDir) string     { return dir.file(s.name) }

// spool writes standard input into the run directory. It returns when ctx ends, too; what still waits
// to be read then is left to the end of the process.
func spool(ctx context.Context, r io.Reader, dir *runDir, format sources.Format) (s spooled, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s, err = spoolAll(r, dir, format)
	}()
	select {
	case <-done:
		return s, err
	case <-ctx.Done():
		return spooled{}, ctx.Err()
	}
}

func spoolAll(r io.Reader, dir *runDir, format sources.Format) (spooled, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	first, err := in.Peek(512)
	if len(first) == 0 && errors.Is(err, io.EOF) {
		return spooled{}, &usageError{err: errors.New("standard input is empty")}
	}
	s := spooled{name: "stdin" + endings(first, format)}
	f, err := os.OpenFile(s.incoming(dir), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return s, runDirError(dir.path, err)
	}
	_, err = io.Copy(f, in)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return s, fmt.Errorf("keep standard input: %w", errors.Join(err, os.Remove(s.incoming(dir))))
	}
	return s, nil
}

// settle gives the input its place: that of a run that is resumed is there already.
func (s spooled) settle(dir *runDir, resumed bool) error {
	if resumed {
		return os.Remove(s.incoming(dir))
	}
	return os.Rename(s.incoming(dir), s.kept(dir))
}

// endings names what a stream holds by its first bytes.
func endings(first []byte, format sources.Format) string {
	packed := ""
	switch {
	case bytes.HasPrefix(first, []byte{0x1f, 0x8b}):
		packed = ".gz"
	case bytes.HasPrefix(first, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		packed = ".zst"
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(first, []byte("\xef\xbb\xbf")), " \t\r\n")
	if format == sources.JSONL || format == sources.Auto && bytes.HasPrefix(text, []byte("{")) {
		return ".jsonl" + packed
	}
	return ".csv" + packed
}
