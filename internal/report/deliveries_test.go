package report

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"attrmigrate/pipeline"
	"attrmigrate/sources"
)

// TestDeliveries: codes are listed with the result of their record, by many goroutines at once, and cut
// back with it.
func TestDeliveries(t *testing.T) {
	dir := t.TempDir()
	cfg := Config{Dir: dir, Header: []string{"access_token"}, Deliveries: true}
	files, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	record := func(line int) *sources.Change {
		return &sources.Change{File: "own.csv", Line: line, Begin: sources.Position{Offset: int64(line)}, Username: fmt.Sprintf("s-%d", line), Rows: []sources.Row{{Line: line, Cells: []string{sources.Redacted}}}}
	}
	var all sync.WaitGroup
	for line := 2; line < 100; line++ {
		all.Go(func() {
			files.Delivered(record(line), Delivery{"email", "EMAIL", "a***@e***"})
			if line == 2 {
				files.Delivered(record(line), Delivery{"phone_number", "SMS", "+*******0100"})
			}
		})
	}
	all.Wait()
	finish := func(line int, outcome pipeline.Outcome) {
		at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		if err := files.Write(pipeline.Result{Change: record(line), Outcome: outcome, At: at}); err != nil {
			t.Fatal(err)
		}
	}
	finish(2, pipeline.AwaitingVerification)
	finish(200, pipeline.Updated) // nothing was sent for it
	recorded, err := files.Sync()
	if err != nil {
		t.Fatal(err)
	}
	finish(3, pipeline.Failed) // a code may go out though the answer is an error
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}

	// The run was killed before it knew of the record on line 3, and does it again.
	cfg.Recorded = recorded
	if files, err = Open(cfg); err != nil {
		t.Fatal(err)
	}
	files.Delivered(record(3), Delivery{"email", "EMAIL", "b***@e***"})
	finish(3, pipeline.AwaitingVerification)
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, DeliveriesCSV))
	const want = `file,line,username,attribute,medium,destination,at
own.csv,2,s-2,email,EMAIL,a***@e***,2026-03-01T12:00:00Z
own.csv,2,s-2,phone_number,SMS,+*******0100,2026-03-01T12:00:00Z
own.csv,3,s-3,email,EMAIL,b***@e***,2026-03-01T12:00:00Z
`
	if string(got) != want || err != nil {
		t.Errorf("%s%v\nwant\n%s", got, err, want)
	}
}

// TestNoDeliveries: where nobody asked for them, codes are not kept.
func TestNoDeliveries(t *testing.T) {
	dir := t.TempDir()
	files, err := Open(Config{Dir: dir, Header: []string{"username"}})
	if err != nil {
		t.Fatal(err)
	}
	files.Delivered(&sources.Change{File: "x.csv", Line: 2}, Delivery{"email", "EMAIL", "a***@e***"})
	if err := files.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, DeliveriesCSV)); !os.IsNotExist(err) {
		t.Errorf("there is a deliveries.csv: %v", err)
	}
}
