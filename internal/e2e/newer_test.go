package e2e

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// TestNewer: what a newer program has left in a form of its own is refused as such, with what to do, and left as it is;
// what it has only added to a file that has no version is passed over. Each file that a program finds again has a row.
func TestNewer(t *testing.T) {
	const (
		begun   = "\nhint: go on with the attrmigrate that began this run"
		asked   = "control.json: what was asked of the run cannot be read: it "
		ignored = "" // whatever is said
	)
	for _, tt := range []struct {
		name, of string // the test, and the archive
		file     string // that is changed: what it was, and what it is
		was, is  string
		says     string // by each move
		moves    []move
	}{
		{"checkpoint.json", "version1/failures", "checkpoint.json", `"version": 1`, `"version": 3`,
			"checkpoint.json: written by a newer attrmigrate: version 3, this one knows 2" + begun, []move{
				{args: "apply tiers.csv", code: 1}, {args: "apply --only-failed tiers.run tiers.csv", code: 1},
				{args: "status tiers.run", code: 1}, {args: "status tiers.run --json", code: 1}, {args: "report tiers.run", code: 1},
			}},
		{"more in checkpoint.json", "version2/killed", "checkpoint.json", `"version": 2,`, `"version": 2, "later": 1,`,
			`checkpoint.json: written by a newer attrmigrate: `, []move{
				{args: "apply tiers.csv", code: 1}, {args: "status tiers.run", code: 1}, {args: "report tiers.run", code: 1},
			}},
		{"control.json", "steering/held", "control.json", `"version":1`, `"version":2,"later":true`,
			asked + "is of version 2, and this program knows 1\nhint: use the program of that version, or a newer one", []move{
				{args: "apply tiers.csv", code: 1}, {args: "apply --unhold tiers.csv", code: 1}, {args: "rate tiers.run 5", code: 1}, {args: "unpause tiers.run", code: 1},
			}},
		{"more in control.json", "steering/held", "control.json", `"version":1`, `"version":1,"later":true`,
			asked + `has a member "later" that this program does not know`, []move{
				{args: "apply tiers.csv", code: 1}, {args: "rate tiers.run 5", code: 1},
			}},
		{"control.json in S3", "elsewhere/held-elsewhere", "tiers/control.json", `"version":1`, `"version":2`,
			asked + "is of version 2, and this program knows 1\nhint: use the program of that version, or a newer one", []move{
				{args: "apply --run-dir s3://runs/tiers tiers.csv", code: 1}, {args: "rate s3://runs/tiers 5", code: 1},
			}},
		{"an object of the log in S3", "elsewhere/killed-elsewhere", "log/000000002", "attrmigrate-log-1 ", "attrmigrate-log-2 ",
			"log/000000002: written by a newer attrmigrate: version 2, this one knows 1" + begun, []move{
				{args: "apply --run-dir s3://runs/tiers tiers.csv", code: 1}, {args: "apply --run-dir back.run s3://runs/tiers/undo.jsonl", code: 1},
			}},
		{"the list of a plan's runs", "version2/planned", "runs.jsonl", "\n\"", "\n{\"later\":1}\n\"",
			"runs.jsonl is not the list of a plan's runs\nhint: ", []move{{args: "plan tiers.csv", code: 1}}},
		{"a record of a plan", "version2/planned", "plan.jsonl", `{"username":"user-1",`, `{"later":"x","username":"user-1",`,
			"1 failed", []move{{args: "apply --restart tiers.plan/plan.jsonl", code: 3, updates: 4}}},
		{"a record of undo.jsonl", "version1/finished", "undo.jsonl", `"username":"user-1",`, `"username":"user-1","later":"x",`,
			"1 failed", []move{{args: "apply tiers.run/undo.jsonl", code: 3}}},
		{"the journal of a rehearsal", "version2/rehearsed", "sandbox.jsonl", `{"pool"`, `{"later":1,"pool"`,
			`sandbox.jsonl:1: not a line of a sandbox journal: `, []move{{args: "apply --sandbox tiers.csv", code: 1}}},
		{"more in undo.jsonl", "version1/finished", "undo.jsonl", `"_undo":1,`, `"_undo":1,"_later":1,`, ignored, []move{
			{args: "apply --run-dir again.run tiers.csv", updates: 5}, {args: "apply tiers.run/undo.jsonl", updates: 5}}},
		{"more in events.jsonl", "steering/paused", "events.jsonl", `"event":"paused"`, `"event":"later","more":{"a":1}`, ignored, []move{
			{args: "status tiers.run"}, {args: "unpause tiers.run", code: 1}, {args: "apply tiers.csv", updates: 4}, {args: "report tiers.run"}}},
		{"more in series.jsonl", "steering/held", "series.jsonl", `"accepted"`, `"later":{"a":1},"accepted"`, ignored, []move{
			{args: "status tiers.run"}, {args: "report tiers.run"}}},
		{"more in summary.json of a plan", "version2/planned", "tiers.plan/summary.json", `"dry_run": true`, `"later": 1, "dry_run": true`, ignored, []move{
			{args: "apply tiers.plan/plan.jsonl", updates: 4}}},
		{"more in current.json", "elsewhere/killed-elsewhere", "current.json", `"generation"`, `"later":1,"generation"`, ignored, []move{
			{args: "apply --run-dir s3://runs/tiers tiers.csv", updates: 1}}},
		{"more in lock.json", "elsewhere/killed-elsewhere", "lock.json", `"generation"`, `"later":1,"generation"`, ignored, []move{
			{args: "apply --run-dir s3://runs/tiers tiers.csv", updates: 1}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changed := 0
			e := newEarlier(t, tt.of, func(name string, text []byte) []byte {
				if !strings.HasSuffix(name, tt.file) || !bytes.Contains(text, []byte(tt.was)) {
					return text
				}
				changed++
				return bytes.Replace(text, []byte(tt.was), []byte(tt.is), 1)
			})
			if changed == 0 {
				t.Fatalf("no %s says %s", tt.file, tt.was)
			}
			for _, m := range tt.moves {
				m.says = tt.says
				e.move(m)
			}
			if tt.says != ignored && e.env == nil {
				found := ""
				for _, path := range glob(t, "*.*/"+filepath.Base(tt.file)) {
					found += contentOf(t, path)
				}
				if !strings.Contains(found, tt.is) {
					t.Errorf("%s was changed:\n%s", tt.file, found)
				}
			}
		})
	}
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
