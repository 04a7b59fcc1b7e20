package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/changeset"
	"attrmigrate/internal/cognito"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/listing"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/schema"
	"attrmigrate/internal/target"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// town is a pool of the test, and the authority over it. It is used by one worker.
type town map[string]*cognito.User

var _ target.Authority = town{}

func (t town) Describe(context.Context, int) (*cognito.Pool, error) {
	return &cognito.Pool{ID: "us-east-1_Made00000", Name: "made up", Region: "us-east-1", EstimatedUsers: int64(len(t)),
		CaseSensitive: true, Schema: schema.BuiltIn()}, nil
}

func (t town) Probe(context.Context) error { return nil }

func (t town) Ready(*sources.Change) error { return nil }

func (t town) User(_ context.Context, _ *sources.Change, name string) (*cognito.User, error) {
	return people(t).User(context.Background(), nil, name)
}

func (t town) Updater(target.Updates) pipeline.Updater { return t }

func (t town) Update(_ context.Context, c *sources.Change) (pipeline.Outcome, error) {
	for _, a := range c.Attributes {
		t[c.Username].Attributes[a.Name] = a.Value
	}
	return pipeline.Updated, nil
}

func (t town) ListUsers(_ context.Context, _, _, _ string, _ int) (users []cognito.User, _ string, _ error) {
	for _, u := range t {
		users = append(users, *u)
	}
	return users, "", nil
}

func townOf(names ...string) town {
	t := town{}
	for _, name := range names {
		t[name] = &cognito.User{Username: name, Enabled: true, Status: "CONFIRMED", Attributes: map[string]string{"sub": "sub-of-" + name, "locale": "en"}}
	}
	return t
}

// specOf is a job on a pool of the test. It begins in the directory that the test is in.
func specOf(t town, inputs ...string) Spec {
	return Spec{
		Changes: changeset.Spec{Paths: inputs, Decoding: sources.Options{DeleteMarker: DefaultDeleteMarker}},
		Rate:    pipeline.Unlimited, ReadRate: pipeline.Unlimited, Workers: 1, MaxAttempts: 3,
		DrainTimeout: time.Second, Volume: rundir.Volume{FS: disk.OS{}}, Log: slog.New(slog.DiscardHandler),
		Connect: func(context.Context, *changeset.Set) (*target.Target, error) {
			return &target.Target{Authority: t, PoolID: "us-east-1_Made00000", Endpoint: "made up", Lister: t}, nil
		},
	}
}

// watcher is an observer that only counts.
type watcher struct{ runs, reads int }

func (w *watcher) Started(*pipeline.Runner, Seen) { w.runs++ }
func (w *watcher) Reading(Place, []audit.Warning) {}
func (w *watcher) Sized(changeset.Size)           {}
func (w *watcher) Read(listing.Progress)          { w.reads++ }

