package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/sources"
)

// Config says what a run does. Source and Updater are required.
type Config struct {
	// Source delivers the records. On a resumed run it stands at Resume.Position already.
	Source Source
	// Updater makes the calls.
	Updater Updater
	// Preparer reads users before they are changed. Nil sends every update without a look.
	Preparer Preparer
	// Probe makes one call that is about no record, and returns its error. It is asked before records fail
	// whose attempts are exhausted, and before those that are left get their last ones: if it succeeds the
	// service is there; if it does not, the run stops. Nil takes the service for there if any call of the run
	// has succeeded.
	Probe func(context.Context) error
	// Check refuses a record before it costs a call. Nil refuses none. It is called by one goroutine.
	Check func(*sources.Change) error
	// Key names the user of a record for ordering: records with equal keys are done one after the
	// other, in file order. Nil is the username as it stands.
	Key func(*sources.Change) string
	// Results takes the outcome of every record. Nil keeps none.
	Results ResultWriter
	// Store keeps the state of the run, once a second and at every stop. Nil keeps none.
	Store Store
	// Resume is the state that the run goes on from, or, for a fresh run, its fingerprint and totals.
	Resume checkpoint.State

	// Rate is the ceiling of updates in attempts a second, repeated ones included. The default is 20;
	// [Unlimited] sets none. [Runner.SetRate] replaces it and ReadRate while the run goes on.
	Rate float64
	// ReadRate is the ceiling of reads in attempts a second. The default is 80; [Unlimited] sets none.
	ReadRate float64
	// Workers is how many calls may be under way at once; with Ahead at most [checkpoint.MaxGapRecords]. The default
	// is 32.
	Workers int
	// Ahead is how many more records than Workers may be at work at once, for those whose preparation waits to be kept (see
	// [Keep]): so updates go on at the rate meanwhile. The default is 0; it counts only where there is a Preparer.
	Ahead int
	// Leave says whether an update may be sent now. It is asked right before each, by many goroutines, and must not hold
	// them up. While it says no, updates wait, and nothing else does: they go on at the rate once it says yes, and whoever
	// knows that it never will calls [Runner.StopFor]. Nil always says yes.
	Leave func() bool
	// MaxAttempts is how often a record is tried, throttled attempts aside. While no other record succeeds it
	// is tried for the time that so many attempts take on average. The default is 8, or half a minute.
	MaxAttempts int
	// Backoff spaces the attempts of one record. The default waits up to 500 ms after the first, twice as long
	// after each other one, and at most 30 s.
	Backoff Backoff
	// UserInterval is the least time between two attempts for records of one user that wait for each
	// other. The default is 100 ms: Cognito allows ten writes a second to one user (Amazon Cognito,
	// "Quotas"). A negative value sets none.
	UserInterval time.Duration

	// Called is told of every call, by one goroutine, which it must not hold up. Nil tells nobody.
	Called func(Call)

	// Log takes what happens, at debug level: failed attempts by file and line, never a user's data.
	// Nil keeps silent.
	Log *slog.Logger

	// Budget is how many records may fail before the run stops. The default is 5%, and at least 20.
	Budget Budget
	// Limit is how many records this start reads. The default, 0, reads all.
	Limit int64
	// MaxDuration is how long this start may run. The default, 0, sets no end.
	MaxDuration time.Duration
	// DrainTimeout is how long calls under way may take once the run is told to stop; then they are
	// cancelled. The default is 15 s.
	DrainTimeout time.Duration
	// SaveInterval is how often the state is saved. The default is 1 s.
	SaveInterval time.Duration
	// ThrottleLimit is how long a run may get nothing but throttles. The default is 5 min.
	ThrottleLimit time.Duration
}

// Unlimited is a Rate without a ceiling: only throttles slow the run down.
const Unlimited = math.MaxFloat64

func (c Config) withDefaults() Config {
	c.Rate = cmp.Or(c.Rate, 20)
	c.ReadRate = cmp.Or(c.ReadRate, 80)
	c.Workers = cmp.Or(c.Workers, 32)
	c.MaxAttempts = cmp.Or(c.MaxAttempts, 8)
	c.UserInterval = cmp.Or(c.UserInterval, 100*time.Millisecond)
	c.DrainTimeout = cmp.Or(c.DrainTimeout, 15*time.Second)
	c.SaveInterval = cmp.Or(c.SaveInterval, time.Second)
	c.ThrottleLimit = cmp.Or(c.ThrottleLimit, 5*time.Minute)
	if c.Preparer == nil {
		c.Ahead = 0 // nothing is kept before an update
	}
	if c.Check == nil {
		c.Check = func(*sources.Change) error { return nil }
	}
	if c.Key == nil {
		c.Key = func(change *sources.Change) string { return change.Username }
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Results == nil {
		c.Results = noResults{}
	}
	if c.Store == nil {
		c.Store = noStore{}
	}
	c.Backoff = c.Backoff.withDefaults()
	c.Budget = c.Budget.withDefaults()
	return c
}

// validate names the first value that no run can have. It is called with the defaults in place.
func (c Config) validate() error {
	switch {
	case c.Source == nil:
		return errors.New("pipeline: no source")
	case c.Updater == nil:
		return errors.New("pipeline: no updater")
	case c.Workers < 1 || c.Workers > checkpoint.MaxGapRecords:
		return fmt.Errorf("pipeline: workers are %d, want 1 to %d", c.Workers, checkpoint.MaxGapRecords)
	case c.Ahead < 0 || c.Ahead > checkpoint.MaxGapRecords-c.Workers:
		return fmt.Errorf("pipeline: ahead is %d, want 0 to %d", c.Ahead, checkpoint.MaxGapRecords-c.Workers)
	case c.MaxAttempts < 1:
		return fmt.Errorf("pipeline: max attempts are %d, want at least 1", c.MaxAttempts)
	case c.Limit < 0:
		return fmt.Errorf("pipeline: limit is %d, want at least 0", c.Limit)
	case !(c.Rate > 0 && c.Rate <= Unlimited), !(c.ReadRate > 0 && c.ReadRate <= Unlimited):
		return fmt.Errorf("pipeline: rate is %v and read rate %v, want more than 0", c.Rate, c.ReadRate)
	}
	durations := []struct {
		name  string
		value time.Duration
		least time.Duration
	}{
		{"backoff base", c.Backoff.Base, 1}, {"backoff cap", c.Backoff.Cap, 1}, {"max duration", c.MaxDuration, 0},
		{"drain timeout", c.DrainTimeout, 1}, {"save interval", c.SaveInterval, 1}, {"throttle limit", c.ThrottleLimit, 1},
	}
	for _, d := range durations {
		if d.value < d.least {
			return fmt.Errorf("pipeline: %s is %s, want at least %s", d.name, d.value, d.least)
		}
	}
	if err := c.Budget.validate(); err != nil {
		return err
	}
	if err := c.Resume.Validate(); err != nil {
		return fmt.Errorf("pipeline: resume: %w", err)
	}
	return nil
}

type noResults struct{}

func (noResults) Write(Result) error                          { return nil }
func (noResults) Sync() (map[string]checkpoint.Extent, error) { return nil, nil }

type noStore struct{}

func (noStore) Save(checkpoint.State) error { return nil }
