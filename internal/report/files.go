package report

import (
	"cmp"
	"errors"
	"path/filepath"
	"sync"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/pipeline"
)

// The names of the reports in a run directory.
const (
	ErrorsCSV     = "errors.csv"
	ErrorsJSONL   = "errors.jsonl"
	AppliedCSV    = "applied.csv"
	DeliveriesCSV = "deliveries.csv"
)

// Config says which reports are written, and where.
type Config struct {
	Dir string // the run directory; it exists
	// Header is the header of a CSV input as the file has it. Nil: the input is JSONL.
	Header []string
	// Separator stands between the cells of a CSV input, and of errors.csv. 0: a comma.
	Separator rune
	// Raw adds a _raw column to errors.csv, for rows that cannot be decoded; without it, their text
	// is found by _file and _line only. A resumed file keeps the columns that it has.
	Raw bool
	// DeleteMarker is the cell of a CSV input that deletes an attribute.
	DeleteMarker string
	// Deliveries asks for deliveries.csv; see [Files.Delivered].
	Deliveries bool
	// Recorded is what the checkpoint recorded of the files, by name; what stands behind it is cut off,
	// but not of undo.jsonl. A file without a record is created anew.
	Recorded map[string]checkpoint.Extent
	// Disk is what the reports are written to. Nil: the operating system's file system.
	Disk disk.FS
}

func (c Config) disk() disk.FS { return cmp.Or[disk.FS](c.Disk, disk.OS{}) }

// Files are the reports of a run: errors.*, applied.csv and, where they are asked for, deliveries.csv;
// and its undo.jsonl. They implement [pipeline.ResultWriter] and are used by one goroutine, but for
// [Files.Undo] and [Files.Delivered].
type Files struct {
	cfg        Config
	files      []*file
	errors     writer
	applied    writer      // nil where only failures are listed
	deliveries *deliveries // nil: not wanted

	opening sync.Mutex
	undo    *undo // nil: no entry was due, or undoErr
	undoErr error
}

var _ pipeline.ResultWriter = (*Files)(nil)

// writer is a report's form.
type writer interface {
	write(r pipeline.Result) error
}

// Open creates the reports of a run, durably, or goes on with them. A report that is not as the
// checkpoint recorded it is a *[checkpoint.DamagedError].
func Open(cfg Config) (*Files, error) {
	return start(cfg, (*Files).resumeUndo, (*Files).openErrors, (*Files).openApplied, (*Files).openDeliveries)
}

// OpenErrors creates the errors file of a start that has written nothing yet, for what was found wrong
// in the input. Results other than failures are left out. The next start replaces it.
func OpenErrors(cfg Config) (*Files, error) {
	cfg.Recorded = nil
	return start(cfg, (*Files).openErrors)
}

// start opens the reports one by one and makes their headers and names durable.
func start(cfg Config, open ...func(*Files, Config) error) (*Files, error) {
	f := &Files{cfg: cfg}
	for _, open := range open {
		if err := open(f, cfg); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	if _, err := f.Sync(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := cfg.disk().SyncDir(cfg.Dir); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// openErrors opens the errors file in the form of the input.
func (f *Files) openErrors(cfg Config) error {
	name, other := ErrorsCSV, ErrorsJSONL
	if cfg.Header == nil {
		name, other = other, name
	}
	o, err := f.open(cfg, name)
	if err != nil {
		return err
	}
	if cfg.Recorded[name].Length == 0 {
		// The list of a start that began with an input in the other form would be taken for this run's.
		if err := disk.RemoveIfThere(cfg.disk(), filepath.Join(cfg.Dir, other)); err != nil {
			return err
		}
	}
	if cfg.Header == nil {
		f.errors = &jsonlErrors{out: o}
		return nil
	}
	f.errors, err = newCSVErrors(o, cfg)
	return err
}

func (f *Files) openApplied(cfg Config) error {
	o, err := f.open(cfg, AppliedCSV)
	if err != nil {
		return err
	}
	f.applied, err = newApplied(o)
	return err
}

func (f *Files) openDeliveries(cfg Config) error {
	if !cfg.Deliveries {
		return nil
	}
	o, err := f.open(cfg, DeliveriesCSV)
	if err != nil {
		return err
	}
	f.deliveries, err = newDeliveries(o)
	return err
}

// resumeUndo goes on with the undo file of an earlier start, so that a damaged one is told before anything is
// cut or written.
func (f *Files) resumeUndo(cfg Config) error {
	if cfg.Recorded[UndoJSONL].Length == 0 {
		return nil
	}
	_, err := f.openUndo()
	return err
}

// openUndo opens undo.jsonl when it is called for the first time.
func (f *Files) openUndo() (*undo, error) {
	f.opening.Lock()
	defer f.opening.Unlock()
	if f.undo == nil && f.undoErr == nil {
		f.undo, f.undoErr = openUndo(f.cfg)
	}
	return f.undo, f.undoErr
}

// open opens one file, which is then closed with the others.
func (f *Files) open(cfg Config, name string) (*file, error) {
	o, err := openFile(cfg.disk(), filepath.Join(cfg.Dir, name), cfg.Recorded[name])
	if err == nil {
		f.files = append(f.files, o)
	}
	return o, err
}

// Write lists a result in errors.* if it failed, else in applied.csv. It is buffered until Sync.
func (f *Files) Write(r pipeline.Result) error {
	if f.deliveries != nil {
		if err := f.deliveries.write(r); err != nil {
			return err
		}
	}
	switch {
	case r.Outcome == pipeline.Failed:
		return f.errors.write(r)
	case f.applied != nil:
		return f.applied.write(r)
	default:
		return nil
	}
}

// Undo adds the entries of an update to undo.jsonl and returns once they are durable. It is read from its end: what
// is to go back behind another stands before it. The file is created with the first: an empty one would be no
// change set. It may be called by many goroutines.
func (f *Files) Undo(entries ...UndoEntry) error {
	u, err := f.openUndo()
	if err != nil {
		return err
	}
	return u.append(entries...)
}

// Sync makes every result written so far durable and returns how much of each file there is, by its name.
// Once it has failed it fails for ever: what reached the disk is then unknown.
func (f *Files) Sync() (map[string]checkpoint.Extent, error) {
	files := map[string]checkpoint.Extent{}
	for _, o := range f.files {
		if err := o.sync(); err != nil {
			return nil, err
		}
		files[o.name()] = o.extent
	}
	f.opening.Lock()
	defer f.opening.Unlock()
	if f.undo != nil {
		files[UndoJSONL] = f.undo.durable()
	}
	return files, nil
}

// Close closes the files. What was written after the last Sync is there, but need not be durable.
func (f *Files) Close() error {
	var errs []error
	for _, o := range f.files {
		errs = append(errs, o.close())
	}
	f.files = nil
	if f.undo != nil {
		errs = append(errs, f.undo.close())
	}
	return errors.Join(errs...)
}
