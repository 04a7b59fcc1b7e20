package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/fleet"
	"attrmigrate/internal/refusal"
	"attrmigrate/pipeline"
)

// TestGravest: an index ends with the first of 130, 5, 4, 1, 2, 3 and 0 that any of its rows had, and one that fails does not stop
// the next.
func TestGravest(t *testing.T) {
	ends := map[int]error{
		0: nil, 1: &refusal.Error{Msg: "refused"}, 2: refusal.Usagef("usage"), 3: errFailures,
		4: &pipeline.StopError{Reason: pipeline.AtLimit}, 5: &checkpoint.HeldError{Path: "x"}, 130: context.Canceled,
	}
	tests := []struct {
		name  string
		codes []int
		want  int
	}{
		{"all done", []int{0, 0}, 0},
		{"failures", []int{0, 3, 0}, 3},
		{"usage before failures", []int{3, 2}, 2},
		{"a refusal before usage", []int{2, 1, 3}, 1},
		{"stopped before a refusal", []int{1, 4, 2}, 4},
		{"held before stopped", []int{4, 5, 1}, 5},
		{"interrupted before all", []int{5, 4, 3, 2, 1, 130}, 130},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out, notes, errs bytes.Buffer
			begun := 0
			r := &rowsRun{sys: System{Stdout: &out, Stderr: &errs}, notes: &notes, ends: &out, of: 1}
			for range tt.codes {
				r.group.Rows = append(r.group.Rows, fleet.Row{Name: "row"})
			}
			r.one = func(context.Context, fleet.Row, *interrupts) (string, error) {
				begun++
				return "row.run", ends[tt.codes[begun-1]]
			}
			if got := exitCode(r.run(t.Context())); got != tt.want || begun != len(tt.codes) {
				t.Errorf("exit code %d after %d rows, want %d after %d", got, begun, tt.want, len(tt.codes))
			}
			if n := strings.Count(out.String(), "row      row: "); n != len(tt.codes) {
				t.Errorf("%d lines of ends:\n%s", n, out.String())
			}
		})
	}
}

// TestSignalBetweenRows: a signal that comes as a row has just ended well begins no other.
func TestSignalBetweenRows(t *testing.T) {
	signals := make(chan os.Signal, 1)
	var out, notes, errs bytes.Buffer
	r := &rowsRun{sys: System{Stdout: &out, Stderr: &errs, Signals: signals}, notes: &notes, ends: &out, of: 1,
		group: fleet.Group{Rows: []fleet.Row{{Name: "first"}, {Name: "second"}}}}
	r.one = func(ctx context.Context, row fleet.Row, i *interrupts) (string, error) {
		if row.Name != "first" {
			return "", errors.New("it was begun")
		}
		stopped := make(chan struct{})
		i.stopGently(func() { close(stopped) })
		signals <- os.Interrupt
		<-stopped
		return "first.run", nil
	}
	if code := exitCode(r.run(t.Context())); code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
	if want := "row      first: done (exit code 0), first.run\nrow      second: not begun\n"; out.String() != want {
		t.Errorf("printed %q, want %q", out.String(), want)
	}
}

func TestRowWords(t *testing.T) {
	row := fleet.Row{Name: "eu", Pool: "eu-west-1_Ab12Cd34E", Role: "arn:aws:iam::111122223333:role/x", Rate: 2.5, RunDir: "eu.run", Input: "a b.csv"}
	words := []string{"apply", "--targets=t.csv", "--yes", "--index", "3", "--metrics-file", "{name}.prom"}
	var o options
	own, paths := o.of(row, fleet.RunEnding)
	got := strings.Join(rowWords(words, row, own, paths), " ")
	want := "apply --user-pool-id eu-west-1_Ab12Cd34E --role-arn arn:aws:iam::111122223333:role/x --run-dir eu.run --rate 2.5 --yes --metrics-file eu.prom a b.csv"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestPlanOfARow: a row's plan is looked for where plan --targets puts it, or here, where one of a run in S3 would be there.
func TestPlanOfARow(t *testing.T) {
	for _, tt := range []struct {
		name, runDir string
		sandbox      bool
		want, hint   string
	}{
		{"usual", "eu.run", false, "eu.plan", "of all rows"},
		{"elsewhere", "runs/b.run", false, "runs/b.plan", "of all rows"},
		{"rehearsed", "eu.run", true, "eu.sandbox.plan", "of all rows"},
		{"in S3", "s3://runs/b", false, "eu.plan", ""},
		{"in S3, rehearsed", "s3://runs/b", true, "eu.sandbox.plan", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := options{rowsPlan: "of all rows", connection: connectionOptions{sandbox: tt.sandbox}}
			own, _ := o.of(fleet.Row{Name: "eu", RunDir: tt.runDir}, fleet.RunEnding)
			if own.planDir != tt.want || own.rowsPlan != tt.hint {
				t.Errorf("it is in %q, by %q", own.planDir, own.rowsPlan)
			}
		})
	}
}

// TestFlagsOfAFile: of several flags that do not go with a file of targets the first by name is told, each time.
func TestFlagsOfAFile(t *testing.T) {
	file, err := fleet.Read("targets.csv", []byte("name,user_pool_id,rate,endpoint_url\n"+
		"club,us-east-1_Example00,7,http://127.0.0.1:1\n"), fleet.Checks{})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		var o options
		f := pflag.NewFlagSet("apply", pflag.ContinueOnError)
		o.register(f)
		if err := f.Parse([]string{"--targets", "targets.csv", "--run-dir", "x", "--rate", "9", "--region", "us-east-1", "--endpoint-url", "http://127.0.0.1:2"}); err != nil {
			t.Fatal(err)
		}
		if err := o.fleet.check(f, nil); err == nil || err.Error() != "--targets and --region exclude each other" {
			t.Fatal(err)
		}
		if err := checkColumns(f, file); err == nil || err.Error() != "--endpoint-url: targets.csv has a column endpoint_url" {
			t.Fatal(err)
		}
	}
}

// TestHintOfARow: beside a file of targets there are no flags for what its columns say, but in the command of a row alone.
func TestHintOfARow(t *testing.T) {
	for _, tt := range []struct{ name, hint, want string }{
		{"none", "", ""},
		{"flags", "check --user-pool-id, --region and the account", "check the column user_pool_id, the column region and the account"},
		{"a command", "attrmigrate apply --user-pool-id us-east-1_Ab12Cd34E --run-dir x.run x.csv", "attrmigrate apply --user-pool-id us-east-1_Ab12Cd34E --run-dir x.run x.csv"},
		{"a command behind flags", "--run-dir names another directory, or see: aws x --region r", "the column run_dir names another directory, or see: aws x --region r"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := &rowError{"club", &refusal.UsageError{Err: errors.New("made up"), Remedy: tt.hint}}
			if err.Error() != "club: made up" || hintOf(err) != tt.want {
				t.Errorf("%s; hint: %s", err, hintOf(err))
			}
		})
	}
}
