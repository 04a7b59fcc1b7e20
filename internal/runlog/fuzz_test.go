package runlog

import (
	"bytes"
	"strings"
	"testing"
)

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
