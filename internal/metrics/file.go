package metrics

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/shell"
)

// How often a file is written: Prometheus mostly scrapes that often.
const (
	interval = 15 * time.Second
	first    = time.Second // it is looked whether the command has begun, so often
)

// ending is that of the files that node_exporter reads.
const ending = ".prom"

// ours is how a file of metrics begins that was kept here.
const ours = "# HELP " + prefix

// CheckFile refuses a path at which node_exporter would find nothing, which cannot be written, or where something else would be
// lost: an input of that name, say, or the metrics of another program.
func CheckFile(path string) error {
	if filepath.Ext(path) != ending || filepath.Base(path) == ending {
		return &refusal.UsageError{Err: fmt.Errorf("%s: node_exporter reads no metrics from a file of that name", path), Remedy: "one that ends in " + ending + " is read"}
	}
	switch info, err := os.Stat(path); {
	case err == nil && !info.Mode().IsRegular():
		return &refusal.Error{Msg: path + ": metrics would be written there, and it is no file", Remedy: "give another name"}
	case disk.IsLink(path): // a file would come in its place
		return &refusal.Error{Msg: path + ": metrics would be written there, and it is a symbolic link", Remedy: "name the file that it leads to"}
	case err == nil && info.Size() > 0 && !isOurs(path):
		return &refusal.Error{Msg: path + ": metrics would be written there, and it has something else in it", Remedy: "give another name, or remove it"}
	}
	dir := filepath.Dir(path)
	probe, err := os.CreateTemp(dir, filepath.Base(path))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &refusal.Error{Msg: fmt.Sprintf("%s: metrics would be written there, and there is no directory %s", path, dir),
			Remedy: making(dir)}
	case err != nil:
		return &refusal.Error{Msg: fmt.Sprintf("%s: metrics cannot be written: %v", path, bare(err)),
			Remedy: "name a directory in which this process may write and node_exporter may read"}
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// isOurs tells whether a file begins as one that was kept here.
func isOurs(path string) bool {
	f, err := disk.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	begin := make([]byte, len(ours))
	_, err = io.ReadFull(f, begin)
	return err == nil && string(begin) == ours
}

// making is how a directory is made, on any system.
func making(dir string) string {
	if _, err := os.Stat(filepath.Dir(dir)); err != nil {
		return "make it, and those that lead to it"
	}
	return "make it: mkdir " + shell.Quote(dir)
}

// bare is an error without the name of the temporary file.
func bare(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// Keep keeps the file at a path, which [CheckFile] has found good: it is written now, every fifteen seconds, and a last time
// by the function that it returns, which is to be called once the command has come to its end. What is not recorded yet
// is not written.
func (e *Exporter) Keep(path string, log *slog.Logger) (end func()) {
	f := &file{path: path, of: e, log: log}
	return repeat(0, f.write)
}

type file struct {
	path    string
	of      *Exporter
	log     *slog.Logger
	failing bool // as the log says
}

// write replaces the file, and says when to do so again. Where that fails, the one that is there stays, and the log has
// it once.
func (f *file) write() (again time.Duration) {
	if !f.of.source.Read().Recorded {
		return first
	}
	err := prometheus.WriteToTextfile(f.path, f.of.registry)
	switch {
	case err != nil && !f.failing:
		f.log.Warn("metrics are not written, and the command goes on", "file", f.path, "error", err)
	case err == nil && f.failing:
		f.log.Info("metrics are written again", "file", f.path)
	case err == nil:
		f.log.Debug("metrics are written", "file", f.path)
	}
	f.failing = err != nil
	return interval
}
