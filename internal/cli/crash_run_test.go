package cli

import (
	"context"
	"errors"
	"io"
	"path/filepath"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk/crash"
	"attrmigrate/internal/report"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// crashStart is a start of a run on a disk that records it: what apply does with the files, and with the
// service, once it is confirmed.
type crashStart struct {
	input string
	root  string // where the run directory is
	disk  *crash.Disk
	pool  *crashPool
	rate  float64
	limit int64
}

func (s *crashStart) run(ctx context.Context) (state checkpoint.State, err error) {
	dir := &runDir{path: filepath.Join(s.root, "changes.run")}
	earlier, found, err := dir.load()
	if err != nil || earlier.Phase == checkpoint.Finished {
		return earlier, err
	}
	in, err := sources.Open([]string{s.input}, sources.Options{})
	if err != nil {
		return state, err
	}
	defer in.Close()
	if !found {
		if earlier, err = s.survey(ctx, dir); err != nil {
			return state, err
		}
	}
	if err := in.Resume(sources.Mark(earlier.Position)); err != nil {
		return state, err
	}
	reports, err := report.Open(s.reports(dir, in, earlier.Files))
	if err != nil {
		return state, err
	}
	defer reports.Close()
	s.pool.reports = reports
	look := &preparer{users: s.pool, reports: reports}
	if found {
		if look.history, err = readHistory(ctx, dir.path); err != nil {
			return state, err
		}
	}
	return s.carry(ctx, dir, in, reports, look, earlier)
}

func (s *crashStart) reports(dir *runDir, in *sources.Files, lengths map[string]int64) report.Config {
	return report.Config{Dir: dir.path, Header: in.Header(), Raw: lengths == nil, Deliveries: true, Lengths: lengths, Disk: s.disk}
}

// survey lists what cannot be decoded, before anything is written.
func (s *crashStart) survey(ctx context.Context, dir *runDir) (checkpoint.State, error) {
	in, err := sources.Open([]string{s.input}, sources.Options{})
	if err != nil {
		return checkpoint.State{}, err
	}
	defer in.Close()
	preview, err := report.Preview(s.reports(dir, in, nil))
	if err != nil {
		return checkpoint.State{}, err
	}
	defer preview.Close()
	state := checkpoint.State{Identity: checkpoint.Identity{"input": filepath.Base(s.input)}}
	for {
		c, err := in.Next(ctx)
		if errors.Is(err, io.EOF) {
			_, err = preview.Sync()
			return state, err
		}
		if err != nil {
			return state, err
		}
		state.Total++
		if c.Err == nil {
			continue
		}
		state.Foreseen++
		if err := preview.Write(pipeline.Result{Change: c, Err: c.Err}); err != nil {
			return state, err
		}
	}
}

func (s *crashStart) carry(ctx context.Context, dir *runDir, in *sources.Files, reports *report.Files, look *preparer, earlier checkpoint.State) (checkpoint.State, error) {
	file := checkpoint.NewFile(dir.path)
	file.Disk = s.disk
	runner, err := pipeline.New(pipeline.Config{
		Source: in, Updater: s.pool, Preparer: look,
		Check:   func(c *sources.Change) error { return c.Err },
		Results: reports, Store: markingStore{file, s.disk}, Resume: earlier,
		Rate: s.rate, ReadRate: pipeline.Unlimited, Workers: 8, Limit: s.limit,
		Budget: pipeline.Budget{Given: true, Records: 1 << 20},
	})
	if err != nil {
		return checkpoint.State{}, err
	}
	return runner.Run(ctx)
}

// saved is the mark of a state that is durable.
type saved struct {
	done  int64
	phase checkpoint.Phase
}

// markingStore marks in the log what it has saved.
type markingStore struct {
	file *checkpoint.File
	disk *crash.Disk
}

// Save implements [pipeline.Store].
func (m markingStore) Save(s checkpoint.State) error {
	err := m.file.Save(s)
	if err == nil {
		m.disk.Mark(saved{s.Counts.Done(), s.Phase})
	}
	return err
}
