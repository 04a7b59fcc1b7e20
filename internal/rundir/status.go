package rundir

import (
	"context"
	"fmt"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
)

// StatusPatience is how long status waits for the file system: one that is gone may never answer.
const StatusPatience = 10 * time.Second

// Status is where a run stands: what its last checkpoint says, and whether a process is at work.
type Status struct {
	Dir    Dir
	State  checkpoint.State
	Holder checkpoint.Info
	Held   bool
	// Publishing says that the run has ended, and that its process is yet to publish its files.
	Publishing bool
}

// Within does what may hang in the file system, and leaves it to the end of the process if it takes longer
// than it may, or ctx ends.
func Within[T any](ctx context.Context, patience time.Duration, path string, do func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := do()
		done <- result{value, err}
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	var none T
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	case <-timer.C:
		return none, &refusal.Error{Msg: fmt.Sprintf("%s: the file system has not answered for %s", path, patience),
			Remedy: "see whether the file system that it is on is there"}
	}
}

// ReadStatus reads the checkpoint, and then who holds the lock. A process may end between the two, so a run
// that was at work and is not held any more is looked at again: it may have ended well.
func ReadStatus(path string) (*Status, error) {
	s := &Status{Dir: Dir{Path: path}}
	for {
		before := s.State.SavedAt
		if err := s.load(); err != nil {
			return nil, err
		}
		if s.State.Phase != checkpoint.Running || s.Held || s.State.SavedAt.Equal(before) {
			return s, nil
		}
	}
}

func (s *Status) load() (err error) {
	var found bool
	if s.State, found, err = s.Dir.Load(); err != nil {
		return err
	}
	if !found {
		return &NoRunError{Dir: s.Dir.Path, Plan: disk.Exists(s.Dir.File(report.PlanJSONL)), Gone: !disk.Exists(s.Dir.Path)}
	}
	s.Holder, s.Held, err = checkpoint.Holder(s.Dir.Path)
	if s.State.Phase == checkpoint.Finished {
		return nil // whoever holds it, it is
	}
	if !s.Held && s.State.Phase == checkpoint.Running && s.Holder.End != nil {
		s.State.Phase, s.State.Reason, s.State.Hint = checkpoint.Stopped, s.Holder.End.Reason, s.Holder.End.Hint
	}
	return err
}

// NoRunError says that there is no run in a directory.
type NoRunError struct {
	Dir  string
	Plan bool // but a plan
	Gone bool // nor the directory
}

func (e *NoRunError) Error() string {
	switch {
	case e.Plan:
		return e.Dir + ": there is a plan in it, and no run"
	case e.Gone:
		return e.Dir + ": there is no such directory"
	default:
		return e.Dir + ": there is no run in it"
	}
}

// Hint says what a run directory is.
func (e *NoRunError) Hint() string {
	if e.Gone {
		return "check the name and the working directory"
	}
	return "a run directory holds checkpoint.json, from its first update on"
}

// Phase is the phase of the checkpoint, unless the process behind it has died. A finished run is finished,
// also while another start holds its directory to look through the input.
func (s *Status) Phase() string {
	switch {
	case s.Publishing:
		return "stopping"
	case s.State.Phase == checkpoint.Finished:
		return string(checkpoint.Finished)
	case s.Held && s.State.Pause != "":
		return s.State.Pause
	case s.Held:
		return string(checkpoint.Running)
	case s.State.Phase == checkpoint.Running:
		return "killed"
	default:
		return string(s.State.Phase)
	}
}
