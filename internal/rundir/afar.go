package rundir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/runlog"
	"attrmigrate/internal/telemetry"
)

// Afar is a run that is kept in a store, as those see it who do not work on it: by copies of what is published of it, in a
// directory of this machine that stands for the run's. It is used by one goroutine.
type Afar struct {
	Path   string // of the copies; the last part of it is what the run's directory is called
	Store  runlog.Store
	Prefix string // of the run's directory in the store: empty, or with a slash at its end

	seen *runlog.Seen // when it was looked at last
}

// Status is where the run stands, of which it renews the copies.
func (a *Afar) Status(ctx context.Context) (*Status, error) {
	s := &Status{Dir: Dir{Path: a.Path}}
	if err := a.look(ctx); err != nil {
		return nil, err
	}
	// Who has ended has published before: so that is looked at behind it.
	last, held, err := a.seen.Holder(ctx)
	if err == nil {
		s.Holder, s.Held = last.Holder, held
		err = a.copies(ctx, checkpoint.FileName, telemetry.EventsJSONL, AskedJSON)
	}
	if err == nil && !held {
		err = a.latest(ctx)
	}
	if err != nil {
		return nil, err
	}
	state, found, err := s.Dir.Load()
	switch {
	case err != nil:
		return nil, err
	case found:
		s.State = state
		s.Publishing = held && state.Phase != checkpoint.Running && state.SavedAt.After(last.Holder.Since)
		return s, a.marks(ctx)
	default:
		return a.unpublished(ctx, s)
	}
}

