package report

import "attrmigrate/internal/disk"

// CreateExport begins a file that gets its name when it is whole, with mode 0600. Until then it is written beside
// it, and an older file of that name stands.
func CreateExport(path string) (*disk.Whole, error) {
	return disk.Create(disk.OS{}, path, disk.Manner{Shared: true})
}
