package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"attrmigrate/internal/refusal"
	"attrmigrate/internal/runlog"
	"attrmigrate/internal/s3"
	"attrmigrate/internal/s3/s3test"
)

// TestPatience: what S3 does not answer is asked for again as long as a lease lasts, and then ends as what can be continued. What
// it refuses ends at once, as a refusal.
func TestPatience(t *testing.T) {
	server := s3test.Start(t)
	s3test.Setenv(t, server.Env())
	bucket, err := s3.Open(t.Context(), s3test.Bucket, s3.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer bucket.Close()
	failing := func(code string, status int) error {
		server.Script(func(s3test.Request) s3test.Fault { return s3test.Fault{Status: status, Code: code} })
		_, err := bucket.Get(t.Context(), "a")
		return err
	}
	trouble, denied := failing("SlowDown", 503), failing("AccessDenied", 403)
	server.Away(true)
	_, lost := bucket.Get(t.Context(), "a")
	const lease = time.Minute
	for _, tt := range []struct {
		name    string
		first   error // until healed
		healed  time.Duration
		took    time.Duration
		code    int
		waiting bool
		cancel  bool
	}{
		{"it answers", nil, 0, 0, exitDone, false, false},
		{"it is in trouble for a while", trouble, 30 * time.Second, 30 * time.Second, exitDone, true, false},
		{"it is in trouble", trouble, time.Hour, lease, exitStopped, true, false},
		{"it is away", lost, time.Hour, lease, exitStopped, true, false},
		{"a permission is missing", denied, time.Hour, 0, exitRefused, false, false},
		{"a file of this machine", errors.New("a.csv: is a directory"), time.Hour, 0, exitRefused, false, false},
		{"a wrong flag", refusal.Usagef("--rate is 0"), time.Hour, 0, exitUsage, false, false},
		{"nobody waits any more", trouble, time.Hour, 5 * time.Second, exitInterrupted, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.cancel {
					time.AfterFunc(tt.took, cancel)
				}
				var notes bytes.Buffer
				began := time.Now()
				_, err := patiently(ctx, &notes, lease, func(ctx context.Context) (any, error) {
					err := runlog.PatienceOf(ctx).Try(ctx, func() error {
						if tt.first == nil || time.Since(began) >= tt.healed {
							return nil
						}
						return fmt.Errorf("loyalty: %w", tt.first)
					})
					if err != nil && ctx.Err() != nil {
						err = refusal.ErrNotStarted
					}
					return nil, err
				})
				if code, took := exitCode(err), time.Since(began); code != tt.code || took < tt.took || took > tt.took+lease/12 {
					t.Errorf("exit code %d after %s: %v", code, took, err)
				}
				if got := strings.Count(notes.String(), "waiting  "); got != map[bool]int{true: 1}[tt.waiting] {
					t.Errorf("it is told %d times: %s", got, notes.String())
				}
				if err != nil && err != refusal.ErrNotStarted && refusal.HintOf(err) != refusal.HintOf(tt.first) {
					t.Errorf("the hint is %q", refusal.HintOf(err))
				}
			})
		})
	}
}
