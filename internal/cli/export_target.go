package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"attrmigrate/internal/disk"
	"attrmigrate/internal/prose"
	"attrmigrate/internal/refusal"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/s3"
	"attrmigrate/sources"
)

// checkTarget refuses a file that no export can have.
func (o *exportOptions) checkTarget() error {
	far := s3.Is(o.file)
	if far {
		if err := checkDelivery(o.file); err != nil {
			return err
		}
	}
	switch {
	case sources.Packed(o.file):
		return notTarget(o.file, "an export is not packed", "pack it on its way: "+o.packed())
	case far:
		return nil
	default:
		return checkTarget(o.file, "export", o.force)
	}
}

func notTarget(path, reason, hint string) error {
	return &refusal.UsageError{Err: fmt.Errorf("--output: %s: %s", prose.Printable(path), reason), Remedy: hint}
}

// checkTarget refuses a file that cannot be written whole and then given its name, before anything is read; what says what
// would be in it. An older file is replaced only where that was asked for; what a run or a plan keeps is not, and a link never:
// to write through it, and to put a file in its place, are both a surprise.
func checkTarget(path, what string, force bool) error {
	if dir, err := os.Stat(filepath.Dir(path)); err != nil || !dir.IsDir() {
		return notTarget(path, "there is no such directory", "make it first")
	}
	if err := rundir.NotKept(path); err != nil {
		return err
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return notTarget(path, "is a directory", "name a file in it")
	case err == nil && !info.Mode().IsRegular():
		return notTarget(path, "is not a regular file", "leave --output out and lead standard output there: > FILE")
	case disk.IsLink(path):
		return notTarget(path, "is a symbolic link", "name the file that it leads to")
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return &refusal.Error{Msg: fmt.Sprintf("%s: %v", prose.Printable(path), disk.WithoutPath(err))}
	case !force:
		return isThere(path, what)
	default:
		return replaceable(path)
	}
}

func isThere(path, what string) *refusal.Error {
	return &refusal.Error{Msg: prose.Printable(path) + ": is there already", Remedy: "--force replaces it, once the " + what + " is whole; or name another file"}
}

// replaceable refuses a file that another program holds, as a spreadsheet does on Windows: it could not be
// replaced in the end. Elsewhere a file may be replaced that may not be written to.
func replaceable(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrPermission) && runtime.GOOS != "windows" {
		return nil
	}
	if err != nil {
		return &refusal.Error{Msg: fmt.Sprintf("%s: cannot be replaced: %v", prose.Printable(path), disk.WithoutPath(err)),
			Remedy: "close it in the program that has it open, or name another file"}
	}
	return f.Close()
}
