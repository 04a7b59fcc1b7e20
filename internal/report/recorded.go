package report

import (
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"attrmigrate/checkpoint"
	"attrmigrate/internal/disk"
	"attrmigrate/pipeline"
)

// NoneRecorded returns nil if a directory without a checkpoint is one in which no run was recorded. A
// checkpoint is there before the first update is sent, and nothing removes it: where applied.csv lists an
// update, or there is a summary, it was lost, and to begin again would be a surprise.
func NoneRecorded(dir string) error {
	lost := damaged(filepath.Join(dir, checkpoint.FileName), "it is missing, but updates have been sent")
	if _, err := os.Lstat(filepath.Join(dir, SummaryJSON)); err == nil {
		return lost
	}
	f, err := disk.Open(filepath.Join(dir, AppliedCSV))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	rows := csv.NewReader(f)
	rows.ReuseRecord, rows.LazyQuotes, rows.FieldsPerRecord = true, true, -1
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(f.Name(), "%w", err)
		}
		if len(row) > 3 && (row[3] == pipeline.Updated.String() || row[3] == pipeline.AwaitingVerification.String()) {
			return lost
		}
	}
}
