package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"attrmigrate/internal/s3/s3test"
)

// TestUnansweredElsewhere: where S3 does not answer when a run is to begin or to go on, that is no refusal: an engine starts it again.
// What is missing there is one.
func TestUnansweredElsewhere(t *testing.T) {
	f := newFaraway(t, 3)
	f.lease = "1s"
	f.write("loyalty.csv", loyaltyRows(3))
	f.write("targets.csv", "name,user_pool_id,input,run_dir\nclub,us-east-1_Sandbox00,s3://runs/in/loyalty.csv,s3://runs/club\n")
	f.bucket.Away(true)
	t.Run("away", func(t *testing.T) {
		for _, row := range []struct {
			name string
			code int
			args []string
			says string
		}{
			{"the run", 4, f.toPool("apply", "--yes", "--run-dir", "s3://runs/loyalty", "loyalty.csv"), "s3://runs/loyalty/current.json: "},
			{"its input", 4, f.toPool("apply", "--yes", "--run-dir", "s3://runs/loyalty", "s3://runs/in/loyalty.csv"), "s3://runs/in/loyalty.csv: "},
			{"the file of targets", 4, []string{"apply", "--yes", "--targets", "s3://runs/in/targets.csv", "--index", "0"}, "s3://runs/in/targets.csv: "},
			{"the input of a target", 4, []string{"apply", "--yes", "--targets", "targets.csv", "--index", "0"}, "s3://runs/in/loyalty.csv: "},
			{"a plan, of which there is no run", 1, f.toPool("plan", "s3://runs/in/loyalty.csv"), "s3://runs/in/loyalty.csv: "},
		} {
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				f := *f
				f.T = t
				f.says(f.run(row.code, row.args...), "attrmigrate: "+row.says, "hint: ")
			})
		}
	})
	f.bucket.Away(false)
	f.says(f.run(1, f.toPool("apply", "--yes", "--run-dir", "s3://none-of-these/run", "loyalty.csv")...), "there is no bucket of this name")
}

// TestHangsElsewhere: what S3 lets wait without an answer is no refusal, either, whatever was asked when a start took the run.
func TestHangsElsewhere(t *testing.T) {
	f := newFaraway(t, 3)
	f.lease = "1s"
	f.write("loyalty.csv", loyaltyRows(3))
	f.bucket.Script(func(r s3test.Request) s3test.Fault {
		dir, name, _ := strings.Cut(r.Key, "/")
		if (r.Operation == "PutObject" || dir == "in") && strings.HasPrefix(name, dir) {
			return s3test.Fault{Wait: time.Hour}
		}
		return s3test.Fault{}
	})
	t.Run("hangs", func(t *testing.T) {
		for _, row := range []struct{ name, dir, input string }{
			{"the lease", "s3://runs/lock", "loyalty.csv"},
			{"what the directory holds", "s3://runs/current", "loyalty.csv"},
			{"the claim", "s3://runs/runs", "loyalty.csv"},
			{"the input", "loyalty.run", "s3://runs/in/in.csv"},
		} {
			t.Run(row.name, func(t *testing.T) {
				t.Parallel()
				f := *f
				f.T = t
				f.says(f.run(4, f.toPool("apply", "--yes", "--timeout", "1s", "--run-dir", row.dir, row.input)...),
					": no answer within 1s, from ", "hint: run the same command again, or raise --timeout")
			})
		}
	})
}

// TestRefusedMidway: where S3 takes nothing any more while a run goes on, the hint names all that has to be allowed, and nothing is
// named that people would not find there.
func TestRefusedMidway(t *testing.T) {
	f := newFaraway(t, 300)
	f.write("loyalty.csv", strings.Replace(loyaltyRows(300), "\n", "\nnobody,gold\n", 1))
	const run = "s3://runs/loyalty"
	one := f.start(f.toPool("apply", "--yes", "--rate", "20", "--run-dir", run, "loyalty.csv")...)
	going := f.until("/s, the pace so far: about ", "status", run)
	f.says(going, "failed   1 row: "+run+"/errors.csv says why, once the run has stopped\n")
	f.bucket.Deny("s3:PutObject")
	out := one.ended(4)
	f.says(out, "s3:PutObject is not allowed", "hint: allow s3:PutObject on arn:aws:s3:::runs/loyalty/* to whoever runs this")
	for _, not := range []string{"report.html", "no report", "no summary", "the run goes on", `\n`} {
		if strings.Contains(out, not) {
			t.Errorf("%s: it names what is not there, or what follows from that, or says it twice:\n%s", not, out)
		}
	}
}

