package runlog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// Segment is one object of the log. It says itself which one it is and who wrote it, so that an object in the place of
// another is no better than a damaged one.
type Segment struct {
	Run        string `json:"run,omitempty"`   // whose log it is of
	Number     int64  `json:"number"`          // its place in the log, from one
	From       int64  `json:"from,omitempty"`  // of a snapshot: the first of the objects that it holds, Number being the last
	Generation int64  `json:"generation"`      // of the lease under which it was written
	Owner      string `json:"owner,omitempty"` // the start that wrote it
	Batch      int64  `json:"batch,omitempty"` // counts what that owner wrote, from one
	Claim      bool   `json:"claim,omitempty"` // the first of its owner, which keeps all before from writing on
	Payload    []byte `json:"-"`
}

// The first line of each begins with format and version, and holds the checksum of all behind it; the second is the
// header, as JSON. What an older program must not pass over raises the version: it would replay the rest without it. A member of
// the header that it does not know, it passes over.
const (
	format  = "attrmigrate-log-"
	version = "1"
	magic   = format + version + " "
)

// errNewer says that an object is of a version that this program does not know.
var errNewer = errors.New("written by a newer attrmigrate")

// Seal gives the bytes of the object: the same segment, the same bytes.
func (s Segment) Seal() []byte {
	header, _ := json.Marshal(s) // numbers and a text cannot fail
	b := make([]byte, len(magic)+hex.EncodedLen(sha256.Size)+1, len(magic)+2*sha256.Size+len(header)+len(s.Payload)+2)
	sealed := len(b)
	b = append(append(append(b, header...), '\n'), s.Payload...)
	sum := sha256.Sum256(b[sealed:])
	copy(b, magic)
	hex.Encode(b[len(magic):], sum[:])
	b[sealed-1] = '\n'
	return b
}

// Unseal reads the object of a number. Its payload is part of body.
func Unseal(number int64, body []byte) (Segment, error) {
	first, sealed, _ := bytes.Cut(body, []byte("\n"))
	sum, ok := bytes.CutPrefix(first, []byte(magic))
	if !ok {
		return Segment{}, foreign(first)
	}
	if want := sha256.Sum256(sealed); string(sum) != hex.EncodeToString(want[:]) {
		return Segment{}, errors.New("its checksum is that of another content")
	}
	header, payload, _ := bytes.Cut(sealed, []byte("\n"))
	var s Segment
	if err := json.Unmarshal(header, &s); err != nil {
		return Segment{}, fmt.Errorf("its header cannot be read: %w", err)
	}
	if s.Number != number {
		return Segment{}, fmt.Errorf("it is number %d, in the place of number %d", s.Number, number)
	}
	s.Payload = payload
	return s, nil
}

// foreign says what is wrong with an object that does not begin as one of this version does.
func foreign(first []byte) error {
	rest, ok := bytes.CutPrefix(first, []byte(format))
	number, _, spaced := bytes.Cut(rest, []byte(" "))
	if n, err := strconv.Atoi(string(number)); ok && spaced && err == nil && n > 1 {
		return fmt.Errorf("%w: version %d, this one knows %s", errNewer, n, version)
	}
	return errors.New("it is no object of a log")
}

// belongs refuses an object of another run, and one of the log in the place of a snapshot.
func (s Segment) belongs(run string, snapshot bool) error {
	switch {
	case s.Run != run:
		return fmt.Errorf("it is of the run %s, in the place of one of %s", s.Run, run)
	case snapshot != (s.From > 0):
		return errors.New("it is of the log, in the place of a snapshot, or the other way round")
	case snapshot && s.From != s.Number-foldSize+1:
		return fmt.Errorf("it holds the objects from %d to %d", s.From, s.Number)
	}
	return nil
}

// Key is where an object of a number is. Keys stand in the order of their numbers for the first billion.
func Key(prefix string, number int64) string { return fmt.Sprintf("%s%09d", prefix, number) }