// latest brings the copy of the checkpoint up to date with the log, where that is newer than what was published: who has gone may
// have been killed, or may have ended and could not publish.
func (a *Afar) latest(ctx context.Context) error {
	path := filepath.Join(a.Path, checkpoint.FileName)
	if !disk.Exists(path) {
		return nil
	}
	published, err := a.seen.Published(ctx, checkpoint.FileName)
	if err != nil || published {
		return err
	}
	body, err := a.seen.Latest(ctx, checkpoint.FileName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return disk.WriteFile(disk.OS{}, path, body)
}

// unpublished is the status of a run whose checkpoint is not published: of one that has just begun, that was killed just
// then, or of none.
func (a *Afar) unpublished(ctx context.Context, s *Status) (*Status, error) {
	if s.Held {
		return nil, HeldAfar(a.Path, s.Holder)
	}
	none := &NoRunError{Dir: a.Path}
	if a.seen.Run == "" {
		return nil, none
	}
	if err := a.copies(ctx, report.SummaryJSON); err != nil {
		return nil, err
	}
	if _, err := ReadPlan(a.Path); err == nil {
		none.Plan = true
		return nil, none
	}
	if err := a.Restore(ctx, func(int64, int64) {}); err != nil {
		return nil, err
	}
	state, found, err := s.Dir.Load()
	if err == nil && !found {
		none.Plan = disk.Exists(s.Dir.File(report.PlanJSONL))
		err = none
	}
	s.State = state
	return s, err
}

// look finds out which run it is. Copies of another one go.
func (a *Afar) look(ctx context.Context) error {
	seen, err := runlog.Look(ctx, a.Store, a.Prefix, Names())
	if err != nil {
		return err
	}
	if seen.Inside {
		return &runlog.InsideError{Shown: a.Path}
	}
	a.seen = seen
	return disk.MkdirAll(disk.OS{}, a.Path)
}

// copies brings copies of files that are published, or of what is asked, up to date. Of what is not there, none stays.
func (a *Afar) copies(ctx context.Context, names ...string) error {
	for _, name := range names {
		body, err := a.read(ctx, name)
		path := filepath.Join(a.Path, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			err = disk.RemoveIfThere(disk.OS{}, path)
		case err == nil:
			err = disk.WriteFile(disk.OS{}, path, body)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *Afar) read(ctx context.Context, name string) ([]byte, error) {
	if name != AskedJSON {
		return a.seen.Live(ctx, name)
	}
	body, _, err := a.seen.Asked(ctx)
	if err == nil && len(body) == 0 {
		err = fs.ErrNotExist
	}
	return body, err
}

// marked are files of which people are told where they are, and which are not looked into.
var marked = []string{report.ErrorsJSONL, report.ErrorsCSV, report.UndoJSONL, report.HTML}

// marks leaves empty files in the place of those that are published.
func (a *Afar) marks(ctx context.Context) error {
	there, err := a.seen.Files(ctx)
	if err != nil {
		return err
	}
	for _, name := range marked {
		path := filepath.Join(a.Path, name)
		switch is := disk.Exists(path); {
		case slices.Contains(there, name) && !is:
			err = disk.WriteFile(disk.OS{}, path, nil)
		case !slices.Contains(there, name) && is:
			err = disk.RemoveIfThere(disk.OS{}, path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Whole is the same, with all files of the run in place of the copies, as they are now. It tells how many of all bytes are
// there.
func (a *Afar) Whole(ctx context.Context, told func(done, total int64)) (*Status, error) {
	s, err := a.Status(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.Restore(ctx, told); err != nil {
		return nil, err
	}
	state, found, err := s.Dir.Load()
	if found {
		s.State = state
	}
	return s, err
}

// Restore makes all files of the run in place of the copies. It tells how many of all bytes are there.
func (a *Afar) Restore(ctx context.Context, told func(done, total int64)) error {
	if a.seen == nil {
		if err := a.look(ctx); err != nil {
			return err
		}
	}
	if err := a.clear(); err != nil {
		return err
	}
	err := a.seen.Restore(ctx, a.Path, told)
	if errors.Is(err, fs.ErrNotExist) && a.seen.Run == "" {
		return &NoRunError{Dir: a.Path}
	}
	return err
}

// Stands is the condition under which what is published under a name is replaced.
func (a *Afar) Stands(ctx context.Context, name string) (runlog.Condition, error) {
	if err := a.look(ctx); err != nil {
		return "", err
	}
	return a.seen.Stands(ctx, name)
}

// Newer tells whether there is a run of which a file is newer than what is published under its name: then [Afar.Restore]
// makes it.
func (a *Afar) Newer(ctx context.Context, name string) (bool, error) {
	if err := a.look(ctx); err != nil || a.seen.Run == "" {
		return false, err
	}
	published, err := a.seen.Published(ctx, name)
	return err == nil && !published, err
}

// clear removes the copies.
func (a *Afar) clear() error {
	entries, err := os.ReadDir(a.Path)
	for _, e := range entries {
		if err == nil {
			err = disk.RemoveIfThere(disk.OS{}, filepath.Join(a.Path, e.Name()))
		}
	}
	return err
}

// AtWork refuses a run at which a process is at work.
func (a *Afar) AtWork(ctx context.Context) error {
	if err := a.look(ctx); err != nil {
		return err
	}
	last, held, err := a.seen.Holder(ctx)
	if err == nil && held {
		err = HeldAfar(a.Path, last.Holder)
	}
	return err
}

// Aside tells of a run that was looked at whether it was set aside for another one.
func (a *Afar) Aside() bool { return a.seen != nil && a.seen.Aside }

// Asked is what is asked of the run.
func (a *Afar) Asked(ctx context.Context) (Asked, error) {
	asked, _, err := a.loadAsked(ctx)
	return asked, err
}

func (a *Afar) loadAsked(ctx context.Context) (Asked, runlog.Condition, error) {
	if a.seen == nil {
		if err := a.look(ctx); err != nil {
			return Asked{}, "", err
		}
	}
	body, stands, err := a.seen.Asked(ctx)
	if err != nil {
		return Asked{}, "", err
	}
	if len(body) == 0 {
		return Asked{Version: askedVersion}, stands, nil
	}
	asked, err := parseAsked(filepath.Join(a.Path, AskedJSON), body, nil)
	return asked, stands, err
}

// ChangeAsked changes what is asked of the run, as the function of this name does for one that is kept here.
func (a *Afar) ChangeAsked(ctx context.Context, change func(*Asked)) (before, after Asked, err error) {
	if err := a.look(ctx); err != nil {
		return before, after, err
	}
	if a.seen.Aside {
		return before, after, &refusal.Error{Msg: fmt.Sprintf("%s: the run was set aside: nobody goes on with it, and nothing is asked of it", a.Path)}
	}
	var stands runlog.Condition
	load := func() (asked Asked, err error) {
		asked, stands, err = a.loadAsked(ctx)
		return asked, err
	}
	return alter(change, load, func(data []byte) error { return a.seen.Ask(ctx, data, stands) })
}
