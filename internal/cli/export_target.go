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
	"attrmigrate/sources"
)

// checkTarget refuses a file that cannot be written whole and then given its name, before anything is read.
// An older file is replaced only where that was asked for, and a link never: to write through it, and to put
// a file in its place, are both a surprise.
func (o *exportOptions) checkTarget() error {
	path := o.file
	refuse := func(reason, hint string) error {
		return &refusal.UsageError{Err: fmt.Errorf("--output: %s: %s", prose.Printable(path), reason), Remedy: hint}
	}
	if sources.Packed(path) {
		return refuse("an export is not packed", "pack it on its way: "+o.packed())
	}
	if dir, err := os.Stat(filepath.Dir(path)); err != nil || !dir.IsDir() {
		return refuse("there is no such directory", "make it first")
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return refuse("is a directory", "name a file in it")
	case err == nil && !info.Mode().IsRegular():
		return refuse("is not a regular file", "leave --output out and lead standard output there: > FILE")
	case disk.IsLink(path):
		return refuse("is a symbolic link", "name the file that it leads to")
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return &refusal.Error{Msg: fmt.Sprintf("%s: %v", prose.Printable(path), disk.WithoutPath(err))}
	case !o.force:
		return isThere(path)
	default:
		return replaceable(path)
	}
}

func isThere(path string) *refusal.Error {
	return &refusal.Error{Msg: prose.Printable(path) + ": is there already", Remedy: "--force replaces it, once the export is whole; or name another file"}
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
