package pipeline_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"attrmigrate/checkpoint"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// asideError says that a user is not as its record is meant for.
type asideError struct{ skip bool }

func (e asideError) Error() string { return "not as expected" }
func (e asideError) Skip() bool    { return e.skip }

// TestSkip: a record that is skipped is finished and no failure. One of which an update was sent fails instead, for
// nobody knows what that did.
func TestSkip(t *testing.T) {
	third := func(err error) func(int, *sources.Change) error {
		return func(_ int, c *sources.Change) error {
			if c.Line%3 != 0 {
				return nil
			}
			return fmt.Errorf("read: %w", err)
		}
	}
	tests := []struct {
		name      string
		readFault func(int, *sources.Change) error
		fault     func(int, *sources.Change) error
		want      checkpoint.Counts
		stop      string
		lastError string
	}{
		{name: "skipped, where nothing may fail", readFault: third(asideError{true}),
			want: checkpoint.Counts{Updated: 20, Skipped: 10, Attempts: 20, Reads: 30}},
		{name: "not to be skipped", readFault: third(asideError{}), lastError: "read: not as expected",
			want: checkpoint.Counts{Failed: 1, Reads: 2, Attempts: 1, Updated: 1},
			stop: "too many records failed: 1 of 2 records, the failure budget allows 0"},
		{name: "all of them", readFault: always(asideError{true}), want: checkpoint.Counts{Skipped: 30, Reads: 30}},
		{name: "sent, its answer lost, and another value by then",
			readFault: func(call int, c *sources.Change) error {
				if c.Line == 2 && call > 1 {
					return asideError{true}
				}
				return nil
			},
			fault: func(_ int, c *sources.Change) error {
				if c.Line == 2 {
					return errInternal
				}
				return nil
			},
			want: checkpoint.Counts{Failed: 1, Reads: 2, Attempts: 1}, lastError: "not as expected"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService()
				s.fault = tt.fault
				rows := 30
				if tt.fault != nil {
					rows = 1
				}
				cfg := pipeline.Config{Preparer: &reader{fault: tt.readFault, live: s.last}, Workers: 1, Budget: pipeline.Budget{Given: true}}
				kept, state, err := run(t, s, cfg, changes(rows, rows))
				if got := fmt.Sprint(err); err != nil && got != tt.stop || err == nil && tt.stop != "" {
					t.Errorf("the run ended with %q, want %q", got, tt.stop)
				}
				if state.Counts != tt.want || state.LastError != tt.lastError {
					t.Errorf("%+v, the last error is %q\nwant %+v, %q", state.Counts, state.LastError, tt.want, tt.lastError)
				}
				for _, r := range kept.results {
					if aside := r.Outcome == pipeline.Skipped || r.Outcome == pipeline.Failed; aside != (r.Err != nil) {
						t.Errorf("line %d: %s, %v", r.Change.Line, r.Outcome, r.Err)
					}
				}
			})
		})
	}
}

// TestSkippedIsFinished: records that were skipped are counted, and not looked at again, by the next start.
func TestSkippedIsFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, all := newService(), changes(10, 10)
		r := &reader{fault: always(asideError{true}), live: s.last}
		_, state, err := run(t, s, pipeline.Config{Preparer: r, Limit: 4}, all)
		if fmt.Sprint(err) != "the limit is reached" {
			t.Fatal(err)
		}
		_, state, err = run(t, s, pipeline.Config{Preparer: r, Resume: state}, all[state.Position.Offset:])
		if err != nil || state.Counts.Skipped != 10 || r.calls != 10 || state.Phase != checkpoint.Finished {
			t.Errorf("%v: %+v, %d reads", err, state.Counts, r.calls)
		}
	})
}
