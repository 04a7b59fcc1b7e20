package cli

import (
	"context"
	"fmt"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/report"
)

// statusPatience is how long status waits for the file system: one that is gone may never answer.
const statusPatience = 10 * time.Second

// runStatus is where a run stands: what its last checkpoint says, and whether a process is at work.
type runStatus struct {
	dir    runDir
	state  checkpoint.State
	holder checkpoint.Info
	held   bool
}

// within does what may hang in the file system, and leaves it to the end of the process if it takes longer
// than it may, or ctx ends.
func within[T any](ctx context.Context, patience time.Duration, path string, do func() (T, error)) (T, error) {
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
		return none, &refusal{msg: fmt.Sprintf("%s: the file system has not answered for %s", path, patience),
			hint: "see whether the file system that it is on is there"}
	}
}

// readStatus reads the checkpoint, and then who holds the lock. A process may end between the two, so a run
// that was at work and is not held any more is looked at again: it may have ended well.
func readStatus(path string) (*runStatus, error) {
	s := &runStatus{dir: runDir{path: path}}
	for {
		before := s.state.SavedAt
		if err := s.load(); err != nil {
			return nil, err
		}
		if s.state.Phase != checkpoint.Running || s.held || s.state.SavedAt.Equal(before) {
			return s, nil
		}
	}
}

func (s *runStatus) load() (err error) {
	var found bool
	if s.state, found, err = s.dir.load(); err != nil {
		return err
	}
	if !found {
		return s.noRun()
	}
	s.state = byFlags(s.state)
	s.holder, s.held, err = checkpoint.Holder(s.dir.path)
	if s.state.Phase == checkpoint.Finished {
		return nil // whoever holds it, it is
	}
	if !s.held && s.state.Phase == checkpoint.Running && s.holder.End != nil {
		s.state.Phase, s.state.Reason, s.state.Hint = checkpoint.Stopped, s.holder.End.Reason, s.holder.End.Hint
	}
	return err
}

// noRun says what is in the directory instead.
func (s *runStatus) noRun() error {
	path := s.dir.path
	if plan := s.dir.file(report.PlanJSONL); exists(plan) {
		return &usageError{err: fmt.Errorf("%s: there is a plan in it, and no run", path),
			hint: s.dir.applyPlan()}
	}
	return &usageError{err: fmt.Errorf("%s: there is no run in it", path),
		hint: "a run directory holds checkpoint.json, from its first update on"}
}

// phase is the phase of the checkpoint, unless the process behind it has died. A finished run is finished,
// also while another start holds its directory to look through the input.
func (s *runStatus) phase() string {
	switch {
	case s.state.Phase == checkpoint.Finished:
		return string(checkpoint.Finished)
	case s.held:
		return string(checkpoint.Running)
	case s.state.Phase == checkpoint.Running:
		return "killed"
	default:
		return string(s.state.Phase)
	}
}
