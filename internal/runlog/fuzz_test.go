package runlog

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// FuzzUnseal: an object is what was sealed, or refused. Nothing that was changed is one.
func FuzzUnseal(f *testing.F) {
	f.Add(int64(12), Segment{Number: 12, Payload: []byte("payload")}.Seal(), 3)
	f.Add(int64(1), []byte(magic+"\n{}\n"), 80)
	f.Add(int64(1000), Segment{Run: "a", Number: 1000, From: 1, Generation: 2, Owner: "b", Batch: 3}.Seal(), 200)
	f.Fuzz(func(t *testing.T, number int64, body []byte, bit int) {
		s, err := Unseal(number, body)
		if err != nil {
			s = Segment{Number: number, Owner: "a", Batch: int64(bit), Payload: body} // bytes that are none make one
		}
		if s.Number != number {
			t.Errorf("number %d of %d", s.Number, number)
		}
		whole := s.Seal()
		if again, err := Unseal(number, whole); err != nil || !same(again, s) {
			t.Errorf("%+v is sealed as %+v, %v", s, again, err)
		}
		for what, changed := range map[string][]byte{
			"a bit is another": flipped(whole, bit), "cut short": whole[:uint(bit)%uint(len(whole))], "longer": append(whole[:len(whole):len(whole)], byte(bit)),
		} {
			if got, err := Unseal(number, changed); err == nil {
				t.Errorf("%s, and it is %+v", what, got)
			}
		}
	})
}

// same compares segments.
func same(a, b Segment) bool {
	payload := bytes.Equal(a.Payload, b.Payload)
	a.Payload, b.Payload = nil, nil
	return payload && reflect.DeepEqual(a, b)
}

func flipped(b []byte, bit int) []byte {
	b = bytes.Clone(b)
	at := uint(bit) % uint(8*len(b))
	b[at/8] ^= 1 << (at % 8)
	return b
}

// FuzzRestore: whatever stands in a bucket, it is restored into files of the one directory, or refused. What is found to be the
// latest of a file is what is restored.
func FuzzRestore(f *testing.F) {
	good := operation{kind: opPut, name: "checkpoint.json", data: []byte("{}")}.appendTo(operation{kind: opWrite, name: "undo.jsonl", at: 3, data: []byte("x")}.appendTo(nil))
	f.Add(bucketOf(placed{0, 1, good}, placed{0, 2, []byte("?")}))
	f.Add(bucketOf(placed{0, 1, good}, placed{0, 3, good}))
	f.Add(bucketOf(placed{1, foldSize, good}, placed{0, foldSize + 1, operation{kind: opRename, name: "undo.jsonl", to: "a"}.appendTo(nil)}))
	f.Add(bucketOf(placed{2, 1, []byte("username,email\n")}, placed{3, foldSize, nil}, placed{4, 1, []byte("../../x")}))
	f.Add(bucketOf(placed{0, 1, operation{kind: opPut, name: "..", data: []byte("x")}.appendTo(nil)}))
	put := func(name, text string) []byte {
		return operation{kind: opPut, name: name, data: []byte(text)}.appendTo(nil)
	}
	old := put("a", "old")
	f.Add(bucketOf(placed{0, 1, put("a.tmp", "new")}, placed{0, 2, operation{kind: opRename, name: "a.tmp", to: "a"}.appendTo(old)}))
	f.Add(bucketOf(placed{0, 1, put("b", "new")}, placed{0, 2, operation{kind: opRename, name: "b", to: "a"}.appendTo(old)}))
	f.Add(bucketOf(placed{0, 1, old}, placed{0, 2, operation{kind: opWrite, name: "a", at: 3, data: []byte("er")}.appendTo(nil)}))
	f.Add(bucketOf(placed{0, 1, old}, placed{0, 2, operation{kind: opRemove, name: "a"}.appendTo(nil)}))
	f.Fuzz(func(t *testing.T, bucket []byte) {
		const prefix = "tiers/runs/a/"
		m, r := newMemory(), reader{b: bucket}
		for len(r.b) > 0 && len(m.objects) < 64 {
			p := placed{r.byte() % 5, r.number(), r.text()}
			p.put(m, prefix)
		}
		around := t.TempDir()
		dir := filepath.Join(around, "work")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		left, err := survey(t.Context(), m, prefix)
		if err == nil {
			err = left.restore(t.Context(), m, dir, func(int64, int64) {})
		}
		if damaged, ok := errors.AsType[*DamagedError](err); ok && !strings.HasPrefix(damaged.Key, prefix) {
			t.Errorf("the damage is said to be in %s", damaged.Key)
		}
		if outside, err := os.ReadDir(around); err != nil || len(outside) != 1 {
			t.Errorf("%v, %v", outside, err)
		}
		inside, failed := os.ReadDir(dir)
		if failed != nil {
			t.Fatal(failed)
		}
		for _, e := range inside {
			if !e.Type().IsRegular() {
				t.Errorf("%s is no file", e.Name())
			}
		}
		latest, none := (&Seen{store: m, kept: prefix}).Latest(t.Context(), "a")
		if restored, missing := os.ReadFile(filepath.Join(dir, "a")); err == nil && none == nil && (missing != nil || !bytes.Equal(latest, restored)) {
			t.Errorf("the latest is %q, and restored %q, %v", latest, restored, missing)
		}
	})
}

