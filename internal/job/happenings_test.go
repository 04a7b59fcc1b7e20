package job

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/target"
	"attrmigrate/internal/telemetry"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// told are the events of a run directory, as texts.
func eventsIn(t *testing.T, dir string) (told []string) {
	t.Helper()
	events, err := telemetry.ReadEvents(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		told = append(told, strings.TrimRight(fmt.Sprintf("%s %s>%s %s", e.Kind, e.From, e.To, e.Reason), " "))
	}
	return told
}

// TestHappenings: each start and each end stands in events.jsonl, over all starts, and the samples add up to the records.
func TestHappenings(t *testing.T) {
	inDir(t, map[string]string{"locales.csv": locales})
	spec := specOf(townOf("ann", "bob", "cat"), "locales.csv")
	start := func(limit int64) {
		t.Helper()
		spec.Limit = limit
		j := prepared(t, spec)
		if _, err := j.Start(t.Context(), new(watcher)); (err == nil) != (limit == 0) {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	start(2)
	start(1)
	// The third is killed: it leaves its state as it saved it last, and no word of its end.
	file := checkpoint.NewFile("locales.run")
	state, err := file.Load()
	if err != nil {
		t.Fatal(err)
	}
	state.Phase, state.Reason = checkpoint.Running, ""
	log, err := telemetry.Open(spec.Volume, "locales.run")
	if err == nil {
		_, err = log.Event(telemetry.Event{At: state.SavedAt, Kind: telemetry.Paused})
	}
	if err := errors.Join(err, log.Close(), file.Save(state)); err != nil {
		t.Fatal(err)
	}
	start(0)
	want := []string{
		"started >off 5 rows", "stopped >stopped the limit is reached",
		"started stopped>off 3 of 5 rows are left", "stopped >stopped the limit is reached",
		"paused >",
		"started killed>off 2 of 5 rows are left", "finished > 2 updated, 2 unchanged, 1 failed",
	}
	if got := eventsIn(t, "locales.run"); !slices.Equal(got, want) {
		t.Errorf("the events are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	series, err := telemetry.ReadSeries("locales.run")
	if err != nil || len(series) != 3 {
		t.Fatalf("%+v, %v", series, err)
	}
	sum := telemetry.Resample(series, 1)[0]
	if sum.Accepted != 2 || sum.Unchanged != 2 || sum.Failed["not_found"] != 0 || sum.Failed["unknown"]+sum.Failed["conflict"] != 1 || sum.Remaining != 0 {
		t.Errorf("the samples add up to %+v", sum)
	}
}

// TestHappeningsOfAnotherRun: a run has its own events. One that is set aside keeps its; one that is not begun has none.
func TestHappeningsOfAnotherRun(t *testing.T) {
	inDir(t, map[string]string{"locales.csv": locales})
	spec := specOf(townOf("ann", "bob", "cat"), "locales.csv")
	carried(t, spec)
	kept := ""
	spec.Restart, spec.Kept = true, func(dir string, _ bool) { kept = dir }
	j := prepared(t, spec)
	if _, err := j.Start(t.Context(), new(watcher)); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if before, now := eventsIn(t, kept), eventsIn(t, "locales.run"); len(before) != 2 || len(now) != 2 || before[1] != "finished > 2 updated, 2 unchanged, 1 failed" {
		t.Errorf("the run of before has %q, this one %q", before, now)
	}
}

// TestBackAgain: who was told where the run of before is, and begins nothing after all, is told that it is back.
func TestBackAgain(t *testing.T) {
	inDir(t, map[string]string{"locales.csv": "username,locale\nann,de\n"}) // a record that fails without a call would be recorded
	spec := specOf(townOf("ann", "bob", "cat"), "locales.csv")
	carried(t, spec)
	people := townOf("ann", "bob", "cat")
	spec.Connect = func(context.Context, *changeset.Set) (*target.Target, error) {
		return &target.Target{Authority: closed{people}, PoolID: "us-east-1_Made00000", Endpoint: "made up", Lister: people}, nil
	}
	var told []string
	spec.Restart, spec.Kept = true, func(dir string, back bool) { told = append(told, fmt.Sprintf("%.12s %v", dir, back)) }
	j := prepared(t, spec)
	if _, err := j.Start(t.Context(), new(watcher)); err == nil {
		t.Fatal("it began")
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"locales.run. false", "locales.run true"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

// TestHappeningsOfNothing: a run that stops before its first update is not recorded, and leaves no word of it.
func TestHappeningsOfNothing(t *testing.T) {
	inDir(t, map[string]string{"locales.csv": "username,locale\nann,de\n"})
	people := townOf("ann", "bob", "cat")
	spec := specOf(people, "locales.csv")
	spec.Connect = func(context.Context, *changeset.Set) (*target.Target, error) {
		return &target.Target{Authority: closed{people}, PoolID: "us-east-1_Made00000", Endpoint: "made up", Lister: people}, nil
	}
	j := prepared(t, spec)
	if _, err := j.Start(t.Context(), new(watcher)); err == nil || !strings.Contains(err.Error(), "nothing was written") {
		t.Fatalf("it ends with %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range namesIn(t, "locales.run") {
		if name == telemetry.EventsJSONL || name == telemetry.SeriesJSONL {
			t.Errorf("there is %s", name)
		}
	}
}

// closed is a town in which nobody may look anybody up.
type closed struct{ town }

func (closed) User(context.Context, *sources.Change, string) (*cognito.User, error) {
	return nil, noEntry{}
}

type noEntry struct{}

func (noEntry) Error() string { return "no entry" }
func (noEntry) Fatal() bool   { return true }

// secret is an error that says more than may be told.
type secret struct{}

func (secret) Error() string  { return "the service refuses ann@example.com" }
func (secret) Public() string { return "the service refuses a value" }

// TestEnds: how a start ended, without what may not be told.
func TestEnds(t *testing.T) {
	order := &rundir.Order{By: "ann@host by command", Reason: "support called"}
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"finished", nil, "finished  > 1,234 updated, 5 failed"},
		{"interrupted", &pipeline.StopError{Reason: pipeline.Interrupted}, "stopped  >interrupted interrupted"},
		{"by hand", &pipeline.StopError{Reason: pipeline.ByHand, Err: errors.New("ann")}, "stopped ann@host by command >stopped support called"},
		{"over budget", &pipeline.StopError{Reason: pipeline.OverBudget, Detail: "21 of 100 records, the failure budget allows 5%, at least 20"},
			"budget  > 21 of 100 records, the failure budget allows 5%, at least 20; stopped  >stopped too many records failed: 21 of 100 records, the failure budget allows 5%, at least 20"},
		{"refused, with a value", &pipeline.StopError{Reason: pipeline.Refused, Err: fmt.Errorf("line 3: %w", secret{})},
			"stopped  >stopped the service refuses the run: the service refuses a value"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var told []string
			for _, e := range ends(checkpoint.State{Counts: checkpoint.Counts{Updated: 1234, Failed: 5}}, tt.err, order) {
				told = append(told, fmt.Sprintf("%s %s %s>%s %s", e.Kind, e.By, e.From, e.To, e.Reason))
			}
			if got := strings.Join(told, "; "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
