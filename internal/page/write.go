package page

import (
	"errors"
	"path/filepath"
	"time"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/telemetry"
)

// Of is what the directory of a run holds to make a report of. Of what cannot be read the report has nothing: how the
// run stands is worth a page without it.
func Of(s *rundir.Status) Data {
	asked, _ := rundir.LoadAsked(s.Dir.Path)
	series, _ := telemetry.ReadSeries(s.Dir.Path)
	events, _ := telemetry.ReadEvents(s.Dir.Path)
	return Data{Run: nameOf(s.Dir.Path), Standing: s.Standing(asked), Series: series, Events: events, Made: time.Now()}
}

// nameOf is that of a directory, also where it was named as . or so.
func nameOf(dir string) string {
	if whole, err := filepath.Abs(dir); err == nil {
		dir = whole
	}
	return filepath.Base(dir)
}

// Write replaces the report of a run that this process holds, atomically and durably.
func Write(on disk.FS, path string, d Data) error {
	w, err := disk.Create(on, path, disk.Manner{})
	if err != nil {
		return err
	}
	if err := Report(w, d); err != nil {
		return errors.Join(err, w.Discard())
	}
	return w.Commit()
}
