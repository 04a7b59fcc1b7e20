package rundir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/report"
	"attrmigrate/internal/shell"
	"attrmigrate/internal/telemetry"
)

// Volume is what run directories lie on.
type Volume struct {
	disk.FS
	// Pins says that a directory stays where it is while a file in it is open, such as its lock.
	Pins bool
	// Private says that a directory on it is this start's alone, and has what an earlier one has left elsewhere: without its lock.
	Private bool
	// Shown is a text with the names that people have for what lies on it: of a run that is kept elsewhere, URLs. Nil: they
	// have none but the paths.
	Shown func(text string) string
	// Leads are the flags with which a command finds what lies on it.
	Leads []string
	// Away is the state of a run that is kept elsewhere, if there is one. Nil: nobody can tell.
	Away func(ctx context.Context, url string) (state checkpoint.State, found bool, err error)
}

// Called is a directory as a command has it, behind the flags that lead there.
func Called(dir string, leads []string) string {
	return strings.TrimLeft(shell.Join(leads...)+" "+shell.File(dir), " ")
}

// ShownAs is a text, such as a path, as people and programs read it in what is kept or told of the run.
func (v Volume) ShownAs(text string) string {
	if v.Shown == nil {
		return text
	}
	return v.Shown(text)
}

// Local is the system's own. Windows pins.
func Local() Volume { return Volume{FS: disk.OS{}, Pins: runtime.GOOS == "windows"} }

// Dir is the directory of a run, locked against other processes.
type Dir struct {
	Volume
	Path    string
	lock    *checkpoint.Lock
	made    []string // the directory and those that it lies in, as far as this start has made them
	kept    string   // where an earlier run of this directory was set aside by this start; may be empty
	Refused bool     // the start did not begin: Close puts the earlier run back, or removes what the start has made
	// Unsaved is how the run ended, if its checkpoint could not be saved.
	Unsaved *checkpoint.End
	// Unreported says that the report of this start could not be kept.
	Unreported bool
}

// Called is the directory as a command has it.
func (d *Dir) Called() string { return Called(d.Path, d.Leads) }

// Name is the default directory for inputs: NAME.run beside the caller, NAME being the first
// input's name without its endings. An input that lies in a run directory takes that one's name too,
// so that applying its errors.csv begins a run of its own.
func Name(inputs []string, ending string) string {
	first := disk.Unpinned(inputs[0])
	name := filepath.Base(first)
	if first == "-" {
		name = "stdin"
	}
	for _, packed := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, packed)
	}
	name = strings.TrimSuffix(name, filepath.Ext(name))
	if parent, ok := Of(first); ok {
		name = parent + "." + name
	}
	return name + ending
}

// Of is the name, without its ending, of the run directory that a file lies in.
func Of(file string) (string, bool) {
	dir, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return "", false
	}
	base := filepath.Base(dir)
	for _, ending := range []string{".run", ".plan"} {
		if name, ok := strings.CutSuffix(base, ending); ok {
			return name, true
		}
	}
	if disk.Remote(file) { // what only runs write lies in one
		return base, ownFile(filepath.Base(disk.Unpinned(file)))
	}
	_, err = os.Stat(filepath.Join(dir, checkpoint.FileName))
	return base, err == nil
}

// Open makes the directory, if need be, and locks it. A directory with files in it that no run
// has left is somebody else's: nothing is written there.
func (v Volume) Open(path string) (*Dir, error) {
	if entries, err := os.ReadDir(path); err == nil && len(entries) > 0 && !v.Private && !leftByRun(path, entries) {
		return nil, &refusal.Error{Msg: fmt.Sprintf("%s is a directory with files in it, and no run directory", path),
			Remedy: "--run-dir names another one, which is made if it is not there"}
	}
	if err := ownDir(path); err != nil {
		return nil, err
	}
	d, err := v.take(path)
	for again := 0; again < 3 && isGone(err); again++ {
		d, err = v.take(path)
	}
	if err != nil {
		return nil, Unusable(path, err)
	}
	return d, nil
}

// take makes the directory, if need be, and locks it.
func (v Volume) take(path string) (*Dir, error) {
	made := missing(path)
	if err := disk.MkdirAll(v, path); err != nil {
		v.removeEmpty(made)
		return nil, err
	}
	lock, err := checkpoint.AcquireOn(v, path)
	if errors.Is(err, fs.ErrNotExist) { // another process has moved it since
		err = &checkpoint.HeldError{Path: filepath.Join(path, checkpoint.LockName)}
	}
	if err != nil {
		v.removeEmpty(made)
		return nil, err
	}
	return &Dir{Volume: v, Path: path, lock: lock, made: made}, nil
}

// isGone tells whether another process may have moved or removed a directory as this one was about to take it.
func isGone(err error) bool {
	held, ok := errors.AsType[*checkpoint.HeldError](err)
	return ok && held.PID == 0 || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist)
}

