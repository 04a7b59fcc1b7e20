package report

import "attrmigrate/internal/disk"

// CreateExport begins a file that gets its name when it is whole, with mode 0600. Until then it is written beside
// it, and an older file of that name stands. Without replace, what has the name stays for good, also where it
// came meanwhile: the error is fs.ErrExist. A whole file that cannot get its name stays under its temporary one:
// the error is a *[disk.UnnamedError].
func CreateExport(path string, replace bool) (*disk.Whole, error) {
	return disk.Create(disk.OS{}, path, disk.Manner{Shared: true, Keep: true, New: !replace})
}
