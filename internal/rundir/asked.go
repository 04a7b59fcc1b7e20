package rundir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/go-json-experiment/json"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/runlog"
)

// askedVersion is that of control.json.
const askedVersion = 1

// maxAsked bounds what is read of control.json, in bytes: reasons are short.
const maxAsked = 64 << 10

// Asked is what people have asked of a run: the content of control.json, whether a process is at work or not.
type Asked struct {
	Version int `json:"version"`

	Paused      bool      `json:"paused"`
	PausedUntil time.Time `json:"paused_until,omitzero"` // zero: until somebody says so
	Rate        *float64  `json:"rate"`                  // the ceiling of updates, a second; nil: that of the command line
	ReadRate    *float64  `json:"read_rate"`             // the ceiling of reads
	Hold        bool      `json:"hold"`                  // no start goes on unasked

	// Who asked for each last, when and why; nil: nobody did, or it was lifted by the clock.
	PauseOrder *Order `json:"pause_order,omitempty"`
	RateOrder  *Order `json:"rate_order,omitempty"`
	HoldOrder  *Order `json:"hold_order,omitempty"`
}

// PausedAt tells whether the run is to be paused at a moment.
func (a Asked) PausedAt(now time.Time) bool {
	return a.Paused && (a.PausedUntil.IsZero() || now.Before(a.PausedUntil))
}

// Ceilings are the rates that are in force, a second, where the command line says rate, and reads of any ceiling of updates:
// what was asked stands in its place. Reads follow updates, unless they have a ceiling of their own.
func (a Asked) Ceilings(rate float64, reads func(updates float64) float64) (updates, single float64) {
	updates = rate
	if a.Rate != nil {
		updates = *a.Rate
	}
	single = reads(updates)
	if a.ReadRate != nil {
		single = *a.ReadRate
	}
	return updates, single
}

// stands tells whether there is anything that a start has to know.
func (a Asked) stands() bool { return a.Hold || a.Paused || a.Rate != nil || a.ReadRate != nil }

// LoadAsked reads what was asked of the run in a directory; nothing, where there is no such file. It is read strictly:
// who passed over what it does not know might pass over a hold. The error is an *[AskedError].
func LoadAsked(dir string) (Asked, error) {
	path := filepath.Join(dir, AskedJSON)
	data, err := readAsked(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Asked{Version: askedVersion}, nil
	}
	return parseAsked(path, data, err)
}

// parseAsked is what the content of a file says, if it could be read.
func parseAsked(path string, data []byte, err error) (Asked, error) {
	a := Asked{}
	if err == nil && len(data) > maxAsked {
		err = fmt.Errorf("it has more than %s bytes", prose.Count(maxAsked))
	}
	if err == nil {
		err = json.Unmarshal(data, &a, json.RejectUnknownMembers(true))
	}
	if a.Version > askedVersion { // whatever else it says
		err = fmt.Errorf("it is of version %d, and this program knows %d", a.Version, askedVersion)
	}
	if err == nil {
		err = a.check()
	}
	if err != nil {
		err = inWords(err)
		return Asked{}, &AskedError{Path: path, Err: err, newer: a.Version > askedVersion}
	}
	return a, nil
}

// inWords says in our words what cannot be read. That a number in it is none is no mistake in a command line.
func inWords(err error) error {
	if _, ok := errors.AsType[*refusal.UsageError](err); ok {
		return errors.New(err.Error())
	}
	semantic, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case ok && errors.Is(err, json.ErrUnknownName):
		return fmt.Errorf("it has a member %q that this program does not know", semantic.JSONPointer.LastToken())
	case ok && semantic.JSONPointer != "":
		return fmt.Errorf("%s is nothing that it can be", semantic.JSONPointer.LastToken())
	case ok:
		return errors.New("it is no JSON object")
	default:
		return err
	}
}

func readAsked(path string) ([]byte, error) {
	if disk.IsLink(path) {
		return nil, errors.New("it is a symbolic link")
	}
	f, err := disk.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxAsked+1))
	return data, err
}

// check says what in it cannot be.
func (a Asked) check() error {
	if a.Version != askedVersion {
		return fmt.Errorf("there is no version %d", a.Version)
	}
	for _, perSecond := range []*float64{a.Rate, a.ReadRate} {
		if perSecond != nil {
			if err := CheckRate(*perSecond); err != nil {
				return err
			}
		}
	}
	return nil
}

// ChangeAsked changes what is asked of the run in a directory, durably, and returns what was asked before and is
// now. It may be called by several processes at once, on several machines where the file system carries locks over:
// the file control.lock beside it is each one's for the moment. A process that is at work on the run may be one of them.
func ChangeAsked(on disk.FS, dir string, change func(*Asked)) (before, after Asked, err error) {
	if err := ownDir(dir); err != nil {
		if e, ok := errors.AsType[*refusal.Error](err); ok {
			err = &refusal.Error{Msg: e.Msg, Remedy: "a run is steered by the user who began it, or root"}
		}
		return before, after, err
	}
	err = disk.Exclusively(on, filepath.Join(dir, askedLock), func() (err error) {
		before, after, err = alter(change, func() (Asked, error) { return LoadAsked(dir) }, func(data []byte) error {
			return disk.WriteFile(on, filepath.Join(dir, AskedJSON), data)
		})
		return err
	})
	return before, after, err
}

// mostRaces is how often a change is made again because somebody else was faster. Nobody asks so often.
const mostRaces = 20

// alter changes what is asked, wherever it is kept, and returns what was asked before and is now: the same where it fails.
// Where save tells of a race ([runlog.ErrRaced]) what the other one asked is loaded, and changed.
func alter(change func(*Asked), load func() (Asked, error), save func([]byte) error) (before, after Asked, err error) {
	for races := 0; ; races++ {
		if before, err = load(); err != nil {
			return before, before, err
		}
		after = before
		change(&after)
		data, err := after.encode()
		if err == nil {
			err = save(data)
		}
		switch {
		case err == nil:
			return before, after, nil
		case !errors.Is(err, runlog.ErrRaced) || races == mostRaces:
			return before, before, err
		}
	}
}

// encode is the content of the file.
func (a Asked) encode() ([]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	data, err := json.Marshal(a)
	if err == nil && len(data) > maxAsked {
		err = fmt.Errorf("%s would have more than %s bytes", AskedJSON, prose.Count(maxAsked))
	}
	return append(data, '\n'), err
}

// AskedError says that control.json cannot be read as what was asked. It may say that the run is on hold.
type AskedError struct {
	Path  string
	Err   error
	newer bool
}

func (e *AskedError) Error() string {
	return fmt.Sprintf("%s: what was asked of the run cannot be read: %v", prose.Printable(e.Path), disk.WithoutPath(e.Err))
}

func (e *AskedError) Unwrap() error { return e.Err }

// Hint says what to do about it.
func (e *AskedError) Hint() string {
	if e.newer {
		return "use the program of that version, or a newer one"
	}
	return "look at it and remove it; a pause, a rate or a hold that it has is forgotten then"
}
