package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/go-json-experiment/json"

	"attrmigrate/internal/disk"
)

// askedVersion is that of control.json.
const askedVersion = 1

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

// Order is who asked for something, when and why.
type Order struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"` // "ann@host by command"
	Reason string    `json:"reason,omitempty"`
}

// PausedAt tells whether the run is to be paused at a moment.
func (a Asked) PausedAt(now time.Time) bool {
	return a.Paused && (a.PausedUntil.IsZero() || now.Before(a.PausedUntil))
}

// LoadAsked reads what was asked of the run in a directory; nothing, where there is no such file.
func LoadAsked(dir string) (Asked, error) {
	path := filepath.Join(dir, AskedJSON)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Asked{Version: askedVersion}, nil
	}
	if err != nil {
		return Asked{}, err
	}
	var a Asked
	if err := json.Unmarshal(data, &a); err != nil {
		return Asked{}, fmt.Errorf("%s: %w", path, err)
	}
	if a.Version != askedVersion {
		return Asked{}, fmt.Errorf("%s: there is no version %d", path, a.Version)
	}
	return a, nil
}

// Save replaces what was asked, durably.
func (a Asked) Save(on disk.FS, dir string) error {
	a.Version = askedVersion
	data, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return disk.WriteFile(on, filepath.Join(dir, AskedJSON), append(data, '\n'))
}
