package pipeline_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// TestVerdicts: what each kind of error does to its record and to the run.
func TestVerdicts(t *testing.T) {
	for_ := func(user string, err error) func(int, *sources.Change) error {
		return func(_ int, c *sources.Change) error {
			if c.Username == user {
				return err
			}
			return nil
		}
	}
	storm := func(length time.Duration) func(int, *sources.Change) error {
		var end time.Time
		return func(int, *sources.Change) error {
			if end.IsZero() { // the first call tells what time it is in the bubble
				end = time.Now().Add(length)
			}
			if time.Now().Before(end) {
				return errThrottle
			}
			return nil
		}
	}
	tests := []struct {
		name     string
		fault    func(int, *sources.Change) error
		rows     int
		failures map[string]int
		updated  int64
		stop     string // of the error
		attempts int64  // 0: not checked
	}{
		{"no user", for_("user-3", errNoUser), 10, map[string]int{"UserNotFoundException": 1}, 9, "", 10},
		{"internal, passes", func(call int, _ *sources.Change) error {
			if call%2 == 1 {
				return errInternal
			}
			return nil
		}, 10, nil, 10, "", 0},
		{"internal for one record", for_("user-3", errInternal), 300,
			map[string]int{"no answer in 9 attempts: InternalErrorException": 1}, 299, "", 308},
		{"internal for all", always(errInternal), 10, nil, 0,
			"the service is away: nothing has succeeded for 31s: InternalErrorException", 0},
		{"timeout for all", always(context.DeadlineExceeded), 1, nil, 0,
			"the service is away: nothing has succeeded for 31s: context deadline exceeded", 8},
		{"no connection for all", always(errAway), 1, nil, 0, "the service is away: nothing has succeeded for 31s: NoConnection", 8},
		{"no connection for one record", for_("user-3", errAway), 900,
			map[string]int{"no answer in 9 attempts: NoConnection": 1}, 899, "", 908},
		{"throttled twenty times", func(call int, _ *sources.Change) error {
			if call <= 20 {
				return errThrottle
			}
			return nil
		}, 1, nil, 1, "", 21},
		{"lambda for one record", for_("user-3", errLambda), 10, map[string]int{"UnexpectedLambdaException": 1}, 9, "", 12},
		{"clock skew, passes", func(call int, _ *sources.Change) error {
			if call == 1 {
				return errSkew
			}
			return nil
		}, 10, nil, 10, "", 11},
		{"clock skew for all", always(errSkew), 1, nil, 0, "the service refuses the run: InvalidSignatureException", 2},
		{"denied", always(errDenied), 1, nil, 0, "the service refuses the run: AccessDeniedException", 1},
		{"streak", always(errNotAuth), 19, map[string]int{"NotAuthorizedException": 19}, 0, "", 19},
		{"streak of twenty", always(errNotAuth), 20, map[string]int{"NotAuthorizedException": 20}, 0, "", 20},
		{"streak that goes on", always(errNotAuth), 200, map[string]int{"NotAuthorizedException": 20}, 0,
			"the same error over and over: 20 records in a row: NotAuthorizedException", 20},
		{"streak with other failures between", func(call int, _ *sources.Change) error {
			if call%2 == 0 {
				return errNoUser
			}
			return errNotAuth
		}, 200, map[string]int{"NotAuthorizedException": 20, "UserNotFoundException": 19}, 0,
			"the same error over and over: 20 records in a row: NotAuthorizedException", 39},
		{"no streak with a success between", func(call int, _ *sources.Change) error {
			if call%20 == 0 {
				return nil
			}
			return errNotAuth
		}, 100, map[string]int{"NotAuthorizedException": 95}, 5, "", 100},
		{"throttled for four minutes", storm(4 * time.Minute), 100, nil, 100, "", 0},
		{"throttled for ever", always(errThrottle), 100, nil, 0,
			"nothing but throttles: for 5m", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService()
				s.fault = test.fault
				// One worker makes the numbers exact.
				kept, state, err := run(t, s, pipeline.Config{
					Workers: 1, Budget: pipeline.Budget{Given: true, Records: 1000},
					Backoff: pipeline.Backoff{Jitter: func() float64 { return 0.5 }},
				}, changes(test.rows, test.rows))
				if got := fmt.Sprint(err); test.stop == "" && err != nil || !strings.Contains(got, test.stop) {
					t.Errorf("the run ended with %v, want %q", err, test.stop)
				}
				if got := kept.failures(); fmt.Sprint(got) != fmt.Sprint(test.failures) && len(got)+len(test.failures) > 0 {
					t.Errorf("failures %v, want %v", got, test.failures)
				}
				if state.Counts.Updated != test.updated {
					t.Errorf("updated %d, want %d", state.Counts.Updated, test.updated)
				}
				if test.attempts > 0 && state.Counts.Attempts != test.attempts {
					t.Errorf("%d attempts, want %d", state.Counts.Attempts, test.attempts)
				}
			})
		})
	}
}
