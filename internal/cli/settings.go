package cli

import (
	"errors"
	"strings"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/internal/rundir"
	"attrmigrate/internal/shell"
	"attrmigrate/sources"
)

// The libraries know no flags. Here their texts get those that people type.

// settingFlags are the flags that set the fields of [sources.Options].
var settingFlags = map[string]string{
	"Format": "--format", "Separator": "--separator", "UsernameColumn": "--username-column", "Rename": "--map", "Ignore": "--ignore", "Tokens": "--as",
	"EmptyValues": "--empty-value", "DeleteMarker": "--delete-marker",
}

// flagOfSetting is how a field of [sources.Options] is set on the command line, ready to be pasted.
func flagOfSetting(field, value string) string {
	flag := settingFlags[field]
	switch {
	case value == "":
		return flag
	case field == "Format":
		value = strings.ToLower(value)
	case field == "Ignore":
		value = shell.List(value)
	case field == "Tokens":
		value = map[string]string{"true": "user", "false": "admin"}[value]
	}
	return flag + " " + shell.Quote(value)
}

// flagOfHint is what follows the hint of an error of a library.
func flagOfHint(err error) string {
	switch err := err.(type) {
	case *sources.FileError:
		if errors.Is(err, disk.ErrNotRegular) {
			return ", or pass " + rundir.Stdin + " to read standard input"
		}
		return ""
	case *checkpoint.DamagedError:
		return " with --restart, which keeps the old directory"
	case *checkpoint.HeldError:
		return " with --run-dir"
	default:
		return ""
	}
}
