package runlog

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// endless is a store with a log of many objects, which it makes when they are asked for: each has undo entries of 25 records, and
// every fifth a checkpoint.
type endless struct {
	Store
	objects int64
	fetched atomic.Int64
	most    atomic.Int64 // bytes of the heap, seen now and then
}

var entry = strings.Repeat(`{"username":"user-000001","attributes":{"custom:tier":"gold"},"expect":{"custom:tier":"silver"}}`+"\n", 25)

func (e *endless) segment(number int64) []byte {
	at := (number - 1) % 400 * int64(len(entry)) // so that the test needs no disk of its size
	payload := operation{kind: opWrite, name: "undo.jsonl", at: at, data: []byte(entry)}.appendTo(nil)
	if number%5 == 0 {
		payload = operation{kind: opPut, name: "checkpoint.json", data: fmt.Appendf(nil, "{%d}", number)}.appendTo(payload)
	}
	return Segment{Run: "long", Number: number, Generation: 1, Owner: "o", Batch: number, Payload: payload}.Seal()
}

func (e *endless) Get(_ context.Context, key string) (Object, error) {
	number, err := strconv.ParseInt(filepath.Base(key), 10, 64)
	if err != nil || !strings.Contains(key, "/log/") {
		return Object{}, fmt.Errorf("%s: %w", key, fs.ErrNotExist)
	}
	if e.fetched.Add(1)%5000 == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		e.most.Store(max(e.most.Load(), int64(m.HeapInuse)))
	}
	return Object{Body: e.segment(number), Tag: `"x"`}, nil
}

func (e *endless) List(_ context.Context, prefix, behind string, each func(Entry) error) error {
	if !strings.HasSuffix(prefix, "/log/") {
		return nil
	}
	size := int64(len(e.segment(4)))
	for number := int64(1); number <= e.objects; number++ {
		if key := Key(prefix, number); key > behind {
			if err := each(Entry{Key: key, Size: size}); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestRestoreOfMany: very many objects, none of them in a snapshot, are restored in little memory, and it is told how far that
// has come. With RESTORED=400000 they are as many as ten million records have, and take half a minute.
func TestRestoreOfMany(t *testing.T) {
	e := &endless{objects: 10_000}
	if text := os.Getenv("RESTORED"); text != "" {
		var err error
		if e.objects, err = strconv.ParseInt(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	there, err := survey(t.Context(), e, "loyalty/runs/long/")
	if err != nil {
		t.Fatal(err)
	}
	told, last := 0, int64(0)
	err = there.restore(t.Context(), e, dir, func(done, total int64) {
		if done <= last || done > total {
			t.Fatalf("%d of %d bytes are told behind %d", done, total, last)
		}
		told, last = told+1, done
	})
	if err != nil {
		t.Fatal(err)
	}
	checkpoint, err := os.ReadFile(filepath.Join(dir, "checkpoint.json"))
	if want := fmt.Sprintf("{%d}", e.objects); err != nil || string(checkpoint) != want || last != there.bytes {
		t.Errorf("the checkpoint is %s, want %s; %d of %d bytes are told: %v", checkpoint, want, last, there.bytes, err)
	}
	undo, err := os.ReadFile(filepath.Join(dir, "undo.jsonl"))
	if err != nil || !bytes.HasPrefix(undo, []byte(entry)) {
		t.Errorf("undo.jsonl has %d bytes: %v", len(undo), err)
	}
	const most = 160 << 20
	if heap := e.most.Load(); heap > most {
		t.Errorf("%d MiB of the heap were in use", heap>>20)
	}
	t.Logf("%d objects, %d MiB: %d MiB of the heap in use at most", e.objects, there.bytes>>20, e.most.Load()>>20)
}

// TestRoomForARun: what has no room on this machine is not begun.
func TestRoomForARun(t *testing.T) {
	there := &restoration{parts: []part{{number: 1, size: 1 << 60}}, bytes: 1 << 60}
	err := there.restore(t.Context(), &endless{objects: 1}, t.TempDir(), func(int64, int64) { t.Error("it is begun") })
	if err == nil || !strings.Contains(err.Error(), "MiB are needed, and") {
		t.Errorf("error is %v", err)
	}
}
