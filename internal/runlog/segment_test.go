package runlog

import (
	"bytes"
	"testing"
)

func TestASegmentIsWhatWasSealed(t *testing.T) {
	s := Segment{Number: 12, Generation: 3, Owner: "ab", Batch: 2, Claim: true, Payload: []byte("one\n\x00two\n")}
	got, err := Unseal(12, s.Seal())
	if err != nil || !bytes.Equal(got.Payload, s.Payload) || got.Number != 12 || got.Generation != 3 || got.Owner != "ab" || got.Batch != 2 || !got.Claim {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestADamagedSegment(t *testing.T) {
	whole := Segment{Number: 12, Generation: 3, Owner: "ab", Batch: 2, Payload: []byte("payload")}.Seal()
	for _, tt := range []struct {
		name   string
		number int64
		body   []byte
		want   string
	}{
		{"empty", 12, nil, "it is no object of a log"},
		{"another file", 12, []byte("username,email\n"), "it is no object of a log"},
		{"a newer one", 12, []byte("attrmigrate-log-2 x\n"), "written by a newer attrmigrate: version 2, this one knows 1"},
		{"of no version", 12, []byte("attrmigrate-log- x\n"), "it is no object of a log"},
		{"of a version before the first", 12, []byte("attrmigrate-log-0 x\n"), "it is no object of a log"},
		{"cut", 12, whole[:len(whole)-1], "its checksum is that of another content"},
		{"one bit", 12, append(append([]byte{}, whole[:len(whole)-1]...), 'D'), "its checksum is that of another content"},
		{"more behind it", 12, append(append([]byte{}, whole...), 0), "its checksum is that of another content"},
		{"in the place of another", 13, whole, "it is number 12, in the place of number 13"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Unseal(tt.number, tt.body); err == nil || err.Error() != tt.want {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}

func TestKeysStandInOrder(t *testing.T) {
	if a, b := Key("log/", 9), Key("log/", 10); a != "log/000000009" || a >= b {
		t.Errorf("%s, %s", a, b)
	}
}