// placed is an object of a bucket: a sealed one of the log (0), or a snapshot (1), bytes in the place of one (2, 3), or
// a key that is no number (4).
type placed struct {
	kind   byte
	number int64
	body   []byte
}

func bucketOf(all ...placed) (b []byte) {
	for _, p := range all {
		b = append(b, p.kind)
		b = appendText(binary.AppendUvarint(b, uint64(p.number)), p.body)
	}
	return b
}

func (p placed) put(m *memory, prefix string) {
	s := Segment{Run: runName(prefix), Number: p.number, Payload: p.body}
	key, body := Key(prefix+logDir, p.number), p.body
	switch p.kind {
	case 0:
		body = s.Seal()
	case 1:
		s.From = p.number - foldSize + 1
		key, body = Key(prefix+snapshotDir, p.number), s.Seal()
	case 3:
		key = Key(prefix+snapshotDir, p.number)
	case 4:
		key = fmt.Sprintf("%s%s%s", prefix, logDir, p.body)
	}
	m.objects[key] = memoryObject{body: body}
}

func FuzzLock(f *testing.F) {
	f.Add([]byte(`{"generation":1,"owner":"a","beat":1,"ttl":60,"holder":{"pid":7}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := parseLock("lock.json", body)
		if err != nil {
			return
		}
		if again, err := parseLock("lock.json", s.body()); err != nil || again.Generation != s.Generation || again.TTL <= 0 {
			t.Errorf("%+v reads as %+v, %v", s, again, err)
		}
	})
}

// FuzzOperations: bytes that are no operations are refused, and those that are stay what they are.
func FuzzOperations(f *testing.F) {
	var all []byte
	for _, o := range []operation{
		{kind: opCreate, name: "undo.jsonl"}, {kind: opWrite, name: "undo.jsonl", at: 1 << 40, data: []byte("{}\n")}, {kind: opCut, name: "a", at: 3},
		{kind: opPut, name: "checkpoint.json", data: []byte("{}")}, {kind: opRename, name: "a", to: "b"}, {kind: opRemove, name: "b"},
	} {
		all = o.appendTo(all)
	}
	f.Add(all)
	f.Add([]byte("w\x01a\xff\xff\xff\xff\xff\xff\xff\xff\x7f\xff\xff\xff\xff\x0fx"))
	f.Add([]byte("r\x01a\x02.."))
	f.Fuzz(func(t *testing.T, b []byte) {
		var again []byte
		var c compactor
		err := operations(b, func(o operation) error {
			if strings.ContainsAny(o.name+o.to, "/\\\x00:") || o.name == ".." || o.to == ".." {
				t.Errorf("%q leads out of the directory", o.name+o.to)
			}
			again = o.appendTo(again)
			return c.add(o)
		})
		if err == nil {
			var reread []byte
			if err := operations(again, func(o operation) error { reread = o.appendTo(reread); return nil }); err != nil || !bytes.Equal(again, reread) {
				t.Errorf("written again it is %q, then %q: %v", again, reread, err)
			}
		}
		if folded := c.payload(); len(folded) > len(b)+64 {
			t.Errorf("%d bytes fold to %d", len(b), len(folded))
		}
	})
}
