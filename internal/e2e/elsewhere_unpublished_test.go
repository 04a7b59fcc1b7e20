package e2e

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"attrmigrate/internal/s3/s3test"
)

// TestUnpublishedElsewhere: a run that has ended, and whose files could not be published, says so also where no progress is shown, and
// status does not take it for one that was killed. The same command publishes.
func TestUnpublishedElsewhere(t *testing.T) {
	t.Parallel()
	f := newFaraway(t, 15)
	f.write("loyalty.csv", loyaltyRows(16))
	f.write("targets.csv", "name,user_pool_id,input,run_dir\nclub,"+f.pool+",loyalty.csv,s3://runs/loyalty\n")
	const run = "s3://runs/loyalty"
	apply := f.toPool("apply", "--yes", "--progress", "none", "--rate", "4", "--run-dir", run, "loyalty.csv")
	var published atomic.Bool
	f.bucket.Script(func(r s3test.Request) s3test.Fault { // what says that the run goes on is the last that is taken
		if r.Operation != "PutObject" || r.Key != "loyalty/checkpoint.json" || !published.Swap(true) {
			return s3test.Fault{}
		}
		return s3test.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
	})
	f.says(f.run(3, apply...), "notice   not all of the run could be published, and the same command does it: "+run+"/checkpoint.json: ")
	if before := f.object("loyalty/checkpoint.json"); !strings.Contains(before, `"state": "running"`) {
		t.Fatalf("published is %s", before)
	}
	f.says(f.run(0, "status", run), run+": finished", "1 row: ")
	f.says(f.run(0, "status", "--targets", "targets.csv"), "finished  16 of 16  1")
	f.bucket.Script(nil)
	f.says(f.run(3, apply...), "already")
	if after := f.object("loyalty/checkpoint.json"); !strings.Contains(after, `"state": "finished"`) {
		t.Errorf("published is %s", after)
	}
}