// leftByRun tells whether a directory is one that a run, or a plan, has made: there is a lock in it, and that
// is one of ours or lies beside what only we leave. One that is empty may be anybody's: beside it lies nothing else.
func leftByRun(path string, entries []os.DirEntry) bool {
	there, foreign := map[string]bool{}, false
	for _, e := range entries {
		there[e.Name()] = true
		foreign = foreign || !ownFile(e.Name())
	}
	lock := filepath.Join(path, checkpoint.LockName)
	switch {
	case !there[checkpoint.LockName]:
		return false
	case there[checkpoint.FileName]:
		return true
	}
	if _, err := ReadPlan(path); err == nil { // others have a summary.json, too
		return true
	}
	info, err := os.Lstat(lock)
	empty := err == nil && info.Mode().IsRegular() && info.Size() == 0
	return checkpoint.IsLock(lock) && !(empty && foreign)
}

// Unusable is the error of a directory, or of a file in it, that no run can be kept in. That another process is at work
// there stays what it is.
func Unusable(path string, err error) error {
	if held, ok := errors.AsType[*checkpoint.HeldError](err); ok {
		return held
	}
	hint := "--run-dir names another directory"
	if errors.Is(err, fs.ErrPermission) {
		hint = "the run directory must be writable; --run-dir names another one"
	}
	return &refusal.Error{Msg: fmt.Sprintf("run directory %s: %v", path, disk.WithoutPath(err)), Remedy: hint}
}

// ownFile tells whether a run or a plan writes a file of this name in its directory and replaces what is there.
func ownFile(name string) bool {
	if strings.HasPrefix(name, Incoming) || strings.HasPrefix(name, Unpacked) || strings.HasPrefix(name, Spooled) {
		return true
	}
	switch strings.TrimSuffix(name, ".tmp") {
	case report.ErrorsCSV, report.ErrorsJSONL, report.AppliedCSV, report.UndoJSONL, report.PlanJSONL, report.AuditCSV,
		report.DeliveriesCSV, report.SummaryJSON, checkpoint.FileName, checkpoint.LockName, Journal, PlanRuns,
		AskedJSON, askedLock, Socket, telemetry.EventsJSONL, telemetry.SeriesJSONL, report.HTML:
		return true
	default:
		return false
	}
}

// Stdin is the input that stands for standard input.
const Stdin = "-"

// What a run is steered by: the file that holds what was asked of it, and a socket.
const (
	AskedJSON = "control.json"
	askedLock = "control.lock" // is whose who changes it
	Socket    = "control.sock"
)

// Journal is the file that keeps the state of a rehearsal.
const Journal = "sandbox.jsonl"

// Files that are in the making have a name that begins so.
const (
	Incoming = "incoming-"
	Unpacked = "unpacked-"
	Spooled  = "spooled-" // users, which have one where an open file keeps its name
)

// HoldsInput refuses an input that the run would replace with a file of its own.
func (d *Dir) HoldsInput(inputs []string) error {
	entries, err := os.ReadDir(d.Path)
	if err != nil {
		return Unusable(d.Path, err)
	}
	for _, e := range entries {
		for _, input := range inputs {
			if ownFile(e.Name()) && disk.SameFile(input, d.File(e.Name())) {
				return &refusal.Error{
					Msg:    fmt.Sprintf("%s is the input, and the run would replace it by its own report", prose.Printable(input)),
					Remedy: "--run-dir names another directory for this run",
				}
			}
		}
	}
	return nil
}

// Close gives the directory up, once nothing in it is open any more.
func (d *Dir) Close() error {
	switch {
	case d.Refused && d.kept != "":
		return errors.Join(d.putBack(), d.lock.Release())
	case d.Refused:
		return errors.Join(d.unmake(), d.lock.Release())
	case d.Unsaved != nil:
		return d.lock.ReleaseUnsaved(*d.Unsaved)
	}
	return d.lock.Release()
}

// File is the path of a file in the directory.
func (d *Dir) File(name string) string { return filepath.Join(d.Path, name) }

// Load returns the state that an earlier start left, if there is one.
func (d *Dir) Load() (state checkpoint.State, found bool, err error) {
	state, err = checkpoint.NewFile(d.Path).Load()
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return checkpoint.State{}, false, nil
	}
	return state, err == nil, err
}

// RemoveAll removes files that nobody needs any more; one that cannot be removed does no harm.
func (d *Dir) RemoveAll(files []string) {
	for _, f := range files {
		_ = d.Remove(f)
	}
}

// RemoveIncoming removes what standard input has brought, as far as it is no input of a run yet.
func (d *Dir) RemoveIncoming() {
	entries, _ := os.ReadDir(d.Path)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), Incoming) {
			d.RemoveAll([]string{d.File(e.Name())})
		}
	}
}

// ErrorsFile is the errors file that the run has.
func (d *Dir) ErrorsFile() string {
	if _, err := os.Stat(d.File(report.ErrorsJSONL)); err == nil {
		return d.File(report.ErrorsJSONL)
	}
	return d.File(report.ErrorsCSV)
}