// TestRefusedElsewhere: what cannot be done to a run in S3 is told with its place and a remedy.
func TestRefusedElsewhere(t *testing.T) {
	t.Parallel()
	f := newFaraway(t, 3)
	f.write("loyalty.csv", loyaltyRows(3))
	const run = "s3://runs/night/loyalty.run"
	apply := f.toPool("apply", "--yes", "--run-dir", run, "loyalty.csv")
	f.run(0, apply...)
	keys, err := f.bucket.Keys(s3test.Bucket, "night/loyalty.run/runs/")
	if err != nil || len(keys) == 0 {
		t.Fatal(keys, err)
	}
	name := strings.Split(keys[0], "/")[3]
	inside, hint := []string{run + "/runs/" + name + ": it is part of the run that its directory holds now"}, "hint: leave /runs/"+name+" out"
	for _, row := range []struct {
		name string
		deny string
		code int
		args []string
		says []string
	}{
		{"no run there", "", 2, []string{"status", "s3://runs/none"}, []string{"s3://runs/none: there is no run in it"}},
		{"no run to pause", "", 2, []string{"pause", "s3://runs/none/"}, []string{"s3://runs/none: there is no run in it"}},
		{"no run to report", "", 2, []string{"report", "s3://runs/none"}, []string{"s3://runs/none: there is no run in it"}},
		{"no bucket", "", 1, []string{"status", "s3://none-of-these/run"}, []string{"s3://none-of-these/run/", "there is no bucket of this name"}},
		{"no URL", "", 2, []string{"status", "s3://"}, []string{"it names no bucket"}},
		{"a version", "", 2, []string{"status", run + "?versionId=1"}, []string{"a run directory has no version"}},
		{"may not read", "s3:GetObject", 1, []string{"status", run}, []string{run + "/current.json", "s3:GetObject"}},
		{"may not write", "s3:PutObject", 1, []string{"report", run}, []string{run + "/report.html", "s3:PutObject"}},
		{"finished", "", 1, []string{"stop", run}, []string{run + ": the run has ended: it is finished"}},
		{"report in the run", "", 2, []string{"report", run, "-o", run + "/mine.html"}, []string{"lies in the run directory, where the report is called report.html"}},
		{"status inside the run", "", 1, []string{"status", run + "/runs/" + name}, append(inside, hint)},
		{"report inside the run", "", 1, []string{"report", run + "/runs/" + name}, append(inside, hint)},
		{"pause inside the run", "", 1, []string{"pause", run + "/runs/" + name}, append(inside, hint)},
		{"an input inside the run", "", 1, f.toPool("apply", "--yes", run+"/runs/"+name+"/undo.jsonl"), append(inside, hint)},
		{"a run inside the run", "", 1, f.toPool("apply", "--yes", "--run-dir", run+"/runs/"+name, "loyalty.csv"), append(inside, hint)},
		{"no work directory", "", 1, append(apply, "--work-dir", "none"), []string{"--work-dir: no work directory: ", "hint: mkdir -p none"}},
		{"a file for a work directory", "", 1, append(apply, "--work-dir", "loyalty.csv"), []string{"--work-dir: no work directory: ", "not a directory", "--work-dir names"}},
		{"a URL for a work directory", "", 2, append(apply, "--work-dir", "s3://runs/work"), []string{"--work-dir: s3://runs/work is no directory of this machine"}},
		{"slashes at the end", "", 2, []string{"status", run + "//"}, []string{run + "//: a run directory has no empty name", "hint: write " + run}},
		{"one slash is missing", "", 2, f.toPool("apply", "--yes", "--run-dir", "s3:/runs/night", "loyalty.csv"), []string{"--run-dir: s3:/runs/night: s3: has two slashes behind it"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := *f
			f.T = t
			if row.deny != "" {
				f.bucket.Deny(row.deny)
				defer f.bucket.Allow(row.deny)
			}
			f.says(f.run(row.code, row.args...), append(row.says, "")...)
		})
	}
	t.Run("a work directory that cannot be written to", func(t *testing.T) {
		if os.Geteuid() == 0 {
			t.Skip("modes do not stop root")
		}
		closed := filepath.Join(f.home, "closed")
		if err := os.Mkdir(closed, 0o500); err != nil {
			t.Fatal(err)
		}
		out := f.run(1, append(apply, "--work-dir", closed)...)
		f.says(out, "no work directory", "permission denied")
	})
	if printed := f.printed.String(); strings.Contains(printed, "canary-tmp") {
		t.Errorf("it names the work directory:\n%s", printed)
	}
}
