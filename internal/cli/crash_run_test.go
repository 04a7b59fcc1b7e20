package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/disk/crash"
	"attrmigrate/internal/report"
	"attrmigrate/internal/rundir"
	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// crashStart is a start of a run: what apply does with the files, and with the service, once it is confirmed.
type crashStart struct {
	input string
	disk  disk.FS // a [crash.Disk] records it
	dir   *rundir.Dir
	pool  *crashPool
	rate  float64
	limit int64

	earlier checkpoint.State
	in      *sources.Files
	reports *report.Files
	look    *preparer
}

// run opens the files and carries the run out.
func (s *crashStart) run(ctx context.Context) (checkpoint.State, error) {
	err := s.open(ctx)
	defer s.close()
	if err != nil {
		return s.earlier, err
	}
	return s.carry(ctx)
}

// open opens the files of the run, and puts them in order.
func (s *crashStart) open(ctx context.Context) error {
	var found bool
	var err error
	if s.in, err = sources.Open([]string{s.input}, sources.Options{}); err != nil {
		return err
	}
	if s.earlier, found, err = s.dir.Load(); err != nil {
		return err
	}
	if !found {
		if err := s.survey(ctx); err != nil {
			return err
		}
	}
	if err := s.in.Resume(s.earlier.Position); err != nil {
		return err
	}
	if s.reports, err = report.Open(s.config(s.in)); err != nil {
		return err
	}
	s.pool.reports = s.reports
	s.look = &preparer{users: s.pool, reports: s.reports}
	if found {
		s.look.history, err = readHistory(ctx, s.dir.Path)
	}
	return err
}

func (s *crashStart) close() {
	if s.in != nil {
		_ = s.in.Close()
	}
	if s.reports != nil {
		_ = s.reports.Close()
	}
}

func (s *crashStart) config(in *sources.Files) report.Config {
	return report.Config{Dir: s.dir.Path, Header: in.Header(), Raw: s.earlier.Files == nil, Deliveries: true,
		Recorded: s.earlier.Files, Disk: s.disk}
}

// survey counts the records and lists those that cannot be decoded, before anything is written.
func (s *crashStart) survey(ctx context.Context) error {
	in, err := sources.Open([]string{s.input}, sources.Options{})
	if err != nil {
		return err
	}
	defer in.Close()
	preview, err := report.Preview(s.config(in))
	if err != nil {
		return err
	}
	defer preview.Close()
	s.earlier = checkpoint.State{Fingerprint: checkpoint.Fingerprint{"input": filepath.Base(s.input)}}
	for {
		c, err := in.Next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			_, err = preview.Sync()
			return err
		case err != nil:
			return err
		}
		s.earlier.Total++
		if c.Err == nil {
			continue
		}
		s.earlier.Foreseen++
		if err := preview.Write(pipeline.Result{Change: c, Err: c.Err}); err != nil {
			return err
		}
	}
}

// carry carries the run out, unless an earlier start has finished it.
func (s *crashStart) carry(ctx context.Context) (checkpoint.State, error) {
	if s.earlier.Phase == checkpoint.Finished {
		return s.earlier, nil
	}
	file := checkpoint.NewFile(s.dir.Path)
	file.Disk = s.disk
	runner, err := pipeline.New(pipeline.Config{
		Source: s.in, Updater: s.pool, Preparer: s.look,
		Check:   func(c *sources.Change) error { return c.Err },
		Results: s.reports, Store: markingStore{file, s.disk}, Resume: s.earlier,
		Rate: s.rate, ReadRate: pipeline.Unlimited, Workers: 8, Limit: s.limit,
		Budget: pipeline.Budget{Given: true, Records: 1 << 20},
	})
	if err != nil {
		return s.earlier, err
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
	disk disk.FS
}

// Save implements [pipeline.Store].
func (m markingStore) Save(s checkpoint.State) error {
	err := m.file.Save(s)
	if recorder, ok := m.disk.(*crash.Disk); ok && err == nil {
		recorder.Mark(saved{s.Counts.Done(), s.Phase})
	}
	return err
}

// unsynced is the file system of what nobody will crash again: it does not wait for a disk.
type unsynced struct{ disk.OS }

// OpenFile implements [disk.FS].
func (u unsynced) OpenFile(path string, flag int, mode fs.FileMode) (disk.File, error) {
	f, err := u.OS.OpenFile(path, flag, mode)
	if err != nil {
		return nil, err
	}
	return unsyncedFile{f}, nil
}

// SyncDir implements [disk.FS].
func (unsynced) SyncDir(string) error { return nil }

type unsyncedFile struct{ disk.File }

func (unsyncedFile) Sync() error { return nil }
