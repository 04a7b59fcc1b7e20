package report

import (
	"os"
	"testing"

	"attrmigrate/pipeline"
)

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	cfg := csvConfig(dir)
	cfg.Raw = true
	for range 2 { // the second replaces the first
		f, err := OpenErrors(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for n, outcome := range []pipeline.Outcome{pipeline.Updated, pipeline.Failed} {
			if err := f.Write(record(n, outcome)); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if rows := rowsOf(t, read(t, dir, ErrorsCSV), ','); len(rows) != 2 || rows[1][2] != "user-1" {
		t.Errorf("errors.csv: %v", rows)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("the directory holds %v, want errors.csv alone", entries)
	}
}
