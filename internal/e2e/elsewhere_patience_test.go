package e2e

import (
	"os"
	"testing"
	"time"

	"attrmigrate/internal/s3/s3test"
)

// TestNoPatienceElsewhere: however S3 is away, a start ends by Ctrl-C within seconds, and says what is the case; the next one goes on.
func TestNoPatienceElsewhere(t *testing.T) {
	if testing.Short() {
		t.Skip("who has no patience still takes seconds")
	}
	t.Parallel()
	f := newFaraway(t, 300)
	f.lease = "60s"
	t.Cleanup(func() { t.Log(f.printed.String()) })
	f.write("loyalty.csv", loyaltyRows(300))
	const run = "s3://runs/loyalty"
	apply := f.toPool("apply", "--yes", "--progress", "log", "--rate", "20", "--run-dir", run, "loyalty.csv")

	one := f.start(apply...)
	f.until(run+": running", "status", run)
	f.bucket.Away(true)
	f.says(one.interrupted(10*time.Second, 130, 3), "interrupted before all of the run was published", "attrmigrate: interrupted")
	f.bucket.Away(false)
	if err := f.bucket.Delete(s3test.Bucket, "loyalty/lock.json"); err != nil { // or the next one would watch it for a minute
		t.Fatal(err)
	}

	two := f.start(apply...)
	f.until(run+": running", "status", run)
	watching := f.start(apply...)
	time.Sleep(time.Second)
	f.says(watching.interrupted(5*time.Second, 130, 1), "waiting ", "interrupted: nothing was written")
	stuck := make(chan struct{})
	t.Cleanup(func() { close(stuck) })
	f.bucket.Script(func(r s3test.Request) s3test.Fault {
		if r.Operation == "PutObject" && r.Key == "loyalty/applied.csv" {
			return s3test.Fault{Wait: time.Hour}
		}
		return s3test.Fault{}
	})
	f.says(two.interrupted(10*time.Second, 130, 2), "interrupted before all of the run was published")
	f.bucket.Script(nil)
	f.says(f.run(0, append(apply, "--rate", "off")...), "done     300 rows")
}

// interrupted has the start interrupted so many times, a second apart, and gives what it has printed once it has ended.
func (s *started) interrupted(within time.Duration, code, times int) string {
	s.f.Helper()
	began := time.Now()
	for range times {
		_ = s.cmd.Process.Signal(os.Interrupt)
		time.Sleep(time.Second)
	}
	out := s.ended(code)
	if took := time.Since(began); took > within {
		s.f.Errorf("it ended after %s, want %s\n%s", took, within, out)
	}
	return out
}
