package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"attrmigrate/internal/disk"
)

// The versions of checkpoint.json: the one that is written, and the first one, which is read as well. What
// became different with 2 is how a fingerprint is made; State.Version tells which it is.
//
// A member that another program must not overlook raises the version. One that this program does not know
// would be lost at the next save, so it makes the file a newer program's, too.
const (
	version      = 2
	firstVersion = 1
)

// FileName is the name of the checkpoint in the run directory.
const FileName = "checkpoint.json"

// sealMark begins the last member of the file, the checksum of every byte before it.
const sealMark = ",\n  \"checksum\": \"sha256:"

// File keeps the state of a run in DIR/checkpoint.json: indented JSON, the members of [State] and a
// checksum, so that a damaged file is refused rather than believed. It is used by one goroutine.
type File struct {
	// Disk is what the file is written to: the operating system's file system, or in tests of crashes one that
	// forgets what was not made durable.
	Disk disk.FS
	path string
}

// NewFile returns the checkpoint file of a run directory. It touches nothing.
func NewFile(dir string) *File {
	return &File{Disk: disk.OS{}, path: filepath.Join(dir, FileName)}
}

// Save replaces the file, atomically and durably, and sets the version. A state that Load would
// refuse is an error and leaves the file as it was.
func (f *File) Save(s State) error {
	s.Version = version
	if err := s.check(); err != nil {
		return fmt.Errorf("%s: not saved: %w", f.path, err)
	}
	data, err := encode(s)
	if err != nil {
		return fmt.Errorf("%s: not saved: %w", f.path, err)
	}
	if err := disk.WriteFile(f.Disk, f.path, data); err != nil {
		return fmt.Errorf("save the checkpoint: %w", err)
	}
	return nil
}

// Load reads the file. A directory without one gives an error that is fs.ErrNotExist; a file that
// cannot be believed gives a *[DamagedError].
func (f *File) Load() (State, error) {
	data, err := disk.ReadFile(f.path)
	if errors.Is(err, disk.ErrNotRegular) {
		return State{}, &DamagedError{Path: f.path, Err: disk.ErrNotRegular}
	}
	if err != nil {
		return State{}, err
	}
	s, err := decode(data)
	if err != nil {
		return State{}, &DamagedError{Path: f.path, Err: err}
	}
	return s, nil
}

// DamagedError says that a file of a run directory is not what the run left there.
type DamagedError struct {
	Path string
	Err  error // what is wrong with it
}

// Error returns the path and what is wrong.
func (e *DamagedError) Error() string {
	if errors.Is(e.Err, errNewer) {
		return e.Path + ": " + e.Err.Error()
	}
	return e.Path + ": damaged: " + e.Err.Error()
}

// Unwrap returns what is wrong with the file.
func (e *DamagedError) Unwrap() error { return e.Err }

// Hint says what to do: last of all, to start over. How that is done is for the program to add.
func (e *DamagedError) Hint() string {
	if errors.Is(e.Err, errNewer) {
		return "go on with the attrmigrate that began this run, or start over"
	}
	return "restore the run directory from a copy, or start over"
}

var (
	errNewer = errors.New("written by a newer attrmigrate")
	errSeal  = errors.New("the checksum does not match the content")
)

// encode gives a state the form of the file.
func encode(s State) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		return nil, err
	}
	return seal(bytes.TrimSuffix(b.Bytes(), []byte("\n}\n"))), nil
}

// seal ends a file that begins with body: the mark, the checksum, and the closing brace.
func seal(body []byte) []byte {
	sum := sha256.Sum256(body)
	tail := sealMark + hex.EncodeToString(sum[:]) + "\"\n}\n"
	return append(bytes.Clone(body), tail...)
}

// decode is the inverse of encode, for any bytes.
func decode(data []byte) (State, error) {
	if len(data) == 0 {
		return State{}, errors.New("the file is empty")
	}
	// The version comes first: a newer program may seal in another way.
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return State{}, fmt.Errorf("not a whole checkpoint: %w", err)
	}
	if head.Version > version {
		return State{}, fmt.Errorf("%w: version %d, this one knows %d", errNewer, head.Version, version)
	}
	end := bytes.LastIndex(data, []byte(sealMark))
	if end < 0 || !bytes.Equal(seal(data[:end]), data) {
		return State{}, errSeal
	}
	var s State
	if err := json.Unmarshal(data, &s); err != nil {
		return State{}, fmt.Errorf("not a checkpoint: %w", err)
	}
	if err := known(data); err != nil {
		return State{}, fmt.Errorf("%w: %w", errNewer, err)
	}
	return s, s.check()
}

// known refuses members that are not in a state.
func known(data []byte) error {
	var file struct {
		State
		Checksum string `json:"checksum"`
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(&file)
}
