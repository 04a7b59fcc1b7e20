package checkpoint

import (
	"fmt"
	"slices"
	"time"

	"attrmigrate/sources"
)

// State is where a run stands: the content of checkpoint.json.
type State struct {
	// Version is that of the file that the state was loaded from; Save sets its own.
	Version     int         `json:"version"`
	Fingerprint Fingerprint `json:"identity"`

	// Phase is running until the run has ended; Reason says why it stopped, and Hint how to mend it.
	// LastError is that of the last attempt that failed, for whatever reason.
	Phase     Phase  `json:"state"`
	Reason    string `json:"reason,omitempty"`
	Hint      string `json:"hint,omitempty"`
	LastError string `json:"last_error,omitempty"`
	// Pause is pausing or paused while a run that goes on is; empty: it is not.
	Pause string `json:"pause,omitempty"`

	// Inputs are the names of the inputs, as the user gave them.
	Inputs []string `json:"inputs,omitempty"`
	// RulesDigest is that of the rules that computed the inputs. Empty: they were not computed, or nobody says so.
	RulesDigest string `json:"rules_digest,omitempty"`
	// Role is in whose name the last start called the service, where that was another's than its credentials', and ExternalID
	// what that one asks for. Another start may do so in another name.
	Role       string `json:"role,omitempty"`
	ExternalID string `json:"external_id,omitempty"`
	// Total is the number of records of the input, Foreseen those of them that cannot be applied.
	// Both were found by the pass over the input before the first write.
	Total    int64 `json:"total"`
	Foreseen int64 `json:"foreseen"`

	// Records is how many records, from the first, are finished without a gap, and Position where
	// the next begins. Finished are the ordinals (from 1) of those finished beyond it, ascending.
	Records  int64            `json:"records"`
	Position sources.Position `json:"position"`
	Finished []int64          `json:"finished"`
	// Parked are the ordinals, ascending, of records not finished whose attempts were exhausted while
	// nothing showed whether the service was there. The next start takes them last.
	Parked []int64 `json:"parked,omitempty"`
	// LastAnswer is when a call last showed that the service is there: it succeeded, or was refused for what
	// it asked. Zero: none ever did, or that was not kept.
	LastAnswer time.Time `json:"last_answer,omitzero"`

	Counts Counts `json:"counts"`
	// Files are what of the reports belongs to this state, by their names; what stands behind it is cut
	// off when the run is resumed, but for the undo file, which may be ahead.
	Files map[string]Extent `json:"files"`

	Rate Rate `json:"rate"`

	StartedAt time.Time `json:"started_at"`
	SavedAt   time.Time `json:"saved_at"`
	// Elapsed is the time spent at work, over all starts, in nanoseconds; Paused that in which the run was paused.
	Elapsed time.Duration `json:"elapsed_ns"`
	Paused  time.Duration `json:"paused_ns,omitempty"`
}

// Phase says whether a run goes on.
type Phase string

// The phases of a run.
const (
	Running     Phase = "running"
	Stopped     Phase = "stopped"     // by a budget, a limit or an error of the run; resumable
	Interrupted Phase = "interrupted" // by a signal; resumable
	Finished    Phase = "finished"
)

// Counts are the records finished so far, by outcome, and the calls that it took.
type Counts struct {
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"`             // held already what they were to get
	Awaiting  int64 `json:"awaiting_verification"` // accepted, and held back until the user verifies an address
	Skipped   int64 `json:"skipped,omitempty"`     // left as they are, for a user is not as they are meant for
	Failed    int64 `json:"failed"`
	Attempts  int64 `json:"attempts"`        // updates sent
	Reads     int64 `json:"reads,omitempty"` // users read before
	Throttled int64 `json:"throttled"`       // calls refused because there were too many
}

// Done is the number of records finished, failed ones included.
func (c Counts) Done() int64 { return c.Updated + c.Unchanged + c.Awaiting + c.Skipped + c.Failed }

// Rate is the pace of a run at the last save: updates a second, 0 for no limit, and why it is that.
type Rate struct {
	PerSecond float64 `json:"per_second"`
	Reason    string  `json:"reason,omitempty"`
	// Ceiling is the most that it may be, Reads the most of reads; 0 for no limit.
	Ceiling float64 `json:"ceiling,omitempty"`
	Reads   float64 `json:"read_ceiling,omitempty"`
}

// check says what in a state cannot be.
func (s State) check() error {
	if s.Version < firstVersion || s.Version > version {
		return fmt.Errorf("there is no version %d", s.Version)
	}
	switch s.Phase {
	case Running, Stopped, Interrupted, Finished:
	default:
		return fmt.Errorf("there is no state %q", s.Phase)
	}
	return s.Validate()
}

// Validate says what in the numbers of a state cannot be, whether it was saved or not.
func (s State) Validate() error {
	if err := s.checkNumbers(); err != nil {
		return err
	}
	last := s.Records
	for _, ordinal := range s.Finished {
		if ordinal <= last {
			return fmt.Errorf("finished record %d does not come after record %d", ordinal, last)
		}
		last = ordinal
	}
	last = s.Records
	for _, ordinal := range s.Parked {
		if _, finished := slices.BinarySearch(s.Finished, ordinal); ordinal <= last || finished {
			return fmt.Errorf("parked record %d is out of order or finished", ordinal)
		}
		last = ordinal
	}
	if finished := s.Records + int64(len(s.Finished)); s.Counts.Done() != finished {
		return fmt.Errorf("%d records are finished, but %d are counted", finished, s.Counts.Done())
	}
	return nil
}

// checkNumbers finds a negative number where none can be.
func (s State) checkNumbers() error {
	numbers := []struct {
		name  string
		value int64
	}{
		{"total", s.Total}, {"foreseen", s.Foreseen}, {"records", s.Records},
		{"input", int64(s.Position.Input)}, {"offset", s.Position.Offset}, {"line", int64(s.Position.Line)},
		{"updated", s.Counts.Updated}, {"unchanged", s.Counts.Unchanged},
		{"awaiting_verification", s.Counts.Awaiting}, {"skipped", s.Counts.Skipped}, {"failed", s.Counts.Failed},
		{"attempts", s.Counts.Attempts}, {"throttled", s.Counts.Throttled},
		{"elapsed_ns", int64(s.Elapsed)},
	}
	for _, n := range numbers {
		if n.value < 0 {
			return fmt.Errorf("%s is %d", n.name, n.value)
		}
	}
	if s.Rate.PerSecond < 0 {
		return fmt.Errorf("the rate is %g", s.Rate.PerSecond)
	}
	for name, e := range s.Files {
		if e.Length < 0 {
			return fmt.Errorf("the length of %s is %d", name, e.Length)
		}
	}
	return nil
}
