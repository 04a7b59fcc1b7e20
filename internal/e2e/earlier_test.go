package e2e

import (
	"strings"
	"testing"
)

// earlierPool is the pool of the runs in testdata/earlier.
const earlierPool = "us-east-1_Version10"

// earlierEndpoint is where the pool of a run in S3 was: its log is sealed, so that no other address can be put into
// it. The sandbox answers in its place, as a proxy.
const earlierEndpoint = "http://cognito.example"

// workDir stands in an archive for the directory in which the program was started, and objects is its folder for the
// objects of a bucket.
const (
	workDir = "$WORK"
	objects = "objects/"
)

// move is one command that is given where an earlier program has left something, and what has to come of it.
type move struct {
	args    string // mend: in a file a text is replaced by another
	stdin   string // a file
	code    int
	says    string // on either output
	updates int64  // sent by it
}

// TestEarlier goes on with what earlier versions of the program have left: a run for each way in which one can end, and for
// each form that its files have had. Nobody is told to start over: it is seen, continued by exactly the updates
// that are missing, mended and gone back from.
//
//	version1   checkpoints of version 1
//	version2   checkpoints of version 2, the first that park records
//	lines      errors.csv begins with the line
//	rules      plans of rules; records may be skipped
//	steering   control.json, events and series
//	elsewhere  runs in S3
//
// [TestKeepEarlier] makes them.
func TestEarlier(t *testing.T) {
	const settings = "--map level=custom:tier --ignore memo --empty delete --delete-marker - --username-column who levels.csv"
	failures := []move{
		{args: "apply tiers.csv", code: 3, says: "3 updated, 2 failed"},
		{args: "apply --only-failed tiers.run tiers.csv", code: 3, says: "1 updated, 1 failed", updates: 1},
		{args: "mend tiers.run/errors.csv user-77 user-7"},
		{args: "apply tiers.run/errors.csv", says: "1 updated, 1 unchanged", updates: 1},
		{args: "apply tiers.run/undo.jsonl", says: "4 updated", updates: 4},
		{args: "apply tiers.errors.run/undo.jsonl", says: "1 updated", updates: 1},
	}
	for _, tt := range []struct {
		name, of string // the test, and the archive
		moves    []move
	}{
		{"finished", "version1/finished", []move{
			{args: "apply tiers.csv", says: "done     already, on "},
			{args: "apply --run-dir again.run tiers.csv", says: "5 updated", updates: 5},
			{args: "apply tiers.run/undo.jsonl", says: "5 updated", updates: 5},
		}},
		{"finished with failures", "version1/failures", []move{
			{args: "apply tiers.csv", code: 3, says: "3 updated, 2 failed"},
			{args: "apply --only-failed tiers.run tiers.csv", code: 3, says: "1 updated, 1 failed", updates: 1},
			{args: "apply --only-failed tiers.run --run-dir all.run tiers.csv", says: "1 updated, 1 unchanged", updates: 1},
			{args: "apply tiers.run/errors.csv", says: "2 unchanged"},
		}},
		{"stopped early", "version1/stopped", []move{{args: "apply tiers.csv", says: "5 updated", updates: 3}}},
		{"continued under another spelling", "version1/respelled", []move{
			{args: "apply tiers.csv", code: 3, says: "3 updated, 2 failed"},
			{args: "apply --only-failed tiers.run tiers.csv", says: "2 updated", updates: 2},
		}},
		{"interrupted", "version1/interrupted", []move{{args: "apply tiers.csv", says: "5 updated", updates: 1}}},
		{"killed", "version1/killed", []move{{args: "apply tiers.csv", says: "5 updated", updates: 1}}},
		{"without reading", "version1/noread", []move{
			{args: "apply tiers.csv", code: 1, says: ": --no-read was true and is not given\n"},
			{args: "apply --no-read tiers.csv", says: "5 updated", updates: 3},
		}},
		{"several inputs", "version1/inputs", []move{
			{args: "apply b.csv a.csv --run-dir a.run", code: 1, says: ": the input has changed\n"},
			{args: "apply a.csv b.csv", says: "7 updated", updates: 1},
		}},
		{"users' tokens", "version1/tokens", []move{
			{args: "apply --as user own.csv", says: "3 updated", updates: 1},
		}},
		{"standard input", "version1/stdin", []move{{args: "apply -", stdin: "tiers.csv", says: "5 updated", updates: 3}}},
		{"another setting", "version1/stopped", []move{
			{args: "apply --empty delete tiers.csv", code: 1, says: ": --empty was not given and is delete\n"},
			{args: "apply --client-metadata job=made-up tiers.csv", code: 1, says: ": --client-metadata was not given and is given\n"},
		}},
		{"every setting", "version1/settings", []move{
			{args: "apply --client-metadata a=1 " + settings, code: 1, says: ": --client-metadata is another one\n"},
			{args: "apply " + settings, code: 1, says: ": --client-metadata was given and is not given\n"},
			{args: "apply --client-metadata a=1,b=2 " + settings, says: "3 updated", updates: 1},
		}},
		{"a setting that says two things", "version1/settings", []move{
			{args: "apply --client-metadata a=1 --client-metadata b=2 " + settings, says: "3 updated", updates: 1},
		}},
		{"a plan", "version1/planned", []move{{args: "apply --verified keep moves.csv", says: "1 updated", updates: 1}}},
		{"failures of version 2", "version2/failures", failures},
		{"killed in version 2", "version2/killed", []move{
			{args: "apply tiers.csv", says: "6 updated, 1 unchanged", updates: 2},
			{args: "apply tiers.run/undo.jsonl", says: "7 updated", updates: 7},
		}},
		{"a plan of version 2", "version2/planned", []move{
			{args: "plan tiers.csv", code: 1, says: "tiers.plan.run"},
			{args: "apply tiers.plan/plan.jsonl", says: "7 updated", updates: 4},
			{args: "plan tiers.csv", says: "7 unchanged"},
			{args: "apply tiers.plan.run/undo.jsonl", says: "7 updated", updates: 7},
		}},
		{"a rehearsal", "version2/rehearsed", []move{
			{args: "apply --sandbox tiers.csv", says: "7 updated"},
			{args: "apply --sandbox tiers.sandbox.run/undo.jsonl", says: "7 updated"},
		}},
		{"errors.csv that begins with the line", "lines/failures", failures},
		{"a plan of a rule", "rules/rule", []move{
			{args: "plan --run-dir free.plan --where custom.tier==nil --set custom:tier=free", code: 1, says: "free.run"},
			{args: "apply --run-dir free.run free.plan/plan.jsonl", says: "8 updated, 1 unchanged", updates: 4},
			{args: "apply free.run/undo.jsonl", says: "9 updated", updates: 9},
		}},
		{"paused and killed", "steering/paused", []move{
			{args: "status tiers.run", says: "lunch"},
			{args: "unpause tiers.run", code: 1, says: "attrmigrate apply"},
			{args: "apply tiers.csv", says: "7 updated", updates: 4},
			{args: "apply tiers.run/undo.jsonl", says: "7 updated", updates: 7},
		}},
		{"on hold", "steering/held", []move{
			{args: "apply tiers.csv", code: 4, says: "lunch"},
			{args: "rate tiers.run default", code: 1, says: "attrmigrate apply"},
			{args: "apply --unhold tiers.csv", says: "7 updated", updates: 4},
			{args: "apply tiers.run/undo.jsonl", says: "7 updated", updates: 7},
		}},
		{"killed in S3", "elsewhere/killed-elsewhere", []move{
			{args: "apply --run-dir s3://runs/tiers tiers.csv", says: "1 updated, 6 unchanged", updates: 1},
			{args: "apply --run-dir back.run s3://runs/tiers/undo.jsonl", says: "7 updated", updates: 7},
		}},
		{"on hold in S3", "elsewhere/held-elsewhere", []move{
			{args: "apply --run-dir s3://runs/tiers tiers.csv", code: 4, says: "lunch"},
			{args: "apply --unhold --run-dir s3://runs/tiers tiers.csv", says: "7 updated", updates: 3},
			{args: "apply --run-dir back.run s3://runs/tiers/undo.jsonl", says: "7 updated", updates: 7},
		}},
		{"a plan of a rule in S3", "elsewhere/rule-elsewhere", []move{
			{args: "apply --run-dir s3://runs/free s3://runs/free.plan/plan.jsonl", says: "4 updated, 5 unchanged", updates: 4},
			{args: "apply --run-dir back.run s3://runs/free/undo.jsonl", says: "9 updated", updates: 9},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEarlier(t, tt.of, nil)
			e.look()
			for _, m := range tt.moves {
				if out := e.move(m); strings.Contains(out, "a=1") {
					t.Error("the client metadata is told")
				}
			}
			e.back()
		})
	}
}