// inDir goes to an empty directory with some files.
func inDir(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// prepared is a job that is closed with the test, unless it was before.
func prepared(t *testing.T, spec Spec) *Job {
	t.Helper()
	j, err := Prepare(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

const locales = "username,locale\nann,de\nbob,en\nnobody,de\ncat,\nann,fr\n"

// TestJob: a run is looked through, begins, stops, goes on, and is then finished.
func TestJob(t *testing.T) {
	inDir(t, map[string]string{"locales.csv": locales})
	people := townOf("ann", "bob", "cat")
	spec := specOf(people, "locales.csv")

	spec.Limit = 2
	j := prepared(t, spec)
	p := j.Preview()
	if p.Resumed != nil || p.Preflight.Rows != 5 || p.Preflight.Bad != 0 || p.Noun != "row" || p.Dir != "locales.run" ||
		p.Undo != filepath.Join("locales.run", "undo.jsonl") || p.Place.String() != "us-east-1" || p.Place.Users != 3 || p.Cost.Updates != 2 {
		t.Errorf("before it begins: %+v", p)
	}
	var w watcher
	state, err := j.Start(t.Context(), &w)
	if stop, ok := errors.AsType[*pipeline.StopError](err); !ok || stop.Reason != pipeline.AtLimit || w.runs != 1 {
		t.Errorf("at the limit: %v, %d runs", err, w.runs)
	}
	if err := j.Close(); err != nil || state.Counts.Done() != 2 {
		t.Errorf("stopped with %d done, %v", state.Counts.Done(), err)
	}

	spec.Limit = 0
	j = prepared(t, spec)
	if p := j.Preview(); p.Preflight != nil || p.Resumed == nil || p.Resumed.Counts.Done() != 2 || p.Cost.Updates != 2 {
		t.Errorf("before it goes on: %+v", p)
	}
	state, err = j.Start(t.Context(), &w)
	if err := errors.Join(err, j.Close()); err != nil || state.Phase != checkpoint.Finished {
		t.Errorf("%s, %v", state.Phase, err)
	}
	if c := state.Counts; c.Updated != 2 || c.Unchanged != 2 || c.Failed != 1 {
		t.Errorf("%+v", c)
	}
	if people["ann"].Attributes["locale"] != "fr" {
		t.Errorf("ann: %v", people["ann"].Attributes)
	}

	j = prepared(t, spec)
	if !j.Finished() || j.State().Counts.Done() != 5 {
		t.Errorf("finished %v with %+v", j.Finished(), j.State().Counts)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

// TestRefused: what a job refuses, and that it leaves the directory as it was.
func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(*Spec) // of an earlier start, which takes two records
		now    func(*Spec)
		want   string
	}{
		{"another run, unfinished", nil, func(s *Spec) { s.Changes.Decoding.Ignore = []string{"locale"} },
			`locales.run holds an unfinished run that is another one: ignore was not given and is "locale"`},
		{"client metadata is nobody's business", func(s *Spec) { s.Metadata = map[string]string{"reason": "made-up"} }, nil,
			"locales.run holds an unfinished run that is another one: client-metadata was given and is not given"},
		{"another input", nil, func(*Spec) { _ = os.WriteFile("locales.csv", []byte("username,locale\nann,it\n"), 0o600) },
			"locales.run holds an unfinished run that is another one: the input has changed"},
		{"a directory with a stranger's files", nil, func(s *Spec) { s.Dir = "." },
			". is a directory with files in it, and no run directory"},
		{"the input is a report of the run", nil, func(s *Spec) { s.Changes.Paths = []string{"locales.run/errors.csv"}; s.Dir = "locales.run" },
			"locales.run/errors.csv is the input, and the run would replace it by its own report"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inDir(t, map[string]string{"locales.csv": locales})
			spec := specOf(townOf("ann", "bob", "cat"), "locales.csv")
			first := spec
			first.Limit = 2
			if tt.before != nil {
				tt.before(&first)
			}
			j := prepared(t, first)
			if _, err := j.Start(t.Context(), new(watcher)); err == nil {
				t.Fatal("the first start has no end")
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			before := namesIn(t, "locales.run")
			if tt.now != nil {
				tt.now(&spec)
			}
			if _, err := Prepare(t.Context(), spec); err == nil || err.Error() != tt.want {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if after := namesIn(t, "locales.run"); !slices.Equal(before, after) {
				t.Errorf("there was %q, and is %q", before, after)
			}
		})
	}
}

// TestOverBudget: a run that begins with too many bad records is not allowed, and the list of these stays.
func TestOverBudget(t *testing.T) {
	inDir(t, map[string]string{"locales.csv": "username,locale\nann,de,more\nbob,de\n"})
	spec := specOf(townOf("ann", "bob"), "locales.csv")
	spec.Budget = pipeline.Budget{Given: true, Records: 0}
	j := prepared(t, spec)
	err := j.Allowed()
	over, ok := errors.AsType[*OverBudgetError](err)
	if !ok || over.Text("--most") != "1 of 2 rows can't be applied, --most allows 0: nothing was written" {
		t.Errorf("%v", err)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(over.List)
	if err != nil || strings.Count(string(text), "\n") != 2 {
		t.Errorf("%q, %v", text, err)
	}
}

// carried carries a job through, to its end.
func carried(t *testing.T, spec Spec) {
	t.Helper()
	j := prepared(t, spec)
	if _, err := j.Start(t.Context(), new(watcher)); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestNotStarted: a job that starts over, and is closed without having begun, puts the run of before back.
func TestNotStarted(t *testing.T) {
	inDir(t, map[string]string{"locales.csv": locales})
	spec := specOf(townOf("ann", "bob", "cat"), "locales.csv")
	carried(t, spec)
	before := namesIn(t, "locales.run")
	kept := ""
	spec.Restart, spec.Kept = true, func(dir string, _ bool) { kept = dir }
	j := prepared(t, spec)
	if aside := j.Dir().Kept(); !strings.HasPrefix(aside, "locales.run.") || !disk.Exists(aside) {
		t.Errorf("the run of before is in %q", aside)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	if kept != "" {
		t.Errorf("told that the run of before is in %q", kept)
	}
	if after := namesIn(t, "locales.run"); !slices.Equal(before, after) || len(namesIn(t, ".")) != 2 {
		t.Errorf("there was %q, and is %q; beside it %q", before, after, namesIn(t, "."))
	}
}

// TestChangedInput: an input that changes while people are asked is refused, in a run that begins and in one that
// goes on. Nothing is sent.
func TestChangedInput(t *testing.T) {
	for _, tt := range []struct {
		name  string
		stdin bool
		done  int64 // records before
	}{
		{"begins", false, 0},
		{"goes on", false, 2},
		{"begins, from standard input", true, 0},
		{"goes on, from standard input", true, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inDir(t, map[string]string{"locales.csv": locales})
			spec := specOf(townOf("ann", "bob", "cat"), "locales.csv")
			path := "locales.csv"
			if tt.stdin {
				spec.Changes.Paths, path = []string{rundir.Stdin}, filepath.Join("stdin.run", "stdin.csv")
			}
			start := func(limit int64) *Job {
				spec.Limit, spec.Stdin = limit, strings.NewReader(locales)
				return prepared(t, spec)
			}
			if tt.done > 0 {
				j := start(tt.done)
				if _, err := j.Start(t.Context(), new(watcher)); err == nil {
					t.Fatal("the first start has no end")
				}
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
			}
			j, w := start(0), new(watcher)
			if err := os.WriteFile(path, []byte(locales+"dan,de\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := j.Start(t.Context(), w)
			if want := path + " has changed since it was checked: nothing was written"; err == nil || err.Error() != want || w.runs != 0 {
				t.Errorf("%d runs, %v\nwant %s", w.runs, err, want)
			}
			if err := j.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPlanAndCarry: a plan by the live users writes nothing to the pool, and the job of it does what it says.
func TestPlanAndCarry(t *testing.T) {
	inDir(t, map[string]string{"locales.csv": locales})
	people := townOf("ann", "bob", "cat")
	var w watcher
	r, err := Plan(t.Context(), PlanSpec{Spec: specOf(people, "locales.csv"), Read: audit.Scan}, &w)
	if err != nil {
		t.Fatal(err)
	}
	if r.Records != 5 || r.Verdicts.Change != 1 || r.Verdicts.Missing != 1 || r.Clean || w.reads == 0 || people["ann"].Attributes["locale"] != "en" {
		t.Errorf("%+v, %d times told", r.Result, w.reads)
	}
	j := prepared(t, specOf(people, r.Plan))
	state, err := j.Start(t.Context(), &w)
	if err := errors.Join(err, j.Close()); err != nil || state.Counts.Updated != 1 || people["ann"].Attributes["locale"] != "fr" {
		t.Errorf("%+v, %v", state.Counts, err)
	}
	if _, err := Plan(t.Context(), PlanSpec{Spec: specOf(people, "locales.csv"), Read: audit.Scan}, &w); err != nil {
		t.Errorf("again: %v", err)
	}
}

func namesIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, fmt.Sprint(e.Name()))
	}
	return names
}
