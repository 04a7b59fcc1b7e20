package powercut_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/audit"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
	"attrmigrate/sources"
)

// checkFound holds what a crash left against what happened before it.
func (c *crashTest) checkFound(dir string, pool *crashPool, marks []any) error {
	state, found, err := (&rundir.Dir{Path: dir}).Load()
	if err != nil {
		return err
	}
	for _, m := range marks {
		kept, ok := m.(saved)
		switch {
		case ok && (state.Counts.Done() < kept.done || kept.phase == checkpoint.Finished && state.Phase != kept.phase):
			return fmt.Errorf("the checkpoint has %d records and is %s, but %d were saved as %s", state.Counts.Done(), state.Phase, kept.done, kept.phase)
		case !ok && !found:
			return errors.New("an update was sent, and no run is recorded")
		}
	}
	for name, e := range state.Files {
		if info, err := os.Stat(filepath.Join(dir, name)); e.Length > 0 && (err != nil || info.Size() < e.Length) {
			return fmt.Errorf("%s: the checkpoint has %d bytes of it: %v", name, e.Length, err)
		}
	}
	entries, err := undoEntries(dir)
	if err != nil {
		return err
	}
	for _, u := range updates(marks) {
		if !slices.ContainsFunc(entries, func(e *sources.Change) bool { return isWayBack(e, u) }) {
			return fmt.Errorf("the update of line %d has no undo entry", u.line)
		}
	}
	if c.planned && found && state.RulesDigest != rulesDigest {
		return fmt.Errorf("the checkpoint does not say by which rule it was planned, but %q", state.RulesDigest)
	}
	return errors.Join(checkAsked(dir, marks), c.checkWayBack(entries, pool))
}

// checkEnd holds the end of a run against what it is to be.
func (c *crashTest) checkEnd(dir string, pool *crashPool, state checkpoint.State) error {
	if state.Phase != checkpoint.Finished || state.Counts.Done() != int64(len(c.records)) {
		return fmt.Errorf("the run is %s with %d of %d records", state.Phase, state.Counts.Done(), len(c.records))
	}
	if !reflect.DeepEqual(pool.users, c.last.users) {
		return errors.New("the pool is not as it is to be")
	}
	entries, err := undoEntries(dir)
	if err != nil {
		return err
	}
	return errors.Join(c.checkWayBack(entries, pool), c.checkReports(dir))
}

// checkShown: whatever a crash left of the events and of the series, the next start goes on behind it.
func checkShown(dir string) error {
	events, err := telemetry.ReadEvents(dir)
	heard := []telemetry.Kind{telemetry.Paused, telemetry.Unpaused, telemetry.Rate} // what was asked before, behind the start
	others := slices.DeleteFunc(slices.Clone(events), func(e telemetry.Event) bool { return slices.Contains(heard, e.Kind) })
	if n := len(others); err == nil && (n < 2 || others[n-1].Kind != telemetry.Finished || others[n-2].Kind != telemetry.Started) {
		err = fmt.Errorf("the events are %+v", events)
	}
	series, failed := telemetry.ReadSeries(dir)
	if failed == nil && len(series) == 0 {
		failed = errors.New("the series is empty")
	}
	return errors.Join(err, failed)
}

// checkWayBack applies undo entries to the pool, and has the one of before.
func (c *crashTest) checkWayBack(entries []*sources.Change, pool *crashPool) error {
	pool = pool.with(nil)
	for _, e := range entries {
		user, err := pool.User(c.Context(), e, e.Username)
		if err != nil {
			return err
		}
		diff := audit.Compare(user, e, audit.Options{})
		pool.set(e.Username, diff.Send)
	}
	for name, user := range pool.users {
		if !maps.Equal(user, c.first.users[name]) {
			return fmt.Errorf("undo.jsonl takes %s to %v, not to %v", name, user, c.first.users[name])
		}
	}
	return nil
}

// checkReports: each record stands once, where it belongs.
func (c *crashTest) checkReports(dir string) error {
	applied, err := cells(filepath.Join(dir, report.AppliedCSV), "line")
	if err != nil {
		return err
	}
	var failed map[int]int
	begin := 2
	if strings.HasSuffix(c.input, ".jsonl") {
		begin = 1
		failed, err = members(filepath.Join(dir, report.ErrorsJSONL))
	} else {
		failed, err = cells(filepath.Join(dir, report.ErrorsCSV), "_line")
	}
	if err != nil {
		return err
	}
	for i, r := range c.records {
		line := begin + i
		want := [2]int{1, 0}
		if r.failed {
			want = [2]int{0, 1}
		}
		if got := [2]int{applied[line], failed[line]}; got != want {
			return fmt.Errorf("line %d stands %d times in applied.csv and %d times in the errors file, want %v", line, got[0], got[1], want)
		}
	}
	if extra := len(applied) + len(failed) - len(c.records); extra != 0 {
		return fmt.Errorf("the reports have %d lines that no record begins on", extra)
	}
	codes, err := cells(filepath.Join(dir, report.DeliveriesCSV), "line")
	for line, n := range codes {
		if n > 1 {
			return fmt.Errorf("line %d stands %d times in deliveries.csv", line, n)
		}
	}
	return err
}

// updates are the marks of updates.
func updates(marks []any) (list []accepted) {
	for _, m := range marks {
		if a, ok := m.(accepted); ok {
			list = append(list, a)
		}
	}
	return list
}

// isWayBack tells whether an entry of the undo file leads back behind an update.
func isWayBack(e *sources.Change, u accepted) bool {
	had := map[string]string{}
	for _, a := range e.Attributes {
		had[a.Name] = a.Value
	}
	for name, value := range u.before {
		if was, ok := had[name]; !ok || was != value {
			return false
		}
	}
	return e.Username == u.username
}

// undoEntries reads the undo file as a change set. What a crash tore at its end is passed over.
func undoEntries(dir string) (entries []*sources.Change, err error) {
	f, err := sources.Open([]string{filepath.Join(dir, report.UndoJSONL)}, sources.Options{})
	if err != nil {
		return nil, nil // there is none yet, or it was torn in its first entry
	}
	defer f.Close()
	for {
		c, err := f.Next(context.Background())
		switch {
		case errors.Is(err, io.EOF):
			return entries, nil
		case err != nil:
			return nil, err
		case c.Err == nil:
			entries = append(entries, c)
		}
	}
}

// cells counts the numbers in a column of a report.
func cells(path, column string) (map[int]int, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff"))).ReadAll()
	if err != nil {
		return nil, err
	}
	counts, at := map[int]int{}, slices.Index(rows[0], column)
	for _, row := range rows[1:] {
		line, err := strconv.Atoi(row[at])
		if err != nil {
			return nil, err
		}
		counts[line]++
	}
	return counts, nil
}

// members counts the lines that errors.jsonl tells.
func members(path string) (map[int]int, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	counts := map[int]int{}
	for text := range strings.Lines(string(data)) {
		var record struct {
			Error struct {
				Line int `json:"line"`
			} `json:"_error"`
		}
		if err := json.Unmarshal([]byte(text), &record); err != nil {
			return nil, err
		}
		counts[record.Error.Line]++
	}
	return counts, nil
}
