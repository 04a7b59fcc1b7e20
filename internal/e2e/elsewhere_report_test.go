package e2e

import (
	"slices"
	"strings"
	"testing"

	"attrmigrate/internal/s3/s3test"
)

// TestReportElsewhere: a report of a run in S3 replaces no newer one: what a start leaves while it is made is looked at anew.
func TestReportElsewhere(t *testing.T) {
	t.Parallel()
	f := newFaraway(t, 3)
	f.write("loyalty.csv", loyaltyRows(3))
	f.run(0, f.toPool("apply", "--yes", "--rate", "off", "--run-dir", "s3://runs/loyalty", "loyalty.csv")...)
	for _, tt := range []struct {
		name  string
		since int // so often another one is left while it is made
		code  int
		says  string
		asked []string // of S3, as far as it matters
	}{
		{"nobody else writes it", 0, 0, "report   s3://runs/loyalty/report.html", []string{"HeadObject", "PutObject"}},
		{"a start leaves its own", 1, 0, "report   s3://runs/loyalty/report.html", []string{"HeadObject", "PutObject", "HeadObject", "HeadObject", "PutObject"}},
		{"others write it all the time", 9, 1, "s3://runs/loyalty/report.html: it is replaced by others, again and again, while it is made", nil},
	} {
		since := tt.since
		f.bucket.Script(func(r s3test.Request) s3test.Fault {
			if r.Operation == "PutObject" && since > 0 {
				since--
				if err := f.bucket.Put(s3test.Bucket, r.Key, []byte(strings.Repeat("newer ", since+1))); err != nil {
					t.Error(err)
				}
			}
			return s3test.Fault{}
		})
		f.bucket.Forget()
		f.says(f.run(tt.code, "report", "s3://runs/loyalty"), tt.says)
		var asked []string
		for _, r := range f.bucket.Requests() {
			if r.Key == "loyalty/report.html" {
				asked = append(asked, r.Operation)
			}
		}
		if tt.asked != nil && !slices.Equal(asked, tt.asked) {
			t.Errorf("%s: asked is %q, want %q", tt.name, asked, tt.asked)
		}
		if is := strings.HasPrefix(f.object("loyalty/report.html"), "newer"); is != (tt.code != 0) {
			t.Errorf("%s: the newer one stands: %t", tt.name, is)
		}
	}
}
